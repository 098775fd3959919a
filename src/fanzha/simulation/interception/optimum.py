"""The best that any desk of one officer can do with one fraud of a few accounts: every way of working it is tried.

It knows how long each order will take and where the money goes, but may ask a bank of an account only when a statement or
the victim has named it, as any desk; of each account it asks for a statement once and for a stop once (with a second statement
no optimum of the tiny worlds grew). This is what a planner is held against where the bound of `limit` is too generous.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from fanzha.measures.interception import Step
from fanzha.simulation.city.build import City
from fanzha.simulation.city.schemes import Fraud
from fanzha.simulation.interception.desk import Banks, DrillDesk, KnownAccounts, Order, Policy
from fanzha.simulation.interception.world import UNSTOPPABLE, Row, World

HANDLING: Final = "planned"
QUERIES_MOST: Final = 1  # of one account


@dataclass(frozen=True, slots=True)
class TinyWorld:
    """One fraud by itself: its moves alone, and how a desk is set before it."""

    world: Callable[[], World]
    fraud: Fraud
    desk: Callable[[World, Policy], DrillDesk]

    def stopped_by(self, policy: Policy) -> int:
        """What a policy keeps of its money."""
        world = self.world()
        self.desk(world, policy).run()
        return world.kept_minor(frozenset({self.fraud.number}))


class TooManyWays(Exception):
    """There are more ways to work a fraud than may be tried."""


def tiny_worlds(
    city: City, whole: World, accounts_most: int, banks: Banks, desk: Mapping[str, object], seed: str
) -> list[TinyWorld]:  # fmt: skip
    """The frauds of a city whose money comes to no more accounts than that, and to more than one."""
    places: dict[int, list[int]] = {}
    for place, move in enumerate(whole.moves):
        places.setdefault(move.case, []).append(place)
    found = []
    for fraud in city.frauds:
        mine = places[fraud.number]
        accounts = {whole.moves[place].payee for place in mine if whole.moves[place].hop} - UNSTOPPABLE
        if 1 < len(accounts) <= accounts_most:
            found.append(_alone(whole, fraud, mine, banks, desk, seed))
    return found


def _alone(
    whole: World, fraud: Fraud, mine: Sequence[int], banks: Banks, desk: Mapping[str, object], seed: str
) -> TinyWorld:  # fmt: skip
    at = {place: here for here, place in enumerate(mine)}
    moves = [replace(whole.moves[place], parent=at.get(whole.moves[place].parent, -1)) for place in mine]
    fraud = replace(fraud, payments=tuple(at[place] for place in fraud.payments), rebates=())

    def world() -> World:
        return World(moves, whole.own_minor, whole.ordinary)

    def make(there: World, policy: Policy) -> DrillDesk:
        return DrillDesk(there, [fraud], policy, banks, {**desk, "officers": 1}, seed, 1.0)

    return TinyWorld(world, fraud, make)


class _Undecided(Exception):
    """The script has come to its end, and the desk asks what to do next."""


@dataclass(slots=True)
class _Scripted:
    """Does what is written; None: wait for news."""

    script: Sequence[Order | None]
    name: str = "scripted"
    handling: str = HANDLING
    asked: int = 0
    ordered_us: dict[int, int] = field(default_factory=dict[int, int])  # stops by account
    queried: Counter[int] = field(default_factory=Counter[int])
    waited_with: set[int] = field(default_factory=set[int])  # accounts that were known when it began to wait
    options: list[Order] = field(default_factory=list[Order])
    now_us: int = 0

    def next_order(self, known: KnownAccounts, now_us: int, banks: Banks) -> Order | None:
        """What the script says."""
        if self.asked == len(self.script):
            self.options, self.now_us = self._options(known), now_us
            raise _Undecided
        order = self.script[self.asked]
        self.asked += 1
        if order is None:
            self.waited_with = self.waited_with or {option.account for option in self._options(known)}
            return None
        self.waited_with = set()
        if order.step is Step.STOP:
            self.ordered_us[order.account] = now_us
        else:
            self.queried[order.account] += 1
        return order

    def _options(self, known: KnownAccounts) -> list[Order]:
        """Every order that can be sent now. What could have been sent before a wait is not sent right behind it."""
        found = []
        for each in known.values():
            if each.account in self.waited_with or not each.came:
                continue
            if not each.stop_sent and not each.refused:
                found.append(Order(Step.STOP, each.account))
            if not each.stopped and self.queried[each.account] < QUERIES_MOST:
                found.append(Order(Step.QUERY, each.account))
        return found

    def follows(self, row: Row) -> bool:
        """Only what carries the money on."""
        return False


def optimum_minor(tiny: TinyWorld, ways_most: int = 20_000) -> int:
    """The most that any way of working the fraud keeps. Raises TooManyWays."""
    best, ways = 0, 0
    waiting: list[tuple[Order | None, ...]] = [()]
    while waiting:
        script = waiting.pop()
        ways += 1
        if ways > ways_most:
            raise TooManyWays
        policy, world = _Scripted(script), tiny.world()
        desk = tiny.desk(world, policy)
        try:
            desk.run()
        except _Undecided:
            if _at_most(tiny, desk, policy) > best:
                waiting += [(*script, None), *((*script, option) for option in reversed(policy.options))]
            continue
        best = max(best, world.kept_minor(frozenset({tiny.fraud.number})))
    return best


def _at_most(tiny: TinyWorld, desk: DrillDesk, policy: _Scripted) -> int:
    """What is kept if every account that is left were stopped by an officer of its own from now on."""
    world = tiny.world()
    for move in world.moves:
        account = move.payee
        if move.hop and account not in UNSTOPPABLE and account not in world.stopped_us:
            at_us = desk.carried_out_us(account, policy.ordered_us.get(account, policy.now_us))
            if at_us is not None:
                world.stop(account, at_us)
    return world.kept_minor(frozenset({tiny.fraud.number}))
