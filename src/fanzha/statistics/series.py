"""The same measure over many bulletins, and what in it cannot be true at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import combinations
from typing import Final

from fanzha.statistics.catalogue import Catalogue
from fanzha.statistics.comparing import closed
from fanzha.statistics.model import Bulletin, Figure, Period

VAGUE: Final = Decimal("1.1")  # 余, 多 and 约: the true value may be so much more
_UNCOUNTED: Final = ("%", "倍")


class Fault(StrEnum):
    """What two figures cannot both be."""

    LONGER_IS_SMALLER = "longer_is_smaller"  # a half-year below its own first quarter
    SAME_PERIOD_DIFFERS = "same_period_differs"
    PART_EXCEEDS_WHOLE = "part_exceeds_whole"


@dataclass(frozen=True, slots=True)
class Point:
    """One figure in its series: bulletin and place in it, and its period with the open end closed."""

    bulletin: int
    figure: int
    period: Period | None


@dataclass(frozen=True, slots=True)
class Series:
    """One measure of one place, in one class of units, in the order of its periods."""

    measure: str
    place: str
    unit: str
    average_per: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two figures that cannot both be right: `one` is the larger part, or the first said."""

    fault: Fault
    one: Point
    other: Point


def make_series(bulletins: Sequence[Bulletin], catalogue: Catalogue) -> list[Series]:
    """Every figure of the bulletins, by measure and place; 昆明 and 昆明市 are one place."""
    rows: dict[tuple[str, str, str, str], list[Point]] = defaultdict(list)
    for at, bulletin in enumerate(bulletins):
        for number, figure in enumerate(bulletin.figures):
            unit = figure.unit if figure.unit in _UNCOUNTED else (catalogue.unit_of(figure.measure) or figure.unit)
            if not catalogue.alike(unit, figure.unit):
                unit = figure.unit
            key = (figure.measure, figure.place.removesuffix("市").removesuffix("省"), unit, figure.average_per)
            rows[key].append(Point(at, number, closed(figure.period, bulletin.published)))

    def order(point: Point) -> tuple[str, str, int, int]:
        period = point.period or _figure(bulletins, point).period or Period("", "")
        return (period.last, period.first, point.bulletin, point.figure)

    return [Series(*key, tuple(sorted(rows[key], key=order))) for key in sorted(rows)]


def find_contradictions(bulletins: Sequence[Bulletin], series: Sequence[Series]) -> list[Contradiction]:
    """What cannot be true at once: within one bulletin a part above its whole; across bulletins totals that do not fit.

    Of several figures that one bulletin gives for a measure and a period the largest is the total, the others are of a
    part of the work; totals are compared across bulletins only.
    """
    found = [*_parts(bulletins)]
    for one in series:
        if one.unit in _UNCOUNTED or one.average_per:
            continue
        totals: dict[tuple[int, Period], Point] = {}
        for point in one.points:
            if point.period is None or _figure(bulletins, point).part_of is not None:
                continue
            key = (point.bulletin, point.period)
            held = totals.get(key)
            if held is None or _figure(bulletins, point).value > _figure(bulletins, held).value:
                totals[key] = point
        for a, b in combinations(totals.values(), 2):
            if a.bulletin != b.bulletin and (fault := _fault(bulletins, a, b)) is not None:
                found.append(fault)
    return found


def _fault(bulletins: Sequence[Bulletin], a: Point, b: Point) -> Contradiction | None:
    assert a.period is not None
    assert b.period is not None
    left, right = _figure(bulletins, a), _figure(bulletins, b)
    if a.period == b.period:
        if _upper(left) < right.value or _upper(right) < left.value:
            return Contradiction(Fault.SAME_PERIOD_DIFFERS, a, b)
        return None
    if _within(a.period, b.period):
        return Contradiction(Fault.LONGER_IS_SMALLER, a, b) if _upper(right) < left.value else None
    if _within(b.period, a.period):
        return Contradiction(Fault.LONGER_IS_SMALLER, b, a) if _upper(left) < right.value else None
    return None


def _parts(bulletins: Sequence[Bulletin]) -> Iterator[Contradiction]:
    for at, bulletin in enumerate(bulletins):
        for number, figure in enumerate(bulletin.figures):
            if figure.part_of is not None and figure.value > _upper(bulletin.figures[figure.part_of]):
                part = Point(at, number, closed(figure.period, bulletin.published))
                whole = bulletin.figures[figure.part_of]
                yield Contradiction(
                    Fault.PART_EXCEEDS_WHOLE, part, Point(at, figure.part_of, closed(whole.period, bulletin.published))
                )


def _upper(figure: Figure) -> Decimal:
    """The most that a figure can be."""
    return figure.value * VAGUE if figure.approximate or figure.at_least else figure.value


def _within(inner: Period, outer: Period) -> bool:
    return outer.first <= inner.first and inner.last <= outer.last


def _figure(bulletins: Sequence[Bulletin], point: Point) -> Figure:
    return bulletins[point.bulletin].figures[point.figure]
