"""How an account's statement becomes a sequence of money events, slowly and obviously: the oracle of the kernels.

The rules (design: Order, Lots, Coverage):

* An account's own sequence is the truth: running balance, then time, bank serial, row.
* Rows of one second are put in the order in which their running balances chain. Where none does and money goes both
  into the account and out of it, the group is uncertain: inflows first, each side in row order; a reversal right after
  what it reverses.
* Where the balance rises or falls without a row, a gap row of that size stands at that place; between two covered
  periods it stands at the start of the second. An overdraft is a credit inflow just before the payment that draws it,
  and every inflow into debt is followed at once by its repayment.
* An account that states no balance at all gets the least opening that never overdraws.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import Final

from fanzha.ledger.columns import MISSING, NONE, OUTSIDE, POCKET_BLOCKED, POCKET_HUB, POCKET_MASKED, LedgerColumns
from fanzha.ledger.cycles import Untied, resolve_cycles

NEVER_COVERED: Final = POCKET_BLOCKED | POCKET_HUB | POCKET_MASKED
CHAIN_STEPS_MAX: Final = 20_000


class Step(IntEnum):
    """What an event in an account's sequence is."""

    IN = 0
    OUT = 1
    GAP_IN = 2
    GAP_OUT = 3
    HOLE_IN = 4
    HOLE_OUT = 5
    CREDIT = 6
    REPAID = 7


# A group of uncertain order: transfers, each with its direction here. A move within the account has both of its sides in
# the account's sequence, maybe at different times, and only one of them need be in the group.
Group = tuple[tuple[int, bool], ...]

INFLOWS: Final = frozenset({Step.IN, Step.GAP_IN, Step.HOLE_IN, Step.CREDIT})


@dataclass(frozen=True, slots=True)
class Side:
    """One account's side of one transfer."""

    eid: int
    inflow: bool
    at_us: int
    order: int
    ordered: bool
    amount_minor: int
    balance_minor: int
    sub: int
    internal: bool
    period: int  # which covered period of the account it stands in

    @property
    def signed(self) -> int:
        """The amount as it moves the balance."""
        return self.amount_minor if self.inflow else -self.amount_minor


@dataclass(frozen=True, slots=True)
class Event:
    """Money entering or leaving an account; `anchor` is the transfer before (repayment: after) which it stands."""

    step: Step
    amount_minor: int
    anchor: int


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account's opening and its events in order."""

    opening_minor: int
    assumed: bool
    events: tuple[Event, ...]
    repaired: tuple[int, ...] = ()
    uncertain: tuple[tuple[int, ...], ...] = ()  # groups of transfers whose order the statement does not tell


def sides_of(columns: LedgerColumns) -> dict[int, list[Side]]:
    """The sides that stand in their account's own statement, in sequence before any repair."""
    t, coverage = columns.transfers, columns.coverage
    periods: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pocket, start, end in zip(coverage.pocket, coverage.from_us, coverage.to_us, strict=True):
        periods[int(pocket)].append((int(start), int(end)))
    flags = columns.pockets.flags
    sides: dict[int, list[Side]] = defaultdict(list)
    for eid in range(len(t)):
        internal = bool(t.payer[eid] == t.payee[eid])
        for inflow in (False, True):
            name = "payee" if inflow else "payer"
            pocket = int(getattr(t, name)[eid])
            at_us = int(getattr(t, f"{name}_at_us")[eid])
            period = next((i for i, (a, b) in enumerate(periods[pocket]) if a <= at_us <= b), NONE)
            seen = bool(getattr(t, f"{name}_seen")[eid])
            if pocket == OUTSIDE or flags[pocket] & NEVER_COVERED or period == NONE or not seen:
                continue
            sides[pocket].append(
                Side(
                    eid, inflow, at_us, int(getattr(t, f"{name}_order")[eid]), bool(getattr(t, f"{name}_ordered")[eid]),
                    int(t.amount_minor[eid]), int(getattr(t, f"{name}_balance_minor")[eid]),
                    int(getattr(t, f"{name}_sub")[eid]), internal, period,
                )
            )  # fmt: skip
    for rows in sides.values():
        rows.sort(key=lambda s: (s.at_us, s.order, s.eid, s.inflow))
    return dict(sides)


def lines_of(columns: LedgerColumns, *, outflows_first: bool = False) -> dict[int, AccountLine]:
    """Every covered account's line of events; `outflows_first` turns the uncertain groups round as far as balances allow."""
    sequences: dict[int, list[Side]] = {}
    groups: dict[int, list[Group]] = {}
    repaired: dict[int, list[int]] = {}
    reverses = [int(r) for r in columns.transfers.reverses]
    for pocket, sides in sides_of(columns).items():
        sequences[pocket], groups[pocket], repaired[pocket] = _ordered(sides, reverses)
    for pocket, untied in _knotted(sequences).items():
        sequences[pocket] = _untied(sequences[pocket], untied)
        inflow_of = {s.eid: s.inflow for s in sequences[pocket] if not s.internal}
        groups[pocket] += [tuple((eid, inflow_of[eid]) for eid in group) for group in untied.groups]
    if outflows_first:
        for pocket, rows in sequences.items():
            if groups[pocket]:
                sequences[pocket] = _turned_round(rows, groups[pocket], reverses)
        for pocket, untied in _knotted(sequences).items():
            sequences[pocket] = _untied(sequences[pocket], untied)
    uncertain = {p: tuple(tuple(eid for eid, _ in group) for group in own) for p, own in groups.items()}
    return {
        pocket: replace(_line(rows), repaired=tuple(repaired[pocket]), uncertain=uncertain[pocket])
        for pocket, rows in sequences.items()
    }


def _knotted(sequences: Mapping[int, Sequence[Side]]) -> dict[int, Untied]:
    return resolve_cycles({p: [(s.eid, s.inflow) for s in rows if not s.internal] for p, rows in sequences.items()})


def _ordered(sides: Sequence[Side], reverses: Sequence[int]) -> tuple[list[Side], list[Group], list[int]]:
    """Repair each second by running balances; gives the sequence, the uncertain groups and the moved transfers."""
    out = list(sides)
    groups: list[Group] = []
    moved: list[int] = []
    known: dict[int, int] = {}
    for start, end in _seconds(out):
        for sub in sorted({s.sub for s in out[start:end]}):
            places = [i for i in range(start, end) if out[i].sub == sub]
            rows = [out[i] for i in places]
            if len(rows) > 1:
                ordered, order = _order_second(rows, known.get(sub), reverses)
                if order is Order.UNCERTAIN:
                    groups.append(tuple((s.eid, s.inflow) for s in ordered))
                elif order is Order.STATED:
                    moved.extend(s.eid for s, old in zip(ordered, rows, strict=True) if s.eid != old.eid)
                for i, side in zip(places, ordered, strict=True):
                    out[i] = side
                rows = ordered
            for side in rows:
                if side.balance_minor != MISSING:
                    known[sub] = side.balance_minor
                elif sub in known:
                    known[sub] += side.signed
    return out, groups, moved


def _seconds(rows: Sequence[Side]) -> Iterator[tuple[int, int]]:
    start = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or rows[i].at_us != rows[start].at_us:
            yield start, i
            start = i


class Order(Enum):
    """What settles the order of a second's rows."""

    STATED = "balances or the source"
    INDIFFERENT = "nothing, and it changes nothing"
    UNCERTAIN = "nothing"


def _order_second(rows: list[Side], before: int | None, reverses: Sequence[int]) -> tuple[list[Side], Order]:
    """One second of one running balance: its rows in order, and what settles that order."""
    all_stated = all(s.balance_minor != MISSING for s in rows)
    if all_stated:
        chained = _chain(rows, before)
        if chained is not None:
            return chained, Order.STATED
    if all(s.ordered for s in rows) or len({s.inflow for s in rows}) == 1:
        return rows, Order.STATED
    # Moves inside the account carry nothing in or out: where they stand among others changes nothing.
    one_way = len({s.inflow for s in rows if not s.internal}) <= 1
    settled = _settled(_inflows_first(rows, reverses), rows[-1].balance_minor)
    return settled, Order.INDIFFERENT if one_way else Order.UNCERTAIN


def _chain(rows: list[Side], before: int | None) -> list[Side] | None:
    """The first order (by rows) in which each balance follows from the one before; one that starts at `before` if any."""
    starts = [None] if before is None else [before, None]
    for start in starts:
        found = _chain_from(rows, start)
        if found is not None:
            return found
    return None


def _chain_from(rows: list[Side], start: int | None) -> list[Side] | None:
    steps = 0
    path: list[int] = []
    tries: list[int] = [0]
    while tries:
        steps += 1
        if steps > CHAIN_STEPS_MAX:
            return None
        depth = len(path)
        if depth == len(rows):
            return [rows[i] for i in path]
        current = rows[path[-1]].balance_minor if path else start
        i = tries[-1]
        while i < len(rows):
            fits = current is None or rows[i].balance_minor - rows[i].signed == current
            if fits and i not in path:
                break
            i += 1
        if i == len(rows):
            tries.pop()
            if path:
                path.pop()
            continue
        tries[-1] = i + 1
        path.append(i)
        tries.append(0)
    return None


def _inflows_first(rows: Sequence[Side], reverses: Sequence[int]) -> list[Side]:
    ordered = [s for s in rows if s.inflow] + [s for s in rows if not s.inflow]
    return _reversals_after(ordered, reverses)


def _reversals_after(ordered: list[Side], reverses: Sequence[int]) -> list[Side]:
    """A reversal in the same second as the payment that it takes back stands right behind it."""
    here = {s.eid for s in ordered}
    late = [s for s in ordered if reverses[s.eid] in here]
    out = [s for s in ordered if reverses[s.eid] not in here]
    for side in late:
        at = max(i for i, s in enumerate(out) if s.eid == reverses[side.eid] or reverses[s.eid] == reverses[side.eid])
        out.insert(at + 1, side)
    return out


def _settled(rows: list[Side], closing: int) -> list[Side]:
    """The group's balances as they must have run, back from its closing balance, so that a gap shows before the group."""
    out: list[Side] = []
    for side in reversed(rows):
        out.append(replace(side, balance_minor=closing))
        if closing != MISSING:
            closing -= side.signed
    return out[::-1]


def _turned_round(rows: list[Side], groups: Sequence[Group], reverses: Sequence[int]) -> list[Side]:
    """Outflows first, each as soon as the balance allows it; otherwise the next inflow comes before it."""
    out = list(rows)
    for group in groups:
        places = [i for i, s in enumerate(out) if (s.eid, s.inflow) in group]
        balance = _balance_before(out, places[0])
        members = [out[i] for i in places]
        closing = members[-1].balance_minor
        ins = [s for s in members if s.inflow]
        outs = [s for s in members if not s.inflow]
        turned: list[Side] = []
        while ins or outs:
            take_out = bool(outs) and (not ins or outs[0].amount_minor <= balance)
            side = outs.pop(0) if take_out else ins.pop(0)
            balance += side.signed
            turned.append(side)
        for i, side in zip(places, _settled(_reversals_after(turned, reverses), closing), strict=True):
            out[i] = side
    return out


def _balance_before(rows: Sequence[Side], place: int) -> int:
    """What the account holds when the row at this place begins, a gap before the row included."""
    openings, by_period, _ = _openings(rows)
    account = _Account(openings, by_period, _put_away_before(rows))
    for side in rows[:place]:
        account.gaps_before(side)
        account.move(side)
    account.gaps_before(rows[place])
    return account.balance


def _line(rows: Sequence[Side]) -> AccountLine:
    openings, by_period, assumed = _openings(rows)
    put_away = _put_away_before(rows)
    account = _Account(openings, by_period, put_away)
    for side in rows:
        account.gaps_before(side)
        account.move(side)
    return AccountLine(sum(openings.values()) + put_away, assumed, tuple(account.events))


def _put_away_before(rows: Sequence[Side]) -> int:
    """What inner moves bring back from parts of the account without rows beyond what they took there: it was there before."""
    shown = Counter(s.eid for s in rows if s.internal)
    return -min(0, *itertools.accumulate((-s.signed for s in rows if s.internal and shown[s.eid] == 1), initial=0))


def _openings(rows: Sequence[Side]) -> tuple[dict[int, int], dict[tuple[int, int], int], bool]:
    """Each sub-account's opening; the openings of its later covered periods that state a balance; whether one is assumed."""
    openings: dict[int, int] = {}
    by_period: dict[tuple[int, int], int] = {}
    assumed = False
    for sub in dict.fromkeys(s.sub for s in rows):
        own = [s for s in rows if s.sub == sub]
        first_stated = next((i for i, s in enumerate(own) if s.balance_minor != MISSING), NONE)
        if first_stated == NONE:
            openings[sub] = -min(0, *itertools.accumulate(s.signed for s in own))
            assumed = True
            continue
        stated = own[first_stated]
        openings[sub] = stated.balance_minor - sum(s.signed for s in own[: first_stated + 1])
        if stated.period != own[0].period:
            openings[sub] = max(0, openings[sub])
        for period in dict.fromkeys(s.period for s in own if s.period != own[0].period):
            members = [s for s in own if s.period == period]
            first = next((i for i, s in enumerate(members) if s.balance_minor != MISSING), NONE)
            if first != NONE:
                by_period[sub, period] = members[first].balance_minor - sum(s.signed for s in members[: first + 1])
    return openings, by_period, assumed


def _untied(rows: Sequence[Side], untied: Untied) -> list[Side]:
    by_eid = {s.eid: s for s in rows if not s.internal}
    order = iter(untied.order)
    out = [s if s.internal else by_eid[next(order)] for s in rows]
    for group in untied.groups:
        places = [i for i, s in enumerate(out) if s.eid in group and not s.internal]
        closing = rows[places[-1]].balance_minor  # the statement's own, whichever row comes to stand there
        for i, side in zip(places, _settled([out[i] for i in places], closing), strict=True):
            out[i] = side
    return out


class _Account:
    """The balances of one account and its growing list of events."""

    def __init__(self, openings: Mapping[int, int], by_period: Mapping[tuple[int, int], int], put_away: int) -> None:
        self.balance = sum(openings.values()) + put_away
        self.events: list[Event] = []
        self._tracked = dict(openings)
        self._by_period = by_period
        self._entered: dict[int, int] = {}

    def gaps_before(self, side: Side) -> None:
        """What the row's running balance, and the start of a later covered period, say went on without a row."""
        before = self._tracked[side.sub]
        if side.period > self._entered.get(side.sub, NONE):
            first = side.sub not in self._entered
            self._entered[side.sub] = side.period
            if (side.sub, side.period) in self._by_period and not first:
                stated = self._by_period[side.sub, side.period]
                self._gap(stated - before, side.eid, hole=True)
                before = stated
        expected = before + side.signed
        if side.balance_minor not in (MISSING, expected):
            self._gap(side.balance_minor - expected, side.eid, hole=False)
            before = side.balance_minor - side.signed
        self._tracked[side.sub] = before

    def move(self, side: Side) -> None:
        """The row itself."""
        self._tracked[side.sub] += side.signed
        if side.internal:
            return
        if side.inflow:
            self._enter(Step.IN, side.amount_minor, side.eid)
        else:
            self._leave(Step.OUT, side.amount_minor, side.eid)

    def _gap(self, difference: int, anchor: int, *, hole: bool) -> None:
        if difference > 0:
            self._enter(Step.HOLE_IN if hole else Step.GAP_IN, difference, anchor)
        elif difference < 0:
            self._leave(Step.HOLE_OUT if hole else Step.GAP_OUT, -difference, anchor)

    def _enter(self, step: Step, amount: int, anchor: int) -> None:
        debt = max(0, -self.balance)
        self.balance += amount
        self.events.append(Event(step, amount, anchor))
        if debt:
            self.events.append(Event(Step.REPAID, min(amount, debt), anchor))

    def _leave(self, step: Step, amount: int, anchor: int) -> None:
        drawn = amount - max(0, self.balance)
        if drawn > 0:
            self.events.append(Event(Step.CREDIT, drawn, anchor))
        self.balance -= amount
        self.events.append(Event(step, amount, anchor))
