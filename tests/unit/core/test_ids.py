"""Ids: none twice, and sorted by when they were given."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from fanzha.core.ids import ALPHABET, CountedIds, TimeSortedIds


@dataclass
class Standing:
    at_us: int = 0

    def now_us(self) -> int:
        return self.at_us


def test_ids_are_sorted_by_the_moment_and_told_apart_by_chance():
    clock = Standing()
    ids = TimeSortedIds(clock)
    given = []
    for at_ms in (0, 1, 31, 32, 1_800_000_000_000, 30_000_000_000_000):
        clock.at_us = at_ms * 1000
        given.append([ids.new("CASE") for _ in range(50)])
    assert len({one for several in given for one in several}) == 300
    for earlier, later in itertools.pairwise(given):
        assert max(earlier) < min(later)
    assert set(given[0][0].removeprefix("CASE-").replace("-", "")) <= set(ALPHABET)


def test_counted_ids_repeat_to_the_byte():
    ids = CountedIds()
    assert [ids.new("A"), ids.new("B"), ids.new("A")] == ["A-000001", "B-000001", "A-000002"]


def test_a_number_for_the_telephone_is_digits_in_groups():
    given = {TimeSortedIds(Standing()).telephone_number("ACK") for _ in range(50)}
    assert len(given) == 50
    assert all(re.fullmatch(r"ACK-\d{3}-\d{3}-\d{4}", number) for number in given)
