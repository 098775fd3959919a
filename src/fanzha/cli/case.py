"""`fanzha case`: from 受案 to 结案, with merging, splitting and the whole history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.case_parts import hand_overs, parts, series, tasks
from fanzha.cli.case_plan import plans
from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.output import counted
from fanzha.cli.record_options import (
    CursorOption,
    ForCaseOption,
    LimitOption,
    ReasonOption,
    RequestOption,
    RevealOption,
    WhyOption,
    answer,
    for_people,
    list_mask,
    show_fields,
    show_history,
    show_page,
)
from fanzha.core.errors import BadInput

if TYPE_CHECKING:
    from fanzha.casework import Case, CaseMove, CaseStep

app = typer.Typer(
    name="case", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Cases: open, file and run them; merge, split and hand them over.",
)  # fmt: skip
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="Id of the case.")]
NumberOption = Annotated[
    str, typer.Option("--document", metavar="文号", help="Number of the document that the step needs.")
]
OptionalReason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]


@app.command("open")
def open_one(
    context: typer.Context,
    reports: Annotated[list[str], typer.Argument(metavar="REPORT…", help="The reports that are one matter.")],
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What the case is called.")],
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", metavar="CODE", help="Where it happened.")] = "",
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """受案: open a case of one or more reports; you are its officer, and the time for its review runs."""
    from fanzha.services.desk.find_report import report_id_of
    from fanzha.services.desk.open_case import open_case

    with at_desk(context, login) as seat:
        ids = [report_id_of(seat.desk, seat.actor, report) for report in reports]
        case = open_case(seat.desk, seat.actor, ids, title, jurisdiction=jurisdiction, request=request)
        _tell(seat, case, f"{case.id} is open; next: fanzha case file {case.id} --document 文号, by a head of the body")


@app.command()
def show(
    context: typer.Context,
    case: CaseArgument,
    reveal: RevealOption = False,
    for_case: ForCaseOption = "",
    why: WhyOption = "",
    login: AsOption = None,
) -> None:
    """A case with what hangs on it: reports, clues, facts, measures, tasks, and the times that run."""
    from fanzha.casework import Case
    from fanzha.core.time import format_instant
    from fanzha.services.desk.case_page import case_page
    from fanzha.services.desk.documents.case import case_document, task_document
    from fanzha.services.desk.documents.clue import clue_document, fact_document
    from fanzha.services.desk.documents.measure import measure_line
    from fanzha.services.desk.documents.report import report_document
    from fanzha.services.desk.open_record import open_record

    with at_desk(context, login) as seat:
        mask = open_record(seat.desk, seat.actor, Case, case, reveal=reveal, case=for_case, reason=why).mask
        page = case_page(seat.desk, seat.actor, case)
        rules, now_us = seat.desk.rules.casework, seat.desk.clock.now_us()
        document: dict[str, Any] = {
            "case": case_document(page.case, mask, rules),
            "reports": [report_document(report, mask) for report in page.reports.rows],
            "clues": [clue_document(clue, mask, rules, now_us) for clue in page.clues.rows],
            "facts": [fact_document(fact, mask) for fact in page.facts],
            "measures": [measure_line(measure, mask, now_us) for measure in page.measures.rows],
            "returns": [{"id": one.id, "status": one.status.value} for one in page.returns.rows],
            "tasks": [task_document(task, mask, now_us) for task in page.tasks.rows],
            "absorbed": [case_document(one, mask, rules) for one in page.absorbed],
            "clocks": [
                {"kind": clock.kind, "about": clock.subject_id, "due": format_instant(clock.due_us)}
                for clock in page.clocks
            ],
        }
        answer(seat, document)
        if not seat.json:
            _show_parts(document)


@app.command("list")
def list_them(
    context: typer.Context,
    status: Annotated[list[str] | None, typer.Option("--status", help="accepted, verifying, filed, …")] = None,
    officer: Annotated[str, typer.Option("--officer", help="On which this officer works.")] = "",
    account: Annotated[str, typer.Option("--account", help="In which this account is named.")] = "",
    limit: LimitOption = 50,
    cursor: CursorOption = "",
    login: AsOption = None,
) -> None:
    """The cases that you may see, newest first."""
    from fanzha.services.desk.documents.case import case_document
    from fanzha.services.desk.lists import ListWanted, list_cases, nothing_matches

    wanted = ListWanted(
        status=tuple(status or ()), officer=officer, account=account, limit=limit,
        cursor=cursor or None,
    )  # fmt: skip
    with at_desk(context, login) as seat:
        page = list_cases(seat.desk, seat.actor, wanted)
        mask = list_mask(seat, page.rows)
        lines = [case_document(case, mask, seat.desk.rules.casework) for case in page.rows]
        columns = ["id", "title", "status", "officer", "opened_at", "filing", "organisation", "merged_into"]
        show_page(
            seat,
            "cases",
            lines,
            columns,
            page.next_cursor,
            spare=["merged_into", "organisation"],
            nothing=nothing_matches(wanted),
        )


@app.command("file")
def file_it(
    context: typer.Context,
    case: CaseArgument,
    number: NumberOption,
    reason: OptionalReason = "",
    login: AsOption = None,
) -> None:
    """立案: a head files the case by its 立案决定书; nothing may be frozen before."""
    from fanzha.casework import CaseStep

    _step(context, login, case, CaseStep.FILE, number, reason)


@app.command()
def step(
    context: typer.Context,
    case: CaseArgument,
    name: Annotated[
        str,
        typer.Argument(
            metavar="STEP", help="verify, file, decline, solve, prosecute, return, withdraw, refer, close, reopen."
        ),
    ],
    number: NumberOption = "",
    reason: OptionalReason = "",
    login: AsOption = None,
) -> None:
    """Take a case one step further; a step with a document needs its number, any other a reason."""
    _step(context, login, case, _step_of(name), number, reason)


@app.command()
def serve(
    context: typer.Context,
    case: CaseArgument,
    name: Annotated[str, typer.Argument(metavar="STEP", help="decline, withdraw or refer.")],
    login: AsOption = None,
) -> None:
    """Note that those who must be told of a decision were told; its time runs no more."""
    from fanzha.services.desk.review_case import serve_notice

    with at_desk(context, login) as seat:
        _tell(seat, serve_notice(seat.desk, seat.actor, case, _step_of(name)), f"{case}: the notice was served")


@app.command("extend-review")
def extend(context: typer.Context, case: CaseArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """重大疑难复杂: let the review before filing take its longest time; a head decides."""
    from fanzha.services.desk.review_case import extend_review

    with at_desk(context, login) as seat:
        _tell(seat, extend_review(seat.desk, seat.actor, case, reason), f"{case}: the review may take longer")


@app.command()
def classify(
    context: typer.Context,
    case: CaseArgument,
    kind: Annotated[str, typer.Argument(metavar="CLASS[/SUBTYPE]", help="Slug of the taxonomy.")],
    version: Annotated[str, typer.Option("--version-of", metavar="YEAR", help="Another version than today's.")] = "",
    login: AsOption = None,
) -> None:
    """Say of what type the case is."""
    from fanzha.services.desk.classify_case import classify_case

    slug, _, subtype = kind.partition("/")
    with at_desk(context, login) as seat:
        _tell(seat, classify_case(seat.desk, seat.actor, case, slug, subtype, version=version), f"{case} is {kind}")


@app.command()
def method(
    context: typer.Context,
    case: CaseArgument,
    key: Annotated[str, typer.Argument(metavar="METHOD", help="fifo, lifo, prorata, own_first or libr.")],
    reason: ReasonOption,
    login: AsOption = None,
) -> None:
    """Set the tracing method by which the case counts."""
    from fanzha.services.desk.set_working_method import set_working_method

    with at_desk(context, login) as seat:
        _tell(seat, set_working_method(seat.desk, seat.actor, case, key, reason), f"{case} counts by {key}")


@app.command()
def merge(
    context: typer.Context,
    kept: Annotated[str, typer.Argument(metavar="KEPT", help="The case that goes on.")],
    absorbed: Annotated[str, typer.Argument(metavar="ABSORBED", help="The case that goes into it.")],
    reason: ReasonOption,
    login: AsOption = None,
) -> None:
    """并案: two cases become one; reports, clues, tasks, measures and finished returns go to the one that is kept."""
    from fanzha.services.desk.merge_cases import merge_cases

    with at_desk(context, login) as seat:
        moved = merge_cases(seat.desk, seat.actor, kept, absorbed, reason)
        _tell_move(seat, moved, f"{absorbed} goes on in {kept}", f"trace it anew: fanzha trace --case {kept}")


@app.command()
def split(
    context: typer.Context,
    case: CaseArgument,
    reports: Annotated[list[str], typer.Argument(metavar="REPORT…", help="The reports that leave.")],
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What the new case is called.")],
    reason: ReasonOption,
    task: Annotated[list[str] | None, typer.Option("--task", help="A task that goes with them; repeatable.")] = None,
    login: AsOption = None,
) -> None:
    """分案: some reports become a case of their own, with the clues and measures that rest on these alone."""
    from fanzha.services.desk.merge_cases import split_case

    with at_desk(context, login) as seat:
        moved = split_case(seat.desk, seat.actor, case, reports, title, reason, tasks=task or ())
        again = f"trace both anew: fanzha trace --case {case}; fanzha trace --case {moved.target}"
        _tell_move(seat, moved, f"{moved.target} was split off {case}", again)


@app.command()
def undo(
    context: typer.Context,
    move: Annotated[str, typer.Argument(metavar="MOVE", help="Id of the merge or split, MOVE-….")],
    reason: ReasonOption,
    login: AsOption = None,
) -> None:
    """Take a merge or a split of cases back."""
    from fanzha.services.desk.merge_cases import undo_case_move

    with at_desk(context, login) as seat:
        undone = undo_case_move(seat.desk, seat.actor, move, reason)
        again = f"trace both anew: fanzha trace --case {undone.source}; fanzha trace --case {undone.target}"
        _tell_move(seat, undone, f"{undone.source} has back what was its own", again)


@app.command()
def history(context: typer.Context, case: CaseArgument, login: AsOption = None) -> None:
    """Everything that happened to a case and to its reports, clues, facts and tasks."""
    from fanzha.casework import Case
    from fanzha.services.desk.case_history import case_history

    with at_desk(context, login) as seat:
        show_history(seat, case_history(seat.desk, seat.actor, case), Case, case)


# The verbs of a case itself stand first, then those of what is put on it.
@app.command()
def special(
    context: typer.Context,
    period: Annotated[
        str, typer.Option("--period", metavar="PERIOD", help="As of: fanzha stats --period.")
    ] = "this-year",
    login: AsOption = None,
) -> None:
    """重大、集群、跨境: major cases of a period, and those of cluster and cross-border operations, by where they stand."""
    from fanzha.cli.output import say, show_table, write_json
    from fanzha.services.desk.documents.special_case import special_cases_document
    from fanzha.services.desk.special_cases import special_cases
    from fanzha.statistics import day_of, read_period

    with at_desk(context, login) as seat:
        wanted = read_period(period, day_of(seat.desk.clock.now_us()))
        found = special_cases(seat.desk, seat.actor, wanted)
        document = special_cases_document(found)
        if seat.json:
            write_json(document)
            return
        clusters = [(f"cluster {group['class']}", group) for group in document["clusters"]]
        for title, group in (("major", document["major"]), *clusters, ("cross-border", document["cross_border"])):
            standing = ", ".join(f"{status} {len(ids)}" for status, ids in group["by_status"].items())
            say(f"{title}: {len(group['cases'])} cases, {group['loss']} yuan" + (f"; {standing}" if standing else ""))
            rows = [
                [str(one[name]) for name in ("id", "status", "class", "organisation", "loss")] for one in group["cases"]
            ]
            if rows:
                show_table(title.capitalize(), ["id", "status", "class", "body", "loss"], rows, right=["loss"])


app.registered_commands += parts.registered_commands + plans.registered_commands
for _group in (tasks, series, hand_overs):
    app.add_typer(_group)


def _step(context: typer.Context, login: str | None, case: str, step: CaseStep, number: str, reason: str) -> None:
    from fanzha.casework import in_words
    from fanzha.services.desk.case_family import open_measures
    from fanzha.services.desk.step_case import step_case

    with at_desk(context, login) as seat:
        stepped = step_case(seat.desk, seat.actor, case, step, number=number, reason=reason)
        hints = []
        if not stepped.is_open:
            with seat.desk.store.reading() as view:
                standing = open_measures(view, stepped, seat.desk.clock.now_us())
            hints = [f"{measure.id} still stands; lift it or say why it stays" for measure in standing]
        _tell(seat, stepped, f"{case} is {in_words(stepped.status)} now", *hints)


def _step_of(name: str) -> CaseStep:
    from fanzha.casework import CaseStep

    if name not in {step.value for step in CaseStep}:
        raise BadInput(f"{name!r} is no step; the steps are {', '.join(CaseStep)}")
    return CaseStep(name)


def _tell(seat: AtDesk, case: Case, *sentences: str) -> None:
    from fanzha.services.desk.documents.case import case_document

    answer(seat, case_document(case, list_mask(seat, [case]), seat.desk.rules.casework), *sentences)


def _tell_move(seat: AtDesk, move: CaseMove, *sentences: str) -> None:
    from fanzha.services.desk.documents.case import move_document

    parts = ((move.reports, "report"), (move.tasks, "task"), (move.measures, "measure"))
    moved = ", ".join(counted(len(part), name) for part, name in parts)
    undone = move.undone_at_us is not None
    went = (
        f"{moved} went back" if undone else f"{moved} went over; to take it back: fanzha case undo {move.id} --reason …"
    )
    answer(seat, move_document(move), *sentences, went)


def _show_parts(document: dict[str, Any]) -> None:
    from fanzha.cli.output import show_table

    case = document["case"]
    show_fields(
        f"Case {case['id']}", {name: value for name, value in case.items() if name not in {"comments", "files"}}
    )
    for part in ("comments", "files"):
        document[part] = [*case[part], *(line for one in document["absorbed"] for line in one[part])]
    for part, columns in (
        ("reports", ["id", "acknowledgement", "status", "received_at"]),
        ("clues", ["id", "stage", "subject", "officer"]),
        ("facts", ["id", "account", "institution", "amount", "at", "withdrawn_at"]),
        ("measures", ["id", "kind", "status", "amount", "held", "ends_at"]),
        ("returns", ["id", "status"]),
        ("tasks", ["id", "title", "officer", "status", "due"]),
        ("clocks", ["kind", "about", "due"]),
        ("comments", ["id", "by", "at", "text", "struck_out_at"]),
        ("files", ["id", "name", "sha256", "added_at"]),
    ):
        rows = [[for_people(str(line.get(column) or "")) for column in columns] for line in document[part]]
        show_table(part.capitalize(), columns, rows)
