"""A report that somebody writes by himself, page by page, before it is sent: found again by the code he was given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from fanzha.casework.model import (
    AccountName,
    Attachment,
    Channel,
    ClueKind,
    Contact,
    Loss,
    ReportedPayment,
    Reporter,
    ReporterKind,
)
from fanzha.casework.public_terms import public_term
from fanzha.casework.receiving import ReportDraft
from fanzha.core.errors import BadInput, NotAllowed

ANSWERS_MAX: Final = 20_000  # characters of all answers together


@dataclass(frozen=True, slots=True)
class SheetAnswers:
    """What was answered so far; nothing of it is needed."""

    what: str = ""
    paid: bool | None = None  # None: not answered yet
    amount_minor: int | None = None
    at_us: int | None = None
    account: str = ""
    holder: str = ""
    institution: str = ""
    line: str = ""
    site: str = ""
    name: str = ""
    phone: str = ""
    secret: bool = False  # he does not want to be named


@dataclass(frozen=True, slots=True)
class ReportSheet:
    """举报草稿; emptied when it was sent or its time is over."""

    id: str
    version: int
    organisation: str
    code_hash: str
    started_us: int
    ends_us: int
    answers: SheetAnswers = field(default_factory=SheetAnswers)
    files: tuple[Attachment, ...] = ()
    report: str = ""
    acknowledgement: str = ""
    sent_us: int | None = None
    emptied: bool = False


def check_writable(sheet: ReportSheet, now_us: int) -> None:
    """Raises NotAllowed for a sheet that was sent, or whose time is over."""
    if sheet.report or sheet.emptied or now_us >= sheet.ends_us:
        raise NotAllowed("sheet.over", "this sheet was sent already, or was kept only so long; begin a new one")


def write_sheet(sheet: ReportSheet, answers: SheetAnswers, now_us: int) -> ReportSheet:
    """The sheet with these answers. Raises NotAllowed where it is over, BadInput for too much."""
    check_writable(sheet, now_us)
    written = sum(len(text) for text in (answers.what, answers.account, answers.holder, answers.site, answers.name))
    if written > ANSWERS_MAX:
        raise BadInput(f"at most {ANSWERS_MAX} characters; more can be told to the officer who calls back")
    return replace(sheet, answers=answers)


def empty_sheet(sheet: ReportSheet) -> ReportSheet:
    """Nothing of what was written stays; a sent one still finds its report."""
    return replace(sheet, answers=SheetAnswers(), files=(), emptied=True)


def draft_of(sheet: ReportSheet) -> ReportDraft:
    """What is taken in: by the way of 报警 where money was paid, else of 举报. Raises BadInput for one without words."""
    told = sheet.answers
    if not told.what.strip():
        raise BadInput("say what happened")
    kind = ReporterKind.VICTIM if told.paid else ReporterKind.WITNESS
    payments: tuple[ReportedPayment, ...] = ()
    if told.paid or told.account:
        payee = AccountName(public_term(told.account) if told.account else "", told.holder, told.institution)
        amount = told.amount_minor if told.paid else None
        payments = (ReportedPayment("", told.name, payee, amount_minor=amount or None, at_us=told.at_us),)
    losses = (Loss(told.name, told.amount_minor),) if told.paid and told.amount_minor else ()
    named = ((ClueKind.LINE, told.line), (ClueKind.SITE, told.site))
    contacts = tuple(Contact(sort, public_term(value)) for sort, value in named if public_term(value))
    return ReportDraft(
        channel=Channel.CALL if told.paid else Channel.TIP,
        reporter=Reporter(kind, told.name, phone=told.phone, identity_kept_secret=told.secret),
        narrative=told.what, attachments=sheet.files, losses=losses, payments=payments, contacts=contacts,
        source_reference=sheet.id,
    )  # fmt: skip
