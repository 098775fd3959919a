"""The dossier, the search, the audit and the office in a real browser: keys alone, three themes, both languages."""

from __future__ import annotations

import pytest
from console_day import console_of_day
from console_home import CHROMIUM, FLAGS, axe_violations, served
from county_desk import fill
from return_day import BOTH, M, make_return_day

from fanzha.web.account_reference import account_address
from fanzha.web.asking import SESSION_COOKIE

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium")]


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    made = make_return_day("memory", tmp_path_factory.mktemp("day"))
    fill(made)
    yield made
    made.desk.store.close()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def seat(day, browser):
    """Gives a page in which somebody sits, with what it complains of, and the console."""
    console = console_of_day(day)
    contexts = []
    with served(console) as address:

        def sit(login, theme="light", language="zh", **more):
            context = browser.new_context(base_url=address, locale="zh-CN", **more)
            contexts.append(context)
            kept = {SESSION_COOKIE: f"made-up-token-of-{login}", "fanzha-lang": language, "fanzha-theme": theme}
            context.add_cookies([{"name": name, "value": value, "url": address} for name, value in kept.items()])
            page, complaints = context.new_page(), []
            page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            return page, complaints, console

        yield sit
        for context in contexts:
            context.close()


@pytest.mark.parametrize(("theme", "language"), [("light", "zh"), ("dark", "en"), ("contrast", "zh")])
def test_the_pages_are_open_to_everybody(seat, theme, language):
    for login, addresses in {
        "both": ("account", "/search", "/settings", "/password", "/help"),
        "auditor": ("/audit", "/audit?tab=searches", "/audit?tab=exports"),
        "admin": ("/office", "/people/duty", "/bodies/COUNTY", "/people/new", "/links/new"),
    }.items():
        page, complaints, console = seat(login, theme, language)
        for wanted in addresses:
            address = account_address(console, BOTH, M) if wanted == "account" else wanted
            page.goto(address)
            assert (wanted, axe_violations(page)) == (wanted, [])
        assert complaints == []


def test_keys_alone_find_an_account_and_go_on(seat):
    page, complaints, _ = seat("both")
    page.goto("/search")
    page.keyboard.press("Control+k")
    page.keyboard.type(M)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=打开账户档案")
    page.locator("h1").click()
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/**")
    assert M not in page.url
    page.keyboard.press("Control+k")
    page.keyboard.type("设置")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings")
    assert complaints == []


def test_a_stretch_of_time_is_drawn_or_typed(seat):
    page, complaints, console = seat("both")
    page.goto(account_address(console, BOTH, M) + "?rows=all")
    box = page.locator("[data-brush]").bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 20, steps=4)
    page.mouse.up()
    page.wait_for_url("**from=**")
    assert complaints == []


def test_it_reflows_on_a_narrow_screen(seat):
    page, _, console = seat("both", viewport={"width": 320, "height": 640})
    for address in (account_address(console, BOTH, M), "/search", "/settings"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
