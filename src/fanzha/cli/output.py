"""What every verb uses to speak: one JSON document on stdout, or tables and progress for people on stderr."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:  # rich costs a tenth of a second, which only a verb that shows something should pay
    from rich.console import Console

    from fanzha.ports.identity_provider import ProviderSettings

_OBEYED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # control signs, but for tabs and line ends
PIPE_WIDTH: Final = 200  # where no terminal says how wide it is; a wider table is not folded there either
NAME_WIDTH_MIN: Final = 24  # a file's name is shortened no further than this
RULED: Final = 3  # between two columns: a line with blanks around it
TIGHT: Final = 2  # or two blanks
TEXT_WIDTH_MIN: Final = 16  # words are wrapped into no less than this


@dataclass(frozen=True, slots=True)
class Invocation:
    """The options that stand before or after any verb."""

    home: Path
    json: bool = False
    home_named: bool = False  # by --home or FANZHA_HOME, or the default
    database: str | None = None  # where FANZHA_DATABASE names one
    provider: ProviderSettings | None = None  # by which people sign in at the console, where FANZHA_OIDC_… names one
    private_webhooks: bool = False  # whether FANZHA_WEBHOOK_PRIVATE lets webhooks reach private networks


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
    sys.stderr.write(harmless(text) + "\n")


def harmless(text: str) -> str:
    """The text without what a terminal would obey: a partner's file may be called anything."""
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text)


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 row, 2 rows."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shorten_path(path: str, width: int) -> str:
    """A file's name cut at the left, where the folders stand: …/name.csv."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(path) <= width:
        return path
    for place, letter in enumerate(path):
        if letter in "/!" and cell_len(path[place:]) < width:
            return "…" + path[place:]
    kept = path.replace("!", "/").rsplit("/", 1)[-1]
    while cell_len(kept) >= width:
        kept = kept[1:]
    return set_cell_size("…" + kept, width).rstrip()


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of a table, its cells, and how it may be made narrower."""

    title: str
    cells: list[str]
    right: bool = False
    path: bool = False

    @property
    def whole(self) -> bool:
        """Numbers, amounts, times and codes are never broken: somebody will copy them."""
        return self.right or not any(" " in cell for cell in self.cells)

    @property
    def width(self) -> int:
        """Cells of the screen that it takes when nothing is folded."""
        from rich.cells import cell_len

        return max(cell_len(text) for text in (self.title, *self.cells))

    @property
    def width_min(self) -> int:
        """The least that it can do with."""
        if self.path:
            return min(self.width, NAME_WIDTH_MIN)
        return self.width if self.whole else min(self.width, TEXT_WIDTH_MIN)


def _spread(columns: Sequence[_Column], gap: int, *, least: bool) -> int:
    return sum((column.width_min if least else column.width) + gap for column in columns)


def show_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[str] = (),
    paths: Sequence[str] = (),
    spare: Sequence[str] = (),
    nothing: str = "",
) -> None:
    """Prints a table for people; no number, amount or time in it is ever broken.

    `right` names columns of amounts and counts, `paths` those of file names, which may be shortened. Where a terminal is
    narrow the columns in `spare` are left out, the last first; where that is not enough each row becomes a few lines.
    Without rows it says `nothing`, if anything.
    """
    if not rows:
        if nothing:
            say(nothing)
        return
    made = [
        _Column(name, [harmless(row[place]) for row in rows], name in right, name in paths)
        for place, name in enumerate(columns)
    ]
    screen = console()
    if not screen.is_terminal:
        screen.width = max(screen.width, _spread(made, RULED, least=False))
    for count in range(len(spare) + 1):
        left_out = spare[len(spare) - count :]
        kept = [column for column in made if column.title not in left_out]
        gap = next((gap for gap in (RULED, TIGHT) if _spread(kept, gap, least=True) <= screen.width), 0)
        if gap:
            _print_table(screen, title, kept, gap)
            if left_out:
                say(f"(left out for want of room: {', '.join(left_out)})")
            return
    _print_stacked(screen, title, made)


def _print_table(screen: Console, title: str, columns: Sequence[_Column], gap: int) -> None:
    from rich.box import HEAVY_HEAD
    from rich.table import Table
    from rich.text import Text

    # Names give way before words are wrapped, and so far only that everything finds its place.
    over = max(0, _spread(columns, gap, least=False) - screen.width)
    names = {id(column): max(column.width_min, column.width - over) for column in columns if column.path}
    ruled = gap == RULED
    table = Table(
        title=Text(title), title_justify="left", show_edge=False,
        box=HEAVY_HEAD if ruled else None, padding=(0, 1) if ruled else (0, TIGHT, 0, 0),
    )  # fmt: skip
    for column in columns:
        table.add_column(
            Text(column.title),
            justify="right" if column.right else "left",
            overflow="fold",
            no_wrap=column.whole or column.path,
            min_width=column.width_min,
        )
    for place in range(len(columns[0].cells)):
        # Texts come from statements of strangers: as Text they cannot carry markup.
        cells = ((column.cells[place], names.get(id(column))) for column in columns)
        table.add_row(*(Text(cell if width is None else shorten_path(cell, width)) for cell, width in cells))
    screen.print(table)


def _print_stacked(screen: Console, title: str, columns: Sequence[_Column]) -> None:
    """Each row as lines of its own, one a column, blank cells left out."""
    from rich.text import Text

    names = max(len(column.title) for column in columns)
    lines = [title]
    if not names:  # two columns without titles are names and values already
        names = columns[0].width
        lines += [f"  {name:<{names}}  {value}" for name, value in zip(columns[0].cells, columns[1].cells, strict=True)]
    for place in range(len(columns[0].cells) if columns[0].title or columns[-1].title else 0):
        filled = [(column.title, column.cells[place]) for column in columns if column.cells[place]]
        lines += ["", *(f"  {name:<{names}}  {cell}" for name, cell in filled)]
    screen.print(Text("\n".join(lines)), soft_wrap=True)


@contextmanager
def several_bars() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each step, where somebody looks; call what it yields with the step, how far it is, and how far it goes."""
    screen = console()
    if not screen.is_terminal:
        yield lambda *_: None
        return
    from rich.progress import Progress, TaskID

    with Progress(console=screen, transient=True) as shown:
        bars: dict[str, TaskID] = {}

        def told(name: str, done: int, total: int) -> None:
            if name not in bars:
                bars[name] = shown.add_task(name, total=total)
            shown.update(bars[name], completed=done)

        yield told


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
