"""A figure of one's own: what was counted, over what, as of when, and every record that it counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from fanzha.statistics.against import OwnComparison
from fanzha.statistics.model import Period

PER: Final = 100_000


@dataclass(frozen=True, slots=True)
class Tally:
    """What a room of its own counted (an operation's results, a day's seizures), to stand as a figure in a bulletin.

    value: in the catalogue's unit of the measure; None where it is not known, never 0 for it.
    """

    measure: str
    value: Decimal | None
    ids: tuple[str, ...]
    as_of_us: int


@dataclass(frozen=True, slots=True)
class CountScope:
    """Whose records are counted, and which of them; empty: all of these."""

    organisation: str
    bodies: tuple[str, ...]
    jurisdiction: str = ""
    fraud_class: str = ""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class PerHead:
    """A figure per 100,000 people, and the dated table that says how many there are."""

    value: Decimal
    population: int
    year: int
    source: str


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """One number with everything that makes it believable; `value` is None where nothing here records it."""

    measure: str
    value: Decimal | None
    unit: str
    period: Period
    scope: CountScope
    as_of_us: int
    ids: tuple[str, ...]
    counts: str
    excludes: str
    group: str = ""  # the jurisdiction, class, body or theme that it is of; "not stated" is a group too
    notes: tuple[str, ...] = ()
    comparisons: tuple[OwnComparison, ...] = ()
    per_head: PerHead | None = None

    @property
    def tally(self) -> Tally:
        """The figure as other rooms hand theirs in."""
        return Tally(self.measure, self.value, self.ids, self.as_of_us)


@dataclass(frozen=True, slots=True)
class Population:
    """How many people live in a jurisdiction, by a table that the deployer gives."""

    place: str
    year: int
    people: int
    source: str


def digest_of_ids(ids: Iterable[str]) -> str:
    """SHA-256 over the sorted ids, a line each: two lists with one digest count the same records."""
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(ids)).encode()).hexdigest()


def per_head(value: Decimal | None, jurisdiction: str, year: int, table: Iterable[Population]) -> PerHead | None:
    """The value per 100,000 people of the place, by the newest year that is not later; None where the table has none."""
    fits = [one for one in table if one.place == jurisdiction and one.year <= year and one.people > 0]
    if value is None or not fits:
        return None
    newest = max(fits, key=lambda one: one.year)
    shared = (value * PER / newest.people).quantize(Decimal("0.01"))
    return PerHead(shared, newest.people, newest.year, newest.source)
