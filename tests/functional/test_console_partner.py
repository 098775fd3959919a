"""The partner's desk, without script: his orders and nobody else's, answered by form or by file, each answer once."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from console_home import open_console, visiting
from measure_home import ACCOUNT, HOLDER, actor_of, make_measure_home

from fanzha.access import Credential, CredentialKind, Person, Reveal, new_credential
from fanzha.audit import AuditEntry
from fanzha.core.time import MINUTE_US, SECOND_US
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.orders import Question
from fanzha.ports.record_query import Query
from fanzha.services.desk.act_first import act_first
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.web.show import alarm_steps

STATEMENT_HEADER = (
    "交易卡号,账户开户名称,开户行,交易时间,交易金额,交易余额,收付标志,交易对手账卡号,对手户名,摘要说明,交易流水号\n"
)


@pytest.fixture
def place(tmp_path):
    home, case, fact = make_measure_home(tmp_path / "home")
    with open_console(home) as console, visiting(console) as visitor:
        officer = actor_of(console.desk, "both")
        stop = MeasureDraft(
            kind=MeasureKind.STOP_PAYMENT, reason="被害人刚刚转账", basis="afl-20", case=case, fact=fact,
            amount_minor=5_000_000, traced_minor=5_000_000,
        )  # fmt: skip
        begun = act_first(console.desk, officer, draft_measure(console.desk, officer, stop).id, "余额正在减少")
        yield console, visitor, begun.orders[0].id


def _measure(console):
    with console.desk.store.reading() as view:
        return view.records(Measure).find(Query(limit=1)).rows[0]


def _give_password(console, login, password):
    desk = console.desk
    with desk.store.begin() as unit:
        person = unit.records(Person).get(login)
        rules, now_us = desk.rules.access.credentials, desk.clock.now_us()
        hashed = console.hasher.hash(password)
        unit.records(Credential).add(new_credential(person, CredentialKind.PASSWORD, hashed, rules, now_us, desk.ids))
        unit.audit.append(AuditEntry(at_us=now_us, actor="admin", organisation="CITY", action="office.password"))
        unit.commit()


def _answer(clerk, order, **fields):
    clerk.get(f"/partner/orders/{order}")
    hidden = dict(re.findall(r'name="(request|begun)" value="([^"]*)"', clerk.text))
    return clerk.post(f"/partner/orders/{order}/answer", **{**hidden, **fields}), hidden


def test_he_sees_his_orders_masked_and_nobody_elses(place):
    console, visitor, order = place
    clerk = visitor("clerk")
    page = clerk.get("/partner")
    assert order in page
    assert ACCOUNT not in page
    assert HOLDER not in page
    assert "被害人刚刚转账" not in page
    assert order not in visitor("clerk2").get("/partner")
    other = visitor("clerk2")
    other.get(f"/partner/orders/{order}")
    assert other.status == 404
    visitor("duty").get("/partner")
    clerk.get(f"/partner/orders/{order}")
    clerk.post(f"/partner/orders/{order}/open")
    assert ACCOUNT in clerk.text.replace(" ", "")
    assert HOLDER in clerk.text
    with console.desk.store.reading() as view:
        assert view.records(Reveal).count(Query()) == 1


def test_received_done_and_repeated_are_three_things(place):
    console, visitor, order = place
    clerk = visitor("clerk")
    _answer(clerk, order, outcome="received")
    assert "回执已收下" in clerk.words
    assert _measure(console).status.value == "acknowledged"
    _answer(clerk, order, outcome="partial")
    assert clerk.status == 422
    assert "必填" in clerk.words
    _, hidden = _answer(
        clerk, order, outcome="partial", amount="48000", balance="50000",
        onward="6299990000000000033,模拟二行,模拟·周九,2000,2026-11-20 10:00:00",
    )  # fmt: skip
    measure = _measure(console)
    assert (measure.status.value, measure.executed_minor) == ("partial", 4_800_000)
    assert measure.receipts[-1].onward[0].amount_minor == 200_000
    clerk.get(f"/partner/orders/{order}")
    clerk.post(
        f"/partner/orders/{order}/answer", **hidden, outcome="partial", amount="48000", balance="50000",
        onward="6299990000000000033,模拟二行,模拟·周九,2000,2026-11-20 10:00:00",
    )  # fmt: skip
    assert "没有重复办理" in clerk.words
    assert len(_measure(console).receipts) == 2
    slip = clerk.get(f"/partner/orders/{order}/slip")
    assert order in slip
    assert re.search(r"[0-9a-f]{64}", slip)


def test_a_query_is_answered_by_its_statement_or_by_nothing_found(place):
    console, visitor, order = place
    desk, officer = console.desk, actor_of(console.desk, "both")
    stop = _measure(console)
    asked = (Question(ACCOUNT, desk.clock.now_us() - 3_600_000_000, desk.clock.now_us(), HOLDER),)
    query = MeasureDraft(
        kind=MeasureKind.QUERY, reason="需要资金去向", basis="procedure-238", case=stop.request.case, document="模拟查1号",
        target=stop.target, questions=asked,
    )  # fmt: skip
    drafted = propose_measure(desk, officer, draft_measure(desk, officer, query).id)
    order = approve_measure(desk, actor_of(desk, "chief"), drafted.id).orders[0].id
    clerk = visitor("clerk")
    _answer(clerk, order, outcome="executed")
    assert (clerk.status, "须上传流水" in clerk.words) == (422, True)
    clerk.get(f"/partner/orders/{order}")
    clerk.post(
        f"/partner/orders/{order}/answer", outcome="executed", files={"file": ("流水.csv", b"a,b\n1,2\n", "text/csv")}
    )  # fmt: skip
    assert (clerk.status, "cannot be read as a statement" in clerk.words) == (422, True)
    row = f"{ACCOUNT},{HOLDER},模拟银行,2026-11-20 11:30:00,500.00,500.00,进,6299991000000000011,模拟乙,转账,1\n"
    clerk.post(
        f"/partner/orders/{order}/answer", outcome="executed", request="one form",
        files={"file": ("流水.csv", (STATEMENT_HEADER + row).encode(), "text/csv")},
    )  # fmt: skip
    assert "回执已收下" in clerk.words
    with desk.store.reading() as view:
        measure = view.records(Measure).get(drafted.id)
        told = [one.message.topic for one in view.outbox.about(drafted.id)]
    assert told[-1] == "follow"  # its money is to be followed
    assert measure.status is Status.EXECUTED
    assert [one.account for one in measure.receipts[-1].answered if one.statement] == [ACCOUNT]


def test_a_table_goes_out_and_comes_back_row_by_row(place):
    console, visitor, order = place
    clerk = visitor("clerk")
    page = clerk.get("/partner")
    mark = re.search(r'name="csrf" content="(\w+)"', page)[1]
    sheet = clerk.client.post("/partner/sheet", data={"csrf": mark}, headers=clerk._headers()).content
    rows = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))
    assert [row["请求编号"] for row in rows] == [order]
    assert rows[0]["账号或号码"] == ACCOUNT
    good = {**rows[0], "回执编号": "R1", "结果": "已执行", "执行时间": "2026-11-21 10:00:00", "余额": "60000"}
    bad = {**rows[0], "回执编号": "R2", "结果": "办了", "执行时间": "2026-11-21 10:00:00"}
    alien = {**good, "回执编号": "R3", "请求编号": "MEAS-NOBODYS.begin"}
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]))
    table.writeheader()
    table.writerows([good, bad, alien])
    for word in ("已采用", "重复，未再办理"):
        clerk.get("/partner")
        clerk.post("/partner/receipts", files={"file": ("back.csv", out.getvalue().encode(), "text/csv")})
        assert clerk.status == 200
        assert word in clerk.words
        assert re.search(r"3\s+outcome\s+✕", clerk.words), "the bad row is named"
    assert len(_measure(console).receipts) == 1


def test_a_session_that_ends_keeps_what_was_written(place):
    console, visitor, order = place
    _give_password(console, "clerk", "模拟口令 made-up 2027")
    clerk = visitor("clerk")
    clerk.get(f"/partner/orders/{order}")
    fields = dict(re.findall(r'name="(request|begun)" value="([^"]*)"', clerk.text))
    fields |= {"outcome": "executed", "note": "<b>模拟备注</b>"}
    clerk.token = "a session that is over"
    clerk.post(f"/partner/orders/{order}/answer", **fields)
    assert clerk.status == 401
    assert "刚才填写的内容都在" in clerk.words
    assert 'name="kept.note" value="&lt;b&gt;模拟备注&lt;/b&gt;"' in clerk.text
    assert not _measure(console).receipts
    kept = {name: unescape(value) for name, value in re.findall(r'name="(kept[\w.]*)" value="([^"]*)"', clerk.text)}
    clerk.token = ""
    clerk.post("/sign-in", login="clerk", password="模拟口令 made-up 2027", **kept)
    assert "继续提交" in clerk.words, clerk.words
    again = {name: unescape(value) for name, value in re.findall(r'name="([a-z]+)" value="([^"]*)"', clerk.text)}
    assert again["note"] == "<b>模拟备注</b>"
    clerk.token = clerk.seated
    clerk.post(f"/partner/orders/{order}/answer", **{name: value for name, value in again.items() if name != "csrf"})
    assert "回执已收下" in clerk.words
    assert _measure(console).receipts[0].note == "<b>模拟备注</b>"
    assert "<b>模拟" not in clerk.get(f"/partner/orders/{order}")


def test_a_refusal_is_chosen_from_the_list_and_other_wants_words(place):
    console, visitor, order = place
    clerk = visitor("clerk")
    page = clerk.get("/partner")
    assert f'href="/partner/orders/{order}?outcome=refused#answer" data-row-key="n"' in page
    assert '<option value="ACCOUNT_CLOSED">账户已销户</option>' in clerk.get(f"/partner/orders/{order}?outcome=refused")
    assert re.search(r'data-key="n"><input type="radio" name="outcome" value="refused" checked', clerk.text)
    _answer(clerk, order, outcome="refused", code="因为不想")
    assert clerk.status == 422
    _answer(clerk, order, outcome="refused", code="OTHER")
    assert (clerk.status, "选其他的，在此写明原因" in clerk.words) == (422, True)
    _answer(clerk, order, outcome="refused", code="ACCOUNT_CLOSED")
    assert _measure(console).receipts[-1].code == "ACCOUNT_CLOSED"
    assert "账户已销户 ACCOUNT_CLOSED" in clerk.get(f"/partner/orders/{order}")


def test_a_short_limit_turns_to_alarm_by_its_shares():
    """Half an hour to answer is not an alarm at 29:59; what runs for days keeps its 12 h, 2 h and 30 min."""
    assert sum(step > 1_799 * SECOND_US for step in alarm_steps(30 * MINUTE_US)) == 0
    assert [step // SECOND_US for step in alarm_steps(30 * MINUTE_US)] == [900, 450, 180]
    assert [step // MINUTE_US for step in alarm_steps()] == [720, 120, 30]
