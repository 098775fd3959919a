"""How amounts, instants, spans and numbers are written on a page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fanzha.core.money import DEFAULT_CURRENCY, exponent_of
from fanzha.core.time import MINUTE_US, SECOND_US, SHANGHAI
from fanzha.web.words import CHINESE

WAN: Final = 10_000
YI: Final = 100_000_000
UNKNOWN: Final = "?"
ALARM_STEPS_US: Final = (720 * MINUTE_US, 120 * MINUTE_US, 30 * MINUTE_US)
ALARM_PARTS: Final = 2, 4, 10  # half, a quarter and a tenth of the limit
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def unturned(value: Any) -> Any:
    """A text in which nothing turns the writing around: with such a mark a name could show the amount beside it reversed."""
    if isinstance(value, str) and not hasattr(value, "__html__") and _TURNING.search(value):
        return _TURNING.sub("\N{REPLACEMENT CHARACTER}", value)
    return value


def money(minor: int | None, currency: str = DEFAULT_CURRENCY) -> str:
    """An exact amount with its sign of currency; what is not known is `?`, never 0."""
    if minor is None:
        return UNKNOWN
    exponent = exponent_of(currency)
    sign = "-" if minor < 0 else ""
    whole, part = divmod(abs(minor), 10**exponent)
    figure = f"{whole:,}" + (f".{part:0{exponent}d}" if exponent else "")
    return f"{sign}¥{figure}" if currency == DEFAULT_CURRENCY else f"{sign}{figure} {currency}"


def brief_money(minor: int | None, language: str, currency: str = DEFAULT_CURRENCY) -> str:
    """An amount to be read at a glance: ¥38.0万 or ¥380.0k; below ten thousand to the unit, and never rounded to 0."""
    if minor is None:
        return UNKNOWN
    unit = 10 ** exponent_of(currency)
    whole = abs(minor) / unit
    sign = "-" if minor < 0 else ""
    steps = ((YI, "亿"), (WAN, "万")) if language == CHINESE else ((1e9, "bn"), (1e6, "m"), (1e4, "k"))
    for least, word in steps:
        if whole >= least:
            by = 1e3 if word == "k" else least
            figure = f"{whole / by:,.2f}" if word in ("亿", "bn", "m") else f"{whole / by:,.1f}"
            break
    else:
        figure, word = (f"{whole:,.0f}" if whole >= 1 or minor == 0 else f"{whole:.2f}"), ""
    return f"{sign}¥{figure}{word}" if currency == DEFAULT_CURRENCY else f"{sign}{figure}{word} {currency}"


def instant(at_us: int | None, now_us: int | None = None) -> str:
    """A time in Shanghai with its seconds; the year only where it is not this one."""
    if at_us is None:
        return "—"
    moment = _moment(at_us)
    this_year = now_us is not None and _moment(now_us).year == moment.year
    return moment.strftime("%m-%d %H:%M:%S" if this_year else "%Y-%m-%d %H:%M:%S")


def field_instant(at_us: int | None) -> str:
    """A time as a field of a form takes it."""
    return "" if at_us is None else _moment(at_us).strftime("%Y-%m-%dT%H:%M:%S")


def machine_instant(at_us: int) -> str:
    """A time for machines, with its offset."""
    return _moment(at_us).isoformat(timespec="seconds")


def span(us: int, language: str = CHINESE) -> str:
    """How long: 01:42 as hours and minutes below a day, else days and hours; seconds below an hour."""
    seconds = abs(us) // SECOND_US
    sign = "-" if us < 0 else ""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days:
        return f"{sign}{days}{'天' if language == CHINESE else 'd'} {hours:02d}:{minutes:02d}"
    return f"{sign}{hours:02d}:{minutes:02d}:{seconds:02d}"


def alarm_steps(whole_us: int | None = None) -> tuple[int, int, int]:
    """How much time is left when a clock turns to attention, to warning, to alarm.

    whole_us: the whole limit, of which the steps are shares; without it they are those of measures that run for days.
    """
    if whole_us is None:
        return ALARM_STEPS_US
    half, quarter, tenth = (whole_us // part for part in ALARM_PARTS)
    return half, quarter, tenth


def minutes_of(us: int) -> int:
    """Whole minutes."""
    return us // MINUTE_US


def grouped(number: str) -> str:
    """An account's number in groups of four; what is masked stays as it is."""
    if len(number) < 12 or not number.replace("*", "").isalnum():
        return number
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def spelled(number: str) -> str:
    """A number digit by digit, for who hears the page."""
    return " ".join(number.replace(" ", ""))


def _moment(at_us: int) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).astimezone(SHANGHAI)
