"""The indicator catalogue: measures by id, and units that count the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

PROPOSED: Final = "proposed:"


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted, with what it leaves out."""

    id: str
    zh: str
    en: str
    unit_class: str
    counts: str
    excludes: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All measures, and the classes of units."""

    measures: Mapping[str, Measure]
    units: Mapping[str, tuple[str, ...]]

    def unit_of(self, measure: str) -> str:
        """The unit in which this program states a measure; empty for one that the catalogue does not have."""
        known = self.measures.get(measure)
        return self.units[known.unit_class][0] if known is not None else ""

    def alike(self, one: str, other: str) -> bool:
        """Whether two printed units count the same thing: 起 and 宗, 名 and 人, 台 and 部."""
        return one == other or any(one in words and other in words for words in self.units.values())

    def name_of(self, measure: str) -> str:
        """What a measure is called; of a proposed one the words of the text."""
        known = self.measures.get(measure)
        return known.zh if known is not None else measure.removeprefix(PROPOSED)


def read_catalogue(table: Mapping[str, Any]) -> Catalogue:
    """The catalogue of `rules/statistics.toml`; asserts that ids are unique and that every class has its units."""
    units = {name: tuple(words) for name, words in table["units"].items()}
    measures = {
        row["id"]: Measure(row["id"], row["zh"], row["en"], row["class"], row["counts"], row.get("excludes", ""))
        for row in table["measure"]
    }
    assert len(measures) == len(table["measure"]), "a measure stands twice in the catalogue"
    assert all(measure.unit_class in units for measure in measures.values()), "a measure has a class without units"
    return Catalogue(measures, units)
