"""The desk in a real browser: keys, live rows, clocks, a lost stream, many tabs, both languages, every theme."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
from console_home import CHROMIUM, FLAGS, axe_violations, open_console, served, sitting
from measure_home import actor_of

from fanzha.casework import AccountName, Channel, ReportDraft, ReportedPayment, Reporter, ReporterKind
from fanzha.core.time import MINUTE_US
from fanzha.services.desk.receive_report import receive_report
from fanzha.web import Console

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
]
ROWS = "n => document.querySelectorAll('table.queue tbody tr').length === n"
NASTY = "模拟<img src=x onerror=alert(1)>\"'{{7*7}}"


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    with open_console(tmp_path_factory.mktemp("console") / "home") as made:
        for place in range(3):
            take_in(made, f"629999000000000{place:04d}", minutes_ago=20 + place)
        yield made


@pytest.fixture(scope="module")
def address(console):
    with served(console) as where:
        yield where


@pytest.fixture
def stack():
    with ExitStack() as held:
        yield held


def take_in(console: Console, account: str, *, minutes_ago: int = 5) -> None:
    desk = console.desk
    at_us = desk.clock.now_us() - minutes_ago * MINUTE_US
    paid = ReportedPayment("", NASTY, AccountName(account, NASTY, NASTY), amount_minor=3_800_000, at_us=at_us)
    told = ReportDraft(Channel.CALL, Reporter(ReporterKind.VICTIM, NASTY), f"{NASTY} 刷单返利", payments=(paid,))
    receive_report(desk, actor_of(desk, "duty"), told)


def test_an_address_that_is_not_there_gets_a_page_without_violation(browser, address, console):
    with sitting(browser, address, console, "duty") as (page, complaints):
        page.goto("/nowhere")
        assert axe_violations(page) == []
        assert [text for text in complaints if "404" not in text] == []


def test_rows_are_walked_and_taken_by_keys(browser, address, console):
    with sitting(browser, address, console, "duty") as (page, _):
        page.goto("/desk")
        first = page.locator("tr[aria-selected=true]").get_attribute("id")
        page.keyboard.press("j")
        page.wait_for_function("before => document.querySelector('tr[aria-selected=true]').id !== before", arg=first)
        page.wait_for_function("() => document.querySelector('.side form[action*=claim]')")
        page.keyboard.press("k")
        assert page.locator("tr[aria-selected=true]").get_attribute("id") == first
        page.keyboard.press("g")
        page.keyboard.press("d")
        page.wait_for_url("**/desk")


def test_a_new_report_appears_without_a_hand(browser, address, console):
    with sitting(browser, address, console, "duty") as (page, _):
        page.goto("/desk")
        page.wait_for_selector("#link.ok", timeout=20_000)
        before = page.locator("table.queue tbody tr").count()
        take_in(console, "6299990000000009999")
        page.wait_for_function(ROWS, arg=before + 1, timeout=20_000)


def test_a_page_in_many_tabs_goes_on_answering(browser, address, console):
    with sitting(browser, address, console, "duty") as (page, _):
        page.goto("/desk")
        others = [page.context.new_page() for _ in range(6)]
        for other in others:
            other.goto(f"{address}/desk")
        page.goto("/settings")  # a stream for each tab would leave no connection for this
        assert "设置" in page.title()
        for other in others:
            other.wait_for_selector("#link.ok", timeout=30_000)


def test_the_stream_passes_to_another_tab_when_its_own_is_closed(browser, address, console):
    with sitting(browser, address, console, "duty") as (page, _):
        page.goto("/desk")
        page.wait_for_selector("#link.ok", timeout=20_000)
        others = [page.context.new_page() for _ in range(2)]
        for other in others:
            other.goto(f"{address}/desk")
        page.close()
        before = others[1].locator("table.queue tbody tr").count()
        take_in(console, "6299990000000008888")
        for other in others:
            other.wait_for_function(ROWS, arg=before + 1, timeout=20_000)


def test_without_a_stream_the_page_asks_again_and_again_and_says_so(browser, address, console):
    with sitting(browser, address, console, "duty") as (page, _):
        page.route("**/live", lambda asked: asked.abort())
        page.clock.install()
        page.goto("/desk")
        before = page.locator("table.queue tbody tr").count()
        take_in(console, "6299990000000007777")
        page.clock.fast_forward(31_000)
        page.wait_for_selector("#link.poll", timeout=20_000)
        assert page.inner_text("#link") == "每10秒刷新"
        page.clock.fast_forward(11_000)
        page.wait_for_function(ROWS, arg=before + 1, timeout=20_000)


def test_a_page_without_its_server_says_since_when(browser, console, stack):
    with ExitStack() as server:
        where = server.enter_context(served(console))
        page, _ = stack.enter_context(sitting(browser, where, console, "duty"))
        page.goto("/desk")
        page.wait_for_selector("#link.ok", timeout=20_000)
        server.close()
        page.wait_for_selector("#offline:not([hidden])", timeout=60_000)
        assert "连接已断开" in page.locator("#offline").inner_text()
        assert axe_violations(page) == []


def test_names_are_shown_as_names(browser, address, console):
    with sitting(browser, address, console, "duty") as (page, complaints):
        asked: list[Any] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        page.goto("/desk?tab=all")
        assert page.locator("img[src=x]").count() == 0
        assert "49" not in page.locator(".side").inner_text()
        assert not asked
        assert complaints == []


@pytest.mark.parametrize("field", ["#f-narrative", "#f-name", "#find", "#command"])
def test_an_input_method_composes_without_sending(browser, address, console, field):
    with sitting(browser, address, console, "duty") as (page, complaints):
        page.goto("/reports/new")
        if field == "#command":
            page.keyboard.press("Control+k")
            page.keyboard.insert_text("设置")
        page.focus(field)
        keys = page.context.new_cdp_session(page)
        for written in ("转账", "给骗子"):
            keys.send("Input.imeSetComposition", {"text": "pinyin", "selectionStart": 6, "selectionEnd": 6})
            for held in (0, 2):  # alone, and with Ctrl
                enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "modifiers": held}
                keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
                keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
            keys.send("Input.insertText", {"text": written})
        page.wait_for_timeout(200)
        assert page.url.endswith("/reports/new")
        assert page.input_value(field).endswith("转账给骗子")
        assert complaints == []
