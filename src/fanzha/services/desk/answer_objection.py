"""Somebody objects to the publication of a number; whoever took no part in it answers in writing."""

from __future__ import annotations

from typing import Final

from fanzha.access import Action
from fanzha.audit import Subject, done
from fanzha.casework import indicators, objections
from fanzha.casework.indicators import Indicator, IndicatorStatus
from fanzha.casework.objections import ListingObjection, ObjectionStatus
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query
from fanzha.ports.work_queues import DueClock
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.change_measure import check_read
from fanzha.services.desk.model import Desk
from fanzha.services.desk.public_desk import public_actor
from fanzha.services.desk.publish_indicator import keep_indicator

OBJECTION_CLOCK: Final = "listing_objection.due"
_STANDING: Final = (IndicatorStatus.APPROVED.value, IndicatorStatus.PUBLISHED.value)


def lodge_listing_objection(desk: Desk, term: str, by: str, contact: str, grounds: str) -> ListingObjection:
    """Takes an objection of anybody's, listed or not; its id is the number that he is told. Raises BadInput."""
    with desk.store.reading() as view:
        actor = public_actor(view)
    with acting(desk, actor, "listing_objection.receive", Subject("listing_objection", "")) as work:
        due_us = work.now_us + work.rules.public.objection_us
        made = objections.receive_objection(
            term, by, contact, grounds, actor, work.now_us, work.ids, due_us=due_us
        )  # fmt: skip
        return _keep(work, made, "listing_objection.receive", new=True)


def answer_listing_objection(
    desk: Desk,
    actor: Actor,
    listing_objection_id: str,
    status: ObjectionStatus,
    answer: str,
    *,
    version: int | None = None,
) -> ListingObjection:
    """Answers it; where it is upheld the number is taken down in the same moment.

    Raises NotAllowed for who proposed or decided the publication, and for who is no head.
    """
    subject = Subject("listing_objection", listing_objection_id)
    with acting(desk, actor, "listing_objection.answer", subject) as work:
        held = work.load(ListingObjection, listing_objection_id, Action.INDICATOR_DECIDE)
        check_read(held, version)
        asked = Query(equals={"term": held.term}, within={"status": _STANDING})
        listed = work.unit.records(Indicator).find(asked).rows
        took_part = any(actor.id in (one.proposed_by, one.decided_by) for one in listed)
        length_min = work.rules.measures.answers(work.now_us).written_length_min
        answered = objections.answer_objection(
            held, status, answer, actor, work.now_us, took_part=took_part, length_min=length_min
        )
        if status is ObjectionStatus.UPHELD:
            for one in listed:
                reason = f"异议成立 {held.id}"
                withdrawn = indicators.withdraw_indicator(one, reason, actor, work.now_us)
                keep_indicator(work, withdrawn, "indicator.withdraw", reason)
        return _keep(work, answered, "listing_objection.answer")


def ring_objection(work: Work, listing_objection_id: str) -> None:
    """Its answer is late: that is noted once."""
    held = work.load(ListingObjection, listing_objection_id, Action.CLOCK_STRIKE)
    if held.status is ObjectionStatus.RECEIVED:
        subject = Subject("listing_objection", held.id)
        work.unit.audit.append(done(work.actor, work.now_us, "listing_objection.breach", subject))


def _keep(work: Work, objection: ListingObjection, action: str, *, new: bool = False) -> ListingObjection:
    records = work.unit.records(ListingObjection)
    kept = records.add(objection) if new else records.save(objection)
    clock = objection_clock(kept)
    if kept.status is ObjectionStatus.RECEIVED:
        work.unit.clocks.set(clock)
    else:
        work.unit.clocks.cancel(clock.id)
    said = {"after": kept.status.value}
    subject = Subject("listing_objection", kept.id)
    work.unit.audit.append(done(work.actor, work.now_us, action, subject, details=said))
    return kept


def objection_clock(objection: ListingObjection) -> DueClock:
    """The clock by which an objection is to be answered, as long as it waits."""
    return DueClock(
        id=f"{objection.id}:{OBJECTION_CLOCK}", kind=OBJECTION_CLOCK, subject_kind="listing_objection",
        subject_id=objection.id, due_us=objection.due_us,
    )  # fmt: skip
