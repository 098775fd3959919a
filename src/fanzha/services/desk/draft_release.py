"""A measure that turns out to hold wages or somebody's living drafts their release: a task, with the amount, in the case."""

from __future__ import annotations

from dataclasses import replace

from fanzha import casework
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import Case, Task, WorkEvent
from fanzha.core.actor import MACHINE
from fanzha.core.money import exponent_of, format_minor
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work
from fanzha.services.desk.listing import every
from fanzha.services.desk.weighing import spare_of


def draft_release(work: Work, measure: Measure) -> Task | None:
    """Puts the release of what should be left free before the case's officer, once a measure; None where there is none.

    He decides: with `release_part`, which proposes the same amount again, by what is known then.
    """
    if not measure.request.case:
        return None
    spare = spare_of(work, measure)
    title = f"部分解除 {measure.id}"
    if spare == 0 or _is_drafted(work, measure, title):
        return None
    case = work.unit.records(Case).get(measure.request.case)
    amount = format_minor(spare, exponent_of(measure.request.scope.currency))
    within = work.rules.measures.guard(work.now_us).proof_looked_at_within
    machine = replace(MACHINE, organisation=case.organisation)
    task, events = casework.create_task(
        case, f"{title}：留出 {amount} 元（工资、生活费用）", case.officer, machine, work.now_us, work.ids,
        due_us=within.end_of(work.now_us, work.rules.measures.work),
    )  # fmt: skip
    for event in events:
        work.unit.records(WorkEvent).add(event)
    said: dict[str, DetailValue] = {"measure": measure.id, "amount": amount}
    subject = Subject("task", task.id)
    work.unit.audit.append(done(machine, work.now_us, "task.create", subject, case=case.id, details=said))
    return work.unit.records(Task).add(task)


def _is_drafted(work: Work, measure: Measure, title: str) -> bool:
    tasks = every(work.unit.records(Task), Query(equals={"case_id": measure.request.case}))
    return any(task.title.startswith(title) for task in tasks)
