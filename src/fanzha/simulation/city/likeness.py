"""How like a made city is to what it rests on: simple statistics of its month beside the figures of `assumptions.toml`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from fanzha.core.time import DAY_US, MINUTE_US
from fanzha.simulation.city.assumptions import read_assumptions
from fanzha.simulation.city.build import City, days
from fanzha.simulation.city.families import make_families
from fanzha.simulation.city.ordinary import HOUR_US, MONTH, SATURDAY, WEEK, Payments, joined, word
from fanzha.simulation.city.people import NOBODY, THIS_YEAR, Job
from fanzha.simulation.city.registry import make_registry

SHOPS_IN_LINE: Final = slice(5, 150)  # by rank: the greatest few and the small ones bend off every power law
OLDER: Final = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """One statistic: what was aimed at, what came out, and how far off a small city may be by chance."""

    table: str
    name: str
    target: float
    found: float
    allowed: float

    @property
    def holds(self) -> bool:
        """Whether it is as near as it should be."""
        return abs(self.found - self.target) <= self.allowed


def likeness(city: City) -> list[Figure]:
    """The statistics of a city, table by table."""
    month = joined([payments for _, payments, _ in days(city)])
    told = read_assumptions().tables
    return [*_of_people(city, told), *_of_payments(city, month, told), *_of_frauds(city, told)]


def _of_people(city: City, told: Mapping[str, Mapping[str, Any]]) -> list[Figure]:
    people, holders = told["people"], city.people.holders
    n = holders.people
    each = np.bincount(
        np.bincount(city.people.accounts.holder[city.people.accounts.holder < n], minlength=n), minlength=4
    )
    found = [Figure("people", f"with {at} account(s)", share, each[at] / n, 0.02)
             for at, share in enumerate(people["accounts_each"], 1)]  # fmt: skip
    income = np.log(holders.income_minor[:n][holders.job[:n] != Job.STUDENT] / 100)
    found += [
        Figure("people", "median income, yuan", people["income_median"], float(np.exp(np.median(income))), 300),
        Figure("people", "income sigma", people["income_sigma"], float(income.std()), 0.03),
    ]
    found += [Figure("people", f"job: {name.replace('_', ' ')}", share, float((holders.job[:n] == Job[name.upper()]).mean()),
                     0.02) for name, share in people["jobs"].items()]  # fmt: skip
    families, registry = make_families(city), make_registry(city)
    grown = THIS_YEAR - holders.birth_year[:n] >= 24
    adult = grown & (holders.job[:n] != Job.STUDENT)
    married = float((families.spouse[adult] != NOBODY).mean())
    by_agent, share = float((registry.agent != NOBODY).mean()), told["registry"]["agent_share"]
    return [
        *found,
        Figure("families", "married, of the grown", told["families"]["married_share"], married, 0.03),
        Figure("registry", "companies registered by an agent", share, by_agent, 0.08),
    ]


def _of_payments(city: City, month: Payments, told: Mapping[str, Mapping[str, Any]]) -> list[Figure]:
    spending, companies = told["spending"], told["companies"]
    bought = np.flatnonzero(month.words == word("消费"))
    shops = city.people.holders.main[city.people.holders.having(Job.SHOP)] + 1
    of_shops = bought[np.isin(month.payee[bought], shops)]
    amount = np.log(month.amount_minor[of_shops] / 100)
    hours = (month.at_us[bought] // HOUR_US + 8) % 24
    wanted = np.array(told["hours"]["ordinary"]) / sum(told["hours"]["ordinary"])
    off = float(np.abs(np.bincount(hours, minlength=24) / len(hours) - wanted).max())
    calendar, day = told["calendar"], (month.at_us[bought] - city.begins_us) // DAY_US
    a_day = np.bincount(day, minlength=city.size.days)
    number = np.arange(len(a_day))
    festive, weekend = np.isin(number % MONTH + 1, calendar["holidays"]), number % WEEK >= SATURDAY
    working = float(a_day[~festive & ~weekend].mean())
    customers = np.sort(np.bincount(month.payee, minlength=city.abroad + 1)[shops])[::-1][SHOPS_IN_LINE]
    rank = np.arange(SHOPS_IN_LINE.start + 1, SHOPS_IN_LINE.start + 1 + len(customers))
    slope = -float(np.polyfit(np.log(rank), np.log(customers + 1), 1)[0])
    return [
        Figure("sizes", "transfers", city.size.transfers, len(month), 0.05 * city.size.transfers),
        Figure("hours", "greatest distance of an hour's share of purchases", 0.0, off, 0.005),
        Figure(
            "calendar",
            "purchases on a weekend, by a working day's",
            calendar["weekend"],
            float(a_day[weekend & ~festive].mean()) / working,
            0.05,
        ),
        Figure(
            "calendar",
            "purchases on a holiday, by a working day's",
            calendar["holiday"],
            float(a_day[festive].mean()) / working,
            0.05,
        ),
        Figure("spending", "median purchase, yuan", spending["amount_median"], float(np.exp(np.median(amount))), 2),
        Figure("spending", "purchase sigma", spending["amount_sigma"], float(amount.std()), 0.05),
        Figure("companies", "exponent of shops' customers by rank", companies["shop_exponent"], slope, 0.2),
    ]


def _of_frauds(city: City, told: Mapping[str, Mapping[str, Any]]) -> list[Figure]:
    fraud, laundering = told["fraud"], told["laundering"]
    dealt, cases = Counter(one.type.slug for one in city.frauds), len(city.frauds)
    figures = [Figure("fraud", f"share of {kind.name}", kind.share, dealt[kind.slug] / cases, 1 / cases)
               for kind in read_assumptions().fraud_types]  # fmt: skip
    ages = np.array([THIS_YEAR - int(city.people.holders.birth_year[one.victim]) for one in city.frauds])
    young = float((ages < OLDER).mean())
    figures.append(Figure("fraud", "victims from 18 to 40", fraud["age_shares"][0], young, 2 / cases**0.5))
    waits = [
        (move.at_us - city.moves[move.parent].at_us) / MINUTE_US
        for place, move in enumerate(city.moves)
        if move.parent >= 0 and city.moves[place - 1].parent != move.parent
    ]  # fmt: skip
    median = laundering["hop_median_min"]
    # Four standard errors of the median of so many draws (its density there gives √(π/2)·σ/√n): some sums wait together.
    allowed = 4 * (np.pi / 2) ** 0.5 * laundering["hop_sigma"] * median / len(waits) ** 0.5
    figures.append(
        Figure("laundering", "median minutes to the next hop", median, float(np.median(waits)), float(allowed))
    )
    exits = Counter(city.moves[place].exit for place in _first_exits(city))
    total = sum(exits.values())
    staying = laundering["exits"]["stays"]
    figures += [
        Figure("laundering", f"exit: {name.replace('_', ' ')}", share / (1 - staying), exits[name] / total, 0.08)
        for name, share in laundering["exits"].items()
        if name != "stays"
    ]
    return figures


def _first_exits(city: City) -> list[int]:
    """The first move of every sum that left; cash goes in several."""
    return [
        place for place, move in enumerate(city.moves)
        if move.exit and (city.moves[place - 1].parent, city.moves[place - 1].exit) != (move.parent, move.exit)
    ]  # fmt: skip
