"""The interception drill: what cannot be, whatever a desk does, and what its figures are made of."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.simulation.city.assumptions import CitySize
from fanzha.simulation.city.build import build_city
from fanzha.simulation.interception import drill
from fanzha.simulation.interception.comparison import difference, figures, interval_of, student_quantile
from fanzha.simulation.interception.desk import carried_on
from fanzha.simulation.interception.drill import BY_HAND, EQUAL_HARM, LIMIT, OURS, POLICIES, Factors, drill_city
from fanzha.simulation.interception.world import Row, closed_stays, ordinary_rows, world_of

VILLAGE = CitySize("village", accounts=3000, transfers=30_000, days=10, cases=40)
TABLE = {"accounts": 3000, "transfers": 30_000, "days": 10, "cases": 40, "learnt_from": [9001]}


@pytest.fixture
def village(monkeypatch: pytest.MonkeyPatch) -> str:
    told = {**drill.drill_assumptions(), "village": TABLE}
    monkeypatch.setattr(drill, "drill_assumptions", lambda: told)
    return "village"


def test_no_policy_beats_the_limit_and_every_figure_is_a_share(village: str) -> None:
    outcomes = drill_city(1, village)
    by_name = {outcome.policy: outcome for outcome in outcomes}
    assert list(by_name) == list(POLICIES)
    for outcome in outcomes:
        assert 0 <= outcome.stopped_minor <= by_name[LIMIT].stopped_minor <= outcome.reported_minor
        assert outcome.orders == outcome.stops + outcome.queries
        assert outcome.empty_stops <= outcome.stops
    assert by_name[OURS].stopped_minor > 0
    assert by_name[BY_HAND].first_order_min > by_name[OURS].first_order_min
    harm = by_name[OURS].innocent_minor
    assert abs(by_name[EQUAL_HARM].innocent_minor - harm) < 0.1 * harm
    assert by_name[EQUAL_HARM].orders <= by_name["everything"].orders


def test_the_same_seed_gives_the_same_drill_and_reports_that_come_later_save_less(village: str) -> None:
    first = drill_city(2, village, only=(OURS,))
    assert drill_city(2, village, only=(OURS,)) == first
    (sooner,) = drill_city(2, village, Factors(report_delay=0.02), only=(LIMIT,))
    (later,) = drill_city(2, village, Factors(report_delay=3.0), only=(LIMIT,))
    assert sooner.stopped_share > later.stopped_share


def test_a_world_without_a_desk_keeps_nothing_and_a_stop_keeps_what_is_there() -> None:
    city = build_city(VILLAGE, 3)
    world, frauds = world_of(city, ordinary_rows(city)), frozenset(fraud.number for fraud in city.frauds)
    assert world.kept_minor(frauds) == 0
    stopped = world_of(city, {})
    fraud = city.frauds[0]
    paid = stopped.moves[fraud.payments[0]]
    stopped.stop(paid.payee, paid.at_us)
    assert stopped.kept_minor(frozenset({0})) >= paid.amount_minor
    assert stopped.kept_minor(frauds - {0}) == 0  # another fraud's money is another account's
    assert not any(row.at_us > paid.at_us for row in stopped.statement(paid.payee, 2**61))


def test_closed_cases_account_for_all_the_money_that_came() -> None:
    city = build_city(VILLAGE, 4)
    found, onward = closed_stays(city)
    came = sum(move.amount_minor for move in city.moves if move.hop >= 1 and not move.exit)
    assert sum(stay.amount_minor for stay in found) == came
    assert 0 < onward < 1


rows = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 500)), max_size=8)


@given(rows, rows, st.integers(0, 1000))
def test_no_more_is_carried_on_than_came_and_no_row_carries_more_than_itself(
    came: list[tuple[int, int]], out: list[tuple[int, int]], own: int
) -> None:
    left = [Row(at, 9, amount, False) for at, amount in sorted(out)]
    found = carried_on(came, own, left)
    assert [row for row, _ in found] == left
    for row, traced in found:
        assert 0 <= traced <= row.amount_minor
        assert traced <= sum(amount for at, amount in came if at <= row.at_us)


def test_students_quantile_and_the_interval_of_one_seed() -> None:
    """Against printed tables."""
    for degrees, printed in ((9, 2.262), (29, 2.045), (120, 1.980)):
        assert student_quantile(degrees) == pytest.approx(printed, abs=0.001)
    assert interval_of([3.0]).low == -math.inf
    interval = interval_of([1.0, 2.0, 3.0])
    assert interval.low < 2.0 < interval.high


def test_figures_and_differences_are_taken_seed_by_seed(village: str) -> None:
    outcomes = [outcome for seed in (1, 2, 3) for outcome in drill_city(seed, village, only=(OURS, BY_HAND))]
    assert [one.policy for one in figures(outcomes)] == [BY_HAND, OURS]
    gain = difference(outcomes, OURS, BY_HAND, lambda one: one.stopped_share)
    means = {one.policy: one.stopped_share.mean for one in figures(outcomes)}
    assert gain.mean == pytest.approx(means[OURS] - means[BY_HAND])
