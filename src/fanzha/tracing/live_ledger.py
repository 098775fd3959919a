"""The rows that live tracing keeps, and the part of them that a correction needs as a ledger of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar, cast

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


_COLUMNS: Final = {
    "at_us": np.int64, "payer": np.uint32, "payee": np.uint32, "amount_minor": np.int64, "kind": np.uint8,
    "payer_balance_minor": np.int64, "payee_balance_minor": np.int64,
}  # fmt: skip
_BALANCES: Final = ("payer_balance_minor", "payee_balance_minor")
Columns = tuple[I64, U32, U32, I64, U8, I64, I64]


Column = TypeVar("Column")


class _Line(Generic[Column]):
    """A column of all rows so far, laid when it is asked for."""

    def __set_name__(self, owner: type[LiveRows], name: str) -> None:
        self._name = name

    def __get__(self, rows: LiveRows, owner: type[LiveRows]) -> Column:
        return cast("Column", rows.line(self._name))


class LiveRows:
    """All rows so far, by arrival, and the chains of each account's rows, newest first.

    Rows are kept as they came, for most are never looked at again: they are laid in one line, and hung into the chains,
    only when a correction or a look at a row asks for it, each row once.
    """

    at_us = _Line[I64]()
    payer = _Line[U32]()
    payee = _Line[U32]()
    amount_minor = _Line[I64]()
    kind = _Line[U8]()
    payer_balance_minor = _Line[I64]()
    payee_balance_minor = _Line[I64]()

    def __init__(self, *, with_balances: bool) -> None:
        self.with_balances = with_balances
        self.count = 0
        self._waiting: list[Columns] = []
        self._laid: dict[str, NDArray[Any]] = {
            name: np.empty(FIRST_ROOM, dtype)
            for name, dtype in _COLUMNS.items()
            if with_balances or name not in _BALANCES
        }
        self._n_laid = self._n_chained = 0
        self._prev: NDArray[np.int32] = np.empty((0, 2), np.int32)

    def append(self, batch: LiveBatch) -> Columns:
        """Keeps the rows, whose columns must not be written to any more; gives them as the array loops take them."""
        assert self.count + len(batch) < 2**30, "more rows than one live trace can number"
        # A column that is read-only or strided would be another type, for which the loops were never compiled.
        taken = [np.require(getattr(batch, name), _COLUMNS[name], ["C", "W", "A"]) for name in list(_COLUMNS)[:5]]
        for name in _BALANCES:
            given = getattr(batch, name)
            if given is not None:
                given = np.require(given, np.int64, ["C", "W", "A"])
            elif self.with_balances:
                given = np.full(len(batch), MISSING, np.int64)
            taken.append(given if self.with_balances else np.empty(0, np.int64))
        columns: Columns = tuple(taken)  # type: ignore[assignment] # mypy cannot count what a loop appends
        self._waiting.append(columns)
        self.count += len(batch)
        return columns

    def chained_to(self, end: int, accounts: I64) -> NDArray[np.int32]:
        """The chains of the rows before this one: by row and side, the account's row before it; -1 ends a chain."""
        if self._n_chained < end:
            payer, payee = self.payer, self.payee
            if len(self._prev) < end:
                self._prev = _grown(self._prev, self._n_chained, end)
            lk.chain_rows(self._n_chained, end, payer, payee, accounts, self._prev)
            self._n_chained = end
        return self._prev

    def line(self, name: str) -> NDArray[Any]:
        """A column of all rows so far, with room behind it."""
        if self._waiting:
            self._lay()
        return self._laid[name]

    def _lay(self) -> None:
        for place, (name, column) in enumerate(zip(_COLUMNS, tuple(self._laid.values()), strict=False)):
            if len(column) < self.count:
                column = self._laid[name] = _grown(column, self._n_laid, self.count)
            at = self._n_laid
            for columns in self._waiting:
                column[at : at + len(columns[place])] = columns[place]
                at += len(columns[place])
        self._n_laid = self.count
        self._waiting.clear()


def _grown(column: NDArray[Any], used: int, end: int) -> NDArray[Any]:
    """The column with room for at least as many rows, and twice what it had, so that growing costs little a row."""
    grown = np.empty((max(end, 2 * len(column), FIRST_ROOM), *column.shape[1:]), column.dtype)
    grown[:used] = column[:used]
    return grown


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
    end: int,
    accounts: I64,
    scope: Iterable[int],
    also: Sequence[int],
    texts: RowTexts | None,
    rules: PairingRules,
) -> Part:
    """Every row before `end` of the accounts in scope and some rows more, in a ledger's order; only these are covered."""
    chains = rows.chained_to(end, accounts)
    chosen = np.array(sorted(_with_knots(rows, chains, accounts, set(scope))), np.int64)
    found = np.unique(np.concatenate([lk.rows_of(chosen, accounts, chains), np.array(also, np.int64)]))
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


def _with_knots(rows: LiveRows, chains: NDArray[np.int32], accounts: I64, scope: set[int]) -> set[int]:
    """The scope and the accounts that stand with it in a knot of one instant: whose order decides over each other's."""
    found = set(scope)
    waiting: list[tuple[int, int | None]] = [(account, None) for account in sorted(scope)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        account, instant = waiting.pop()
        own = np.unique(lk.rows_of(np.array([account], np.int64), accounts, chains))
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
