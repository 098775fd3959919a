"""Returns at the console: from the plan by every way to the payment that goes elsewhere, and its papers."""

from __future__ import annotations

import json
import re

import pytest
from console_home import visiting
from return_day import ACCOUNTS, AWAY, M, Row, make_return_day
from typer.main import get_command

from fanzha import bootstrap
from fanzha.access import Credential, CredentialKind, Person, new_credential
from fanzha.audit import AuditEntry
from fanzha.cli.desk_session import write_session
from fanzha.cli.return_steps import app as return_verbs
from fanzha.core.time import DAY_US
from fanzha.measures.orders import Outcome
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.services.desk.actor_from_token import token_hash
from fanzha.storage.argon2_hasher import Argon2Hasher
from fanzha.web import Console
from fanzha.web.deeds.returns import RETURN_DEEDS
from fanzha.web.pages import ROUTES

# Every verb of `fanzha return` and where the console has it: a deed's name, or a page's address.
PLACES = {
    "compute": "/returns/compute", "plan": "/returns/new", "draft": "/returns/new", "replan": "replan",
    "show": "/returns/{record_id:str}", "list": "/returns", "sums": "/returns/sums", "publish": "publish",
    "object": "object", "decide-objection": "decide-objection", "propose": "propose", "approve": "approve",
    "reject": "reject", "withdraw": "withdraw", "pay-again": "pay-again",
    "worksheet": "/returns/{record_id:str}/papers", "paper": "/returns/{record_id:str}/papers",
}  # fmt: skip
SEATS = ("duty", "both", "chief", "city-chief", "auditor", "clerk")


@pytest.fixture
def day(tmp_path):
    made = make_return_day("sqlite", tmp_path)
    home = tmp_path / "home"
    for login in SEATS:
        write_session(home, login, f"made-up-token-of-{login}")
    console = Console(
        desk=made.desk, hasher=Argon2Hasher(1, 8, 1), books=made.books, press=bootstrap.paper_press, home=home,
        secret=b"made-up secret of a test",
    )  # fmt: skip
    try:
        with visiting(console) as visitor:
            yield made, visitor
    finally:
        made.desk.store.close()


def _do(seat, address, verb, **fields):
    seat.get(f"{address}/{verb}")
    version = re.search(r'name="version" value="(\d+)"', seat.text)
    return seat.post(f"{address}/{verb}", **({"version": version[1]} if version else {}), **fields)


def test_the_page_of_a_return_names_what_nobody_has_seen_and_whose_money_nobody_claims(day):
    made, visitor = day
    rows = (
        Row("09:01:00", ACCOUNTS["V1"], M, "30000.00", "30000.00"),
        Row("09:02:00", M, AWAY, "20000.00", "10000.00"),
        Row("09:05:00", ACCOUNTS["V4"], M, "8000.00", "18000.00"),
    )
    made.read_in(rows, covered=False)
    case, _ = made.case(rows[:1])
    made.freeze(case.id, 1_800_000)
    made.trace(case.id)
    duty = visitor("duty")
    for words in ("流水没有到冻结时", "下一步：向该机构调取这段流水", "并非本案被害人汇入的资金", "8,000.00"):
        assert words in duty.get(f"/returns/new?case={case.id}"), words
    duty.post("/returns/new", case=case.id, then="draft")
    assert "请调取流水，或写明理由" in duty.words
    duty.post("/returns/new", case=case.id, then="draft", why="银行回执余额与流水末笔一致")
    assert "返还方案已拟" in duty.words
    for words in ("流水没有到冻结时", "并非本案被害人汇入的资金", "银行回执余额与流水末笔一致"):
        assert words in duty.get(duty.address), words
    _do(duty, duty.address, "replan", others="8000")
    assert "流水没有到冻结时" in duty.words
    assert "并非本案被害人汇入的资金" not in duty.words


def _sign_in_again(desk, login):
    """A session after the first one is over; its token."""
    token = f"made-up-later-token-of-{login}"
    with desk.store.begin() as unit:
        person = unit.records(Person).get(login)
        rules, now_us = desk.rules.access.credentials, desk.clock.now_us()
        session = new_credential(person, CredentialKind.SESSION, token_hash(token), rules, now_us, desk.ids)
        unit.records(Credential).add(session)
        unit.audit.append(AuditEntry(at_us=now_us, actor="admin", organisation="CITY", action="office.seat"))
        unit.commit()
    return token


def test_every_verb_of_the_command_line_has_its_place():
    assert set(get_command(return_verbs).commands) == set(PLACES)
    known = {deed.name for deed in RETURN_DEEDS} | {route.address for route in ROUTES}
    assert {place for place in PLACES.values() if place not in known} == set()


def test_a_return_from_the_plan_to_the_payment(day):
    made, visitor = day
    made.read_in()
    case, labels = made.case()
    made.freeze(case.id)
    made.trace(case.id)
    duty, city = visitor("duty"), visitor("city-chief")
    duty.get(f"/returns/new?case={case.id}")
    assert "按时间戳溯源返还" in duty.words
    assert labels["V3"] in duty.words
    duty.post("/returns/new", case=case.id, then="plan", branch="prorata", why="按比例更公平的理由")
    assert "拟定返还" in duty.words
    assert not duty.address.startswith("/returns/RETURN")
    duty.post("/returns/new", case=case.id, then="draft")
    assert "返还方案已拟" in duty.words, duty.words
    address = duty.address
    assert address in duty.get("/returns")
    _do(duty, address, "publish")
    assert "公告期开始" in duty.words
    _do(duty, address, "object", by="模拟·周九", text="<img src=x onerror=alert(1)>货款")
    assert "<img src=x" not in duty.text
    assert "模拟·周九" not in duty.text
    objection = re.search(r'<code class="small">(OBJ[\w-]+|\S+)</code>', duty.text)[1]
    _do(duty, address, "decide-objection", objection=objection, decision="dismissed", finding="经审查订单不实，不成立")
    assert "异议已答复" in duty.words
    _do(duty, address, "propose")
    assert duty.status == 403, "the notice has not ended"
    made.wait(31 * DAY_US)
    chief = visitor("chief")
    for seat, login in ((duty, "duty"), (chief, "chief"), (city, "city-chief")):
        seat.token = _sign_in_again(made.desk, login)
    _do(duty, address, "propose")
    assert "已呈请" in duty.words
    _do(chief, address, "approve", document="模拟返字1号")
    assert chief.status == 403, "it is decided at the prefecture level"
    _do(city, address, "approve", document="模拟返字〔2026〕1号")
    assert "已决定" in city.words
    procedure = made.get(ReturnProcedure, address.rsplit("/", 1)[1])
    first, second = made.payments(procedure)[:2]
    made.answer(first)
    made.answer(second, Outcome.REFUSED)
    _do(duty, address, "pay-again", payment=second.id, to="6299990000000000058", reason="原账户已注销，改付")
    assert "已报批改付" in duty.words, duty.words
    duty.get(f"/returns/sums?case={case.id}")
    assert "两边相符" in duty.words


def test_papers_and_sums_need_no_reveal_and_compute_no_record(day):
    made, visitor = day
    procedure, _, _ = made.drafted()
    duty = visitor("duty")
    page = duty.get(f"/returns/{procedure.id}")
    assert "6299990000000000017" not in page
    mark = re.search(r'name="csrf" content="(\w+)"', page)[1]
    for paper, head in (("worksheet", b"PK"), ("report", b"%PDF")):
        data = {"csrf": mark, "paper": paper}
        answer = duty.client.post(f"/returns/{procedure.id}/papers", data=data, headers=duty._headers())
        assert answer.content.startswith(head), paper
    duty.get(f"/returns/{procedure.id}")
    duty.post(f"/returns/{procedure.id}/papers", paper="notice")
    assert duty.status == 403
    assert "当前状态下不能办理这一步" in duty.words
    duty.get("/returns/compute")
    wanted = {
        "frozen": "27000.00",
        "victims": [{"id": "A", "loss": "30000.00", "returned": "0"}, {"id": "B", "loss": "60000"}],
    }
    duty.post("/returns/compute", text=json.dumps(wanted))
    assert "9000.00" in duty.words, duty.words
    assert visitor("clerk").get("/returns")
