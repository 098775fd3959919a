"""The way of a return: plan, public notice, objections, decision of the prefecture level, orders to the banks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import NotAllowed
from fanzha.core.identifiers import number_ending
from fanzha.core.ids import Ids
from fanzha.core.money import format_minor
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.core.time import format_instant
from fanzha.measures.clocks import ClockKind, ClockRow, clock
from fanzha.measures.model import Approval, Measure, MeasureKind, Signature, held_minor, holds
from fanzha.measures.policy import asks
from fanzha.measures.return_lifecycle import PROCEDURE_TRANSITIONS, ProcedureEvent, ProcedureStatus
from fanzha.measures.return_plan import Award, Booking, ReturnPlan
from fanzha.measures.rules import KindRules, MeasureRules
from fanzha.measures.words import PROCEDURE_WORDS, return_cannot_follow


@dataclass(frozen=True, slots=True)
class Objection:
    """What a victim or anybody concerned holds against the plan."""

    id: str
    by: str
    text: str
    received_us: int
    decided_us: int | None = None
    decided_by: str = ""
    upheld: bool = False
    finding: str = ""


@dataclass(frozen=True, slots=True)
class ReturnProcedure:
    """One return, over one or several frozen accounts of a case."""

    id: str
    version: int
    organisation: str
    case: str
    filing: str
    plans: tuple[ReturnPlan, ...]
    status: ProcedureStatus
    drafted_by: str
    drafted_us: int
    method: str = ""  # the case's working method, by which the money was traced into the accounts
    earlier: str = ""  # the return before it, where victims were found later
    notice_from_us: int | None = None
    notice_until_us: int | None = None
    objections: tuple[Objection, ...] = ()
    approvals: tuple[Approval, ...] = ()
    decision: str = ""  # 返还决定书文号
    trace_run: str = ""  # the trace whose figures the plans were made of
    planned_us: int | None = None  # when they were made
    booked: tuple[Booking, ...] = ()  # what the payments carried out so far did to whose money

    @property
    def needs_public_notice(self) -> bool:
        """Whether any account is divided by proportion."""
        return any(plan.needs_public_notice for plan in self.plans)

    @property
    def awards(self) -> tuple[Award, ...]:
        """Every payment, in the order of plans."""
        return tuple(award for plan in self.plans for award in plan.awards)


def draft_return(
    plans: Sequence[ReturnPlan],
    actor: Actor,
    rules: MeasureRules,
    now_us: int,
    ids: Ids,
    *,
    case: str,
    filing: str,
    method: str,
    earlier: ReturnProcedure | None = None,
) -> ReturnProcedure:
    """A return of the actor's body; with `earlier`, one for victims found later, on what the earlier one left."""
    kind = rules.of(MeasureKind.RETURN, now_us)
    if not any(grant.covers(actor) for grant in kind.proposers):
        raise NotAllowed("role", f"{kind.label} is proposed by an officer of county level or above")
    if not case or not filing:
        raise NotAllowed("filed_case", "a return belongs to a filed case: name the case and its filing")
    _check_seen(plans)
    if earlier is not None:
        check_remainder(earlier, plans)
    return ReturnProcedure(
        ids.new("RETURN"),
        0,
        actor.organisation,
        case,
        filing,
        tuple(plans),
        ProcedureStatus.DRAFT,
        actor.id,
        now_us,
        method,
        "" if earlier is None else earlier.id,
    )


def _check_seen(plans: Sequence[ReturnPlan]) -> None:
    """Directly or by time stamp goes back what a statement shows; where it ends before the freeze, somebody says why."""
    for plan in plans:
        if plan.rests_on_unseen and not is_reason(plan.reason):
            assert plan.unseen is not None, "what rests on unseen time has one"
            ends, begins = format_instant(plan.unseen.from_us), format_instant(plan.unseen.until_us)
            sentence = (
                f"account {number_ending(plan.account)}: its statement ends at {ends}, the freeze began at {begins}; what "
                "moved between nobody has seen. Ask the bank for a statement to the freeze, or give a reason to go on"
            )
            raise NotAllowed("unseen_until_freeze", sentence)


def check_remainder(earlier: ReturnProcedure, plans: Sequence[ReturnPlan]) -> None:
    """Victims found later share what the earlier return left; nobody who was paid pays back."""
    if earlier.status is not ProcedureStatus.DONE:
        stands = PROCEDURE_WORDS[earlier.status]
        raise NotAllowed("earlier_return", f"{earlier.id} is {stands}: finish it, or add the victims to it")
    left = {
        plan.measure: plan.remainder_minor for plan in earlier.plans
    }  # what was frozen anew since is another matter
    for plan in plans:
        if plan.measure in left and plan.frozen_minor > left[plan.measure]:
            sentence = (
                f"account {number_ending(plan.account)}: {earlier.id} left {format_minor(left[plan.measure])}; "
                "no more can be shared"
            )
            raise NotAllowed("earlier_return", sentence)


def check_publish(procedure: ReturnProcedure, actor: Actor) -> None:
    """The body that drafted it may publish a plan by proportion."""
    step(procedure, ProcedureEvent.PUBLISH)
    check_own(procedure, actor)
    if not procedure.needs_public_notice:
        raise NotAllowed("public_notice", "nothing is divided by proportion: no public notice is needed")


def publish_return(procedure: ReturnProcedure, actor: Actor, rules: MeasureRules, now_us: int) -> ReturnProcedure:
    """The public notice begins; until it ends nothing is paid."""
    check_publish(procedure, actor)
    notice = rules.of(MeasureKind.RETURN, now_us).public_notice
    assert notice is not None, "the rules of a return say how long the public notice is"
    status = step(procedure, ProcedureEvent.PUBLISH)
    return replace(procedure, status=status, notice_from_us=now_us, notice_until_us=notice.end_of(now_us, rules.work))


def receive_objection(procedure: ReturnProcedure, by: str, text: str, now_us: int, ids: Ids) -> ReturnProcedure:
    """Anybody concerned may object until the decision, with or without a notice; it is answered before anything is paid."""
    status = step(procedure, ProcedureEvent.OBJECT)
    objection = Objection(ids.new("OBJ"), by, text, now_us)
    return replace(procedure, status=status, objections=(*procedure.objections, objection))


def decide_objection(
    procedure: ReturnProcedure, objection_id: str, actor: Actor, finding: str, now_us: int, *, upheld: bool
) -> ReturnProcedure:
    """What was found of an objection, in writing; one that is upheld asks for a corrected plan."""
    check_own(procedure, actor)
    waiting = [each for each in procedure.objections if each.id == objection_id and each.decided_us is None]
    if not waiting:
        raise NotAllowed("objection", f"{procedure.id} has no objection {objection_id} that waits")
    if not is_reason(finding):
        raise NotAllowed("reason", reason_sentence("the answer to an objection"))
    decided = replace(waiting[0], decided_us=now_us, decided_by=actor.id, upheld=upheld, finding=finding.strip())
    objections = tuple(decided if each.id == objection_id else each for each in procedure.objections)
    return replace(procedure, objections=objections)


def replan_return(procedure: ReturnProcedure, plans: Sequence[ReturnPlan], actor: Actor) -> ReturnProcedure:
    """Another plan, which begins anew; only one that leaves out what an upheld objection proved goes on as it stood."""
    check_own(procedure, actor)
    _check_seen(plans)
    correction = any(each.upheld for each in procedure.objections) and _leaves_out_only(procedure.plans, plans)
    noticed = procedure.notice_until_us is not None and procedure.status is not ProcedureStatus.DRAFT
    if correction and noticed:
        return replace(procedure, status=step(procedure, ProcedureEvent.CORRECT), plans=tuple(plans))
    status = step(procedure, ProcedureEvent.REPLAN)
    return replace(procedure, status=status, plans=tuple(plans), notice_from_us=None, notice_until_us=None)


def _leaves_out_only(before: Sequence[ReturnPlan], after: Sequence[ReturnPlan]) -> bool:
    return len(before) == len(after) and all(
        (old.account, old.frozen_minor, old.branches, old.base)
        == (new.account, new.frozen_minor, new.branches, new.base)
        and new.third_party_minor >= old.third_party_minor
        and all(minor <= _by_victim(old).get(victim, 0) for victim, minor in _by_victim(new).items())
        for old, new in zip(before, after, strict=True)
    )


def _by_victim(plan: ReturnPlan) -> dict[str, int]:
    found: dict[str, int] = {}
    for award in plan.awards:
        found[award.victim] = found.get(award.victim, 0) + award.amount_minor
    return found


def check_propose_return(procedure: ReturnProcedure, actor: Actor, now_us: int) -> None:
    """After the notice, with every objection answered and every payment knowing where it goes, it may be proposed."""
    step(procedure, ProcedureEvent.PROPOSE)
    check_own(procedure, actor)
    _check_ready(procedure, now_us)


def propose_return(procedure: ReturnProcedure, actor: Actor, now_us: int) -> ReturnProcedure:
    """呈请返还资金报告书 goes to the deciding level."""
    check_propose_return(procedure, actor, now_us)
    approvals = (*procedure.approvals, _approval(Signature.PROPOSED, actor, now_us))
    return replace(procedure, status=step(procedure, ProcedureEvent.PROPOSE), approvals=approvals)


def check_approve_return(
    procedure: ReturnProcedure,
    actor: Actor,
    lineage: Sequence[Organisation],
    rules: MeasureRules,
    freezes: Mapping[str, Measure],
    decision: str,
    now_us: int,
) -> None:
    """Another officer, of the prefecture level or above, decides, while the money is frozen as planned.

    freezes: the freeze of each account, by its id.
    """
    step(procedure, ProcedureEvent.APPROVE)
    _check_decider(procedure, actor, lineage, rules.of(MeasureKind.RETURN, now_us))
    signed = {approval.by for approval in procedure.approvals if approval.signature is Signature.PROPOSED}
    if actor.id in signed | {procedure.drafted_by}:
        raise NotAllowed("four_eyes", f"who proposed {procedure.id} does not approve it: another officer must")
    if not decision.strip():
        raise NotAllowed("document", "enter the number of the decision (返还决定书文号)")
    _check_ready(procedure, now_us)
    for plan in procedure.plans:
        freeze = freezes.get(plan.measure)
        if freeze is None or not holds(freeze, now_us):
            raise NotAllowed(
                "not_frozen", f"account {number_ending(plan.account)} is not frozen for this case any more"
            )
        if freeze.executed_minor is not None and held_minor([freeze], now_us) != plan.frozen_minor:
            held = format_minor(held_minor([freeze], now_us))
            sentence = f"account {number_ending(plan.account)} now holds {held}, not what was planned: plan again"
            raise NotAllowed("stale_plan", sentence)


def approve_return(
    procedure: ReturnProcedure,
    actor: Actor,
    lineage: Sequence[Organisation],
    rules: MeasureRules,
    freezes: Mapping[str, Measure],
    decision: str,
    now_us: int,
) -> ReturnProcedure:
    """返还决定书: from now on the plan stands."""
    check_approve_return(procedure, actor, lineage, rules, freezes, decision, now_us)
    approvals = (*procedure.approvals, _approval(Signature.APPROVED, actor, now_us))
    status = step(procedure, ProcedureEvent.APPROVE)
    return replace(procedure, status=status, approvals=approvals, decision=decision.strip())


def reject_return(
    procedure: ReturnProcedure,
    actor: Actor,
    lineage: Sequence[Organisation],
    rules: MeasureRules,
    reason: str,
    now_us: int,
) -> ReturnProcedure:
    """The deciding level says no, and why."""
    status = step(procedure, ProcedureEvent.REJECT)
    _check_decider(procedure, actor, lineage, rules.of(MeasureKind.RETURN, now_us))
    if not is_reason(reason):
        raise NotAllowed("reason", reason_sentence("this"))
    return replace(
        procedure, status=status, approvals=(*procedure.approvals, _approval(Signature.REJECTED, actor, now_us, reason))
    )


def withdraw_return(procedure: ReturnProcedure, actor: Actor, reason: str, now_us: int) -> ReturnProcedure:
    """The body takes it back before it is decided."""
    status = step(procedure, ProcedureEvent.WITHDRAW)
    check_own(procedure, actor)
    if not is_reason(reason):
        raise NotAllowed("reason", reason_sentence("this"))
    return replace(
        procedure,
        status=status,
        approvals=(*procedure.approvals, _approval(Signature.WITHDRAWN, actor, now_us, reason)),
    )


def return_clocks(
    procedure: ReturnProcedure, rules: MeasureRules, freezes: Sequence[Measure] = ()
) -> tuple[ClockRow, ...]:
    """The public notice, as long as it runs; then the ends of the freezes that are still to pay, and their own payments'.

    freezes: those that a decided return is still to be paid out of.
    """
    begun, until = procedure.notice_from_us, procedure.notice_until_us
    if procedure.status is ProcedureStatus.NOTICED and begun is not None and until is not None:
        return (clock(procedure.id, ClockKind.PUBLIC_NOTICE, begun, until),)
    if procedure.status is not ProcedureStatus.APPROVED:
        return ()
    return tuple(
        ClockRow(f"{procedure.id}:{freeze.id}", ClockKind.FREEZE_ENDS, freeze.ends_us, _enough_left_us(freeze, rules))
        for freeze in freezes
        if freeze.ends_us is not None
    )


def ends_early(freeze: Measure, rules: MeasureRules, now_us: int) -> bool:
    """Whether so little is left of a freeze that it may end before a return decided now is paid out of it."""
    warn_us = _enough_left_us(freeze, rules)
    return warn_us is not None and now_us >= warn_us


def _enough_left_us(freeze: Measure, rules: MeasureRules) -> int | None:
    if freeze.ends_us is None:
        return None
    left = rules.of(MeasureKind.RETURN, freeze.drafted_us).freeze_left
    return None if left is None or left.within is None else left.within.start_before(freeze.ends_us)


def step(procedure: ReturnProcedure, event: ProcedureEvent) -> ProcedureStatus:
    """The state after an event; NotAllowed where the table refuses it."""
    to = PROCEDURE_TRANSITIONS[procedure.status, event]
    if to is None:
        raise NotAllowed("transition", f"{procedure.id} is {return_cannot_follow(procedure.status, event)}")
    return to


def check_own(procedure: ReturnProcedure, actor: Actor) -> None:
    """The body that answers for the return."""
    if actor.organisation != procedure.organisation:
        raise NotAllowed("organisation", f"{procedure.id} belongs to another body")


def _check_decider(procedure: ReturnProcedure, actor: Actor, lineage: Sequence[Organisation], kind: KindRules) -> None:
    bodies = {body.id for body in lineage}
    if actor.organisation not in bodies or procedure.organisation not in bodies:
        raise NotAllowed("organisation", f"{procedure.id} belongs to another body; ask it, or the body above both")
    if not any(grant.roles & actor.roles for grant in kind.approvers):
        raise NotAllowed("role", f"{kind.label} is decided by an approver or commander")
    if not any(grant.covers(actor, kind.terms[0].level) for grant in kind.approvers):
        raise NotAllowed("level", f"{kind.label} is decided by 设区的市一级以上公安机关 ({kind.terms[0].text.source})")


def _check_ready(procedure: ReturnProcedure, now_us: int) -> None:
    if not procedure.awards:
        raise NotAllowed("plan", "the plan pays nobody anything")
    if procedure.needs_public_notice:
        until = procedure.notice_until_us
        if until is None:
            raise NotAllowed("public_notice", "money is divided by proportion: publish the plan first (公告30日)")
        if now_us < until:
            raise NotAllowed("public_notice", f"the public notice runs until {format_instant(until)}")
    waiting = [objection.id for objection in procedure.objections if objection.decided_us is None]
    if waiting:
        raise NotAllowed("objection", f"objection {waiting[0]} is not answered yet")
    for objection in procedure.objections:
        if objection.upheld and _is_after(objection.decided_us, procedure.planned_us):
            raise NotAllowed("objection", f"objection {objection.id} was upheld: plan again, without what it proved")
    lost = [award.victim for award in procedure.awards if not award.pay_to]
    if lost:
        raise NotAllowed("pay_to", f"where is the money of {lost[0]} to go? name the account it came from")


def _is_after(at_us: int | None, before_us: int | None) -> bool:
    return at_us is not None and before_us is not None and at_us > before_us


def _approval(signature: Signature, actor: Actor, now_us: int, note: str = "") -> Approval:
    return Approval(signature, actor.id, actor.organisation, actor.level, now_us, note)


can_publish = asks(check_publish)
can_propose_return = asks(check_propose_return)
can_approve_return = asks(check_approve_return)
