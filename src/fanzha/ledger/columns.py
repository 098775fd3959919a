"""The ledger as arrays: one row per transfer, one pocket per account and currency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

MISSING: Final = np.iinfo(np.int64).min  # no balance stated
NONE: Final = -1  # no such transfer
OUTSIDE: Final = 0  # the pocket of parties that the source does not name; never covered

I64 = NDArray[np.int64]
U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]
U8 = NDArray[np.uint8]
Flags = NDArray[np.bool_]

# How a pocket stands in a trace.
POCKET_BLOCKED: Final = 1  # a row of unknown direction: totals of this account cannot be told
POCKET_HUB: Final = 2  # clearing account or other hub of the rules: ends a branch
POCKET_MASKED: Final = 4  # the number is masked: never covered, joined only by inference


@dataclass(frozen=True, slots=True)
class Transfers:
    """All transfers, sorted by (at_us, then a source order that does not depend on import order).

    Shapes: every array has one element per transfer. `payer_at_us` and `payee_at_us` are the times in each side's own
    statement (equal to `at_us` where only one is known). `payer_order` and `payee_order` rank rows of equal time in the
    account's own statement (bank serial, then sheet row). `payer_seen` / `payee_seen`: the side's own statement (or a
    canonical row) has the row. `*_tied` false: the source orders this row within its second by a serial of its own.
    """

    at_us: I64
    payer: U32
    payee: U32
    amount_minor: I64
    kind: U8
    payer_at_us: I64
    payee_at_us: I64
    payer_order: I64
    payee_order: I64
    payer_balance_minor: I64  # MISSING where not stated
    payee_balance_minor: I64
    payer_sub: U16  # which sub-account (own number) of the pocket the row's running balance belongs to
    payee_sub: U16
    payer_seen: Flags
    payee_seen: Flags
    payer_ordered: Flags  # a bank serial orders the row within its second on the payer's side
    payee_ordered: Flags
    reverses: I64  # index of the transfer that this one takes back, or NONE

    def __len__(self) -> int:
        return len(self.at_us)

    def __post_init__(self) -> None:
        assert bool(np.all(self.at_us[1:] >= self.at_us[:-1])), "transfers must be in time order"
        assert bool(np.all(self.amount_minor > 0)), "amounts must be positive"
        assert bool(np.all(self.reverses < np.arange(len(self)))), "a reversal comes after what it reverses"


@dataclass(frozen=True, slots=True)
class Pockets:
    """Accounts by currency; index 0 is OUTSIDE. Holders are numbered from 1, 0 is unknown."""

    account: tuple[str, ...] | pl.Series  # the entity's name: the card where there is one
    currency: U16  # index into `currencies`
    currencies: tuple[str, ...]
    exponents: tuple[int, ...]
    holder: U32  # same number = same holder; 0 unknown
    institution: tuple[str, ...] | pl.Series
    flags: U8
    bank_balance_minor: I64  # what the institution last stated apart from the rows, MISSING if nothing
    bank_balance_at_us: I64
    bound_minor: I64  # what other measures bind of it

    def __len__(self) -> int:
        return len(self.currency)


@dataclass(frozen=True, slots=True)
class Coverage:
    """When an account's own statement is at hand: closed intervals, sorted by pocket and time, not overlapping."""

    pocket: U32
    from_us: I64
    to_us: I64

    def __post_init__(self) -> None:
        assert bool(np.all(self.from_us <= self.to_us))


@dataclass(frozen=True, slots=True)
class LedgerColumns:
    """A ledger ready to be indexed."""

    transfers: Transfers
    pockets: Pockets
    coverage: Coverage
