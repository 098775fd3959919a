"""A case goes one step further in its procedure, by the paper that the step needs."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, CaseStep
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_case
from fanzha.services.desk.model import Desk


def step_case(
    desk: Desk,
    actor: Actor,
    case_id: str,
    step: CaseStep,
    *,
    number: str = "",
    reason: str = "",
    version: int | None = None,
) -> Case:
    """Takes the step: one of the table needs its document's number (文号) and who may decide it; any other a reason.

    A body above may decide too. Raises NotAllowed when the step cannot follow, or may not be decided so.
    """
    with acting(desk, actor, f"case.{step}", Subject("case", case_id)) as work:
        decided = step in work.rules.casework.steps
        case = work.load(Case, case_id, Action.CASE_DECIDE if decided else Action.CASE_WORK, version)
        superiors = work.tree(case.organisation).above(case.organisation)
        stepped, events = casework.step_case(
            case, step, work.rules.casework.steps, actor, work.now_us, work.ids,
            number=number, reason=reason, superiors=superiors,
        )  # fmt: skip
        return keep_case(work, stepped, events)
