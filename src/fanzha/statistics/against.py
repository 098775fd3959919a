"""Comparisons of own figures: the base period, the arithmetic, how it is worded, and when nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum, unique
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.statistics.model import ComparisonKind, Period
from fanzha.statistics.periods import Grain, full_year_before, grain_of, period_before, year_before

PERCENT_STEP: Final = Decimal("0.1")
TIMES_STEP: Final = Decimal("0.01")


@unique
class Base(StrEnum):
    """The period that a figure is compared with."""

    YEAR_BEFORE = "yoy"  # 同比
    PERIOD_BEFORE = "mom"  # 环比
    FULL_YEAR_BEFORE = "prev_full_year"  # 上年全年, whatever part of a year the figure itself counts


@unique
class Wording(StrEnum):
    """How a comparison is said: 为…的4.3倍 is a change of +330 %, 增长4.3倍 one of +430 %."""

    CHANGE = "change"  # 上升60.4%
    MULTIPLE = "multiple"  # 为去年同期的4.3倍
    INCREASE = "increase"  # 增长3.3倍
    DIFFERENCE = "difference"  # 增加320起
    POINTS = "points"  # 上升5个百分点: of shares


@unique
class Unsaid(StrEnum):
    """Why a comparison has no value."""

    VALUE_UNKNOWN = "value_unknown"
    BASE_UNKNOWN = "base_unknown"
    BASE_ZERO = "base_zero"
    BASE_SMALL = "base_small"  # too few records: a change would say nothing
    FELL = "fell"  # 增长 of something that became less


KINDS: Final[Mapping[tuple[Base, Wording], ComparisonKind]] = {
    (Base.YEAR_BEFORE, Wording.CHANGE): ComparisonKind.YOY,
    (Base.YEAR_BEFORE, Wording.MULTIPLE): ComparisonKind.MULTIPLE_YOY,
    (Base.YEAR_BEFORE, Wording.INCREASE): ComparisonKind.YOY,
    (Base.YEAR_BEFORE, Wording.DIFFERENCE): ComparisonKind.YOY_DIFFERENCE,
    (Base.YEAR_BEFORE, Wording.POINTS): ComparisonKind.YOY_POINTS,
    (Base.PERIOD_BEFORE, Wording.CHANGE): ComparisonKind.MOM,
    (Base.PERIOD_BEFORE, Wording.MULTIPLE): ComparisonKind.MULTIPLE_MOM,
    (Base.PERIOD_BEFORE, Wording.INCREASE): ComparisonKind.MOM,
    (Base.PERIOD_BEFORE, Wording.DIFFERENCE): ComparisonKind.MOM_DIFFERENCE,
    (Base.PERIOD_BEFORE, Wording.POINTS): ComparisonKind.MOM_POINTS,
    (Base.FULL_YEAR_BEFORE, Wording.CHANGE): ComparisonKind.PREV_FULL_YEAR,
    (Base.FULL_YEAR_BEFORE, Wording.MULTIPLE): ComparisonKind.MULTIPLE_PREV_FULL_YEAR,
    (Base.FULL_YEAR_BEFORE, Wording.INCREASE): ComparisonKind.PREV_FULL_YEAR,
}


@dataclass(frozen=True, slots=True)
class Against:
    """With which period a figure is compared, and in which words."""

    base: Base
    wording: Wording = Wording.CHANGE

    @property
    def kind(self) -> ComparisonKind:
        """What a reader of bulletins calls it. Raises BadInput for words that the base does not bear."""
        if (self.base, self.wording) not in KINDS:
            raise BadInput(f"against {self.base}: {self.wording} is not said of a whole year; take change or multiple")
        return KINDS[self.base, self.wording]


@dataclass(frozen=True, slots=True)
class BaseCount:
    """The figure of the period compared with: as it is counted now, and as it was counted when that period was told.

    value_then is None where it cannot be told; records: how many it counts.
    """

    value: Decimal | None
    records: int
    value_then: Decimal | None = None

    @property
    def revised(self) -> bool:
        """Whether the base is another number now than it was then."""
        return self.value_then is not None and self.value_then != self.value


@dataclass(frozen=True, slots=True)
class OwnComparison:
    """A comparison as it is said, with what it was made of; `value` in percent, times, points or the figure's unit."""

    against: Against
    base_period: Period
    base: BaseCount
    value: Decimal | None
    unsaid: Unsaid | None = None
    part_of_year: bool = False  # less than a year stands against a whole one

    @property
    def times(self) -> Decimal | None:
        """Of an increase, by how many times: 430 % is 4.3."""
        return None if self.value is None else self.value / 100


def base_period_of(base: Base, period: Period) -> Period:
    """The period that a figure's period is compared with."""
    match base:
        case Base.YEAR_BEFORE:
            return year_before(period)
        case Base.PERIOD_BEFORE:
            return period_before(period)
        case Base.FULL_YEAR_BEFORE:
            return full_year_before(period)


def compare(value: Decimal | None, period: Period, base: BaseCount, against: Against, base_min: int) -> OwnComparison:
    """The comparison of a figure with its base; unsaid where either is unknown, or the base is too small to tell.

    Raises BadInput for words that the base does not bear.
    """
    base_period = base_period_of(against.base, period)
    if not against.kind or not _has_a_name(against, base_period):
        raise BadInput("a multiple of the period before is said of months and weeks only: take change")
    part = against.base is Base.FULL_YEAR_BEFORE and grain_of(period) is not Grain.YEAR
    unsaid = _unsaid(value, base, against, base_min)
    if unsaid is not None or value is None or base.value is None:
        return OwnComparison(against, base_period, base, None, unsaid, part)
    return OwnComparison(against, base_period, base, _worded(value, base.value, against.wording), None, part)


def _has_a_name(against: Against, base_period: Period) -> bool:
    """Whether the words can name the base: 为上月的2倍; what another stretch would be called, no reader could tell."""
    named = grain_of(base_period) in {Grain.MONTH, Grain.WEEK}
    return named or (against.base, against.wording) != (Base.PERIOD_BEFORE, Wording.MULTIPLE)


def _unsaid(value: Decimal | None, base: BaseCount, against: Against, base_min: int) -> Unsaid | None:
    if value is None:
        return Unsaid.VALUE_UNKNOWN
    if base.value is None:
        return Unsaid.BASE_UNKNOWN
    if against.wording is Wording.DIFFERENCE:
        return None  # in the figure's own unit nothing is divided
    if base.value == 0 and against.wording is not Wording.POINTS:
        return Unsaid.BASE_ZERO
    if base.records < base_min:
        return Unsaid.BASE_SMALL
    if against.wording is Wording.INCREASE and value < base.value:
        return Unsaid.FELL
    return None


def _worded(value: Decimal, base: Decimal, wording: Wording) -> Decimal:
    match wording:
        case Wording.CHANGE:
            return plain_rounded((value / base - 1) * 100, PERCENT_STEP)
        case Wording.MULTIPLE:
            return plain_rounded(value / base, TIMES_STEP)
        case Wording.INCREASE:
            return plain_rounded(plain_rounded(value / base - 1, TIMES_STEP) * 100, PERCENT_STEP)
        case Wording.DIFFERENCE:
            return value - base
        case Wording.POINTS:
            return plain_rounded(value - base, PERCENT_STEP)


def plain_rounded(value: Decimal, step: Decimal) -> Decimal:
    """Rounded half up to a step, without zeros behind the point and without an exponent."""
    rounded = (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step + 0  # no zero has a sign
    whole = rounded.to_integral_value()
    return whole.quantize(Decimal(1)) if whole == rounded else rounded.normalize()
