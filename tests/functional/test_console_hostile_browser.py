"""Markup, scripts, template braces and turned writing in every text of the desk do nothing in any page of the console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from console_day import console_of_day, visiting_day
from console_forms import parts_of, posts_of
from console_home import CHROMIUM, FLAGS, served, sitting
from console_states import in_every_state
from console_walk import TOO_WIDE, Walk, walk_console
from county_desk import fill
from hostile_forms import Sender, Sent
from return_day import make_return_day

from fanzha.web.console import Console
from fanzha.web.pages import ROUTES

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("console hostile"),  # what its tests share is made once
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
]
RAN = "window.ran=1"
HOLDER = f"模拟·<img src=x onerror={RAN}>\"'><b>"
HOSTILE = (
    f"模拟\"'><img src=x onerror={RAN}><script>{RAN}</script><svg onload={RAN}></svg>{{{{7919*7907}}}}${{7919*7907}}"
    f" javascript:{RAN} [说明](javascript:{RAN}) &lt;b&gt; \u202e倒写\u202c " + "W" * 120
)
LEAVING = ("/sign-out", "/password", "/settings/sessions", "/demo/", "/sign-in", "/settings", "/public/")
WATCH = """addEventListener("securitypolicyviolation", (event) => {
    (window.violations ||= []).push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`); });"""
DONE = """() => [...(window.violations || []), ...(window.ran ? ["a script ran"] : []),
    ...[...document.querySelectorAll("img[src='x'], [onerror], [onload], a[href^='javascript' i], script:not([src])")]
        .map((one) => one.outerHTML.slice(0, 100)),
    ...(document.body.innerText.includes("62615533") ? ["braces were worked out"] : []),
    ...(document.body.innerText.includes("\\u202e") ? ["writing is turned"] : [])]"""


# Routes that take no form of a page: a button without a text, what only a demo has, or what a script sends.
NO_FORM = {
    "/accounts", "/demo/seat", "/errands/{record_id:str}/files/{file_id:str}", "/measures/batch",
    "/reports/{record_id:str}/files/{file_id:str}", "/settings/passkeys", "/settings/passkeys/begin",
    "/settings/passkeys/{passkey:str}/remove", "/settings/sessions/{session:str}/end", "/sign-in/passkey",
}  # fmt: skip
# Texts that took the words nowhere on this desk, by why their forms were refused; each answer was looked at all the same.
UNTAKEN = {
    "no record of the desk is so far": (
        "/cases/new title", "/cases/{record_id:str}/split reason title", "/clues/{record_id:str}/case title",
        "/clues/{record_id:str}/confirm finding place reference", "/clues/{record_id:str}/stop reason",
        "/errands/{record_id:str}/confirm text", "/indicators/propose-new reason", "/appeals/{record_id:str}/decide answer",
        "/measures/{record_id:str}/act-first reason", "/measures/{record_id:str}/call-back note",
        "/measures/{record_id:str}/convert document mode_reason reason",
        "/measures/{record_id:str}/correct-receipt note number reason", "/measures/{record_id:str}/release-part reason",
        "/publicity/{record_id:str}/recognise document", "/results/{record_id:str}/advance number",
        "/returns/new why", "/returns/{record_id:str}/approve document", "/returns/{record_id:str}/replan why",
        "/reports/{record_id:str}/merge reason", "/tasks/{record_id:str}/reopen reason",
    ),
    "the desk has none of what it is about": (
        "/meetings/{record_id:str}/send-resolution number", "/moves/{record_id:str}/undo reason",
        "/passkeys/{record_id:str}/remove reason", "/returns/{record_id:str}/pay-again reason",
        "/tokens/{record_id:str}/revoke reason",
    ),
    "nobody who sits in the walk may": ("/errands/{record_id:str}/answer text", "/people/{record_id:str}/token label"),
    "it goes with a file, a paper or a body of one kind": (
        "/openings/import-new institution", "/returns/compute text", "/returns/{record_id:str}/papers reason",
        "/bodies/new institution name",
    ),
    "it is an amount or a time, read as it is said": (
        "/public/report amount",
        "/reports/new first_contact losses-1-actual losses-1-attempted payments-1-amount payments-1-at",
    ),
}  # fmt: skip


def exact(ids: Mapping[str, str]) -> dict[str, str]:
    """What a field must hold that names a record, a body, a day; with the first part of its form's address where that matters."""
    return {
        "case": ids["case"], "report": ids["report"], "reports": ids["report"], "clue": ids["clue"], "fact": ids["fact"],
        "actions": ids["measure"], "measure": ids["draft"], "query": ids["query"], "campaign": ids["campaign"],
        "reports absorbed": ids["absorbed"], "clues absorbed": f"{ids['clue']}-queued",
        "cases absorbed": f"{ids['case']}-accepted", "period": "2026-11", "day": "2026-11-21", "first_day": "2026-11-01",
        "last_day": "2026-12-31", "area": "530102", "jurisdiction": "530102", "body": "OTHER", "bodies id": "NEW",
        "bulletins name": "cases_reported", "value": "5", "change": "-1", "quantity": "2", "officer": "duty", "leader": "duty",
        "members": "both", "login": "new-1", "url": "https://bank.example/x", "address": "https://bank.example/x",
        "key": "ab" * 32, "errands body": "OTHER",
        "people first": "made up and long 1", "people password": "made up and long 1",
        "public code": "", "public term": "19900000001",
        **dict.fromkeys(("nested", "onward", "lines", "sites", "marks", "numbers", "only", "others", "compensated"), ""),
        **dict.fromkeys(("earlier", "pay_to", "own_key", "although"), ""),
    }  # fmt: skip


@dataclass
class HostileTown:
    """A desk whose every text is hostile: what each form did alone, all after another, and the way through its pages then."""

    console: Console
    walk: Walk
    alone: Sent
    answers: list[tuple[str, int, list[str]]]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    day = make_return_day("memory", tmp_path_factory.mktemp("hostile"))
    ids, console = fill(day, HOSTILE, HOLDER), console_of_day(day)
    states = in_every_state(day, ids)
    file = (f"{HOLDER}.txt", b"made up", "text/plain")
    with visiting_day(console) as visitor:
        walk = walk_console(console, ids, visitor)
        alone = Sender(day.desk.store, visitor, HOSTILE, file, exact(ids)).send_all(walk, states)
        answers = [answer for stop in walk.stops for answer in sent(visitor, stop)]
        yield HostileTown(console, walk_console(console, ids, visitor), alone, answers)
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
    assert town.alone.wrong == []
    assert [answer for answer in town.answers if answer[1] >= 500 or answer[2]] == []
    assert {route.address for route in ROUTES if route.method == "POST"} - town.alone.routes == NO_FORM
    assert parts_of(f"<p>{HOSTILE}</p>").doing, "what came through as markup would be seen"


def test_every_text_of_every_form_takes_the_words(town):
    known = {
        f"{route} {name}"
        for told in UNTAKEN.values()
        for route, *names in (one.split() for one in told)
        for name in names
    }
    left = town.alone.untaken() - known
    assert not left, "\n".join(f"{one}: {town.alone.refused.get(one.partition(' ')[0], '')}" for one in sorted(left))
    assert sum(map(len, town.alone.taken.values())) > 150


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
