"""Blocks of a bulletin written by the keyboard alone in a real browser, with script and without, open to everybody (模拟)."""

from __future__ import annotations

import re

import pytest
from console_flows import tab_to
from console_home import CHROMIUM, FLAGS, axe_violations, open_console, served, sitting
from measure_home import actor_of

from fanzha.services.desk.draft_bulletin import draft_bulletin
from fanzha.services.desk.keeping_bulletins import BulletinContent
from fanzha.services.desk.open_bulletin import open_bulletin
from fanzha.statistics import Period
from fanzha.statistics.drafting import Block, BlockKind, Variable

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
]
MAY = Period("2026-05-01", "2026-05-31")
CONTENT = BulletinContent(
    "模拟通报",
    (Block(BlockKind.HEADING, "一、模拟", "One"), Block(BlockKind.TEXT, "2026年5月，{filed}。", "May 2026: {filed}.")),
    (Variable("filed", "cases_filed", MAY),),
    title_en="Made up",
)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_a_block_is_written_by_the_keyboard(tmp_path, script, locale):
    with (
        open_console(tmp_path / "home") as console,
        served(console) as address,
        sync_api.sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        made = draft_bulletin(console.desk, actor_of(console.desk, "duty"), CONTENT)
        with sitting(browser, address, console, "duty", locale=locale, java_script_enabled=script) as (
            page,
            complaints,
        ):
            page.goto(f"/bulletins/{made.id}/edit")
            tab_to(page, "li.card:nth-of-type(2) form:first-of-type button")
            page.keyboard.press("Enter")
            page.wait_for_selector("#f-zh")
            if script:
                assert axe_violations(page) == []
            page.locator("#f-zh").focus()
            page.keyboard.press("Control+A")
            page.keyboard.insert_text("模拟改写：{filed}。")
            tab_to(page, "#open button.primary")
            page.keyboard.press("Enter")
            page.wait_for_selector("text=模拟改写：{filed}。")
            assert page.locator("#f-zh").count() == 0
            assert re.search(r"/edit(?:#blocks)?$", page.url)
            assert complaints == []
        browser.close()


def test_what_is_written_is_kept_while_one_writes_and_keys_put_figures_in(tmp_path):
    with (
        open_console(tmp_path / "home") as console,
        served(console) as address,
        sync_api.sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        made = draft_bulletin(console.desk, actor_of(console.desk, "duty"), CONTENT)
        with sitting(browser, address, console, "duty", locale="zh-CN") as (page, complaints):
            page.goto(f"/bulletins/{made.id}/edit")
            page.locator("li.card:nth-of-type(2) form:first-of-type button").click()
            page.wait_for_selector("#f-zh")
            page.locator("#f-zh").fill("模拟改写： ")
            page.keyboard.press("/")
            page.locator("#put").select_option("filed")
            assert page.locator("#f-zh").input_value() == "模拟改写： {filed}"
            page.wait_for_selector("text=已自动保存", timeout=15_000)
            assert (
                "模拟改写" in open_bulletin(console.desk, actor_of(console.desk, "duty"), made.id).bulletin.blocks[1].zh
            )
            page.locator("#f-en").fill("Rewritten: {filed}")
            page.keyboard.press("Control+s")
            page.wait_for_url(re.compile("/edit#blocks$"))
            page.keyboard.press("Control+Shift+P")
            assert page.locator("#preview img").is_visible()
            page.keyboard.press("/")
            page.wait_for_selector("#open")
            assert axe_violations(page) == []
            assert complaints == []
        browser.close()
