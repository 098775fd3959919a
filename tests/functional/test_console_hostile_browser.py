"""Markup, scripts, template braces and turned writing in every text of the desk do nothing in any page of the console."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from console_day import console_of_day, visiting_day
from console_forms import parts_of, posts_of
from console_home import CHROMIUM, FLAGS, served, sitting
from console_walk import TOO_WIDE, Walk, walk_console
from county_desk import fill
from return_day import make_return_day

from fanzha.web.console import Console

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("console hostile"),  # what its tests share is made once
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
]
RAN = "window.ran=1"
HOLDER = f"模拟·<img src=x onerror={RAN}>\"'><b>"
HOSTILE = (
    f"模拟\"'><img src=x onerror={RAN}><script>{RAN}</script><svg onload={RAN}></svg>{{{{7*191}}}}${{7*191}}"
    f" javascript:{RAN} [说明](javascript:{RAN}) &lt;b&gt; \u202e倒写\u202c " + "W" * 120
)
LEAVING = ("/sign-out", "/password", "/settings/sessions", "/demo/", "/sign-in", "/settings", "/public/")
WATCH = """addEventListener("securitypolicyviolation", (event) => {
    (window.violations ||= []).push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`); });"""
DONE = """() => [...(window.violations || []), ...(window.ran ? ["a script ran"] : []),
    ...[...document.querySelectorAll("img[src='x'], [onerror], [onload], a[href^='javascript' i], script:not([src])")]
        .map((one) => one.outerHTML.slice(0, 100)),
    ...(document.body.innerText.includes("1337") ? ["braces were worked out"] : []),
    ...(document.body.innerText.includes("\\u202e") ? ["writing is turned"] : [])]"""


@dataclass
class HostileTown:
    """A desk whose every text is hostile; what its forms answered, and the way through its pages afterwards."""

    console: Console
    walk: Walk
    answers: list[tuple[str, int, list[str]]]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    day = make_return_day("memory", tmp_path_factory.mktemp("hostile"))
    ids, console = fill(day, HOSTILE, HOLDER), console_of_day(day)
    with visiting_day(console) as visitor:
        answers = [answer for stop in walk_console(console, ids, visitor).stops for answer in sent(visitor, stop)]
        yield HostileTown(console, walk_console(console, ids, visitor), answers)
    day.desk.store.close()


def sent(visitor: Any, stop: Any) -> list[tuple[str, int, list[str]]]:
    """Every form of a page with hostile words in each of its texts: where it went, what came back, what that would do."""
    person, answers = visitor(stop.seat), []
    for form in posts_of(person.get(stop.address)):
        if form.action.startswith(LEAVING) or not form.action:
            continue
        person.get(stop.address)
        files = dict.fromkeys(form.files, (f"{HOLDER}.txt", b"made up", "text/plain")) or None
        page = person.post(form.action, files=files, **{**form.filled(HOSTILE), "csrf": form.values["csrf"]})
        is_page = "html" in person.headers["content-type"]
        answers.append((form.action, person.status, parts_of(page).doing if is_page else []))
    return answers


def test_every_form_takes_it_or_refuses_it_and_does_nothing_else(town):
    assert [answer for answer in town.answers if answer[1] >= 500 or answer[2]] == []
    taken = {action for action, status, _ in town.answers if status == 200}
    assert len(taken) > 40, "most forms take free words"
    assert parts_of(f"<p>{HOSTILE}</p>").doing, "what came through as markup would be seen"


def test_no_page_runs_loads_or_works_out_anything(town):
    wrong, shown = [], 0

    def asked(dialog: Any) -> None:
        wrong.append(dialog.message)
        dialog.dismiss()

    with served(town.console) as address, sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for seat, addresses in town.walk.by_seat().items():
            with sitting(browser, address, town.console, seat, viewport={"width": 320, "height": 640}) as (page, said):
                page.add_init_script(WATCH)
                page.on("dialog", asked)
                for where in addresses:
                    page.goto(where)
                    wrong += [(where, one) for one in (*page.evaluate(DONE), *page.evaluate(TOO_WIDE), *said)]
                    said.clear()
                    shown += "onerror" in page.inner_text("body")
                if not addresses:
                    continue
                page.evaluate("text => { document.querySelector('main').innerHTML = text; }", HOSTILE)
                assert page.evaluate(DONE), "what came through as markup would be seen"
        browser.close()
    assert not wrong, "\n".join(map(str, wrong))
    assert shown > 30, "the words stand on the pages as words"
