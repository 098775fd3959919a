"""Instants as microseconds since 1970 UTC; texts without an offset are Asia/Shanghai (no summer time since 1991)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Protocol

from fanzha.core.errors import BadInput

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
DAY_US: Final = 86_400 * SECOND_US
SHANGHAI_OFFSET_US: Final = 8 * 3600 * SECOND_US
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[ T]?(\d{2})(\d{2})(\d{2})?)?")


class Clock(Protocol):
    """Tells the time; given as an argument so that a test can stand still."""

    def now_us(self) -> int:
        """Microseconds since 1970 UTC."""


class SystemClock:
    """The machine's own clock."""

    def now_us(self) -> int:
        """Microseconds since 1970 UTC."""
        return int(datetime.now(UTC).timestamp() * SECOND_US)


class AheadClock:
    """The machine's own clock, by so much ahead: a simulated home lives at another time."""

    def __init__(self, ahead_us: int) -> None:
        self._ahead_us, self._own = ahead_us, SystemClock()

    def now_us(self) -> int:
        """Microseconds since 1970 UTC."""
        return self._own.now_us() + self._ahead_us


def format_instant(at_us: int) -> str:
    """ISO 8601 with the Shanghai offset; fractions only where they are."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)
    return moment.astimezone(SHANGHAI).isoformat()


def clock_text(at_us: int) -> str:
    """The wall clock in Shanghai to the second, as papers write it: 2027-03-15 17:41:52."""
    return format_instant(at_us)[:19].replace("T", " ")


def year_of(at_us: int) -> int:
    """The year of an instant in Shanghai."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).astimezone(SHANGHAI).year


def parse_instant(text: str) -> int:
    """Microseconds since 1970 UTC of an ISO 8601 (or compact yyyymmddhhmmss) text, Shanghai where it has no offset."""
    return parse_period(text)[0]


def parse_period(text: str) -> tuple[int, int]:
    """First and last microsecond that the text can mean: a day, a minute or a second, by how much of it is written.

    Raises BadInput when the text is no date.
    """
    bare = re.sub(r"-(\d)(?!\d)", r"-0\1", text.strip().replace("/", "-"))
    compact = _COMPACT.fullmatch(bare)
    if compact is not None:
        year, month, day, hour, minute, second = compact.groups()
        bare = f"{year}-{month}-{day}" + (f"T{hour}:{minute}" if hour else "") + (f":{second}" if second else "")
    try:
        moment = datetime.fromisoformat(bare)
    except ValueError:
        raise BadInput(f"{text!r} is not a time; write 2026-03-01T13:52:10 or 2026-03-01 13:52") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHANGHAI)
    start = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    clock_part = re.split(r"[ T]", bare, maxsplit=1)[1] if re.search(r"[ T]", bare) else ""
    written = len(re.findall(r"\d+", re.split(r"[+Z]|-", clock_part)[0])) if clock_part else 0
    width = DAY_US if written == 0 else MINUTE_US if written <= 2 else SECOND_US if "." not in clock_part else 1
    return start, start + width - 1
