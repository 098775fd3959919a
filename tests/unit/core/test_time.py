"""Times: Shanghai where none is said, and as wide as they are written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fanzha.core.errors import BadInput
from fanzha.core.time import (
    DAY_US,
    MINUTE_US,
    SECOND_US,
    SystemClock,
    format_instant,
    parse_instant,
    parse_period,
)

NOON = int(datetime(2026, 3, 1, 4, tzinfo=UTC).timestamp()) * SECOND_US  # in Shanghai


@pytest.mark.parametrize(
    ("text", "start_us", "width_us"),
    [
        ("2026-03-01", NOON - 12 * 60 * MINUTE_US, DAY_US),
        ("2026/3/1", NOON - 12 * 60 * MINUTE_US, DAY_US),
        ("20260301", NOON - 12 * 60 * MINUTE_US, DAY_US),
        ("2026-03-01 12:00", NOON, MINUTE_US),
        ("202603011200", NOON, MINUTE_US),
        ("2026-03-01T12:00:00", NOON, SECOND_US),
        ("20260301120000", NOON, SECOND_US),
        ("20260301 120000", NOON, SECOND_US),
        ("2026-03-01T04:00:00Z", NOON, SECOND_US),
        ("2026-03-01T13:00:00+09:00", NOON, SECOND_US),
        ("2026-03-01T12:00+08:00", NOON, MINUTE_US),
        ("2026-03-01T12:00:00.000000", NOON, 1),
    ],
)
def test_a_text_means_the_span_that_it_is_written_for(text: str, start_us: int, width_us: int) -> None:
    assert parse_period(text) == (start_us, start_us + width_us - 1)
    assert parse_instant(text) == start_us


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "2026-03-01 25:00", "00000000", "2026-13-01"])
def test_what_is_no_time_is_refused_with_the_form_to_write(text: str) -> None:
    with pytest.raises(BadInput, match="write 2026"):
        parse_period(text)


def test_an_instant_is_written_in_shanghai() -> None:
    assert format_instant(NOON) == "2026-03-01T12:00:00+08:00"
    assert format_instant(NOON + 5) == "2026-03-01T12:00:00.000005+08:00"
    assert parse_instant(format_instant(NOON + 5)) == NOON + 5


def test_the_machine_s_clock_goes_on() -> None:
    clock = SystemClock()
    earlier = clock.now_us()
    assert clock.now_us() >= earlier > NOON - 10 * 365 * DAY_US
