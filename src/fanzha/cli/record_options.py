"""Options and answers that the verbs of reports, clues and cases have in common."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.desk_session import AtDesk
from fanzha.cli.output import say, show_table, write_json
from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant

if TYPE_CHECKING:
    from fanzha.casework import WorkEvent
    from fanzha.services.desk.add_to_report import BroughtFile
    from fanzha.services.desk.mask import Mask

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?\+08:00")
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; whoever reads the file asks.")]
RevealOption = Annotated[
    bool, typer.Option("--reveal", help="Show persons unmasked; on your own open case the case is the purpose.")
]
ForCaseOption = Annotated[
    str, typer.Option("--case", metavar="CASE", help="For which case, where the record is on none of yours.")
]
WhyOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why the persons are needed unmasked.")]
RequestOption = Annotated[
    str,
    typer.Option("--request", metavar="KEY", help="Your own key: sent again with the same key, nothing is done twice."),
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=500, help="Lines of a page.")]
CursorOption = Annotated[str, typer.Option("--cursor", help="Where the next page begins, as the last page said.")]


def answer(seat: AtDesk, document: dict[str, Any], *sentences: str) -> None:
    """The document for a program, or the sentences for a person."""
    if seat.json:
        write_json(document)
        return
    for sentence in sentences:
        say(sentence)


def list_mask(seat: AtDesk, records: Iterable[Any]) -> Mask:
    """The mask of lists and of what is told after a verb; it is never lifted there."""
    from fanzha.services.desk.open_record import mask_for

    return mask_for(seat.desk, seat.actor, records)


def show_page(
    seat: AtDesk,
    title: str,
    lines: Sequence[dict[str, Any]],
    columns: Sequence[str],
    next_cursor: str | None,
    *,
    right: Sequence[str] = (),
    spare: Sequence[str] = (),
    nothing: str = "",
) -> None:
    """A page of a list, as a table of these columns or as a document with all of it; `nothing`: what an empty one says."""
    if seat.json:
        write_json(page_document(title, lines, next_cursor, nothing))
        return
    rows = [[_cell(line.get(column)) for column in columns] for line in lines]
    show_table(title.capitalize(), columns, rows, right=right, spare=spare, nothing=nothing or f"no {title}")
    if next_cursor is not None:
        say(f"more: --cursor {next_cursor}")


def page_document(title: str, lines: Sequence[Any], next_cursor: str | None, nothing: str = "") -> dict[str, Any]:
    """A page of a list for a program; an empty one says why, where there is something to say."""
    why = {"nothing": nothing} if nothing and not lines else {}
    return {title: list(lines), "next_cursor": next_cursor, **why}


def show_fields(title: str, document: dict[str, Any]) -> None:
    """A record, one field a line; what it has not is left out."""
    rows = [[name, _cell(value)] for name, value in document.items() if value not in (None, "", [], {})]
    show_table(title, ["field", "value"], rows)


def show_history(seat: AtDesk, events: Sequence[WorkEvent], kind: type[Any], record_id: str) -> None:
    """What happened to a record, oldest first."""
    from fanzha.services.desk.documents.case import event_document
    from fanzha.services.desk.open_record import open_record

    mask = open_record(seat.desk, seat.actor, kind, record_id).mask
    if seat.json:
        write_json({"events": [event_document(event, mask) for event in events]})
        return
    rows = [
        [
            for_people(format_instant(event.at_us)), event.record, event.kind.value, event.actor,
            " → ".join(part for part in (event.before, event.after) if part), mask.text(event.detail("reason")),
        ]
        for event in events
    ]  # fmt: skip
    columns = ["at", "record", "what", "by", "status", "reason"]
    show_table("History", columns, rows, spare=["reason"], nothing="nothing happened yet")


def read_file(path: Path) -> BroughtFile:
    """A file of this machine as it is brought to the desk. Raises BadInput when it cannot be read."""
    from fanzha.services.desk.add_to_report import BroughtFile

    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
    return BroughtFile(path.name, content, mimetypes.guess_type(path.name)[0] or "application/octet-stream")


def _cell(value: Any) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case list():
            return "; ".join(_cell(part) for part in value)
        case dict():
            return ", ".join(f"{name} {_cell(part)}" for name, part in value.items() if part not in (None, "", [], {}))
        case _:
            return for_people(str(value))


def for_people(text: str) -> str:
    """A time as people write it, without its fraction and the offset of the desk's own zone; other texts as they are."""
    found = _INSTANT.fullmatch(text)
    return text if found is None else f"{found[1]} {found[2]}"
