"""What an officer types to choose for a return, as options of the verbs that plan one."""

from __future__ import annotations

from typing import Annotated

import typer

OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--account", metavar="ACCOUNT", help="Only this frozen account, by its number or last digits."),
]
BranchOption = Annotated[
    list[str] | None,
    typer.Option("--branch", metavar="[ACCOUNT=]WAY", help="direct, by_time, by_time+prorata or prorata."),
]
BaseOption = Annotated[
    list[str] | None,
    typer.Option("--base", metavar="[ACCOUNT=]BASE", help="loss_into_account, traced_into_account or total_case_loss."),
]
WhyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--reason",
        metavar="[ACCOUNT=]TEXT",
        help="Why by proportion though an earlier branch applies, or though the statement ends early.",
    ),
]
OthersOption = Annotated[
    list[str] | None,
    typer.Option("--third-parties", metavar="[ACCOUNT=]YUAN", help="Proven to be others' money; it stays frozen."),
]
PayToOption = Annotated[
    list[str] | None,
    typer.Option("--pay-to", metavar="VICTIM=ACCOUNT", help="In place of the account the money came from."),
]
CompensatedOption = Annotated[
    list[str] | None,
    typer.Option("--compensated", metavar="VICTIM=YUAN", help="What a victim got back outside of returns."),
]
