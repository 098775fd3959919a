"""What one record adds to a figure, over which time and whose records, and how the entries become values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum, unique
from statistics import median_high
from typing import Final, TypeVar

from fanzha.casework import Case, Clue, Report
from fanzha.core.money import DEFAULT_CURRENCY, exponent_of
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query, Range
from fanzha.ports.work_store import RecordsView
from fanzha.services.desk.acting import Look
from fanzha.services.desk.listing import pages
from fanzha.statistics import NOT_STATED, Catalogue, Fold

OfBody = TypeVar("OfBody", Case, Clue, Measure, Report)
CENTS: Final = Decimal(10) ** exponent_of(DEFAULT_CURRENCY)


@unique
class By(StrEnum):
    """Into which parts a figure is divided."""

    JURISDICTION = "jurisdiction"
    TYPE = "type"  # the class of the case, in the taxonomy of the day on which it was classified
    BODY = "body"
    THEME = "theme"  # themes cut across: they are not summed
    TARGET = "target"  # of dens and gangs: which kind was taken down


@dataclass(frozen=True, slots=True)
class Span:
    """Which records are counted: of these bodies, from an instant until another, as they stood at a third."""

    bodies: tuple[str, ...]
    from_us: int
    until_us: int
    as_of_us: int
    jurisdiction: str = ""  # and those below it, by their code
    wide: bool = False  # of most bodies that there are: everybody's records are read, and the others' left out

    def pages(self, records: RecordsView[OfBody], instant: str, **equals: str) -> Iterator[list[OfBody]]:
        """What lies in it by an instant's key, page by page in its order.

        A list of thousands of bodies is put together from one walk of an index for each, again for every page; where most
        bodies are meant, one walk through everybody's records is many times faster, and gives the same.
        """
        until = min(self.until_us, self.as_of_us + 1)
        within = {} if self.wide else {"organisation": self.bodies}
        wanted = Query(equals=equals, within=within, ranges={instant: Range(self.from_us, until)}, order_by=instant)
        mine = frozenset(self.bodies)
        for rows in pages(records, wanted):
            yield [row for row in rows if row.organisation in mine]

    def holds(self, at_us: int | None) -> bool:
        """Whether the instant is in it, and no later than it is counted."""
        return at_us is not None and self.from_us <= at_us < self.until_us and at_us <= self.as_of_us

    def covers(self, jurisdiction: str) -> bool:
        """Whether the place is counted."""
        return jurisdiction.startswith(self.jurisdiction)


@dataclass(frozen=True, slots=True)
class Parts:
    """To which part of a figure a record belongs; empty: it does not say."""

    body: str
    jurisdiction: str = ""
    fraud_class: str = ""
    themes: tuple[str, ...] = ()
    target: str = ""  # of the catalogue of take-downs

    def of(self, by: By | None) -> tuple[str, ...]:
        """The parts that it is in; of themes none or several."""
        match by:
            case None:
                return ("",)
            case By.JURISDICTION:
                return (self.jurisdiction or NOT_STATED,)
            case By.TYPE:
                return (self.fraud_class or NOT_STATED,)
            case By.BODY:
                return (self.body,)
            case By.THEME:
                return self.themes
            case By.TARGET:
                return (self.target or NOT_STATED,)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a record adds: a number or minor units; of a share, what counts (`value`) of what could (`weight`).

    key: what is counted where several records may be of the same: an account, a victim. currency: of money. value is
    None where the record counts and does not say how much.
    """

    measure: str
    record: str
    parts: Parts
    value: int | None = 1
    weight: int = 0
    key: str = ""
    currency: str = DEFAULT_CURRENCY


@dataclass(slots=True)
class Sum:
    """The entries of one figure."""

    ids: list[str] = field(default_factory=list[str])
    values: list[int] = field(default_factory=list[int])
    weight: int = 0
    keys: set[str] = field(default_factory=set[str])
    unsaid: int = 0  # records that do not say how much
    other_money: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, entry: Entry) -> None:
        """Takes one entry in; money of another currency stands beside the sum."""
        self.ids.append(entry.record)
        self.weight += entry.weight
        if entry.currency != DEFAULT_CURRENCY:
            self.other_money[entry.currency] = self.other_money.get(entry.currency, 0) + (entry.value or 0)
        elif entry.value is None:
            self.unsaid += 1
        else:
            self.values.append(entry.value)
            self.keys.add(entry.key or entry.record)

    def value(self, fold: Fold) -> Decimal | None:
        """The value in the unit of the catalogue; None where nothing can be said: a share or a median of nothing."""
        match fold:
            case Fold.COUNT:
                return Decimal(sum(self.values))
            case Fold.DISTINCT:
                return Decimal(len(self.keys))
            case Fold.MONEY:
                return Decimal(sum(self.values)) / CENTS
            case Fold.SHARE:
                return Decimal(100 * sum(self.values)) / self.weight if self.weight else None
            case Fold.MEDIAN:
                return Decimal(median_high(self.values)) if self.values else None


Sums = Mapping[tuple[str, str], Sum]


def sum_up(entries: Iterable[Entry], by: By | None) -> dict[tuple[str, str], Sum]:
    """The entries by measure and part; the whole stands under the empty part."""
    sums: dict[tuple[str, str], Sum] = {}
    for entry in entries:
        for part in {"", *entry.parts.of(by)}:
            sums.setdefault((entry.measure, part), Sum()).add(entry)
    return sums


@dataclass(frozen=True, slots=True)
class Counting:
    """What every counter is given."""

    look: Look
    span: Span
    catalogue: Catalogue
    wanted: frozenset[str]
    by: By | None = None

    def wants(self, *measures: str) -> bool:
        """Whether any of these is asked for."""
        return not self.wanted.isdisjoint(measures)

    def cases(self, ids: Iterable[str]) -> dict[str, Case]:
        """The cases of these ids; a record that is in none has none."""
        found = self.look.unit.records(Case).get_many(sorted({one for one in ids if one}))
        return {case.id: case for case in found}


def class_of(case: Case | None, as_of_us: int) -> str:
    """The class that the case had then; empty where it was given later, or never."""
    if case is None or case.classification is None or case.classification.at_us > as_of_us:
        return ""
    return case.classification.class_slug
