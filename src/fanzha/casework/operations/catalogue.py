"""The dated table of operations, parsed: what is taken down and seized, charges, papers, and what each counts as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import partial
from typing import Any, Final

from fanzha.casework.dated_table import part_of, rows_of, wrong
from fanzha.casework.operations.results import Force, IdentifierKind, SuspectStep

TABLE: Final = "operations.toml"
_bad = partial(wrong, TABLE)
_part = partial(part_of, TABLE)
_rows = partial(rows_of, TABLE)
FORCE_MEASURES: Final[Mapping[Force, str]] = {
    Force.OFFICERS: "officers_deployed", Force.OTHER_BODIES: "other_bodies_deployed",
}  # fmt: skip
SUSPECTS: Final = "suspects_caught"
FEN: Final = 100


@unique
class Chain(StrEnum):
    """Which of the chains behind a fraud a den or gang belongs to."""

    SCAM = "scam"
    TECHNICAL = "technical"
    LURING = "luring"
    MONEY = "money"
    CARDS = "cards"
    BORDER = "border"


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of den or gang."""

    slug: str
    zh: str
    en: str
    chain: Chain
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of seized thing; of money the quantity is an amount in minor units."""

    slug: str
    zh: str
    en: str
    unit: str
    measure: str
    identifiers: tuple[IdentifierKind, ...]  # a bare number is of the first
    money: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """A capacity in which somebody is a suspect, or how he came."""

    slug: str
    zh: str
    en: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Charge:
    """罪名, with its article."""

    slug: str
    zh: str
    en: str
    article: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What a step of a suspect's procedure rests on, and what the step counts as."""

    document: str
    article: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WallRules:
    """Which figures stand on the wall: of the day at the desk, and of an operation those that come first."""

    day: tuple[str, ...]
    first: tuple[str, ...]

    def place(self, measure: str) -> tuple[int, str]:
        """Where a number of an operation stands: by the table, then by its id."""
        return (self.first.index(measure) if measure in self.first else len(self.first), measure)


@dataclass(frozen=True, slots=True)
class OperationRules:
    """Everything that operations go by."""

    major_loss_minor: int
    wall: WallRules
    targets: Mapping[str, Target]
    items: Mapping[str, Item]
    capacities: Mapping[str, Manner]
    arrivals: Mapping[str, Manner]
    charges: Mapping[str, Charge]
    papers: Mapping[SuspectStep, Paper]
    sheet: Mapping[str, tuple[str, ...]]  # a column of a sheet: its heads, that of the template first
    opening_sheet: Mapping[str, tuple[str, ...]]  # the same of a table of openings

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> OperationRules:
        """The rules of a parsed `operations.toml`.

        Raises BadInput that names the table, the place and what is expected there.
        """
        major = _part(table, "major")
        loss_yuan = major.get("loss_yuan")
        if not isinstance(loss_yuan, int) or isinstance(loss_yuan, bool) or loss_yuan < 1:
            raise _bad("major.loss_yuan", f"{loss_yuan!r} is no whole number of at least 1")
        charges = {
            row["slug"]: Charge(row["slug"], row["zh"], row["en"], row.get("article", ""))
            for row in _rows(table, "charges", "charge")
        }
        return cls(
            major_loss_minor=loss_yuan * FEN,
            wall=WallRules(*(_ids(_part(table, "wall"), name) for name in ("day", "first"))),
            targets={row["slug"]: _target(row) for row in _rows(table, "taken_down", "target")},
            items={row["slug"]: _item(row) for row in _rows(table, "seized", "item")},
            capacities=_manners(table, "capacities", "capacity"),
            arrivals=_manners(table, "arrivals", "arrival"),
            charges=charges,
            papers=_papers(table),
            sheet=_sheet(table, "sheet"),
            opening_sheet=_sheet(table, "opening_sheet"),
        )

    @property
    def words(self) -> dict[str, tuple[tuple[str, str, str], ...]]:
        """What can be entered, by what it is: slug, Chinese, English."""
        return {
            "targets": tuple((one.slug, one.zh, one.en) for one in self.targets.values()),
            "items": tuple((one.slug, one.zh, one.en) for one in self.items.values()),
            "charges": tuple((one.slug, one.zh, one.en) for one in self.charges.values()),
            "capacities": tuple((one.slug, one.zh, one.en) for one in self.capacities.values()),
            "arrivals": tuple((one.slug, one.zh, one.en) for one in self.arrivals.values()),
        }

    @property
    def measures(self) -> frozenset[str]:
        """Every measure that an entry can count as."""
        found = {FORCE_MEASURES[force] for force in Force} | {SUSPECTS}
        found |= {item.measure for item in self.items.values()}
        for target in self.targets.values():
            found.update(target.measures)
        for manner in (*self.capacities.values(), *self.arrivals.values()):
            found.update(manner.measures)
        for paper in self.papers.values():
            found.update(paper.measures)
        return frozenset(found)


def _measures(row: Mapping[str, Any], place: str) -> tuple[str, ...]:
    found = row.get("measures")
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        raise _bad(place, "needs measures, a list of ids; empty where it counts as nothing")
    return tuple(found)


def _ids(part: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = part.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(one, str) and one for one in found):
        raise _bad(f"wall.{name}", "needs at least one measure's id")
    if len(set(found)) != len(found):
        raise _bad(f"wall.{name}", "says a measure twice")
    return tuple(found)


def _target(row: Mapping[str, Any]) -> Target:
    place = f"taken_down.target {row['slug']}"
    if row.get("chain") not in {chain.value for chain in Chain}:
        raise _bad(place, f"chain must be one of {', '.join(Chain)}")
    return Target(row["slug"], row["zh"], row["en"], Chain(row["chain"]), _measures(row, place))


def _item(row: Mapping[str, Any]) -> Item:
    place = f"seized.item {row['slug']}"
    known = {kind.value for kind in IdentifierKind}
    named = row.get("identifiers")
    if not isinstance(named, list) or not set(named) <= known:
        raise _bad(place, f"identifiers must be some of {', '.join(IdentifierKind)}")
    if not row.get("measure") or not row.get("unit"):
        raise _bad(place, "needs a measure and a unit")
    kinds = tuple(IdentifierKind(name) for name in named)
    return Item(row["slug"], row["zh"], row["en"], row["unit"], row["measure"], kinds, bool(row.get("money", False)))


def _manners(table: Mapping[str, Any], part: str, name: str) -> dict[str, Manner]:
    return {
        row["slug"]: Manner(row["slug"], row["zh"], row["en"], _measures(row, f"{part}.{name} {row['slug']}"))
        for row in _rows(table, part, name)
    }


def _papers(table: Mapping[str, Any]) -> dict[SuspectStep, Paper]:
    found: dict[SuspectStep, Paper] = {}
    for at, row in enumerate(_part(table, "papers").get("paper", ()), 1):
        place = f"papers.paper[{at}]"
        if row.get("step") not in {step.value for step in SuspectStep}:
            raise _bad(place, f"step must be one of {', '.join(SuspectStep)}")
        if not row.get("document") or not row.get("article"):
            raise _bad(place, "needs a document and an article")
        found[SuspectStep(row["step"])] = Paper(row["document"], row["article"], _measures(row, place))
    missing = set(SuspectStep) - set(found)
    if missing:
        raise _bad("papers", f"{', '.join(sorted(missing))} not there")
    return found


def _sheet(table: Mapping[str, Any], place: str) -> dict[str, tuple[str, ...]]:
    part = _part(table, place)
    return {name: tuple(heads) for name, heads in part.items() if name not in {"source", "certainty"}}
