"""From money by label to what an officer reads: per account what came, went and is left, and whom to ask next."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fanzha.ledger.columns import MISSING, NONE, OUTSIDE, LedgerColumns
from fanzha.tracing.allocate import Ledger
from fanzha.tracing.model import EXIT_ENDS, UNKNOWN_REASON, End, Method, Money, Question
from fanzha.tracing.reference import shares_of

ByLabel = Mapping[int, int]
# Ends at which the payee himself is the place where the trail stops being an account under trace.
_ENDPOINTS: Final = frozenset({End.EXIT, End.HUB, End.TO_VICTIM, End.RETURNED, End.COUNTERPARTY_MISSING})
_ARRIVED_UNKNOWN: Final = frozenset({End.FRONTIER, End.NOT_IN_STATEMENT, End.BLOCKED, End.DUST, End.HOP_LIMIT})


@dataclass(slots=True)
class AccountFinding:
    """One account that carried traced money, in minor units."""

    pocket: int
    hop: int
    traced_in: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    traced_in_minor: int = 0  # over all victims; under poison every payment once
    traced_out_minor: int = 0
    held: dict[int, int] = field(default_factory=dict)
    stoppable_minor: int | None = None  # None: unknown
    ends: set[End] = field(default_factory=set)
    held_range: tuple[int, int] | None = None  # where an uncertain order makes a difference
    assumed_opening: bool = False

    @property
    def held_minor(self) -> int:
        """What is still held here, over all victims."""
        return sum(self.held.values())


@dataclass(frozen=True, slots=True)
class FlowFinding:
    """One transfer that carried traced money."""

    eid: int
    hop: int
    by_label: ByLabel
    amount_minor: int  # traced, over all victims; under poison the whole transfer


@dataclass(frozen=True, slots=True)
class EndFinding:
    """Traced money that stopped being followed at one transfer, or beside one (gaps), or nowhere (a shortfall)."""

    end: End
    eid: int
    pocket: int
    by_label: ByLabel
    amount_minor: int  # over all victims; under poison the whole transfer


Moved = tuple[tuple[FlowFinding, ...], tuple[EndFinding, ...]]


@dataclass(frozen=True, slots=True)
class Totals:
    """The trace law: origin = held + exited + unknown."""

    origin_minor: int
    held_minor: int
    exited_minor: int
    unknown_minor: int

    @property
    def difference_minor(self) -> int:
        """Zero, or the trace is wrong."""
        return self.origin_minor - self.held_minor - self.exited_minor - self.unknown_minor


@dataclass(frozen=True, slots=True)
class Findings:
    """What one method found."""

    method: Method
    accounts: tuple[AccountFinding, ...]
    flows: tuple[FlowFinding, ...]
    ends: tuple[EndFinding, ...]
    totals: Totals


def findings_of(
    ledger: Ledger, question: Question, method: Method, money: Money, turned: Money | None = None
) -> Findings:
    """Read one method's money: accounts by hop, flows by time, ends, and the totals that must add up.

    `turned` is the same method with uncertain orders turned round; where an account then holds another amount, both
    are kept.
    """
    money = _one_label_a_victim(question, money) if method is Method.POISON else money
    money = _with_shortfall(ledger, question, method, money)
    hops = _hops(ledger.columns, question, money)
    flows = _flows(ledger.columns, question, method, money, hops)
    ends = _ends(method, money)
    accounts = _accounts(ledger, question, money, hops, (flows, ends))
    if turned is not None:
        _mark_uncertain(accounts, money, turned)
    totals = Totals(
        sum(origin.amount_minor for origin in question.origins),
        sum(money.held.values()),
        sum(amount for (end, *_), amount in money.ends.items() if end in EXIT_ENDS),
        sum(amount for (end, *_), amount in money.ends.items() if end in UNKNOWN_REASON),
    )
    assert method is Method.POISON or totals.difference_minor == 0, "traced money must be conserved"
    return Findings(method, tuple(accounts), flows, ends, totals)


def _one_label_a_victim(question: Question, money: Money) -> Money:
    """Taint of a victim who paid more than once: what several of his payments taint is tainted once."""
    names = [origin.label for origin in question.origins]
    first = [names.index(name) for name in names]
    flows: dict[tuple[int, int], int] = {}
    ends: dict[tuple[End, int, int, int], int] = {}
    held: dict[tuple[int, int], int] = {}
    for (eid, label), amount in money.flows.items():
        flows[eid, first[label]] = amount
    for (end, eid, pocket, label), amount in money.ends.items():
        key = (end, eid, pocket, first[label])
        # Payments that no row shows yet are as many as were reported.
        ends[key] = amount + (ends.get(key, 0) if eid == NONE else 0)
    for (pocket, label), amount in money.held.items():
        held[pocket, first[label]] = amount
    return Money(flows, ends, held)


def _traced(method: Method, eid: int, by_label: ByLabel) -> int:
    """What is traced of a transfer over all victims: under poison each of them taints the whole of it."""
    if method is Method.POISON and eid != NONE:
        return max(by_label.values())
    return sum(by_label.values())


def _with_shortfall(ledger: Ledger, question: Question, method: Method, money: Money) -> Money:
    """Where the bank says that less is there than was traced, the difference is unknown, borne pro rata."""
    if method is Method.POISON or question.limits.until_us is not None:
        return money
    pockets = ledger.columns.pockets
    held: dict[int, dict[int, int]] = defaultdict(dict)
    for (pocket, label), amount in money.held.items():
        held[pocket][label] = amount
    still, ends = dict(money.held), dict(money.ends)
    for pocket, by_label in held.items():
        there = int(pockets.bank_balance_minor[pocket])
        if there == MISSING or there >= sum(by_label.values()) or not _balance_is_news(ledger, pocket):
            continue
        left = shares_of(by_label, max(0, there))
        for label, amount in by_label.items():
            still[pocket, label] = left.get(label, 0)
            ends[End.SHORTFALL, NONE, pocket, label] = amount - left.get(label, 0)
    return Money(money.flows, {k: v for k, v in ends.items() if v}, {k: v for k, v in still.items() if v})


def _balance_is_news(ledger: Ledger, pocket: int) -> bool:
    """Whether the balance that the bank stated apart from the rows is not older than the rows."""
    stated_at = int(ledger.columns.pockets.bank_balance_at_us[pocket])
    return stated_at == MISSING or stated_at >= _covered_until(ledger.columns, pocket, rows=True)


def _covered_until(columns: LedgerColumns, pocket: int, *, rows: bool) -> int:
    """The last instant that the account's statement tells of (`rows`: its last row)."""
    c = columns.coverage
    last = int(np.searchsorted(c.pocket, pocket, "right")) - 1
    end = int(c.to_us[last]) if last >= 0 and c.pocket[last] == pocket else MISSING
    if not rows or end == MISSING:
        return end
    t = columns.transfers
    upto = int(np.searchsorted(t.at_us, end, "right"))
    touched = np.flatnonzero((t.payer[:upto] == pocket) | (t.payee[:upto] == pocket))
    return int(t.at_us[touched[-1]]) if len(touched) else end


def _hops(columns: LedgerColumns, question: Question, money: Money) -> dict[int, int]:
    """The fewest transfers from an origin to each account, along transfers that carried traced money."""
    t = columns.transfers
    onward: dict[int, set[int]] = defaultdict(set)
    starts = {origin.eid for origin in question.origins}
    hops: dict[int, int] = {}
    for eid, _ in money.flows:
        if eid in starts:
            hops[int(t.payee[eid])] = 1
        else:
            onward[int(t.payer[eid])].add(int(t.payee[eid]))
    for origin in question.origins:
        if origin.eid == NONE:
            hops[origin.payee] = 1
    queue = deque(sorted(hops))
    while queue:
        pocket = queue.popleft()
        for payee in sorted(onward[pocket]):
            if payee not in hops and payee != OUTSIDE:
                hops[payee] = hops[pocket] + 1
                queue.append(payee)
    return hops


def _flows(
    columns: LedgerColumns, question: Question, method: Method, money: Money, hops: Mapping[int, int]
) -> tuple[FlowFinding, ...]:
    by_transfer: dict[int, dict[int, int]] = defaultdict(dict)
    for (eid, label), amount in money.flows.items():
        by_transfer[eid][label] = amount
    t, starts = columns.transfers, {origin.eid for origin in question.origins}
    return tuple(
        FlowFinding(
            eid,
            1 if eid in starts else hops.get(int(t.payer[eid]), 0) + 1,
            by_label,
            _traced(method, eid, by_label),
        )
        for eid, by_label in sorted(by_transfer.items())
    )


def _ends(method: Method, money: Money) -> tuple[EndFinding, ...]:
    grouped: dict[tuple[End, int, int, int], dict[int, int]] = defaultdict(dict)
    for (end, eid, pocket, label), amount in money.ends.items():
        # Payees that nobody knows yet have no pocket: each such payment is a question of its own.
        apart = label if eid == NONE and pocket == OUTSIDE else NONE
        grouped[end, eid, pocket, apart][label] = amount
    return tuple(
        EndFinding(*key[:3], by_label, _traced(method, key[1], by_label))
        for key, by_label in sorted(grouped.items(), key=lambda item: item[0][1:])
    )


def _accounts(
    ledger: Ledger, question: Question, money: Money, hops: Mapping[int, int], moved: Moved
) -> list[AccountFinding]:
    found: dict[int, AccountFinding] = {}

    def account(pocket: int) -> AccountFinding:
        return found.setdefault(pocket, AccountFinding(pocket, hops.get(pocket, 0)))

    _count_movements(ledger.columns, question, moved, hops, account)
    for (pocket, label), amount in money.held.items():
        account(pocket).held[label] = amount
    for end, _, pocket, _ in money.ends:
        if end in _ARRIVED_UNKNOWN | {End.GAP, End.HOLE, End.SHORTFALL} and pocket in found:
            found[pocket].ends.add(end)
    later = _last_known(ledger.columns, found) if question.limits.until_us is None else {}
    for pocket, finding in found.items():
        finding.assumed_opening = bool(ledger.index.assumed[pocket])
        finding.stoppable_minor = _stoppable(ledger, finding, later.get(pocket, MISSING))
    return sorted(found.values(), key=lambda f: (f.hop, -f.traced_in_minor, f.pocket))


def _count_movements(
    columns: LedgerColumns,
    question: Question,
    moved: Moved,
    hops: Mapping[int, int],
    account: Callable[[int], AccountFinding],
) -> None:
    """What came into and went out of each account, as far as it is traced."""
    t, starts = columns.transfers, {origin.eid for origin in question.origins}
    flows, ends = moved
    ended_at_payee = {found.eid for found in ends if found.end in _ENDPOINTS}
    for flow in flows:
        payer, payee = int(t.payer[flow.eid]), int(t.payee[flow.eid])
        if flow.eid not in ended_at_payee and payee != OUTSIDE:
            _bring_in(account(payee), flow.by_label, flow.amount_minor)
        if flow.eid not in starts and payer in hops and payer not in question.victims:
            account(payer).traced_out_minor += flow.amount_minor
    for label, origin in enumerate(question.origins):
        if origin.eid == NONE:
            _bring_in(account(origin.payee), {label: origin.amount_minor}, origin.amount_minor)
    for found in ends:
        if found.end in (End.GAP, End.HOLE, End.CREDIT_REPAID):
            account(found.pocket).traced_out_minor += found.amount_minor
        elif found.end is End.SUPERSEDED:
            account(int(t.payer[found.eid])).traced_out_minor += found.amount_minor


def _bring_in(account: AccountFinding, by_label: ByLabel, amount_minor: int) -> None:
    for label, amount in by_label.items():
        account.traced_in[label] += amount
    account.traced_in_minor += amount_minor


def _last_known(columns: LedgerColumns, pockets: Iterable[int]) -> dict[int, int]:
    """When each account last moved as far as any statement tells."""
    wanted = np.zeros(len(columns.pockets), np.bool_)
    wanted[list(pockets)] = True
    t = columns.transfers
    last: dict[int, int] = {}
    for side in (t.payer, t.payee):
        rows = np.flatnonzero(wanted[side])
        for pocket, at in zip(side[rows].tolist(), t.at_us[rows].tolist(), strict=True):
            last[pocket] = max(last.get(pocket, at), at)
    return last


def _stoppable(ledger: Ledger, finding: AccountFinding, last_known_us: int) -> int | None:
    """What can be stopped here: at most what is held, at most what the bank has free; None where that is not known."""
    if finding.ends & {End.FRONTIER, End.NOT_IN_STATEMENT, End.BLOCKED, End.HOP_LIMIT, End.DUST} and not finding.held:
        return None
    if not finding.held_minor:
        return 0
    pocket = finding.pocket
    if last_known_us > _covered_until(ledger.columns, pocket, rows=False):
        return None
    pockets = ledger.columns.pockets
    there = int(pockets.bank_balance_minor[pocket])
    if there == MISSING or not _balance_is_news(ledger, pocket):
        there = max(0, int(ledger.index.closing_minor[pocket]))
    return max(0, min(finding.held_minor, there - int(pockets.bound_minor[pocket])))


def _mark_uncertain(accounts: list[AccountFinding], money: Money, turned: Money) -> None:
    here: dict[int, int] = defaultdict(int)
    there: dict[int, int] = defaultdict(int)
    for (pocket, _), amount in money.held.items():
        here[pocket] += amount
    for (pocket, _), amount in turned.held.items():
        there[pocket] += amount
    for finding in accounts:
        one, other = here[finding.pocket], there[finding.pocket]
        if one != other:
            finding.held_range = (min(one, other), max(one, other))
