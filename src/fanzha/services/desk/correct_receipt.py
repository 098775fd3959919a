"""An answer that an officer typed in wrongly is put right: the first stays in the history, the measure is made anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fanzha.access import Action, Person
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.measures import correcting
from fanzha.measures.correcting import Correcting
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, OriginKind
from fanzha.measures.orders import Incident, Receipt
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.after_answer import follow_up
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.pay_return import book_receipt_of_payment
from fanzha.services.desk.record_receipt import as_arrived, end_what_it_continues


@dataclass(frozen=True, slots=True)
class ReceiptCorrected:
    """The measure by the answers that stand now, what does not fit in them, and what followed the answer as it was."""

    measure: Measure
    incidents: tuple[Incident, ...]
    restored: Measure | None  # the stop that goes on, as what it turned into does not hold
    followed: tuple[str, ...]  # follow-on stops of payments that no answer tells of any more


def correct_receipt(
    desk: Desk,
    actor: Actor,
    measure_id: str,
    number: str,
    said: dict[str, Any],
    reason: str,
    *,
    order: str = "",
    version: int | None = None,
) -> ReceiptCorrected:
    """Puts an answer right that somebody of the actor's body typed in; the same content changes nothing.

    Args:
        desk: the desk.
        actor: who puts it right.
        measure_id: of the measure that it answers.
        number: the institution's own number of the answer, as it was typed.
        said: fields of the answer that are to be otherwise, by name; the others stay.
        reason: why, in a sentence.
        order: request id, where answers to two orders have one number.
        version: the version of the measure that the actor looked at; None: whatever stands now.

    Raises:
        NotFound: there is no such answer.
        NotAllowed: it came from the institution's own system, another body typed it, or a rule of `correcting` forbids it.
        BadInput: an instant lies in the future.
        StaleVersion: somebody else changed the measure meanwhile.
    """
    with acting(desk, actor, "receipt.correct", Subject("measure", measure_id)) as work:
        measure = work.load(Measure, measure_id, Action.RECEIPT_ENTER, version)
        was = correcting.entered_receipt(measure, number, order)
        _check_own(work, measure, was)
        corrected = as_arrived(work, replace(was, **said))
        if not corrected.id.strip():
            raise BadInput("receipt: the institution's number of its answer cannot be empty")
        by = Correcting(actor, reason)
        change = correcting.correct_receipt(measure, was, corrected, by, work.rules.measures, work.now_us, work.ids)
        if not change.events:
            return ReceiptCorrected(measure, (), None, ())
        kept = keep_measure(work, change)
        end_what_it_continues(work, kept)
        restored = _go_on_with_what_it_continued(work, kept)
        book_receipt_of_payment(work, kept)
        follow_up(work, kept)
        return ReceiptCorrected(kept, change.incidents, restored, _followed(work, kept, was))


def _check_own(work: Work, measure: Measure, was: Receipt) -> None:
    """What a partner's clerk typed in is the partner's word."""
    try:
        body = work.unit.records(Person).get(was.entered_by).organisation
    except NotFound:
        body = measure.organisation
    if body != work.actor.organisation:
        raise NotAllowed("organisation", f"answer {was.id} was typed in by another body: it puts it right")


def _go_on_with_what_it_continued(work: Work, measure: Measure) -> Measure | None:
    origin = measure.request.origin
    held_once = measure.starts_us is not None  # what has ended since was carried out all the same
    if origin is None or origin.kind is not OriginKind.CONVERSION or held_once:
        return None
    earlier = work.unit.records(Measure).get(origin.id)
    if earlier.status is not Status.CONVERTED or earlier.converted_into != measure.id:
        return None
    change = correcting.undo_conversion(earlier, measure, work.actor, work.rules.measures, work.now_us, work.ids)
    return keep_measure(work, change)


def _followed(work: Work, measure: Measure, was: Receipt) -> tuple[str, ...]:
    """Stops that were worded for a payment which only the answer as it was told of."""
    gone = set(was.onward) - {onward for receipt in measure.receipts for onward in receipt.onward}
    payments = {(onward.amount_minor, onward.time_us) for onward in gone}
    if not payments:
        return ()
    measures = every(work.unit.records(Measure), Query(equals={"case_id": measure.request.case}))
    return tuple(
        each.id
        for each in measures
        if each.request.origin is not None
        and (each.request.origin.kind, each.request.origin.id) == (OriginKind.EXTENSION, measure.id)
        and each.request.fact is not None
        and (each.request.fact.fields.amount_minor, each.request.fact.fields.time_us) in payments
    )
