"""Measures in a real browser: where the writing goes on, what a key proposes, and what is told no longer than it is so."""

from __future__ import annotations

import pytest
from console_home import CHROMIUM, FLAGS, open_console, served, sitting
from measure_home import ACCOUNT, actor_of, make_measure_home

from fanzha.casework import AccountName, Channel, ReportDraft, ReportedPayment, Reporter, ReporterKind
from fanzha.core.time import parse_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.claim_clue import claim_clue
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.receive_report import receive_report

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
]
PAID_US = parse_instant("2026-03-02 12:00")


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


def test_a_proposal_is_one_key_and_what_was_told_goes_once_it_is_approved(tmp_path, browser):
    home, case, fact = make_measure_home(tmp_path / "home")
    with open_console(home) as console, served(console) as address:
        desk = console.desk
        draft = MeasureDraft(
            kind=MeasureKind.STOP_PAYMENT, reason="被害人刚刚转账", basis="afl-20", case=case, fact=fact
        )
        measure = draft_measure(desk, actor_of(desk, "both"), draft)
        with sitting(browser, address, console, "both") as (page, complaints):
            page.goto(f"/measures/{measure.id}/propose")
            sync_api.expect(page.locator("button[data-submit]")).to_be_focused()
            page.keyboard.press("Enter")
            sync_api.expect(page.locator("#told")).to_contain_text("已报批")
            sync_api.expect(page.locator("#link.ok")).to_have_count(1)
            approve_measure(desk, actor_of(desk, "chief"), measure.id)
            sync_api.expect(page.locator(".state-tag").first).to_contain_text("已审批", timeout=20_000)
            sync_api.expect(page.locator("#told")).to_have_count(0)
            assert complaints == []
        with desk.store.reading() as view:
            assert view.records(Measure).get(measure.id).status is Status.APPROVED


def reported(desk):
    """A clue of a payment, in the hands of who took it."""
    duty = actor_of(desk, "duty")
    paid = ReportedPayment("", "模拟·孙三", AccountName(ACCOUNT, "", "模拟银行"), amount_minor=3_800_000, at_us=PAID_US)
    told = ReportDraft(Channel.CALL, Reporter(ReporterKind.VICTIM, "模拟·孙三"), "模拟：刷单返利", payments=(paid,))
    (clue,) = receive_report(desk, duty, told).clues
    return claim_clue(desk, duty, clue.id)


def test_what_was_typed_from_the_paper_outlives_a_look_behind_the_mask_and_the_tick_does_not(tmp_path, browser):
    with open_console(tmp_path / "home") as console, served(console) as address:
        desk, duty = console.desk, actor_of(console.desk, "duty")
        clue = reported(desk)
        open_case(desk, duty, clue.reports, "模拟刷单案")
        assess_clue(desk, duty, clue.id, "刚刚转出，可能还在账户")
        typed = {"holder": "模拟·纸上另一人", "account": "6299990000000022222", "amount": "37000", "reference": "纸1"}
        with sitting(browser, address, console, "duty") as (page, _):
            page.goto(f"/clues/{clue.id}")
            for name, text in typed.items():
                page.fill(f"[name={name}]", text)
            with page.expect_navigation():
                page.keyboard.press("Control+Enter")
            sync_api.expect(page.locator("[name=account]")).to_be_focused()  # the first of what is wrong
            tick = page.locator("[name=checked]")
            tick.check()
            with page.expect_navigation():
                page.keyboard.press("Alt+V")
            sync_api.expect(page.locator("#claims ~ dl").first).to_contain_text(ACCOUNT[:4])
            assert {name: page.input_value(f"[name={name}]") for name in typed} == typed
            assert not tick.is_checked()
            tick.check()
            page.fill("[name=account]", ACCOUNT)
            assert not tick.is_checked(), "he vouched for another number"
            sync_api.expect(page.locator("[data-changed]")).to_be_visible()
            box = page.locator("[data-submit]").bounding_box()
            assert box["y"] + box["height"] <= page.viewport_size["height"], "nothing of the step is below the fold"


def test_an_assessment_is_written_on_below_what_was_reported(tmp_path, browser):
    with open_console(tmp_path / "home") as console, served(console) as address:
        clue = reported(console.desk)
        for locale, begins in (("zh-CN", "报案所述："), ("en-US", "As reported: ")):
            with sitting(browser, address, console, "duty", locale=locale) as (page, _):
                page.goto(f"/clues/{clue.id}/assess")
                field = page.locator("textarea[name=finding]")
                sync_api.expect(field).to_be_focused()
                page.keyboard.type("X")
                assert field.input_value() == f"{begins}2026-03-02 12:00:00 ¥38,000.00 模拟银行\nX"
