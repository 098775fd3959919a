"""Beside the list of the duty desk: what may be the same, what is said on the telephone, and what an officer pins (模拟)."""

from __future__ import annotations

import re

from desk_case import HOLDER, stopped_case
from measure_home import actor_of, make_fact

from fanzha.casework import Clue, Report
from fanzha.measures.model import MeasureKind
from fanzha.measures.orders import Outcome, Receipt
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.note_call import call_notes
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.record_receipt import record_receipt
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


def test_an_order_that_does_not_leave_is_an_alarm_and_what_is_held_stands_below_it(console, visitor):
    officer, chief = actor_of(console.desk, "both"), actor_of(console.desk, "chief")
    done = _stop_of(console, officer, chief, "6299990000000000017", "模拟银行")
    now_us = console.desk.clock.now_us()
    assert "指令未发出" not in visitor("both").get("/desk?tab=mine")  # a connected bank: it leaves by itself in seconds
    answer = Receipt("R1", done.orders[0].id, Outcome.EXECUTED, now_us, now_us, 5_000_000)
    record_receipt(console.desk, actor_of(console.desk, "clerk"), answer)
    stuck = _stop_of(console, officer, chief, "6299990000000000991", "模拟没有的银行")
    page = visitor("both").get("/desk?tab=mine")
    by_account = {clue.subject: clue.id for clue in one(console, Clue)}
    first, last = queue(page)
    assert (first, last) == (by_account["6299990000000000991"], by_account["6299990000000000017"])
    assert '<a href="/desk?tab=unsent" class="alarm"><span aria-hidden="true">▲</span> 指令未发出 <b>1</b></a>' in page
    rows = dict(re.findall(r'<tr id="row-([A-Z0-9-]+)"(.*?)</tr>', page, re.DOTALL))
    assert "指令未发出" in rows[first]
    assert "待办结" in rows[last]
    assert queue(visitor("both").get("/desk?tab=unsent")) == [stuck.id]
    assert queue(visitor("stranger").get("/desk?tab=unsent")) == []
    sheet = visitor("both").get("/desk/shift-sheet").partition("<h2>指令未发出")[2].partition("<h2>")[0]
    assert f"/measures/{stuck.id}" in sheet
    assert f"/measures/{done.id}" not in sheet
    seat = visitor("both")
    assert f'name="actions" value="{done.id}"' in seat.get(f"/desk?tab=mine&clue={last}")
    seat.post(f"/clues/{last}/act", actions=done.id)  # as the button beside the list does
    assert queue(seat.get("/desk?tab=mine")) == [first]


def test_what_no_rule_forbids_is_not_called_fine_where_its_order_cannot_leave(console, visitor):
    officer = actor_of(console.desk, "both")
    drafts = {
        bank: _draft_of(console, officer, account, bank)
        for account, bank in (("6299990000000000017", "模拟银行"), ("6299990000000000991", "模拟没有的银行"))
    }
    fine = "没有规则反对，也不须说明理由"
    assert fine in visitor("both").get(f"/measures/{drafts['模拟银行'].id}")
    page = visitor("both").get(f"/measures/{drafts['模拟没有的银行'].id}")
    assert fine not in page
    assert "没有规则反对；但批准后指令不会自动发出" in page


def _draft_of(console, officer, account, bank):
    case, fact = make_fact(console.desk, account=account, institution=bank)
    stop = MeasureDraft(kind=MeasureKind.STOP_PAYMENT, reason="被害人刚刚转账", basis="afl-20", case=case, fact=fact,
                        amount_minor=5_000_000, traced_minor=5_000_000)  # fmt: skip
    return draft_measure(console.desk, officer, stop)


def _stop_of(console, officer, chief, account, bank):
    drafted = _draft_of(console, officer, account, bank)
    propose_measure(console.desk, officer, drafted.id)
    return approve_measure(console.desk, chief, drafted.id)


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
