"""Comparisons recomputed: the figure, the one that it is compared with, and whether what is said of them holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from fanzha.statistics.catalogue import Catalogue
from fanzha.statistics.model import MULTIPLES, Bulletin, Comparison, ComparisonKind, Figure, Period
from fanzha.statistics.periods import days_of, full_year_before, period_before, year_before

ROUNDED: Final = {
    True: Decimal("0.06"),
    False: Decimal("0.6"),
}  # what rounding may hide: of a multiple, of percent points


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A comparison as it is said, and as the two figures give it; `value` is None where the other is not known."""

    bulletin: int
    figure: int
    said: Comparison
    base_period: Period | None
    base: tuple[int, int] | None  # bulletin and figure of the other value
    value: Decimal | None
    implied: Decimal | None  # what the other value must be if what is said holds

    @property
    def holds(self) -> bool | None:
        """Whether what is said is what the figures give, within rounding; None where it cannot be told."""
        if self.value is None:
            return None
        return abs(self.value - self.said.value) <= ROUNDED[self.said.kind in MULTIPLES]


def closed(period: Period | None, published: str) -> Period | None:
    """The period with its open end closed by the day of publication; None where it still has no two days with a year."""
    if period is None:
        return None
    whole = Period(period.first, period.last or published)
    return whole if whole.is_closed else None


def base_of(kind: ComparisonKind, period: Period) -> Period | None:
    """The period that a closed one is compared with; None where the kind does not say which."""
    name = kind.value
    if name.endswith("prev_full_year"):
        return full_year_before(period)
    if "yoy" in name:
        return year_before(period)
    if "mom" in name:
        return period_before(period)
    if kind is ComparisonKind.WOW:
        first, last = days_of(period)
        return Period((first - timedelta(days=7)).isoformat(), (last - timedelta(days=7)).isoformat())
    return None


def recompute(bulletins: Sequence[Bulletin], catalogue: Catalogue) -> list[Recomputed]:
    """Every comparison of the bulletins with the value that the other figures give for it."""
    known = list(_known(bulletins))
    found = []
    for at, bulletin in enumerate(bulletins):
        for number, figure in enumerate(bulletin.figures):
            period = closed(figure.period, bulletin.published)
            for said in figure.comparisons:
                base_period = base_of(said.kind, period) if period else None
                base = _find(known, figure, base_period, catalogue) if base_period else None
                other = bulletins[base[0]].figures[base[1]].value if base else None
                found.append(
                    Recomputed(
                        at, number, said, base_period, base, _value(said, figure, other), implied_base(said, figure)
                    )
                )
    return found


def implied_base(said: Comparison, figure: Figure) -> Decimal | None:
    """What the other value must have been: 874 is 4.3 times 203."""
    if figure.unit in ("%", "倍"):
        return None
    if said.kind in MULTIPLES:
        return figure.value / said.value if said.value else None
    if said.kind.value.endswith("difference"):
        return figure.value - said.value
    if said.kind.value.endswith("points") or said.value <= -100:
        return None
    return figure.value / (1 + said.value / 100)


def _value(said: Comparison, figure: Figure, other: Decimal | None) -> Decimal | None:
    if not other or figure.unit == "倍":
        return None
    if said.kind in MULTIPLES:
        return figure.value / other
    if said.kind.value.endswith(("difference", "points")):
        return figure.value - other
    return (figure.value / other - 1) * 100


def _known(bulletins: Sequence[Bulletin]) -> Iterable[tuple[int, int, Figure, Period]]:
    for at, bulletin in enumerate(bulletins):
        for number, figure in enumerate(bulletin.figures):
            period = closed(figure.period, bulletin.published)
            if period is not None:
                yield at, number, figure, period


def _find(
    known: Sequence[tuple[int, int, Figure, Period]], figure: Figure, period: Period, catalogue: Catalogue
) -> tuple[int, int] | None:
    fits = [
        (other.value, at, number)
        for at, number, other, its in known
        if other.measure == figure.measure
        and other.place.removesuffix("市").removesuffix("省") == figure.place.removesuffix("市").removesuffix("省")
        and other.average_per == figure.average_per
        and its == period
        and catalogue.alike(other.unit, figure.unit)
    ]
    return max(fits)[1:] if fits else None
