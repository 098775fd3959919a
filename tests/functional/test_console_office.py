"""The audit, the office and one's own settings: who may, what is shown once, and what slows a guesser."""

from __future__ import annotations

import re

import pytest
from console_day import console_of_day, visiting_day
from county_desk import fill
from return_day import make_return_day

from fanzha.access import Person
from fanzha.core.time import MINUTE_US
from fanzha.web.attempts import WRONG_MAX
from fanzha.web.audit_words import sentence_of

PASSWORD, NEW = "模拟口令-made-up-1", "模拟口令-made-up-2"


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    made = make_return_day("memory", tmp_path_factory.mktemp("day"))
    fill(made)
    yield made
    made.desk.store.close()


@pytest.fixture
def console(day):
    return console_of_day(day)


@pytest.fixture
def visitor(console):
    with visiting_day(console) as make:
        yield make


def people(day):
    with day.desk.store.reading() as view:
        return {person.login: person for person in view.records(Person).get_many(["duty", "newcomer", "gate"])}


def add(admin, login, *roles, password=PASSWORD):
    admin.get("/people/new")
    admin.post("/people/new", login=login, name="模拟·新", organisation="CITY", roles=list(roles), password=password)


def test_every_action_of_a_day_has_words(day):
    with day.desk.store.reading() as view:
        events = tuple(view.audit.walk())
    assert len(events) > 50
    assert sorted({event.action for event in events if not sentence_of(event).known}) == ["office.seat"]


def test_an_auditor_reads_who_did_what_page_by_page_and_masked(visitor):
    auditor = visitor("auditor")
    assert "拟稿了" in auditor.get("/audit?actor=both")
    first = auditor.get("/audit")
    numbers = [int(found) for found in re.findall(r'<td class="num">(\d+)</td>', first)]
    assert numbers == sorted(numbers, reverse=True)
    older = re.search(r'href="(/audit\?[^"]*before=\d+)"', first)
    auditor.get(older[1].replace("&amp;", "&"))
    assert max(int(found) for found in re.findall(r'<td class="num">(\d+)</td>', auditor.text)) < numbers[-1]
    for tab in ("reveals", "searches", "exports"):
        auditor.get(f"/audit?tab={tab}")
        assert auditor.status == 200
        assert "6299990000000000017" not in auditor.text
    officer = visitor("both")
    officer.get("/audit")
    assert officer.status == 403


def test_an_administrator_adds_somebody_and_shuts_him_out(day, visitor):
    admin = visitor("admin")
    add(admin, "newcomer", "duty_officer")
    assert (admin.address, "人员已新增" in admin.words) == ("/people/newcomer", True)
    admin.post("/people/newcomer/roles", roles=["approver"])
    admin.post("/people/newcomer/deactivate", reason="不行")
    assert admin.status == 403
    assert people(day)["newcomer"].active
    admin.post("/people/newcomer/deactivate", reason="调离本单位")
    changed = people(day)["newcomer"]
    assert ([role.value for role in changed.roles], changed.active) == (["approver"], False)
    admin.get("/people/newcomer/reset-password")
    admin.post("/people/newcomer/reset-password", password=PASSWORD, again=NEW)
    assert (admin.status, "两次输入的口令不同" in admin.words) == (422, True)


def test_a_token_is_shown_once(visitor):
    admin = visitor("admin")
    add(admin, "gate", "api_client", password="")
    admin.get("/people/gate/token")
    admin.post("/people/gate/token", label="gateway-1")
    token = re.search(r'<code class="secret">([^<]+)</code>', admin.text)[1]
    assert token not in admin.get("/people/gate")
    credential = re.search(r"/tokens/(CRED-\d+)/revoke", admin.text)[1]
    admin.get(f"/tokens/{credential}/revoke")
    admin.post(f"/tokens/{credential}/revoke", reason="网关已停用")
    assert "已吊销" in admin.words


def test_nobody_else_keeps_the_office(visitor):
    for login in ("both", "auditor", "clerk", "stranger"):
        other = visitor(login)
        for address in ("/office", "/people/duty", "/bodies/COUNTY"):
            other.get(address)
            assert other.status == 403, (login, address)
        other.get("/people/duty/deactivate")
        other.post("/people/duty/deactivate", reason="无权的请求")
        assert other.status in (403, 404)


def test_one_changes_ones_password_and_ends_ones_sessions(visitor):
    admin = visitor("admin")
    add(admin, "sitter", "duty_officer")
    one, two = visitor(), visitor()
    for seat in (one, two):
        seat.get("/sign-in")
        seat.post("/sign-in", login="sitter", password=PASSWORD)
        assert seat.address == "/desk"
    one.get("/settings")
    assert one.words.count("结束此登录") == 1
    one.post(re.search(r'action="(/settings/sessions/[^"]+)"', one.text)[1])
    two.get("/desk")
    assert two.address.startswith("/sign-in")
    one.get("/password")
    one.post("/password", login="sitter", password=PASSWORD, new=NEW, again=NEW)
    assert one.address == "/sign-in"
    one.token = ""
    one.get("/sign-in")
    assert one.post("/sign-in", login="sitter", password=PASSWORD)
    assert one.status == 403


def test_who_guesses_has_to_wait(day, console, visitor):
    guesser = visitor()
    guesser.get("/sign-in")
    for number in range(WRONG_MAX):
        guesser.post("/sign-in", login=f"nobody-{number}", password="wrong")
        assert "账号或口令不对" in guesser.words
    guesser.post("/sign-in", login="nobody-else", password="wrong")
    assert (guesser.status, "尝试次数过多" in guesser.words) == (403, True)
    day.clock.at_us += 11 * MINUTE_US
    guesser.post("/sign-in", login="nobody-else", password="wrong")
    assert "账号或口令不对" in guesser.words
