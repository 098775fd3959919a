"""The analysis of a day: made by its clock by eight in the morning, once, however late; its text reads back."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from desk_stores import STORES
from figure_desk import ANALYST, day, make_figure_desk
from made_desk_records import a_case, a_report
from made_narratives import earlier, late

from fanzha import bootstrap
from fanzha.casework import Case, Classification, Report
from fanzha.casework.operations import (
    Operation,
    OperationDecision,
    OperationResult,
    OperationStatus,
    OperationStep,
    Plan,
    ResultDraft,
    ResultKind,
    TakeDown,
)
from fanzha.core.actor import Actor, Level, Organisation, Role
from fanzha.core.errors import NotAllowed
from fanzha.core.time import DAY_US, format_instant, parse_instant
from fanzha.services.desk.check_bulletin import check_bulletin
from fanzha.services.desk.count_figures import FiguresWanted, count_figures
from fanzha.services.desk.daily_analysis import draft_daily_analysis, schedule_daily_analysis
from fanzha.services.desk.issue_bulletin import issue_bulletin
from fanzha.services.desk.morning_papers import morning_papers
from fanzha.services.desk.open_bulletin import list_bulletins
from fanzha.services.desk.open_figure import open_figure
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.statistics import NOT_STATED, Period
from fanzha.statistics.bulletin_text import Language, bulletin_text

CHIEF = Actor("chief", "COUNTY", Level.COUNTY, frozenset({Role.APPROVER}))
CATALOGUE, READER = bootstrap.indicator_catalogue(), bootstrap.bulletin_reader()


@pytest.mark.contract
@pytest.mark.parametrize("store", STORES)
def test_the_clock_makes_it_every_morning_once(store, tmp_path):
    desk, clock = make_figure_desk(store, tmp_path)
    clock.at_us = parse_instant("2026-05-03T20:00:00")
    due_us = schedule_daily_analysis(desk, CHIEF)
    assert format_instant(due_us) == "2026-05-04T07:30:00+08:00"
    assert run_clocks(desk, "w").rang == ()
    clock.at_us = due_us
    assert len(run_clocks(desk, "w").rang) == 1
    (made,) = list_bulletins(desk, ANALYST).rows
    assert (made.title_zh, made.drafted_by, made.published) == ("2026年5月3日每日研判", "machine", "2026-05-04")
    assert run_clocks(desk, "w").rang == ()
    clock.at_us = due_us + 2 * DAY_US + 1  # two mornings were missed: one is made, and the next is tomorrow's
    assert len(run_clocks(desk, "w").rang) == 1
    assert [one.title_zh for one in list_bulletins(desk, ANALYST).rows] == [
        "2026年5月4日每日研判",
        "2026年5月3日每日研判",
    ]
    assert schedule_daily_analysis(desk, CHIEF, off=True) is None
    clock.at_us += 9 * DAY_US
    assert run_clocks(desk, "w").rang == ()
    desk.store.close()


def test_reports_that_fit_no_type_and_resemble_each_other_are_told_by_their_ids(tmp_path):
    desk, clock = make_figure_desk("memory", tmp_path)
    clock.at_us = day(21)
    chance = random.Random(7)
    with desk.store.begin() as unit:
        for one in earlier(chance):
            known = Classification("2023", one.fraud_class, "", "both", day(2))
            unit.records(Case).add(a_case(one.id, "COUNTY", classification=known, opened_at_us=day(2)))
            told = a_report(one.id, "COUNTY", f"CASE-{one.id}", received_at_us=day(2), narrative=one.text)
            unit.records(Report).add(told)
        for one in late(chance, new=4):
            unit.records(Report).add(a_report(one.id, "COUNTY", received_at_us=day(18), narrative=one.text))
        unit.commit()
    made = draft_daily_analysis(desk, ANALYST, day=date(2026, 5, 20))
    text = bulletin_text(made, CATALOGUE)
    assert "请研判：REPORT-L-0000、REPORT-L-0001、REPORT-L-0002、REPORT-L-0003。" in text
    assert "Reports that fit no type well" in bulletin_text(made, CATALOGUE, Language.EN)
    assert check_bulletin(desk, ANALYST, made.id, READER) == ()
    before = draft_daily_analysis(desk, ANALYST, day=date(2026, 5, 3))
    assert "不能判断有无新手法" in bulletin_text(before, CATALOGUE)


def test_it_says_the_day_the_types_and_how_the_desk_did(tmp_path):
    desk, clock = make_figure_desk("memory", tmp_path)
    made = draft_daily_analysis(desk, ANALYST, day=date(2026, 5, 3))
    text = bulletin_text(made, CATALOGUE)
    for said in (
        "接报电信网络诈骗警情1起，环比增加1起",
        "止付资金3万元",
        "3小时内核查线索比例33.3%",
        "未记录（不等于零）：捣毁窝点、打掉犯罪团伙、",
    ):
        assert said in text
    assert any(one.variable.fraud_class == "brushing" and one.records == 1 for one in made.figures) == ("刷单" in text)
    assert "Daily analysis, 3 May 2026" in bulletin_text(made, CATALOGUE, Language.EN)
    assert check_bulletin(desk, ANALYST, made.id, READER) == ()
    assert issue_bulletin(desk, CHIEF, made.id, READER).issued is not None
    unclassified = [one for one in made.figures if one.variable.fraud_class == NOT_STATED]
    typed = [one for one in made.figures if one.variable.fraud_class and one.variable.measure == "cases_reported"]
    assert sum(one.value for one in typed) == 1, "each report has its type or none yet"
    assert [one.label for one in unclassified] == ["尚未分类"] * len(unclassified)
    for one in typed:
        assert open_figure(desk, ANALYST, made.id, one.variable.name).as_told
    quiet = draft_daily_analysis(desk, ANALYST, day=date(2026, 5, 27))
    assert "二、案件类型\n\n当日没有接报警情。" in bulletin_text(quiet, CATALOGUE)
    assert check_bulletin(desk, ANALYST, quiet.id, READER) == ()  # nothing happened: shares of nothing are left out
    clock.at_us = day(20)
    with pytest.raises(NotAllowed):
        schedule_daily_analysis(desk, ANALYST)


def a_strike(desk, *targets: tuple[str, str]) -> None:
    """An operation of COUNTY under way since 2 May, which took these down on 3 May, each by a body."""
    begun = (OperationDecision(OperationStep.BEGIN, "", "", "chief", "COUNTY", day(2)),)
    plan = Plan("模拟收网", "模拟", "模拟")
    operation = Operation(
        "OP-1", 0, "COUNTY", plan, "both", day(1), OperationStatus.RUNNING, ("OTHER",), decisions=begun
    )
    with desk.store.begin() as unit:
        for body, place in (("COUNTY", "530102"), ("OTHER", "530103")):
            unit.records(Organisation).save(replace(unit.records(Organisation).get(body), jurisdiction=place))
        unit.records(Operation).add(operation)
        for at, (target, body) in enumerate(targets):
            draft = ResultDraft(ResultKind.TAKE_DOWN, day(3.2), take_down=TakeDown(target, "模拟路1号"))
            made = OperationResult(f"RESULT-{at}", 0, "COUNTY", "OP-1", body, "both", day(3.3), draft)
            unit.records(OperationResult).add(made)
        unit.commit()


def test_what_operations_took_down_is_told_by_kind_and_place_and_opens_its_entries(tmp_path):
    desk, _ = make_figure_desk("memory", tmp_path)
    a_strike(
        desk, ("calling_den", "COUNTY"), ("calling_den", "COUNTY"), ("card_den", "OTHER"), ("fraud_gang", "COUNTY")
    )
    made = draft_daily_analysis(desk, ANALYST, day=date(2026, 5, 3))
    told = {(one.variable.measure, one.variable.target, one.variable.jurisdiction): one.value for one in made.figures}
    assert (told["dens_destroyed", "", ""], told["gangs_destroyed", "", ""]) == (3, 1)
    assert (told["dens_destroyed", "calling_den", ""], told["dens_destroyed", "card_den", ""]) == (2, 1)
    places = {place: value for (measure, _, place), value in told.items() if place and measure == "dens_destroyed"}
    assert sum(places.values()) == 3
    text = bulletin_text(made, CATALOGUE)
    assert "话务窝点：捣毁窝点2处" in text
    assert "捣毁窝点3处，环比增加3处" in text
    assert "四、预警劝阻\n\n未记录（不等于零）：拦截资金、下发预警指令、劝阻群众。" in text
    assert check_bulletin(desk, ANALYST, made.id, READER) == ()
    name = next(one.variable.name for one in made.figures if one.variable.target == "calling_den")
    opened = open_figure(desk, ANALYST, made.id, name)
    assert (opened.ids, opened.as_told) == (("RESULT-0", "RESULT-1"), True)
    later = draft_daily_analysis(
        desk, ANALYST, day=date(2026, 5, 4)
    )  # under way, and nothing taken down: that is nothing
    assert {one.variable.name: one.value for one in later.figures}["dens_destroyed"] == 0


def test_a_den_is_of_the_place_where_it_stood_and_compared_with_the_day_before(tmp_path):
    desk, _ = make_figure_desk("memory", tmp_path)
    a_strike(desk, ("calling_den", "COUNTY"), ("calling_den", "COUNTY"))
    with desk.store.begin() as unit:
        results = unit.records(OperationResult)
        here = results.get("RESULT-0")
        there = replace(here.draft, take_down=replace(here.draft.take_down, jurisdiction="530103"))
        results.save(replace(here, draft=there))
        unit.commit()
    made = draft_daily_analysis(desk, ANALYST, day=date(2026, 5, 3))
    places = {one.variable.jurisdiction: one.value for one in made.figures if one.variable.jurisdiction}
    assert places == {"530102": 1, "530103": 1}
    text = bulletin_text(made, CATALOGUE)
    assert "话务窝点：捣毁窝点2处，环比增加2处" in text
    assert check_bulletin(desk, ANALYST, made.id, READER) == ()
    found = count_figures(
        desk, ANALYST, FiguresWanted(Period("2026-05-03", "2026-05-03"), ("dens_destroyed",), jurisdiction="530103")
    )
    assert [(one.value, one.ids) for one in found] == [(1, ("RESULT-0",))]


def test_the_papers_of_the_morning_are_made_once_by_the_machine(tmp_path):
    desk, clock = make_figure_desk("memory", tmp_path)
    clock.at_us = parse_instant("2026-05-03T20:00:00")
    schedule_daily_analysis(desk, CHIEF)
    clock.at_us = parse_instant("2026-05-04T07:30:00")
    run_clocks(desk, "w")
    papers = dict(morning_papers(desk, bootstrap.paper_press(), lambda _: False))
    assert sorted(name.rpartition(".")[2] for name in papers) == ["pdf", "png"]
    assert {content[:4] for content in papers.values()} == {b"%PDF", b"\x89PNG"}
    assert dict(morning_papers(desk, bootstrap.paper_press(), papers.__contains__)) == {}
