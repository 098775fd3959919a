"""`fanzha operation`: a strike or case team of several bodies, from its plan to its closed file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.operation_options import OperationArgument
from fanzha.cli.operation_results import results
from fanzha.cli.operation_sheets import sheets
from fanzha.cli.operation_words import chosen, show_tally
from fanzha.cli.output import say, write_json
from fanzha.cli.record_options import (
    CursorOption,
    LimitOption,
    RequestOption,
    answer,
    list_mask,
    show_fields,
    show_history,
    show_page,
)

if TYPE_CHECKING:
    from fanzha.casework.operations import Operation

app = typer.Typer(
    name="operation", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="行动: strikes and case teams: plan, enter what was achieved, correct, tally.",
)  # fmt: skip
TitleArgument = Annotated[str, typer.Argument(metavar="TITLE", help="What the operation is called.")]
AimsOption = Annotated[str, typer.Option("--aims", metavar="TEXT", help="What it is for.")]
BasisOption = Annotated[str, typer.Option("--basis", metavar="TEXT", help="The law and the filing that it rests on.")]
TextOption = Annotated[str, typer.Option("--plan", metavar="TEXT", help="How it is done.")]
KindOption = Annotated[str, typer.Option("--kind", help="strike, or case-team (专班).")]
CategoryOption = Annotated[str, typer.Option("--category", help="ordinary, cluster (集群战役), cross-border (跨境).")]
ClassOption = Annotated[
    str, typer.Option("--class", metavar="SLUG", help="The type of fraud that a cluster is against.")
]
InCampaign = Annotated[str, typer.Option("--campaign", metavar="CAMPAIGN", help="The campaign that it belongs to.")]


@app.command("plan")
def plan_one(
    context: typer.Context,
    title: TitleArgument,
    aims: AimsOption,
    basis: BasisOption,
    text: TextOption = "",
    kind: KindOption = "strike",
    category: CategoryOption = "ordinary",
    class_slug: ClassOption = "",
    campaign: InCampaign = "",
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """Draft an operation of your body; somebody else approves it."""
    from fanzha.casework.operations import Category, OperationKind, Plan
    from fanzha.services.desk.plan_operation import plan_operation

    words = chosen(OperationKind, kind, "kind"), chosen(Category, category, "category")
    plan = Plan(title, aims, basis, text, *words, class_slug, campaign)
    with at_desk(context, login) as seat:
        planned = plan_operation(seat.desk, seat.actor, plan, request=request)
        next_step = f"fanzha operation step {planned.id} approve --document 文号, by another head of the body"
        _tell(seat, planned, f"{planned.id} is drafted; next: {next_step}")


@app.command()
def amend(
    context: typer.Context,
    operation: OperationArgument,
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What it is called.")] = "",
    aims: AimsOption = "",
    basis: BasisOption = "",
    text: TextOption = "",
    campaign: InCampaign = "",
    login: AsOption = None,
) -> None:
    """Change the plan while it is a draft; what is not given stays."""
    from dataclasses import replace

    from fanzha.services.desk.operation_page import operation_page
    from fanzha.services.desk.plan_operation import amend_operation

    with at_desk(context, login) as seat:
        held = operation_page(seat.desk, seat.actor, operation).operation.plan
        plan = replace(
            held, title=title or held.title, aims=aims or held.aims, basis=basis or held.basis,
            text=text or held.text, campaign=campaign or held.campaign,
        )  # fmt: skip
        _tell(seat, amend_operation(seat.desk, seat.actor, operation, plan), f"the plan of {operation} is changed")


@app.command("list")
def list_all(
    context: typer.Context,
    status: Annotated[list[str] | None, typer.Option("--status", help="planned, running, …; repeatable.")] = None,
    campaign: InCampaign = "",
    case: Annotated[str, typer.Option("--case", metavar="CASE", help="About this case.")] = "",
    limit: LimitOption = 50,
    cursor: CursorOption = "",
    login: AsOption = None,
) -> None:
    """Operations that your body leads or takes part in, newest first."""
    from fanzha.services.desk.documents.operation import operation_document
    from fanzha.services.desk.lists import ListWanted, list_operations

    wanted = ListWanted(status=tuple(status or ()), campaign=campaign, case=case, limit=limit, cursor=cursor or None)
    with at_desk(context, login) as seat:
        page = list_operations(seat.desk, seat.actor, wanted)
        mask = list_mask(seat, page.rows)
        lines = [operation_document(one, mask) for one in page.rows]
        columns = ["id", "title", "kind", "status", "organisation", "bodies", "campaign"]
        show_page(seat, "operations", lines, columns, page.next_cursor, spare=["campaign"])


@app.command()
def show(context: typer.Context, operation: OperationArgument, login: AsOption = None) -> None:
    """An operation with its plan, teams, tasks and figures; its entries too with --json."""
    from fanzha import bootstrap
    from fanzha.casework.operations import words_of
    from fanzha.cli.output import show_table
    from fanzha.services.desk.documents.operation import operation_document, operation_page_document
    from fanzha.services.desk.operation_page import operation_page

    catalogue = bootstrap.indicator_catalogue()
    with at_desk(context, login) as seat:
        page = operation_page(seat.desk, seat.actor, operation)
        mask = list_mask(seat, [page.operation, *page.results])
        document = operation_page_document(page, mask, catalogue)
        if seat.json:
            write_json(document)
            return
        show_fields(operation, operation_document(page.operation, mask))
        show_tally("Figures", page.lines, catalogue)
        if page.suspects:
            rows = [[words_of(status), str(len(ids))] for status, ids in page.suspects.items()]
            show_table("Suspects", ["procedure", "number"], rows, right=["number"])
        if page.tasks:
            rows = [
                [one["id"], one["title"], one["officer"], one["status"], one["due"] or ""] for one in document["tasks"]
            ]
            show_table("Tasks", ["id", "title", "officer", "status", "due"], rows)


@app.command()
def bulletin(
    context: typer.Context,
    operation: OperationArgument,
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """Begin a bulletin of one's own body with the operation's tally; check and issue it by `fanzha bulletin`."""
    from fanzha.services.desk.documents.bulletin import bulletin_document
    from fanzha.services.desk.draft_operation_bulletin import draft_operation_bulletin
    from fanzha.services.desk.open_bulletin import OpenedBulletin

    with at_desk(context, login) as seat:
        made = draft_operation_bulletin(seat.desk, seat.actor, operation, request=request)
        if seat.json:
            write_json(bulletin_document(OpenedBulletin(made, None)))
            return
        say(f"{made.id} drafted: {made.title_zh}")


@app.command()
def step(
    context: typer.Context,
    operation: OperationArgument,
    taken: Annotated[str, typer.Argument(metavar="STEP", help="approve, begin, end, close, reopen, cancel.")],
    number: Annotated[str, typer.Option("--document", metavar="文号", help="Of the plan, for its approval.")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; to reopen or cancel.")] = "",
    login: AsOption = None,
) -> None:
    """Approve, begin, end, close, reopen or cancel; by a head of the leading body, or of one above it."""
    from fanzha.casework.operations import OperationStep, words_of
    from fanzha.services.desk.step_operation import step_operation

    chosen_step = chosen(OperationStep, taken, "step")
    with at_desk(context, login) as seat:
        stepped = step_operation(seat.desk, seat.actor, operation, chosen_step, number=number, reason=reason)
        _tell(seat, stepped, f"{operation} is {words_of(stepped.status)}")


@app.command()
def body(
    context: typer.Context,
    operation: OperationArgument,
    organisation: Annotated[str, typer.Argument(metavar="BODY", help="The body that takes part.")],
    login: AsOption = None,
) -> None:
    """Let one more body take part: its officers see the operation and enter what they achieve."""
    from fanzha.services.desk.staff_operation import add_operation_body

    with at_desk(context, login) as seat:
        _tell(seat, add_operation_body(seat.desk, seat.actor, operation, organisation), f"{organisation} takes part")


@app.command()
def point(
    context: typer.Context,
    operation: OperationArgument,
    place: Annotated[str, typer.Argument(metavar="PLACE", help="Where the strike goes to.")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What to know there.")] = "",
    login: AsOption = None,
) -> None:
    """抓捕点: add a place that the strike goes to."""
    from fanzha.services.desk.staff_operation import add_point

    with at_desk(context, login) as seat:
        grown = add_point(seat.desk, seat.actor, operation, place, note=note)
        _tell(seat, grown, f"{grown.points[-1].id} is a capture point of {operation}")


@app.command()
def team(
    context: typer.Context,
    operation: OperationArgument,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What the team is called.")],
    organisation: Annotated[str, typer.Option("--body", metavar="BODY", help="Whose officers they are.")],
    leader: Annotated[str, typer.Option("--leader", metavar="LOGIN", help="Who leads it.")],
    members: Annotated[list[str] | None, typer.Option("--member", metavar="LOGIN", help="Repeatable.")] = None,
    at_point: Annotated[str, typer.Option("--point", metavar="POINT", help="The capture point that it goes to.")] = "",
    login: AsOption = None,
) -> None:
    """Add a team of one body's officers."""
    from fanzha.services.desk.staff_operation import TeamDraft, add_team

    wanted = TeamDraft(title, organisation, leader, tuple(members or ()), at_point)
    with at_desk(context, login) as seat:
        staffed = add_team(seat.desk, seat.actor, operation, wanted)
        _tell(seat, staffed, f"{staffed.teams[-1].id} is a team of {operation}")


@app.command("case")
def case_of(
    context: typer.Context,
    operation: OperationArgument,
    case: Annotated[str, typer.Argument(metavar="CASE", help="A case that it is about.")],
    login: AsOption = None,
) -> None:
    """Put a case under the operation; its figures count it."""
    from fanzha.services.desk.staff_operation import add_operation_case

    with at_desk(context, login) as seat:
        grown = add_operation_case(seat.desk, seat.actor, operation, case)
        _tell(seat, grown, f"{operation} is about {len(grown.cases)} cases")


@app.command()
def task(
    context: typer.Context,
    operation: OperationArgument,
    title: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be done.")],
    officer: Annotated[str, typer.Option("--officer", metavar="LOGIN", help="By whom; you, if nobody is named.")] = "",
    due: Annotated[str, typer.Option("--due", metavar="TIME", help="By when.")] = "",
    login: AsOption = None,
) -> None:
    """Give somebody of a body that takes part something to do; he ends it with: fanzha case task done TASK."""
    from fanzha.core.time import parse_period
    from fanzha.services.desk.documents.case import task_document
    from fanzha.services.desk.operation_tasks import create_operation_task

    due_us = parse_period(due)[1] if due else None  # a day means its end
    with at_desk(context, login) as seat:
        made = create_operation_task(seat.desk, seat.actor, operation, title, officer=officer, due_us=due_us)
        document = task_document(made, list_mask(seat, [made]), seat.desk.clock.now_us())
        answer(seat, document, f"{made.id} is with {made.officer}")


@app.command()
def remark(
    context: typer.Context,
    operation: OperationArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A word on the timeline.")],
    login: AsOption = None,
) -> None:
    """Put a word on the timeline."""
    from fanzha.services.desk.remark_operation import remark_operation

    with at_desk(context, login) as seat:
        _tell(seat, remark_operation(seat.desk, seat.actor, operation, text), "it stands on the timeline")


@app.command()
def history(context: typer.Context, operation: OperationArgument, login: AsOption = None) -> None:
    """The timeline: what happened, when, by whom."""
    from fanzha.casework.operations import Operation
    from fanzha.services.desk.operation_page import operation_page

    with at_desk(context, login) as seat:
        events = operation_page(seat.desk, seat.actor, operation).events
        show_history(seat, tuple(reversed(events)), Operation, operation)


def _tell(seat: AtDesk, operation: Operation, *sentences: str) -> None:
    from fanzha.services.desk.documents.operation import operation_document

    answer(seat, operation_document(operation, list_mask(seat, [operation])), *sentences)


app.registered_commands += results.registered_commands + sheets.registered_commands
