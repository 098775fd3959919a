"""A return is drafted for a case, and planned anew when its facts change; nothing is paid yet."""

from __future__ import annotations

from dataclasses import replace

from fanzha.access import Action
from fanzha.audit import DetailValue, Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.measures import return_procedure
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping_returns import keep_return
from fanzha.services.desk.model import Desk
from fanzha.services.desk.return_figures import ReturnFigures
from fanzha.services.desk.return_planning import ReturnWanted, earlier_return, make_plans


def draft_return(
    desk: Desk, actor: Actor, wanted: ReturnWanted, figures: ReturnFigures, *, earlier: str = ""
) -> ReturnProcedure:
    """Drafts the return of a filed case.

    Args:
        desk: the desk.
        actor: an officer of the body that answers for the case.
        wanted: the case, and the choices for its frozen accounts.
        figures: what the ledger and the trace say.
        earlier: the return that paid out of these accounts before; the last such one where nobody says.

    Raises:
        NotAllowed: with the rule: filed_case, not_frozen, return_under_way, earlier_return.
        Refused: the facts do not allow the chosen branch.
    """
    with acting(desk, actor, "return.draft", Subject("case", wanted.case)) as work:
        hold_returns(work, wanted.case)
        case = work.load(Case, wanted.case, Action.RETURN_PROPOSE)
        plans = make_plans(work, wanted, figures)
        before = earlier_return(work, case.id, plans)
        if earlier:
            before = work.load(ReturnProcedure, earlier, Action.RETURN_PROPOSE)
            if before.case != case.id:
                raise BadInput(f"{earlier} is no return of {case.id}")
        drafted = return_procedure.draft_return(
            plans, actor, work.rules.measures, work.now_us, work.ids,
            case=case.id, filing="" if case.filing is None else case.filing.number, method=figures.method,
            earlier=before,
        )  # fmt: skip
        drafted = replace(drafted, trace_run=figures.trace_run, planned_us=work.now_us)
        return keep_return(work, drafted, "draft", new=True, details=figures_of_plan(drafted))


def replan_return(
    desk: Desk,
    actor: Actor,
    return_id: str,
    wanted: ReturnWanted,
    figures: ReturnFigures,
    *,
    version: int | None = None,
) -> ReturnProcedure:
    """Plans a return anew; only a plan that leaves out what an upheld objection proved keeps its public notice."""
    with acting(desk, actor, "return.replan", Subject("return", return_id)) as work:
        hold_returns(work, wanted.case)
        procedure = work.load(ReturnProcedure, return_id, Action.RETURN_PROPOSE, version)
        if procedure.case != wanted.case:
            raise BadInput(f"{return_id} is no return of {wanted.case}")
        plans = make_plans(work, wanted, figures, instead_of=procedure)
        planned = return_procedure.replan_return(procedure, plans, actor)
        planned = replace(planned, method=figures.method, trace_run=figures.trace_run, planned_us=work.now_us)
        return keep_return(work, planned, "replan", details=figures_of_plan(planned))


def hold_returns(work: Work, case: str) -> None:
    """One at a time changes what a case gives back: two returns never share one frozen 分."""
    work.unit.hold(f"return:{case}")


def figures_of_plan(procedure: ReturnProcedure) -> dict[str, DetailValue]:
    """What the audit keeps of a plan; minor units."""
    return {
        "accounts": len(procedure.plans),
        "victims": len({award.victim for award in procedure.awards}),
        "paid_minor": sum(plan.paid_minor for plan in procedure.plans),
        "remainder_minor": sum(plan.remainder_minor for plan in procedure.plans),
        "branches": " ".join("+".join(plan.branches) for plan in procedure.plans),
        "method": procedure.method,
    }
