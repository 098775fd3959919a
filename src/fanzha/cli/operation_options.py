"""Options that the verbs of operations have in common."""

from __future__ import annotations

from typing import Annotated

import typer

OperationArgument = Annotated[str, typer.Argument(metavar="OPERATION", help="Id of the operation.")]
ResultArgument = Annotated[str, typer.Argument(metavar="ENTRY", help="Id of the entry.")]
AtOption = Annotated[str, typer.Option("--at", metavar="TIME", help="When it was; now, if not given.")]
NoteOption = Annotated[str, typer.Option("--note", metavar="TEXT", help="A word on it.")]
TeamOption = Annotated[str, typer.Option("--team", metavar="TEAM", help="The team that did it.")]
DocumentOption = Annotated[str, typer.Option("--document", metavar="文号", help="Number of the paper.")]
PlaceOption = Annotated[str, typer.Option("--place", metavar="PLACE", help="Where.")]
