"""What the verbs of campaigns and operations have in common: choices by name, tallies as tables."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from fanzha.cli.output import show_table
from fanzha.core.errors import BadInput

if TYPE_CHECKING:
    from fanzha.casework.operations import TallyLine
    from fanzha.cli.desk_session import AtDesk
    from fanzha.statistics import Catalogue

Word = TypeVar("Word", bound=StrEnum)


def chosen(kind: type[Word], text: str, what: str) -> Word:
    """The member of that name, hyphens for underscores. Raises BadInput that lists what there is."""
    wanted = text.strip().replace("-", "_")
    if wanted not in {member.value for member in kind}:
        names = ", ".join(member.value.replace("_", "-") for member in kind)
        raise BadInput(f"{what}: there is no {text!r}; there are: {names}")
    return kind(wanted)


def instant_or_now(seat: AtDesk, text: str) -> int:
    """The instant that somebody wrote, or now."""
    return when(seat, text)[0]


def when(seat: AtDesk, text: str) -> tuple[int, bool]:
    """The instant that somebody wrote, or now; and whether he wrote one."""
    from fanzha.core.time import parse_instant

    return (parse_instant(text), True) if text else (seat.desk.clock.now_us(), False)


def show_tally(title: str, lines: Iterable[TallyLine], catalogue: Catalogue) -> None:
    """The numbers as a table, each with how many entries stand behind it."""
    from fanzha.services.desk.documents.operation import shown_value

    rows = [
        [
            catalogue.name_of(line.measure), shown_value(line, catalogue), catalogue.unit_of(line.measure),
            str(len(line.counted)), line.measure,
        ]
        for line in lines
    ]  # fmt: skip
    columns = ["what", "value", "unit", "entries", "measure"]
    show_table(title, columns, rows, right=["value", "entries"], nothing="nothing was entered yet")


def entry_row(line: dict[str, Any]) -> list[str]:
    """An entry as a line of a table: when, what, how many, in which words."""
    said = next((str(line[name]) for name in ("target", "item", "name", "force") if line.get(name)), "")
    numbers = " ".join(one["number"] for one in line.get("numbers", ()))
    stands = line.get("status") or line.get("where") or ""
    return [
        line["id"],
        line["at"],
        line["kind"],
        said,
        str(line["quantity"]),
        numbers,
        stands,
        line["corrects"],
        line["body"],
    ]


ENTRY_COLUMNS = ("id", "at", "kind", "what", "quantity", "numbers", "stands", "corrects", "body")
