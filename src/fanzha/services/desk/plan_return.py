"""What a return would give whom, by every way, before anything is written down."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.measures.return_plan import ReturnPlan
from fanzha.services.desk.acting import looking
from fanzha.services.desk.model import Desk
from fanzha.services.desk.return_figures import ReturnFigures
from fanzha.services.desk.return_planning import ReturnWanted, make_plans


@dataclass(frozen=True, slots=True)
class PlannedReturn:
    """The plans of a case's frozen accounts, and by which method and trace they were made."""

    case: str
    method: str
    trace_run: str
    plans: tuple[ReturnPlan, ...]


def plan_return(desk: Desk, actor: Actor, wanted: ReturnWanted, figures: ReturnFigures) -> PlannedReturn:
    """Plans, and changes nothing.

    Raises NotAllowed when nothing is frozen or a return is under way, Refused when the facts do not allow the chosen
    branch, BadInput when an amount or a name makes no sense.
    """
    with looking(desk, actor, "return.plan", Subject("case", wanted.case)) as look:
        case = look.load(Case, wanted.case, Action.RETURN_PROPOSE)
        return PlannedReturn(case.id, figures.method, figures.trace_run, make_plans(look, wanted, figures))
