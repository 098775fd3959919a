"""The page of a trace in a real browser: no request, no error, no accessibility violation, usable by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fixtures.trace_documents import case_context, case_document, layered_document

from fanzha.services.render_trace import TraceContext, funds_flow_page, read_trace_document

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[1] / "vendor" / "axe-core-4.14.1" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    written = {
        "case": funds_flow_page(read_trace_document(case_document()), TraceContext(**case_context())),
        "many": funds_flow_page(read_trace_document(layered_document(120))),
    }
    for name, text in written.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in written}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


def _open(browser: Any, page: Path, **context: Any) -> tuple[Any, list[str]]:
    complaints: list[str] = []
    opened = browser.new_context(**context).new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: complaints.append(request.url) if request.url != page.as_uri() else None)
    opened.goto(page.as_uri())
    return opened, complaints


@pytest.mark.parametrize("name", ["case", "many"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_request_no_error_no_violation(browser: Any, pages: dict[str, Path], name: str, scheme: str) -> None:
    page, complaints = _open(
        browser, pages[name], color_scheme=scheme, viewport={"width": 1366, "height": 768}, bypass_csp=True
    )
    assert complaints == []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", AXE_TAGS)
    found = [(v["id"], v["nodes"][0]["html"][:160], len(v["nodes"])) for v in result["violations"]]
    assert found == []


def test_the_policy_allows_the_style_and_the_script(browser: Any, pages: dict[str, Path]) -> None:
    page, complaints = _open(browser, pages["case"])
    page.focus("svg.flow .card.account")
    assert page.locator(".ribbons path.lit").count() > 0
    assert complaints == []


def test_without_a_script_the_method_is_chosen_by_keyboard(browser: Any, pages: dict[str, Path]) -> None:
    page, _ = _open(browser, pages["case"], java_script_enabled=False)
    assert page.locator("#s0").is_visible()
    assert not page.locator("#s1").is_visible()
    page.locator("#m0").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#s1").is_visible()
    assert not page.locator("#s0").is_visible()


def test_a_card_leads_to_its_row_and_text_fits_its_card(browser: Any, pages: dict[str, Path]) -> None:
    page, _ = _open(browser, pages["case"], viewport={"width": 1366, "height": 768})
    card = page.locator("#s0 a.card").first
    target = card.get_attribute("href")
    card.focus()
    page.keyboard.press("Enter")
    assert page.locator(f"tr{target}").is_visible()
    overflow = page.evaluate(
        """() => [...document.querySelectorAll('#s0 svg .card')].flatMap(card => {
            const box = card.querySelector('rect.box').getBBox();
            return [...card.querySelectorAll('text')].filter(text => {
                const area = text.getBBox();
                const right = box.x + box.width + 1, bottom = box.y + box.height + 3;
                return area.x < box.x || area.x + area.width > right || area.y + area.height > bottom;
            }).map(text => text.textContent);
        })"""
    )
    assert overflow == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366


@pytest.mark.parametrize("size", ["A4", "A3"])
def test_it_prints_across_without_cutting_the_tables(browser: Any, pages: dict[str, Path], size: str) -> None:
    page, _ = _open(browser, pages["case"])
    document = page.pdf(format=size, landscape=True)
    assert document.startswith(b"%PDF")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1045, "height": 700})
    wide = page.evaluate(
        "() => [...document.querySelectorAll('#s0 table')].filter(t => t.getBoundingClientRect().right > 1046).length"
    )
    assert wide == 0


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_the_first_screen_has_the_next_questions_and_the_picture_takes_the_width(
    browser: Any, pages: dict[str, Path], size: tuple[int, int]
) -> None:
    page, _ = _open(browser, pages["case"], viewport={"width": size[0], "height": size[1]})
    assert page.locator("#s0 .next").bounding_box()["y"] < 300
    for place in range(3):
        page.locator(f"label[for=m{place}]").click()
        frame = page.locator(f"#s{place} .flow-frame")
        assert frame.evaluate("f => f.scrollWidth <= f.clientWidth")
        assert page.locator(f"#s{place} svg.flow").bounding_box()["width"] > size[0] - 80


def test_a_row_under_a_sticky_head_leads_back_to_its_box_and_copies_plain(browser: Any, pages: dict[str, Path]) -> None:
    page, _ = _open(browser, pages["case"], viewport={"width": 1366, "height": 768}, java_script_enabled=False)
    card = page.locator("#s0 a.card").nth(8)
    card.click()
    row = page.locator(f"tr{card.get_attribute('href')}")
    head = row.locator("xpath=ancestor::table//thead//th").first.bounding_box()
    place = row.bounding_box()
    assert 0 <= head["y"] < 60
    assert head["y"] + head["height"] <= place["y"] + 1
    row.locator("a.back").click()
    assert page.url.endswith(f"#{card.get_attribute('id')}")
    assert 0 < card.bounding_box()["y"] < 768


def test_an_account_number_is_copied_without_blanks(browser: Any, pages: dict[str, Path]) -> None:
    page, _ = _open(browser, pages["case"], bypass_csp=True)
    cell = page.locator("#s0 td.account i").first.locator("xpath=..")
    copied = cell.evaluate("c => { getSelection().selectAllChildren(c); return getSelection().toString() }")
    assert copied.isdigit()
    assert len(copied) == 19


def test_the_picture_is_printed_on_the_first_page(browser: Any, pages: dict[str, Path]) -> None:
    page, _ = _open(browser, pages["case"], viewport={"width": 1047, "height": 695})
    page.emulate_media(media="print")
    place = page.locator("#s0 svg.flow").bounding_box()
    assert place["y"] + place["height"] < 695
