"""Sitting down at the console: who is let in, what a form must carry, what every answer says to the browser."""

from __future__ import annotations

from dataclasses import replace

import pytest
from console_home import open_console, visiting
from measure_home import actor_of

from fanzha.services.desk.change_person import reset_password
from fanzha.web import DemoLogin


@pytest.fixture
def visitor(tmp_path):
    with open_console(tmp_path / "home") as console, visiting(console) as make:
        yield make


def test_whoever_has_not_signed_in_is_asked_to(visitor):
    stranger = visitor()
    stranger.get("/")
    assert (stranger.address, stranger.status) == ("/sign-in", 200)
    stranger.get("/desk")
    assert stranger.address == "/sign-in?next=/desk"


def test_each_begins_where_his_work_is(visitor):
    for login, first in {"duty": "/desk", "clerk": "/partner", "auditor": "/cases", "admin": "/office"}.items():
        someone = visitor(login)
        someone.get("/")
        assert someone.address == first, login


def test_a_form_of_another_page_is_not_taken(visitor):
    officer = visitor("duty")
    officer.get("/settings")
    assert officer.post("/settings", csrf="0" * 64, language="en")
    assert officer.status == 403
    assert "form.foreign" in officer.text


def test_settings_are_kept_in_the_browser(visitor):
    officer = visitor("duty")
    officer.get("/settings")
    officer.post("/settings", language="zh", theme="dark", density="tight")
    assert "已保存" in officer.words


def test_a_role_without_the_page_is_told_so(visitor):
    clerk = visitor("clerk")
    clerk.get("/desk")
    assert clerk.status == 403
    assert "您的角色没有这个页面" in clerk.words


def test_every_answer_keeps_the_browser_to_this_place(visitor):
    officer = visitor("duty")
    for address in ("/desk", "/nowhere", "/static/console.css"):
        officer.get(address)
        assert "script-src 'self'" in officer.headers["content-security-policy"]
        assert "unsafe" not in officer.headers["content-security-policy"]
        assert officer.headers["x-content-type-options"] == "nosniff"
    officer.get("/desk")
    assert officer.headers["cache-control"] == "no-store"


def test_the_page_speaks_english_to_who_wants_it(visitor):
    assert "Duty desk" in visitor("duty", "en").get("/desk")


def test_nobody_changes_seats_outside_a_made_city(visitor):
    officer = visitor("duty")
    officer.get("/settings")
    officer.post("/demo/seat", login="chief")
    assert officer.status == 403


def test_who_changes_seats_is_told_as_whom_he_sits_there_and_has_the_focus_at_it(tmp_path):
    seats = (DemoLogin("chief", "模拟·赵一", "COUNTY", ("approver",)),)
    with open_console(tmp_path / "home", seats) as console:
        password = "made-up-words-of-a-test"
        reset_password(console.desk, console.hasher, actor_of(console.desk, "admin"), "chief", password)
        with visiting(replace(console, demo_password=password)) as make:
            officer = make("duty")
            officer.get("/desk")
            officer.post("/demo/seat", login="chief")
            assert (officer.status, "已换席位，您现在是： chief" in officer.words) == (200, True)
            assert 'id="told" tabindex="-1"' in officer.text  # what takes the focus where nothing else comes next


def test_the_way_on_after_signing_in_stays_in_this_console(visitor):
    stranger = visitor()
    assert 'name="next" value=""' in stranger.get("/sign-in?next=//elsewhere.example/")
    assert 'name="next" value="/cases"' in stranger.get("/sign-in?next=/cases")
