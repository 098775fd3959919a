"""去哪里、说什么: reports by area, type and age group, what of it is a surge, and what was done and came of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, Report, ReporterKind
from fanzha.casework.publicity import COUNTS_AS, REACHED, Message, PublicityEntry, PublicityKind
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.time import DAY_US, SHANGHAI_OFFSET_US
from fanzha.ports.record_query import Query, Range
from fanzha.ports.work_tables import PUBLICITY, REPORTS
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.list_pages import Walk
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight
from fanzha.statistics import NOT_STATED, Period, instants_of
from fanzha.statistics.surveillance import Change, Effect, Surge, Untold, effect_of, rate_interval, surge_of

WEEK_US: Final = 7 * DAY_US
AREA_DIGITS: Final = 6  # a county; places below it are counted there
CELLS_MAX: Final = 20  # that advice names
_BANDS: Final = ((18, "0-17"), (30, "18-29"), (45, "30-44"), (60, "45-59"), (200, "60+"))
_ID: Final = re.compile(r"\d{6}(\d{4})(\d{2})(\d{2})\d{3}.")


@dataclass(frozen=True, slots=True)
class Told:
    """A report as far as publicity needs it: nobody is in it."""

    id: str
    at_us: int
    area: str
    class_slug: str
    group: str  # of age; not stated where the victim's papers do not tell


@dataclass(frozen=True, slots=True)
class Advice:
    """A place and a type: the week's reports against the weeks before, the rate, who is hit most, and what to say there."""

    area: str
    class_slug: str
    surge: Surge
    ids: tuple[str, ...]  # the reports of the week
    rate: tuple[float, float, float] | None  # per 100,000 in the week, with its interval; None: no people are known
    groups: tuple[tuple[str, int | None], ...]  # by age over all weeks; None: fewer than may be told
    group_ids: Mapping[str, tuple[str, ...]]  # the reports of the groups that may be told
    message: Message


@dataclass(frozen=True, slots=True)
class PublicityAdvice:
    """Where to go first and what to say, as of an instant."""

    from_us: int
    until_us: int
    advice: tuple[Advice, ...]  # surges first, then by the rate's lower limit, else by count
    tested: int  # cells that were tested
    false_expected: float  # alarms to be expected among them where nothing is
    suppressed_below: int


@dataclass(frozen=True, slots=True)
class PublicityTally:
    """What was done in a period: each measure with its entries; reached is told with those that did not count it."""

    measure: str
    value: int
    ids: tuple[str, ...]
    uncounted: tuple[str, ...] = ()


def advise_publicity(desk: Desk, actor: Actor, *, as_of_us: int | None = None) -> PublicityAdvice:
    """Of the last whole week before an instant, now where none is given, over the reports that the actor may see."""
    with looking(desk, actor, "publicity.advise", Subject("organisation", actor.organisation)) as look:
        rules = look.rules.publicity
        as_of = look.now_us if as_of_us is None else as_of_us
        today = (as_of + SHANGHAI_OFFSET_US) // DAY_US * DAY_US - SHANGHAI_OFFSET_US
        from_us, weeks = today - WEEK_US, rules.surge.baseline_weeks + rules.surge.guard_weeks
        told = tuple(_told(look, from_us - weeks * WEEK_US, today))
        cells: dict[tuple[str, str], list[Told]] = {}
        for one in told:
            cells.setdefault((one.area, one.class_slug), []).append(one)
        advice = [_advice(look, area, slug, found, from_us) for (area, slug), found in sorted(cells.items())]
        ranked = sorted(advice, key=_rank)
        return PublicityAdvice(
            from_us, today, tuple(one for one in ranked if one.ids)[:CELLS_MAX], len(cells),
            len(cells) * rules.surge.alpha, rules.suppress_below,
        )  # fmt: skip


def _rank(one: Advice) -> tuple[bool, float, float, str, str]:
    rate = 0.0 if one.rate is None else one.rate[1]
    return (not one.surge.is_surge, -rate, -float(one.surge.count), one.area, one.class_slug)


def _advice(look: Look, area: str, slug: str, found: Sequence[Told], from_us: int) -> Advice:
    rules = look.rules.publicity
    guard_us = from_us - rules.surge.guard_weeks * WEEK_US
    week = [one for one in found if one.at_us >= from_us]
    baseline = [0] * rules.surge.baseline_weeks
    for one in found:
        back = (guard_us - 1 - one.at_us) // WEEK_US
        if one.at_us < guard_us and back < len(baseline):
            baseline[back] += 1
    surge = surge_of(len(week), baseline, alpha=rules.surge.alpha, least=rules.surge.least)
    people = rules.population.get(area)
    rate = None if people is None else rate_interval(len(week), people.people)
    groups: dict[str, tuple[str, ...]] = {}
    for one in found:
        groups[one.group] = (*groups.get(one.group, ()), one.id)
    told = {band: ids for band, ids in groups.items() if len(ids) >= rules.suppress_below}
    shown = tuple((band, len(told[band]) if band in told else None) for band in sorted(groups))
    return Advice(area, slug, surge, tuple(one.id for one in week), rate, shown, told, rules.message(slug))


def _told(look: Look, from_us: int, until_us: int) -> Iterator[Told]:
    base = Query(ranges={"received_at_us": Range(from_us, until_us)}, order_by="received_at_us")
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    walk = Walk(look.unit, REPORTS, base, sight.parts(REPORTS, base))
    reports = [report for _, report in walk.from_position(None) if not report.merged_into]
    cases = look.unit.records(Case).get_many(sorted({report.case for report in reports if report.case}))
    classes = {case.id: "" if case.classification is None else case.classification.class_slug for case in cases}
    for report in reports:
        yield Told(
            report.id, report.received_at_us, report.jurisdiction[:AREA_DIGITS] or NOT_STATED,
            classes.get(report.case, "") or NOT_STATED, age_group(report),
        )  # fmt: skip


def age_group(report: Report) -> str:
    """Of the victim who reported, by the day of birth in his papers; not stated where they do not tell it."""
    found = _ID.fullmatch(report.reporter.id_number) if report.reporter.kind is ReporterKind.VICTIM else None
    if found is None:
        return NOT_STATED
    at = datetime.fromtimestamp((report.received_at_us + SHANGHAI_OFFSET_US) / 1_000_000, UTC)
    year, month, day = (int(part) for part in found.groups())
    age = at.year - year - ((at.month, at.day) < (month, day))
    return next((band for limit, band in _BANDS if 0 <= age < limit), NOT_STATED)


def publicity_tally(
    desk: Desk, actor: Actor, period: Period, *, as_of_us: int | None = None
) -> tuple[PublicityTally, ...]:
    """What was done in the period by measure, as it stood at an instant, now where none is given.

    What was taken back is not in it; a community is counted from its recognition. People reached are as they were counted.
    """
    with looking(desk, actor, "publicity.tally", Subject("organisation", actor.organisation)) as look:
        (from_us, until_us), as_of = instants_of(period), look.now_us if as_of_us is None else as_of_us
        counted = [(one, one.counted_us(as_of)) for one in _entries(look, None, until_us)]
        entries = [one for one, at_us in counted if at_us is not None and from_us <= at_us < until_us]
        lines = []
        for kind in PublicityKind:
            of_kind = [one for one in entries if one.draft.kind is kind]
            lines.append(
                PublicityTally(
                    COUNTS_AS[kind], sum(one.draft.quantity for one in of_kind), tuple(one.id for one in of_kind)
                )
            )
        reaching = [one for one in entries if one.draft.reached is not None]
        reached = sum(one.draft.reached or 0 for one in reaching)
        untold = tuple(one.id for one in entries if one.draft.reached is None)
        lines.append(PublicityTally(REACHED, reached, tuple(one.id for one in reaching), untold))
        return tuple(lines)


def _entries(look: Look, from_us: int | None, until_us: int) -> Iterable[PublicityEntry]:
    base = Query(ranges={"at_us": Range(from_us, until_us)}, order_by="at_us")
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    return [one for _, one in Walk(look.unit, PUBLICITY, base, sight.parts(PUBLICITY, base)).from_position(None)]


@dataclass(frozen=True, slots=True)
class PublicityEffect:
    """What came of an entry: its area before and after beside the areas that it is compared with."""

    entry: PublicityEntry
    days: int
    effect: Effect
    treated: Change
    others: Mapping[str, Change]


def publicity_effect(desk: Desk, actor: Actor, entry_id: str) -> PublicityEffect:
    """Compares reports of the entry's type in its area with those of areas where nothing of the kind was done meanwhile.

    Raises NotFound where it may not be seen, BadInput for one that was taken back.
    """
    with looking(desk, actor, "publicity.effect", Subject("publicity", entry_id)) as look:
        entry, rules = look.load(PublicityEntry, entry_id, Action.SEE), look.rules.publicity.effect
        if not entry.counts:
            raise BadInput(f"{entry_id} was taken back; it has no effect")
        area = entry.draft.jurisdiction[:AREA_DIGITS]
        if len(area) < AREA_DIGITS:
            raise NotAllowed("publicity.area", f"{entry_id} was for all of {area}: an effect needs a county to compare")
        at_us, span_us = entry.draft.at_us, rules.days * DAY_US
        slug = entry.draft.class_slug
        found: dict[str, Counter[str]] = {}
        for one in _told(look, at_us - span_us, min(at_us + span_us, look.now_us)):
            if slug in {"", one.class_slug} and one.area != NOT_STATED:
                part = "after" if one.at_us >= at_us else "late" if one.at_us >= at_us - span_us // 2 else "early"
                found.setdefault(one.area, Counter())[part] += 1
        busy = {one.draft.jurisdiction[:AREA_DIGITS] for one in _entries(look, at_us - span_us, at_us + span_us)
                if one.counts and one.draft.class_slug in {"", slug}}  # fmt: skip
        changes = {
            place: Change(count["early"] + count["late"], count["after"], count["early"])
            for place, count in found.items()
        }
        others = {place: change for place, change in sorted(changes.items()) if place != area and place not in busy}
        treated = changes.get(area, Change(0, 0, 0))
        if at_us + span_us > look.now_us:
            effect = Effect(None, None, None, 1.0, Untold.NOT_OVER)
        else:
            effect = effect_of(treated, tuple(others.values()), least=rules.least, areas_least=rules.areas_least)
        return PublicityEffect(entry, rules.days, effect, treated, others)
