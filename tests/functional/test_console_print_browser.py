"""What officers print from the browser: on A4, every column whole, every word to be found and copied."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from console_day import console_of_day
from console_home import CHROMIUM, FLAGS, served, sitting
from county_desk import fill
from return_day import BOTH, M, make_return_day

from fanzha.web.account_reference import account_address

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("console print"),  # what its tests share is made once
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
    pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext (Debian package poppler-utils)"),
]
A4 = (595, 842)
PAPERS = {
    "brief": ("both", 1, 3), "flow": ("both", 1, 4), "dossier": ("both", 1, 2), "slip": ("clerk", 1, 1),
    "shift": ("both", 1, 3), "review": ("both", 1, 4), "annex": ("auditor", 1, 30),
}  # fmt: skip
# What stands on the paper in words: headings, names of columns and of fields.
WORDS = """() => [...document.querySelectorAll("main h1, main h2, main th, main dt")]
    .filter((one) => one.checkVisibility() && !one.closest(".unseen, .no-print"))
    .map((one) => [...one.childNodes].filter((part) => part.nodeType === 3).map((part) => part.textContent).join(""))
    .map((text) => text.replace(/\\s+/g, "")).filter((text) => /[\\u4e00-\\u9fff]{2}/.test(text))"""

CARDS = """() => [...document.querySelectorAll("svg.flow .card text.main")]
    .map((one) => one.textContent.replace(/\\s+/g, ""))"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Each paper: its PDF, and the words that must stand on it."""
    folder = tmp_path_factory.mktemp("print")
    day = make_return_day("memory", folder)
    ids, console = fill(day), console_of_day(day)
    places = {
        "brief": f"/cases/{ids['case']}/brief", "flow": f"/cases/{ids['case']}/flow",
        "dossier": account_address(console, BOTH, M), "slip": f"/partner/orders/{ids['order']}/slip",
        "shift": "/desk/shift-sheet", "review": f"/cases/{ids['case']}/review", "annex": "/audit/annex",
    }  # fmt: skip
    made = {}
    with served(console) as address, sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for name, place in places.items():
            with sitting(browser, address, console, PAPERS[name][0]) as (page, _):
                page.goto(place)
                page.emulate_media(media="print")
                words = page.evaluate(WORDS) + page.evaluate(CARDS)
                path = folder / f"{name}.pdf"
                path.write_bytes(page.pdf(prefer_css_page_size=True, format="A4"))
                made[name] = (path, words)
        browser.close()
    yield made
    day.desk.store.close()


def told(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", PAPERS)
def test_the_paper_is_whole(printed, name):
    path, words = printed[name]
    _, least, most = PAPERS[name]
    boxes = told("pdftotext", "-bbox", str(path), "-")
    sheets = [
        (float(width), float(height))
        for width, height in re.findall(r'<page width="([\d.]+)" height="([\d.]+)"', boxes)
    ]
    assert least <= len(sheets) <= most
    assert all(abs(side - wanted) < 2 for sheet in sheets for side, wanted in zip(sorted(sheet), A4, strict=True))
    for width, sheet in zip((width for width, _ in sheets), boxes.split("<page ")[1:], strict=True):
        beyond = re.findall(r'xMin="([\d.-]+)"[^>]*xMax="([\d.-]+)"[^>]*>([^<]*)', sheet)
        assert [word for left, right, word in beyond if float(left) < 0 or float(right) > width] == []
    text = "".join(re.sub(r"\s+", "", told("pdftotext", *way, str(path), "-")) for way in ((), ("-layout",)))
    assert len(words) >= 3
    assert [word for word in words if word not in text] == [], "every heading is on the paper, and can be searched for"


@pytest.mark.parametrize("name", PAPERS)
def test_its_letters_go_with_it(printed, name):
    fonts = told("pdffonts", str(printed[name][0])).splitlines()[2:]
    assert fonts
    assert [font for font in fonts if not re.search(r"\byes\s+(?:yes|no)\s+yes\b", font)] == []
