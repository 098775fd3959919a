"""The dated table of work, parsed: clocks, priority, facts, duplicates, steps and periods of a case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any, Final, TypeVar

from fanzha.casework.case_model import CaseStep
from fanzha.casework.model import DocumentKind
from fanzha.core.actor import Level
from fanzha.core.errors import BadInput
from fanzha.core.time import MINUTE_US

HOUR_US: Final = 60 * MINUTE_US
TABLE: Final = "casework.toml"
_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@unique
class Certainty(StrEnum):
    """How a value of a table is known; only a primary one refuses."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    UNSURE = "unsure"


@unique
class Sign(StrEnum):
    """What two reports may have in common."""

    PAYMENT = "payment"  # same payee account and amount, at the same time
    SERIAL = "serial"
    SOURCE_REFERENCE = "source_reference"
    PAYER = "payer"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    NARRATIVE = "narrative"
    PAYEE = "payee"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class PauseRule:
    """A reason for which the clock may stand still, and for how long."""

    reason: str
    text: str
    max_us: int


@dataclass(frozen=True, slots=True)
class ClockRules:
    """The clock of the quick check."""

    limit_us: int
    warn_us: tuple[int, ...]
    target_percent: int
    pauses: tuple[PauseRule, ...]


@dataclass(frozen=True, slots=True)
class NightRules:
    """The hours in which nothing stays in the queue; microseconds after midnight in Shanghai."""

    from_us: int
    until_us: int
    unassigned_max_us: int


@dataclass(frozen=True, slots=True)
class PriorityRules:
    """How the queue is ordered."""

    window_us: int
    floor_permille: int
    weight: tuple[tuple[str, int], ...]  # 分 that one unit of a currency counts for

    def weight_of(self, currency: str) -> int:
        """The 分 that one unit counts for; that of `other` where the table has none."""
        for known, weight in self.weight:
            if known == currency:
                return weight
        return dict(self.weight)["other"]


@dataclass(frozen=True, slots=True)
class FactRules:
    """Which documents are enough for a fact."""

    first_hop: frozenset[DocumentKind]
    later_hops: frozenset[DocumentKind]


@dataclass(frozen=True, slots=True)
class DuplicateRules:
    """What is enough to offer two reports for merging."""

    payment_us: int
    enough: tuple[frozenset[Sign], ...]
    narrative_length_min: int


@dataclass(frozen=True, slots=True)
class StepRule:
    """The paper that a step of a case needs, and who may decide it."""

    step: CaseStep
    document: str
    level: Level
    four_eyes: bool
    article: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """A time that runs in a case."""

    name: str
    starts_with: CaseStep | None  # None: when the case was accepted
    length_us: int
    warn_us: int  # so long before the end
    text: str
    article: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class HandOverRules:
    """A case that goes to another body."""

    length_us: int
    level: Level
    article: str


@dataclass(frozen=True, slots=True)
class CaseworkRules:
    """Everything that the desk's work goes by."""

    clock: ClockRules
    night: NightRules
    open_clues_max: int
    priority: PriorityRules
    fact: FactRules
    duplicates: DuplicateRules
    steps: Mapping[CaseStep, StepRule]
    periods: Mapping[str, PeriodRule]
    hand_over: HandOverRules
    task_warn_us: int  # how long before it is due a task is told of

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> CaseworkRules:
        """The rules of a parsed `casework.toml`.

        Raises BadInput that names the table, the place and what is expected there.
        """
        for place in ("clock", "night", "assignment", "priority", "fact", "duplicates", "hand_over", "task"):
            _known_source(table, place)
        hand_over = table["hand_over"]
        steps = [_step(rule, at) for at, rule in enumerate(table.get("step", ()))]
        periods = [_period(rule, at) for at, rule in enumerate(table.get("period", ()))]
        missing = {"review", "review_verifying", "review_extended"} - {period.name for period in periods}
        if missing:
            raise _bad("period", f"{', '.join(sorted(missing))} not there; each is needed for 立案审查")
        return cls(
            clock=_clock(table["clock"]),
            night=_night(table["night"]),
            open_clues_max=_positive(table["assignment"], "assignment", "open_clues_max"),
            priority=_priority(table["priority"]),
            fact=_fact(table["fact"]),
            duplicates=_duplicates(table["duplicates"]),
            steps={rule.step: rule for rule in steps},
            periods={rule.name: rule for rule in periods},
            hand_over=HandOverRules(
                _positive(hand_over, "hand_over", "hours") * HOUR_US,
                _level(hand_over, "hand_over"),
                str(hand_over.get("article", "")),
            ),
            task_warn_us=_positive(table["task"], "task", "warn_hours") * HOUR_US,
        )


def _bad(place: str, message: str) -> BadInput:
    return BadInput(f"{TABLE}: {place}: {message}")


def _known_source(table: Mapping[str, Any], place: str) -> None:
    if not isinstance(table.get(place), Mapping):
        raise _bad(place, "not there")
    _certainty(table[place], place)


def _certainty(rule: Mapping[str, Any], place: str) -> Certainty:
    if not rule.get("source"):
        raise _bad(place, "has no source; say where the value comes from, or that it is an own choice")
    return _member(Certainty, rule.get("certainty"), f"{place}.certainty")


Member = TypeVar("Member", bound=StrEnum)


def _member(kind: type[Member], value: object, place: str) -> Member:
    if value not in {member.value for member in kind}:
        raise _bad(place, f"{value!r} is none of {', '.join(kind)}")
    return kind(str(value))


def _positive(rule: Mapping[str, Any], place: str, name: str, lowest: int = 1) -> int:
    value = rule.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < lowest:
        raise _bad(f"{place}.{name}", f"{value!r} is no whole number of at least {lowest}")
    return value


def _level(rule: Mapping[str, Any], place: str) -> Level:
    name = str(rule.get("level", "")).upper()
    if name not in Level.__members__:
        raise _bad(f"{place}.level", f"{rule.get('level')!r} is none of {', '.join(Level.__members__).lower()}")
    return Level[name]


def _clock(rule: Mapping[str, Any]) -> ClockRules:
    limit = _positive(rule, "clock", "limit_minutes")
    warn = rule.get("warn_minutes", ())
    if list(warn) != sorted(set(warn)) or any(not isinstance(minute, int) or not 0 < minute < limit for minute in warn):
        raise _bad("clock.warn_minutes", f"{warn!r} must rise, between 0 and {limit}")
    pauses = []
    for at, pause in enumerate(rule.get("pause", ())):
        place = f"clock.pause[{at}]"
        _certainty(pause, place)
        if not pause.get("reason"):
            raise _bad(place, "has no reason")
        longest = _positive(pause, place, "minutes_max") * MINUTE_US
        pauses.append(PauseRule(pause["reason"], pause.get("text", ""), longest))
    target = _positive(rule, "clock", "target_percent")
    return ClockRules(limit * MINUTE_US, tuple(minute * MINUTE_US for minute in warn), target, tuple(pauses))


def _night(rule: Mapping[str, Any]) -> NightRules:
    edges = []
    for name in ("from", "until"):
        match = _CLOCK_TIME.fullmatch(str(rule.get(name, "")))
        if match is None:
            raise _bad(f"night.{name}", f"{rule.get(name)!r} is no time of day such as 18:00")
        edges.append((int(match[1]) * 60 + int(match[2])) * MINUTE_US)
    return NightRules(edges[0], edges[1], _positive(rule, "night", "unassigned_minutes_max") * MINUTE_US)


def _priority(rule: Mapping[str, Any]) -> PriorityRules:
    weight = rule.get("weight", {})
    if "other" not in weight:
        raise _bad("priority.weight", "has no `other`, for currencies that are not listed")
    for currency in weight:
        _positive(weight, "priority.weight", currency)
    floor = _positive(rule, "priority", "floor_permille", lowest=0)
    if floor > 1000:
        raise _bad("priority.floor_permille", f"{floor} is more than the whole")
    return PriorityRules(_positive(rule, "priority", "window_hours") * HOUR_US, floor, tuple(weight.items()))


def _fact(rule: Mapping[str, Any]) -> FactRules:
    sets = [
        frozenset(_member(DocumentKind, kind, f"fact.{name}") for kind in rule.get(name, ()))
        for name in ("first_hop", "later_hops")
    ]
    if not all(sets):
        raise _bad("fact", "first_hop and later_hops must each name a document")
    return FactRules(sets[0], sets[1])


def _duplicates(rule: Mapping[str, Any]) -> DuplicateRules:
    enough = tuple(
        frozenset(_member(Sign, sign, "duplicates.enough") for sign in together) for together in rule.get("enough", ())
    )
    if not all(enough):
        raise _bad("duplicates.enough", "an empty list would make every report a duplicate")
    window = _positive(rule, "duplicates", "payment_minutes") * MINUTE_US
    return DuplicateRules(window, enough, _positive(rule, "duplicates", "narrative_length_min"))


def _step(rule: Mapping[str, Any], at: int) -> StepRule:
    place = f"step[{at}]"
    if not rule.get("document"):
        raise _bad(place, "names no document")
    return StepRule(
        step=_member(CaseStep, rule.get("step"), f"{place}.step"),
        document=rule["document"],
        level=_level(rule, place),
        four_eyes=bool(rule.get("four_eyes", True)),
        article=str(rule.get("article", "")),
        certainty=_certainty(rule, place),
    )


def _period(rule: Mapping[str, Any], at: int) -> PeriodRule:
    place = f"period[{at}]"
    name, start = rule.get("name"), rule.get("from")
    if not name:
        raise _bad(place, "has no name")
    length, warn = _positive(rule, place, "hours"), _positive(rule, place, "warn_hours", lowest=0)
    if warn >= length:
        raise _bad(f"{place}.warn_hours", f"{warn} is not less than the {length} hours of the period")
    return PeriodRule(
        name=name,
        starts_with=None if start == "accepted" else _member(CaseStep, start, f"{place}.from"),
        length_us=length * HOUR_US,
        warn_us=warn * HOUR_US,
        text=str(rule.get("text", "")),
        article=str(rule.get("article", "")),
        certainty=_certainty(rule, place),
    )
