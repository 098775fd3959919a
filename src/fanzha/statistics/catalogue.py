"""The indicator catalogue: measures by id, and units that count the same thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, unique
from typing import Any, Final

from fanzha.core.time import MINUTE_US

PROPOSED: Final = "proposed:"
NOT_RECORDED: Final = "not recorded"  # what is said of a measure that no record here tells; never 0


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted, with what it leaves out."""

    id: str
    zh: str
    en: str
    unit_class: str
    counts: str
    excludes: str = ""


@unique
class Fold(StrEnum):
    """How what was counted becomes one value."""

    COUNT = "count"
    DISTINCT = "distinct"  # by what is counted, where several records have the same: accounts, victims
    MONEY = "money"
    SHARE = "share"  # percent
    MEDIAN = "median"


@dataclass(frozen=True, slots=True)
class OwnMeasure:
    """How this program counts a measure out of its own records of work."""

    measure: str
    records: str  # what is counted: reports, cases, clues, measures, results of operations, errands, publicity
    fold: Fold
    instant: str  # which instant puts a record into a period
    since: date  # counted in this way from this day on
    owner: str  # who answers for the definition
    phrase: str  # the words that a bulletin puts before the number
    phrase_en: str
    counts_zh: str  # what it counts, as a Chinese bulletin defines it
    history: str = ""  # what cannot be told as it stood at an earlier instant
    needs: str = ""  # which records a body must keep for it to be known there; empty: those that every desk keeps


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject that cuts across the types of fraud: a record may have several, or none, so themes are not summed."""

    id: str
    zh: str
    en: str
    words: tuple[str, ...]  # any of them, in the narrative of a report


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a bulletin that is begun from a period alone, and what stands under it."""

    zh: str
    en: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DailyRules:
    """What the analysis of the day before tells, and when it is made."""

    at_us: int  # since midnight in Shanghai
    measures: tuple[str, ...]
    performance: tuple[str, ...]
    classes_max: int
    taken_down: tuple[str, ...]  # by operations
    distributed: tuple[str, ...]  # of these, which are told by kind and by place
    distributed_max: int
    warning: tuple[str, ...]
    not_recorded: tuple[str, ...]

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> DailyRules:
        """The table `daily`."""
        hours, minutes = (int(part) for part in table["at"].split(":"))
        return cls(
            (60 * hours + minutes) * MINUTE_US,
            tuple(table["measures"]),
            tuple(table["performance"]),
            table["classes_max"],
            tuple(table["taken_down"]),
            tuple(table["distributed"]),
            table["distributed_max"],
            tuple(table["warning"]),
            tuple(table["not_recorded"]),
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All measures, the classes of units, and how the own ones are counted."""

    measures: Mapping[str, Measure]
    units: Mapping[str, tuple[str, ...]]
    own: Mapping[str, OwnMeasure] = field(default_factory=dict[str, OwnMeasure])
    themes: tuple[Theme, ...] = ()
    sections: tuple[Section, ...] = ()
    unread: frozenset[str] = frozenset()  # classes of units that no published text is read for
    base_min: int = 0  # records that the period compared with must have, for a comparison to be said
    daily: DailyRules | None = None
    awaited: tuple[str, ...] = ()  # measures that are listed though nothing records them yet

    @property
    def listed(self) -> tuple[str, ...]:
        """What a list of all own figures has: those that are counted here, and those that are awaited, as not recorded."""
        return (*self.own, *(one for one in self.awaited if one not in self.own))

    def counted_zh(self, measure: str) -> str:
        """What a measure counts, for a Chinese reader: its definition; its name where nothing is counted here yet."""
        return self.own[measure].counts_zh if measure in self.own else self.measures[measure].zh

    @property
    def read_units(self) -> tuple[str, ...]:
        """The units that numbers of published texts are read with."""
        return tuple(unit for name, words in self.units.items() if name not in self.unread for unit in words)

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
    return Catalogue(
        measures,
        units,
        _own(table, measures),
        tuple(Theme(row["id"], row["zh"], row["en"], tuple(row["words"])) for row in table.get("theme", ())),
        tuple(Section(row["zh"], row["en"], tuple(row["measures"])) for row in table.get("section", ())),
        frozenset(table.get("unread_units", ())),
        table["own_figures"]["base_min"],
        DailyRules.from_table(table["daily"]),
        _awaited(table, measures),
    )


def _awaited(table: Mapping[str, Any], measures: Mapping[str, Measure]) -> tuple[str, ...]:
    awaited = tuple(table.get("awaited", {}).get("measures", ()))
    assert set(awaited) <= measures.keys(), "what is awaited stands in the catalogue"
    return awaited


def _own(table: Mapping[str, Any], measures: Mapping[str, Measure]) -> dict[str, OwnMeasure]:
    rows = [*table["own"], *_alike(table, measures)]
    own = {row["measure"]: _own_measure(row, table["own_figures"]) for row in rows}
    assert len(own) == len(rows), "a measure is counted in two ways"
    assert own.keys() <= measures.keys(), "what is counted here stands in the catalogue"
    return own


def _alike(table: Mapping[str, Any], measures: Mapping[str, Measure]) -> Iterator[Mapping[str, Any]]:
    """The measures that are counted in one way with others, a row each; a bulletin calls them by their names, or as told."""
    for group in table.get("own_alike", ()):
        for name in group["measures"]:
            known = measures[name]
            yield {
                **group, "measure": name, "phrase": group.get("phrases", {}).get(name, known.zh), "phrase_en": known.en,
                "counts_zh": group["counts_zh"].format(zh=known.zh),
            }  # fmt: skip


def _own_measure(row: Mapping[str, Any], common: Mapping[str, Any]) -> OwnMeasure:
    return OwnMeasure(
        row["measure"],
        row["records"],
        Fold(row["fold"]),
        row["instant"],
        row.get("since", common["since"]),
        row.get("owner", common["owner"]),
        row["phrase"],
        row["phrase_en"],
        row["counts_zh"],
        row.get("history", ""),
        row.get("needs", ""),
    )
