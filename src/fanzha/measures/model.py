"""A measure on money, a line, a site or an account, with everything that must stand beside it; all facts are frozen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique
from typing import Final

from fanzha.core.actor import Level
from fanzha.core.identifiers import plain_document
from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.measures.lifecycle import HOLDING, OPEN, OUT, Status
from fanzha.measures.orders import Correction, Order, OrderStatus, Question, Receipt
from fanzha.measures.terms import Certainty, Span


@unique
class MeasureKind(StrEnum):
    """What is done; the values are the names of the tables in rules/measures.toml."""

    QUERY = "query"
    STOP_PAYMENT = "stop_payment"
    FREEZE = "freeze"
    QUEUED_FREEZE = "queued_freeze"
    PAYER_HOLD = "payer_hold"
    RESTRICTION = "restriction"
    LINE_SUSPENSION = "line_suspension"
    SITE_BLOCK = "site_block"
    DISCIPLINE = "discipline"
    RETURN = "return"


@unique
class TargetKind(StrEnum):
    """What a measure acts upon."""

    ACCOUNT = "account"
    INSTITUTION = "institution"
    LINE = "line"
    SITE = "site"
    PERSON = "person"  # or a unit; only by a finding of an organ, in a case: discipline


BANK_DIGITS_MIN: Final = 15  # a wallet's number is a telephone number or a short id


@dataclass(frozen=True, slots=True)
class Target:
    """The account, line or site, and at which institution; `holder` is the name that the order states."""

    kind: TargetKind
    reference: (
        str  # account number, phone number, host; of a person the number of his identity document, of a unit its code
    )
    institution: str = ""
    holder: str = ""

    def is_same_as(self, other: Target) -> bool:
        """Whether both are the same thing; the written name of its holder does not tell two apart.

        Nor does that of the bank, where the number is a card's, a bank account's or a person's: those of wallets are told
        apart by it, however much of the institution's name is written.
        """
        alike = (self.kind, self.reference) == (other.kind, other.reference)
        one, two = self.institution, other.institution
        return alike and (self._is_one_everywhere or one in two or two in one)

    @property
    def _is_one_everywhere(self) -> bool:
        digits = self.reference.isascii() and self.reference.isdigit()
        of_a_bank = self.kind is TargetKind.ACCOUNT and digits and len(self.reference) >= BANK_DIGITS_MIN
        return of_a_bank or self.kind is TargetKind.PERSON


@dataclass(frozen=True, slots=True)
class Scope:
    """How much is held, in which way, what of it is traced money, and whose other money it holds besides; minor units."""

    modes: tuple[str, ...]
    amount_minor: int | None = None  # None: no amount, the mode covers the whole
    traced_minor: int | None = None  # None: unknown, never 0 for unknown
    innocent_minor: int | None = None  # money of others or the holder's own that is held with it; None: unknown
    currency: str = DEFAULT_CURRENCY
    reason: str = ""  # where the mode is more than the least


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """The article that a measure rests on, in the version that was in force when it was chosen."""

    id: str
    law: str
    article: str
    effective_from: date
    certainty: Certainty

    def __str__(self) -> str:
        return f"《{self.law}》{self.article}"


@unique
class FactSource(StrEnum):
    """Where an officer, or a bank, read the four fields."""

    TRANSFER_SLIP = "transfer_slip"
    STATEMENT = "statement"
    VICTIM_SCREEN = "victim_screen"
    BANK_RECEIPT = "bank_receipt"
    BANK_STATEMENT = "bank_statement"


@dataclass(frozen=True, slots=True)
class FourFields:
    """户名、账号、汇款金额、交易时间 of the payment that a stop follows."""

    holder: str
    account: str
    amount_minor: int
    time_us: int


@dataclass(frozen=True, slots=True)
class FactCheck:
    """Who read the four fields where and when: it makes a clue a fact; `hop` 1 is the account the victim paid into."""

    fields: FourFields
    source: FactSource
    checked_by: str
    checked_us: int
    hop: int = 1
    evidence: str = ""  # id or SHA-256 of the slip, statement, picture or receipt


@dataclass(frozen=True, slots=True)
class Finding:
    """The document by which an organ found what a person or a unit did: a judgment, or a decision (认定)."""

    organ: str
    number: str  # 文号
    found_on: date

    @property
    def is_whole(self) -> bool:
        """Whether it says who found it and under which number."""
        return bool(self.organ.strip() and self.number.strip())

    def is_same_as(self, other: Finding) -> bool:
        """Whether both are one document, however its number was typed."""
        ours, theirs = (self.organ, self.number), (other.organ, other.number)
        return [plain_document(text) for text in ours] == [plain_document(text) for text in theirs]


@unique
class OriginKind(StrEnum):
    """How a measure came out of an earlier one."""

    EXTENSION = "extension"  # 延伸止付: the money had gone on
    CONVERSION = "conversion"
    REPEAT = "repeat"
    RETURN_PLAN = "return_plan"
    REDRAFT = "redraft"  # 改正后重拟: the institution had refused the earlier one


@dataclass(frozen=True, slots=True)
class Origin:
    """The record that this measure came out of."""

    kind: OriginKind
    id: str


@dataclass(frozen=True, slots=True)
class Override:
    """A reason why a limit that only warns does not stop this measure."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Request:
    """What an officer asks for."""

    kind: MeasureKind
    target: Target
    scope: Scope
    basis: LegalBasis | None
    term: str  # the name of a term of the kind: ordinary, major, …
    period: Span | None  # asked for; None where the kind has none
    reason: str
    case: str = ""
    filing: str = ""  # 立案决定书文号
    document: str = ""  # 文号 of the notice that goes to the institution
    fact: FactCheck | None = None
    overrides: tuple[Override, ...] = ()
    origin: Origin | None = None
    questions: tuple[Question, ...] = ()  # a query to an institution: one letter asks about many accounts
    payee: str = ""  # a return or a hold of a payment: the account to which the money goes, or would go
    beneficiary: str = ""  # a return: the victim
    finding: Finding | None = None  # a discipline rests on one


@unique
class Signature(StrEnum):
    """What somebody put his name to."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    ACTED_FIRST = "acted_first"
    COUNTERSIGNED = "countersigned"
    WITHDRAWN = "withdrawn"
    LIFTED = "lifted"
    RELEASED_PART = "released_part"
    FOUND_UNRELATED = "found_unrelated"
    FOUND_RELATED = "found_related"  # what had made it unrelated is there again


@dataclass(frozen=True, slots=True)
class Approval:
    """Who put his name to what, for which body, at which level."""

    signature: Signature
    by: str
    organisation: str
    level: Level
    at_us: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Renewal:
    """One more period, asked for and, once approved before the end of the last, granted."""

    period: Span
    reason: str
    proposed_by: str
    proposed_us: int
    approved_by: str = ""
    approved_us: int | None = None
    ends_us: int | None = None


@dataclass(frozen=True, slots=True)
class PartRelease:
    """Money let go while the rest stays held: living costs, wages, or what was returned to a victim."""

    amount_minor: int
    reason: str
    by: str
    at_us: int
    order: str = ""  # request id of the release; where a return order moved the money, of its payment, or empty


@unique
class EvidenceKind(StrEnum):
    """What speaks against holding."""

    TRADE = "trade"  # goods were delivered for the money
    WAGES = "wages"
    LIVING_COSTS = "living_costs"
    GOOD_FAITH = "good_faith"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CounterEvidence:
    """What was brought forward against the measure; it stands beside the request until somebody has looked at it."""

    id: str
    kind: EvidenceKind
    text: str
    given_us: int
    given_by: str
    looked_at_by: str = ""
    looked_at_us: int | None = None
    finding: str = ""


@unique
class CallBackOutcome(StrEnum):
    """What the customer said whose payment is held, once he was called and warned."""

    NOT_REACHED = "not_reached"
    GIVES_UP = "gives_up"  # he does not pay; the hold runs out by itself
    GOES_ON = "goes_on"  # he pays all the same: the hold ends


@dataclass(frozen=True, slots=True)
class CallBack:
    """One call to the holder of an account whose payment is held."""

    outcome: CallBackOutcome
    note: str
    by: str
    at_us: int


@unique
class TellingWay(StrEnum):
    """How the holder of an account, a line or a site is told what was done to it."""

    IN_PERSON = "in_person"  # 当面送达
    LETTER = "letter"  # 书面送达
    CALL = "call"
    MESSAGE = "message"
    BY_INSTITUTION = "by_institution"  # his bank or his operator told him
    PUBLIC_NOTICE = "public_notice"  # 公告: nobody knows where he is


@dataclass(frozen=True, slots=True)
class Telling:
    """Who told whom, how and when; `whom` is a name, and empty for the holder whom the order names."""

    how: TellingWay
    by: str
    at_us: int
    noted_us: int
    whom: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure and its whole life."""

    id: str
    version: int
    organisation: str  # the body that answers for it
    request: Request
    status: Status
    drafted_by: str
    drafted_us: int
    approvals: tuple[Approval, ...] = ()
    countersign_due_us: int | None = None  # only on the emergency path
    sent_us: int | None = None
    starts_us: int | None = None  # the instant of execution that the institution gave
    ends_us: int | None = None  # None: it has no period (a one-off query)
    executed_minor: int | None = None
    renewals: tuple[Renewal, ...] = ()
    part_releases: tuple[PartRelease, ...] = ()
    orders: tuple[Order, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    counter_evidence: tuple[CounterEvidence, ...] = ()
    unrelated_us: int | None = None  # found to have nothing to do with the case: to be lifted within days
    ended_us: int | None = None
    end_reason: str = ""
    converted_into: str = ""
    call_backs: tuple[CallBack, ...] = ()
    told: tuple[Telling, ...] = ()
    corrections: tuple[Correction, ...] = ()  # answers that were typed in wrongly; `receipts` has what stands instead
    unrelated_by: str = ""  # the fact or clue whose end made it unrelated; empty: somebody found it so
    rests_on: str = ""  # the fact that was verified in the place of the one in its request; empty: that one
    innocent_before: tuple[int | None, ...] = ()  # as it was counted before an answer stated a balance; empty: none did

    @property
    def kind(self) -> MeasureKind:
        """What is done."""
        return self.request.kind

    @property
    def target(self) -> Target:
        """What it is done to."""
        return self.request.target

    @property
    def fact_id(self) -> str:
        """The record of the fact on which it rests; empty where there is none."""
        return self.rests_on or ("" if self.request.fact is None else self.request.fact.evidence)

    def signed(self, *signatures: Signature) -> tuple[Approval, ...]:
        """The names put to it in these ways, in order."""
        return tuple(approval for approval in self.approvals if approval.signature in signatures)

    @property
    def acted_first(self) -> bool:
        """Whether it took the emergency path; such measures are counted apart."""
        return bool(self.signed(Signature.ACTED_FIRST))

    @property
    def void_from_us(self) -> int | None:
        """The instant from which it binds nobody: the end of its term, or of the time in which to countersign."""
        uncountersigned = None if self.signed(Signature.COUNTERSIGNED) else self.countersign_due_us
        return min((at for at in (self.ends_us, uncountersigned) if at is not None), default=None)

    @property
    def let_go(self) -> tuple[PartRelease, ...]:
        """The parts that were let go of it so far; what the institution refused to let go is held still."""
        refused = {order.id for order in self.orders if order.status is OrderStatus.REFUSED}
        return tuple(release for release in self.part_releases if release.order not in refused)

    def was_returned(self, release: PartRelease) -> bool:
        """Whether a payment to a victim took it out: it went by no order of this measure's own."""
        return all(order.id != release.order for order in self.orders)

    @property
    def released_minor(self) -> int:
        """What was let go of it so far."""
        return sum(release.amount_minor for release in self.let_go)

    @property
    def is_told(self) -> bool:
        """Whether the holder knows: he was told, or reached when his payment was held."""
        return bool(self.told) or any(call.outcome is not CallBackOutcome.NOT_REACHED for call in self.call_backs)

    @property
    def proposed_us(self) -> int | None:
        """When it was asked for; None before."""
        return max((sign.at_us for sign in self.signed(Signature.PROPOSED)), default=None)

    def order(self, request_id: str) -> Order | None:
        """The order of that request id."""
        return next((order for order in self.orders if order.id == request_id), None)


def effective_status(measure: Measure, now_us: int) -> Status:
    """What a measure is at this instant: void from its due instant, whether a machine has noted it or not."""
    due_us = measure.void_from_us
    if measure.status in OPEN and due_us is not None and now_us >= due_us:
        return Status.LAPSED
    return measure.status


def holds(measure: Measure, now_us: int) -> bool:
    """Whether it binds at this instant by an institution's own word."""
    return effective_status(measure, now_us) in HOLDING


def stands(measure: Measure, now_us: int) -> bool:
    """Whether it binds, or may bind since the institution was told."""
    return effective_status(measure, now_us) in OUT


HOLDING_KINDS: Final = frozenset({MeasureKind.STOP_PAYMENT, MeasureKind.FREEZE})  # a queued freeze holds nothing yet
# A return that was carried out has let go of its money.
_KEEPING_KINDS: Final = HOLDING_KINDS | {MeasureKind.PAYER_HOLD}


def held_minor(measures: Iterable[Measure], now_us: int) -> int:
    """What these measures hold now, each less what was let go of it; minor units. Those without an amount count 0.

    A queued freeze holds nothing, whatever the bank has noted, and a return that was paid holds nothing any more.
    """
    standing = (m for m in measures if m.kind in _KEEPING_KINDS and holds(m, now_us))
    return sum(max((measure.executed_minor or 0) - measure.released_minor, 0) for measure in standing)
