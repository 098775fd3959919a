"""The rows that live tracing keeps, and the part of them that a correction needs as a ledger of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fanzha.ledger.assembly.ordering import SideKeys, rank_sides
from fanzha.ledger.assembly.reversals import match_reversals
from fanzha.ledger.assembly.rules import PairingRules
from fanzha.ledger.columns import (
    I64,
    MISSING,
    NONE,
    OUTSIDE,
    POCKET_HUB,
    POCKET_MASKED,
    U8,
    U32,
    Coverage,
    Flags,
    LedgerColumns,
    Pockets,
    Transfers,
)
from fanzha.ledger.index import build_index
from fanzha.records import TransferKind
from fanzha.tracing import live_kernels as lk
from fanzha.tracing.allocate import Ledger

FIRST_ROOM: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class LiveBatch:
    """Rows as they came: accounts by number (0 is an unnamed party), money in minor units; no balances in a complete ledger."""

    at_us: I64
    payer: U32
    payee: U32
    amount_minor: I64
    kind: U8
    payer_balance_minor: I64 | None = None  # MISSING where a row states none
    payee_balance_minor: I64 | None = None

    def __len__(self) -> int:
        return len(self.at_us)


class RowTexts(Protocol):
    """What rows say in words, read again only where a correction needs it."""

    def texts_of(self, rows: I64) -> pl.DataFrame:
        """The columns serial and summary of these rows, null where a row has none."""


@dataclass(slots=True)
class LiveRows:
    """All rows so far, by arrival; `prev` chains each account's rows, newest first."""

    with_balances: bool
    count: int = 0
    at_us: I64 = field(default_factory=lambda: np.empty(FIRST_ROOM, np.int64))
    payer: U32 = field(default_factory=lambda: np.empty(FIRST_ROOM, np.uint32))
    payee: U32 = field(default_factory=lambda: np.empty(FIRST_ROOM, np.uint32))
    amount_minor: I64 = field(default_factory=lambda: np.empty(FIRST_ROOM, np.int64))
    kind: U8 = field(default_factory=lambda: np.empty(FIRST_ROOM, np.uint8))
    payer_balance_minor: I64 = field(default_factory=lambda: np.empty(0, np.int64))
    payee_balance_minor: I64 = field(default_factory=lambda: np.empty(0, np.int64))
    prev: NDArray[np.int32] = field(default_factory=lambda: np.empty((FIRST_ROOM, 2), np.int32))

    def append(self, batch: LiveBatch) -> None:
        """Takes the rows; they are in no chain until the kernel has seen them."""
        start, end = self.count, self.count + len(batch)
        assert end < 2**30, "more rows than one live trace can number"
        self._make_room(end)
        for name in self._columns():
            given = getattr(batch, name)
            getattr(self, name)[start:end] = MISSING if given is None else given
        self.count = end

    def since(self, first: int) -> tuple[I64, U32, U32, I64, U8, I64, I64, NDArray[np.int32]]:
        """The columns from this row on."""
        part = slice(first, self.count)
        return (
            self.at_us[part], self.payer[part], self.payee[part], self.amount_minor[part], self.kind[part],
            self.payer_balance_minor[part], self.payee_balance_minor[part], self.prev[part],
        )  # fmt: skip

    def _columns(self) -> list[str]:
        own = ["at_us", "payer", "payee", "amount_minor", "kind"]
        return [*own, "payer_balance_minor", "payee_balance_minor"] if self.with_balances else own

    def reserve(self, rows: int) -> None:
        """Takes the memory for as many further rows, and writes to it, for a machine finds it only then."""
        self._make_room(self.count + rows)
        for name in [*self._columns(), "prev"]:
            getattr(self, name)[self.count :] = 0

    def _make_room(self, end: int) -> None:
        for name in [*self._columns(), "prev"]:
            column = getattr(self, name)
            if len(column) < end:
                room = max(end, 2 * len(column), FIRST_ROOM)
                grown = np.empty((room, *column.shape[1:]), column.dtype)
                grown[: self.count] = column[: self.count]
                setattr(self, name, grown)


@dataclass(frozen=True, slots=True)
class Part:
    """A ledger of some accounts' rows; its transfers and pockets are numbered anew."""

    ledger: Ledger
    row: I64  # by transfer, the row of the stream
    pocket: I64  # by pocket, the account of the stream
    covered_to_us: I64  # by pocket, MISSING where it is not covered

    def pocket_of(self, account: int) -> int:
        """The number here of an account of the stream that is in the part."""
        return int(np.searchsorted(self.pocket, account))


def part_of(
    rows: LiveRows,
    accounts: I64,
    scope: Iterable[int],
    also: Sequence[int],
    texts: RowTexts | None,
    rules: PairingRules,
) -> Part:
    """Every row of the accounts in scope and some rows more, in the order of a ledger; only these accounts are covered."""
    chosen = np.array(sorted(_with_knots(rows, accounts, set(scope))), np.int64)
    found = np.unique(np.concatenate([lk.rows_of(chosen, accounts, rows.prev), np.array(also, np.int64)]))
    row = found[np.lexsort((found, rows.at_us[found]))]
    payer, payee = rows.payer[row], rows.payee[row]
    pocket = np.unique(np.concatenate([[OUTSIDE], chosen, payer, payee])).astype(np.int64)
    own_payer, own_payee = (np.searchsorted(pocket, side).astype(np.uint32) for side in (payer, payee))
    columns = LedgerColumns(
        _transfers(rows, row, own_payer, own_payee, texts, rules),
        _pockets(accounts[pocket, lk.FLAGS]),
        coverage := _coverage(rows, row, own_payer, own_payee, np.isin(pocket, chosen), accounts[pocket, lk.FLAGS]),
    )
    covered_to = np.full(len(pocket), MISSING, np.int64)
    covered_to[coverage.pocket] = coverage.to_us
    return Part(Ledger(columns, build_index(columns)), row, pocket, covered_to)


def _transfers(
    rows: LiveRows, row: I64, payer: U32, payee: U32, texts: RowTexts | None, rules: PairingRules
) -> Transfers:
    at_us, amount, kind = rows.at_us[row], rows.amount_minor[row], rows.kind[row].copy()
    n = len(row)
    none = pl.Series([None], dtype=pl.String).new_from_index(0, n)
    told = pl.DataFrame({"serial": none, "summary": none}) if texts is None else texts.texts_of(row)
    marked = kind == TransferKind.REVERSAL
    reverses = np.full(n, NONE, np.int64)
    if marked.any():
        reverses = match_reversals((payer, payee), at_us, amount, marked=marked, texts=told, rules=rules)
    order, untold = row.astype(np.int64), np.zeros(n, np.bool_)
    payer_order, payee_order, payer_ordered, payee_ordered = order, order, untold, untold
    if told["serial"].null_count() < n:
        top = int(max(payer.max(), payee.max())) + 1
        ranks = rank_sides(
            SideKeys(payer, at_us, order, told["serial"]), SideKeys(payee, at_us, order, told["serial"]), top
        )
        payer_order, payee_order = ranks.payer_order, ranks.payee_order
        payer_ordered, payee_ordered = ranks.payer_ordered, ranks.payee_ordered
    unstated = np.full(n, MISSING, np.int64)
    balances = (rows.payer_balance_minor[row], rows.payee_balance_minor[row]) if rows.with_balances else (unstated,) * 2
    return Transfers(
        at_us=at_us, payer=payer, payee=payee, amount_minor=amount, kind=kind, payer_at_us=at_us, payee_at_us=at_us,
        payer_order=payer_order, payee_order=payee_order, payer_balance_minor=balances[0],
        payee_balance_minor=balances[1], payer_sub=np.zeros(n, np.uint16), payee_sub=np.zeros(n, np.uint16),
        payer_seen=payer != OUTSIDE, payee_seen=payee != OUTSIDE, payer_ordered=payer_ordered,
        payee_ordered=payee_ordered, reverses=reverses,
    )  # fmt: skip


def _pockets(flags: I64) -> Pockets:
    n = len(flags)
    nothing = pl.Series([""], dtype=pl.String).new_from_index(0, n)
    own = np.where(flags & lk.HUB, POCKET_HUB, 0) | np.where(flags & lk.MASKED, POCKET_MASKED, 0)
    return Pockets(
        account=nothing, currency=np.zeros(n, np.uint16), currencies=("",), exponents=(2,),
        holder=np.zeros(n, np.uint32), institution=nothing, flags=own.astype(np.uint8),
        bank_balance_minor=np.full(n, MISSING, np.int64), bank_balance_at_us=np.full(n, MISSING, np.int64),
        bound_minor=np.zeros(n, np.int64),
    )  # fmt: skip


def _coverage(rows: LiveRows, row: I64, payer: U32, payee: U32, inside: Flags, flags: I64) -> Coverage:
    """A complete ledger covers its accounts throughout, any other from an account's first own balance to its last."""
    able = inside & ((flags & lk.HUB_OR_MASKED) == 0)
    able[OUTSIDE] = False
    side, at_us = np.concatenate([payer, payee]), np.tile(rows.at_us[row], 2)
    if rows.with_balances:
        stated = np.concatenate([rows.payer_balance_minor[row], rows.payee_balance_minor[row]]) != MISSING
        side, at_us = side[stated], at_us[stated]
    start, end = np.full(len(able), np.iinfo(np.int64).max), np.full(len(able), MISSING, np.int64)
    np.minimum.at(start, side, at_us)
    np.maximum.at(end, side, at_us)
    if not rows.with_balances and len(row):
        start[:], end[:] = rows.at_us[row[0]], rows.at_us[row[-1]]
    covered = np.flatnonzero(able & (start <= end))
    return Coverage(covered.astype(np.uint32), start[covered], end[covered])


def _with_knots(rows: LiveRows, accounts: I64, scope: set[int]) -> set[int]:
    """The scope and the accounts that stand with it in a knot of one instant: whose order decides over each other's."""
    found = set(scope)
    waiting: list[tuple[int, int | None]] = [(account, None) for account in sorted(scope)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        account, instant = waiting.pop()
        own = np.unique(lk.rows_of(np.array([account], np.int64), accounts, rows.prev))
        at_us = rows.at_us[own]
        if instant is not None:
            own, at_us = own[at_us == instant], at_us[at_us == instant]
        for tied in _mixed_instants(rows, account, own, at_us):
            members = own[at_us == tied]
            found.add(account)
            for other in np.unique(np.concatenate([rows.payer[members], rows.payee[members]])).tolist():
                able = other != OUTSIDE and not accounts[other, lk.FLAGS] & lk.HUB_OR_MASKED
                if able and other not in found and (other, tied) not in seen:
                    seen.add((other, tied))
                    waiting.append((other, tied))
    return found


def _mixed_instants(rows: LiveRows, account: int, own: I64, at_us: I64) -> list[int]:
    """Instants at which the account both takes and pays."""
    if len(own) < 2:
        return []
    took, paid = np.unique(at_us[rows.payee[own] == account]), np.unique(at_us[rows.payer[own] == account])
    return [int(at) for at in np.intersect1d(took, paid, assume_unique=True)]
