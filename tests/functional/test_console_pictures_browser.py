"""Twelve pages in two themes look as they did; a change that a person would see is noticed."""

from __future__ import annotations

import pytest
from console_home import CHROMIUM
from page_pictures import KEPT, MADE_WITH, STEADY_FLAGS, THEMES, far_apart, gallery, kept, typeface

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("console pictures"),  # what its tests share is made once
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
    pytest.mark.skipif(
        typeface() != MADE_WITH.read_text(encoding="utf-8").strip(),
        reason=f"needs the typeface of the kept pictures: {MADE_WITH.name}, Debian package fonts-noto-cjk",
    ),
]
CHANGES = {
    "a button is gone": "document.querySelector('main a.primary, main button.primary').style.visibility = 'hidden'",
    "a colour is another": "document.documentElement.style.setProperty('--accent', '#1a7f37')",
    "everything is a little lower": "document.querySelector('main').style.paddingTop = '17px'",
    "a digit is another": """document.querySelector('.money').textContent =
        document.querySelector('.money').textContent.replace(/[1-9]/, '8').replace(/0/g, '1')""",
}


@pytest.fixture(scope="module")
def taking(tmp_path_factory):
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=STEADY_FLAGS)
        with gallery(browser, tmp_path_factory.mktemp("gallery")) as made:
            yield made
        browser.close()


@pytest.mark.parametrize("theme", THEMES)
def test_every_page_looks_as_it_did(taking, tmp_path, theme):
    """To keep what changed on purpose, see `page_pictures`; what was seen here is left in the test's folder."""
    other = {}
    for name in taking.addresses:
        with taking.page(name, theme) as page:
            png = page.screenshot()
        if found := far_apart(kept(KEPT / f"{name}-{theme}.png"), taking.means(png)):
            (tmp_path / f"{name}-{theme}.png").write_bytes(png)
            other[name] = f"{len(found)} blocks of 8×8 differ, first {found[:3]}"
    assert not other, f"{other}; as they are now: {tmp_path}"


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_would_be_seen_is_noticed(taking, change):
    with taking.page("desk", "light") as page:
        before = taking.means(page.screenshot())
        assert far_apart(before, taking.means(page.screenshot())) == []
        page.evaluate(f"() => {{ {CHANGES[change]} }}")
        assert far_apart(before, taking.means(page.screenshot()))
