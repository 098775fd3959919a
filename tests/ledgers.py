"""Ledgers made by hand for tests: rows in, columns out, with the coverage rules of the canonical table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fanzha.core.time import SECOND_US
from fanzha.ledger.columns import MISSING, NONE, Coverage, LedgerColumns, Pockets, Transfers
from fanzha.records import TransferKind
from fanzha.tracing.model import Origin

OUTSIDE_NAME = ""


@dataclass(frozen=True)
class Row:
    """One transfer; times in seconds, amounts in minor units; a balance of None is not stated."""

    at: int
    payer: str
    payee: str
    amount: int
    payer_balance: int | None = None
    payee_balance: int | None = None
    kind: TransferKind = TransferKind.TRANSFER
    reverses: int = NONE
    payer_at: int | None = None
    payee_at: int | None = None
    payer_seen: bool = True
    payee_seen: bool = True
    ordered: bool = False


@dataclass(frozen=True)
class Book:
    """Columns and the names by which a test speaks of accounts."""

    columns: LedgerColumns
    pocket_of: Mapping[str, int]

    def origin(self, label: str, eid: int) -> Origin:
        t = self.columns.transfers
        return Origin(
            label, int(t.amount_minor[eid]), eid, int(t.payer[eid]), int(t.payee[eid]), int(t.at_us[eid])
        )  # fmt: skip

    def name(self, pocket: int) -> str:
        return next(name for name, p in self.pocket_of.items() if p == pocket)


def book(
    rows: Sequence[Row],
    *,
    coverage: Mapping[str, Sequence[tuple[int, int]]] | None = None,
    holders: Mapping[str, int] | None = None,
    flags: Mapping[str, int] | None = None,
) -> Book:
    """A ledger of rows in time order. Without `coverage`: by own balances, or everything where no row states one."""
    assert [r.at for r in rows] == sorted(r.at for r in rows)
    names = [OUTSIDE_NAME, *sorted({n for r in rows for n in (r.payer, r.payee)} - {OUTSIDE_NAME})]
    pocket_of = {name: i for i, name in enumerate(names)}
    if coverage is None:
        coverage = _own_coverage(rows)
    spans = sorted((pocket_of[n], a, b) for n, periods in coverage.items() if n in pocket_of for a, b in periods)
    columns = LedgerColumns(_transfers(rows, pocket_of), _pockets(names, holders or {}, flags or {}), _spans(spans))
    return Book(columns, pocket_of)


def _own_coverage(rows: Sequence[Row]) -> dict[str, list[tuple[int, int]]]:
    if all(r.payer_balance is None and r.payee_balance is None for r in rows):
        names = {n for r in rows for n in (r.payer, r.payee)} - {OUTSIDE_NAME}
        return {name: [(rows[0].at, rows[-1].at)] for name in names}
    times: dict[str, list[int]] = {}
    for r in rows:
        if r.payer_balance is not None:
            times.setdefault(r.payer, []).append(r.at)
        if r.payee_balance is not None:
            times.setdefault(r.payee, []).append(r.at)
    return {name: [(min(at), max(at))] for name, at in times.items() if name != OUTSIDE_NAME}


def _transfers(rows: Sequence[Row], pocket_of: Mapping[str, int]) -> Transfers:
    def column(values: object, dtype: type) -> np.ndarray:
        return np.array(list(values), dtype=dtype)  # type: ignore[call-overload]

    n = len(rows)
    return Transfers(
        at_us=column((r.at * SECOND_US for r in rows), np.int64),
        payer=column((pocket_of[r.payer] for r in rows), np.uint32),
        payee=column((pocket_of[r.payee] for r in rows), np.uint32),
        amount_minor=column((r.amount for r in rows), np.int64),
        kind=column((int(r.kind) for r in rows), np.uint8),
        payer_at_us=column(((r.at if r.payer_at is None else r.payer_at) * SECOND_US for r in rows), np.int64),
        payee_at_us=column(((r.at if r.payee_at is None else r.payee_at) * SECOND_US for r in rows), np.int64),
        payer_order=np.arange(n, dtype=np.int64),
        payee_order=np.arange(n, dtype=np.int64),
        payer_balance_minor=column((MISSING if r.payer_balance is None else r.payer_balance for r in rows), np.int64),
        payee_balance_minor=column((MISSING if r.payee_balance is None else r.payee_balance for r in rows), np.int64),
        payer_sub=np.zeros(n, np.uint16),
        payee_sub=np.zeros(n, np.uint16),
        payer_seen=column((r.payer_seen for r in rows), np.bool_),
        payee_seen=column((r.payee_seen for r in rows), np.bool_),
        payer_ordered=column((r.ordered for r in rows), np.bool_),
        payee_ordered=column((r.ordered for r in rows), np.bool_),
        reverses=column((r.reverses for r in rows), np.int64),
    )


def _pockets(names: Sequence[str], holders: Mapping[str, int], flags: Mapping[str, int]) -> Pockets:
    n = len(names)
    return Pockets(
        account=tuple(names),
        currency=np.zeros(n, np.uint16),
        currencies=("CNY",),
        exponents=(2,),
        holder=np.array([holders.get(name, 0) for name in names], np.uint32),
        institution=("",) * n,
        flags=np.array([flags.get(name, 0) for name in names], np.uint8),
        bank_balance_minor=np.full(n, MISSING, np.int64),
        bank_balance_at_us=np.full(n, MISSING, np.int64),
        bound_minor=np.zeros(n, np.int64),
    )


def _spans(spans: Sequence[tuple[int, int, int]]) -> Coverage:
    return Coverage(
        np.array([p for p, _, _ in spans], np.uint32),
        np.array([a * SECOND_US for _, a, _ in spans], np.int64),
        np.array([b * SECOND_US for _, _, b in spans], np.int64),
    )
