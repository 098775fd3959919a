"""The public pages in a browser without script: narrow, with doubled text, by keys alone, in both languages."""

from __future__ import annotations

import pytest
from console_home import AXE, CHROMIUM, FLAGS, axe_violations, open_console, served, sitting
from public_numbers import NUMBER

from fanzha.casework import Report
from fanzha.ports.record_query import Query

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM.exists() and AXE.exists()), reason="needs the distribution's Chromium"),
]
PAGES = ("/public/check", "/public/report", "/public/resume", "/public/objection")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    with (
        open_console(tmp_path_factory.mktemp("public") / "home") as console,
        served(console) as address,
        playwright.sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield console, address, browser
        browser.close()


def reports(console):
    with console.desk.store.reading() as view:
        return view.records(Report).find(Query(limit=100)).rows


def is_cut_off(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_every_page_is_within_reach_of_everybody(town, locale):
    console, address, browser = town
    with sitting(browser, address, console, "", locale=locale, bypass_csp=True) as (page, complaints):
        for path in (*PAGES, "/public/check?size=large"):
            page.goto(path)
            assert axe_violations(page) == [], path
        page.goto("/public/check?size=normal")
        page.fill("#term", NUMBER)
        page.click("main button.primary")
        assert axe_violations(page) == []
        assert complaints == []


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_a_report_is_made_by_keys_alone_without_script_on_a_narrow_screen(town, locale):
    console, address, browser = town
    narrow = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False, "locale": locale}
    with sitting(browser, address, console, "", **narrow) as (page, complaints):
        page.goto("/public/report?size=large")
        page.locator("#what").focus()
        page.keyboard.type("模拟：有人冒充客服 <img src=x onerror=alert(1)>")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("input[name=paid]")
        code = page.locator(".code").inner_text()
        page.locator("input[name=paid][value=yes]").focus()
        page.keyboard.press("Space")
        page.locator("#amount").fill("38000")
        page.locator("#amount").press("Enter")
        page.locator("#account").fill(NUMBER)
        page.locator("#account").press("Enter")
        page.wait_for_selector("#files")
        page.set_input_files("#files", {"name": "模拟.png", "mimeType": "image/png", "buffer": b"made up"})
        page.locator("main button.primary").press("Enter")
        page.locator("#name").fill("模拟·孙三")
        page.locator("#name").press("Enter")
        page.wait_for_selector("dl.told")
        page.locator("button[value=send]").press("Enter")
        acknowledgement = page.locator(".code").inner_text()
        assert "ACK-" in acknowledgement
        assert acknowledgement in page.locator("body").inner_text()
        (report,) = (one for one in reports(console) if one.acknowledgement == acknowledgement.strip())
        assert (report.narrative, report.reporter.name) == (
            "模拟：有人冒充客服 <img src=x onerror=alert(1)>",
            "模拟·孙三",
        )
        assert [(paid.amount_minor, paid.payee.number) for paid in report.payments] == [(3_800_000, NUMBER)]
        assert code in page.content()
        assert complaints == []


def test_nothing_is_cut_off_when_it_is_narrow_or_the_text_is_doubled(town):
    console, address, browser = town
    for width, scale in ((320, 1), (640, 2)):
        with sitting(browser, address, console, "", viewport={"width": width, "height": 640}) as (page, _):
            for path in (*PAGES, "/public/check?size=large"):
                page.goto(path)
                page.evaluate("scale => { document.documentElement.style.fontSize = `${100 * scale}%` }", scale)
                assert not is_cut_off(page), (path, width, scale)
