"""Narratives (模拟) of four known types and of a trick that none of them is: found, and nothing found where there is none."""

from __future__ import annotations

import random

import pytest
from made_narratives import NEW, earlier, late, told

from fanzha.statistics.new_tricks import CHANCE_MAX, EARLIER_MIN, Narrative, find_tricks


def test_a_new_trick_is_found_with_its_reports_and_no_others():
    chance = random.Random(7)
    found = find_tricks(earlier(chance), late(chance, new=4))
    assert [group.ids for group in found.groups] == [("L-0000", "L-0001", "L-0002", "L-0003")]
    assert found.expected_by_chance < CHANCE_MAX
    assert found.looked_at == 30


def test_where_there_is_none_hardly_ever_one_is_told():
    alarms = 0
    for seed in range(40):
        chance = random.Random(seed)
        alarms += bool(find_tricks(earlier(chance, 120), late(chance, new=0)).groups)
    assert alarms <= 2


def test_the_order_in_which_reports_come_does_not_matter():
    chance = random.Random(3)
    before, after = earlier(chance), late(chance, new=3)
    found = find_tricks(before, after)
    assert found == find_tricks(before[::-1], random.Random(1).sample(after, len(after)))
    assert found.groups


def test_a_text_that_was_sent_three_times_is_one_telling():
    chance = random.Random(5)
    text = told(NEW, chance)
    copies = [Narrative(f"L-{at}", text) for at in range(3)]
    assert find_tricks(earlier(chance), copies).groups == ()


@pytest.mark.parametrize("count", [0, EARLIER_MIN - 1])
def test_too_few_earlier_reports_tell_nothing(count):
    chance = random.Random(5)
    assert find_tricks(earlier(chance, count), late(chance, new=4)).groups is None
