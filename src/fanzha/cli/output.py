"""What every verb uses to speak: one JSON document on stdout, or tables and progress for people on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:  # rich costs a tenth of a second, which only a verb that shows something should pay
    from rich.console import Console

PIPE_WIDTH: Final = 160  # where no terminal says how wide it is: wide enough for an account number and its amounts


@dataclass(frozen=True, slots=True)
class Invocation:
    """The options that stand before or after any verb."""

    home: Path
    json: bool = False


def invocation_of(context: typer.Context) -> Invocation:
    """The global options of this start, for a verb that takes a typer context."""
    assert isinstance(context.obj, Invocation)
    return context.obj


def encode_json(document: Any) -> bytes:
    """The bytes of a document: UTF-8, keys in the order they were put, so that equal documents give equal bytes."""
    import msgspec

    return msgspec.json.encode(document)


def write_json(document: Any) -> None:
    """Writes one document and a line end to stdout; what `--json` prints is this and nothing else."""
    sys.stdout.buffer.write(encode_json(document) + b"\n")
    sys.stdout.buffer.flush()


def console() -> Console:
    """The console for people, on stderr; colour only where a person looks (a terminal, NO_COLOR unset)."""
    from rich.console import Console

    screen = Console(stderr=True, highlight=False)
    if not screen.is_terminal:
        screen.width = PIPE_WIDTH
    return screen


def say(text: str) -> None:
    """One plain line for people, on stderr."""
    sys.stderr.write(text + "\n")


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[str] = ()) -> None:
    """Prints a table for people; the columns named in `right` hold amounts and counts."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", show_edge=False)
    for column in columns:
        table.add_column(Text(column), justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        # Texts come from statements of strangers: as Text they cannot carry markup.
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)


@contextmanager
def progress(task: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on stderr while work goes on, nothing where nobody looks; call what it yields with the steps just done."""
    screen = console()
    if not screen.is_terminal:
        yield lambda _steps: None
        return
    from rich.progress import Progress

    with Progress(console=screen, transient=True) as bars:
        bar = bars.add_task(task, total=total)
        yield lambda steps: bars.advance(bar, steps)
