"""A figure while its page is still being read."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from fanzha.intake.bulletins.numbers import Mention
from fanzha.statistics import Comparison, Period


@dataclass(slots=True)
class Draft:
    """A figure while its sentence and its page are read."""

    measure: str
    text_measure: str
    value: Decimal
    unit: str
    spans: list[tuple[int, int]]
    approximate: bool = False
    at_least: bool = False
    mention: Mention | None = None
    per: str = ""
    part_of: Draft | None = None
    period: Period | None = None
    place: str = ""
    body: str = ""
    titled: bool = False
    cohort: bool = False
    comparisons: list[Comparison] = field(default_factory=list)
