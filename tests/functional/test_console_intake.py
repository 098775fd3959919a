"""A report is taken in during a call: what is said is understood, and what looks wrong is said while he is on the line."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from desk_home import run
from measure_home import actor_of

from fanzha.casework import Case, Clue, Report
from fanzha.core.ids import TimeSortedIds
from fanzha.core.time import MINUTE_US
from fanzha.services.desk.find_report import acknowledgement_of, report_id_of
from fanzha.web.show import instant
from tests.functional.test_console_cases import PAYMENT, REPORT, one, take_in


def test_what_is_said_on_the_telephone_is_understood_at_the_desk_and_on_the_command_line(console, visitor):
    before_us = console.desk.clock.now_us() - 3 * MINUTE_US
    clock = instant(before_us)[-8:-3].replace(":", "")
    take_in(visitor("duty"), **{"payments-1-amount": "3万2", "payments-1-at": f"前天{clock}"})
    (report,) = one(console, Report)
    assert report.payments[0].amount_minor == 3_200_000
    assert 0 <= before_us - report.payments[0].at_us - 2 * 24 * 60 * MINUTE_US < MINUTE_US
    words = ("report", "new", "--as", "duty", "--payee-name", "模拟·钱二", "--amount", "三万二", "--at", f"前天{clock}")
    code, _, told = run(console.home, *words)
    assert code == 0, told
    younger = one(console, Report)[1]
    assert (younger.payments[0].amount_minor, younger.payments[0].at_us) == (3_200_000, report.payments[0].at_us)


def test_what_could_mean_two_things_is_asked_again(console, visitor):
    page = take_in(visitor("duty"), **{"payments-1-amount": "3万20", "payments-1-at": "5点"})
    assert "请填写金额" in page
    assert "请填写时间" in page
    assert one(console, Report) == ()


def test_the_page_says_which_day_it_is_beside_the_time(console, visitor):
    page = visitor("duty").get("/reports/new")
    month, day = instant(console.desk.clock.now_us())[-14:-9].split("-")
    assert f"今天 {int(month)}月{int(day)}日" in page
    assert "today is" in visitor("duty", "en").get("/reports/new")


def test_an_account_is_read_back_once_and_stays_masked_afterwards(console, visitor):
    officer = visitor("duty")
    assert "6299 9900 0000 0000 017" in take_in(officer)
    (report,) = one(console, Report)
    assert "6299 9900 0000 0000 017" not in officer.get(f"/reports/{report.id}")


@pytest.mark.parametrize(
    ("number", "doubts"),
    [
        ("629999000000", ["12位，银行卡一般16–19位"]), ("6299990O00000000017", ["含字母"]),
        ("12", ["2位，银行卡一般16–19位"]), ("6299990000000000017", []), ("13900000000", []),
    ],
)  # fmt: skip
def test_a_number_that_looks_mistyped_is_taken_in_with_a_warning(console, visitor, number, doubts):
    take_in(visitor("duty"), **{"payments-1-payee": number, "phone": "12345" if doubts else "19900000001"})
    page = visitor("duty").get(f"/reports/{one(console, Report)[0].id}")
    said = re.sub("<[^>]+>", "", page)
    assert [word for word in ("位，银行卡一般16–19位", "含字母") if word in said] == [
        each.lstrip("0123456789") for each in doubts
    ]
    assert all(doubt in said for doubt in doubts)
    assert ("5位，不像能回拨的号码" in said) == bool(doubts)


def test_what_looks_mistyped_is_said_while_the_caller_can_still_be_asked(console, visitor):
    officer = visitor("duty")
    officer.get("/reports/new")
    wrong = {"payments-1-payee": "629999000000", "payments-1-bank": "拟银行", "phone": "199-abc"}
    page = officer.post("/reports/new", **{**REPORT, **PAYMENT, **wrong})
    assert officer.status == 422
    assert one(console, Report) == ()
    for told in ("12位，银行卡一般16–19位", "是不是 模拟银行？", "7位，不像能回拨的号码", "无误就再按一次"):
        assert told in page, told
    assert 'value="629999000000"' in page
    (seen,) = re.findall(r'name="seen" value="([0-9a-f]+)"', page)
    # Another mistyping is asked about again; what was corrected is no more.
    again = {**wrong, "payments-1-payee": "62999900000", "payments-1-bank": "模拟银行", "seen": seen}
    page = officer.post("/reports/new", **{**REPORT, **PAYMENT, **again})
    assert "11位，银行卡一般16–19位" in page
    assert "是不是" not in page
    assert one(console, Report) == ()
    (seen,) = re.findall(r'name="seen" value="([0-9a-f]+)"', page)
    officer.post("/reports/new", **{**REPORT, **PAYMENT, **again, "seen": seen})
    assert [report.payments[0].payee.number for report in one(console, Report)] == ["62999900000"]


def test_an_english_officer_writes_times_as_he_says_them(console, visitor):
    before_us = console.desk.clock.now_us() - 26 * 60 * MINUTE_US
    moment = datetime.strptime(instant(before_us), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - a wall clock
    officer = visitor("duty", "en")
    page = take_in(officer, **{"payments-1-at": "half past five"})
    assert "such as 17:20, 5:20pm, yesterday 17:05" in page
    assert instant(console.desk.clock.now_us())[:10] in page
    take_in(officer, **{"payments-1-at": f"{moment:%b} {moment.day} {moment:%I:%M} {moment:%p}".lower()})
    (report,) = one(console, Report)
    assert 0 <= before_us - report.payments[0].at_us < MINUTE_US


def test_a_case_is_opened_of_the_reports_of_its_clue_and_of_no_other_text(console, visitor):
    officer = visitor("duty")
    take_in(officer)
    (report,), (clue,) = one(console, Report), one(console, Clue)
    officer.post(f"/clues/{clue.id}/claim")
    form = officer.get(f"/clues/{clue.id}/case")
    assert f'<option value="{report.id}" selected>{report.acknowledgement}</option>' in form
    officer.post(f"/clues/{clue.id}/case", title="模拟：保留的案由", reports="ACK-123")
    assert officer.status == 422
    assert "模拟：保留的案由" in officer.text
    for wrong in ("ACK-123", "REPORT-123"):  # where it is written by hand, it is said at the field
        page = officer.post("/cases/new", title="模拟：保留的案由", reports=f"{report.acknowledgement} {wrong}")
        assert officer.status == 422
        assert f"没有警情 {wrong}，或您无权查看" in page
        assert "模拟：保留的案由" in page
    officer.post("/cases/new", title="模拟：保留的案由", reports=report.acknowledgement)
    (case,) = one(console, Case)
    assert case.reports == (report.id,)


def test_the_number_is_read_over_the_telephone_and_found_by_its_digits_alone(console, visitor):
    officer = visitor("duty")
    take_in(officer)
    (report,) = one(console, Report)
    assert re.fullmatch(r"ACK-\d{3}-\d{3}-\d{4}", report.acknowledgement)
    digits = report.acknowledgement.removeprefix("ACK-").replace("-", " ")
    for said in (report.acknowledgement, digits, digits.replace(" ", ""), f"ack {digits}"):
        officer.post("/search", terms=said)
        assert officer.address == f"/reports/{report.id}", said
        assert report_id_of(console.desk, actor_of(console.desk, "duty"), said) == report.id
        assert report_id_of(console.desk, actor_of(console.desk, "stranger"), said) == said
    assert acknowledgement_of("ACK-1MH485451-6DFDRA0K") == "ACK-1MH485451-6DFDRA0K"  # as they were given before
    assert acknowledgement_of("6299990000000000017") == acknowledgement_of("REPORT-000001") == ""


def test_a_number_that_a_report_has_already_is_not_given_again(console, visitor, monkeypatch):
    drawn = iter(["ACK-000-000-0001", "ACK-000-000-0001", "ACK-000-000-0002"])
    monkeypatch.setattr(TimeSortedIds, "telephone_number", lambda self, prefix: next(drawn))
    for request in ("first", "second"):
        take_in(visitor("duty"), request=request)
    assert [one_report.acknowledgement for one_report in one(console, Report)] == [
        "ACK-000-000-0001",
        "ACK-000-000-0002",
    ]


def test_wherever_a_bank_is_asked_for_those_that_orders_reach_are_offered(console, visitor):
    officer = visitor("duty")
    take_in(officer)
    (report,), (clue,) = one(console, Report), one(console, Clue)
    officer.post(f"/clues/{clue.id}/claim")
    officer.post(f"/clues/{clue.id}/case", title="模拟案", reports=report.id)
    officer.post(f"/clues/{clue.id}/assess", finding="刚刚转出，仍可能在账户")
    for address in (f"/clues/{clue.id}", f"/clues/{clue.id}/verify", f"/reports/{report.id}/add"):
        page = officer.get(address)
        assert 'list="institutions"' in page, address
        known = re.search(r'<datalist id="institutions">.*?</datalist>', page)[0]
        assert re.findall(r'value="([^"]+)"', known)[:2] == ["模拟二行", "模拟银行"], address
    assert 'id="institutions"' not in officer.get(f"/clues/{clue.id}/assess")


def test_the_command_line_warns_of_it_too(console):
    words = ("report", "new", "--as", "duty", "--payee", "629999000000", "--phone", "12345")
    code, out, told = run(console.home, *words)
    assert code == 0
    assert "a bank card has 16 to 19 digits" in out + told
    assert "nobody can be called back by it" in out + told


def test_a_bank_that_no_partner_answers_for_is_said_with_the_one_that_may_be_meant(console, visitor):
    officer = visitor("duty")
    page = take_in(officer, **{"payments-1-bank": "拟银行"})
    assert "没有已连接的机构叫这个名字" in page
    assert "是不是 模拟银行？" in page
    known = re.search(r'<datalist id="institutions">.*?</datalist>', officer.get("/reports/new"))[0]
    assert re.findall(r'value="([^"]+)"', known) == ["模拟二行", "模拟银行", "拟银行"]
    assert 'list="institutions"' in officer.text
    assert "没有已连接的机构" not in take_in(officer, request="again")
    assert "拟银行" not in re.findall(r'value="([^"]+)"', visitor("stranger").get("/reports/new"))


def test_only_pairs_of_this_report_are_offered_for_merging(console, visitor):
    officer, other = (
        visitor("duty"),
        {"payments-1-payee": "6299990000000000991", "payments-1-amount": "1万", "phone": ""},
    )
    take_in(officer)
    take_in(officer, **other, request="2", narrative="模拟：冒充客服")
    take_in(officer, **other, request="3", narrative="模拟：冒充客服退款")
    both = {f"payments-2-{name.split('-', 2)[2]}": value for name, value in other.items() if name != "phone"}
    take_in(officer, request="4", narrative="模拟：两笔", **both, **{"payments-rows": "2"})
    newest = one(console, Report)[-1]
    own = {clue.id for clue in one(console, Clue) if newest.id in clue.reports}
    shown = officer.get(f"/reports/{newest.id}").partition('class="clue-list alike"')[2].partition("</ul>")[0]
    pairs = re.findall(r'href="/clues/([A-Z0-9-]+)/merge\?absorbed=([A-Z0-9-]+)"', shown)
    assert pairs
    assert all({kept, absorbed} & own for kept, absorbed in pairs)
