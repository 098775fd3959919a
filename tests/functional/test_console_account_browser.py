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
    page.locator("[data-brush]").scroll_into_view_if_needed()
    box = page.locator("[data-brush]").bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 20, steps=4)
    page.mouse.up()
    page.wait_for_url("**from=**")
    assert complaints == []


@pytest.mark.parametrize(("theme", "language"), [("light", "zh"), ("dark", "en")])
def test_inflows_are_worked_out_when_they_are_opened_and_an_export_is_asked_for(seat, theme, language):
    page, complaints, console = seat("both", theme, language)
    page.goto(account_address(console, BOTH, M))
    assert page.locator(".inflow-sums").count() == 0
    page.locator("#inflows > summary").press("Enter")
    page.wait_for_selector(".inflow-sums")
    assert "¥110,000.00" in page.inner_text(".inflow-sums")
    page.evaluate("scrollTo(0, 0)")  # what lies half under the head that stays is no smaller for that
    assert axe_violations(page) == []
    assert not [size for size in _print_overflow(page) if size > 1]
    page.locator("h1").click()
    page.keyboard.press("e")
    page.wait_for_url("**/export**")
    assert axe_violations(page) == []
    page.keyboard.type("移交检察院附件")
    with page.expect_download() as download:
        page.keyboard.press("Control+Enter")
    assert download.value.suggested_filename.endswith(".xlsx")
    assert complaints == []


def _print_overflow(page):
    """By how many pixels each table is wider than an A4 page lets it be, as it is printed."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})  # 186 mm between the margins
    found = page.evaluate(
        "[...document.querySelectorAll('main table')].map(table => table.offsetWidth - table.parentElement.clientWidth)"
    )
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1366, "height": 768})
    return found


def test_it_reflows_on_a_narrow_screen(seat):
    page, _, console = seat("both", viewport={"width": 320, "height": 640})
    account = account_address(console, BOTH, M)
    for address in (account, f"{account}/inflows", f"{account}/export"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
