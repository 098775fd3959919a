"""What people read on a page in Chinese is Chinese: no code of the program stands there in place of its word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser

import pytest
from console_day import console_of_day, visiting_day
from console_walk import walk_console
from county_desk import fill
from return_day import make_return_day

from fanzha.access import Person
from fanzha.ports.record_query import Query
from fanzha.web.terms import METHOD_WORDS

pytestmark = pytest.mark.slow
VOID = {"br", "img", "input", "link", "meta", "hr", "wbr", "col", "source", "path", "rect", "circle", "use", "line"}
AS_IT_IS = {"script", "style", "code", "kbd", "pre"}  # what is a code stands as one: it is set apart, and can be copied
READ_OUT = ("title", "placeholder", "aria-label", "alt", "data-name")
WORD = re.compile(r"(?<![\w.@/:-])[a-z][a-z]+(?:[_-][a-z0-9]+)*(?![\w@/-]|\.\w)")
# Words of other languages that a Chinese reader has to type or to know as they are.
KNOWN = {"https", "localhost", "keys", "gateway-1", "imei"}


class Shown(HTMLParser):
    """Every text of a page that is read in the page's own language."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, Mapping[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.texts += [said for name in READ_OUT if (said := given.get(name))]
        if tag == "input" and given.get("type") == "text" and given.get("value"):
            self.texts.append(given["value"] or "")
        if tag not in VOID:
            self.open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _ in self.open):
            if self.open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        apart = any(tag in AS_IT_IS or str(given.get("lang") or "zh").startswith("en") for tag, given in self.open)
        if data.strip() and (not apart or data.strip() in METHOD_WORDS):  # a method has a name, wherever it stands
            self.texts.append(data.strip())


def codes_on(page: str, known: set[str]) -> Iterator[tuple[str, str]]:
    """Each word in small Latin letters that is nobody's login, with the text that it stands in."""
    shown = Shown()
    shown.feed(page)
    for text in shown.texts:
        yield from ((word, text[:80]) for word in WORD.findall(text) if word not in known)


def test_no_code_stands_in_place_of_a_word(tmp_path):
    day = make_return_day("memory", tmp_path)
    ids, console = fill(day), console_of_day(day)
    with day.desk.store.reading() as view:
        logins = {person.login for person in view.records(Person).find(Query(limit=1000)).rows}
    known, found = {*logins, *KNOWN, "none"}, dict[tuple[str, str], str]()
    with visiting_day(console) as visitor:
        walk = walk_console(console, ids, visitor)
        for stop in walk.stops:
            for word, text in codes_on(visitor(stop.seat).get(stop.address), known):
                found.setdefault((word, text), f"{stop.seat} {stop.address}")
    day.desk.store.close()
    assert len(walk.stops) > 150
    assert not found, "\n".join(f"{word!r} in {text!r} at {where}" for (word, text), where in found.items())


def test_what_would_be_a_code_is_seen():
    page = (
        '<p title="own_first">方法 fifo <code>lifo</code><span lang="en">open</span> 张三 zhang-3</p>'
        '<input type="text" value="this-month">'
    )
    assert {word for word, _ in codes_on(page, {"zhang-3"})} == {"own_first", "fifo", "lifo", "this-month"}
