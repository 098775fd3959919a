"""Which query or stop to send next, and to whom: by the money that it is expected to save, and the harm that it does.

How long money stays on a mule's account is learnt from closed cases as a curve: the share of it that is still there so
long after it came (the product-limit estimate of Kaplan and Meier, 1958, weighted by money; what never left is censored).
A stop saves what is still there when the bank acts, and what its answer leads to; a query saves only the latter, but holds
nobody's money. The next order is the one with the highest expected saving less its harm; each is explained in a sentence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from itertools import pairwise
from typing import Final

from fanzha.core.money import format_minor
from fanzha.core.time import MINUTE_US

AGES_MIN: Final = (0, 1, 2, 3, 5, 7, 10, 14, 20, 28, 40, 55, 80, 120, 180, 300, 600, 1440, 4320, 10080)
PRIOR_SHARE: Final = (
    0.5  # of money of which nothing is known remains after an hour: what a desk without closed cases believes
)
WORTH_SAYING: Final = 0.005
PRIOR_WEIGHT_MINOR: Final = 100_000  # how much money's worth of experience that belief counts for


@unique
class Step(StrEnum):
    """What may be sent to an institution next."""

    STOP = "stop"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class Stay:
    """Money on an account of a closed case: how long it stayed, and whether it left at all."""

    amount_minor: int
    stayed_us: int
    left: bool  # false: it was still there when it was last looked at, or was stopped


@dataclass(frozen=True, slots=True)
class StayCurve:
    """The share of money still there by its age: steps at `ages_us`, never rising."""

    ages_us: tuple[int, ...]
    shares: tuple[float, ...]
    onward: float  # of what left, the share that went to another account and not out of reach

    def at(self, age_us: int) -> float:
        """The share still there at that age."""
        if age_us <= 0:
            return 1.0
        place = bisect_right(self.ages_us, age_us) - 1
        if place + 1 >= len(self.ages_us):
            return self.shares[-1]
        span = self.ages_us[place + 1] - self.ages_us[place]
        along = (age_us - self.ages_us[place]) / span
        return self.shares[place] + along * (self.shares[place + 1] - self.shares[place])

    def still(self, seen_us: int, age_us: int) -> float:
        """The share still there at that age of what was there at the age at which it was last seen."""
        before = self.at(seen_us)
        return self.at(max(age_us, seen_us)) / before if before > 0 else 0.0


def learn_stays(stays: Iterable[Stay], onward_share: float) -> StayCurve:
    """The curve of closed cases; with none it is the prior belief.

    onward_share: of the money that left accounts, how much went to other accounts, from 0 to 1.
    """
    seen = sorted(stays, key=lambda stay: stay.stayed_us)
    ages = [minutes * MINUTE_US for minutes in AGES_MIN]
    share, shares, at = 1.0, [1.0], 0
    there = sum(stay.amount_minor for stay in seen)
    for begin_us, end_us in pairwise(ages):
        left = gone = 0
        while at < len(seen) and seen[at].stayed_us < end_us:
            gone += seen[at].amount_minor
            left += seen[at].amount_minor if seen[at].left else 0
            at += 1
        believed = 1 - PRIOR_SHARE ** ((end_us - begin_us) / (60 * MINUTE_US))
        share *= 1 - (left + believed * PRIOR_WEIGHT_MINOR) / (there + PRIOR_WEIGHT_MINOR)
        shares.append(share)
        there -= gone
    return StayCurve(tuple(ages), tuple(shares), min(max(onward_share, 0.0), 1.0))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that traced money came to, as far as it is known now."""

    account: str
    institution: str
    traced_minor: int  # that was there when it was last seen, or that came where it was never seen
    arrived_us: int
    seen_us: int  # up to when its statement is known; the arrival itself where it is not
    others_minor: int  # innocent money that a stop would hold, known or expected
    stop_takes_us: int  # until this institution has carried out a stop
    query_takes_us: int
    refused: float = 0.0  # how often it refuses a stop, from 0 to 1


@dataclass(frozen=True, slots=True)
class Price:
    """What the centre counts harm as: of each 元 of innocent money held, so much of a 元 saved; and of each order."""

    innocent: float
    order_minor: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order to send, what it is expected to bring, and why."""

    account: str
    institution: str
    step: Step
    saves_minor: int
    harm_minor: int
    score: float
    traced_minor: int  # that was there when it was last seen, or that came
    others_minor: int  # innocent money that a stop would hold
    takes_us: int  # until the institution has carried it out
    here: float  # the share that should still be there then; of a query 0: it holds nothing
    beyond: float  # the share that should be caught further on, once the answer shows where it went

    @property
    def shows_more(self) -> bool:
        """Whether what the answer leads to is worth saying."""
        return self.beyond >= WORTH_SAYING

    @property
    def why(self) -> str:
        """Why, in a sentence."""
        traced, minutes = _yuan(self.traced_minor), self.takes_us // MINUTE_US
        if self.step is Step.QUERY:
            return (
                f"ask {self.institution} about {self.account}: much of {traced} has probably left, and the statement in "
                f"{minutes} min shows where to; about {self.beyond:.0%} can be caught there"
            )
        onward = f", and its answer shows where the rest went ({self.beyond:.0%} more)" if self.shows_more else ""
        return (
            f"stop {self.account} at {self.institution}: of {traced} about {self.here:.0%} should still be there "
            f"when the bank acts in {minutes} min{onward}; it would also hold {_yuan(self.others_minor)} of other people's money"
        )


class Planner:
    """Proposes by one curve and one price; what it has worked out for an age in whole minutes it does not work out again.

    look_ahead: how many accounts further the money is followed in thought.
    """

    def __init__(self, curve: StayCurve, price: Price, look_ahead: int) -> None:
        self.curve, self.price, self._look_ahead = curve, price, look_ahead
        self._known: dict[tuple[int, int, int, int], float] = {}

    def propose(self, candidates: Sequence[Candidate], now_us: int) -> tuple[Proposal, ...]:
        """The best step for each account, if one is worth more than its harm; the best first, ties by account number."""
        best: list[Proposal] = []
        for each in candidates:
            proposal = max(self._stop(each, now_us), self._query(each, now_us), key=lambda one: one.score)
            if proposal.score > 0:
                best.append(proposal)
        return tuple(sorted(best, key=lambda proposal: (-proposal.score, proposal.account)))

    def _stop(self, each: Candidate, now_us: int) -> Proposal:
        age_us = now_us + each.stop_takes_us - each.arrived_us
        here = self.curve.still(each.seen_us - each.arrived_us, age_us) * (1 - each.refused)
        beyond = self._beyond(each, now_us, age_us)
        saves = each.traced_minor * (here + beyond)
        harm = self.price.innocent * each.others_minor + self.price.order_minor
        return Proposal(
            each.account, each.institution, Step.STOP, round(saves), round(harm), saves - harm,
            each.traced_minor, each.others_minor, each.stop_takes_us, here, beyond,
        )  # fmt: skip

    def _query(self, each: Candidate, now_us: int) -> Proposal:
        beyond = self._beyond(each, now_us, now_us + each.query_takes_us - each.arrived_us)
        saves, harm = each.traced_minor * beyond, self.price.order_minor
        return Proposal(
            each.account, each.institution, Step.QUERY, round(saves), harm, saves - harm,
            each.traced_minor, 0, each.query_takes_us, 0.0, beyond,
        )  # fmt: skip

    def _beyond(self, each: Candidate, now_us: int, answered_us: int) -> float:
        """The share of the money that should be caught on the next accounts, once the answer has come at that age."""
        seen_us = each.seen_us - each.arrived_us
        before = self.curve.at(seen_us)
        if before <= 0 or each.seen_us >= now_us:
            return 0.0
        caught = self._caught(
            seen_us // MINUTE_US, answered_us // MINUTE_US, each.stop_takes_us // MINUTE_US, self._look_ahead
        )
        return caught / before

    def _caught(self, from_min: int, answered_min: int, takes_min: int, look_ahead: int) -> float:
        """Of a piece of money: the share that left between two ages, went to another account, and is caught there or on."""
        if look_ahead == 0 or answered_min <= from_min:
            return 0.0
        key = (from_min, answered_min, takes_min, look_ahead)
        if key not in self._known:
            inner = [age for age in AGES_MIN if from_min < age < answered_min]
            self._known[key] = self.curve.onward * sum(
                self._caught_of(begin, end, answered_min, takes_min, look_ahead)
                for begin, end in pairwise([from_min, *inner, answered_min])
            )
        return self._known[key]

    def _caught_of(self, begin_min: int, end_min: int, answered_min: int, takes_min: int, look_ahead: int) -> float:
        left = self.curve.at(begin_min * MINUTE_US) - self.curve.at(end_min * MINUTE_US)
        stopped_min = (
            answered_min - (begin_min + end_min) // 2 + takes_min
        )  # its age on the next account when that is stopped
        return left * (self.curve.at(stopped_min * MINUTE_US) + self._caught(0, stopped_min, takes_min, look_ahead - 1))


def _yuan(minor: int) -> str:
    return f"{format_minor(minor)} 元"
