"""What is printed from the desk's lists: the hand-over sheet of a shift, the review of a case, the annex of the audit."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from console_day import console_of_day, visiting_day
from county_desk import fill
from return_day import BOTH, M, make_return_day

from fanzha.casework import Case, Fact
from fanzha.core.time import DAY_US
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query
from fanzha.services.desk.shift_sheet import shift_sheet
from fanzha.web.show import instant

MASKED = (M, "模拟·钱二", "模拟·V1", "19900000077")
HASH = re.compile(r'<code class="hash">([0-9a-f]{16})…')


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    made = make_return_day("memory", tmp_path_factory.mktemp("papers"))
    made.ids = fill(made)
    yield made
    made.desk.store.close()


@pytest.fixture
def visitor(day):
    with visiting_day(console_of_day(day)) as make:
        yield make


def kept(day, kind):
    with day.desk.store.reading() as view:
        return view.records(kind).find(Query(order_by="id", limit=1000)).rows


def test_the_hand_over_sheet_has_everything_that_is_open_and_nothing_that_is_over(day):
    sheet = shift_sheet(day.desk, BOTH)
    measures = [one for one in kept(day, Measure) if one.organisation == BOTH.organisation]

    def ids(*statuses):
        return {one.id for one in measures if one.status in statuses}

    assert {one.id for one in sheet.unsigned.rows} == ids(Status.DRAFT, Status.PROPOSED) != set()
    assert {one.id for one in sheet.unanswered.rows} == ids(Status.SENT, Status.ACKNOWLEDGED)
    held = [one for one in measures if one.status in (Status.EXECUTED, Status.PARTIAL) and one.void_from_us]
    soon = min(one.void_from_us for one in held) - DAY_US // 2 + 1
    later = replace(day.desk, clock=type("Then", (), {"now_us": lambda self: soon})())
    ending = shift_sheet(later, BOTH).ending.rows
    assert {one.id for one in ending} == {one.id for one in held if one.void_from_us < soon + DAY_US // 2} != set()
    assert [one.id for one in sheet.errands.rows] == [day.ids["errand"]]


def test_the_sheet_is_behind_the_mask_and_other_bodies_are_told_nothing(day, visitor):
    officer, stranger = visitor("both"), visitor("stranger")
    officer.get("/desk")
    assert 'href="/desk/shift-sheet"' in officer.text
    officer.get("/desk/shift-sheet")
    assert officer.status == 200
    for part in ("未核对的线索", "未签发的措施", "待回执的指令", "十二小时内到期的措施", "待办任务", "交班人"):
        assert part in officer.words
    assert [word for word in MASKED if word in officer.words] == []
    stranger.get("/desk/shift-sheet")
    ours = [f"/{kind}/{day.ids[name]}" for kind, name in (("measures", "draft"), ("errands", "errand"))]
    assert [one for one in ours if one in officer.text] == ours
    assert [one for one in ours if one in stranger.text] == []


def test_a_review_has_every_step_in_the_order_of_time_with_where_it_is_written(day, visitor):
    officer, case = visitor("both"), day.ids["case"]
    officer.get(f"/cases/{case}/review")
    times = re.findall(r'<tr><td class="when">([\d: -]{14,19})</td>', officer.text)
    assert times == sorted(times)
    assert len(times) > 10
    (opened,) = [one for one in kept(day, Case) if one.id == case]
    assert instant(opened.opened_at_us, day.desk.clock.now_us()) in times
    now_us = day.desk.clock.now_us()
    for fact in (one for one in kept(day, Fact) if one.id == day.ids["fact"]):
        assert instant(fact.fields.at_us, now_us) in times, "the payment stands among the steps"
        assert f"/clues/{fact.clue}" in officer.text
    for one in kept(day, Measure):
        if one.request.case == case and one.organisation == BOTH.organisation:
            assert f'href="/measures/{one.id}"' in officer.text
    spans = dict(re.findall(r'<dt>([^<]*)</dt><dd class="num">([^<]*)</dd>', officer.text))
    assert re.fullmatch(r"-?(\d+d )?\d\d:\d\d(:\d\d)?", spans["首笔转账到报案"])
    assert [word for word in MASKED if word in officer.words] == []
    stranger = visitor("stranger")
    stranger.get(f"/cases/{case}/review")
    assert stranger.status == 404


def test_the_annex_of_the_audit_has_the_rows_of_the_chain_oldest_first(day, visitor):
    auditor = visitor("auditor")
    auditor.get(f"/audit?case={day.ids['case']}")
    assert f"/audit/annex?case={day.ids['case']}" in auditor.text
    auditor.get(f"/audit/annex?case={day.ids['case']}")
    with day.desk.store.reading() as view:
        head, known = view.audit.head(), {event.hash[:16]: event for event in view.audit.walk()}
    rows = [known[found] for found in HASH.findall(auditor.text)]
    assert len(rows) > 3
    assert [one.seq for one in rows] == sorted(one.seq for one in rows)
    assert {one.case for one in rows} == {day.ids["case"]}
    assert f">{head.count - 1} " in auditor.text or f">{head.count} " in auditor.text
    assert [word for word in MASKED if word in auditor.words] == []
    officer = visitor("both")
    officer.get("/audit/annex")
    assert officer.status == 403
