"""Own figures out of records of work, on every store: values, ids behind them, earlier instants, scope."""

from __future__ import annotations

from decimal import Decimal

import pytest
from desk_stores import STORES
from figure_desk import ANALYST, CITY_CHIEF, LAST_MAY, NOW_US, STRANGER, day, held, make_figure_desk

from fanzha.core.errors import BadInput, NotAllowed
from fanzha.measures.model import Measure, MeasureKind
from fanzha.services.desk.count_figures import FiguresWanted, count_figures
from fanzha.services.desk.counting.entries import By
from fanzha.services.desk.divide_cases import divide_cases
from fanzha.services.desk.follow_stopped_money import follow_stopped_money
from fanzha.statistics import NOT_RECORDED, Against, Base, Period, Population, Unsaid, Wording, digest_of_ids

MAY = Period("2026-05-01", "2026-05-31")
GOLDEN = {
    "cases_reported": ("3", ["REPORT-A", "REPORT-B", "REPORT-C"]),  # the merged one is counted in B
    "loss_reported": ("1200500", ["REPORT-A", "REPORT-B", "REPORT-B"]),
    "cases_filed": ("2", ["CASE-A", "CASE-B"]),
    "cases_solved": ("1", ["CASE-A"]),  # C was reopened in June
    "major_cases_solved": ("1", ["CASE-A"]),
    "solve_rate": ("50", ["CASE-A", "CASE-A", "CASE-B"]),
    "clues_worked": ("2", ["CLUE-1", "CLUE-2"]),
    "minutes_to_stop": ("28", ["REPORT-A", "REPORT-B"]),
    "funds_stop_asked": ("139000", ["MEAS-S1", "MEAS-S2", "MEAS-S3", "MEAS-S4", "MEAS-S6"]),
    "funds_stopped": ("110000", ["MEAS-S1", "MEAS-S2", "MEAS-S3", "MEAS-S4"]),
    "funds_stopped_again": ("40000", ["MEAS-S3"]),
    "accounts_stopped": ("1", ["MEAS-S1", "MEAS-S2", "MEAS-S3", "MEAS-S4"]),
    "funds_frozen": ("17300", ["MEAS-F1", "MEAS-F2"]),
    "accounts_frozen": ("1", ["MEAS-F1", "MEAS-F2"]),
    "money_returned": ("2000", ["MEAS-R1"]),
    "victims_repaid": ("1", ["MEAS-R1"]),
    "loss_recovered": ("2000", ["MEAS-R1"]),
}  # fmt: skip


@pytest.fixture(params=STORES)
def desk(request, tmp_path):
    made, _ = make_figure_desk(request.param, tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def memory(tmp_path):
    made, _ = make_figure_desk("memory", tmp_path)
    return made


def counted(desk, actor=CITY_CHIEF, period=MAY, **wanted):
    return {(one.measure, one.group): one for one in count_figures(desk, actor, FiguresWanted(period, **wanted))}


def test_what_nobody_keeps_or_counts_yet_is_listed_as_not_recorded_and_never_as_nothing(memory):
    desk, found = memory, counted(memory)
    for measure in ("warnings_issued", "people_dissuaded", "calls_blocked", "funds_intercepted", "publicity_events"):
        assert (found[measure, ""].value, found[measure, ""].notes) == (None, (NOT_RECORDED,)), measure
    with desk.store.begin() as unit:
        unit.records(Measure).add(held("H1", day(20), 5_000_000, kind=MeasureKind.PAYER_HOLD))
        unit.commit()
    assert counted(desk)["funds_intercepted", ""].value == 0  # a payment was held back, and was not given up
    before = counted(desk, period=Period("2026-04-01", "2026-04-30"))
    assert before["funds_intercepted", ""].value is None


@pytest.mark.contract
def test_each_figure_has_its_value_and_every_record_behind_it(desk):
    found = counted(desk)
    values = {measure: (f"{found[measure, ''].value:f}", sorted(found[measure, ""].ids)) for measure in GOLDEN}
    assert values == GOLDEN
    assert round(found["clues_within_3h", ""].value, 1) == Decimal("33.3")  # one in time, one late, one never checked
    assert round(found["receipts_in_time", ""].value, 1) == Decimal(
        "60.0"
    )  # S3's answer was noted in June, S6's was late
    by_place = counted(desk, measures=("cases_reported", "funds_stopped"), by=By.JURISDICTION)
    assert {group: f"{one.value:f}" for (measure, group), one in by_place.items() if measure == "cases_reported"} == {
        "": "3", "530102": "2", "530103": "1",
    }  # fmt: skip
    assert f"{by_place['funds_stopped', 'not_stated'].value:f}" == "0"  # S4 belongs to no case, and names no amount
    assert by_place["funds_stopped", "not_stated"].ids == ("MEAS-S4",)


@pytest.mark.contract
def test_the_way_of_the_stopped_money_begins_with_the_headline(desk):
    way = follow_stopped_money(desk, CITY_CHIEF, FiguresWanted(MAY)).funnel
    assert way.stopped.minor == 11_000_000
    assert {part.name: part.minor for part in way.stopped.parts if part.minor} == {
        "again": 4_000_000, "frozen": 1_200_000, "not_frozen": 1_800_000, "lapsed": 4_000_000,
    }  # fmt: skip
    assert {part.name: part.minor for part in way.asked.parts if part.minor} == {
        "executed": 11_000_000, "less_than_asked": 2_000_000, "refused": 900_000,
    }  # fmt: skip
    assert (way.frozen.minor, way.frozen.part("returned"), way.unnamed) == (1_730_000, 200_000, ("MEAS-S4",))
    assert {part.name: part.minor for part in way.frozen.sources} == {
        "stopped_before": 1_200_000,
        "frozen_besides": 530_000,
    }


def test_figures_of_an_earlier_instant_leave_out_what_came_later(memory):
    then = counted(memory, as_of_us=day(32))
    assert then["cases_solved", ""].ids == ("CASE-A", "CASE-C")  # C was not reopened yet
    assert then["funds_stopped", ""].value == 70_000  # the answer to S3 was not there yet
    assert then["money_returned", ""].as_of_us == day(32)
    assert counted(memory, as_of_us=day(5))["clues_worked", ""].ids == ("CLUE-1", "CLUE-2")
    with pytest.raises(BadInput):
        counted(memory, as_of_us=NOW_US + 1)


def test_what_no_record_tells_is_not_recorded_and_never_nothing(memory):
    warned = counted(memory, measures=("people_warned",))["people_warned", ""]
    assert (warned.value, warned.ids, warned.notes) == (None, (), (NOT_RECORDED,))
    with pytest.raises(BadInput):
        counted(memory, measures=("nonsense",))


def test_money_that_is_not_in_the_value_stands_beside_it(memory):
    found = counted(memory, measures=("loss_reported", "funds_stopped"))
    assert any("7.000000 USDT" in note for note in found["loss_reported", ""].notes)
    assert any(note.startswith("1 of the records do not say") for note in found["funds_stopped", ""].notes)


def test_themes_cut_across_types_and_types_say_what_has_none(memory):
    themes = counted(memory, measures=("cases_reported",), by=By.THEME)
    assert {group: one.ids for (_, group), one in themes.items() if group} == {"epidemic": ("REPORT-B",)}
    types = counted(memory, measures=("cases_reported",), by=By.TYPE)
    assert {group: len(one.ids) for (_, group), one in types.items() if group} == {"brushing": 1, "not_stated": 2}


def test_a_comparison_shows_its_base_and_how_it_was_revised(memory):
    against = (Against(Base.YEAR_BEFORE, Wording.DIFFERENCE), Against(Base.YEAR_BEFORE), Against(Base.FULL_YEAR_BEFORE))
    (solved,) = count_figures(memory, CITY_CHIEF, FiguresWanted(MAY, ("cases_filed",), against=against))
    difference, change, whole = solved.comparisons
    assert (difference.value, difference.base.value, difference.base_period) == (
        1,
        1,
        Period("2025-05-01", "2025-05-31"),
    )
    assert (change.value, change.unsaid) == (None, Unsaid.BASE_SMALL)
    assert whole.part_of_year
    june = Period("2026-06-01", "2026-06-30")
    month = Against(Base.PERIOD_BEFORE, Wording.DIFFERENCE)
    (told,) = count_figures(memory, CITY_CHIEF, FiguresWanted(june, ("funds_stopped",), against=(month,)))
    assert (told.comparisons[0].base.value, told.comparisons[0].base.value_then) == (110_000, 70_000)
    assert told.comparisons[0].base.revised


def test_per_head_only_where_the_deployer_says_how_many_people_there_are(memory):
    people = (Population("5301", 2020, 8_000_000, "模拟普查"),)
    (city,) = count_figures(
        memory, CITY_CHIEF, FiguresWanted(MAY, ("cases_reported",), jurisdiction="5301", population=people)
    )
    assert city.per_head is not None
    assert city.per_head.value == Decimal("0.04")
    assert counted(memory, measures=("cases_reported",))["cases_reported", ""].per_head is None


def test_filed_cases_by_status_and_by_type_add_up(memory):
    by_status = divide_cases(memory, CITY_CHIEF, FiguresWanted(MAY))
    assert {part.name: part.count for part in by_status.parts} == {"filed": 1, "solved": 1}
    by_type = divide_cases(memory, CITY_CHIEF, FiguresWanted(MAY, by=By.TYPE))
    assert (by_type.whole, by_type.not_stated.ids) == (2, ("CASE-B",))


def test_figures_are_of_the_bodies_that_the_actor_sees(memory):
    mine = counted(memory, STRANGER, measures=("cases_reported",))["cases_reported", ""]
    assert (mine.ids, mine.scope.bodies) == (("REPORT-C",), ("OTHER",))
    county = counted(memory, ANALYST, measures=("cases_reported",))["cases_reported", ""]
    assert county.ids == ("REPORT-A", "REPORT-B")
    with pytest.raises(NotAllowed):
        counted(memory, STRANGER, organisation="COUNTY")
    alone = counted(memory, measures=("cases_reported",), alone=True)["cases_reported", ""]
    assert alone.ids == ()
    assert digest_of_ids(county.ids) == digest_of_ids(reversed(county.ids)) != digest_of_ids(mine.ids)


def test_the_year_before_is_counted_by_its_own_days(memory):
    last = counted(memory, period=Period("2025-05-01", "2025-05-31"), measures=("cases_reported", "funds_stopped"))
    assert (last["cases_reported", ""].ids, last["funds_stopped", ""].value) == (("REPORT-E",), 10_000)
    assert day(1) > LAST_MAY


@pytest.mark.contract
@pytest.mark.parametrize("store", STORES)
def test_most_bodies_are_counted_in_one_walk_as_each_by_itself(store, tmp_path, monkeypatch):
    desk, _ = make_figure_desk(store, tmp_path)
    asked = [
        FiguresWanted(Period("2026-05-01", "2026-05-31"), by=by, against=(Against(Base.YEAR_BEFORE),))
        for by in (None, By.JURISDICTION, By.BODY)
    ]
    narrow = [count_figures(desk, CITY_CHIEF, one) for one in asked]
    few = count_figures(desk, ANALYST, asked[0])
    monkeypatch.setattr("fanzha.services.desk.count_figures.WIDE_FROM", 1)
    assert [count_figures(desk, CITY_CHIEF, one) for one in asked] == narrow
    assert count_figures(desk, ANALYST, asked[0]) == few
    desk.store.close()
