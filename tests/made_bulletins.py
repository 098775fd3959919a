"""Bulletins made by chance: measures, periods, values and comparisons, each as the desk would count them (模拟)."""

from __future__ import annotations

import random
from decimal import Decimal

from fanzha import bootstrap
from fanzha.core.errors import BadInput
from fanzha.core.time import parse_instant
from fanzha.statistics import (
    Against,
    Base,
    BaseCount,
    CountScope,
    OwnFigure,
    Period,
    Section,
    Wording,
    compare,
    read_period,
)
from fanzha.statistics.bulletin_text import draft_blocks
from fanzha.statistics.drafting import Block, BlockKind, OwnBulletin, Variable, said_figure
from fanzha.statistics.periods import days_of
from fanzha.statistics.wording import MONEY, PERCENT

CATALOGUE = bootstrap.indicator_catalogue()
PERIODS = (
    "2026-05", "2026-Q1", "2025-H2", "2025", "2026-05-20", "2026-W20", "2026-01-01..2026-05-26", "2026-02",
    "2026-01-01..2026-04-30",
)  # fmt: skip
SHOWN = {measure for section in CATALOGUE.sections for measure in section.measures}
SECTIONS = (*CATALOGUE.sections, Section("四、其他", "Other", tuple(sorted(CATALOGUE.own.keys() - SHOWN))))
SAID = sorted(measure for section in SECTIONS for measure in section.measures)  # what a desk says of its own work
AT_US = parse_instant("2026-06-03T08:00:00")


def a_value(chance: random.Random, unit: str) -> Decimal:
    if unit == MONEY:
        return Decimal(chance.randrange(10 ** chance.randint(1, 13))) / 100
    if unit == PERCENT:
        return Decimal(chance.randrange(1, 100_000)) / 1000
    return Decimal(chance.randrange(10 ** chance.randint(1, 6)))


def a_base(chance: random.Random, value: Decimal) -> Decimal:
    """Within a hundredth and the twentyfold, mostly: what a year changes."""
    return chance.choice([value, (value * chance.randrange(1, 2000) / 100).quantize(Decimal("0.01")), Decimal(0)])


def some_against(chance: random.Random, unit: str, period: Period) -> tuple[Against, ...]:
    words = [Wording.POINTS] if unit == PERCENT else [one for one in Wording if one is not Wording.POINTS]
    found = []
    for base in chance.sample(list(Base), chance.choice([0, 1, 1, 2])):
        against = Against(base, chance.choice(words))
        try:
            compare(Decimal(1), period, BaseCount(Decimal(1), 99), against, 0)
        except BadInput:
            continue
        found.append(against)
    return tuple(found)


def a_bulletin(seed: int) -> OwnBulletin:
    chance = random.Random(seed)
    figures = []
    period = read_period(chance.choice(PERIODS), days_of(Period("2026-06-01", "2026-06-01"))[0])
    for at, measure in enumerate(chance.sample(SAID, chance.randint(1, 12))):
        unit = CATALOGUE.unit_of(measure)
        against = some_against(chance, unit, period)
        value = a_value(chance, unit)
        said = tuple(
            compare(value, period, BaseCount(a_base(chance, value), chance.choice([5, 500])), one, CATALOGUE.base_min)
            for one in against
        )
        known = CATALOGUE.measures[measure]
        counted = OwnFigure(
            measure, value, unit, period, CountScope("CITY", ("CITY",)), AT_US, (f"REC-{seed}-{at}",), known.counts,
            known.excludes, comparisons=said,
        )  # fmt: skip
        figures.append(said_figure(Variable(measure, measure, period, against), counted))
    variables = [one.variable for one in figures]
    if chance.random() < 0.3:
        blocks: tuple[Block, ...] = (
            Block(BlockKind.TABLE, "主要指标", "Main figures", tuple(one.name for one in variables)),
        )
    else:
        blocks = draft_blocks(variables, SECTIONS, CATALOGUE)
    return OwnBulletin(
        f"BULLETIN-{seed}", 0, "CITY", f"模拟市反诈中心战果通报（第{seed}期）", "模拟市反诈中心", "2026-06-03", blocks,
        tuple(figures), "analyst", AT_US, "Results (made up)", "Anti-fraud centre (made up)",
    )  # fmt: skip
