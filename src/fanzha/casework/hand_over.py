"""A case goes to the body whose it is: offered with a paper, answered within its time, never without an owner."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from fanzha.casework.case_model import Case, HandOver, HandOverStatus, Task
from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.lifecycle import HAND_OVER_TABLE, HandOverStep, next_status
from fanzha.casework.model import Clue, Fact, Report
from fanzha.casework.policy import check_case_work, check_head, check_level, check_person, check_reason, check_same_body
from fanzha.casework.rules import HandOverRules
from fanzha.casework.words import in_words
from fanzha.core.actor import MACHINE, Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids


@dataclass(frozen=True, slots=True)
class CaseContent:
    """The records that hang on a case and change hands with it."""

    reports: tuple[Report, ...]
    clues: tuple[Clue, ...] = ()
    facts: tuple[Fact, ...] = ()
    tasks: tuple[Task, ...] = ()

    def given_to(self, organisation: str) -> CaseContent:
        """All of it, owned by the body."""
        return CaseContent(
            tuple(replace(report, organisation=organisation) for report in self.reports),
            tuple(replace(clue, organisation=organisation) for clue in self.clues),
            tuple(replace(fact, organisation=organisation) for fact in self.facts),
            tuple(replace(task, organisation=organisation) for task in self.tasks),
        )


def offer_hand_over(
    case: Case,
    to_organisation: str,
    rules: HandOverRules,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    document_number: str,
    reason: str,
    superiors: Collection[str] = (),
) -> tuple[HandOver, Events]:
    """A head of the owning body, or of one above, offers the case; it stays, with its clocks, until it is taken."""
    check_case_work(case, actor, superiors)
    check_head(actor, f"handing over {case.id}")
    check_level(actor, rules.level, f"handing over {case.id}", rules.article)
    check_reason(reason, f"handing over {case.id}")
    if to_organisation == case.organisation:
        raise NotAllowed("hand_over.same", f"{case.id} is with {to_organisation} already; change the officer instead")
    if not document_number.strip():
        raise NotAllowed(
            "case.document_number", "a hand-over needs the number (文号) of the 移送案件通知书: --document NUMBER"
        )
    offer = HandOver(
        id=ids.new("HANDOVER"),
        version=0,
        organisation=case.organisation,
        case=case.id,
        to_organisation=to_organisation,
        document_number=document_number.strip(),
        reason=reason,
        approved_by=actor.id,
        offered_at_us=now_us,
        due_us=now_us + rules.length_us,
    )
    event = work_event(
        EventKind.HAND_OVER_OFFERED, case.id, actor, now_us, ids,
        hand_over=offer.id, to=to_organisation, number=offer.document_number, due_us=offer.due_us, reason=reason,
    )  # fmt: skip
    return offer, (event,)


def accept_hand_over(
    offer: HandOver, case: Case, officer: str, actor: Actor, now_us: int, ids: Ids, *, content: CaseContent
) -> tuple[HandOver, Case, CaseContent, Events]:
    """The other body takes the case with everything in it, and names its officer.

    Raises BadInput when the content lacks a report of the case: nothing stays behind without an owner.
    """
    answered = _answered(offer, case, HandOverStep.ACCEPT, actor, now_us, "")
    if case.organisation != offer.organisation or case.merged_into:
        held = case.merged_into or case.organisation
        raise NotAllowed("hand_over.moved", f"{case.id} is with {held} by now; the offer is void")
    if {report.id for report in content.reports} != set(case.reports):
        raise BadInput(f"{case.id} goes with all its reports: {', '.join(case.reports)}")
    to = offer.to_organisation
    taken = replace(case, organisation=to, officer=officer, officers=())
    event = work_event(
        EventKind.HAND_OVER_ACCEPTED, case.id, actor, now_us, ids, before=offer.organisation, after=to,
        hand_over=offer.id, officer=officer, late="yes" if now_us > offer.due_us else "",
        reports=len(content.reports), clues=len(content.clues), facts=len(content.facts), tasks=len(content.tasks),
    )  # fmt: skip
    return answered, taken, content.given_to(to), (event,)


def decline_hand_over(
    offer: HandOver, case: Case, reason: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[HandOver, Events]:
    """The other body says why the case is not its own."""
    check_reason(reason, f"declining {offer.id}")
    answered = _answered(offer, case, HandOverStep.DECLINE, actor, now_us, reason)
    event = work_event(EventKind.HAND_OVER_DECLINED, case.id, actor, now_us, ids, hand_over=offer.id, reason=reason)
    return answered, (event,)


def recall_hand_over(
    offer: HandOver, case: Case, reason: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[HandOver, Events]:
    """The offering body takes its offer back before it is answered."""
    check_reason(reason, f"recalling {offer.id}")
    answered = _answered(offer, case, HandOverStep.RECALL, actor, now_us, reason)
    event = work_event(EventKind.HAND_OVER_RECALLED, case.id, actor, now_us, ids, hand_over=offer.id, reason=reason)
    return answered, (event,)


def strike_hand_over(offer: HandOver, now_us: int, ids: Ids) -> Events:
    """That the other body let its time pass without an answer, told at the instant at which it was due."""
    if offer.status is not HandOverStatus.OFFERED or now_us < offer.due_us:
        return ()
    mark = f"due:hand_over:{offer.id}"
    event = work_event(
        EventKind.CLOCK_BREACHED, offer.case, MACHINE, offer.due_us, ids,
        mark=mark, told_at_us=now_us, hand_over=offer.id, to=offer.to_organisation,
    )  # fmt: skip
    return (event,)


def _answered(offer: HandOver, case: Case, step: HandOverStep, actor: Actor, now_us: int, answer: str) -> HandOver:
    check_person(actor, f"{in_words(step)} of {offer.id}")
    if case.id != offer.case:
        raise BadInput(f"{offer.id} is about {offer.case}, not {case.id}")
    if step is HandOverStep.RECALL:
        check_same_body(actor, offer)
    elif actor.organisation != offer.to_organisation:
        raise NotAllowed(
            "organisation.other",
            f"{offer.id} is offered to {offer.to_organisation}: an approver or commander there answers it, nobody else",
        )
    after = next_status(HAND_OVER_TABLE, offer.status, step, offer.id)
    return replace(offer, status=after, answered_by=actor.id, answered_at_us=now_us, answer=answer)
