"""每日研判: the analysis of the day before, begun by a clock so that it lies there in the morning; or by hand at any time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from fanzha.access import Action, Scope
from fanzha.audit import Subject, done
from fanzha.core.actor import Actor
from fanzha.core.time import DAY_US, SHANGHAI_OFFSET_US
from fanzha.ports.work_queues import DueClock
from fanzha.services.desk.acting import Look, Work, acting
from fanzha.services.desk.count_figures import FiguresWanted, figures_of
from fanzha.services.desk.counting.entries import By
from fanzha.services.desk.draft_bulletin import begin_bulletin
from fanzha.services.desk.keeping_bulletins import BulletinContent, class_names
from fanzha.services.desk.model import Desk
from fanzha.services.desk.spot_tricks import tricks_of
from fanzha.statistics import NOT_STATED, Against, Base, Catalogue, DailyRules, Period, Wording, day_of, period_zh
from fanzha.statistics.drafting import Block, BlockKind, OwnBulletin, Variable
from fanzha.statistics.periods import period_en
from fanzha.statistics.wording import PERCENT

DAILY_CLOCK: Final = "bulletin.daily"
TYPED: Final = ("cases_reported", "loss_reported")
NO_REPORTS: Final = Block(BlockKind.NOTE, "当日没有接报警情。", "No report was taken in on the day.")
NOTHING: Final = Block(BlockKind.NOTE, "当日没有可以计算的数。", "The day has nothing to measure.")


def draft_daily_analysis(desk: Desk, actor: Actor, *, day: date | None = None, organisation: str = "") -> OwnBulletin:
    """The draft of a day's analysis (None: yesterday's) of a body (empty: the actor's own), compared with the day before.

    Raises NotAllowed where the actor may not write for the body.
    """
    body = organisation or actor.organisation
    with acting(desk, actor, "bulletin.draft", Subject("organisation", body)) as work:
        work.check(Action.BULLETIN_DRAFT, Scope(body))
        told = day_of(work.now_us) - timedelta(days=1) if day is None else day
        return begin_bulletin(work, body, daily_content(work, body, told))


def schedule_daily_analysis(desk: Desk, actor: Actor, *, off: bool = False, organisation: str = "") -> int | None:
    """Has a clock make the analysis every morning, or no longer; gives when it rings next, None where it is off.

    Raises NotAllowed where the actor may not issue bulletins of the body.
    """
    body = organisation or actor.organisation
    with acting(desk, actor, "bulletin.schedule", Subject("organisation", body)) as work:
        work.check(Action.BULLETIN_ISSUE, Scope(body))
        due_us = None if off else _next_morning(work.now_us, _rules(work.rules.indicators))
        if due_us is None:
            work.unit.clocks.cancel(_clock_id(body))
        else:
            _set(work, body, due_us)
        said = {"due_us": due_us or 0}
        subject = Subject("organisation", body)
        work.unit.audit.append(done(actor, work.now_us, "bulletin.schedule", subject, details=said))
        return due_us


def ring_daily_analysis(work: Work, clock: DueClock) -> None:
    """Makes the analysis of the day before the clock's own, however late it rings, and sets it for the next morning."""
    body = clock.subject_id
    work.check(Action.BULLETIN_DRAFT, Scope(body))
    begin_bulletin(work, body, daily_content(work, body, day_of(clock.due_us) - timedelta(days=1)))
    _set(work, body, _next_morning(work.now_us, _rules(work.rules.indicators)))


def daily_content(look: Look, body: str, day: date) -> BulletinContent:
    """What a day's analysis says: the day's figures, types, what was taken down and where, warning, how the desk did.

    What nobody records that day is told as not recorded, never as nothing.
    """
    catalogue, period = look.rules.indicators, Period(day.isoformat(), day.isoformat())
    rules = _rules(catalogue)
    asked = (*rules.measures, *rules.performance, *rules.taken_down, *rules.warning)
    told = _told(look, body, period, asked)
    main, performance, warning = (
        tuple(
            _variable(measure, period, catalogue) for measure in group if measure in told or measure in rules.measures
        )
        for group in (rules.measures, rules.performance, rules.warning)
    )
    taken_down = tuple(_variable(measure, period, catalogue) for measure in rules.taken_down if measure in told)
    typed = tuple(
        Variable(f"{measure}_{at}", measure, period, fraud_class=slug)
        for at, slug in enumerate(_classes(look, body, period, rules.classes_max), start=1)
        for measure in TYPED
    )
    kinds, places = (
        _divided(look, body, period, [one.measure for one in taken_down], by) for by in (By.TARGET, By.JURISDICTION)
    )
    no_strike = [one for one in rules.taken_down if one not in told]
    unwarned = [*(one for one in rules.warning if one not in told), *rules.not_recorded]
    blocks = (
        *_section(period, "一、当日情况", "The day", main),
        Block(BlockKind.HEADING, "二、案件类型", "Types"),
        *(_table("按案件类型", "By type", typed) or (NO_REPORTS,)),
        *_section(period, "三、打击窝点团伙", "Dens and gangs", taken_down, _absent(no_strike, catalogue)),
        *_table("按种类分布", "By kind", kinds),
        *_table("按地区分布", "By place", places),
        *_section(period, "四、预警劝阻", "Warning", warning, _absent(unwarned, catalogue)),
        *_section(period, "五、处置效率", "How the desk did", performance),
        Block(BlockKind.HEADING, "六、疑似新手法", "What may be a new trick"),
        _tricks(look, body, period),
        Block(
            BlockKind.CHART, "当日主要指标", "Main figures of the day",
            tuple(one.name for one in main if one.measure in TYPED),
        ),
    )  # fmt: skip
    return BulletinContent(
        f"{period_zh(period)}每日研判",
        blocks,
        (*main, *typed, *taken_down, *kinds, *places, *warning, *performance),
        title_en=f"Daily analysis, {period_en(period)}",
    )


def _section(
    period: Period, zh: str, en: str, variables: Sequence[Variable], absent: tuple[Block, ...] = ()
) -> tuple[Block, ...]:
    """A heading with the figures under it and what is not recorded; where the day has nothing to measure that is said."""
    said = (_paragraph(period, variables),) if variables else ()
    return (Block(BlockKind.HEADING, zh, en), *((*said, *absent) or (NOTHING,)))


def _table(zh: str, en: str, variables: tuple[Variable, ...]) -> tuple[Block, ...]:
    return (Block(BlockKind.TABLE, zh, en, tuple(one.name for one in variables)),) if variables else ()


def _absent(measures: Sequence[str], catalogue: Catalogue) -> tuple[Block, ...]:
    if not measures:
        return ()
    zh = "、".join(catalogue.measures[one].zh for one in measures)
    en = ", ".join(catalogue.measures[one].en for one in measures)
    return (Block(BlockKind.NOTE, f"未记录（不等于零）：{zh}。", f"Not recorded (which is not nothing): {en}."),)


def _divided(look: Look, body: str, period: Period, told: Sequence[str], by: By) -> tuple[Variable, ...]:
    """Dens and gangs by kind or by place, those with most first; what has no kind or place is told in the whole alone."""
    rules = _rules(look.rules.indicators)
    measures = tuple(one for one in rules.distributed if one in told)
    if not measures:
        return ()
    wanted = FiguresWanted(period, measures, by, organisation=body)
    parts = [one for one in figures_of(look, wanted) if one.group not in {"", NOT_STATED} and one.value]
    ranked = sorted(parts, key=lambda one: (-(one.value or 0), one.measure, one.group))[: rules.distributed_max]
    return tuple(
        Variable(
            f"{one.measure}_{by.value}_{at}", one.measure, period, (_against(one.measure, look.rules.indicators),),
            jurisdiction=one.group if by is By.JURISDICTION else "", target=one.group if by is By.TARGET else "",
        )
        for at, one in enumerate(ranked, start=1)
    )  # fmt: skip


def _paragraph(period: Period, variables: Sequence[Variable]) -> Block:
    names = [f"{{{one.name}}}" for one in variables]
    return Block(
        BlockKind.TEXT, f"{period_zh(period)}，{'；'.join(names)}。", f"{period_en(period)}: {'; '.join(names)}."
    )


def _tricks(look: Look, body: str, period: Period) -> Block:
    """The groups of reports of the days up to this one that fit no type well, by the ids of their reports."""
    found = tricks_of(look, body, period)
    if found.groups is None:
        zh, en = "此前已分类的警情不足，不能判断有无新手法。", "Too few classified reports before to tell a new trick."
    elif not found.groups:
        zh, en = "未见与各类型都不相符而又彼此相似的警情。", "No reports that fit no type and resemble each other."
    else:
        groups = [", ".join(group.ids) for group in found.groups]
        zh = f"与各类型都不相符而又彼此相似的警情，请研判：{'；'.join(one.replace(', ', '、') for one in groups)}。"
        en = f"Reports that fit no type well and resemble each other, to be looked at: {'; '.join(groups)}."
    return Block(BlockKind.NOTE, zh, en)


def _variable(measure: str, period: Period, catalogue: Catalogue) -> Variable:
    return Variable(measure, measure, period, (_against(measure, catalogue),))


def _against(measure: str, catalogue: Catalogue) -> Against:
    """The day before, by how much more or less."""
    share = catalogue.unit_of(measure) == PERCENT
    return Against(Base.PERIOD_BEFORE, Wording.POINTS if share else Wording.DIFFERENCE)


def _classes(look: Look, body: str, period: Period, most: int) -> tuple[str, ...]:
    """The classes of the day's reports, those with most reports first; after them what has none yet."""
    wanted = FiguresWanted(period, (TYPED[0],), By.TYPE, organisation=body)
    parts = {one.group: one for one in figures_of(look, wanted) if one.ids}
    found = [one for group, one in parts.items() if group in class_names(look)]
    ranked = sorted(found, key=lambda one: (-len(one.ids), one.group))[:most]
    return (*(one.group for one in ranked), *((NOT_STATED,) if NOT_STATED in parts else ()))


def _told(look: Look, body: str, period: Period, measures: tuple[str, ...]) -> frozenset[str]:
    """Of which the day has anything to measure: a share of nothing is left out, it is not unknown."""
    figures = figures_of(look, FiguresWanted(period, measures, organisation=body))
    return frozenset(one.measure for one in figures if one.value is not None)


def _rules(catalogue: Catalogue) -> DailyRules:
    assert catalogue.daily is not None, "the table of indicators says what a day's analysis tells"
    return catalogue.daily


def _next_morning(now_us: int, rules: DailyRules) -> int:
    midnight = (now_us + SHANGHAI_OFFSET_US) // DAY_US * DAY_US - SHANGHAI_OFFSET_US
    today = midnight + rules.at_us
    return today if now_us < today else today + DAY_US


def _clock_id(body: str) -> str:
    return f"{body}:{DAILY_CLOCK}"


def _set(work: Work, body: str, due_us: int) -> None:
    work.unit.clocks.set(
        DueClock(id=_clock_id(body), kind=DAILY_CLOCK, subject_kind="organisation", subject_id=body, due_us=due_us)
    )
