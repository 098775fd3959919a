"""A file that leaves with persons in it: the second person who approves, and what is said when it is written or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.desk_session import AtDesk
from fanzha.cli.output import say
from fanzha.cli.passwords import ask_password
from fanzha.cli.whole_file import write_whole
from fanzha.core.errors import BadInput

if TYPE_CHECKING:
    from fanzha.core.actor import Actor
    from fanzha.services.desk.note_export import ExportNote

ApproverOption = Annotated[
    str, typer.Option("--approver", metavar="LOGIN", help="The second person, who gives his password.")
]


def second_person(seat: AtDesk, approver: str, *, from_stdin: bool) -> Actor | None:
    """Who approves, once his password is right; None where nobody was named."""
    from fanzha import bootstrap
    from fanzha.services.desk.sign_in import confirm_person

    if not approver:
        return None
    password = ask_password(f"Password of {approver}, who approves", from_stdin=from_stdin)
    return confirm_person(seat.desk, bootstrap.secret_hasher(), approver, password)


def write_export(seat: AtDesk, file: Path, content: bytes, note: ExportNote | None) -> None:
    """Writes the file whole; what was counted as an export and could not be written is taken back."""
    try:
        write_whole(file, content)
    except BadInput as failure:
        not_written(seat, note, failure)
        raise


def not_written(seat: AtDesk, note: ExportNote | None, failure: BadInput) -> None:
    """Writes down that nothing left."""
    from fanzha.services.desk.export_list import note_not_written

    if note is not None:
        note_not_written(seat.desk, seat.actor, note.export, str(failure))


def export_document(note: ExportNote | None) -> dict[str, Any]:
    """What was written down of the file, and what it raised; nothing behind the mask."""
    if note is None:
        return {}
    alarm = None if note.alarm is None else {"action": note.alarm.action.value, "persons": note.alarm.distinct}
    return {
        "export": note.export.id, "alarm": alarm, "watermark": note.watermark,
        "outside": len(note.export.outside), "inside": note.export.inside_count,
    }  # fmt: skip


def say_alarm(note: ExportNote | None) -> None:
    """Tells whoever took it out that others were told."""
    if note is not None and note.alarm is not None:
        from fanzha.access.words import ALARM_WORDS

        told = ALARM_WORDS[note.alarm.action]
        say(f"alarm: {note.alarm.distinct} persons outside your own cases within a day; {told}")
