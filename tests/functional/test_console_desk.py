"""Beside the list of the duty desk: what may be the same, what is said on the telephone, and what an officer pins (模拟)."""

from __future__ import annotations

import re

from desk_case import HOLDER, stopped_case
from measure_home import actor_of

from fanzha.casework import Clue, Report
from fanzha.services.desk.note_call import call_notes
from tests.functional.test_console_cases import EVIL, one, take_in


def queue(page):
    """The clues of the list, from the top."""
    return re.findall(r'<tr id="row-([A-Z0-9-]+)"', page)


def test_a_call_is_noted_beside_the_list_and_stays_under_its_report(console, visitor):
    officer = visitor("duty")
    take_in(officer)
    clue = one(console, Clue)[0]
    page = officer.get(f"/desk?clue={clue.id}")
    assert 'name="note"' in page
    said = officer.post(
        "/desk/note", clue=clue.id, tab="queue", note=f"对方又来电要求再转，{HOLDER}{EVIL}\n\n又称是客服"
    )
    assert "已记入报案" in said
    assert "对方又来电要求再转" in said
    assert HOLDER not in said  # who has no case of it yet sees no name
    assert EVIL not in said
    report = one(console, Report)[0]
    assert call_notes(report)[0].endswith("又称是客服")  # one note, however it was typed
    assert report.narrative.startswith("模拟：刷单返利")
    assert re.search(r"\n\n【通话便签 \d{4}-\d\d-\d\d \d\d:\d\d duty】对方又来电要求再转", report.narrative)
    assert "the note says nothing" in officer.post("/desk/note", clue=clue.id, tab="queue", note=" ")
    assert one(console, Report)[0] == report


def test_what_is_pinned_stands_first_in_every_list_until_it_is_let_go_or_worked_off(console, visitor):
    officer = visitor("duty")
    for name, amount in (("first", "9万"), ("second", "1万")):
        take_in(
            officer,
            **{"request": name, "payments-1-amount": amount, "payments-1-payee": f"62999900000000{len(name):05d}"},
        )
    top, low = queue(officer.get("/desk"))
    assert queue(officer.post("/desk/pin", clue=low, tab="queue")) == [low, top]
    officer.post(f"/clues/{top}/claim")
    assert queue(officer.get("/desk?tab=mine")) == [low, top]
    assert queue(visitor("chief").get("/desk?tab=all")) == [top, low]  # his own browser's matter
    officer.post("/desk/pin", clue=low, tab="mine")
    assert queue(officer.get("/desk?tab=mine")) == [top]
    officer.post("/desk/pin", clue=top, tab="mine")
    officer.post(f"/clues/{top}/assess", finding="刚刚转出，仍可能在账户")
    officer.post(f"/clues/{top}/dismiss", reason="查明系亲属之间往来")
    assert queue(officer.get("/desk")) == [low]
    assert "没有这条记录" in officer.post("/desk/pin", clue="CLUE-999999", tab="queue")


def test_the_open_row_says_what_may_be_the_same_matter(console, visitor):
    officer = visitor("duty")
    take_in(officer)
    take_in(officer, request="again")
    reports = one(console, Report)
    clue = next(clue for clue in one(console, Clue) if clue.reports == (reports[0].id,))
    side = officer.get(f"/desk?clue={clue.id}").partition('<aside class="side"')[2]
    assert "可能是同一件" in side
    assert f'href="/reports/{reports[1].id}"' in side
    assert "同一收款账户的警情" in side


def test_a_row_shows_the_stop_of_its_own_case_and_says_where_another_case_holds_the_account(console, visitor):
    stopped_case(console.desk, actor_of(console.desk, "both"), actor_of(console.desk, "clerk"))
    officer = visitor("both")
    take_in(officer, **{"payments-1-amount": "1.2万"})
    page = officer.get("/desk?tab=all")
    rows = dict(re.findall(r'<tr id="row-([A-Z0-9-]+)"(.*?)</tr>', page, re.DOTALL))
    new = next(row for row in rows if "1.2万" in rows[row])
    first = next(row for row in rows if row != new)
    assert "紧急止付·部分执行" in rows[first]  # the bank said that less is there
    assert "另案已控" not in rows[first]
    assert "紧急止付" not in rows[new]
    assert "另案已控" in rows[new]
    side = officer.get(f"/desk?tab=all&clue={first}").partition('<aside class="side"')[2]
    assert "✔ 四要素已核对" in side
    assert "尚未核对，不能作为止付依据" not in side
    assert f'href="/clues/{first}/stop"' not in side  # it has its stop
    assert "尚未核对，不能作为止付依据" in officer.get(f"/desk?tab=all&clue={new}").partition('<aside class="side"')[2]


def test_a_document_that_says_otherwise_than_the_report_is_explained_beside_what_was_reported(console, visitor):
    officer = visitor("duty")
    take_in(officer)
    clue = one(console, Clue)[0]
    officer.post(f"/clues/{clue.id}/claim")
    officer.post(f"/clues/{clue.id}/assess", finding="刚刚转出，仍可能在账户")
    slip = {
        "holder": HOLDER, "account": clue.subject, "amount": "999999", "at": "2026-03-02T12:00:00", "checked": "1",
        "institution": "模拟银行", "document": "transfer_slip", "reference": "纸1", "hop": "1",
    }  # fmt: skip
    page = officer.post(f"/clues/{clue.id}/verify", **slip)
    assert "与报案所述不同：报案人说 ¥50,000.00" in page
    assert "材料确实这样写，才在这里写明理由" in page
    assert "报案所述（未核对）" in page  # what was said is still beside the form
    assert "¥50,000.00" in page
    assert "四要素已核对，形成事实" in officer.post(
        f"/clues/{clue.id}/verify", **slip, reason="凭证金额为整笔，含本人资金"
    )
