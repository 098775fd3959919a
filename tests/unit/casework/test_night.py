"""By when somebody must have what came into the queue: the minutes of the night, and of the next one by day."""

from __future__ import annotations

import pytest

from fanzha.casework import is_night, to_be_taken_by
from fanzha.casework.rules import NightRules
from fanzha.core.time import DAY_US, MINUTE_US, format_instant, parse_instant

PAST_MIDNIGHT = NightRules(18 * 60 * MINUTE_US, (8 * 60 + 30) * MINUTE_US, 15 * MINUTE_US)
AFTER_MIDNIGHT = NightRules(0, 6 * 60 * MINUTE_US, 15 * MINUTE_US)


@pytest.mark.parametrize(
    ("rules", "since", "due"),
    [
        (PAST_MIDNIGHT, "2026-11-20T12:00", "2026-11-20T18:15"),
        (PAST_MIDNIGHT, "2026-11-20T17:59:59", "2026-11-20T18:15"),
        (PAST_MIDNIGHT, "2026-11-20T18:00", "2026-11-20T18:15"),
        (PAST_MIDNIGHT, "2026-11-20T23:50", "2026-11-21T00:05"),
        (PAST_MIDNIGHT, "2026-11-21T08:29", "2026-11-21T08:44"),
        (PAST_MIDNIGHT, "2026-11-21T08:30", "2026-11-21T18:15"),
        (AFTER_MIDNIGHT, "2026-11-20T06:00", "2026-11-21T00:15"),
        (AFTER_MIDNIGHT, "2026-11-20T05:00", "2026-11-20T05:15"),
    ],
)
def test_it_is_due_as_the_table_says(rules, since, due):
    assert format_instant(to_be_taken_by(rules, parse_instant(since)))[:16] == due


def test_it_is_never_due_before_the_minutes_nor_after_a_day():
    for minute in range(0, 24 * 60, 7):
        since_us = parse_instant("2026-11-20") + minute * MINUTE_US
        for rules in (PAST_MIDNIGHT, AFTER_MIDNIGHT):
            waits_us = to_be_taken_by(rules, since_us) - since_us
            assert rules.unassigned_max_us <= waits_us < DAY_US + rules.unassigned_max_us
            assert is_night(rules, since_us) == (waits_us == rules.unassigned_max_us)
