"""The dated table of publicity, parsed: surge, small numbers, effect, venues, messages, people of each place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from fanzha.casework.dated_table import part_of, rows_of, wrong

TABLE: Final = "publicity.toml"
_bad = partial(wrong, TABLE)
_part = partial(part_of, TABLE)
_rows = partial(rows_of, TABLE)


@dataclass(frozen=True, slots=True)
class SurgeRules:
    """Against how many weeks a week is held, and when that is an alarm."""

    baseline_weeks: int
    guard_weeks: int
    alpha: float
    least: int


@dataclass(frozen=True, slots=True)
class EffectRules:
    """How long before and after, how many cases and areas at least."""

    days: int
    least: int
    areas_least: int


@dataclass(frozen=True, slots=True)
class Venue:
    """Where one goes 五进."""

    slug: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Message:
    """What one says."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class People:
    """How many live in a place."""

    place: str
    year: int
    people: int
    source: str


@dataclass(frozen=True, slots=True)
class PublicityRules:
    """Everything that publicity goes by."""

    surge: SurgeRules
    suppress_below: int
    effect: EffectRules
    venues: Mapping[str, Venue]
    messages: Mapping[str, Message]  # by class; the empty one for all others
    population: Mapping[str, People]  # the newest of each place

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> PublicityRules:
        """The rules of a parsed `publicity.toml`. Raises BadInput that names the table, the place and what is expected."""
        surge, small, effect = (_part(table, name) for name in ("surge", "small", "effect"))
        alpha = surge.get("alpha")
        if not isinstance(alpha, float) or not 0 < alpha < 1:
            raise _bad("surge.alpha", f"{alpha!r} is no chance between 0 and 1")
        venues = {row["slug"]: Venue(row["slug"], row["zh"], row["en"]) for row in _rows(table, "venues", "venue")}
        written = _part(table, "messages").get("message", ())
        _check_fields(written, "messages.message", {"class": str, "zh": str, "en": str})
        messages = {row["class"]: Message(row["zh"], row["en"]) for row in written}
        if "" not in messages:
            raise _bad("messages.message", "needs one of the empty class, for all others")
        counted = table.get("population", ())
        _check_fields(counted, "population", {"place": str, "year": int, "people": int, "source": str})
        people = [People(row["place"], row["year"], row["people"], row["source"]) for row in counted]
        if any(one.people < 1 for one in people):
            raise _bad("population", "a place has at least one inhabitant")
        return cls(
            SurgeRules(_whole(surge, "baseline_weeks"), _whole(surge, "guard_weeks"), alpha, _whole(surge, "least")),
            _whole(small, "suppress_below"),
            EffectRules(_whole(effect, "days"), _whole(effect, "least"), _whole(effect, "areas_least")),
            venues, messages, {one.place: one for one in sorted(people, key=lambda one: one.year)},
        )  # fmt: skip

    def message(self, class_slug: str) -> Message:
        """What is said about a class."""
        return self.messages.get(class_slug, self.messages[""])


def _check_fields(rows: Sequence[Mapping[str, Any]], place: str, fields: Mapping[str, type]) -> None:
    for at, row in enumerate(rows, 1):
        for name, kind in fields.items():
            if not isinstance(row.get(name), kind):
                raise _bad(f"{place}[{at}]", f"needs {name}")


def _whole(part: Mapping[str, Any], name: str) -> int:
    value = part.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _bad(name, f"{value!r} is no whole number of at least 1")
    return value
