"""The way to a partner and back: orders leave one by one, receipts are fetched by the page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Protocol

from fanzha.access import PartnerLink
from fanzha.core.errors import Refused
from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.measures.orders import Receipt
from fanzha.ports.work_queues import OutMessage


class Unreachable(Refused):
    """A partner cannot be reached just now, or does not answer as agreed; nothing was lost, ask again later."""


@unique
class Verdict(StrEnum):
    """What a partner's service said to an order's arrival; what the bank does with it comes as a receipt."""

    ACCEPTED = "accepted"  # it has it, perhaps since an earlier attempt
    REFUSED = "refused"  # it will never take it
    AGAIN = "again"  # nobody knows whether it arrived: the same request once more does no harm


@dataclass(frozen=True, slots=True)
class Handed:
    """How handing over went; the reason is told to people."""

    verdict: Verdict
    reason: str = ""


class Dispatcher(Protocol):
    """Hands orders over. An order may be handed over again: its request id tells the partner that it is the same."""

    def send(self, link: PartnerLink, message: OutMessage) -> Handed:
        """Hands one message over. What fails is told in what it gives, never raised, whatever the partner does."""


@dataclass(frozen=True, slots=True)
class RawReceipt:
    """An answer as it came, byte by byte, and what is wrong with where it came from."""

    content: bytes
    trouble: str = ""  # why it is not the partner's own word; empty: its signature is genuine
    cursor: str = ""  # to ask for what comes after it


@dataclass(frozen=True, slots=True)
class ReceiptBatch:
    """Answers in the order in which the partner gives them, and where the next batch begins."""

    receipts: tuple[RawReceipt, ...]
    next_cursor: str
    more: bool = False


class ReceiptSource(Protocol):
    """Fetches answers; the partner keeps them, so that they can be fetched again."""

    def collect(self, link: PartnerLink, after: str) -> ReceiptBatch:
        """The answers after a cursor; "" is the beginning. Raises Unreachable."""

    def fetch(self, link: PartnerLink, reference: str) -> bytes:
        """A file that a receipt names. Raises Unreachable, NotFound when the partner has no such file."""


@dataclass(frozen=True, slots=True)
class StatementPart:
    """A statement file that came with an answer: its bytes, or where the partner keeps them."""

    name: str
    sha256: str
    content: bytes | None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """An answer by the agreed form, with the files that belong to it and the fields that nobody knows."""

    receipt: Receipt
    statements: tuple[StatementPart, ...] = ()
    unknown: tuple[str, ...] = ()
    currency: str = DEFAULT_CURRENCY  # that its amounts count in


class ReceiptReader(Protocol):
    """Knows the agreed form of answers."""

    def read(self, content: bytes) -> ReadReceipt:
        """The answer. Raises BadInput that names the field and what is wrong with it."""
