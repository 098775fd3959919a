"""What officers put on a case on the command line: comments, files, tasks, officers, series, hand-overs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.output import counted
from fanzha.cli.record_options import (
    CursorOption,
    LimitOption,
    ReasonOption,
    answer,
    for_people,
    list_mask,
    read_file,
    show_page,
)

if TYPE_CHECKING:
    from fanzha.casework import Case, HandOver, Series, Task, TaskStep

parts = typer.Typer()  # their commands stand among those of `case` itself
tasks = typer.Typer(name="task", rich_markup_mode=None, no_args_is_help=True, help="What is to be done, and by when.")
series = typer.Typer(
    name="series", rich_markup_mode=None, no_args_is_help=True, help="串并案: cases that belong together."
)
hand_overs = typer.Typer(
    name="hand-over", rich_markup_mode=None, no_args_is_help=True, help="Give a case to the body whose it is."
)
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="Id of the case.")]
OfficerArgument = Annotated[str, typer.Argument(metavar="OFFICER", help="Login or id.")]
TaskArgument = Annotated[str, typer.Argument(metavar="TASK", help="Id of the task.")]
SeriesArgument = Annotated[str, typer.Argument(metavar="SERIES", help="Id of the series.")]
OfferArgument = Annotated[str, typer.Argument(metavar="HANDOVER", help="Id of the hand-over.")]
EvidenceOption = Annotated[
    list[str] | None, typer.Option("--evidence", metavar="ID", help="What shows it: ids; repeatable.")
]


@parts.command()
def comment(
    context: typer.Context,
    case: CaseArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A word on the case.")],
    login: AsOption = None,
) -> None:
    """Put a comment on a case."""
    from fanzha.services.desk.comment_case import comment_case

    with at_desk(context, login) as seat:
        commented = comment_case(seat.desk, seat.actor, case, text)
        _tell_case(seat, commented, f"{commented.comments[-1].id} stands on {case}")


@parts.command("strike-out")
def strike_out(
    context: typer.Context,
    case: CaseArgument,
    note: Annotated[str, typer.Argument(metavar="COMMENT", help="Id of your comment, NOTE-….")],
    login: AsOption = None,
) -> None:
    """Take your own comment back; it stays readable as struck out."""
    from fanzha.services.desk.comment_case import strike_out_comment

    with at_desk(context, login) as seat:
        _tell_case(seat, strike_out_comment(seat.desk, seat.actor, case, note), f"{note} is struck out")


@parts.command("file-add")
def add_file(
    context: typer.Context,
    case: CaseArgument,
    file: Annotated[Path, typer.Argument(help="The file; its content is kept by its SHA-256.")],
    login: AsOption = None,
) -> None:
    """Put a file on a case."""
    from fanzha import bootstrap
    from fanzha.services.desk.add_case_file import add_case_file

    brought = read_file(file)
    with at_desk(context, login) as seat:
        evidence = bootstrap.evidence_store(seat.home)
        kept = add_case_file(seat.desk, evidence, seat.actor, case, brought)
        _tell_case(seat, kept, f"{brought.name} is on {case}, which has {counted(len(kept.files), 'file')}")


@parts.command("add-report")
def add_report(
    context: typer.Context,
    case: CaseArgument,
    report: Annotated[str, typer.Argument(metavar="REPORT", help="Id or acknowledgement number.")],
    login: AsOption = None,
) -> None:
    """Put one more report of the same matter into a case, with its clues."""
    from fanzha.services.desk.add_report_to_case import add_report_to_case
    from fanzha.services.desk.find_report import report_id_of

    with at_desk(context, login) as seat:
        grown = add_report_to_case(seat.desk, seat.actor, case, report_id_of(seat.desk, seat.actor, report))
        _tell_case(seat, grown, f"{case} has {len(grown.reports)} reports; trace it anew: fanzha trace --case {case}")


@parts.command()
def officer(
    context: typer.Context, case: CaseArgument, name: OfficerArgument, reason: ReasonOption, login: AsOption = None
) -> None:
    """Give the case to another officer (主办民警) of its body."""
    from fanzha.services.desk.staff_case import change_officer

    with at_desk(context, login) as seat:
        _tell_case(seat, change_officer(seat.desk, seat.actor, case, name, reason), f"{case} is with {name}")


@parts.command()
def join(context: typer.Context, case: CaseArgument, name: OfficerArgument, login: AsOption = None) -> None:
    """Let one more officer work on the case."""
    from fanzha.services.desk.staff_case import join_case

    with at_desk(context, login) as seat:
        _tell_case(seat, join_case(seat.desk, seat.actor, case, name), f"{name} works on {case}")


@parts.command()
def leave(context: typer.Context, case: CaseArgument, name: OfficerArgument, login: AsOption = None) -> None:
    """End an officer's work on the case."""
    from fanzha.services.desk.staff_case import leave_case

    with at_desk(context, login) as seat:
        _tell_case(seat, leave_case(seat.desk, seat.actor, case, name), f"{name} works on {case} no more")


@tasks.command("new")
def new_task(
    context: typer.Context,
    case: CaseArgument,
    title: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be done.")],
    person: Annotated[str, typer.Option("--officer", metavar="LOGIN", help="By whom; you, if nobody is named.")] = "",
    due: Annotated[str, typer.Option("--due", metavar="TIME", help="By when.")] = "",
    login: AsOption = None,
) -> None:
    """Give somebody something to do for a case."""
    from fanzha.core.time import parse_period
    from fanzha.services.desk.case_tasks import create_task

    due_us = parse_period(due)[1] if due else None  # a day means its end
    with at_desk(context, login) as seat:
        made = create_task(seat.desk, seat.actor, case, title, officer=person, due_us=due_us)
        _tell_task(seat, made, f"{made.id} is with {made.officer}")


@tasks.command("list")
def list_tasks_of(
    context: typer.Context,
    case: Annotated[str, typer.Option("--case", help="Of this case.")] = "",
    person: Annotated[str, typer.Option("--officer", metavar="ID", help="With this officer.")] = "",
    limit: LimitOption = 50,
    cursor: CursorOption = "",
    login: AsOption = None,
) -> None:
    """Tasks: open ones first, the next due of them first."""
    from fanzha.services.desk.documents.case import task_document
    from fanzha.services.desk.lists import ListWanted, list_tasks

    wanted = ListWanted(case=case, officer=person, limit=limit, cursor=cursor or None)
    with at_desk(context, login) as seat:
        page = list_tasks(seat.desk, seat.actor, wanted)
        mask = list_mask(seat, page.rows)
        lines = [task_document(task, mask, seat.desk.clock.now_us()) for task in page.rows]
        columns = ["id", "title", "officer", "status", "due", "overdue", "case"]
        show_page(seat, "tasks", lines, columns, page.next_cursor, spare=["case"])


@tasks.command()
def done(
    context: typer.Context,
    task: TaskArgument,
    result: Annotated[str, typer.Option("--result", metavar="TEXT", help="What came of it.")] = "",
    login: AsOption = None,
) -> None:
    """Finish a task."""
    from fanzha.casework import TaskStep

    _step_task(context, login, task, TaskStep.FINISH, result)


@tasks.command()
def cancel(context: typer.Context, task: TaskArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """Cancel a task, with a reason."""
    from fanzha.casework import TaskStep

    _step_task(context, login, task, TaskStep.CANCEL, reason)


@tasks.command("reopen")
def reopen_task(context: typer.Context, task: TaskArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """Open a task again, with a reason."""
    from fanzha.casework import TaskStep

    _step_task(context, login, task, TaskStep.REOPEN, reason)


@series.command()
def start(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What the series is called.")],
    case: CaseArgument,
    reason: ReasonOption,
    evidence: EvidenceOption = None,
    login: AsOption = None,
) -> None:
    """Begin a series with its first case."""
    from fanzha.services.desk.case_series import Link, start_series

    with at_desk(context, login) as seat:
        begun = start_series(seat.desk, seat.actor, title, case, Link(reason, tuple(evidence or ())))
        _tell_series(
            seat, begun, f"{begun.id} begins with {case}; next: fanzha case series add {begun.id} CASE --reason TEXT"
        )


@series.command("add")
def add_to_series(
    context: typer.Context,
    series_id: SeriesArgument,
    case: CaseArgument,
    reason: ReasonOption,
    evidence: EvidenceOption = None,
    login: AsOption = None,
) -> None:
    """Link one more case, saying why and by what."""
    from fanzha.services.desk.case_series import Link, join_series

    with at_desk(context, login) as seat:
        joined = join_series(seat.desk, seat.actor, series_id, case, Link(reason, tuple(evidence or ())))
        _tell_series(seat, joined, f"{series_id} has {len(joined.members)} cases")


@series.command("remove")
def remove_from_series(
    context: typer.Context, series_id: SeriesArgument, case: CaseArgument, reason: ReasonOption, login: AsOption = None
) -> None:
    """Take a case out of a series; the history keeps that it was there."""
    from fanzha.services.desk.case_series import leave_series

    with at_desk(context, login) as seat:
        left = leave_series(seat.desk, seat.actor, series_id, case, reason)
        _tell_series(seat, left, f"{case} is not in {series_id} any more")


@hand_overs.command()
def offer(
    context: typer.Context,
    case: CaseArgument,
    body: Annotated[str, typer.Argument(metavar="BODY", help="The body whose it is.")],
    number: Annotated[str, typer.Option("--document", metavar="文号", help="Of the 移送案件通知书.")],
    reason: ReasonOption,
    login: AsOption = None,
) -> None:
    """Offer a case to another body; it stays, with its clocks, until it is taken."""
    from fanzha.core.time import format_instant
    from fanzha.services.desk.hand_over_case import Offer, offer_hand_over

    with at_desk(context, login) as seat:
        made = offer_hand_over(seat.desk, seat.actor, case, Offer(body, number, reason))
        due = for_people(format_instant(made.due_us))
        _tell_offer(seat, made, f"{made.id}: {case} is offered to {body}, to be answered by {due}")


@hand_overs.command("list")
def list_offers(context: typer.Context, login: AsOption = None) -> None:
    """The hand-overs that your body has offered or is asked to answer."""
    from fanzha.services.desk.documents.case import hand_over_document
    from fanzha.services.desk.hand_over_case import waiting_hand_overs

    with at_desk(context, login) as seat:
        waiting = waiting_hand_overs(seat.desk, seat.actor)
        mask = list_mask(seat, waiting)
        lines = [hand_over_document(offered, mask) for offered in waiting]
        columns = ["id", "case", "organisation", "to_organisation", "due", "document_number"]
        show_page(seat, "hand_overs", lines, columns, None)


@hand_overs.command()
def accept(
    context: typer.Context,
    hand_over: OfferArgument,
    person: Annotated[str, typer.Option("--officer", metavar="LOGIN", help="Who has the case from now on.")],
    login: AsOption = None,
) -> None:
    """Take a case for your body, with everything that is in it; its measures are yours to renew and lift."""
    from fanzha.services.desk.hand_over_case import accept_hand_over

    with at_desk(context, login) as seat:
        taken = accept_hand_over(seat.desk, seat.actor, hand_over, person)
        _tell_case(seat, taken, f"{taken.id} is with {taken.organisation}, officer {taken.officer}")


@hand_overs.command()
def decline(context: typer.Context, hand_over: OfferArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """Say why a case is not your body's."""
    from fanzha.services.desk.hand_over_case import decline_hand_over

    with at_desk(context, login) as seat:
        declined = decline_hand_over(seat.desk, seat.actor, hand_over, reason)
        _tell_offer(seat, declined, f"{declined.case} stays with {declined.organisation}")


@hand_overs.command()
def recall(context: typer.Context, hand_over: OfferArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """Take your body's offer back before it is answered."""
    from fanzha.services.desk.hand_over_case import recall_hand_over

    with at_desk(context, login) as seat:
        recalled = recall_hand_over(seat.desk, seat.actor, hand_over, reason)
        _tell_offer(seat, recalled, f"{recalled.case} stays with {recalled.organisation}")


def _step_task(context: typer.Context, login: str | None, task: str, step: TaskStep, result: str) -> None:
    from fanzha.casework import in_words
    from fanzha.services.desk.case_tasks import step_task

    with at_desk(context, login) as seat:
        stepped = step_task(seat.desk, seat.actor, task, step, result=result)
        _tell_task(seat, stepped, f"{task} is {in_words(stepped.status)}")


def _tell_case(seat: AtDesk, case: Case, *sentences: str) -> None:
    from fanzha.services.desk.documents.case import case_document

    answer(seat, case_document(case, list_mask(seat, [case]), seat.desk.rules.casework), *sentences)


def _tell_task(seat: AtDesk, task: Task, *sentences: str) -> None:
    from fanzha.services.desk.documents.case import task_document

    answer(seat, task_document(task, list_mask(seat, [task]), seat.desk.clock.now_us()), *sentences)


def _tell_series(seat: AtDesk, held: Series, *sentences: str) -> None:
    from fanzha.services.desk.documents.case import series_document

    answer(seat, series_document(held, list_mask(seat, [held])), *sentences)


def _tell_offer(seat: AtDesk, offered: HandOver, *sentences: str) -> None:
    from fanzha.services.desk.documents.case import hand_over_document

    answer(seat, hand_over_document(offered, list_mask(seat, [offered])), *sentences)
