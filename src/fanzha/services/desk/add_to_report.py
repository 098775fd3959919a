"""What a reporter brings later: payments, words, files; what was said before stays as it was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Attachment, Clue, Contact, Loss, Report, ReportedPayment
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.coverage_of_place import place_of_clues
from fanzha.services.desk.find_duplicates import alike_at_once
from fanzha.services.desk.keeping import keep_clue, tell
from fanzha.services.desk.model import Desk
from fanzha.services.desk.receive_report import Received


@dataclass(frozen=True, slots=True)
class Addition:
    """What is new."""

    payments: Sequence[ReportedPayment] = ()
    losses: Sequence[Loss] = ()
    contacts: Sequence[Contact] = ()
    narrative: str = ""
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class BroughtFile:
    """A file as it was brought."""

    name: str
    content: bytes
    media_type: str = "application/octet-stream"


def add_to_report(desk: Desk, actor: Actor, report_id: str, added: Addition) -> Received:
    """Adds to a report; payments make new clues, whose clock runs from now. Gives the report and these clues."""
    check_adds(added)
    with acting(desk, actor, "report.add_to", Subject("report", report_id)) as work:
        return take_addition(work, work.load(Report, report_id, Action.REPORT_RECEIVE), added)


def check_adds(added: Addition) -> None:
    """Raises BadInput for an addition that says nothing."""
    if not (added.payments or added.losses or added.contacts or added.attachments or added.narrative.strip()):
        raise BadInput("nothing to add: give a payment, a loss, a contact or a narrative")


def take_addition(work: Work, report: Report, added: Addition) -> Received:
    """The same within a use case that has the report already."""
    before = {payment.id for payment in report.payments}
    grown, events = casework.add_to_report(
        report, work.actor, work.now_us, work.ids,
        payments=added.payments, losses=added.losses, contacts=added.contacts, narrative=added.narrative,
        attachments=added.attachments, latest_us=work.latest_us,
    )  # fmt: skip
    kept = work.unit.records(Report).save(grown)
    tell(work, events, "report")
    later = [payment for payment in kept.payments if payment.id not in before]
    clues, told = casework.clues_of(kept, work.actor, work.now_us, work.ids, payments=later)
    place = place_of_clues(work, kept)
    made = tuple(_keep_new(work, replace(clue, jurisdiction=place), told) for clue in clues)
    return Received(kept, made, alike=alike_at_once(work, kept))


def attach_file(desk: Desk, evidence: EvidenceStore, actor: Actor, report_id: str, file: BroughtFile) -> Report:
    """Puts a file on a report, by its hash; the same bytes again change nothing."""
    with acting(desk, actor, "report.add_to", Subject("report", report_id)) as work:
        report = work.load(Report, report_id, Action.REPORT_RECEIVE)
        attachment = attachment_of(work, evidence, file)
        if any(held.sha256 == attachment.sha256 for held in report.attachments):
            return report
        grown, events = casework.add_to_report(report, actor, work.now_us, work.ids, attachments=(attachment,))
        kept = work.unit.records(Report).save(grown)
        tell(work, events, "report")
        return kept


def attachment_of(work: Work, evidence: EvidenceStore, file: BroughtFile) -> Attachment:
    """The file as a record mentions it; its content is kept from now on."""
    return Attachment(
        id=work.ids.new("FILE"),
        name=file.name,
        sha256=evidence.put(file.content, file.name),
        size_bytes=len(file.content),
        media_type=file.media_type,
        added_by=work.actor.id,
        added_at_us=work.now_us,
    )


def _keep_new(work: Work, clue: Clue, told: casework.Events) -> Clue:
    return keep_clue(work, clue, tuple(event for event in told if event.record == clue.id), new=True)
