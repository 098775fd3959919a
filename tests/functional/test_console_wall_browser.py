"""The wall on a big screen in a real browser: large enough, whole, live, and honest when the line is lost."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from console_home import CHROMIUM, FLAGS, axe_violations, open_console, served, sitting
from operation_day import AT, seized, strike_drafts
from operation_desk import PLAN

from fanzha.casework.operations import OperationStep
from fanzha.services.desk.enter_result import enter_result
from fanzha.services.desk.plan_operation import plan_operation
from fanzha.services.desk.step_operation import step_operation

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("console wall"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
]
SCREENS = ((1920, 1080, 32), (3840, 2160, 64))  # and the smallest text in px, see wall.css
SMALLEST = """() => Math.min(...[...document.querySelectorAll("body *")]
    .filter((one) => one.checkVisibility() && !one.closest(".unseen, .skip, dialog")
        && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
OVERFLOW = (
    """() => [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"""
)
VALUE = "name => [...document.querySelectorAll('.wall-tiles a')].find(a => a.href.includes(name))?.querySelector('b').textContent"


@pytest.fixture(scope="module")
def strike(tmp_path_factory):
    with open_console(tmp_path_factory.mktemp("wall") / "home") as console:
        desk = console.desk
        operation = plan_operation(desk, AT.analyst, PLAN)
        step_operation(desk, AT.chief, operation.id, OperationStep.APPROVE, number="模拟方案1号")
        step_operation(desk, AT.chief, operation.id, OperationStep.BEGIN)
        for draft in list(strike_drafts())[-12:]:
            enter_result(desk, AT.duty, operation.id, draft)
        with served(console) as address, sync_api.sync_playwright() as play:
            browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
            yield console, operation.id, address, browser
            browser.close()


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize(("width", "height", "least"), SCREENS)
def test_the_wall_is_read_from_afar_and_stands_whole_on_the_screen(strike, language, width, height, least):
    console, _, address, browser = strike
    screen = {"width": width, "height": height}
    with sitting(browser, address, console, "duty", locale=language, viewport=screen) as (page, complaints):
        page.goto("/wall")
        assert page.evaluate(SMALLEST) >= least - 0.1
        assert max(page.evaluate(OVERFLOW)) <= 0
        assert axe_violations(page) == []
        assert complaints == []


def test_a_new_result_stands_on_the_wall_without_a_hand(strike):
    console, operation, address, browser = strike
    with sitting(browser, address, console, "duty", viewport={"width": 1920, "height": 1080}) as (page, _):
        page.goto("/wall")
        before = int(page.evaluate(VALUE, "seized_phones"))
        page.wait_for_function("() => document.querySelector('#link').className === 'ok'")
        enter_result(console.desk, AT.duty, operation, seized("phone", 5, request="later"))
        page.wait_for_function(f"() => ({VALUE})('seized_phones') === '{before + 5}'", timeout=15_000)


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "连接已断开"), ("en-GB", "The connection is gone")])
def test_a_wall_without_its_server_keeps_its_numbers_and_says_since_when(strike, language, said):
    console, _, _, browser = strike
    with ExitStack() as server:
        where, screen = server.enter_context(served(console)), {"width": 1920, "height": 1080}
        with sitting(browser, where, console, "duty", locale=language, viewport=screen) as (page, _):
            page.goto("/wall")
            page.wait_for_selector("#link.ok", timeout=20_000)
            before = page.evaluate(VALUE, "seized_phones")
            server.close()
            page.wait_for_selector("#offline:not([hidden])", timeout=60_000)
            assert page.evaluate(VALUE, "seized_phones") == before
            assert said in page.locator("#offline").inner_text()
            assert axe_violations(page) == []


def test_where_no_stream_comes_through_the_wall_asks_again(strike):
    console, operation, address, browser = strike
    with sitting(browser, address, console, "duty", viewport={"width": 1920, "height": 1080}) as (page, _):
        page.route("**/live", lambda asked: asked.abort())
        page.goto("/wall")
        before = int(page.evaluate(VALUE, "seized_computers"))
        enter_result(console.desk, AT.duty, operation, seized("computer", 2, request="unheard"))
        page.wait_for_function(f"() => ({VALUE})('seized_computers') === '{before + 2}'", timeout=60_000)
        assert page.evaluate("document.querySelector('#link').className") == "poll"


def test_the_wall_prints_on_one_sheet(strike):
    console, _, address, browser = strike
    with sitting(browser, address, console, "duty") as (page, _):
        page.goto("/wall")
        pdf = page.pdf(prefer_css_page_size=True)
        assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") <= 1


def test_the_pages_take_turns_until_somebody_pauses_them_and_old_data_say_how_old(strike):
    console, _, _, browser = strike
    with ExitStack() as server:
        where = server.enter_context(served(console))
        with sitting(browser, where, console, "duty", viewport={"width": 1920, "height": 1080}) as (page, complaints):
            page.clock.install()
            page.goto("/wall")
            assert page.locator("#wall-results").is_visible()
            assert not page.locator("#wall-funnel").is_visible()
            page.clock.run_for(31_000)
            assert page.locator("#wall-funnel").is_visible()
            assert max(page.evaluate(OVERFLOW)) <= 0
            assert axe_violations(page) == []
            page.locator("#turn").click()
            page.clock.run_for(61_000)
            assert page.locator("#wall-funnel").is_visible()
            assert complaints == []
            page.evaluate("document.querySelector('#link').className = 'off'")
            page.clock.run_for(125_000)
            assert "分钟未更新" in page.locator("#age").inner_text()
