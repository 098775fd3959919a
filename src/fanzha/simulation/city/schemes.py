"""The frauds: who is defrauded how, when and of how much, and when it is reported; then where the money goes."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fanzha.core.time import DAY_US, MINUTE_US, SECOND_US
from fanzha.records.transfer_kind import TransferKind
from fanzha.simulation.city.assumptions import Assumptions, CitySize, FraudType
from fanzha.simulation.city.gangs import Gang
from fanzha.simulation.city.laundering import NOTHING, Laundering, Move
from fanzha.simulation.city.people import THIS_YEAR, People

YUAN: Final = 100
LOSS_MOST: Final = 3_000_000  # yuan


@dataclass(frozen=True, slots=True)
class Fraud:
    """One fraud as it was: part of the truth, but for what the victim reports."""

    number: int
    type: FraudType
    gang: int
    victim: int  # holder
    channel: str
    contact_us: int  # when the gang first reached the victim
    payments: tuple[int, ...]  # places in the list of moves
    rebates: tuple[int, ...]
    reported_us: int


def make_frauds(
    people: People, gangs: Sequence[Gang], assumptions: Assumptions, size: CitySize, seed: int, begins_us: int
) -> tuple[tuple[Fraud, ...], list[Move]]:
    """Every fraud of the city's days, and every move of its money by the order in which they were laid."""
    victims = _victims(people, gangs, assumptions, size.cases, seed)
    types = _types(assumptions.fraud_types, size.cases, random.Random(f"{seed} types"))  # noqa: S311 - repeats by its seed
    scene = _Scene(people, assumptions, [], begins_us, size.days)
    frauds = []
    for number in range(size.cases):
        chance = random.Random(f"{seed} fraud {number}")  # noqa: S311 - repeats by its seed
        frauds.append(_fraud(scene, number, types[number], gangs[number % len(gangs)], victims[number], chance))
    return tuple(frauds), scene.moves


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all frauds share."""

    people: People
    assumptions: Assumptions
    moves: list[Move]
    begins_us: int
    days: int


def _types(types: Sequence[FraudType], cases: int, chance: random.Random) -> list[FraudType]:
    """The published shares as exactly as whole cases allow (largest remainders), dealt in random order."""
    whole = [int(one.share * cases) for one in types]
    by_rest = sorted(range(len(types)), key=lambda at: whole[at] - types[at].share * cases)
    for at in by_rest[: cases - sum(whole)]:
        whole[at] += 1
    dealt = [one for one, count in zip(types, whole, strict=True) for _ in range(count)]
    chance.shuffle(dealt)
    return dealt


def _victims(people: People, gangs: Sequence[Gang], assumptions: Assumptions, cases: int, seed: int) -> Sequence[int]:
    """People by the published ages of victims, nobody twice, nobody whose account a gang rents."""
    rng = np.random.default_rng([seed, 4])
    shares = assumptions.table("fraud")["age_shares"]
    age = THIS_YEAR - people.holders.birth_year[: people.holders.people]
    rented = {
        int(people.accounts.holder[place]) for gang in gangs for place in (*gang.first, *gang.later, *gang.collectors)
    }
    bands = np.digitize(age, assumptions.table("people")["ages"][1:3])
    found: list[int] = []
    wanted = rng.choice(len(shares), cases, p=np.array(shares) / sum(shares))
    for band in range(len(shares)):
        there = [int(one) for one in rng.permutation(np.flatnonzero(bands == band)) if int(one) not in rented]
        found += there[: int((wanted == band).sum())]
    return rng.permutation(found).tolist()  # type: ignore[no-any-return]


def _fraud(scene: _Scene, number: int, kind: FraudType, gang: Gang, victim: int, chance: random.Random) -> Fraud:
    told, moves = scene.assumptions.table("fraud"), scene.moves
    account = int(scene.people.holders.main[victim])
    day = chance.randrange(1, max(scene.days - 3, 2))
    each = scene.assumptions.table("gangs")["account_used_days"]
    gang = gang.in_use(day // each, -(-scene.days // each))
    laundering = Laundering(scene.assumptions.table("laundering"), gang, chance, moves)
    at_us = scene.begins_us + day * DAY_US + chance.choices(range(24), told["hours"])[0] * 60 * MINUTE_US
    at_us += chance.randrange(3600) * SECOND_US
    contact_us = at_us - int(chance.lognormvariate(math.log(90), 0.8) * MINUTE_US) // SECOND_US * SECOND_US
    payments, rebates, last_us = [], [], at_us
    if kind.rebate:
        rebates.append(len(moves))
        back, from_us = chance.randint(5, 40) * 10 * YUAN, at_us - 20 * MINUTE_US
        moves.append(Move(from_us, gang.first[-1], account, back, TransferKind.TRANSFER, "转账", number, 0, NOTHING))
    for amount in _amounts(kind, chance):
        paid = Move(
            at_us, account, chance.choice(gang.first), amount, TransferKind.TRANSFER, "转账", number, 1, NOTHING
        )
        payments.append(len(moves))
        moves.append(paid)
        laundering.carry_on(paid)
        last_us = at_us
        at_us += int(chance.lognormvariate(math.log(25), 0.9) * MINUTE_US) // SECOND_US * SECOND_US
    delay_us = int(chance.lognormvariate(math.log(kind.report_median_min), told["report_sigma"]) * MINUTE_US)
    reported_us = (last_us + max(delay_us, 3 * MINUTE_US)) // SECOND_US * SECOND_US
    channel = chance.choices(list(kind.channels), list(kind.channels.values()))[0]
    return Fraud(number, kind, gang.number, victim, channel, contact_us, tuple(payments), tuple(rebates), reported_us)


def _amounts(kind: FraudType, chance: random.Random) -> list[int]:
    """What the victim pays in, in the order of the payments: small first where trust is to be won."""
    loss = min(chance.lognormvariate(math.log(kind.loss_median), kind.sigma), LOSS_MOST)
    n = chance.randint(*kind.payments)
    weights = [1.6**at if kind.rebate else chance.uniform(0.5, 1.5) for at in range(n)]
    parts = [max(int(loss * weight / sum(weights)), 50) for weight in weights]
    return [(part // 100 * 100 if part > 2000 else part) * YUAN for part in parts]
