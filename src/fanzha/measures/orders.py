"""What goes out to an institution and what comes back: orders, receipts, and incidents where the two do not fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Final


@unique
class Verb(StrEnum):
    """What an order tells the institution to do."""

    BEGIN = "begin"  # the measure itself: query, stop, freeze, hold, restrict, suspend, block, pay back
    EXTEND = "extend"
    RELEASE = "release"
    RELEASE_PART = "release_part"


@unique
class Channel(StrEnum):
    """How an order leaves."""

    HTTP = "http"  # to a connected partner
    SIGNED_FILE = "signed_file"
    ISSUED_ELSEWHERE = "issued_elsewhere"  # printed, or typed into another platform; its 文号 is recorded


@unique
class OrderStatus(StrEnum):
    """How far the institution has come with an order."""

    PREPARED = "prepared"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    PARTIAL = "partial"
    REFUSED = "refused"


UNANSWERED: Final = frozenset({OrderStatus.PREPARED, OrderStatus.SENT, OrderStatus.ACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class Order:
    """An outgoing document; its id is the request id by which the institution does it once, however often it arrives."""

    id: str
    verb: Verb
    institution: str
    status: OrderStatus
    prepared_us: int
    original: str = ""  # request id of the order that this one extends or releases
    amount_minor: int | None = None
    until_us: int | None = None  # what an extension extends to
    channel: Channel | None = None
    document: str = ""  # 文号 of the desk's own decision
    sent_us: int | None = None
    sent_by: str = ""
    receipt_due_us: int | None = None
    elsewhere: str = ""  # its number on the platform where it was issued, if it was issued elsewhere

    @property
    def receipt_limit_us(self) -> int | None:
        """How long the institution was given to answer; None where nothing is set."""
        if self.receipt_due_us is None:
            return None
        return self.receipt_due_us - (self.prepared_us if self.sent_us is None else self.sent_us)


@dataclass(frozen=True, slots=True)
class Question:
    """What a query asks of one account: its rows from one instant to another."""

    account: str
    from_us: int
    until_us: int
    holder: str = ""
    traced_minor: int | None = None  # what of the money that is followed went there


@dataclass(frozen=True, slots=True)
class Answered:
    """The part of a query that an answer covers: a statement by its hash, or nothing found."""

    account: str
    from_us: int
    until_us: int
    statement: str = ""  # SHA-256; empty: nothing found


@unique
class Outcome(StrEnum):
    """What the institution says it did."""

    RECEIVED = "received"
    EXECUTED = "executed"
    PARTIAL = "partial"
    REFUSED = "refused"
    NOTHING_FOUND = "nothing_found"  # a query: answered, there is nothing


@dataclass(frozen=True, slots=True)
class OnwardTransfer:
    """Where the institution says the money went; the four fields of the follow-on stop."""

    account: str
    institution: str
    holder: str
    amount_minor: int
    time_us: int
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An institution's answer to an order, as it came in."""

    id: str  # the institution's own number of the answer
    order: str  # request id
    outcome: Outcome
    answered_us: int  # when the institution did it, by its own word
    arrived_us: int
    amount_minor: int | None = None
    code: str = ""  # of a refusal
    note: str = ""
    balance_minor: int | None = None
    balance_us: int | None = None
    onward: tuple[OnwardTransfer, ...] = ()
    answered: tuple[Answered, ...] = ()  # of a query
    entered_by: str = ""  # who typed it in; empty where it came by wire
    evidence: str = ""  # SHA-256 of the scan

    def says_the_same_as(self, other: Receipt) -> bool:
        """Whether it is the same answer delivered again; when and by whom it came does not matter.

        Typed in without the instant at which the institution did it, an answer counts as of its typing: typed once more,
        that instant says nothing.
        """
        undated = self._is_undated or other._is_undated
        mine, theirs = (replace(each, answered_us=0) if undated else each for each in (self, other))
        return _said(mine) == _said(theirs)

    def may_be(self, earlier: Receipt) -> bool:
        """Whether it may be an earlier answer typed in once more.

        The same outcome and amount to the same order, by the same person or with the same scan, and nothing new in it
        beside its number and its time.
        """
        one = (self.order, self.outcome, self.amount_minor) == (earlier.order, earlier.outcome, earlier.amount_minor)
        source = bool(self.entered_by) and self.entered_by == earlier.entered_by
        source = source or (bool(self.evidence) and self.evidence == earlier.evidence)
        ours, theirs = ((e.code, e.balance_minor, e.onward, e.answered) for e in (self, earlier))
        nothing_new = all(mine in (None, "", (), was) for mine, was in zip(ours, theirs, strict=True))
        return one and source and nothing_new

    @property
    def _is_undated(self) -> bool:
        return bool(self.entered_by) and self.answered_us == self.arrived_us


@dataclass(frozen=True, slots=True)
class Correction:
    """An answer that was typed in wrongly, whole as it stood; who put it right, when and why."""

    receipt: Receipt
    instead: str  # the institution's number of the answer that stands in its place
    corrected_by: str
    corrected_us: int
    reason: str


def _said(receipt: Receipt) -> tuple[object, ...]:
    return (
        receipt.id, receipt.order, receipt.outcome, receipt.answered_us, receipt.amount_minor, receipt.code,
        receipt.balance_minor, receipt.balance_us, receipt.onward, receipt.answered,
    )  # fmt: skip


@unique
class IncidentKind(StrEnum):
    """What does not fit."""

    UNKNOWN_ORDER = "unknown_order"
    CONTRADICTION = "contradiction"  # two answers that cannot both be true
    ANSWER_AFTER_END = "answer_after_end"  # the institution acts on a measure that is over
    IMPOSSIBLE_TIME = "impossible_time"
    MORE_THAN_ASKED = "more_than_asked"
    RELEASE_FAILED = "release_failed"
    EXTENSION_FAILED = "extension_failed"
    NOT_COUNTERSIGNED = "not_countersigned"
    NOT_SENT = "not_sent"  # it was decided, and its order has not left in time
    NOT_LIFTED = "not_lifted"  # it was found unrelated, and is held all the same when the days are over
    FREEZE_EMPTY = "freeze_empty"  # it was to take over from a stop, and holds nothing
    FREEZE_ENDED = "freeze_ended"  # with money that was decided to go back and is not paid yet
    NOT_DELIVERED = "not_delivered"  # the partner's service will not take an order
    UNREADABLE = "unreadable"  # an answer that is none by the agreed form
    PROBED = "probed"  # somebody asks the public page about numbers one after the other
    WEBHOOK_DEAD = "webhook_dead"  # a program is not told of changes any more, since it does not answer
    MUCH_EXPORTED = "much_exported"  # somebody took many persons out who are not of his own cases
    NOT_GENUINE = "not_genuine"  # an answer without the partner's signature, or from another than was asked


@dataclass(frozen=True, slots=True)
class Incident:
    """Something a person must look into; what came in is kept whole."""

    id: str
    version: int
    organisation: str  # empty where nobody's order is meant
    kind: IncidentKind
    sentence: str
    at_us: int
    measure: str = ""
    order: str = ""
    receipt: Receipt | None = None
    closed_by: str = ""
    closed_us: int | None = None
    finding: str = ""
    evidence: str = ""  # SHA-256 of what came in, as it came
    export: str = ""  # the export that alarmed
