"""Every counted number of the console opens its list: each page is walked as the analyst, and each list is as long as it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from console_day import console_of_day, visiting_day
from console_walk import is_page, route_of, walk_console
from county_desk import fill
from return_day import make_return_day

ANALYST = "analyst"
NUMBER = re.compile(r"[¥▲]?\s*(?:CNY )?-?\d[\d,]*(?:\.\d+)?\s*(?:[万亿]?[元起名张部台个处户次条枚套份%]|人次)?")
# Pages whose numbers are a record's own: what it says, or a sum of what stands beside it there; they count no records.
NO_COUNTS = {
    "/accounts": "what a statement says of an account: its rows stand below each sum",
    "/cases": "what a case's own reports, measures and traces say, each beside its record",
    "/clues/{": "what a reporter claimed of a payment",
    "/desk": "what is claimed of each clue; its row opens it",
    "/measures": "what one measure asks for and holds; its row or its page is the record",
    "/reports": "what a reporter said that he paid",
    "/results": "how much one entry says",
    "/returns": "the shares of one plan, each beside its victim and its freeze",
}
# Numbers that count no records, by page and by the head that they stand under.
EXCUSED = {
    ("/operations/{record_id:str}/entries", "数量"): "how much each entry says: the list itself",
    ("/publicity", "数量"): "how much each entry says: the row opens it",
    ("/publicity", "覆盖人数"): "how much each entry says: the row opens it",
    ("/publicity", "地区"): "the code of a place",
    ("/clues", "汇款金额"): "what a reporter claimed of a payment",
    ("/bulletins", "期次"): "which edition it is",
    ("/publicity", "此前周均"): "a mean over weeks, not a count of records",
}
COUNTED = re.compile(r'<a (?:data-row )?class="counted" href="([^"]+)" data-records="(\d+)"')
VOID = {"input", "meta", "link", "br", "hr", "img", "wbr", "source", "col", "base"}
SKIPPED = {
    "a",
    "time",
    "code",
    "kbd",
    "script",
    "style",
    "title",
    "option",
    "textarea",
    "svg",
    "button",
    "label",
    "dd",
    "h1",
}


class Numbers(HTMLParser):
    """The texts of a page's main part that are a number and stand in no link, each with the head of its column."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.heads: list[str] = []
        self.column = 0
        self.found: list[tuple[str, str]] = []
        self.caption = ""

    def handle_starttag(self, tag, attrs):
        if tag in VOID:
            return
        if tag == "table":
            self.heads = []
        elif tag == "tr":
            self.column = -1
        elif tag in ("td", "th"):
            self.column += 1
        self.inside.append(tag)

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        text = data.strip()
        if not text or "main" not in self.inside:
            return
        if "thead" in self.inside and "th" in self.inside:
            self.heads.append(text)
        elif NUMBER.fullmatch(text) and re.search("[1-9]", text) and not SKIPPED & set(self.inside):
            head = self.heads[self.column] if "td" in self.inside and self.column < len(self.heads) else ""
            self.found.append((head, text))


def loose_numbers(page: str) -> Iterator[tuple[str, str]]:
    parser = Numbers()
    parser.feed(page)
    yield from parser.found


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    day = make_return_day("memory", tmp_path_factory.mktemp("day"))
    ids, console = fill(day), console_of_day(day)
    with visiting_day(console) as visitor:
        analyst = visitor(ANALYST)
        walk = walk_console(console, ids, visitor, seats=(ANALYST,), only=is_page)
        yield analyst, {stop.address: analyst.get(stop.address) for stop in walk.stops}
    day.desk.store.close()


def test_no_counted_number_stands_without_its_list(walked):
    _, pages = walked
    bare: dict[tuple[str, str], str] = {}
    for address, page in pages.items():
        route = route_of(urlsplit(address).path)
        if any(route.address.startswith(place) for place in NO_COUNTS):
            continue
        for head, number in loose_numbers(page):
            if (route.address, head) not in EXCUSED:
                bare.setdefault((route.address, head), f"{number} at {address}")
    assert not bare, "\n".join(f"{where}: {number}" for where, number in sorted(bare.items()))


def test_every_list_is_as_long_as_the_number_that_opens_it_says(walked):
    analyst, pages = walked
    opened = dict[str, int]()
    for page in pages.values():
        for address, records in COUNTED.findall(page):
            opened[unescape(address)] = int(records)
    assert len(opened) > 40
    wrong = []
    for address, records in opened.items():
        listed = analyst.get(address)
        rows = len(re.findall(r"<tr><t[dh]", listed.partition("<tbody>")[2]))
        if analyst.status != 200 or rows != records:
            wrong.append(f"{address}: {records} said, {rows} listed ({analyst.status})")
    assert not wrong, "\n".join(wrong)


def test_a_number_without_a_list_is_seen():
    page = (
        "<main><table><thead><tr><th>a</th><th>数值</th></tr></thead><tr><td><a>3</a></td><td>¥3万元</td></tr></table>"
    )
    assert list(loose_numbers(page)) == [("数值", "¥3万元")]
