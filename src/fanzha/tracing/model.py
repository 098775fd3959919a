"""What a trace is asked and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

from fanzha.core.errors import Refused
from fanzha.ledger.columns import NONE, OUTSIDE


class Method(StrEnum):
    """A rule that says which money leaves first; the values are the keys of the JSON document."""

    FIFO = "fifo"
    LIFO = "lifo"
    PRORATA = "prorata"
    OWN_FIRST = "own_first"
    LIBR = "libr"
    POISON = "poison"


class End(IntEnum):
    """Where traced money stops being followed."""

    FRONTIER = 1  # arrived where no statement is at hand
    NOT_IN_STATEMENT = 2  # the payer's bank shows it, the payee's covered statement does not
    EXIT = 3  # left the banks, by the transfer's kind
    HUB = 4
    COUNTERPARTY_MISSING = 5  # the row names no receiver
    BLOCKED = 6  # the receiver's statement has rows of unknown direction
    GAP = 7  # left in a fall of the running balance without a row
    HOLE = 8  # left between two covered periods
    CREDIT_REPAID = 9  # the bank took it for an overdraft
    TO_VICTIM = 10
    SUPERSEDED = 11  # relabelled by a nested origin
    DUST = 12
    HOP_LIMIT = 13
    SHORTFALL = 14  # the bank says that less is there than was traced
    RETURNED = 15  # given back by a decision


EXIT_ENDS: Final = frozenset({End.EXIT, End.HUB, End.CREDIT_REPAID, End.TO_VICTIM, End.SUPERSEDED, End.RETURNED})
UNKNOWN_REASON: Final[Mapping[End, str]] = {
    End.FRONTIER: "frontier",
    End.NOT_IN_STATEMENT: "not_in_payee_statement",
    End.COUNTERPARTY_MISSING: "counterparty_missing",
    End.BLOCKED: "direction_unknown",
    End.GAP: "gap",
    End.HOLE: "coverage_hole",
    End.DUST: "dust",
    End.HOP_LIMIT: "beyond_hop_limit",
    End.SHORTFALL: "balance_shortfall",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """One victim payment. `eid` is its transfer; where the ledger has none yet (NONE), the named payee has no statement.

    `payer` is the transfer's own; OUTSIDE where no row names one, or for one without a statement to whom nothing comes home.
    """

    label: str
    amount_minor: int
    eid: int = NONE
    payer: int = OUTSIDE
    payee: int = OUTSIDE
    at_us: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a trace goes; none by default."""

    until_us: int | None = None
    hops_max: int | None = None
    dust_minor: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What a trace is asked: the payments, the accounts that victims pay from, the relays among them, and the limits.

    `homes`: more accounts of the victims at which their money is back.
    Raises Refused where the row of a nested label names no payer: nobody could have passed the money on.
    """

    origins: tuple[Origin, ...]
    nested: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    homes: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Checks the nested labels."""
        for origin in self.origins:
            if origin.label in self.nested and origin.eid != NONE and origin.payer == OUTSIDE:
                raise Refused(
                    f"{origin.label} cannot be nested: its payer would be a relay, but no row names the payer of this "
                    f"payment; leave out --nested {origin.label}, or read in the payer's statement first"
                )

    @property
    def relays(self) -> frozenset[int]:
        """Payers that are declared to be relays, not victims."""
        return frozenset(o.payer for o in self.origins if o.label in self.nested and o.payer != OUTSIDE)

    @property
    def victims(self) -> frozenset[int]:
        """Pockets from which an origin is paid, and the homes: money that comes back to them ends there."""
        return (self.homes | frozenset(o.payer for o in self.origins if o.payer != OUTSIDE)) - self.relays


@dataclass(frozen=True, slots=True)
class Money:
    """Where one method put the money, in minor units; labels are positions in the question's origins.

    `flows[eid, label]` is what a transfer carried; `ends[end, eid, pocket, label]` what stopped at it (eid is the anchor
    of a gap, NONE for a shortfall); `held[pocket, label]` what is still there.
    """

    flows: Mapping[tuple[int, int], int]
    ends: Mapping[tuple[End, int, int, int], int]
    held: Mapping[tuple[int, int], int]
