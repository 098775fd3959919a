"""`fanzha governance`: what other agencies are asked for, their meetings, and corporate accounts under control."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.output import counted, invocation_of, say, show_table, write_json
from fanzha.cli.record_options import (
    CursorOption,
    LimitOption,
    ReasonOption,
    RequestOption,
    answer,
    list_mask,
    read_file,
    show_fields,
    show_page,
)

if TYPE_CHECKING:
    from fanzha.casework.governance import ControlledAccount, Meeting

PUT_ASIDE = 3
app = typer.Typer(
    name="governance", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="联合治理: matters for other agencies, meetings, corporate accounts under control.",
)  # fmt: skip
meeting = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="会商: call, minute, resolve, send.")
control = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="对公账户管控: corporate accounts by class of risk."
)
app.add_typer(meeting, name="meeting")
app.add_typer(control, name="control")
MeetingArgument = Annotated[str, typer.Argument(metavar="MEETING", help="Id of the meeting.")]
ControlArgument = Annotated[str, typer.Argument(metavar="CONTROL", help="Id of the account on the list.")]


@app.command()
def matters(context: typer.Context, login: AsOption = None) -> None:
    """What was asked of other agencies, by matter: waiting, late, answered, to be looked at again, standing."""
    from fanzha.services.desk.documents.governance import governance_document
    from fanzha.services.desk.governance_page import governance_page

    with at_desk(context, login) as seat:
        page = governance_page(seat.desk, seat.actor)
        if seat.json:
            write_json(governance_document(page))
            return
        names = ["waiting", "late", "answered", "to_follow", "confirmed"]
        rows = [
            [one.matter.slug, f"{one.matter.zh} {one.matter.en}", *(str(len(getattr(one, name))) for name in names)]
            for one in page.matters
        ]
        show_table("Matters", ["matter", "what", *names], rows, right=names)
        say("to ask for one: fanzha errand send BODY --kind order --matter MATTER …; the lists: --json")


@app.command()
def table(context: typer.Context) -> None:
    """What the dated table has: matters with their days, classes of risk, reasons for listing."""
    from fanzha import bootstrap
    from fanzha.core.time import DAY_US

    rules = bootstrap.desk_rules().governance
    parts: dict[str, list[dict[str, object]]] = {
        "matters": [
            {"slug": one.slug, "zh": one.zh, "en": one.en, "answer_days": one.answer_us // DAY_US,
             "follow_days": one.follow_us // DAY_US}
            for one in rules.matters.values()
        ],
        "classes": [{"slug": one.slug, "zh": one.zh, "en": one.en, "mode": one.mode} for one in rules.classes.values()],
        "reasons": [{"slug": one.slug, "zh": one.zh, "en": one.en, "up_to": one.up_to} for one in rules.reasons.values()],
    }  # fmt: skip
    if invocation_of(context).json:
        write_json(parts)
        return
    for name, rows in parts.items():
        show_table(name.capitalize(), list(rows[0]), [[str(cell) for cell in row.values()] for row in rows])


@meeting.command("call")
def call(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What it is about.")],
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="When it is.")],
    agenda: Annotated[str, typer.Option("--agenda", metavar="TEXT", help="What is talked over.")],
    body: Annotated[list[str], typer.Option("--body", metavar="BODY", help="Who comes; repeatable.")],
    place: Annotated[str, typer.Option("--place", metavar="TEXT", help="Where.")] = "",
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """Call bodies and agencies together; they see the sheet."""
    from fanzha.casework.governance import MeetingDraft
    from fanzha.core.time import parse_instant
    from fanzha.services.desk.run_meeting import call_meeting

    draft = MeetingDraft(title, parse_instant(at), place, agenda, tuple(body))
    with at_desk(context, login) as seat:
        called = call_meeting(seat.desk, seat.actor, draft, request=request)
        _tell(seat, called, f"{called.id} is called; next: fanzha governance meeting hold {called.id} --said …")


@meeting.command("hold")
def hold(
    context: typer.Context,
    meeting_id: MeetingArgument,
    said: Annotated[str, typer.Option("--said", metavar="TEXT", help="The minutes; later ones stand below.")],
    login: AsOption = None,
) -> None:
    """Write the minutes of a meeting that was held."""
    from fanzha.services.desk.run_meeting import hold_meeting

    with at_desk(context, login) as seat:
        _tell(seat, hold_meeting(seat.desk, seat.actor, meeting_id, said), f"the minutes of {meeting_id} are kept")


@meeting.command("resolve")
def resolve(
    context: typer.Context,
    meeting_id: MeetingArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be done.")],
    matter: Annotated[str, typer.Option("--matter", metavar="MATTER", help="See: fanzha governance table.")],
    body: Annotated[str, typer.Option("--body", metavar="BODY", help="Who does it.")],
    about: Annotated[str, typer.Option("--about", metavar="TEXT", help="The outlet, company, market.")] = "",
    login: AsOption = None,
) -> None:
    """议定事项: put down what was resolved."""
    from fanzha.services.desk.run_meeting import ResolutionDraft, resolve_at_meeting

    with at_desk(context, login) as seat:
        resolved = resolve_at_meeting(seat.desk, seat.actor, meeting_id, ResolutionDraft(text, matter, body, about))
        made = resolved.resolutions[-1].id
        _tell(seat, resolved, f"{made}; next: fanzha governance meeting send {meeting_id} {made} --document 文号")


@meeting.command("send")
def send(
    context: typer.Context,
    meeting_id: MeetingArgument,
    resolution: Annotated[str, typer.Argument(metavar="RESOLUTION", help="Id of what was resolved.")],
    number: Annotated[str, typer.Option("--document", metavar="文号", help="Of the paper.")],
    kind: Annotated[str, typer.Option("--kind", help="order, or help_request.")] = "order",
    login: AsOption = None,
) -> None:
    """Send what was resolved as an order or a request for help, with the clocks of its matter."""
    from fanzha import bootstrap
    from fanzha.casework.errand_model import ErrandKind
    from fanzha.cli.operation_words import chosen
    from fanzha.services.desk.documents.errand import errand_document
    from fanzha.services.desk.run_meeting import send_resolution

    with at_desk(context, login) as seat:
        evidence = bootstrap.evidence_store(seat.home)
        wanted = chosen(ErrandKind, kind, "kind")
        sent = send_resolution(seat.desk, evidence, seat.actor, meeting_id, resolution, number, wanted)
        answer(seat, errand_document(sent, list_mask(seat, [sent])), f"{sent.id} is sent to {sent.to_organisation}")


@meeting.command("cancel")
def cancel(context: typer.Context, meeting_id: MeetingArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """The meeting is not held."""
    from fanzha.services.desk.run_meeting import cancel_meeting

    with at_desk(context, login) as seat:
        _tell(seat, cancel_meeting(seat.desk, seat.actor, meeting_id, reason), f"{meeting_id} is cancelled")


@meeting.command("list")
def meetings(
    context: typer.Context, limit: LimitOption = 50, cursor: CursorOption = "", login: AsOption = None
) -> None:
    """Meetings that your body called or was asked to, the latest first."""
    from fanzha.services.desk.documents.governance import meeting_document
    from fanzha.services.desk.lists import ListWanted, list_meetings

    with at_desk(context, login) as seat:
        page = list_meetings(seat.desk, seat.actor, ListWanted(limit=limit, cursor=cursor or None))
        mask = list_mask(seat, page.rows)
        lines = [meeting_document(one, mask) for one in page.rows]
        show_page(
            seat, "meetings", lines, ["id", "title", "held_at", "status", "organisation", "bodies"], page.next_cursor
        )


@meeting.command("show")
def show_meeting(context: typer.Context, meeting_id: MeetingArgument, login: AsOption = None) -> None:
    """The sheet of a meeting."""
    from fanzha.casework.governance import Meeting
    from fanzha.services.desk.documents.governance import meeting_document
    from fanzha.services.desk.open_record import open_record

    with at_desk(context, login) as seat:
        opened = open_record(seat.desk, seat.actor, Meeting, meeting_id)
        document = meeting_document(opened.record, opened.mask)
        if seat.json:
            write_json(document)
        else:
            show_fields(meeting_id, document)


@control.command("add")
def add(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's number.")],
    institution: Annotated[str, typer.Option("--institution", metavar="BANK", help="Where it is held.")],
    company: Annotated[str, typer.Option("--company", metavar="NAME", help="Whose it is.")],
    risk: Annotated[str, typer.Option("--risk", metavar="CLASS", help="See: fanzha governance table.")],
    because: Annotated[list[str], typer.Option("--because", metavar="REASON", help="Of the table; repeatable.")],
    code: Annotated[str, typer.Option("--credit-code", metavar="CODE", help="统一社会信用代码.")] = "",
    case: Annotated[str, typer.Option("--case", metavar="CASE", help="For which case.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What to know.")] = "",
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """Put a corporate account on the list; the reasons must carry the class."""
    from fanzha.casework.governance import ControlDraft
    from fanzha.services.desk.control_account import list_corporate_account

    draft = ControlDraft(account, institution, company, risk, tuple(because), code, case, note)
    with at_desk(context, login) as seat:
        listed = list_corporate_account(seat.desk, seat.actor, draft, request=request)
        _tell_control(seat, listed, f"{listed.id} is on the list; next: fanzha governance control draft {listed.id} …")


@control.command("import")
def import_sheet(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="XLSX or CSV with a column of accounts.")],
    login: AsOption = None,
) -> int:
    """List every row of a sheet; what cannot be listed is put aside with field and reason (exit code 3)."""
    from fanzha import bootstrap
    from fanzha.services.desk.control_account import import_controls
    from fanzha.services.desk.documents.governance import control_document
    from fanzha.services.desk.import_seizures import SheetFile

    brought = read_file(file)
    with at_desk(context, login) as seat:
        done = import_controls(
            seat.desk, bootstrap.table_reader(), seat.actor, SheetFile(brought.name, brought.content)
        )
        mask = list_mask(seat, done.listed)
        aside = [{"sheet": one.sheet, "row": one.row, "field": one.field, "reason": one.reason} for one in done.aside]
        if seat.json:
            write_json(
                {"listed": [control_document(one, mask) for one in done.listed], "again": done.again, "aside": aside}
            )
            return PUT_ASIDE if done.aside else 0
    say(f"{counted(len(done.listed), 'account')} listed, {done.again} there already")
    if aside:
        show_table("Put aside", ["sheet", "row", "field", "reason"], [[str(x) for x in one.values()] for one in aside])
    return PUT_ASIDE if aside else 0


@control.command("draft")
def draft_restriction(
    context: typer.Context,
    control_id: ControlArgument,
    number: Annotated[str, typer.Option("--document", metavar="文号", help="Of the finding.")],
    reason: ReasonOption,
    login: AsOption = None,
) -> None:
    """Draft the restriction of its class; proposed, approved and answered like any measure."""
    from fanzha.services.desk.control_account import draft_control
    from fanzha.services.desk.documents.measure import measure_document

    with at_desk(context, login) as seat:
        drafted = draft_control(seat.desk, seat.actor, control_id, number, reason)
        document = measure_document(drafted, list_mask(seat, [drafted]), seat.desk.clock.now_us())
        answer(seat, document, f"{drafted.id} is drafted; next: fanzha measure propose {drafted.id}")


@control.command("strike-off")
def strike_off(
    context: typer.Context, control_id: ControlArgument, reason: ReasonOption, login: AsOption = None
) -> None:
    """Take an account off the list; its restriction must be over."""
    from fanzha.services.desk.control_account import strike_off_control

    with at_desk(context, login) as seat:
        _tell_control(
            seat, strike_off_control(seat.desk, seat.actor, control_id, reason), f"{control_id} is off the list"
        )


@control.command("list")
def controls(
    context: typer.Context,
    risk: Annotated[str, typer.Option("--risk", metavar="CLASS", help="Only this class.")] = "",
    case: Annotated[str, typer.Option("--case", metavar="CASE", help="For this case.")] = "",
    status: Annotated[list[str] | None, typer.Option("--status", help="listed, struck_off; repeatable.")] = None,
    limit: LimitOption = 50,
    cursor: CursorOption = "",
    login: AsOption = None,
) -> None:
    """Corporate accounts under control, with what is done to each and the bank's last answer."""
    from fanzha.services.desk.control_account import control_list
    from fanzha.services.desk.documents.governance import shown_control_document
    from fanzha.services.desk.lists import ListWanted

    wanted = ListWanted(risk=risk, case=case, status=tuple(status or ()), limit=limit, cursor=cursor or None)
    with at_desk(context, login) as seat:
        page, shown = control_list(seat.desk, seat.actor, wanted)
        mask = list_mask(seat, page.rows)
        lines = [shown_control_document(one, mask) for one in shown]
        columns = ["id", "account", "institution", "company", "risk", "state", "measure", "measure_status", "receipt"]
        show_page(seat, "controls", lines, columns, page.next_cursor)


@control.command("show")
def show_control(context: typer.Context, control_id: ControlArgument, login: AsOption = None) -> None:
    """One account on the list."""
    from fanzha.services.desk.control_account import one_control
    from fanzha.services.desk.documents.governance import shown_control_document

    with at_desk(context, login) as seat:
        shown = one_control(seat.desk, seat.actor, control_id)
        document = shown_control_document(shown, list_mask(seat, [shown.control]))
        if seat.json:
            write_json(document)
        else:
            show_fields(control_id, document)


def _tell(seat: AtDesk, held: Meeting, *sentences: str) -> None:
    from fanzha.services.desk.documents.governance import meeting_document

    answer(seat, meeting_document(held, list_mask(seat, [held])), *sentences)


def _tell_control(seat: AtDesk, held: ControlledAccount, *sentences: str) -> None:
    from fanzha.services.desk.documents.governance import control_document

    answer(seat, control_document(held, list_mask(seat, [held])), *sentences)
