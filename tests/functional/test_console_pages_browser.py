"""Every page of the console in a real browser: open to everybody, at every width, under every key; nothing leaves the origin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from console_day import console_of_day, visiting_day
from console_home import AXE, CHROMIUM, FLAGS, axe_violations, served, sitting
from console_states import in_every_state
from console_walk import TOO_WIDE, Walk, is_page, route_of, walk_console
from county_desk import fill
from return_day import make_return_day

from fanzha.web.console import Console
from fanzha.web.pages import ROUTES

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
]
# Which show no page of their own: they lead on to one, or are a file.
NO_PAGES = {
    "/", "/bodies", "/people", "/links", "/links/{organisation:str}", "/tokens/{token:str}", "/queries",
    "/facts/{record_id:str}", "/hand-overs/{record_id:str}", "/tasks/{record_id:str}", "/moves/{record_id:str}",
    "/merges/{record_id:str}", "/objections/{record_id:str}", "/passkeys/{passkey:str}", "/webhooks/{webhook:str}",
    "/sign-in/provider", "/sign-in/provider/back",
    "/cases/{record_id:str}/brief.pdf", "/cases/{record_id:str}/flow.xlsx", "/flow-picture.css", "/operations/template.xlsx",
    "/campaigns", "/meetings",
    "/figures/chart", "/bulletins/{record_id:str}/as/{form:str}", "/bulletins/{record_id:str}/preview",
    "/bulletins/{record_id:str}/charts/{number:str}",
}  # fmt: skip
NOWHERE = (  # what is not there, is no address, or is not for who sits there
    ("both", "/nowhere"), ("both", "/cases/none"), ("clerk", "/desk"), ("analyst", "/office"), ("", "/public/nowhere"),
    ("both", "/figures?period=never"),
)  # fmt: skip


WIDTHS = (1366, 683, 320)  # an office screen, the same at 200 %, a telephone


@dataclass
class Town:
    """A served desk with one of everything, a browser, and the way through all pages."""

    console: Console
    address: str
    browser: Any
    walk: Walk
    states: tuple[str, ...]  # pages of the same records in every other state
    empty: tuple[str, ...]  # lists of a body that has nothing
    sent: tuple[str, ...]  # forms that are sent as they stand

    def looked_at(self) -> Iterator[tuple[str, str, bool]]:
        """Every page to be looked at: who sits there, where, and whether its form is sent empty first."""
        for stop in self.walk.stops:
            yield stop.seat, stop.address, False
        for address in self.states:
            yield "both", address, False
        for address in self.empty:
            yield "stranger", address, False
        for seat, address in NOWHERE:
            yield seat, address, False
        for address in self.sent:
            yield "both", address, True


@dataclass
class Seen:
    """What was found wrong on the pages in one language, by what was looked at."""

    wrong: dict[str, list[str]] = field(default_factory=dict)

    def note(self, kind: str, address: str, found: list[str]) -> None:
        self.wrong.setdefault(kind, []).extend(f"{address}: {one}" for one in found)

    def none_of(self, kind: str) -> None:
        found = self.wrong.get(kind, [])
        assert not found, "\n".join(found)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    day = make_return_day("memory", tmp_path_factory.mktemp("town"))
    ids, console = fill(day), console_of_day(day)
    states = in_every_state(day, ids)
    sent = (
        "/reports/new",
        f"/clues/{ids['clue']}/verify",
        f"/measures/new?case={ids['case']}",
        f"/cases/{ids['case']}/task",
    )
    with visiting_day(console) as visitor:
        walk = walk_console(console, ids, visitor)
        empty = walk_console(
            console, ids, visitor, ("stranger",), lambda route: is_page(route) and "{" not in route.address
        )
    with served(console) as address, sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield Town(console, address, browser, walk, states, tuple(stop.address for stop in empty.stops), sent)
        browser.close()
    day.desk.store.close()


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("zh-CN", marks=pytest.mark.xdist_group("pages zh")),  # each language on a worker of its own
        pytest.param("en-GB", marks=pytest.mark.xdist_group("pages en")),
    ],
)
def seen(town, request):
    """Every page is opened once in each language, and looked at in every way."""
    found = Seen()
    with ExitStack() as held:
        seats: dict[str, tuple[Any, list[str]]] = {}
        for seat, address, is_sent in town.looked_at():
            if seat not in seats:
                sat = sitting(town.browser, town.address, town.console, seat, locale=request.param)
                seats[seat] = held.enter_context(sat)
                seats[seat][0].add_init_script(path=str(AXE))
            page, complaints = seats[seat]
            page.set_viewport_size(
                {"width": WIDTHS[0], "height": 768}
            )  # before: a focus of its own scrolls as it is opened
            page.goto(address)
            if is_sent:
                with page.expect_navigation():
                    page.locator("main form [data-submit]").last.click()
                assert page.locator("main .faults, main .trouble").count(), address
            look(page, address, found)
            found.note("complaints", address, [one for one in complaints if "status of 4" not in one])
            complaints.clear()
    return found


def look(page: Any, address: str, found: Seen) -> None:
    """Looks at one page in every way, which was opened on an office screen."""
    found.note("axe", address, axe_violations(page))
    page.emulate_media(color_scheme="dark")  # the dark colours come with the system's, where nobody chose
    for theme in ("dark", "contrast"):
        # A theme is nothing but the colours that the style gives for the mark at the root: they alone are looked at again.
        if page.evaluate(PUT_ON, theme):
            found.note("axe", f"{address} {theme}", axe_violations(page, "color-contrast"))
    page.evaluate(PUT_ON, "light")
    page.emulate_media(forced_colors="active", color_scheme="dark")
    found.note("forced", address, [*axe_violations(page, "color-contrast"), *page.evaluate(LOST_IN_FORCED_COLOURS)])
    page.emulate_media(forced_colors="none", color_scheme="light")
    page.keyboard.press("Tab")  # from now on the keyboard leads, and the focus is shown
    found.note("focus", address, page.evaluate(UNSEEN_FOCUS))
    found.note("keys", address, page.evaluate(KEYS_IN_FIELDS))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 768 if width != 683 else 384})
        found.note("width", f"{address} at {width}", page.evaluate(TOO_WIDE))


PUT_ON = """async (theme) => {
    const root = document.documentElement;
    if (!root.dataset.theme) return false;
    root.dataset.theme = theme;
    await Promise.all(document.getAnimations().map((one) => one.finished));
    return true;
}"""
# In the reader's own colours a drawing keeps those of its style: its writing must not be that of what it stands on.
LOST_IN_FORCED_COLOURS = """() => {
    const lost = [], parts = (text) => (text.match(/[\\d.]+/g) || []).slice(0, 3).map(Number);
    const light = (text) => { const [r, g, b] = parts(text); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const page = getComputedStyle(document.body).backgroundColor;
    for (const text of document.querySelectorAll("main svg text")) {
        const under = text.closest("g, svg")?.querySelector("rect"), fill = under && getComputedStyle(under).fill;
        const ground = fill && fill !== "none" ? fill : page;
        if (Math.abs(light(getComputedStyle(text).fill) - light(ground)) < 100)
            lost.push(`writing on ${ground}: ${text.textContent.slice(0, 40)}`);
    }
    for (const one of document.querySelectorAll("a, button, th, dt, label, h1, h2")) {
        // Behind writing the browser paints the page's own ground, whatever the style wants there.
        if (one.checkVisibility() && Math.abs(light(getComputedStyle(one).color) - light(page)) < 100)
            lost.push(`writing in the colour of the page: ${one.outerHTML.slice(0, 100)}`);
    }
    const chosen = "main [aria-current], .top [aria-current], main tr[aria-selected=true] td";
    for (const one of document.querySelectorAll(chosen)) {
        const style = getComputedStyle(one), line = parseFloat(style.borderBottomWidth) >= 2;
        if (style.outlineStyle === "none" && style.textDecorationLine === "none" && !line)
            lost.push(`chosen, and not to be seen: ${one.outerHTML.slice(0, 100)}`);
    }
    return lost.slice(0, 5);
}"""
UNSEEN_FOCUS = """() => {
    const wrong = [], can = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    for (const one of document.querySelectorAll(can)) {
        if (one.disabled || one.closest(".skip, dialog:not([open]), details:not([open]) > :not(summary), svg")) continue;
        if (!one.checkVisibility({visibilityProperty: true})) continue;
        one.focus();
        if (document.activeElement !== one) continue;
        const style = getComputedStyle(one), box = one.getBoundingClientRect();
        const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
        const head = document.querySelector(".top")?.getBoundingClientRect();
        const covered = head && !one.closest(".top") && box.bottom < head.bottom && box.bottom > 0;
        const lost = covered || box.right < 0 || box.bottom < 0;
        if (!drawn || lost) wrong.push(`${drawn ? "covered" : "no outline"}: ${one.outerHTML.slice(0, 120)}`);
    }
    return wrong.slice(0, 5);
}"""
# A letter, or Enter while a word is composed, stays in the field: nothing is pressed, sent or opened by it.
KEYS_IN_FIELDS = """() => {
    const OTHER = ["hidden", "checkbox", "radio", "file", "range"];
    const wrong = [], here = location.href;
    const watch = (event) => { event.preventDefault(); event.stopImmediatePropagation(); wrong.push(`${event.type} by ${now}`); };
    let now = "";
    for (const kind of ["click", "submit"]) addEventListener(kind, watch, true);
    for (const one of document.querySelectorAll("main input, main textarea, .top input")) {
        if (one.disabled || OTHER.includes(one.type) || !one.checkVisibility()) continue;
        one.focus();
        const press = (key, more) => {
            now = `${key} in ${one.name || one.id}`;
            const event = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, ...more});
            one.dispatchEvent(event);
            if (event.defaultPrevented) wrong.push(`${now} is swallowed`);
            if (document.activeElement !== one) { wrong.push(`${now} leaves the field`); one.focus(); }
        };
        for (const key of "jkansymzpeotcwhvrblfqd.,/?") press(key);
        for (const more of [{}, {ctrlKey: true}]) press("Enter", {...more, isComposing: true, keyCode: 229});
        press("Escape", {isComposing: true, keyCode: 229});
    }
    for (const kind of ["click", "submit"]) removeEventListener(kind, watch, true);
    if (location.href !== here) wrong.push("another page was opened");
    return wrong.slice(0, 5);
}"""


def test_the_walk_comes_to_every_page_and_no_link_leads_nowhere(town):
    there = {route.address for route in ROUTES if route.method == "GET"}
    further = {route_of(address).address for address in town.states}
    assert there - town.walk.routes - further == NO_PAGES
    assert town.walk.broken == ()


def test_every_page_is_open_to_everybody_in_every_theme(seen):
    seen.none_of("axe")


def test_nothing_is_blocked_missing_or_asked_of_another_origin(seen):
    seen.none_of("complaints")


def test_no_page_is_wider_than_the_screen(seen):
    seen.none_of("width")


def test_nothing_is_lost_in_the_readers_own_colours(seen):
    seen.none_of("forced")


def test_the_focus_is_seen_wherever_it_goes(seen):
    seen.none_of("focus")


def test_what_is_typed_into_a_field_does_nothing_else(seen):
    seen.none_of("keys")
