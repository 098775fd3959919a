"""Records are opened without their mask for a file that leaves: written down as a reveal, and counted as an export."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic

from fanzha.access import Action, ExportedPerson
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.ports.work_store import Kept
from fanzha.services.desk.acting import acting
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.note_export import ExportNote, counted_persons, note_export, note_revealed
from fanzha.services.desk.open_record import WORDS, persons_of, purpose_of, shown_to, write_reveals
from fanzha.services.desk.persons import Named, one_each


@dataclass(frozen=True, slots=True)
class OpenedForFile(Generic[Kept]):
    """A record without its mask, and what was written down of the file that it goes into."""

    record: Kept
    mask: Mask
    note: ExportNote


def open_for_file(
    desk: Desk,
    actor: Actor,
    kind: type[Kept],
    record_id: str,
    what: str,
    *,
    case: str = "",
    reason: str = "",
    approver: Actor | None = None,
    also: Sequence[Named] = (),
) -> OpenedForFile[Kept]:
    """The record for a file of that name; also: who stands in the file besides those whom the record names.

    Raises NotFound when it may not be seen, NotAllowed when there is no purpose for the reveal, or so many persons need
    a second person who approves.
    """
    word = WORDS.get(kind, kind.__name__.lower())
    subject = Subject(word, record_id)
    with acting(desk, actor, f"{word}.reveal", subject) as work:
        record = shown_to(work, work.load(kind, record_id, Action.SEE))
        purpose = purpose_of(work, record, case, reason)
        persons = one_each((*persons_of(work, record), *also))
        write_reveals(work, subject, persons, purpose)
        note = note_revealed(work, what, record, persons, purpose, approver=approver)
    return OpenedForFile(record, Mask(desk.rules.access.masks, lifted=True), note)


def open_all_for_file(
    desk: Desk, actor: Actor, kind: type[Kept], record_ids: Sequence[str], what: str
) -> tuple[tuple[Kept, ...], ExportNote]:
    """Many records for one file, each revealed for what it is; one export. Raises as `open_for_file`."""
    word = WORDS.get(kind, kind.__name__.lower())
    records: list[Kept] = []
    with acting(desk, actor, f"{word}.reveal", Subject(word, "")) as work:
        counted: list[ExportedPerson] = []
        for record_id in record_ids:
            record = shown_to(work, work.load(kind, record_id, Action.SEE))
            persons = persons_of(work, record)
            write_reveals(work, Subject(word, record_id), persons, purpose_of(work, record, "", ""))
            counted += counted_persons(work, record, persons)
            records.append(record)
        note = note_export(work, what, counted, "")
    return tuple(records), note


def note_file_of_revealed(desk: Desk, actor: Actor, kind: type[Kept], record_id: str, what: str) -> ExportNote:
    """A file of a record whose reveal still holds, which said what it is for. Raises NotAllowed as `open_for_file`."""
    with acting(desk, actor, "export.make", Subject(WORDS.get(kind, kind.__name__.lower()), record_id)) as work:
        record = work.load(kind, record_id, Action.SEE)
        return note_export(work, what, counted_persons(work, record, persons_of(work, record)), "", case=work.case)


def persons_named(accounts: Iterable[tuple[str, str]]) -> tuple[Named, ...]:
    """Holders and their numbers as persons; what has neither is left out."""
    return tuple(Named(holder, account=number) for holder, number in accounts if holder or number)
