"""A return goes to the deciding level, which approves it or says no; approved, its payments are ordered at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.core.money import exponent_of, format_minor
from fanzha.measures import return_procedure
from fanzha.measures.changes import Change, Happening, happened
from fanzha.measures.model import Measure
from fanzha.measures.return_payments import payment_measures
from fanzha.measures.return_plan import Base
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.bodies import lineage_of
from fanzha.services.desk.draft_return import figures_of_plan, hold_returns
from fanzha.services.desk.keeping import keep_new_measures
from fanzha.services.desk.keeping_returns import keep_return
from fanzha.services.desk.model import Desk
from fanzha.services.desk.return_planning import decided_minor, freezes_of, returns_of
from fanzha.services.desk.standing import case_standing
from fanzha.services.desk.unpaid_freezes import warn_of_ends


def propose_return(desk: Desk, actor: Actor, return_id: str, *, version: int | None = None) -> ReturnProcedure:
    """呈请返还资金报告书 goes up. Raises NotAllowed while the notice runs or an objection waits."""
    with acting(desk, actor, "return.propose", Subject("return", return_id)) as work:
        procedure = work.load(ReturnProcedure, return_id, Action.RETURN_PROPOSE, version)
        proposed = return_procedure.propose_return(procedure, actor, work.now_us)
        return keep_return(work, proposed, "propose", details=figures_of_plan(proposed))


def approve_return(
    desk: Desk, actor: Actor, return_id: str, decision: str, *, version: int | None = None
) -> ReturnProcedure:
    """返还决定书: the plan stands, and the order of every payment goes into the outbox in the same commit.

    Args:
        desk: the desk.
        actor: another than who drafted or proposed it, of the prefecture level (设区的市) or above.
        return_id: of the return.
        decision: number of the decision (文号).
        version: the version that the actor looked at; None: whatever stands now.

    Raises:
        NotAllowed: with the rule: four_eyes, level, public_notice, objection, not_frozen, stale_plan, …
        StaleVersion: somebody else changed or decided it meanwhile.
    """
    with acting(desk, actor, "return.approve", Subject("return", return_id)) as work:
        found = work.load(ReturnProcedure, return_id, Action.RETURN_APPROVE)
        hold_returns(work, found.case)
        procedure = work.load(ReturnProcedure, return_id, Action.RETURN_APPROVE, version)
        lineage = lineage_of(work.tree(procedure.organisation), procedure.organisation)
        _check_filed(work, procedure)
        freezes = {freeze.id: freeze for freeze in freezes_of(work, procedure.case)}
        approved = return_procedure.approve_return(
            procedure, actor, lineage, work.rules.measures, freezes, decision, work.now_us
        )
        _check_nobody_gets_more(work, procedure)
        kept = keep_return(
            work, approved, "approve", details={"decision": approved.decision, **figures_of_plan(approved)}
        )
        warn_of_ends(work, kept)
        payments = payment_measures(approved, work.rules.measures, work.now_us)
        keep_new_measures(work, [_ordered(work, payment) for payment in payments])
        return kept


def reject_return(
    desk: Desk, actor: Actor, return_id: str, reason: str, *, version: int | None = None
) -> ReturnProcedure:
    """The deciding level says no, and why."""
    with acting(desk, actor, "return.reject", Subject("return", return_id)) as work:
        procedure = work.load(ReturnProcedure, return_id, Action.RETURN_APPROVE, version)
        lineage = lineage_of(work.tree(procedure.organisation), procedure.organisation)
        rejected = return_procedure.reject_return(procedure, actor, lineage, work.rules.measures, reason, work.now_us)
        return keep_return(work, rejected, "reject", reason=reason)


def withdraw_return(
    desk: Desk, actor: Actor, return_id: str, reason: str, *, version: int | None = None
) -> ReturnProcedure:
    """The body takes it back before it is decided."""
    with acting(desk, actor, "return.withdraw", Subject("return", return_id)) as work:
        procedure = work.load(ReturnProcedure, return_id, Action.RETURN_PROPOSE, version)
        withdrawn = return_procedure.withdraw_return(procedure, actor, reason, work.now_us)
        return keep_return(work, withdrawn, "withdraw", reason=reason)


def _check_filed(work: Work, procedure: ReturnProcedure) -> None:
    """What was planned before 撤案 is not decided after it: whose money it is, is open again."""
    case = case_standing(work, procedure.case)
    if case is None or not case.filing:
        raise NotAllowed("filed_case", f"{procedure.case} is not filed any more: nothing of it is returned")


def _ordered(work: Work, payment: Measure) -> Change:
    told = happened(Happening.APPROVED, payment, work.actor, work.now_us, order=payment.orders[-1].id)
    return Change(payment, (told,))


def _check_nobody_gets_more(work: Work, procedure: ReturnProcedure) -> None:
    """Nobody is given more than he lost, counting what other returns of the case decided since this one was planned."""
    others = [one for one in returns_of(work, procedure.case) if one.id != procedure.id]
    for currency in {plan.currency for plan in procedure.plans}:
        given: Counter[str] = decided_minor(others, currency)
        lost: Mapping[str, int] = {
            claim.victim: claim.loss_minor[Base.TOTAL_CASE_LOSS]
            for plan in procedure.plans
            if plan.currency == currency
            for claim in plan.claims
        }
        for plan in procedure.plans:
            for award in plan.awards if plan.currency == currency else ():
                given[award.victim] += award.amount_minor
        for victim, total in lost.items():
            if given[victim] > total:
                more = format_minor(given[victim] - total, exponent_of(currency))
                sentence = f"{victim} would get {more} more than he lost: another return was decided since; plan again"
                raise NotAllowed("stale_plan", sentence)
