"""A case goes one step further in its procedure, by the paper that the step needs."""

from __future__ import annotations

from typing import Final

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, CaseStep, in_words
from fanzha.core.actor import Actor
from fanzha.measures import ending
from fanzha.measures.lifecycle import OUT, Status
from fanzha.measures.model import MeasureKind, effective_status
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.bodies import lineage_of
from fanzha.services.desk.case_family import measures_of
from fanzha.services.desk.keeping import keep_case, keep_measure
from fanzha.services.desk.model import Desk

_NOTHING_TO_HOLD_FOR: Final = frozenset({CaseStep.DECLINE, CaseStep.WITHDRAW})
# What was asked is asked, what was paid is paid; a hold of a payment is over before anybody lifts it.
_NOTHING_IS_LIFTED_OF: Final = frozenset({MeasureKind.QUERY, MeasureKind.RETURN, MeasureKind.PAYER_HOLD})
_HOLDS_OR_MAY: Final = OUT | {Status.APPROVED}


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

    A body above may decide too. After 不予立案 or 撤案 the days run in which what the case holds must be lifted.

    Raises NotAllowed when the step cannot follow, or may not be decided so.
    """
    with acting(desk, actor, f"case.{step}", Subject("case", case_id)) as work:
        decided = step in work.rules.casework.steps
        case = work.load(Case, case_id, Action.CASE_DECIDE if decided else Action.CASE_WORK, version)
        superiors = work.tree(case.organisation).above(case.organisation)
        stepped, events = casework.step_case(
            case, step, work.rules.casework.steps, actor, work.now_us, work.ids,
            number=number, reason=reason, superiors=superiors,
        )  # fmt: skip
        kept = keep_case(work, stepped, events)
        if step in _NOTHING_TO_HOLD_FOR:
            _have_lifted(work, kept, f"{case_id}: {in_words(step)} {number}".strip())
        return kept


def _have_lifted(work: Work, case: Case, reason: str) -> None:
    """What the case still holds has nothing to do with a crime any more: the days in which it must be lifted run."""
    lineage = lineage_of(work.tree(case.organisation), case.organisation)
    for measure in list(measures_of(work.unit, case)):
        if (
            measure.kind not in _NOTHING_IS_LIFTED_OF
            and effective_status(measure, work.now_us) in _HOLDS_OR_MAY
            and measure.unrelated_us is None
        ):
            keep_measure(work, ending.find_unrelated(measure, work.actor, lineage, reason, work.now_us))
