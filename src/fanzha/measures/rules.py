"""The law of each kind of measure as data: basis, scope, who decides, periods, limits, what turns into what, remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique
from functools import lru_cache
from string import Formatter
from typing import Final, Protocol, TypeVar

from fanzha.core.actor import Actor, Level, Role
from fanzha.core.errors import BadInput
from fanzha.measures.model import FactSource, LegalBasis, MeasureKind, Request, TargetKind, TellingWay
from fanzha.measures.tables import Entry, Text
from fanzha.measures.terms import Span, WorkCalendar, day_of

NOTICE_PLACES: Final = frozenset(
    {"holder", "tail", "reference", "organisation", "basis", "modes", "amount", "start", "end", "remedy", "contact"}
    | {"period", "finding", "heard_within"}
)


@unique
class Need(StrEnum):
    """What a request must bring."""

    CASE = "case"
    FILED_CASE = "filed_case"  # 立案
    DOCUMENT = "document"  # 文号
    FACT = "fact"  # the four fields, read by an officer or by a bank
    TRACED = "traced"  # how much of it is traced money
    AMOUNT = "amount"
    PAYEE = "payee"  # to whom the payment goes that is held
    FINDING = "finding"  # the document by which an organ found what the person did
    PLAN = "plan"  # it comes out of an approved return plan


@unique
class Counts(StrEnum):
    """Which measures a limit counts."""

    EVER = "ever"  # all that were asked for and not refused
    STANDING = "standing"  # those that bind now, or may


@unique
class NoticeAt(StrEnum):
    """When the holder is told."""

    NEVER = "never"
    BEFORE = "before"
    EXECUTION = "execution"


@dataclass(frozen=True, slots=True)
class ModeRule:
    """A way to hold: its name, the law's words for it, and what it asks for."""

    name: str
    words: str
    needs_reason: bool
    needs_amount: bool
    filed_first: bool  # it binds money as a freeze does: a police body orders it only after 立案


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may: any of these roles, in a body of at least this level; PARTNER means a partner, nobody else."""

    roles: frozenset[Role]
    level: Level

    def covers(self, actor: Actor, level: Level = Level.PARTNER) -> bool:
        """Whether the actor is meant, where the term itself asks for at least `level`."""
        if not self.roles & actor.roles:
            return False
        if self.level is Level.PARTNER or actor.level is Level.PARTNER:
            return self.level is Level.PARTNER and actor.level is Level.PARTNER and level is Level.PARTNER
        return actor.level >= max(self.level, level)


@dataclass(frozen=True, slots=True)
class TermRule:
    """A named period, the longest that it and each renewal may be, and the level that decides."""

    name: str
    modes: frozenset[str]  # empty: for every mode
    period: Span | None
    renewal: Span | None
    renewals_most: int | None
    together_at_most: Span | None
    level: Level
    needs_reason: bool
    text: Text
    by_finding: bool = False  # its document names what it binds: no fact of the case is needed


@dataclass(frozen=True, slots=True)
class EmergencyRule:
    """Who may act first, and how soon another must countersign."""

    roles: frozenset[Role]
    countersign_within: Span
    text: Text


@dataclass(frozen=True, slots=True)
class LimitRule:
    """How many measures of these kinds one target may have, this one included."""

    name: str
    kinds: frozenset[MeasureKind]
    counts: Counts
    most: int
    sentence: str  # with {count}: the number that this measure would be
    text: Text
    same_amount: bool = False  # only those of the same amount: of the same payment
    same_finding: bool = False  # only those upon the same finding, at the same institution, in one of its modes


@dataclass(frozen=True, slots=True)
class ConversionRule:
    """What a measure may turn into, and what that needs."""

    into: MeasureKind
    needs: frozenset[Need]
    text: Text


@dataclass(frozen=True, slots=True)
class TimeRule:
    """By when something is done; None: no clock runs, though the text says something of it."""

    within: Span | None
    text: Text


@dataclass(frozen=True, slots=True)
class HearingRule:
    """How long a person may speak for himself after he was told, before anything is decided; and how he is to be told."""

    within: Span
    ways: frozenset[TellingWay]
    text: Text


@dataclass(frozen=True, slots=True)
class KindRules:
    """One kind of measure as one text in force sees it."""

    kind: MeasureKind
    label: str
    effective_from: date
    targets: frozenset[TargetKind]
    bases: tuple[LegalBasis, ...]
    modes: tuple[ModeRule, ...]
    several_modes: bool
    needs: frozenset[Need]
    police_needs: frozenset[Need]  # besides, of whoever is no institution that acts by itself
    proposers: tuple[Grant, ...]
    approvers: tuple[Grant, ...]
    lifters: tuple[Grant, ...]  # who may let go besides the approvers: the customer's own bank, once he has been called
    four_eyes: bool
    terms: tuple[TermRule, ...]
    emergency: EmergencyRule | None
    limits: tuple[LimitRule, ...]
    conversions: tuple[ConversionRule, ...]
    extends: bool
    fact_sources_first: frozenset[FactSource]
    fact_sources_onward: frozenset[FactSource]
    warn_before: Span
    receipt_within: Span
    public_notice: Span | None
    unrelated_within: Span | None
    appeal_within: Span
    notice_at: NoticeAt
    notice: str
    remedy: str
    institutions_bases: frozenset[str] = frozenset()  # ids of those that only an institution's own act rests on
    send: TimeRule | None = None  # an order that was decided leaves
    told: TimeRule | None = None  # the holder is told: from the execution, or from the proposal where he is told before
    told_decided: TimeRule | None = None  # where he is told before: he is given the decision, from the execution
    told_of_lift: TimeRule | None = None  # the holder is told that it was lifted
    notice_decided: str = ""  # where somebody is told before: what he is told once it binds; empty: the same
    hearing: HearingRule | None = None  # None: nobody is heard before it is decided
    freeze_left: TimeRule | None = None  # a return: what should be left of the freeze that it is paid out of

    def mode(self, name: str) -> ModeRule | None:
        """The mode of that name."""
        return next((mode for mode in self.modes if mode.name == name), None)

    def term(self, name: str) -> TermRule | None:
        """The term of that name."""
        return next((term for term in self.terms if term.name == name), None)

    def basis(self, name: str) -> LegalBasis | None:
        """The basis of that id."""
        return next((basis for basis in self.bases if basis.id == name), None)

    def conversion(self, into: MeasureKind) -> ConversionRule | None:
        """The conversion into that kind."""
        return next((rule for rule in self.conversions if rule.into is into), None)


@dataclass(frozen=True, slots=True)
class GuardRules:
    """When to ask instead of hold, what to leave free, and which warnings ask for a reason."""

    effective_from: date
    query_below_minor: int
    query_below_share: int  # parts of 10,000 of the balance
    living_minor: int
    far_hops: int
    proof_looked_at_within: Span
    needs_reason: frozenset[str]
    text: Text


@dataclass(frozen=True, slots=True)
class FieldRules:
    """How closely the four fields must agree."""

    effective_from: date
    time_tolerance: Span
    text: Text


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """What an answer must be: an institution's at a possible time, a written one of more than a word."""

    effective_from: date
    clocks_apart: Span  # two institutions' clocks may differ so far
    written_length_min: int  # characters
    text: Text


@dataclass(frozen=True, slots=True)
class CalendarRules:
    """The days worked."""

    effective_from: date
    work: WorkCalendar


@lru_cache(maxsize=8)  # asked for by every clock of every order
def _all_years(years: tuple[WorkCalendar, ...]) -> WorkCalendar:
    return WorkCalendar(
        frozenset().union(*(year.days_off for year in years)), frozenset().union(*(year.days_worked for year in years))
    )


class _Dated(Protocol):
    @property
    def effective_from(self) -> date:
        """The first day on which it is in force."""


Version = TypeVar("Version", bound=_Dated)


@dataclass(frozen=True, slots=True)
class MeasureRules:
    """All kinds with all their versions; ask with an instant."""

    kinds: Mapping[MeasureKind, tuple[KindRules, ...]]
    guards: tuple[GuardRules, ...]
    fields: tuple[FieldRules, ...]
    calendars: tuple[CalendarRules, ...]
    answer_versions: tuple[AnswerRules, ...]

    def of(self, kind: MeasureKind, at_us: int) -> KindRules:
        """The rules of a kind in force at an instant; BadInput when there are none yet."""
        return in_force(self.kinds[kind], at_us, kind.value)

    def end_of(self, request: Request, start_us: int) -> int | None:
        """When what is asked for is over if it begins then; None where it has no period.

        Never later than the term itself where its text binds: 184 days are six months from July, and more from August.
        """
        if request.period is None:
            return None
        asked_us = request.period.end_of(start_us, self.work)
        term = self.of(request.kind, start_us).term(request.term)
        if term is None or term.period is None or not term.text.binds:
            return asked_us
        return min(asked_us, term.period.end_of(start_us, self.work))

    def guard(self, at_us: int) -> GuardRules:
        """The guard in force."""
        return in_force(self.guards, at_us, "guard")

    def four_fields(self, at_us: int) -> FieldRules:
        """How closely the four fields must agree, in force."""
        return in_force(self.fields, at_us, "four_fields")

    def answers(self, at_us: int) -> AnswerRules:
        """What an answer must be, in force."""
        return in_force(self.answer_versions, at_us, "answers")

    def latest_said_us(self, now_us: int) -> int:
        """Up to when anybody may say that something happened: now, and as much later as two clocks may differ."""
        return self.answers(now_us).clocks_apart.end_of(now_us)

    @property
    def work(self) -> WorkCalendar:
        """The days worked, of all years entered."""
        return _all_years(tuple(rule.work for rule in self.calendars))

    @classmethod
    def from_table(cls, table: Mapping[str, object]) -> MeasureRules:
        """Reads rules/measures.toml; BadInput names the table, the entry and the key that is wrong."""
        top = Entry(table, "measures.toml")
        unknown = set(table) - {kind.value for kind in MeasureKind} - {"effective_from", *_OTHER_TABLES}
        if unknown:
            raise top.wrong(min(unknown), "is no kind of measure")
        kinds = {kind: versions(top, kind.value, _kind_reader(kind)) for kind in MeasureKind}
        return cls(
            kinds,
            versions(top, "guard", _guard),
            versions(top, "four_fields", _four_fields),
            versions(top, "calendar", _calendar),
            versions(top, "answers", _answers),
        )


_OTHER_TABLES = ("guard", "four_fields", "calendar", "answers")


def versions(top: Entry, key: str, read: Callable[[Entry], Version]) -> tuple[Version, ...]:
    """All versions under a key, oldest first."""
    return tuple(sorted((read(entry) for entry in top.entries(key)), key=lambda rule: rule.effective_from))


def in_force(rules: Sequence[Version], at_us: int, name: str) -> Version:
    """The last version that had begun on that day."""
    day = day_of(at_us)
    begun = [rule for rule in rules if rule.effective_from <= day]
    if not begun:
        raise BadInput(f"rules: {name} has no version in force on {day.isoformat()}")
    return begun[-1]


def _kind_reader(kind: MeasureKind) -> Callable[[Entry], KindRules]:
    def read(entry: Entry) -> KindRules:
        lift, appeal, emergency = entry.entry("lift"), entry.entry("appeal"), entry.entry("emergency")
        if appeal is None:
            raise entry.wrong("appeal", "is missing: every measure has an appeal")
        rules = KindRules(
            kind=kind,
            label=entry.text("label"),
            effective_from=entry.day("effective_from"),
            targets=frozenset(entry.words("targets", TargetKind)),
            bases=tuple(_basis(each) for each in entry.entries("basis")),
            modes=tuple(_mode(each) for each in entry.entries("mode")),
            several_modes=entry.flag("several_modes"),
            needs=frozenset(entry.words("needs", Need)),
            police_needs=frozenset(entry.words("police_needs", Need)),
            proposers=tuple(_grant(each) for each in entry.entries("proposer")),
            approvers=tuple(_grant(each) for each in entry.entries("approver")),
            lifters=tuple(_grant(each) for each in entry.entries("lifter", needed=False)),
            four_eyes=entry.flag("four_eyes"),
            terms=tuple(_term(each) for each in entry.entries("term")),
            emergency=None if emergency is None else _emergency(emergency),
            limits=tuple(_limit(each) for each in entry.entries("limit", needed=False)),
            conversions=tuple(_conversion(each) for each in entry.entries("conversion", needed=False)),
            extends=entry.flag("extends"),
            fact_sources_first=frozenset(entry.words("fact_sources_first", FactSource)),
            fact_sources_onward=frozenset(entry.words("fact_sources_onward", FactSource)),
            warn_before=entry.span("warn_before"),
            receipt_within=entry.span("receipt_within"),
            public_notice=entry.span_or_none("public_notice"),
            unrelated_within=None if lift is None else _sourced_span(lift, "unrelated_within"),
            appeal_within=_sourced_span(appeal, "answer_within"),
            notice_at=entry.word("notice_at", NoticeAt),
            notice=entry.text("notice"),
            remedy=entry.text("remedy"),
            institutions_bases=frozenset(
                each.text("id") for each in entry.entries("basis") if each.flag("institutions_only", default=False)
            ),
            send=_time(entry.entry("send")),
            told=_time(entry.entry("told")),
            told_decided=_time(entry.entry("told_decided")),
            told_of_lift=_time(entry.entry("told_of_lift")),
            notice_decided=entry.text("notice_decided", ""),
            hearing=_hearing(entry.entry("hearing")),
            freeze_left=_time(entry.entry("freeze_left")),
        )
        _check_kind(entry, rules)
        return rules

    return read


def _check_kind(entry: Entry, rules: KindRules) -> None:
    if not rules.targets:
        raise entry.wrong("targets", "needs at least one entry")
    if rules.notice_at is not NoticeAt.NEVER and not rules.notice:
        raise entry.wrong("notice", "is empty: the holder is told why, until when and how to object")
    if Need.FACT in rules.needs | rules.police_needs and not (rules.fact_sources_first and rules.fact_sources_onward):
        raise entry.wrong("fact_sources_first", "and fact_sources_onward must say where the four fields may be read")
    if rules.hearing is not None and rules.notice_at is not NoticeAt.BEFORE:
        raise entry.wrong(
            "hearing", 'goes with notice_at = "before" only: who is told afterwards cannot be heard before'
        )
    if rules.told_decided is not None and not (rules.hearing is not None and rules.notice_decided):
        raise entry.wrong("told_decided", "goes with a hearing and with notice_decided, the text that he is given")
    texts = (rules.notice, rules.notice_decided, rules.remedy)
    places = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None}
    if not places <= NOTICE_PLACES:
        raise entry.wrong("notice", f"may name {', '.join(sorted(NOTICE_PLACES))} in braces, nothing else")
    known = {mode.name for mode in rules.modes}
    for term in rules.terms:
        if not term.modes <= known:
            raise entry.wrong("term", f"{term.name!r} names a mode that the kind does not have")


def _basis(entry: Entry) -> LegalBasis:
    return LegalBasis(
        entry.text("id"),
        entry.text("law"),
        entry.text("article"),
        entry.day("effective_from"),
        entry.source().certainty,
    )


def _mode(entry: Entry) -> ModeRule:
    return ModeRule(
        entry.text("name"),
        entry.text("words"),
        entry.flag("needs_reason", default=False),
        entry.flag("needs_amount", default=False),
        entry.flag("filed_first", default=False),
    )


def _level(entry: Entry) -> Level:
    name = entry.text("level")
    found = {level.name.lower(): level for level in Level}.get(name)
    if found is None:
        raise entry.wrong("level", f"{name!r} is not one of {', '.join(level.name.lower() for level in Level)}")
    return found


def _roles(entry: Entry) -> frozenset[Role]:
    roles = frozenset(entry.words("roles", Role))
    if not roles:
        raise entry.wrong("roles", "needs at least one entry")
    return roles


def _grant(entry: Entry) -> Grant:
    return Grant(_roles(entry), _level(entry))


def _term(entry: Entry) -> TermRule:
    return TermRule(
        name=entry.text("name"),
        modes=frozenset(entry.texts("modes")),
        period=entry.span_or_none("period"),
        renewal=entry.span_or_none("renewal"),
        renewals_most=entry.number("renewals_most") if "renewals_most" in entry.values else None,
        together_at_most=entry.span_or_none("together_at_most"),
        level=_level(entry),
        needs_reason=entry.flag("needs_reason", default=False),
        text=entry.source(),
        by_finding=entry.flag("by_finding", default=False),
    )


def _emergency(entry: Entry) -> EmergencyRule:
    return EmergencyRule(_roles(entry), entry.span("countersign_within"), entry.source())


def _limit(entry: Entry) -> LimitRule:
    return LimitRule(
        entry.text("name"),
        frozenset(entry.words("kinds", MeasureKind)),
        entry.word("counts", Counts),
        entry.number("most"),
        entry.text("sentence"),
        entry.source(),
        entry.flag("same_amount", default=False),
        entry.flag("same_finding", default=False),
    )


def _conversion(entry: Entry) -> ConversionRule:
    return ConversionRule(entry.word("into", MeasureKind), frozenset(entry.words("needs", Need)), entry.source())


def _sourced_span(entry: Entry, key: str) -> Span:
    entry.source()  # must be stated, though nothing refuses by it
    return entry.span(key)


def _time(entry: Entry | None) -> TimeRule | None:
    return None if entry is None else TimeRule(entry.span_or_none("within"), entry.source())


def _hearing(entry: Entry | None) -> HearingRule | None:
    if entry is None:
        return None
    ways = frozenset(entry.words("ways", TellingWay))
    if not ways:
        raise entry.wrong("ways", "needs at least one entry")
    return HearingRule(entry.span("within"), ways, entry.source())


def _guard(entry: Entry) -> GuardRules:
    return GuardRules(
        entry.day("effective_from"),
        entry.number("query_below_minor"),
        entry.number("query_below_share"),
        entry.number("living_minor"),
        entry.number("far_hops"),
        entry.span("proof_looked_at_within"),
        frozenset(entry.texts("needs_reason")),
        entry.source(),
    )


def _four_fields(entry: Entry) -> FieldRules:
    return FieldRules(entry.day("effective_from"), entry.span("time_tolerance"), entry.source())


def _answers(entry: Entry) -> AnswerRules:
    return AnswerRules(
        entry.day("effective_from"), entry.span("clocks_apart"), entry.number("written_length_min"), entry.source()
    )


def _calendar(entry: Entry) -> CalendarRules:
    entry.source()
    return CalendarRules(entry.day("effective_from"), WorkCalendar(entry.days("days_off"), entry.days("days_worked")))
