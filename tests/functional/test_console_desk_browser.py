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


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_no_accessibility_violation_and_no_complaint(browser, address, console, language, theme):
    with sitting(browser, address, console, "duty", locale=language) as (page, complaints):
        page.context.add_cookies([{"name": "fanzha-theme", "value": theme, "url": address}])
        for where in ("/desk", "/desk?tab=all", "/desk?tab=receipts", "/settings", "/help", "/nowhere"):
            page.goto(where)
            assert axe_violations(page) == [], where
        assert [text for text in complaints if "404" not in text] == []


def test_who_has_not_signed_in_gets_a_page_without_violation(browser, address, console):
    with sitting(browser, address, console, "") as (page, complaints):
        page.goto("/sign-in")
        assert axe_violations(page) == []
        assert complaints == []


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
        page.wait_for_function(
            "n => document.querySelectorAll('table.queue tbody tr').length === n", arg=before + 1, timeout=20_000
        )


def test_a_breach_is_told_once(browser, address, console):
    with sitting(browser, address, console, "duty") as (page, _):
        page.goto("/desk")
        page.evaluate("""() => { window.told = [];
            new MutationObserver(() => window.told.push(document.querySelector('#announce').textContent))
                .observe(document.querySelector('#announce'), {childList: true, characterData: true, subtree: true});
            document.querySelector('[data-due]').dataset.due = String(Date.now() - 5000); }""")
        page.wait_for_function("() => window.told.length > 0", timeout=5_000)
        page.wait_for_timeout(2_500)
        assert len(page.evaluate("() => window.told")) == 1


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


def test_a_page_without_its_server_says_since_when(browser, console, stack):
    with ExitStack() as server:
        where = server.enter_context(served(console))
        page, _ = stack.enter_context(sitting(browser, where, console, "duty"))
        page.goto("/desk")
        page.wait_for_selector("#link.ok", timeout=20_000)
        server.close()
        page.wait_for_selector("#offline:not([hidden])", timeout=60_000)
        assert "连接已断开" in page.locator("#offline").inner_text()


@pytest.mark.parametrize("width", [320, 1366, 1920])
def test_the_page_never_scrolls_sideways(browser, address, console, width):
    with sitting(browser, address, console, "duty", viewport={"width": width, "height": 768}) as (page, _):
        for where in ("/desk", "/settings", "/help"):
            page.goto(where)
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth + 1"), where


def test_names_are_shown_as_names(browser, address, console):
    with sitting(browser, address, console, "duty") as (page, complaints):
        asked: list[Any] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        page.goto("/desk?tab=all")
        assert page.locator("img[src=x]").count() == 0
        assert "49" not in page.locator(".side").inner_text()
        assert not asked
        assert complaints == []
