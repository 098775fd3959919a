"""An operation's entry on a telephone whose line is lost: what was typed stays, and sent again it is one entry."""

from __future__ import annotations

import pytest
from console_home import CHROMIUM, FLAGS, open_console, served, sitting
from console_walk import TOO_WIDE
from operation_day import AT
from operation_desk import PLAN

from fanzha.casework.operations import OperationStep
from fanzha.services.desk.operation_page import operation_page
from fanzha.services.desk.plan_operation import plan_operation
from fanzha.services.desk.step_operation import step_operation

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("poor line"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
]
PHONE = {"width": 320, "height": 568}


@pytest.fixture(scope="module")
def strike(tmp_path_factory):
    with open_console(tmp_path_factory.mktemp("phone") / "home") as console:
        desk = console.desk
        operation = plan_operation(desk, AT.analyst, PLAN)
        step_operation(desk, AT.chief, operation.id, OperationStep.APPROVE, number="模拟方案1号")
        step_operation(desk, AT.chief, operation.id, OperationStep.BEGIN)
        with served(console) as address, sync_api.sync_playwright() as play:
            browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
            yield console, operation.id, address, browser
            browser.close()


def entered(console, operation: str) -> list[tuple[str, int]]:
    return [(one.draft.note, one.quantity) for one in operation_page(console.desk, AT.duty, operation).results]


def write(page, operation: str, note: str) -> str:
    """Fills the form in; gives its key."""
    page.goto(f"/operations/{operation}/seize")
    page.select_option("[name=item]", "phone")
    page.fill("[name=quantity]", "3")
    page.fill("[name=note]", note)
    return page.input_value("[name=request]")


def press(page) -> None:
    page.click("[data-submit]")


@pytest.mark.parametrize("arrived", [False, True], ids=["lost on the way there", "lost on the way back"])
def test_what_was_sent_into_a_dead_line_is_sent_again_and_is_one_entry(strike, arrived):
    console, operation, address, browser = strike
    note = f"模拟：断线{arrived}"
    with sitting(browser, address, console, "duty", viewport=PHONE) as (page, _):
        key = write(page, operation, note)
        assert page.evaluate(TOO_WIDE) == []

        def lose(asked) -> None:
            if asked.request.method == "POST":
                if arrived:
                    asked.fetch(max_redirects=0)
                asked.abort()
            else:
                asked.continue_()

        page.route("**/seize", lose)
        press(page)
        page.wait_for_timeout(500)
        page.unroute("**/seize")
        page.context.clear_cookies(name="fanzha-told")  # which the answer that was lost would have brought
        assert [one for one in entered(console, operation) if one[0] == note] == ([(note, 3)] if arrived else [])
        page.goto(f"/operations/{operation}/seize")
        assert (page.input_value("[name=note]"), page.input_value("[name=quantity]")) == (note, "3")
        assert page.input_value("[name=item]") == "phone"
        assert page.input_value("[name=request]") == key
        assert page.is_visible("[data-unanswered]")
        press(page)
        page.wait_for_selector("#told")
        assert [one for one in entered(console, operation) if one[0] == note] == [(note, 3)]
        page.goto(f"/operations/{operation}/seize")  # it arrived: the next entry is another one
        assert page.input_value("[name=note]") == ""
        assert page.input_value("[name=request]") != key
        assert not page.is_visible("[data-unanswered]")


def test_without_a_line_nothing_is_sent_and_the_page_stays(strike):
    console, operation, address, browser = strike
    with sitting(browser, address, console, "duty", viewport=PHONE) as (page, _):
        write(page, operation, "模拟：无网络")
        page.context.set_offline(True)
        press(page)
        assert page.is_visible("[data-no-line]")
        assert page.input_value("[name=note]") == "模拟：无网络"
        assert page.evaluate(TOO_WIDE) == []
        page.context.set_offline(False)
        press(page)
        page.wait_for_selector("#told")
        assert ("模拟：无网络", 3) in entered(console, operation)


def test_what_was_ticked_is_kept_too(strike):
    console, operation, address, browser = strike
    with sitting(browser, address, console, "duty", viewport=PHONE) as (page, _):
        page.goto(f"/operations/{operation}/suspect")
        page.fill("[name=name]", "模拟·嫌九")
        page.locator("[name=charges]").nth(1).check()
        page.reload()
        assert page.input_value("[name=name]") == "模拟·嫌九"
        assert page.locator("[name=charges]").nth(1).is_checked()
