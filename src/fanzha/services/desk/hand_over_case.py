"""A case goes to the body whose it is: offered with its paper, answered within its time, taken with all that is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fanzha import casework
from fanzha.access import Action, Person, RouteKind, Scope, check_route
from fanzha.audit import Subject
from fanzha.casework import Case, HandOver, HandOverStatus
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.ports.record_query import Query
from fanzha.ports.work_queues import DueClock
from fanzha.services.desk.acting import Work, acting, looking
from fanzha.services.desk.case_content import content_of, follow_case, keep_content
from fanzha.services.desk.case_family import check_no_open_return
from fanzha.services.desk.keeping import keep_case, tell
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.named_person import person_named

HAND_OVER_CLOCK: Final = "hand_over.due"


@dataclass(frozen=True, slots=True)
class Offer:
    """To whom a case is offered, by which paper, and why."""

    organisation: str
    document_number: str  # 移送案件通知书
    reason: str


def offer_hand_over(desk: Desk, actor: Actor, case_id: str, offer: Offer) -> HandOver:
    """Offers the case; it stays, with its clocks, until it is taken. Raises NotAllowed while a return is under way."""
    with acting(desk, actor, "hand_over.offer", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_HAND_OVER)
        tree = work.tree(case.organisation, offer.organisation)
        if tree.get(offer.organisation) is None:
            raise BadInput(f"there is no body {offer.organisation!r}; see: fanzha office body list")
        if offer.organisation != case.organisation:
            check_route(tree, work.rules.access.routes, RouteKind.CASE, case.organisation, offer.organisation)
        check_no_open_return(work.unit, case, f"handing {case_id} over")
        waiting = Query(equals={"case_id": case_id, "status": HandOverStatus.OFFERED.value})
        for open_one in work.unit.records(HandOver).find(waiting).rows:
            raise NotAllowed(
                "hand_over.open",
                f"{case_id} is offered to {open_one.to_organisation} ({open_one.id}); recall that first",
            )
        made, events = casework.offer_hand_over(
            case, offer.organisation, work.rules.casework.hand_over, actor, work.now_us, work.ids,
            document_number=offer.document_number, reason=offer.reason, superiors=tree.above(case.organisation),
        )  # fmt: skip
        kept = work.unit.records(HandOver).add(made)
        tell(work, events, "case")
        work.unit.clocks.set(hand_over_clock(kept))
        return kept


def accept_hand_over(desk: Desk, actor: Actor, hand_over_id: str, officer: str) -> Case:
    """Takes the case for the actor's body, with its reports, clues, facts, tasks, measures and finished returns.

    officer: who has it from now on; open clues and tasks are his too. What was ordered stays ordered, under its papers.
    """
    with acting(desk, actor, "hand_over.accept", Subject("hand_over", hand_over_id)) as work:
        offer = _offered_to(work, hand_over_id)
        case = work.unit.records(Case).get(offer.case)
        check_no_open_return(work.unit, case, f"taking {case.id} over")
        named = _officer_for(work, offer, officer)
        content = content_of(work, case, offer.organisation)
        answered, taken, given, events = casework.accept_hand_over(
            offer, case, named, actor, work.now_us, work.ids, content=content
        )
        follow_case(work, case, offer)
        work.unit.records(HandOver).save(answered)
        work.unit.clocks.cancel(_clock_id(offer))
        kept = keep_case(work, taken, events)
        keep_content(work, given, kept, f"{offer.document_number} {offer.id}")
        return kept


def decline_hand_over(desk: Desk, actor: Actor, hand_over_id: str, reason: str) -> HandOver:
    """Says why the case is not the actor's body's; it stays where it is."""
    with acting(desk, actor, "hand_over.decline", Subject("hand_over", hand_over_id)) as work:
        offer = _offered_to(work, hand_over_id)
        case = work.unit.records(Case).get(offer.case)
        return _keep_answer(work, *casework.decline_hand_over(offer, case, reason, actor, work.now_us, work.ids))


def recall_hand_over(desk: Desk, actor: Actor, hand_over_id: str, reason: str) -> HandOver:
    """Takes an offer of the actor's body back before it is answered."""
    with acting(desk, actor, "hand_over.recall", Subject("hand_over", hand_over_id)) as work:
        offer = work.load(HandOver, hand_over_id, Action.SEE)
        work.check(Action.CASE_HAND_OVER, Scope(offer.organisation))
        case = work.unit.records(Case).get(offer.case)
        return _keep_answer(work, *casework.recall_hand_over(offer, case, reason, actor, work.now_us, work.ids))


def waiting_hand_overs(desk: Desk, actor: Actor) -> tuple[HandOver, ...]:
    """The offers that the actor's body has made or is asked to answer, the first due first."""
    with looking(desk, actor, "hand_over.list", Subject("organisation", actor.organisation)) as look:
        look.check(Action.SEE, Scope(actor.organisation))
        offers = look.unit.records(HandOver)
        found = [
            offer
            for side in ("organisation", "to_organisation")
            for offer in every(offers, Query(equals={side: actor.organisation, "status": HandOverStatus.OFFERED.value}))
        ]
        return tuple(sorted(found, key=lambda offer: (offer.due_us, offer.id)))


def ring_hand_over(work: Work, hand_over_id: str) -> None:
    """Tells that an offer was not answered in its time."""
    offer = work.load(HandOver, hand_over_id, Action.CLOCK_STRIKE)
    tell(work, casework.strike_hand_over(offer, work.now_us, work.ids), "case")


def _offered_to(work: Work, hand_over_id: str) -> HandOver:
    offer = work.load(HandOver, hand_over_id, Action.SEE)
    work.check(Action.CASE_HAND_OVER, Scope(offer.to_organisation))
    return offer


def _officer_for(work: Work, offer: HandOver, officer: str) -> str:
    person = person_named(work.unit.records(Person), officer)
    if person.organisation != offer.to_organisation or not person.active:
        raise NotAllowed(
            "organisation.other", f"{officer} is no officer of {offer.to_organisation}, which takes the case"
        )
    return person.id


def _keep_answer(work: Work, answered: HandOver, events: casework.Events) -> HandOver:
    work.unit.clocks.cancel(_clock_id(answered))
    tell(work, events, "case")
    return work.unit.records(HandOver).save(answered)


def hand_over_clock(offer: HandOver) -> DueClock:
    """The clock by which an offer is to be answered, as long as it is open."""
    return DueClock(
        id=_clock_id(offer), kind=HAND_OVER_CLOCK, subject_kind="hand_over", subject_id=offer.id,
        due_us=offer.due_us, case=offer.case,
    )  # fmt: skip


def _clock_id(offer: HandOver) -> str:
    return f"{offer.id}:{HAND_OVER_CLOCK}"
