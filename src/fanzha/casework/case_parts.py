"""What officers put on a case: comments, files, tasks, and the series that it belongs to."""

from __future__ import annotations

from dataclasses import replace

from fanzha.casework.case_model import Case, Comment, Series, SeriesMember, Task, TaskStatus
from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.lifecycle import TASK_TABLE, TaskStep, next_status
from fanzha.casework.model import Attachment
from fanzha.casework.policy import check_case_work, check_person, check_reason, check_same_body
from fanzha.casework.words import in_words
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids


def comment_on(case: Case, text: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Case, Events]:
    """A word on the case."""
    check_case_work(case, actor)
    check_person(actor, "a comment")
    if not text.strip():
        raise BadInput("an empty comment says nothing")
    comment = Comment(ids.new("NOTE"), actor.id, now_us, text)
    event = work_event(EventKind.CASE_COMMENTED, case.id, actor, now_us, ids, comment=comment.id)
    return replace(case, comments=(*case.comments, comment)), (event,)


def strike_out_comment(case: Case, comment: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Case, Events]:
    """Take one's own word back; it stays readable as struck out."""
    check_case_work(case, actor)
    held = next((one for one in case.comments if one.id == comment), None)
    if held is None:
        raise BadInput(f"{case.id} has no comment {comment}")
    if held.by != actor.id:
        raise NotAllowed("comment.other", f"{comment} is by {held.by}; only he may strike it out")
    if held.struck_out_at_us is not None:
        return case, ()
    struck = replace(held, struck_out_by=actor.id, struck_out_at_us=now_us)
    event = work_event(EventKind.CASE_COMMENT_STRUCK_OUT, case.id, actor, now_us, ids, comment=comment)
    return replace(case, comments=tuple(struck if one is held else one for one in case.comments)), (event,)


def add_file(case: Case, file: Attachment, actor: Actor, now_us: int, ids: Ids) -> tuple[Case, Events]:
    """A file on the case; the same bytes again change nothing."""
    check_case_work(case, actor)
    if any(held.sha256 == file.sha256 for held in case.files):
        return case, ()
    event = work_event(EventKind.CASE_FILE_ADDED, case.id, actor, now_us, ids, file=file.id, sha256=file.sha256)
    return replace(case, files=(*case.files, file)), (event,)


def create_task(
    case: Case, title: str, officer: str, actor: Actor, now_us: int, ids: Ids, *, due_us: int | None = None
) -> tuple[Task, Events]:
    """Something to be done for the case."""
    check_case_work(case, actor)
    return _created(
        Task(ids.new("TASK"), 0, case.organisation, case.id, title, officer, due_us, actor.id, now_us), actor, ids
    )


def create_operation_task(
    operation: str,
    organisation: str,
    title: str,
    officer: str,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    due_us: int | None = None,
) -> tuple[Task, Events]:
    """Something to be done for an operation; it is the officer's body's task, whichever body leads."""
    check_person(actor, "a task")
    made = Task(ids.new("TASK"), 0, organisation, "", title, officer, due_us, actor.id, now_us, operation=operation)
    return _created(made, actor, ids)


def _created(task: Task, actor: Actor, ids: Ids) -> tuple[Task, Events]:
    if not task.title.strip():
        raise BadInput("a task needs a title")
    event = work_event(
        EventKind.TASK_CREATED, task.id, actor, task.created_at_us, ids,
        after=task.status, case=task.case, operation=task.operation, officer=task.officer,
        due_us="" if task.due_us is None else task.due_us,
    )  # fmt: skip
    return task, (event,)


def step_task(
    task: Task, step: TaskStep, actor: Actor, now_us: int, ids: Ids, *, result: str = ""
) -> tuple[Task, Events]:
    """Finish, cancel or reopen a task; cancelling and reopening need a reason."""
    check_same_body(actor, task)
    if step is not TaskStep.FINISH:
        check_reason(result, f"{in_words(step)} of {task.id}")
    after = next_status(TASK_TABLE, task.status, step, task.id)
    event = work_event(
        EventKind.TASK_REOPENED if step is TaskStep.REOPEN else EventKind.TASK_ENDED,
        task.id, actor, now_us, ids, before=task.status, after=after, case=task.case, result=result,
    )  # fmt: skip
    ended = step is not TaskStep.REOPEN
    return replace(
        task, status=after, result=result, ended_by=actor.id if ended else "", ended_at_us=now_us if ended else None
    ), (event,)


def task_at(task: Task, as_of_us: int) -> Task | None:
    """The task as it stood at an instant; None before it was there."""
    if task.created_at_us > as_of_us:
        return None
    ended_later = task.ended_at_us is not None and task.ended_at_us > as_of_us
    return replace(task, status=TaskStatus.OPEN, ended_at_us=None) if ended_later else task


def is_overdue(task: Task, now_us: int) -> bool:
    """Whether an open task is past its day."""
    return task.status is TaskStatus.OPEN and task.due_us is not None and task.due_us < now_us


def start_series(title: str, actor: Actor, ids: Ids) -> Series:
    """An empty series; it begins to exist with its first case."""
    check_person(actor, "a series")
    return Series(ids.new("SERIES"), 0, actor.organisation, title)


def join_series(
    series: Series, case: Case, reason: str, evidence: tuple[str, ...], actor: Actor, now_us: int, ids: Ids
) -> tuple[Series, Case, Events]:
    """串并: link a case with others, saying why and by what evidence; a case of another body stays that body's.

    The officer's body must own the series or the case.
    """
    check_person(actor, "linking cases")
    check_reason(reason, f"linking {case.id}")
    if actor.organisation not in {series.organisation, case.organisation}:
        check_same_body(actor, series)
    if any(member.case == case.id for member in series.members):
        return series, case, ()
    member = SeriesMember(case.id, reason, evidence, actor.id, now_us)
    event = work_event(
        EventKind.CASE_SERIES_JOINED, case.id, actor, now_us, ids,
        series=series.id, reason=reason, evidence=" ".join(evidence),
    )  # fmt: skip
    return (
        replace(series, members=(*series.members, member)),
        replace(case, series=(*case.series, series.id)),
        (event,),
    )


def leave_series(
    series: Series, case: Case, reason: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[Series, Case, Events]:
    """Undo a link; the history keeps that it was there."""
    check_person(actor, "unlinking cases")
    check_reason(reason, f"unlinking {case.id}")
    if actor.organisation not in {series.organisation, case.organisation}:
        check_same_body(actor, series)
    if all(member.case != case.id for member in series.members):
        raise BadInput(f"{case.id} is not in {series.id}")
    event = work_event(EventKind.CASE_SERIES_LEFT, case.id, actor, now_us, ids, series=series.id, reason=reason)
    return (
        replace(series, members=tuple(member for member in series.members if member.case != case.id)),
        replace(case, series=tuple(one for one in case.series if one != series.id)),
        (event,),
    )
