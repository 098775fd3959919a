"""The dossier of an account and the search: what is shown to whom, and what no address may hold."""

from __future__ import annotations

import re

import pytest
from console_day import console_of_day, kept, opened, visiting_day
from return_day import ACCOUNTS, BOTH, M, make_return_day

from fanzha.access import Reveal, SearchEntry
from fanzha.web.account_reference import account_address

HOLDER, MASKED = "模拟·钱二", "****0017"


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    made = make_return_day("memory", tmp_path_factory.mktemp("day"))
    procedure, _, _ = made.drafted()
    made.case_id = procedure.case
    yield made
    made.desk.store.close()


@pytest.fixture
def visitor(day):
    with visiting_day(console_of_day(day)) as make:
        yield make


def test_no_address_of_an_account_has_its_number(visitor):
    officer = opened(visitor, "both")
    assert (officer.status, MASKED in officer.words) == (200, True)
    assert officer.address.startswith("/accounts/")
    for address in {officer.address, *re.findall(r'(?:href|action)="([^"]*)"', officer.text)}:
        assert M not in address
        assert not [number for number in ACCOUNTS.values() if number in address]


def test_a_reference_opens_for_nobody_else(visitor):
    mine = opened(visitor, "both").address
    other = visitor("duty")
    other.get(mine)
    assert other.status == 404
    other.get("/accounts/made-up")
    assert other.status == 404


def test_what_a_case_traced_stands_apart_from_the_whole_account(day, visitor):
    officer = opened(visitor, "both")
    traced, whole = officer.words.split("账户全部往来")[:2]
    assert "¥80,000.00" in traced.split("涉案款")[1]  # of two victims
    assert "¥130,000.00" not in traced
    assert "¥100,000.00" in whole or "¥110,000.00" in whole
    rows = officer.words.split("只看涉案")[1]
    officer.get(f"{officer.address}?rows=all")
    assert officer.words.count("▲ 入") > rows.count("▲ 入")


def test_a_time_narrows_the_picture_and_the_rows(visitor):
    officer = opened(visitor, "both")
    officer.get(f"{officer.address}?rows=all&from=2026-11-22T09:04:00&until=2026-11-22T09:04:00")
    moves = officer.words.split("交易 全部")[1].split("对手方 按往来")[0]
    assert (moves.count("▲ 入"), "¥20,000.00" in moves) == (1, True)


def test_a_reveal_needs_a_purpose_and_lifts_only_the_holders_mask(day, visitor):
    officer = opened(visitor, "duty")
    assert HOLDER not in officer.text
    before = len(kept(day, Reveal))
    officer.post(f"{officer.address}/reveal")
    assert (officer.status, HOLDER in officer.text, len(kept(day, Reveal))) == (403, False, before)
    officer = opened(visitor, "duty")
    officer.post(f"{officer.address}/reveal", case=day.case_id, reason="核对收款人身份")
    assert (officer.status, HOLDER in officer.text) == (200, True)
    assert "6299 9900 0000 0000 017" in officer.words
    assert not [number for number in ACCOUNTS.values() if number in officer.text]
    assert len(kept(day, Reveal)) > before
    assert HOLDER not in officer.get(account_address(console_of_day(day), BOTH, M)) or officer.status == 404


def test_whoever_has_no_record_of_it_sees_no_row_of_the_ledger(visitor):
    stranger = opened(visitor, "stranger")
    assert stranger.status == 200
    assert "明细不予显示" in stranger.words
    assert "¥" not in stranger.words


def test_a_search_leads_to_the_record_or_lists_what_may_be_seen(day, visitor):
    officer = visitor("both")
    officer.get("/search")
    officer.post("/search", terms=day.case_id)
    assert officer.address == f"/cases/{day.case_id}"
    officer.get("/search")
    officer.post("/search", terms=M)
    assert {"线索", "措施", "已核实付款"} <= set(re.findall(r"<h2>([^ <]+) <small", officer.text))
    assert "/accounts/" in officer.text
    assert kept(day, SearchEntry)[-1].terms == M


def test_a_search_without_a_purpose_says_nothing_of_other_bodies(day, visitor):
    officer = visitor("stranger")
    for number, said in ((M, "填写案件或理由"), ("6299999999999999999", "填写案件或理由")):
        officer.get("/search")
        officer.post("/search", terms=number)
        assert said in officer.words
        assert "COUNTY" not in officer.words
    officer.get("/search")
    officer.post("/search", terms="123")
    assert officer.status == 422
