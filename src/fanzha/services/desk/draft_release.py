"""A measure that turns out to hold wages or somebody's living drafts their release: a task, with the amount, in the case."""

from __future__ import annotations

from typing import Final

from fanzha.casework import Task
from fanzha.core.money import exponent_of, format_minor
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.task_by_machine import put_task
from fanzha.services.desk.weighing import spare_of

RELEASE: Final = "部分解除"


def draft_release(work: Work, measure: Measure) -> Task | None:
    """Puts the release of what should be left free before the case's officer, once a measure; None where there is none.

    He decides: with `release_part`, which proposes the same amount again, by what is known then.
    """
    if not measure.request.case:
        return None
    spare = spare_of(work, measure)
    if spare == 0:
        return None
    amount = format_minor(spare, exponent_of(measure.request.scope.currency))
    within = work.rules.measures.guard(work.now_us).proof_looked_at_within
    due_us = within.end_of(work.now_us, work.rules.measures.work)
    return put_task(work, measure, RELEASE, f"留出 {amount} 元（工资、生活费用）", due_us, {"amount": amount})
