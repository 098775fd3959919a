"""并案 and 分案: two cases become one, or one becomes two, with everything that rests on their reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, CaseMove, Moved, MoveKind, Report, Task
from fanzha.core.actor import Actor
from fanzha.measures.model import Measure
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.case_family import (
    check_no_open_return,
    check_no_return,
    check_no_return_since,
    measures_of,
    measures_resting_on,
    move_clues,
    move_measures,
    move_returns,
    returns_of,
)
from fanzha.services.desk.keeping import keep_case
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk


def merge_cases(desk: Desk, actor: Actor, kept_id: str, absorbed_id: str, reason: str) -> CaseMove:
    """并案: the absorbed case's reports, clues, tasks and officers go to the kept one, with measures and finished returns.

    What was decided stays decided, by its own papers. Raises NotAllowed when a return of either is under way, when a
    proposal names the absorbed case's filing, or when the two cannot become one.
    """
    with acting(desk, actor, "record.merge", Subject("case", absorbed_id)) as work:
        kept = work.load(Case, kept_id, Action.CASE_WORK)
        absorbed = work.load(Case, absorbed_id, Action.CASE_WORK)
        for case in (kept, absorbed):
            check_no_open_return(work.unit, case, f"merging {absorbed_id} into {kept_id}")
        moved = casework.merge_cases(
            kept, absorbed, _reports(work, absorbed.reports), _tasks(work, absorbed), reason,
            actor, work.now_us, work.ids,
        )  # fmt: skip
        _keep_moved(work, moved)
        move_clues(work, absorbed, kept, absorbed.reports)
        measures = move_measures(work, measures_of(work.unit, absorbed), moved.target, merged=True)
        returns = move_returns(work, returns_of(work.unit, absorbed), moved.target)
        return work.unit.records(CaseMove).add(replace(moved.move, measures=measures, returns=returns))


def split_case(
    desk: Desk,
    actor: Actor,
    case_id: str,
    reports: Sequence[str],
    title: str,
    reason: str,
    *,
    tasks: Sequence[str] = (),
) -> CaseMove:
    """分案: the named reports become a case of their own, at the same step and under the same papers.

    Clues and measures that rest on these reports alone go with them; what rests on others too stays. Raises NotAllowed
    when something was returned or a return is under way: losses are not parted from what made them good.
    """
    with acting(desk, actor, "case.split", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_WORK)
        check_no_return(work.unit, case, f"splitting {case_id}")
        leaving = _reports(work, tuple(dict.fromkeys(reports)))
        with_them = [work.load(Task, task, Action.TASK_WORK) for task in dict.fromkeys(tasks)]
        moved = casework.split_case(case, leaving, with_them, title, reason, actor, work.now_us, work.ids)
        resting = measures_resting_on(work.unit, case, moved.move.reports)
        _keep_moved(work, moved, new=True)
        move_clues(work, case, moved.target, moved.move.reports)
        measures = move_measures(work, resting, moved.target)
        return work.unit.records(CaseMove).add(replace(moved.move, measures=measures))


def undo_case_move(desk: Desk, actor: Actor, move_id: str, reason: str) -> CaseMove:
    """Takes a merge or a split back; what rests on the reports that go back goes with them.

    Raises NotAllowed when a return has begun since, or a measure binds by a filing that the other case has not.
    """
    with acting(desk, actor, "record.unmerge", Subject("case_move", move_id)) as work:
        move = work.load(CaseMove, move_id, Action.SEE)
        source, target = (work.load(Case, one, Action.CASE_WORK) for one in (move.source, move.target))
        back, tasks, measures, returns = _going_back(work, move, target)
        moved = casework.undo_move(
            move, source, target, actor, work.now_us, work.ids,
            reports=_reports(work, back), tasks=tasks, reason=reason,
        )  # fmt: skip
        _keep_moved(work, moved)
        move_clues(work, target, moved.source, back)
        move_measures(work, measures, moved.source)
        move_returns(work, returns, moved.source)
        return work.unit.records(CaseMove).save(moved.move)


def _going_back(
    work: Work, move: CaseMove, target: Case
) -> tuple[tuple[str, ...], list[Task], list[Measure], list[ReturnProcedure]]:
    """Reports, tasks, measures and finished returns that the source gets back."""
    view, what = work.unit, f"undoing {move.id}"
    tasks, measures = _tasks(work, target), list(measures_of(view, target))
    if move.kind is MoveKind.SPLIT:
        check_no_return(view, target, what)
        return target.reports, tasks, measures, []
    check_no_return_since(view, target, move, what)
    back = tuple(report for report in move.reports if report in target.reports)
    resting = {measure.id for measure in measures_resting_on(view, target, back)} | set(move.measures)
    return (
        back,
        [task for task in tasks if task.id in move.tasks],
        [measure for measure in measures if measure.id in resting],
        [procedure for procedure in returns_of(view, target) if procedure.id in move.returns],
    )


def _keep_moved(work: Work, moved: Moved, *, new: bool = False) -> None:
    """Saves both cases with the events of each, and the reports and tasks that went over."""
    for case in (moved.source, moved.target):
        told = tuple(event for event in moved.events if event.record == case.id)
        keep_case(work, case, told, new=new and case is moved.target)
    for report in moved.reports:
        work.unit.records(Report).save(report)
    for task in moved.tasks:
        work.unit.records(Task).save(task)


def _reports(work: Work, wanted: Sequence[str]) -> list[Report]:
    return [work.unit.records(Report).get(report) for report in wanted]


def _tasks(work: Work, case: Case) -> list[Task]:
    return list(every(work.unit.records(Task), Query(equals={"case_id": case.id})))
