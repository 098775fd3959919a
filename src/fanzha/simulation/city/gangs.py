"""Gangs: which accounts they use for what, who brought them, which of them other gangs use too, their lines and devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from fanzha.simulation.city.assumptions import Assumptions
from fanzha.simulation.city.people import NOBODY, Codes, Job, People

ABROAD: Final = -2  # in place of an account: one at a bank abroad, which answers nobody


@dataclass(frozen=True, slots=True)
class Gang:
    """Accounts as places; a place may be in several gangs."""

    number: int
    first: tuple[int, ...]  # that victims pay into (一级卡)
    later: tuple[int, ...]
    shells: tuple[int, ...]  # companies' accounts
    collectors: tuple[int, ...]  # where money of several comes together
    trader: int  # sells stable coins (U商)
    shop: int  # lends its terminal
    recruiters: tuple[int, ...]  # holders who found the accounts (卡头)
    dealer: int  # the holder who passed them on (卡贩), to other gangs as well
    lines: tuple[int, ...]  # places of telephone lines
    devices: tuple[int, ...]
    wallets: frozenset[int]  # of these accounts those at payment institutions

    @property
    def rented(self) -> tuple[int, ...]:
        """Accounts of people whom it never met."""
        return (*self.first, *self.later, *self.collectors)

    def recruiter_of(self, place: int) -> int:
        """Who found the holder of a rented account."""
        return self.recruiters[place % len(self.recruiters)]

    def in_use(self, window: int, windows: int) -> Gang:
        """The gang with the accounts that it uses in one window of its time: used ones are given up for fresh ones."""
        return replace(self, first=self.first[window::windows], later=self.later[window::windows])


def make_gangs(people: People, assumptions: Assumptions, cases: int, seed: int) -> tuple[Gang, ...]:
    """As many gangs as so many cases need. Accounts are rented from people, bought as companies, and in part shared."""
    told = assumptions.table("gangs")
    count = max(round(cases / told["cases_each"]), 1)
    rng = np.random.default_rng([seed, 3])
    rented = _rented(rng, people, assumptions, count * (told["first_accounts"] + told["later_accounts"] + 2))
    shells = _shell_accounts(rng, people)
    shops = people.holders.main[people.holders.having(Job.SHOP)]
    dealers = _dealers(people, count, told["gangs_a_dealer"], seed)
    found: list[Gang] = []
    for number in range(count):
        each = told["first_accounts"] + told["later_accounts"] + 2
        mine = rented[number * each : (number + 1) * each].tolist()
        first, rest = mine[: told["first_accounts"]], mine[told["first_accounts"] :]
        later = _with_shared(rng, rest[2:], [gang.later for gang in found[-3:]], told["shared_share"])
        n_shells = max(round(len(later) * told["corporate_share"]), 1)
        recruiters = rng.integers(0, people.holders.people, told["recruiters"]).tolist()
        found.append(
            Gang(
                number=number, first=tuple(first), later=later, collectors=tuple(rest[1:2]), trader=rest[0],
                shells=tuple(shells[(number * n_shells + at) % len(shells)] for at in range(n_shells)),
                shop=int(shops[rng.integers(len(shops) // 2, len(shops))]),
                recruiters=tuple(found[-1].recruiters[:1]) + tuple(recruiters) if number % 3 == 2 else tuple(recruiters),
                lines=tuple(range(number * told["lines"], (number + 1) * told["lines"])),
                dealer=dealers[number],
                devices=_devices(number, told["devices"]),
                wallets=frozenset(place for place in (*mine, *later) if people.accounts.bank[place] >= people.banks),
            )
        )  # fmt: skip
    return tuple(found)


def _dealers(people: People, gangs: int, gangs_each: int, seed: int) -> list[int]:
    """By gang; a dealer has so many of them."""
    rng = np.random.default_rng([seed, 8])
    dealers = rng.choice(people.holders.people, -(-gangs // gangs_each), replace=False)
    return [int(dealers[number % len(dealers)]) for number in range(gangs)]


def _devices(number: int, each: int) -> tuple[int, ...]:
    """A gang's own; every third one has a device of the gang before."""
    own = range(number * each, (number + 1) * each)
    return (own[0] - each, *own[1:]) if number % 3 == 2 else tuple(own)


def idle_accounts(people: People, gangs: Sequence[Gang], assumptions: Assumptions, seed: int) -> Codes:
    """Spare accounts that their holders use no more: those that gangs rent, and some of honest people."""
    spare = _is_spare(people)
    idle = spare & (np.random.default_rng([seed, 17]).random(len(spare)) < assumptions.table("people")["idle_share"])
    rented = sorted({place for gang in gangs for place in gang.rented})
    idle[rented] = spare[rented]
    return np.flatnonzero(idle).astype(np.int32)


def emptied(people: People, idle: Codes, assumptions: Assumptions, seed: int) -> People:
    """The same people, who left next to nothing on these accounts."""
    told, savings = assumptions.table("people"), people.accounts.savings_minor.copy()
    left = np.random.default_rng([seed, 18]).lognormal(np.log(told["idle_median"]), told["idle_sigma"], len(idle))
    savings[idle] = np.round(left).astype(np.int64) * 100
    return replace(people, accounts=replace(people.accounts, savings_minor=savings))


def _is_spare(people: People) -> npt.NDArray[np.bool_]:
    """By place: accounts of persons at banks that they do not live on."""
    holders, holder = people.holders, people.accounts.holder
    is_main = holders.main[holder] == np.arange(len(holder))
    spare: npt.NDArray[np.bool_] = (holder < holders.people) & (people.accounts.bank < people.banks) & ~is_main
    return spare


def _rented(rng: np.random.Generator, people: People, assumptions: Assumptions, count: int) -> Codes:
    """Accounts of ordinary people: of some the one they live on, of some their wallet, of the others a spare one."""
    holders, holder = people.holders, people.accounts.holder
    places = np.arange(len(holder))
    is_main = holders.main[holder] == places
    lived_on = rng.permutation(places[(holder < holders.people) & is_main & (holders.job[holder] != Job.LANDLORD)])
    second = rng.permutation(places[_is_spare(people)])
    told = assumptions.table("laundering")
    n_used = round(count * told["own_life_share"])
    n_lived_on = min(n_used - round(n_used * told["wallet_share"]), len(lived_on))
    wallets = rng.permutation(holders.wallet[holders.wallet != NOBODY])[: n_used - n_lived_on]
    n_second = count - n_lived_on - len(wallets)
    chosen = np.concatenate((lived_on[:n_lived_on], wallets, second[:n_second], lived_on[n_lived_on:]))[:count]
    return rng.permutation(chosen).astype(np.int32)


def _shell_accounts(rng: np.random.Generator, people: People) -> Sequence[int]:
    dormant = people.holders.main[people.holders.having(Job.DORMANT)]
    shells: list[int] = rng.permutation(dormant).tolist()
    return shells


def _with_shared(
    rng: np.random.Generator, own: list[int], others: Sequence[tuple[int, ...]], share: float
) -> tuple[int, ...]:
    """Some of one's own places are given up for places of other gangs."""
    pool = [place for other in others for place in other]
    n = min(round(len(own) * share), len(pool))
    return tuple(own[n:]) + tuple(rng.choice(pool, n, replace=False).tolist() if n else ())


def roles(gangs: Sequence[Gang]) -> Mapping[int, list[tuple[int, str]]]:
    """Of every account that a gang uses: the gang and what for. Part of the truth."""
    found: dict[int, list[tuple[int, str]]] = {}
    for gang in gangs:
        parts: dict[str, Sequence[int]] = {
            "first": gang.first, "later": gang.later, "shell": gang.shells, "collector": gang.collectors,
            "trader": (gang.trader,), "shop": (gang.shop,),
        }  # fmt: skip
        for role, places in parts.items():
            for place in places:
                found.setdefault(place, []).append((gang.number, role))
    return found


def holders_of(people: People, gang: Gang) -> set[int]:
    """Whose accounts a gang rents."""
    places: list[Any] = [*gang.rented, gang.trader]
    return {int(people.accounts.holder[place]) for place in places if place >= 0} - {NOBODY}
