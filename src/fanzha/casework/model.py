"""What comes in and what is made of it: a report, the clues in it, the facts that an officer checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from fanzha.core.errors import NotAllowed
from fanzha.core.money import DEFAULT_CURRENCY


@unique
class Channel(StrEnum):
    """How a report came in."""

    CALL = "call"  # 报警
    TIP = "tip"  # 举报
    NOTICE = "notice"  # 机构通报
    SYSTEM = "system"  # 系统发现


@unique
class ReporterKind(StrEnum):
    """Who speaks: it decides who is told of a decision and whose loss it may be."""

    VICTIM = "victim"
    RELATIVE = "relative"
    WITNESS = "witness"
    INSTITUTION = "institution"
    SYSTEM = "system"


@unique
class ReportStatus(StrEnum):
    """Where a report stands; a duplicate keeps its status and points to the report it was merged into."""

    RECEIVED = "received"
    IN_CASE = "in_case"
    UNFOUNDED = "unfounded"
    WITHDRAWN = "withdrawn"


@unique
class ClueKind(StrEnum):
    """What a clue is about; never a person."""

    ACCOUNT = "account"
    LINE = "line"
    SITE = "site"
    OTHER = "other"


@unique
class ClueStage(StrEnum):
    """How far the quick check (快查快打) of a clue has come."""

    QUEUED = "queued"
    ASSIGNED = "assigned"
    ASSESSED = "assessed"
    VERIFIED = "verified"
    ACTED = "acted"
    DISMISSED = "dismissed"


OPEN_STAGES: Final = frozenset({ClueStage.QUEUED, ClueStage.ASSIGNED, ClueStage.ASSESSED, ClueStage.VERIFIED})


@unique
class CheckedField(StrEnum):
    """The four fields that a stop must match."""

    HOLDER_NAME = "holder_name"  # 户名
    ACCOUNT = "account"  # 账号
    AMOUNT = "amount"  # 汇款金额
    TIME = "time"  # 交易时间


@unique
class DocumentKind(StrEnum):
    """What an officer may check a field against."""

    TRANSFER_SLIP = "transfer_slip"  # 转账凭证
    STATEMENT = "statement"  # 银行流水
    VICTIM_SCREEN = "victim_screen"  # 被害人手机屏幕
    BANK_RECEIPT = "bank_receipt"  # 银行回执
    OTHER = "other"  # a site visited, a line dialled: for clues that are no account


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it came, known by its hash; the bytes lie in the store of files."""

    id: str
    name: str
    sha256: str  # 64 lower-case hexadecimal digits
    size_bytes: int
    media_type: str
    added_by: str
    added_at_us: int


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports; `identity_kept_secret` where he asked for it (程序规定 Art. 173)."""

    kind: ReporterKind
    name: str = ""
    id_number: str = ""
    phone: str = ""
    institution: str = ""
    identity_kept_secret: bool = False


@dataclass(frozen=True, slots=True)
class AccountName:
    """An account as somebody names it; any part may be missing (empty)."""

    number: str = ""
    holder_name: str = ""
    institution: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """What a victim says was lost, and what was only tried."""

    victim: str  # the name by which the report calls him
    actual_minor: int
    attempted_minor: int = 0
    currency: str = DEFAULT_CURRENCY


@dataclass(frozen=True, slots=True)
class ReportedPayment:
    """One payment as reported; nothing of it is checked, and anything may be missing (empty, None)."""

    id: str
    victim: str
    payee: AccountName
    payer: AccountName = AccountName()
    amount_minor: int | None = None
    currency: str = DEFAULT_CURRENCY
    at_us: int | None = None
    serial: str = ""
    means: str = ""  # 转账工具


@dataclass(frozen=True, slots=True)
class Contact:
    """A line, site or other way by which the victim was reached (引流 → 沟通 → 转账)."""

    kind: ClueKind
    value: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """警情: what somebody told the desk, as told, with the number that was given back at once."""

    id: str
    version: int
    organisation: str
    acknowledgement: str
    channel: Channel
    jurisdiction: str
    received_at_us: int
    received_by: str
    reporter: Reporter
    narrative: str
    attachments: tuple[Attachment, ...] = ()
    losses: tuple[Loss, ...] = ()
    payments: tuple[ReportedPayment, ...] = ()
    contacts: tuple[Contact, ...] = ()
    first_contact_us: int | None = None
    leaked_from: str = ""  # where the victim's data came from, as far as known (AFL Art. 29)
    source_reference: str = ""  # the sender's own number; the same number again is the same report
    status: ReportStatus = ReportStatus.RECEIVED
    case: str = ""
    merged_into: str = ""

    @property
    def lost_minor(self) -> Mapping[str, int]:
        """What was lost by the reporter's own word, by currency: the losses that he states, else the payments that he names."""
        lost: dict[str, int] = {}
        said = [(loss.currency, loss.actual_minor) for loss in self.losses]
        for currency, minor in said or [(paid.currency, paid.amount_minor or 0) for paid in self.payments]:
            lost[currency] = lost.get(currency, 0) + minor
        return lost


@dataclass(frozen=True, slots=True)
class Claim:
    """What a report says of one payment into the clue's account: a statement, not a fact."""

    id: str
    report: str
    holder_name: str
    account: str
    institution: str
    amount_minor: int | None
    currency: str
    at_us: int | None
    recoverable_minor: int  # what is not known to be gone; the whole amount until a trace says less


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the clock stands still; it ends by itself at `ends_at_us`, whoever forgets it."""

    reason: str
    from_us: int
    ends_at_us: int
    resumed_at_us: int | None
    by: str

    @property
    def until_us(self) -> int:
        """When the clock ran again, or will."""
        return self.ends_at_us if self.resumed_at_us is None else min(self.resumed_at_us, self.ends_at_us)


@dataclass(frozen=True, slots=True)
class Assessment:
    """研判: what the officer makes of the clue, before it is verified."""

    by: str
    at_us: int
    finding: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done about a clue, or why nothing need be: with the ids of what was done."""

    by: str
    at_us: int
    reason: str
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clue:
    """线索: something unverified that must be checked against the clock. Nothing here may enter a list or an order."""

    id: str
    version: int
    organisation: str
    jurisdiction: str
    kind: ClueKind
    subject: str
    received_at_us: int
    reports: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    stage: ClueStage = ClueStage.QUEUED
    officer: str = ""
    assessment: Assessment | None = None
    facts: tuple[str, ...] = ()
    outcome: Outcome | None = None
    acted_at_us: int | None = None  # the first time that something was done about it
    done_at_us: int | None = None  # when it was followed through; the clock stands from then on
    pauses: tuple[Pause, ...] = ()
    struck: tuple[str, ...] = ()  # marks of the clock that have been told
    case: str = ""
    merged_into: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The paper or picture that a field was checked against, and where in it."""

    kind: DocumentKind
    reference: str  # id or SHA-256 of the file
    place: str = ""  # page, row, part of the screen


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """Who checked one of the four fields, when, and against what."""

    field: CheckedField
    document: Document
    checked_by: str
    checked_at_us: int


@dataclass(frozen=True, slots=True)
class VerifiedFields:
    """The four fields and the institution, none of them missing."""

    holder_name: str
    account: str
    institution: str
    amount_minor: int
    at_us: int
    currency: str = DEFAULT_CURRENCY


FOUR_FIELDS: Final = frozenset(CheckedField)


@dataclass(frozen=True, slots=True)
class Fact:
    """事实: a payment whose four fields an officer checked; the only thing that a list or an order is made from.

    Raises NotAllowed when it is made without a check of each field: a fact that nobody checked does not exist.
    """

    id: str
    version: int
    organisation: str
    clue: str
    fields: VerifiedFields
    checks: tuple[FieldCheck, ...]
    hop: int  # 1: the victim paid it; more: the money moved on
    verified_by: str
    verified_at_us: int
    withdrawn_at_us: int | None = None
    withdrawn_reason: str = ""

    def __post_init__(self) -> None:
        missing = FOUR_FIELDS - {check.field for check in self.checks}
        if missing or not all(check.checked_by for check in self.checks):
            named = ", ".join(sorted(missing)) or "the name of who checked"
            raise NotAllowed(
                "fact.four_fields",
                f"no fact without a check of 户名, 账号, 金额 and 时间 by a named officer; missing: {named}",
            )
