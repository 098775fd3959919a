"""What a rule is made of: how sure its text is, and spans of time as laws count them."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum, unique
from functools import lru_cache
from typing import Final

from fanzha.core.time import DAY_US, MINUTE_US, SHANGHAI

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SATURDAY: Final = 5


@unique
class Certainty(StrEnum):
    """In what the text of a rule was read."""

    PRIMARY = "primary"  # the law itself: its limits refuse
    SECONDARY = "secondary"  # a page that quotes it: its limits warn and take a reason
    UNSURE = "unsure"  # general knowledge or the centre's own choice: the same


@unique
class Unit(StrEnum):
    """What a span of time is counted in."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WHOLE_DAYS = "whole_days"
    WORKDAYS = "workdays"
    MONTHS = "months"
    YEARS = "years"


EXACT_US: Final = {Unit.MINUTES: MINUTE_US, Unit.HOURS: 60 * MINUTE_US, Unit.DAYS: DAY_US}
WORDS: Final = {
    Unit.MINUTES: "分钟", Unit.HOURS: "小时", Unit.DAYS: "日", Unit.WHOLE_DAYS: "日",
    Unit.WORKDAYS: "个工作日", Unit.MONTHS: "个月", Unit.YEARS: "年",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked: Monday to Friday, less the days off, with the days worked in lieu."""

    days_off: frozenset[date] = frozenset()
    days_worked: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        """Whether an office is open on that day."""
        return day in self.days_worked or (day.weekday() < SATURDAY and day not in self.days_off)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as a law says it: 48 hours, 6 months, 3 working days."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count}{WORDS[self.unit]}"

    def end_of(self, start_us: int, work: WorkCalendar | None = None) -> int:
        """The instant at which a span that begins at `start_us` is over.

        Months and years end at the same clock time (Shanghai) of the same day, or of the month's last day where it has
        no such day. Working days end with the last of them, the day of the beginning not counted; so do whole days, or, where
        nobody works on their last, with the next day of work (刑事诉讼法 第一百零五条).
        """
        exact = EXACT_US.get(self.unit)
        if exact is not None:
            return start_us + self.count * exact
        return _end_by_calendar(self, start_us, work)

    def start_before(self, end_us: int) -> int:
        """The instant from which only this span is left; for warnings, so months count as 30 days, years as 365."""
        days = {Unit.WHOLE_DAYS: 1, Unit.WORKDAYS: 1, Unit.MONTHS: 30, Unit.YEARS: 365}
        return end_us - self.count * EXACT_US.get(self.unit, days.get(self.unit, 0) * DAY_US)

    def is_longer_than(self, other: Span, start_us: int) -> bool:
        """Whether it ends later than the other where both begin at `start_us`."""
        return self.end_of(start_us) > other.end_of(start_us)


@lru_cache(maxsize=256)  # thousands of payments are ordered in one instant
def _end_by_calendar(span: Span, start_us: int, work: WorkCalendar | None) -> int:
    moment = (EPOCH + timedelta(microseconds=start_us)).astimezone(SHANGHAI)
    if span.unit is Unit.WHOLE_DAYS:
        return _microseconds(_after_whole_days(moment, span.count, work or WorkCalendar()))
    if span.unit is Unit.WORKDAYS:
        return _microseconds(_after_workdays(moment, span.count, work or WorkCalendar()))
    return _microseconds(_after_months(moment, span.count * (12 if span.unit is Unit.YEARS else 1)))


def _after_months(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _after_workdays(moment: datetime, count: int, work: WorkCalendar) -> datetime:
    day, left = moment.date(), count
    while left > 0:
        day += timedelta(days=1)
        left -= work.works_on(day)
    return _end_of_day(day)


def _after_whole_days(moment: datetime, count: int, work: WorkCalendar) -> datetime:
    last = moment.date() + timedelta(days=count)
    while not work.works_on(last):
        last += timedelta(days=1)
    return _end_of_day(last)


def _end_of_day(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(days=1)


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=1024)  # every rule is looked up by a day, and thousands of records have one instant
def day_of(at_us: int) -> date:
    """The day in Shanghai of an instant: by it the version of a rule is chosen."""
    return (EPOCH + timedelta(microseconds=at_us)).astimezone(SHANGHAI).date()
