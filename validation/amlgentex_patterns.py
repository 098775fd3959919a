"""The 70 planted patterns of AMLGentex: who is reached in time order, and which planted payments each method carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fanzha.core.time import DAY_US
from fanzha.ledger.columns import LedgerColumns
from fanzha.ledger.extract import reach_pockets
from fanzha.tracing.allocate import Ledger
from fanzha.tracing.model import Limits, Method, Origin, Question
from validation.amlgentex_rows import account_name
from validation.conservation import ALLOCATING, Balance, trace_all


@dataclass(frozen=True, slots=True)
class Payment:
    """One planted payment: its transfer, who paid whom, in which step."""

    eid: int
    line: int  # in the log
    payer: int
    payee: int
    step: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """One planted pattern: the members that the truth table names, and the payments that the log marks."""

    number: int
    kind: str
    members: frozenset[int]
    payments: tuple[Payment, ...]  # in the order of the log

    @property
    def roots(self) -> frozenset[int]:
        """Where its money starts: members that pay and are not paid; in a cycle the payer of the first payment."""
        if self.kind == "cycle":
            return frozenset({self.payments[0].payer})
        return frozenset(p.payer for p in self.payments) - {p.payee for p in self.payments}

    @property
    def first_hop(self) -> tuple[Payment, ...]:
        """The payments of the roots (of a cycle its first payment alone): the origins of the trace."""
        if self.kind == "cycle":
            return self.payments[:1]
        return tuple(p for p in self.payments if p.payer in self.roots)

    @property
    def follow_on(self) -> tuple[Payment, ...]:
        """Every other planted payment."""
        first = {p.eid for p in self.first_hop}
        return tuple(p for p in self.payments if p.eid not in first)

    @property
    def silent(self) -> frozenset[int]:
        """Members that the truth table names and that no planted payment touches."""
        return self.members - {p.payer for p in self.payments} - {p.payee for p in self.payments}

    def reached_by_plan(self) -> frozenset[int]:
        """Members that money of the roots can reach along planted payments, in the order of the log."""
        have = set(self.roots)
        for payment in self.payments:
            if payment.payer in have:
                have.add(payment.payee)
        return frozenset(have)


def read_patterns(data: Path, rows: pl.DataFrame, eid_of_line: Mapping[int, int]) -> list[Pattern]:
    """The patterns; the log numbers them in the order of the truth table, from another start."""
    truth = pl.read_csv(data / "alert_models.csv")
    marked = rows.filter(pl.col("isSAR") == 1).filter(pl.col("patternID") >= 0).sort("line")
    start = marked["patternID"].min()
    assert isinstance(start, int)
    patterns = []
    for (number,), members in truth.group_by(["modelID"], maintain_order=True):
        assert isinstance(number, int)
        own = marked.filter(pl.col("patternID") == start + number)
        payments = tuple(
            Payment(eid_of_line[line], line, payer, payee, step)
            for line, payer, payee, step in own.select("line", "nameOrig", "nameDest", "step").iter_rows()
        )
        pattern = Pattern(number, members["type"][0], frozenset(members["accountID"].to_list()), payments)
        assert {p.payer for p in payments} | {p.payee for p in payments} <= pattern.members
        patterns.append(pattern)
    return patterns


@dataclass(frozen=True, slots=True)
class PatternResult:
    """What the ledger shows of one pattern."""

    pattern: Pattern
    reached: frozenset[int]  # members that the roots' payments reach in time order, through any transfer
    planned: frozenset[int]  # the same along planted payments alone
    accounts: int  # accounts that the extract of the trace holds
    carried: Mapping[Method, tuple[int, int]]  # follow-on payments that carried traced money, and how much of it
    follow_on_minor: int
    origin_minor: int
    balances: Mapping[Method, Balance]

    @property
    def paid(self) -> frozenset[int]:
        """Members that a planted payment is made to."""
        return frozenset(p.payee for p in self.pattern.payments)

    @property
    def complete(self) -> bool:
        """Whether every paid member is reached."""
        return self.paid <= self.reached | self.pattern.roots


def follow_pattern(ledger: Ledger, pattern: Pattern, start_us: int) -> PatternResult:
    """Trace one pattern from its roots' payments to the end of the step of its last planted payment."""
    columns, t = ledger.columns, ledger.columns.transfers
    until = start_us + pattern.payments[-1].step * DAY_US + DAY_US - 1
    origins = tuple(
        Origin(f"P{p.eid}", int(t.amount_minor[p.eid]), p.eid, int(t.payer[p.eid]), int(t.payee[p.eid]), int(t.at_us[p.eid]))
        for p in pattern.first_hop
    )  # fmt: skip
    question = Question(origins, limits=Limits(until_us=until))
    money, balances, taken = trace_all(ledger, question, (*ALLOCATING, Method.POISON))
    pockets, _ = reach_pockets(ledger.index, [o.eid for o in origins], (), until, None)
    names = _members_of(columns, pattern, pockets.tolist())
    follow_on = {p.eid for p in pattern.follow_on}
    carried = {}
    for method, found in money.items():
        by_payment: dict[int, int] = {}
        for (eid, _), amount in found.flows.items():
            if eid in follow_on:
                by_payment[eid] = by_payment.get(eid, 0) + amount
        carried[method] = (len(by_payment), sum(by_payment.values()))
    return PatternResult(
        pattern, names, pattern.reached_by_plan(), len(taken.pockets), carried,
        sum(int(t.amount_minor[eid]) for eid in follow_on), sum(o.amount_minor for o in origins), balances,
    )  # fmt: skip


def _members_of(columns: LedgerColumns, pattern: Pattern, pockets: Sequence[int]) -> frozenset[int]:
    inside = {columns.pockets.account[pocket] for pocket in pockets}
    return frozenset(member for member in pattern.members if account_name(member) in inside)


def payable(pattern: Pattern) -> int:
    """Follow-on payments whose payer is reached along planted payments before paying."""
    have, count, first = set(pattern.roots), 0, {p.eid for p in pattern.first_hop}
    for payment in pattern.payments:
        if payment.payer in have:
            have.add(payment.payee)
            count += payment.eid not in first
    return count


def queues_before(rows: pl.DataFrame, patterns: Sequence[Pattern]) -> list[float]:
    """Per follow-on payment what its payer had before its first planted inflow ÷ all that it paid out up to the payment.

    From the log alone, without the product: above 1, first in, first out cannot carry planted money in that payment.
    """
    paid: dict[int, list[tuple[int, float]]] = {}
    received: dict[int, list[tuple[int, float]]] = {}
    for line, payer, payee, amount in rows.select("line", "nameOrig", "nameDest", "amount").iter_rows():
        paid.setdefault(payer, []).append((line, amount))
        received.setdefault(payee, []).append((line, amount))
    ratios = []
    for pattern in patterns:
        for payment in pattern.follow_on:
            first = min(p.line for p in pattern.payments if p.payee == payment.payer)
            before = sum(amount for line, amount in received[payment.payer] if line < first)
            ratios.append(before / sum(amount for line, amount in paid[payment.payer] if line <= payment.line))
    return ratios
