"""Every form of the console sent with hostile words in each of its texts, each upon the desk as it stood before (模拟)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from console_forms import PageForm, parts_of, posts_of
from console_home import Visitor
from console_walk import PARAMETER, SEATS, Walk

from fanzha.web.deeds.catalogue import DEEDS
from fanzha.web.pages import ROUTES

FAULTY = re.compile(r'id="f-([\w-]+)-fault"')
SEEN_AGAIN = re.compile(r'name="seen" value="([^"]+)"')
SHORT = 160  # of the words, for a title
STEPS_MAX = 8  # of a report that is told page by page
# A field that takes one kind of thing is given one of these where it refuses the words.
PLAIN = ("100", "2026-11-22 19:00", "6299990000000000017", "530102")


@dataclass
class Sent:
    """What became of every form: what it takes, what took the words, and what came back."""

    routes: set[str] = field(default_factory=set)
    texts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    taken: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    refused: dict[str, str] = field(default_factory=dict)  # why the form was refused last
    wrong: list[str] = field(default_factory=list)

    def wants(self, route: str) -> bool:
        """Whether a text of the form has not taken the words yet."""
        return bool(self.texts[route] - self.taken[route])

    def untaken(self) -> set[str]:
        """The texts, as `address field`, that took the words nowhere."""
        return {f"{route} {name}" for route, names in self.texts.items() for name in names - self.taken[route]}


def post_route(address: str) -> str:
    """The route that takes a form of the address."""
    for route in sorted(ROUTES, key=lambda one: one.address.count("{")):
        if route.method == "POST" and re.fullmatch(PARAMETER.sub("[^/]+", route.address), urlsplit(address).path):
            return route.address
    raise AssertionError(f"a form leads to {address}, which nothing answers")


@dataclass
class Sender:
    """Sends forms; `exact` has what a field must hold that names a record, a day, a place."""

    store: Any  # in memory: what is committed is one value, and can be put back
    visitor: Callable[..., Visitor]
    words: str
    file: tuple[str, bytes, str]
    exact: Mapping[str, str]
    sent: Sent = field(default_factory=Sent)

    def send_all(self, walk: Walk, states: Sequence[str]) -> Sent:
        """From each page by who found it; what was refused again upon records in other states, and by others."""
        for stop in walk.stops:
            self._send_from(stop.address, stop.seat)
        for route, address in tuple(self._again(walk, states)):
            for seat in SEATS[1:]:
                if self.sent.wants(route):
                    self._send_from(address, seat)
        return self.sent

    def _again(self, walk: Walk, states: Iterable[str]) -> Iterator[tuple[str, str]]:
        waiting = {route for route in self.sent.routes if self.sent.wants(route)}
        yield from ((stop.route, stop.address) for stop in walk.stops if stop.route in waiting)
        for page in states:
            for deed in DEEDS:
                route = f"/{deed.kind}/{{record_id:str}}/{deed.name}"
                if page.startswith(f"/{deed.kind}/") and route in waiting:
                    yield route, f"{page}/{deed.name}"

    def _send_from(self, address: str, seat: str) -> None:
        before, person = self.store._state, self.visitor(seat)
        page = person.get(address)
        known = 'class="why-not"' in page  # that it cannot be done now; it is tried once, as a forged form would be
        for form in posts_of(page) if person.status == 200 else ():
            if not known or post_route(form.action or address) not in self.sent.routes:
                self._send(person, address, form)
                self.store._state = before

    def _send(self, person: Visitor, address: str, form: PageForm, steps: int = 0) -> None:
        route = post_route(form.action or address)
        free = [name for name in form.texts if self._exactly(route, name) is None]
        new = not self.sent.texts[route].issuperset(free) or route not in self.sent.routes
        self.sent.routes.add(route)
        self.sent.texts[route].update(free)
        if not new and not self.sent.wants(route):
            return
        before = self.store._state
        for values in self._attempts(route, form, person):
            self.store._state = before
            files = dict.fromkeys(form.files, self.file) or None
            page = person.post(form.action or address, files=files, **{**values, "csrf": form.values.get("csrf", "")})
            self._look_at(route, person, page)
            if person.status == 200:
                self.sent.taken[route].update(name for name in free if self.words.startswith(values[name] or "-"))
                if person.address.startswith("/public/") and steps < STEPS_MAX:
                    for further in posts_of(page):
                        self._send(person, person.address, further, steps + 1)
                return

    def _exactly(self, route: str, name: str) -> str | None:
        """What a field must hold that names something; None of a free text."""
        return self.exact.get(f"{route.split('/')[1]} {name}", self.exact.get(name))

    def _attempts(self, route: str, form: PageForm, person: Visitor) -> Iterator[dict[str, str]]:
        """The words everywhere; then what must be exact as it must be, twice where it is doubted; then something plain where a
        fault is shown."""
        values = form.filled(self.words)
        yield values
        exactly = {name: self._exactly(route, name) for name in form.texts}
        exactly |= {name: self.exact.get(f"{route.split('/')[1]} {name}") for name in form.values}  # of a choice, too
        values |= {name: found for name, found in exactly.items() if found is not None}
        yield values
        values |= {name: self.words[:SHORT] for name in form.texts if values[name] == self.words}
        yield values
        for plain in PLAIN:
            if seen := SEEN_AGAIN.search(person.text):  # the form asks once more and takes what is sent a second time
                yield {**values, "seen": seen[1]}
            faulty = FAULTY.findall(person.text)
            if not faulty:
                return
            values |= dict.fromkeys(faulty, plain)
            yield values
        if seen := SEEN_AGAIN.search(person.text):
            yield {**values, "seen": seen[1]}

    def _look_at(self, route: str, person: Visitor, page: str) -> None:
        if person.status >= 400:
            trouble = re.search(r'class="(?:trouble|faults)".*?</(?:div|ul)>', page, re.DOTALL)
            told = re.sub(r"(<[^>]+>|\s)+", " ", trouble[0] if trouble else page)
            self.sent.refused[route] = f"{person.status} {FAULTY.findall(page)} {told[:300]}"
        if person.status >= 500:
            self.sent.wrong.append(f"{route}: {person.status}")
        if "html" in person.headers["content-type"]:
            self.sent.wrong += [f"{route}: {one}" for one in parts_of(page).doing]
