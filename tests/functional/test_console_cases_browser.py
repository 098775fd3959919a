"""The way from a report to a stop by keyboard alone, and what axe and the browser say of these screens."""

from __future__ import annotations

import pytest
from console_home import CHROMIUM, FLAGS, axe_violations, open_console, served, sitting
from desk_case import ACCOUNT, HOLDER, PHONE, VICTIM, stopped_case
from measure_home import actor_of

from fanzha.casework import Clue
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query

pytestmark = pytest.mark.slow
sync_api = pytest.importorskip("playwright.sync_api")
# In a clone of the pages of cases alone, the measure's own page may answer that it is not there.
NOT_OURS = ("404",)


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium here")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def console(tmp_path):
    with open_console(tmp_path / "home") as console:
        yield console


def one(console, kind):
    with console.desk.store.reading() as view:
        return view.records(kind).find(Query(order_by="id", limit=10)).rows


def go(page, key):
    with page.expect_navigation():
        page.keyboard.press(key)


def tab_to(page, wanted):
    for _ in range(40):
        if page.evaluate("document.activeElement.id") == wanted:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by Tab")


def write(page, place, text):
    tab_to(page, place)
    page.keyboard.insert_text(text)


def test_a_report_becomes_a_drafted_stop_by_keys_alone(browser, console):
    with served(console) as address, sitting(browser, address, console, "duty") as (page, complaints):
        page.goto("/desk")
        go(page, "n")
        for place, text in (
            ("f-name", VICTIM), ("f-phone", PHONE), ("f-narrative", f"模拟：付给{HOLDER} {ACCOUNT}"),
            ("f-payments-1-payee", ACCOUNT), ("f-payments-1-holder", HOLDER), ("f-payments-1-bank", "模拟银行"),
            ("f-payments-1-amount", "5万"), ("f-payments-1-at", "2026-03-02 12:00"),
        ):  # fmt: skip
            write(page, place, text)
        page.keyboard.press("Enter")  # in a field it sends nothing
        assert page.url.endswith("/reports/new")
        go(page, "Control+Enter")
        go(page, "Enter")  # 接警 has the focus
        go(page, "Control+Enter")  # the case, its title is there
        go(page, "Control+Enter")  # the finding is begun with what was claimed
        for place, text in (("f-holder", HOLDER), ("f-account", ACCOUNT), ("f-reference", "SLIP-1")):
            write(page, place, text)
        tab_to(page, "f-checked")
        page.keyboard.press("Space")
        go(page, "Control+Enter")
        go(page, "Control+Enter")  # the stop's draft
        assert [measure.target.reference for measure in one(console, Measure)] == [ACCOUNT]
        assert not [said for said in complaints if not any(word in said for word in NOT_OURS)]


def test_an_input_method_composes_without_sending(browser, console):
    with served(console) as address, sitting(browser, address, console, "duty") as (page, _):
        page.goto("/reports/new")
        compose = """() => { const field = document.querySelector('#f-narrative'); field.focus();
            for (const key of ['Enter', 'n', 's']) field.dispatchEvent(new KeyboardEvent('keydown',
                {key, ctrlKey: key === 'Enter', bubbles: true, cancelable: true, isComposing: true, keyCode: 229})); }"""
        page.evaluate(compose)
        page.wait_for_timeout(200)
        assert page.url.endswith("/reports/new")


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_axe_and_the_browser_find_nothing_in_any_theme(browser, console, locale):
    case = stopped_case(console.desk, actor_of(console.desk, "both"), actor_of(console.desk, "clerk"))
    clue = one(console, Clue)[0]
    tabs = ("log", "money", "accounts", "related", "measures", "evidence", "returns", "deeds")
    pages = [f"/cases/{case.id}?tab={tab}" for tab in tabs]
    pages += ["/cases", "/reports", "/reports/new", f"/reports/{case.reports[0]}", "/clues", f"/clues/{clue.id}"]
    pages += [
        "/clues/figure",
        "/hand-overs",
        f"/cases/{case.id}/brief",
        f"/cases/{case.id}/close",
        f"/cases/{case.id}/reveal",
    ]
    with served(console) as address, sitting(browser, address, console, "both", locale=locale) as (page, complaints):
        found = {}
        for theme in ("light", "dark", "contrast"):
            page.context.add_cookies([{"name": "fanzha-theme", "value": theme, "url": address}])
            for place in pages:
                page.goto(place)
                if said := axe_violations(page):
                    found[theme, place] = said
        assert not found
        assert not complaints


WIDE = """() => document.documentElement.scrollWidth <= 320 ? [] : [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > 321 && !one.closest('.list'))
    .map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 60)}`)"""


def test_no_screen_is_wider_than_a_telephone(browser, console):
    case = stopped_case(console.desk, actor_of(console.desk, "both"), actor_of(console.desk, "clerk"))
    with (
        served(console) as address,
        sitting(browser, address, console, "both", viewport={"width": 320, "height": 700}) as (page, _),
    ):
        for place in (
            f"/cases/{case.id}",
            "/reports/new",
            f"/reports/{case.reports[0]}",
            f"/clues/{one(console, Clue)[0].id}",
        ):
            page.goto(place)
            wide = page.evaluate(WIDE)
            assert not wide, (place, wide)
