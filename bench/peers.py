"""The same two questions asked of other engines, each in the way that suits it; frontiers are kept in Python.

`reach`: which accounts could money of a payment have reached in time order, within some hops and until an instant, and how
many payments could it have taken. `fifo`: which payments carried its money, how much each, first in, first out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.made_ledger import MadeLedger

HOPS: Final = 6
Pieces = tuple[np.ndarray, np.ndarray]  # transfers and what each carried


@dataclass(frozen=True, slots=True)
class Query:
    """A payment and how far to follow its money."""

    eid: int
    eids: np.ndarray  # the same as an array, which is how ours takes it
    payee: int
    at_us: int
    amount: int
    until_us: int


@dataclass(frozen=True, slots=True)
class Moves:
    """All transfers sorted by payer and time, with their places on both lines; made without any of our kernels."""

    payer: np.ndarray
    at: np.ndarray
    payee: np.ndarray
    out_lo: np.ndarray
    out_hi: np.ndarray
    in_lo: np.ndarray
    eid: np.ndarray
    start: np.ndarray  # by account
    place: np.ndarray  # by transfer


def moves_of(made: MadeLedger) -> Moves:
    """Cumulative columns by sorting and summing; openings are the least that never overdraw."""
    t, n_pockets = made.columns.transfers, len(made.columns.pockets)
    n = len(t)
    account = np.stack([t.payer, t.payee], axis=1).ravel()
    signed = np.stack([-t.amount_minor, t.amount_minor], axis=1).ravel()
    order = np.argsort(account, kind="stable")
    account, signed = account[order], signed[order]
    first = np.searchsorted(account, np.arange(n_pockets))
    net = np.cumsum(signed)
    net -= np.repeat(np.concatenate([[0], net])[first], np.diff(np.append(first, 2 * n)))
    opening = np.zeros(n_pockets, np.int64)
    np.minimum.at(opening, account, net)
    in_lo = np.empty(n, np.int64)
    inflow, side = signed > 0, order // 2
    in_lo[side[inflow]] = _before(signed[inflow], account[inflow], n_pockets) - opening[account[inflow]]
    eid = side[~inflow]
    out_lo = _before(-signed[~inflow], account[~inflow], n_pockets)
    payer, place = account[~inflow], np.empty(n, np.int64)
    place[eid] = np.arange(n)
    start = np.searchsorted(payer, np.arange(n_pockets + 1))
    return Moves(
        payer, t.at_us[eid], t.payee[eid], out_lo, out_lo + t.amount_minor[eid], in_lo[eid], eid, start, place
    )  # fmt: skip


def _before(amount: np.ndarray, account: np.ndarray, n_pockets: int) -> np.ndarray:
    """What came before each amount at its account, in order."""
    total = np.concatenate([[0], np.cumsum(amount)])
    first = np.searchsorted(account, np.arange(n_pockets + 1))
    return total[:-1] - np.repeat(total[first[:-1]], np.diff(first))


class Peer:
    """Walks hop by hop; a subclass says how its engine finds the payments of the accounts at the frontier."""

    name = ""

    def __init__(self, moves: Moves) -> None:
        self.moves = moves

    def leaving(self, accounts: list[int], after: list[int], until: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Payees and times of the payments that leave each account after one instant and up to another."""
        raise NotImplementedError

    def overlapping(
        self, accounts: list[int], lo: list[int], hi: list[int], until: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Transfer, payee, part and its place on the payee's line, of the payments that carry each account's [lo, hi)."""
        raise NotImplementedError

    def reach(self, query: Query) -> tuple[int, int]:
        earliest = {query.payee: query.at_us}
        frontier = {query.payee: (query.at_us, query.until_us)}
        edges = 0
        for _ in range(HOPS - 1):
            if not frontier:
                break
            after, until = zip(*frontier.values(), strict=True)
            payees, times = self.leaving(list(frontier), list(after), list(until))
            edges += len(payees)
            frontier = {}
            for payee, at in zip(payees.tolist(), times.tolist(), strict=True):
                known = earliest.get(payee)
                if known is None or at < known:
                    old = frontier[payee][1] if payee in frontier else query.until_us if known is None else known
                    earliest[payee], frontier[payee] = at, (at, old)
        return len(earliest), edges

    def fifo(self, query: Query) -> Pieces:
        place = self.moves.place[query.eid]
        accounts, lo = [query.payee], [int(self.moves.in_lo[place])]
        hi = [lo[0] + query.amount]
        transfers, parts = [np.array([query.eid])], [np.array([query.amount])]
        while accounts:
            eid, payee, part, arrived = self.overlapping(accounts, lo, hi, query.until_us)
            transfers.append(eid)
            parts.append(part)
            accounts, lo, hi = payee.tolist(), arrived.tolist(), (arrived + part).tolist()
        return np.concatenate(transfers), np.concatenate(parts)


class DuckDb(Peer):
    """One table sorted by (payer, time); a query for each hop, its frontier as values."""

    name = "duckdb"

    def __init__(self, moves: Moves) -> None:
        import duckdb
        import pyarrow as pa

        super().__init__(moves)
        self.connection = duckdb.connect()
        columns = ("payer", "at", "payee", "out_lo", "out_hi", "in_lo", "eid")
        table = pa.table({name: getattr(moves, name) for name in columns})
        self.connection.register("arrow", table)
        self.connection.execute('create table moves as select * from arrow order by payer, "at"')
        self.connection.unregister("arrow")

    def leaving(self, accounts: list[int], after: list[int], until: list[int]) -> tuple[np.ndarray, np.ndarray]:
        values = ",".join(f"({p},{a},{b})" for p, a, b in zip(accounts, after, until, strict=True))
        found = self.connection.execute(
            f'select m.payee, m."at" from moves m join (values {values}) f(p, a, b) '
            'on m.payer = f.p and m."at" > f.a and m."at" <= f.b'
        ).fetchnumpy()
        return found["payee"], found["at"]

    def overlapping(
        self, accounts: list[int], lo: list[int], hi: list[int], until: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        values = ",".join(f"({p},{a},{b})" for p, a, b in zip(accounts, lo, hi, strict=True))
        found = self.connection.execute(
            "select m.eid, m.payee, least(f.hi, m.out_hi) - greatest(f.lo, m.out_lo) as part, "
            "m.in_lo + greatest(f.lo, m.out_lo) - m.out_lo as arrived "
            f"from moves m join (values {values}) f(p, lo, hi) "
            f'on m.payer = f.p and m.out_lo < f.hi and m.out_hi > f.lo and m."at" <= {until}'
        ).fetchnumpy()
        return found["eid"], found["payee"], found["part"], found["arrived"]


class Igraph(Peer):
    """A directed graph without time; the edges of each account, then numpy on their columns."""

    name = "igraph"

    def __init__(self, moves: Moves) -> None:
        import igraph

        super().__init__(moves)
        edges = np.stack([moves.payer, moves.payee], axis=1).astype(np.int32)
        self.graph = igraph.Graph(n=len(moves.start) - 1, edges=edges, directed=True)

    def leaving(self, accounts: list[int], after: list[int], until: list[int]) -> tuple[np.ndarray, np.ndarray]:
        m, kept = self.moves, []
        for account, lo, hi in zip(accounts, after, until, strict=True):
            rows = np.array(self.graph.incident(account, mode="out"), np.int64)
            at = m.at[rows]
            kept.append(rows[(at > lo) & (at <= hi)])
        rows = np.concatenate(kept)
        return m.payee[rows], m.at[rows]

    def overlapping(
        self, accounts: list[int], lo: list[int], hi: list[int], until: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        m, kept, begins, ends = self.moves, [], [], []
        for account, a, b in zip(accounts, lo, hi, strict=True):
            rows = np.array(self.graph.incident(account, mode="out"), np.int64)
            rows = rows[(m.out_lo[rows] < b) & (m.out_hi[rows] > a) & (m.at[rows] <= until)]
            kept.append(rows)
            begins.append(np.maximum(m.out_lo[rows], a))
            ends.append(np.minimum(m.out_hi[rows], b))
        rows, begin, end = np.concatenate(kept), np.concatenate(begins), np.concatenate(ends)
        return m.eid[rows], m.payee[rows], end - begin, m.in_lo[rows] + begin - m.out_lo[rows]


class Polars(Peer):
    """A frame sorted by (payer, time); each account is a slice of it, filtered."""

    name = "polars"

    def __init__(self, moves: Moves) -> None:
        import polars as pl

        super().__init__(moves)
        columns = ("at", "payee", "out_lo", "out_hi", "in_lo", "eid")
        self.frame = pl.DataFrame({name: getattr(moves, name) for name in columns})
        self.pl = pl

    def _slice(self, account: int):
        lo, hi = self.moves.start[account], self.moves.start[account + 1]
        return self.frame.slice(int(lo), int(hi - lo))

    def leaving(self, accounts: list[int], after: list[int], until: list[int]) -> tuple[np.ndarray, np.ndarray]:
        at = self.pl.col("at")
        found = self.pl.concat([
            self._slice(account).filter((at > lo) & (at <= hi))
            for account, lo, hi in zip(accounts, after, until, strict=True)
        ])  # fmt: skip
        return found["payee"].to_numpy(), found["at"].to_numpy()

    def overlapping(
        self, accounts: list[int], lo: list[int], hi: list[int], until: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        col, found = self.pl.col, []
        for account, a, b in zip(accounts, lo, hi, strict=True):
            rows = self._slice(account).filter((col("out_lo") < b) & (col("out_hi") > a) & (col("at") <= until))
            begin = rows["out_lo"].clip(lower_bound=a)
            part = rows["out_hi"].clip(upper_bound=b) - begin
            found.append(
                self.pl.DataFrame({
                    "eid": rows["eid"], "payee": rows["payee"], "part": part,
                    "arrived": rows["in_lo"] + begin - rows["out_lo"],
                })
            )  # fmt: skip
        rows = self.pl.concat(found)
        return tuple(rows[name].to_numpy() for name in ("eid", "payee", "part", "arrived"))


PEERS: Final = {peer.name: peer for peer in (DuckDb, Igraph, Polars)}
