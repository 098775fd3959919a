"""Days, weeks, months, quarters, halves and years: what a period is called, what came before it, when it is over."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum, unique
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.core.time import DAY_US, SHANGHAI_OFFSET_US
from fanzha.statistics.model import Period

_EPOCH: Final = date(1970, 1, 1)
_WRITTEN: Final = re.compile(
    r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|W(?P<week>\d{2})|(?P<month>\d{2})(?:-(?P<day>\d{2}))?))?"
)
FORMS: Final = (
    "2026, 2026-H1, 2026-Q2, 2026-05, 2026-W21, 2026-05-31, 2026-01-01..2026-05-26, today, yesterday, "
    "last-week, last-month, this-week, this-month, this-quarter, this-half, this-year"
)
_SPOKEN: Final = {
    "今日": "today", "今天": "today", "昨日": "yesterday", "昨天": "yesterday", "本周": "this-week", "上周": "last-week",
    "本月": "this-month", "上月": "last-month", "本季度": "this-quarter", "本半年": "this-half", "本年": "this-year",
    "今年": "this-year",
}  # fmt: skip
_QUARTERS: Final = "一二三四"


@unique
class Grain(StrEnum):
    """How long a period is, where it has a name."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    SPAN = "span"  # any other stretch of days, a year to date among them


def read_period(text: str, today: date) -> Period:
    """The period that somebody types; `this-…`, 本…, ends with today. Raises BadInput that says the forms there are."""
    said = text.strip()
    text = _SPOKEN.get(said) or "-".join(said.split())
    if (named := _named(text, today)) is not None:
        return named
    first_text, dots, last_text = text.partition("..")
    try:
        if dots:
            first, last = date.fromisoformat(first_text), date.fromisoformat(last_text or today.isoformat())
        else:
            first, last = _written(text)
    except ValueError:
        raise BadInput(f"{text!r} is no period; write one of: {FORMS}") from None
    if first > last:
        raise BadInput(f"{text!r}: the period ends before it begins")
    return Period(first.isoformat(), last.isoformat())


def _named(text: str, today: date) -> Period | None:
    text = text.lower()
    month_before = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    monday = today - timedelta(days=today.weekday())
    starts = {
        "today": today, "yesterday": today - timedelta(days=1), "this-week": monday,
        "last-week": monday - timedelta(days=7), "last-month": month_before, "this-month": today.replace(day=1),
        "this-quarter": date(today.year, (today.month - 1) // 3 * 3 + 1, 1),
        "this-half": date(today.year, 1 if today.month < 7 else 7, 1), "this-year": date(today.year, 1, 1),
    }  # fmt: skip
    if text not in starts:
        return None
    ends = {
        "yesterday": today - timedelta(days=1), "last-week": monday - timedelta(days=1),
        "last-month": today.replace(day=1) - timedelta(days=1),
    }  # fmt: skip
    return Period(starts[text].isoformat(), ends.get(text, today).isoformat())


def _written(text: str) -> tuple[date, date]:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year = int(found["year"])
    if found["week"]:
        monday = date.fromisocalendar(year, int(found["week"]), 1)
        return monday, monday + timedelta(days=6)
    if found["day"]:
        day = date.fromisoformat(text)
        return day, day
    if found["quarter"]:
        months = (3 * int(found["quarter"]) - 2, 3 * int(found["quarter"]))
    elif found["half"]:
        months = (6 * int(found["half"]) - 5, 6 * int(found["half"]))
    elif found["month"]:
        months = (int(found["month"]),) * 2
    else:
        months = (1, 12)
    return date(year, months[0], 1), _month_end(year, months[1])


def days_of(period: Period) -> tuple[date, date]:
    """The first and the last day of a closed period."""
    assert period.is_closed, "only a period with both its days can be counted"
    return date.fromisoformat(period.first), date.fromisoformat(period.last)


def instants_of(period: Period) -> tuple[int, int]:
    """From when until when it lasts, by the days of Shanghai; the end is not in it."""
    first, last = days_of(period)
    return _midnight(first), _midnight(last + timedelta(days=1))


def _midnight(day: date) -> int:
    return (day - _EPOCH).days * DAY_US - SHANGHAI_OFFSET_US


def day_of(at_us: int) -> date:
    """The day in Shanghai on which an instant lies."""
    return _EPOCH + timedelta(days=(at_us + SHANGHAI_OFFSET_US) // DAY_US)


def is_unfinished(period: Period, as_of_us: int) -> bool:
    """Whether days of the period were still to come: a figure of it is of less than what a whole base is of."""
    return days_of(period)[1] > day_of(as_of_us)


def grain_of(period: Period) -> Grain:
    """What the period is."""
    first, last = days_of(period)
    if first == last:
        return Grain.DAY
    if first.weekday() == 0 and last - first == timedelta(days=6):
        return Grain.WEEK
    whole = first.day == 1 and last == _month_end(last.year, last.month) and first.year == last.year
    months = (first.month, last.month) if whole else (0, 0)
    if whole and months[0] == months[1]:
        return Grain.MONTH
    if whole and months == (1, 12):
        return Grain.YEAR
    if whole and months in ((1, 6), (7, 12)):
        return Grain.HALF
    if whole and months[0] % 3 == 1 and months[1] == months[0] + 2:
        return Grain.QUARTER
    return Grain.SPAN


def period_before(period: Period) -> Period:
    """The day or week before; of months, and of parts of them, the same days so many months before."""
    first, last = days_of(period)
    grain = grain_of(period)
    if grain in {Grain.DAY, Grain.WEEK}:
        back = timedelta(days=1 if grain is Grain.DAY else 7)
        return Period((first - back).isoformat(), (last - back).isoformat())
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return Period(_months_back(first, months).isoformat(), _months_back(last, months, ends=True).isoformat())


def year_before(period: Period) -> Period:
    """The same days of the year before; an end of February is one whatever its number."""
    first, last = days_of(period)
    return Period(_months_back(first, 12).isoformat(), _months_back(last, 12, ends=True).isoformat())


def full_year_before(period: Period) -> Period:
    """The whole year before the one in which the period ends."""
    year = days_of(period)[1].year - 1
    return Period(f"{year}-01-01", f"{year}-12-31")


def _months_back(day: date, months: int, *, ends: bool = False) -> date:
    """So many months before; the last day of a month stays one where a period ends with it."""
    at = day.year * 12 + day.month - 1 - months
    year, month = at // 12, at % 12 + 1
    last = monthrange(year, month)[1]
    if ends and day == _month_end(day.year, day.month):
        return date(year, month, last)
    return date(year, month, min(day.day, last))


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def period_zh(period: Period) -> str:
    """The period as a Chinese bulletin says it."""
    first, last = days_of(period)
    match grain_of(period):
        case Grain.DAY:
            return _day_zh(first)
        case Grain.MONTH:
            return f"{first.year}年{first.month}月"
        case Grain.QUARTER:
            return f"{first.year}年{_QUARTERS[(first.month - 1) // 3]}季度"
        case Grain.HALF:
            return f"{first.year}年{'上' if first.month == 1 else '下'}半年"
        case Grain.YEAR:
            return f"{first.year}年全年"
    if first.day == 1 and last == _month_end(last.year, last.month) and first.year == last.year:
        return f"{first.year}年{first.month}月至{last.month}月"
    until = f"{last.month}月{last.day}日" if first.year == last.year else _day_zh(last)
    return f"{_day_zh(first)}至{until}"


def period_en(period: Period) -> str:
    """The period as an English bulletin says it."""
    first, last = days_of(period)
    match grain_of(period):
        case Grain.DAY:
            return _day_en(first)
        case Grain.MONTH:
            return f"{first:%B} {first.year}"
        case Grain.QUARTER:
            return f"Q{(first.month - 1) // 3 + 1} {first.year}"
        case Grain.HALF:
            return f"{'first' if first.month == 1 else 'second'} half of {first.year}"
        case Grain.YEAR:
            return f"{first.year}"
    return f"{_day_en(first)} to {_day_en(last)}"


def _day_zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _day_en(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
