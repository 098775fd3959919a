"""How every account was opened: by whom, at which outlet of its bank, by which clerk, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from fanzha.core.time import DAY_US, SECOND_US
from fanzha.simulation.city.assumptions import read_assumptions
from fanzha.simulation.city.build import City
from fanzha.simulation.city.gangs import Gang
from fanzha.simulation.city.people import NOBODY, Codes, Ints
from fanzha.simulation.city.registry import Registry

OUTLETS_LEAST: Final = 2
OPEN_FROM_S: Final = 9 * 3600
OPEN_UNTIL_S: Final = 17 * 3600


@dataclass(frozen=True, slots=True)
class AccountOpenings:
    """By account."""

    opener: Codes  # the holder who came: for a company somebody who acts for it
    outlet: Codes  # of the bank; NOBODY at a payment institution, which has none
    clerk: Codes  # of the outlet
    opened_us: Ints


def make_openings(city: City, registry: Registry) -> AccountOpenings:
    """The openings of all accounts."""
    told, people = read_assumptions().table("openings"), city.people
    holder, bank = people.accounts.holder, people.accounts.bank
    rng, n = np.random.default_rng([city.seed, 11]), len(holder)
    outlets = np.maximum(
        np.bincount(bank, minlength=len(people.institutions)) // told["accounts_an_outlet"], OUTLETS_LEAST
    )
    # Near where the holder lives: a bank's outlets are spread over the districts.
    districts = read_assumptions().table("people")["districts"]
    near = people.holders.district[holder].astype(np.int64) * outlets[bank] // districts
    outlet = (near + rng.integers(0, np.maximum(outlets[bank] // districts, 1) + 1)) % outlets[bank]
    found = AccountOpenings(
        _openers(rng, city, registry, told), outlet.astype(np.int32),
        rng.integers(0, told["clerks_each"], n).astype(np.int32),
        city.begins_us - people.accounts.opened_days_before * DAY_US + _in_hours(rng, n),
    )  # fmt: skip
    _open_for_staff(rng, city, found, told)
    for gang in city.gangs:
        _open_in_batches(rng, city, gang, found, told, outlets)
    _open_shells(rng, city, registry, found)
    found.outlet[bank >= people.banks] = NOBODY
    return found


def _openers(rng: np.random.Generator, city: City, registry: Registry, told: Mapping[str, Any]) -> Codes:
    """People come themselves; for a company its representative, or somebody else."""
    people, holder = city.people, city.people.accounts.holder
    opener = holder.copy()
    firms = np.flatnonzero(holder >= people.holders.people)
    opener[firms] = registry.representative[holder[firms] - people.holders.people]
    by_proxy = firms[rng.random(len(firms)) < told["proxy_share"]]
    opener[by_proxy] = rng.integers(0, people.holders.people, len(by_proxy))
    dealer = {place: gang.dealer for gang in city.gangs for place in gang.shells}
    for place, who in dealer.items():
        if rng.random() < told["shell_proxy_share"]:
            opener[place] = who
    return opener


def _open_for_staff(rng: np.random.Generator, city: City, found: AccountOpenings, told: Mapping[str, Any]) -> None:
    """Employers who had accounts opened for their staff where they have their own: honest, and like a gang's batch."""
    holders, bank = city.people.holders, city.people.accounts.bank
    orders = rng.random(len(holders.job)) < told["staff_share"]
    ordered_us = city.begins_us - rng.integers(told["open_days"][0], told["open_days"][1], len(holders.job)) * DAY_US
    staff = np.flatnonzero(holders.employer != NOBODY)
    boss = holders.employer[staff]
    staff = staff[orders[boss] & (bank[holders.main[staff]] == bank[holders.main[boss]])]
    places, boss = holders.main[staff], holders.employer[staff]
    found.outlet[places], found.clerk[places] = found.outlet[holders.main[boss]], found.clerk[holders.main[boss]]
    found.opened_us[places] = ordered_us[boss] + rng.integers(0, 2, len(places)) * DAY_US + _in_hours(rng, len(places))


def _open_in_batches(
    rng: np.random.Generator, city: City, gang: Gang, found: AccountOpenings, told: Mapping[str, Any], outlets: Ints
) -> None:
    """Spare accounts whose holders a recruiter took to one outlet of the bank and one clerk, within two days."""
    accounts, main = city.people.accounts, city.people.holders.main
    batches: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place in gang.rented:
        if (
            accounts.bank[place] < city.people.banks
            and main[accounts.holder[place]] != place
            and rng.random() < told["batch_share"]
        ):
            batches[gang.recruiter_of(place), int(accounts.bank[place])].append(place)
    for (_, bank), places in sorted(batches.items()):
        found.outlet[places], found.clerk[places] = rng.integers(outlets[bank]), rng.integers(told["clerks_each"])
        begun_us = city.begins_us - int(rng.integers(*told["batch_days"])) * DAY_US
        found.opened_us[places] = begun_us + rng.integers(0, 2, len(places)) * DAY_US + _in_hours(rng, len(places))


def _open_shells(rng: np.random.Generator, city: City, registry: Registry, found: AccountOpenings) -> None:
    """No company has an account before it is registered."""
    people = city.people
    firms = np.flatnonzero(people.accounts.holder >= people.holders.people)
    registered_us = registry.registered_us[people.accounts.holder[firms] - people.holders.people]
    early = found.opened_us[firms] < registered_us
    later_us = registered_us + rng.integers(3, 30, len(firms)) * DAY_US + _in_hours(rng, len(firms))
    found.opened_us[firms[early]] = later_us[early]


def _in_hours(rng: np.random.Generator, n: int) -> Ints:
    """An instant of a bank's day."""
    seconds: Ints = rng.integers(OPEN_FROM_S, OPEN_UNTIL_S, n) * SECOND_US
    return seconds
