"""A trace as it was run for a case: what it was asked, on which ledger, and what it found, in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fanzha.core.money import DEFAULT_CURRENCY

DEFAULT_METHOD: Final = "fifo"  # of a case that chose none
LEADS_METHOD: Final = "poison"  # says where money may have come; never how much


@dataclass(frozen=True, slots=True)
class RunOrigin:
    """A victim's payment that the trace began with; `label` stands for the victim of the report."""

    label: str
    victim: str
    report: str
    fact: str
    clue: str
    payer: str  # empty where neither the report nor a statement names who paid
    payee: str
    institution: str  # the payee's
    at_us: int
    amount_minor: int
    currency: str = DEFAULT_CURRENCY


@dataclass(frozen=True, slots=True)
class RunTotals:
    """The trace law of one method and currency: origin = held + exited + unknown."""

    method: str
    currency: str
    origin_minor: int
    held_minor: int
    exited_minor: int
    unknown_minor: int


@dataclass(frozen=True, slots=True)
class Held:
    """What a method finds held on an account, and what of it can still be stopped; None: unknown."""

    method: str
    held_minor: int
    stoppable_minor: int | None
    shortfall_minor: int = 0  # what the bank says is not there any more; it is part of what is unknown


@dataclass(frozen=True, slots=True)
class RunAccount:
    """An account that carried traced money."""

    account: str
    institution: str
    holder: str
    hop: int
    currency: str
    held: tuple[Held, ...]
    arrived_us: int | None  # the latest arrival of traced money; None where no row shows it
    moved_us: int | None  # the last movement that any statement shows
    known_until_us: int | None  # the end of its own statement
    also: tuple[str, ...] = ()  # other numbers by which the case's facts and measures call it

    def is_called(self, number: str) -> bool:
        """Whether the number is the account's."""
        return number == self.account or number in self.also


@dataclass(frozen=True, slots=True)
class RunQuestion:
    """Whose statement would tell more: the frontier of all methods, the most that any of them traces there."""

    account: str
    institution: str
    holder: str
    from_us: int
    until_us: int
    reason: str
    traced_minor: int
    currency: str = DEFAULT_CURRENCY


@dataclass(frozen=True, slots=True)
class TraceRun:
    """One trace of a case; the whole document lies among the files of evidence by its SHA-256."""

    id: str
    version: int
    organisation: str
    case: str
    at_us: int
    by: str
    ledger_digest: str
    result_hash: str
    document: str  # SHA-256
    origins: tuple[RunOrigin, ...]
    nested: tuple[str, ...] = ()  # labels whose payer is a relay, by the case's officers
    totals: tuple[RunTotals, ...] = ()
    accounts: tuple[RunAccount, ...] = ()
    questions: tuple[RunQuestion, ...] = ()
    warnings: tuple[str, ...] = ()
