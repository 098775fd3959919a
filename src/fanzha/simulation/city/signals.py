"""Lines, devices, calls, messages and visits of a city: what telephone companies and sites would know.

Lines are numbered: everybody's first, by holder, then second ones, then those of the gangs, opened in other people's names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from fanzha.core.time import DAY_US, MINUTE_US, SECOND_US
from fanzha.simulation.city.assumptions import Assumptions, read_assumptions
from fanzha.simulation.city.build import City
from fanzha.simulation.city.gangs import Gang, holders_of
from fanzha.simulation.city.people import Codes, Ints, zipf_choice
from fanzha.simulation.city.schemes import Fraud

MESSAGES: Final = (  # by the code that a message carries
    "",
    "【模拟】验证码{code}，请勿告知他人。",
    "【模拟】您的快递已到驿站，取件码{code}。",
    "【模拟】晚上回家吃饭吗？",
    "【模拟】话费余额不足，请及时充值。",
    "【模拟】兼职点赞，日结三百，加群{code}。",
    "【模拟】您有一笔低息额度待领取，回复{code}。",
    "【模拟】您的会员即将扣费，请致电取消{code}。",
)
_HONEST_TEXTS: Final = (1, 2, 3, 4)
_LURING_TEXTS: Final = (5, 6, 7)
COMPANIES_AN_ADVERTISER: Final = 20


@dataclass(frozen=True, slots=True)
class Lines:
    """Every telephone line: in whose name, and where, by whom and when it was opened."""

    holder: Codes
    outlet: npt.NDArray[np.uint16]
    clerk: npt.NDArray[np.uint16]
    opened_us: Ints
    gangs_from: int  # from this line on they are gangs'


@dataclass(frozen=True, slots=True)
class Contacts:
    """What happened between lines, or between a line and a domain, in the order of time."""

    at_us: Ints
    line: Codes  # who calls, writes or visits
    other: Codes  # the line called or written to; the domain visited
    measure: Ints  # seconds of a call; which text; 0


@dataclass(frozen=True, slots=True)
class DaySignals:
    """One day's calls, messages and visits."""

    calls: Contacts
    messages: Contacts
    visits: Contacts


def make_lines(city: City) -> Lines:
    """All lines of the city."""
    told = read_assumptions().table("signals")
    rng = np.random.default_rng([city.seed, 5])
    n_holders = len(city.people.holders.job)
    second = np.flatnonzero(rng.random(n_holders) < told["second_line_share"])
    holder, n_honest = np.concatenate((np.arange(n_holders), second)), n_holders + len(second)
    n_outlets, n_clerks = told["outlets"], told["clerks_each"]
    outlet, clerk = rng.integers(0, n_outlets, n_honest), rng.integers(0, n_clerks, n_honest)
    opened = city.begins_us - (rng.integers(10, 3000, n_honest) * DAY_US - _in_shop_hours(rng, n_honest))
    of_gangs = [_lines_of(rng, city, gang, n_outlets, n_clerks) for gang in city.gangs]
    columns = zip((holder, outlet, clerk, opened), *of_gangs, strict=True) if of_gangs else ()
    everyone, outlets, clerks, openings = (np.concatenate(parts) for parts in columns)
    return Lines(
        everyone.astype(np.int32), outlets.astype(np.uint16), (outlets * n_clerks + clerks).astype(np.uint16),
        openings.astype(np.int64), n_honest,
    )  # fmt: skip


def _lines_of(
    rng: np.random.Generator, city: City, gang: Gang, outlets: int, clerks: int
) -> tuple[Ints, Ints, Ints, Ints]:
    """A gang's lines: opened within days at one outlet by one clerk, in the names of those whose accounts it rents."""
    n = len(gang.lines)
    names = rng.choice(sorted(holders_of(city.people, gang)), n)
    begun = city.begins_us - int(rng.integers(5, 25)) * DAY_US
    opened = begun + rng.integers(0, 3, n) * DAY_US + _in_shop_hours(rng, n)
    return names, np.full(n, rng.integers(outlets)), np.full(n, rng.integers(clerks)), opened


def _in_shop_hours(rng: np.random.Generator, n: int) -> Ints:
    seconds: Ints = rng.integers(8 * 3600, 20 * 3600, n) * SECOND_US
    return seconds


class Signals:
    """The days' calls, messages and visits, each day drawn from the seed and its number."""

    def __init__(self, city: City, lines: Lines) -> None:
        assumptions: Assumptions = read_assumptions()
        self._city, self._lines, self._told = city, lines, assumptions.table("signals")
        self._people = city.people.holders.people

    def day(self, number: int) -> DaySignals:
        """One day."""
        rng = np.random.default_rng([self._city.seed, 6, number])
        begins_us = self._city.begins_us + number * DAY_US
        frauds = [fraud for fraud in self._city.frauds if begins_us <= fraud.contact_us < begins_us + DAY_US]
        return DaySignals(
            _merged(
                self._calls(rng, begins_us),
                self._recruiting(number, begins_us),
                *(self._luring_calls(rng, fraud) for fraud in frauds),
            ),
            _merged(self._messages(rng, begins_us), *(self._luring_messages(rng, fraud) for fraud in frauds)),
            _merged(self._visits(rng, begins_us), *(self._luring_visits(rng, fraud) for fraud in frauds)),
        )

    def _calls(self, rng: np.random.Generator, begins_us: int) -> Contacts:
        n = int(rng.poisson(self._told["calls_a_day"] * self._people))
        line, other = self._pairs(rng, n)
        seconds = np.maximum(rng.lognormal(np.log(self._told["call_seconds_median"]), 1.0, n), 1).astype(np.int64)
        return Contacts(_by_day(rng, begins_us, n), line, other, seconds)

    def _recruiting(self, number: int, begins_us: int) -> Contacts:
        """Before accounts come into use: dealers call their recruiters, and these the holders whom they found."""
        rng = np.random.default_rng([self._city.seed, 16, number])
        each = read_assumptions().table("gangs")["account_used_days"]
        if number % each != max(each - 1, 0) and number != 0:
            return _NOTHING
        window, windows = (number + 1) // each, -(-self._city.size.days // each)
        holder, pairs = self._city.people.accounts.holder, list[tuple[int, int]]()
        for gang in self._city.gangs if window < windows else ():
            used = gang.in_use(window, windows)
            pairs += [(gang.dealer, recruiter) for recruiter in sorted(set(gang.recruiters))]
            pairs += [(gang.recruiter_of(place), int(holder[place])) for place in (*used.first, *used.later)]
        line, other = np.array(pairs, np.int32).reshape(-1, 2)[[one != two for one, two in pairs]].T
        seconds = np.maximum(rng.lognormal(np.log(self._told["call_seconds_median"]), 1.0, len(line)), 1)
        return Contacts(_by_day(rng, begins_us, len(line)), line, other, seconds.astype(np.int64))

    def _messages(self, rng: np.random.Generator, begins_us: int) -> Contacts:
        n = int(rng.poisson(self._told["messages_a_day"] * self._people))
        line, other = self._pairs(rng, n)
        text = rng.choice(_HONEST_TEXTS, n).astype(np.int64)
        # Honest companies look for staff and sell loans in the same words.
        adverts = np.flatnonzero(rng.random(n) < self._told["advert_share"])
        companies = len(self._city.people.holders.job) - self._people
        line[adverts] = self._people + rng.integers(0, max(companies // COMPANIES_AN_ADVERTISER, 1), len(adverts))
        text[adverts] = rng.choice(_LURING_TEXTS, len(adverts))
        return Contacts(_by_day(rng, begins_us, n), line, other, text)

    def _visits(self, rng: np.random.Generator, begins_us: int) -> Contacts:
        n = int(rng.poisson(self._told["visits_a_day"] * self._people))
        line = rng.integers(0, self._people, n).astype(np.int32)
        domain = zipf_choice(rng, self._told["domains"], n, self._told["domain_exponent"]).astype(np.int32)
        return Contacts(_by_day(rng, begins_us, n), line, domain, np.zeros(n, np.int64))

    def _pairs(self, rng: np.random.Generator, n: int) -> tuple[Codes, Codes]:
        """People who know each other: near in the list, at a distance that falls off."""
        line = rng.integers(0, self._people, n)
        other = (line + np.maximum(rng.geometric(0.01, n), 1) * rng.choice([-1, 1], n)) % self._people
        return line.astype(np.int32), other.astype(np.int32)

    def _luring_calls(self, rng: np.random.Generator, fraud: Fraud) -> Contacts:
        """The long call to the victim, and short ones to strangers by the same line."""
        if fraud.channel != "call":
            return _NOTHING
        n = int(rng.poisson(self._told["strangers_a_line_a_day"]))
        minutes = rng.lognormal(np.log(self._told["victim_call_minutes_median"]), 0.7)
        at = np.concatenate(([fraud.contact_us], fraud.contact_us - rng.integers(1, 300, n) * MINUTE_US))
        other = np.concatenate(([fraud.victim], rng.integers(0, self._people, n))).astype(np.int32)
        seconds = np.concatenate(([int(minutes * 60)], rng.integers(3, 40, n))).astype(np.int64)
        return Contacts(at.astype(np.int64), np.full(n + 1, self._line(fraud), np.int32), other, seconds)

    def _luring_messages(self, rng: np.random.Generator, fraud: Fraud) -> Contacts:
        if fraud.channel not in ("sms", "chat"):
            return _NOTHING
        n = int(rng.poisson(self._told["strangers_a_line_a_day"] * 2))
        at = np.concatenate(([fraud.contact_us], fraud.contact_us - rng.integers(1, 600, n) * MINUTE_US))
        other = np.concatenate(([fraud.victim], rng.integers(0, self._people, n))).astype(np.int32)
        text = np.full(n + 1, rng.choice(_LURING_TEXTS), np.int64)
        return Contacts(at.astype(np.int64), np.full(n + 1, self._line(fraud), np.int32), other, text)

    def _luring_visits(self, rng: np.random.Generator, fraud: Fraud) -> Contacts:
        """The victim's visits to the gang's site between the contact and the first payment."""
        if fraud.channel not in ("site", "chat", "sms"):
            return _NOTHING
        n = int(rng.integers(1, 6))
        until = self._city.moves[fraud.payments[0]].at_us
        at = (
            np.sort(rng.integers(fraud.contact_us, max(until, fraud.contact_us + MINUTE_US), n))
            // SECOND_US
            * SECOND_US
        )
        site = np.full(n, gang_domain(fraud), np.int32)
        return Contacts(at, np.full(n, fraud.victim, np.int32), site, np.zeros(n, np.int64))

    def _line(self, fraud: Fraud) -> int:
        return gang_line(self._city, self._lines, fraud)


def gang_line(city: City, lines: Lines, fraud: Fraud) -> int:
    """The line by which the gang reached the victim."""
    of_gang = city.gangs[fraud.gang].lines
    return lines.gangs_from + of_gang[fraud.number // len(city.gangs) % len(of_gang)]


def gang_domain(fraud: Fraud) -> int:
    """The domain that the gang lured the victim to; they follow the others."""
    told = read_assumptions().table("signals")
    return int(told["domains"] + fraud.gang * told["gang_domains"] + fraud.number % told["gang_domains"])


_NOTHING: Final = Contacts(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64))


def _by_day(rng: np.random.Generator, begins_us: int, n: int) -> Ints:
    at: Ints = begins_us + rng.integers(7 * 3600, 23 * 3600, n) * SECOND_US
    return at


def _merged(*parts: Contacts) -> Contacts:
    at, measure = (
        np.concatenate([getattr(part, name) for part in parts]).astype(np.int64) for name in ("at_us", "measure")
    )
    line, other = (
        np.concatenate([getattr(part, name) for part in parts]).astype(np.int32) for name in ("line", "other")
    )
    # Of one instant by who calls whom: what was put in last must not stand last.
    order = np.lexsort((line, at))
    return Contacts(at[order], line[order], other[order], measure[order])
