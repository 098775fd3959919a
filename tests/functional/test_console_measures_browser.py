"""Measures, partners and returns in a real browser: by keys alone, and read by everybody."""

from __future__ import annotations

import pytest
from console_home import CHROMIUM, FLAGS, axe_violations, open_console, served, sitting
from measure_home import actor_of, make_measure_home
from playwright.sync_api import sync_playwright

from fanzha.measures.model import Measure, MeasureKind
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.propose_measure import propose_measure

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium on this machine")]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    home, case, fact = make_measure_home(tmp_path_factory.mktemp("browser") / "home")
    with open_console(home) as console, served(console) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        officer = actor_of(console.desk, "both")
        stop = MeasureDraft(
            kind=MeasureKind.STOP_PAYMENT, reason="被害人刚刚转账", basis="afl-20", case=case, fact=fact,
            amount_minor=5_000_000, traced_minor=5_000_000,
        )  # fmt: skip
        measure = propose_measure(console.desk, officer, draft_measure(console.desk, officer, stop).id)
        yield console, browser, address, measure.id, case, fact
        browser.close()


def _status(console, measure):
    with console.desk.store.reading() as view:
        return view.records(Measure).get(measure).status.value


def test_every_page_can_be_read_by_everybody(place):
    console, browser, address, measure, case, fact = place
    seats = {
        "chief": (
            "/measures",
            f"/measures/{measure}",
            f"/measures/{measure}/approve",
            f"/measures/batch?case={case}",
            "/returns",
        ),
        "both": (
            f"/measures/new?case={case}&fact={fact}",
            f"/measures/{measure}/verbs",
            "/queries/open",
            "/returns/new",
        ),
        "clerk": ("/partner", "/partner?tab=own"),
    }
    looks = (("zh-CN", "light"), ("en-GB", "dark"), ("zh-CN", "contrast"))
    wrong = []
    for login, pages in seats.items():
        for locale, theme in looks:
            with sitting(browser, address, console, login, locale=locale) as (page, complaints):
                page.context.add_cookies([{"name": "fanzha-theme", "value": theme, "url": address}])
                for one in pages:
                    page.goto(one)
                    wrong += [(one, theme, rule) for rule in axe_violations(page)]
                wrong += [(login, theme, text) for text in complaints]
    assert not wrong


def test_another_officer_approves_by_keys_alone_after_the_first_was_refused(place):
    console, browser, address, measure, _, _ = place
    with sitting(browser, address, console, "both") as (page, _):
        page.goto(f"/measures/{measure}/approve")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#trouble")
        assert "申请人不能审批自己的申请" in page.inner_text("#trouble")
        assert _status(console, measure) == "proposed"
    with sitting(browser, address, console, "chief") as (page, _):
        page.goto("/desk")
        page.keyboard.press("g")
        page.keyboard.press("m")
        page.wait_for_url("**/measures*")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/measures/{measure}")
        for key in ("a", "y", "Enter", "s"):
            page.keyboard.press(key)
        assert _status(console, measure) == "proposed", "no bare key signs anything"
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#told")
    assert _status(console, measure) == "approved"
