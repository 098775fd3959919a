"""Every page of the console, found by following its links from each seat, at a desk with one of everything (模拟)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

from console_home import Visitor
from return_day import BOTH, M

from fanzha.web.account_reference import account_reference
from fanzha.web.console import Console
from fanzha.web.pages import ROUTES
from fanzha.web.routes import Route

SEATS = ("", "both", "chief", "city-chief", "analyst", "auditor", "admin", "clerk")  # the first: nobody has signed in
PAGES_MAX = 400  # of one seat
# Which of the desk's records stands for the first part of an address.
KINDS = {
    "reports": "report", "clues": "clue", "cases": "case", "facts": "fact", "measures": "measure", "returns": "return",
    "tasks": "task", "series": "series", "appeals": "appeal", "incidents": "incident", "hand-overs": "hand_over",
    "errands": "errand", "meetings": "meeting", "controls": "control", "openings": "opening", "publicity": "publicity",
    "merges": "merge", "indicators": "indicator", "objections": "listing_objection", "queries": "query",
    "operations": "operation", "campaigns": "campaign", "results": "seized",
    "bulletins": "bulletin",
}  # fmt: skip
OFFICE = {"people": "duty2", "bodies": "COUNTY", "links": "BANK", "tokens": "CRED-000001", "figures": "cases_reported"}
# What in an address makes another page of it; everything else is the same page about something else.
SHAPING = ("tab", "board", "shape", "rows", "size")
# What may be wider than the page has a frame of its own that is scrolled, which the keyboard reaches.
TOO_WIDE = """() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > room + 1 && !one.closest(".list, .flow-frame, .unseen"))
        .slice(0, 3).map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 60)}`);
}"""
PARAMETER = re.compile(r"\{(\w+):\w+\}")
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"', re.DOTALL)


@dataclass(frozen=True)
class Stop:
    """A page of the walk: who sits there, and where."""

    seat: str
    address: str
    route: str


@dataclass(frozen=True)
class Walk:
    """Every page once, and each link that leads nowhere."""

    stops: tuple[Stop, ...]
    broken: tuple[str, ...]

    @property
    def routes(self) -> frozenset[str]:
        """The routes that answered somebody with a page."""
        return frozenset(stop.route for stop in self.stops)

    def by_seat(self) -> Mapping[str, tuple[str, ...]]:
        """The addresses of each seat."""
        return {seat: tuple(stop.address for stop in self.stops if stop.seat == seat) for seat in SEATS}


def route_of(path: str) -> Route | None:
    """The route that answers a GET of the path; an address without parameters goes before one with."""
    for route in sorted(ROUTES, key=lambda one: one.address.count("{")):
        if route.method == "GET" and re.fullmatch(PARAMETER.sub("[^/]+", route.address), path):
            return route
    return None


def is_page(route: Route) -> bool:
    """Whether it shows something; what a form does to a record has no numbers of its own."""
    return getattr(route.answer, "__module__", "").startswith("fanzha.web.pages")


def walk_console(
    console: Console,
    ids: Mapping[str, str],
    visitor: Callable[..., Visitor],
    seats: Sequence[str] = SEATS,
    only: Callable[[Route], bool] = lambda _: True,
) -> Walk:
    """Opens what each seat's links lead to, and every route with the records of the desk; `only`: those that it wants."""
    stops: dict[tuple[str, str], Stop] = {}
    shut = set[tuple[str, str]]()  # shown, and it says why it cannot be done: another seat may be able to
    broken: dict[str, None] = {}
    for seat in seats:
        person, here, tried = visitor(seat), set[tuple[str, str]](), set[str]()
        waiting = [(address, "") for address in _starts(console, ids)]
        while waiting and len(here) < PAGES_MAX:
            address, from_where = waiting.pop(0)
            key = _key(address)
            if key is None or key in here or address in tried:
                if key is None and "/none/" not in from_where:
                    broken[f"{seat}: {from_where} → {address}"] = None
                continue
            if (key in stops and key not in shut) or not only(route_of(urlsplit(address).path)):
                here.add(key)
                continue
            tried.add(address)
            page = person.get(address)
            if person.status < 400:  # who has come to nothing yet comes by another link
                here.add(key)
            if from_where and person.status >= 400 and not _asks_for_more(person):
                broken[f"{seat}: {from_where} → {address} ({person.status})"] = None
            if person.status != 200 or "html" not in person.headers["content-type"]:
                continue
            if urlsplit(person.address).path == urlsplit(address).path:
                _keep(stops, shut, key, Stop(seat, address, key[0]), is_shut='class="why-not"' in page)
            waiting += [(link, address) for link in _links(page, address)]
    return Walk(tuple(stops.values()), tuple(broken))


def _keep(
    stops: dict[tuple[str, str], Stop], shut: set[tuple[str, str]], key: tuple[str, str], stop: Stop, *, is_shut: bool
) -> None:
    if key not in stops or not is_shut:
        stops[key] = stop
        (shut.add if is_shut else shut.discard)(key)


def _starts(console: Console, ids: Mapping[str, str]) -> Iterator[str]:
    yield from (f"/measures/new?case={ids['case']}&fact={ids['fact']}", f"/returns/new?case={ids['case']}")
    yield from (f"/measures/batch?case={ids['case']}", f"/returns/sums?case={ids['case']}")
    for route in ROUTES:
        if route.method != "GET":
            continue
        kind = route.address.split("/")[1]
        if kind == "partner":
            value = ids["order"]
        elif kind == "accounts":
            value = account_reference(console, BOTH, M)
        else:
            value = ids[KINDS[kind]] if kind in KINDS and KINDS[kind] in ids else OFFICE.get(kind, "none")
        yield PARAMETER.sub(value, route.address)


def _asks_for_more(person: Visitor) -> bool:
    """Whether it is a page that a rule keeps from this person, and says so."""
    return person.status in (403, 409)


def _key(address: str) -> tuple[str, str] | None:
    asked = urlsplit(address)
    route = route_of(asked.path)
    if route is None:
        return None
    shaping = sorted((name, value) for name, value in parse_qsl(asked.query) if name in SHAPING)
    return route.address, urlencode(shaping)


def _links(page: str, address: str) -> list[str]:
    found = []
    for link in LINK.findall(page):
        target = unescape(link)
        if target.startswith("?"):
            target = urlsplit(address).path + target
        if target.startswith("/") and not target.startswith("/static/") and "lang=" not in target:
            found.append(target.partition("#")[0])
    return found
