"""The rows of one account in the ledger: its movements, sums by stretch of time, counterparties, and where each is from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from fanzha.ledger.assembly import SourceRow
from fanzha.ledger.columns import I64, MISSING, OUTSIDE, Flags
from fanzha.ports.fact_store import StoredLedger
from fanzha.records import TransferKind
from fanzha.services.trace_money import pockets_named


@dataclass(frozen=True, slots=True)
class AccountMove:
    """One row: what came or went, from or to whom, and what the account's own statement says stood there afterwards."""

    transfer: str
    at_us: int
    incoming: bool
    amount_minor: int
    other: str  # the other side's number; empty where the source names none
    other_name: str
    other_institution: str
    balance_minor: int | None
    kind: str
    summary: str
    takes_back: bool
    sources: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """How many rows came and went, and how much."""

    count_in: int
    minor_in: int
    count_out: int
    minor_out: int


@dataclass(frozen=True, slots=True)
class Counterparty:
    """Somebody the account dealt with."""

    account: str
    name: str
    institution: str
    sums: Sums
    last_us: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time: what came and went in it, and the balance last stated by its end; None before any was."""

    from_us: int
    until_us: int
    sums: Sums
    balance_minor: int | None


@dataclass(frozen=True, slots=True)
class StatementSource:
    """A file that shows rows of the account; its windows are those for which it is the account's own statement."""

    path: str
    sha256: str
    rows: int
    windows: tuple[tuple[int, int], ...]


NAME_ROWS: Final = 50  # rows of a counterparty that are asked for its name


class AccountRows:
    """The rows of one account in one currency, in the order of its own statement; narrowed, they are fewer."""

    def __init__(self, stored: StoredLedger, pocket: int, eids: I64, incoming: Flags) -> None:
        self._stored, self._pocket, self._eids, self._in = stored, pocket, eids, incoming
        pockets = stored.assembly.columns.pockets
        self.account = str(pockets.account[pocket])
        self.institution = str(pockets.institution[pocket] or "")
        self.currency = pockets.currencies[int(pockets.currency[pocket])]
        t = stored.assembly.columns.transfers
        self._at = np.where(incoming, t.payee_at_us[eids], t.payer_at_us[eids])
        self._amount = t.amount_minor[eids]
        self._balance = np.where(incoming, t.payee_balance_minor[eids], t.payer_balance_minor[eids])
        self._other = np.where(incoming, t.payer[eids], t.payee[eids])

    def __len__(self) -> int:
        return len(self._eids)

    @property
    def time(self) -> tuple[int, int] | None:
        """From the first row to the last; None where there is none."""
        return (int(self._at[0]), int(self._at[-1])) if len(self) else None

    @property
    def periods(self) -> tuple[tuple[int, int], ...]:
        """The periods that the account's own statements cover."""
        coverage = self._stored.assembly.columns.coverage
        low, high = np.searchsorted(coverage.pocket, [self._pocket, self._pocket + 1])
        return tuple((int(coverage.from_us[k]), int(coverage.to_us[k])) for k in range(low, high))

    def between(self, from_us: int | None, until_us: int | None) -> AccountRows:
        """Those of a time; its end belongs to it."""
        low = 0 if from_us is None else int(np.searchsorted(self._at, from_us, side="left"))
        high = len(self) if until_us is None else int(np.searchsorted(self._at, until_us, side="right"))
        return self._narrowed(np.arange(low, max(low, high)))

    def among(self, transfers: Collection[str]) -> AccountRows:
        """Those of these transfers."""
        ids = self._stored.assembly.details["transfer_id"].gather(self._eids)
        return self._narrowed(np.flatnonzero(ids.is_in(list(transfers)).to_numpy()))

    def _narrowed(self, places: I64) -> AccountRows:
        return AccountRows(self._stored, self._pocket, self._eids[places], self._in[places])

    def sums(self) -> Sums:
        """Of all of them, exactly."""
        return _sums(self._amount, self._in)

    def moves(self, start: int, count: int) -> tuple[AccountMove, ...]:
        """So many of them from a place on, newest first."""
        end = max(0, len(self) - start)
        places = np.arange(max(0, end - count), end)[::-1]
        return tuple(self._move(int(place)) for place in places)

    def _move(self, place: int) -> AccountMove:
        assembly = self._stored.assembly
        t, pockets = assembly.columns.transfers, assembly.columns.pockets
        eid, other = int(self._eids[place]), int(self._other[place])
        incoming, balance = bool(self._in[place]), int(self._balance[place])
        details = assembly.details.row(eid, named=True)
        return AccountMove(
            transfer=details["transfer_id"],
            at_us=int(self._at[place]),
            incoming=incoming,
            amount_minor=int(self._amount[place]),
            other="" if other == OUTSIDE else str(pockets.account[other]),
            other_name=details["payer_name" if incoming else "payee_name"] or "",
            other_institution="" if other == OUTSIDE else str(pockets.institution[other] or ""),
            balance_minor=None if balance == MISSING else balance,
            kind=TransferKind(int(t.kind[eid])).word,
            summary=details["summary"] or "",
            takes_back=bool(t.reverses[eid] >= 0),
            sources=assembly.sources.of(eid),
        )

    def counterparties(self, count: int) -> tuple[Counterparty, ...]:
        """Those with whom the most money moved, both ways together; whom the sources do not name is left out."""
        named = np.flatnonzero(self._other != OUTSIDE)
        pockets, place_of = np.unique(self._other[named], return_inverse=True)
        moved = np.bincount(place_of, self._amount[named].astype(np.float64), len(pockets))  # only to rank by
        first = np.argsort(-moved, kind="stable")[:count]
        return tuple(self._counterparty(int(pockets[one]), named[place_of == one]) for one in first)

    def _counterparty(self, other: int, places: I64) -> Counterparty:
        pockets, details = self._stored.assembly.columns.pockets, self._stored.assembly.details
        some = places[-NAME_ROWS:]
        names = [
            details["payer_name" if self._in[place] else "payee_name"][int(self._eids[place])] for place in some[::-1]
        ]
        return Counterparty(
            str(pockets.account[other]),
            next((name for name in names if name), ""),
            str(pockets.institution[other] or ""),
            _sums(self._amount[places], self._in[places]),
            int(self._at[places[-1]]),
        )

    def stretches(self, count: int) -> tuple[Stretch, ...]:
        """Their whole time in so many equal stretches; fewer where it is shorter than that many seconds."""
        time = self.time
        if time is None:
            return ()
        second = 1_000_000
        step = max(second, -(-(time[1] - time[0] + 1) // count))
        step = -(-step // second) * second
        begin = time[0] // second * second
        stated = np.flatnonzero(self._balance != MISSING)
        found = []
        while begin <= time[1]:
            low, high = np.searchsorted(self._at, [begin, begin + step])
            before = int(np.searchsorted(stated, high))
            balance = None if before == 0 else int(self._balance[stated[before - 1]])
            found.append(Stretch(begin, begin + step, _sums(self._amount[low:high], self._in[low:high]), balance))
            begin += step
        return tuple(found)

    def sources(self) -> tuple[StatementSource, ...]:
        """Every file that shows rows of the account, its own statements first."""
        assembly = self._stored.assembly
        spans, sources = assembly.spans, assembly.sources
        own: dict[int, list[tuple[int, int]]] = {}
        for place in np.flatnonzero(spans.pocket == self._pocket).tolist():
            own.setdefault(int(spans.file[place]), []).append((int(spans.from_us[place]), int(spans.to_us[place])))
        rows: dict[int, int] = dict.fromkeys(own, 0)
        for eid in self._eids.tolist():
            for file in sources.file[sources.offsets[eid] : sources.offsets[eid + 1]].tolist():
                rows[file] = rows.get(file, 0) + 1
        found = (
            StatementSource(sources.paths[file], sources.sha256s[file], number, tuple(own.get(file, ())))
            for file, number in rows.items()
        )
        return tuple(sorted(found, key=lambda one: (not one.windows, -one.rows, one.path)))


def account_rows(stored: StoredLedger, number: str, currency: str = "") -> tuple[AccountRows, ...]:
    """The rows of an account, one entry a currency, the one with most rows first; of one currency where it is named."""
    columns = stored.assembly.columns
    t, pockets = columns.transfers, columns.pockets
    found = []
    for pocket in pockets_named(stored, number):
        if currency and pockets.currencies[int(pockets.currency[pocket])] != currency:
            continue
        came, went = np.flatnonzero(t.payee == pocket), np.flatnonzero(t.payer == pocket)
        eids = np.concatenate([came, went])
        incoming = np.arange(len(eids)) < len(came)
        at_us = np.where(incoming, t.payee_at_us[eids], t.payer_at_us[eids])
        order = np.where(incoming, t.payee_order[eids], t.payer_order[eids])
        placed = np.lexsort((order, at_us))
        found.append(AccountRows(stored, pocket, eids[placed], incoming[placed]))
    return tuple(sorted(found, key=lambda rows: -len(rows)))


def _sums(amounts: I64, incoming: Flags) -> Sums:
    came, went = amounts[incoming], amounts[~incoming]
    return Sums(len(came), exact_sum(came), len(went), exact_sum(went))


def exact_sum(amounts: I64) -> int:
    """The exact sum; many large amounts may pass 64 bits, so high and low halves are added apart."""
    return (int((amounts >> 32).sum()) << 32) + int((amounts & 0xFFFFFFFF).sum())
