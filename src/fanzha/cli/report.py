"""`fanzha report`: what somebody told the desk, from its number to its case."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    list_mask,
    read_file,
    show_fields,
    show_history,
    show_page,
)
from fanzha.core.errors import BadInput
from fanzha.core.identifiers import DOUBT_WORDS, doubts_about_account, doubts_about_phone, number_ending
from fanzha.core.money import format_minor
from fanzha.core.spoken import spoken_amount, spoken_instant
from fanzha.core.time import format_instant

if TYPE_CHECKING:
    from fanzha.casework import ReportStep
    from fanzha.services.desk.mask import Mask
    from fanzha.services.desk.receive_report import Received

app = typer.Typer(
    name="report", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Reports: take one in, find its duplicates, say what becomes of it.",
)  # fmt: skip
ReportArgument = Annotated[str, typer.Argument(metavar="REPORT", help="Id, or the acknowledgement number ACK-….")]
FromOption = Annotated[str, typer.Option("--from", metavar="FILE", help="The whole report as JSON; - reads stdin.")]
Payee = Annotated[str, typer.Option("--payee", metavar="ACCOUNT", help="The account that was paid.")]
PayeeName = Annotated[str, typer.Option("--payee-name", metavar="NAME", help="Its holder, as the victim knows him.")]
PayeeBank = Annotated[str, typer.Option("--payee-bank", metavar="NAME", help="The institution that keeps it.")]
Payer = Annotated[str, typer.Option("--payer", metavar="ACCOUNT", help="The victim's own account.")]
Amount = Annotated[
    str, typer.Option("--amount", metavar="YUAN", help="What was paid, such as 50000.00, 5万 or 三万八.")
]
At = Annotated[str, typer.Option("--at", metavar="TIME", help="When, such as '2026-11-20 11:30', 13:52 or 昨天17:05.")]
Victim = Annotated[str, typer.Option("--victim", metavar="NAME", help="Who paid; left out: the victim who reports.")]
Narrative = Annotated[str, typer.Option("--narrative", metavar="TEXT", help="What happened, in the reporter's words.")]
Lines = Annotated[list[str] | None, typer.Option("--line", metavar="NUMBER", help="A number that called; repeatable.")]
Sites = Annotated[list[str] | None, typer.Option("--site", metavar="HOST", help="A site or app; repeatable.")]
Files = Annotated[list[Path] | None, typer.Option("--attach", metavar="FILE", help="A slip, a picture; repeatable.")]


@app.command()
def new(
    context: typer.Context,
    source: FromOption = "",
    reporter: Annotated[str, typer.Option("--reporter", metavar="NAME", help="Who reports.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="victim, relative, witness, institution or system.")] = "victim",
    phone: Annotated[str, typer.Option("--phone", help="The reporter's telephone.")] = "",
    id_number: Annotated[str, typer.Option("--id-number", help="The reporter's 证件 number.")] = "",
    channel: Annotated[str, typer.Option("--channel", help="call, tip, notice or system.")] = "call",
    narrative: Narrative = "",
    payee: Payee = "",
    payee_name: PayeeName = "",
    payee_bank: PayeeBank = "",
    payer: Payer = "",
    amount: Amount = "",
    at: At = "",
    line: Lines = None,
    site: Sites = None,
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", metavar="CODE", help="Where it happened.")] = "",
    reference: Annotated[str, typer.Option("--reference", metavar="NUMBER", help="The sender's own number.")] = "",
    attach: Files = None,
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """Take a report in: it gets its acknowledgement number, and every account, line and site in it becomes a clue."""
    from fanzha import bootstrap
    from fanzha.services.desk.add_to_report import attach_file
    from fanzha.services.desk.documents.report_form import check_says_something, read_report
    from fanzha.services.desk.receive_report import receive_report

    if source and any((reporter, phone, id_number, narrative, payee, payee_name, amount, at, line, site)):
        raise BadInput("--from has the whole report in it; leave the options that describe one out")
    with at_desk(context, login) as seat:
        told = {
            "channel": channel, "narrative": narrative, "jurisdiction": jurisdiction, "source_reference": reference,
            "reporter": {"kind": kind, "name": reporter, "phone": phone, "id_number": id_number},
            **_payment(payee, payee_name, payee_bank, payer, amount, _said_at(at, seat)),
            "contacts": _contacts(line, site),
        }  # fmt: skip
        draft = read_report(_read_json(source) if source else told)
        if not attach:
            check_says_something(draft)
        brought = [read_file(path) for path in attach or ()]
        received = receive_report(seat.desk, seat.actor, draft, request=request)
        evidence = bootstrap.evidence_store(seat.home)
        report = received.report
        for file in brought:
            report = attach_file(seat.desk, evidence, seat.actor, report.id, file)
        _tell_received(seat, replace(received, report=report))


@app.command()
def add(
    context: typer.Context,
    report: ReportArgument,
    narrative: Narrative = "",
    payee: Payee = "",
    payee_name: PayeeName = "",
    payee_bank: PayeeBank = "",
    payer: Payer = "",
    amount: Amount = "",
    at: At = "",
    victim: Victim = "",
    line: Lines = None,
    site: Sites = None,
    login: AsOption = None,
) -> None:
    """Add what the reporter brought later; a payment makes a new clue, whose clock runs from now."""
    from fanzha.services.desk.add_to_report import Addition, add_to_report
    from fanzha.services.desk.documents.report_form import read_report
    from fanzha.services.desk.find_report import report_id_of

    with at_desk(context, login) as seat:
        payment = _payment(payee, payee_name, payee_bank, payer, amount, _said_at(at, seat), victim)
        read = read_report({"narrative": narrative, "contacts": _contacts(line, site), **payment})
        added = Addition(payments=read.payments, contacts=read.contacts, narrative=read.narrative)
        _tell_received(seat, add_to_report(seat.desk, seat.actor, report_id_of(seat.desk, seat.actor, report), added))


@app.command()
def show(
    context: typer.Context,
    report: ReportArgument,
    reveal: RevealOption = False,
    for_case: ForCaseOption = "",
    why: WhyOption = "",
    login: AsOption = None,
) -> None:
    """A report, its persons behind the mask; --reveal lifts it, and is written down."""
    from fanzha.casework import Report
    from fanzha.services.desk.documents.report import report_document
    from fanzha.services.desk.find_report import report_id_of
    from fanzha.services.desk.open_record import open_record

    with at_desk(context, login) as seat:
        wanted = report_id_of(seat.desk, seat.actor, report)
        opened = open_record(seat.desk, seat.actor, Report, wanted, reveal=reveal, case=for_case, reason=why)
        document = report_document(opened.record, opened.mask)
        answer(seat, document)
        if not seat.json:
            show_fields(f"Report {opened.record.id}", document)


@app.command("list")
def list_them(
    context: typer.Context,
    status: Annotated[
        list[str] | None, typer.Option("--status", help="received, in_case, unfounded, withdrawn.")
    ] = None,
    case: Annotated[str, typer.Option("--case", help="Of this case.")] = "",
    account: Annotated[str, typer.Option("--account", help="That name this account.")] = "",
    limit: LimitOption = 50,
    cursor: CursorOption = "",
    login: AsOption = None,
) -> None:
    """The reports that you may see, newest first."""
    from fanzha.services.desk.documents.report import report_document
    from fanzha.services.desk.lists import ListWanted, list_reports, nothing_matches

    wanted = ListWanted(status=tuple(status or ()), case=case, account=account, limit=limit, cursor=cursor or None)
    with at_desk(context, login) as seat:
        page = list_reports(seat.desk, seat.actor, wanted)
        mask = list_mask(seat, page.rows)
        lines = [report_document(report, mask) for report in page.rows]
        columns = ["id", "acknowledgement", "status", "channel", "received_at", "organisation", "case", "merged_into"]
        show_page(
            seat,
            "reports",
            lines,
            columns,
            page.next_cursor,
            spare=["organisation", "merged_into", "channel"],
            nothing=nothing_matches(wanted),
        )


@app.command()
def duplicates(context: typer.Context, report: ReportArgument, login: AsOption = None) -> None:
    """What may be one with this report: the same matter, the same account, payees that several reports name."""
    from fanzha.cli.output import show_table
    from fanzha.services.desk.documents.clue import alike_document
    from fanzha.services.desk.find_duplicates import find_duplicates
    from fanzha.services.desk.find_report import report_id_of

    with at_desk(context, login) as seat:
        found = find_duplicates(seat.desk, seat.actor, report_id_of(seat.desk, seat.actor, report))
        document = alike_document(found, list_mask(seat, ()))
        answer(seat, document)
        if seat.json:
            return
        for named, verb in (("reports", "report"), ("clues", "clue")):
            rows = [
                [offer["kept"], offer["absorbed"], ", ".join(offer["signs"]),
                 f"fanzha {verb} merge {offer['kept']} {offer['absorbed']} --reason …"]
                for offer in document[named]
            ]  # fmt: skip
            columns = ["older", "younger", "both have", "to merge them"]
            show_table(f"{named.capitalize()} that may be one", columns, rows, nothing=f"no {named} that may be one")
        rows = [
            [payee["account"], payee["institution"], " ".join(payee["reports"]), str(payee["payments"])]
            for payee in document["repeat_payees"]
        ]
        columns = ["account", "institution", "reports", "payments"]
        show_table("Payees that several reports name", columns, rows, right=["payments"])


@app.command()
def merge(
    context: typer.Context,
    kept: Annotated[str, typer.Argument(metavar="OLDER", help="The report that stays.")],
    absorbed: Annotated[str, typer.Argument(metavar="YOUNGER", help="The report that will rest.")],
    reason: ReasonOption,
    login: AsOption = None,
) -> None:
    """Say that two reports are one matter; the younger rests and points to the older."""
    from fanzha.services.desk.documents.case import merge_document
    from fanzha.services.desk.merge_reports import merge_reports

    with at_desk(context, login) as seat:
        made = merge_reports(seat.desk, seat.actor, kept, absorbed, reason)
        answer(
            seat, merge_document(made), f"{absorbed} was merged into {kept} ({made.id})",
            f"their clues stay apart until you merge them: fanzha report duplicates {kept}",
            f"to take it back: fanzha report unmerge {made.id}",
        )  # fmt: skip


@app.command()
def unmerge(
    context: typer.Context,
    merge_id: Annotated[str, typer.Argument(metavar="MERGE", help="Id of the merge, MERGE-….")],
    login: AsOption = None,
) -> None:
    """Take two merged reports, or two merged clues, apart again."""
    from fanzha.services.desk.documents.case import merge_document
    from fanzha.services.desk.merge_reports import undo_merge

    with at_desk(context, login) as seat:
        undone = undo_merge(seat.desk, seat.actor, merge_id)
        answer(seat, merge_document(undone), f"{undone.absorbed} stands for itself again")


@app.command()
def attach(
    context: typer.Context,
    report: ReportArgument,
    file: Annotated[Path, typer.Argument(help="A slip, a picture, a recording.")],
    login: AsOption = None,
) -> None:
    """Put a file on a report; its content is kept by its SHA-256 and never changes."""
    from fanzha import bootstrap
    from fanzha.services.desk.add_to_report import attach_file
    from fanzha.services.desk.documents.report import report_document
    from fanzha.services.desk.find_report import report_id_of

    brought = read_file(file)
    with at_desk(context, login) as seat:
        evidence = bootstrap.evidence_store(seat.home)
        kept = attach_file(seat.desk, evidence, seat.actor, report_id_of(seat.desk, seat.actor, report), brought)
        document = report_document(kept, list_mask(seat, [kept]))
        sha256 = next((one.sha256 for one in kept.attachments if one.name == brought.name), "")
        answer(seat, document, f"{kept.id}: {brought.name} is kept as {sha256 or 'a file that was there already'}")


@app.command()
def unfounded(context: typer.Context, report: ReportArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """Find that a report has nothing behind it; it leaves its case."""
    from fanzha.casework import ReportStep

    _step(context, login, report, ReportStep.FIND_UNFOUNDED, reason)


@app.command()
def withdraw(context: typer.Context, report: ReportArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """Note that the reporter takes his report back."""
    from fanzha.casework import ReportStep

    _step(context, login, report, ReportStep.WITHDRAW, reason)


@app.command()
def reopen(context: typer.Context, report: ReportArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """Open a report again that was found unfounded or withdrawn; the clues that were dismissed with it come back."""
    from fanzha.casework import ReportStep

    _step(context, login, report, ReportStep.REOPEN, reason)


@app.command()
def history(context: typer.Context, report: ReportArgument, login: AsOption = None) -> None:
    """Everything that happened to a report."""
    from fanzha.casework import Report
    from fanzha.services.desk.case_history import record_history
    from fanzha.services.desk.find_report import report_id_of

    with at_desk(context, login) as seat:
        wanted = report_id_of(seat.desk, seat.actor, report)
        show_history(seat, record_history(seat.desk, seat.actor, Report, wanted), Report, wanted)


def _step(context: typer.Context, login: str | None, report: str, step: ReportStep, reason: str) -> None:
    from fanzha.casework import in_words
    from fanzha.services.desk.documents.report import report_document
    from fanzha.services.desk.find_report import report_id_of
    from fanzha.services.desk.step_report import step_report

    with at_desk(context, login) as seat:
        stepped = step_report(seat.desk, seat.actor, report_id_of(seat.desk, seat.actor, report), step, reason)
        report_now, dropped = stepped.report, [clue.id for clue in stepped.dropped]
        document = {**report_document(report_now, list_mask(seat, [report_now])), "dismissed_clues": dropped}
        document["reopened_clues"] = [clue.id for clue in stepped.restored]
        answer(
            seat, document, f"{report_now.id} is {in_words(report_now.status)} now",
            *(f"  clue {clue} is dismissed with it" for clue in dropped),
            *(f"to take it back: fanzha report reopen {report_now.id} --reason …" for _ in dropped[:1]),
            *(f"  clue {clue.id} is open again; it is {in_words(clue.stage)}" for clue in stepped.restored),
        )  # fmt: skip


def _tell_received(seat: AtDesk, received: Received) -> None:
    from fanzha.services.desk.documents.clue import alike_document, clue_document
    from fanzha.services.desk.documents.report import report_document

    mask = list_mask(seat, [received.report, *received.clues])
    rules, now_us = seat.desk.rules.casework, seat.desk.clock.now_us()
    clues = [clue_document(clue, mask, rules, now_us) for clue in received.clues]
    minutes = rules.clock.limit_us // 60_000_000
    answer(
        seat,
        {
            "report": report_document(received.report, mask), "clues": clues, "warning": received.warning,
            "alike": alike_document(received.alike, mask),
        },
        f"{received.report.id}: acknowledgement number {received.report.acknowledgement}; give it to the reporter",
        *(f"  clue {clue['id']}: {clue['kind']} {clue['subject']}".rstrip() for clue in clues),
        *(f"warning: {text}" for text in (received.warning, *_doubts(received)) if text),
        *_told_alike(received, mask),
        f"{counted(len(clues), 'clue')} to check within {minutes} minutes; next: fanzha clue claim CLUE",
    )  # fmt: skip


def _doubts(received: Received) -> Iterator[str]:
    """What looks mistyped, to be read back to the reporter while he is on the line."""
    for paid in received.report.payments:
        for doubt in doubts_about_account(paid.payee.number):
            yield f"account {number_ending(paid.payee.number)}: {DOUBT_WORDS[doubt]}; read it back to the reporter"
    for doubt in doubts_about_phone(received.report.reporter.phone):
        yield f"the reporter's telephone: {DOUBT_WORDS[doubt]}"


def _told_alike(received: Received, mask: Mask) -> Iterator[str]:
    """What may be one with what just came in, each with the command that merges it, and how that is taken back."""
    found = received.alike
    for named, offers in (("report", found.reports), ("clue", found.clues)):
        for offer in offers:
            both = ", ".join(sign.value for sign in offer.signs)
            merge = f"fanzha {named} merge {offer.kept} {offer.absorbed} --reason …"
            yield f"may be one {named}: {offer.kept} and {offer.absorbed} (both have {both}); to merge them: {merge}"
    for payee in found.payees:
        others = " ".join(report for report in payee.reports if report != received.report.id)
        yield f"account {mask.account(payee.account)} is named by {others} too: their cases may be a series"
    if found.reports or found.clues:
        yield "a merge can be taken back: fanzha report unmerge MERGE"


def _payment(payee: str, name: str, bank: str, payer: str, amount: str, at: str, victim: str = "") -> dict[str, Any]:
    """The one payment of the common case, and with its amount the loss."""
    if not any((payee, name, bank, payer, amount, at, victim)):
        return {}
    if not (payee or name):
        raise BadInput("whom was it paid to? give --payee ACCOUNT, or --payee-name where nobody knows the account")
    amount = format_minor(spoken_amount(amount)) if amount else ""
    paid = {
        "payee": {"account": payee, "holder_name": name, "institution": bank},
        "payer": {"account": payer}, "amount": amount, "at": at, "victim": victim,
    }  # fmt: skip
    return {"payments": [paid], "losses": [{"actual": amount}] if amount else []}


def _said_at(at: str, seat: AtDesk) -> str:
    """The time of the option as documents write it; 13:52 is of the desk's today."""
    return format_instant(spoken_instant(at, seat.desk.clock.now_us())) if at else ""


def _contacts(lines: list[str] | None, sites: list[str] | None) -> list[dict[str, str]]:
    return [{"kind": "line", "value": line} for line in lines or ()] + [
        {"kind": "site", "value": site} for site in sites or ()
    ]


def _read_json(source: str) -> Any:
    """The document of a file, or of standard input. Raises BadInput, which says where it breaks off."""
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{source}: cannot be read: {error}") from None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{source}: line {error.lineno}, column {error.colno}: this is no JSON: {error.msg}") from None
