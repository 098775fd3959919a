"""The money's picture in a real browser: its steps by keyboard alone, its playback, its sums, and its address at any size."""

from __future__ import annotations

import pytest
from console_day import console_of_day
from console_flows import go, tab_to
from console_home import CHROMIUM, FLAGS, served, sitting
from return_day import BOTH, ReturnDay, make_return_day
from traced_case import make_day

from fanzha import bootstrap
from fanzha.casework import (
    AccountName,
    Channel,
    Document,
    DocumentKind,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    VerifiedFields,
)
from fanzha.core.time import format_instant, parse_instant
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.assign_clue import assign_clue
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.trace_case import trace_case
from fanzha.services.desk.verify_clue import verify_clue
from fanzha.services.ingest_files import ingest_files
from fanzha.storage.argon2_hasher import Argon2Hasher
from fanzha.web import Console

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("console money"),  # what its tests share is made once
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
]
SHOWN = """() => [...document.querySelectorAll("svg.flow .card[data-c]")].filter((one) => !one.classList.contains("later"))
    .map((one) => one.dataset.account).filter(Boolean).sort()"""
IN_TABLE = (
    "() => [...document.querySelectorAll('.flow-table tr[data-account]')].map((one) => one.dataset.account).sort()"
)
DRAWN = "() => [...document.querySelectorAll('svg.flow .card[data-account]')].map((one) => one.dataset.account)"
CARDS = "() => document.querySelectorAll('svg.flow .card[data-account]').length"
FIGURES = """() => Object.fromEntries([...document.querySelectorAll("svg.flow .card[data-account]")]
    .map((one) => [one.dataset.account, one.getAttribute("aria-label")]))"""
# What a card says in words, and what its row has in figures.
SAID = """() => Object.fromEntries([...document.querySelectorAll("svg.flow :is(.card[data-z], .card[data-c]):not(.later)")]
    .filter((one) => one.dataset.account)
    .map((one) => [one.dataset.account, one.getAttribute("aria-label").match(/[\\d,]+\\.\\d\\d/g) || []]))"""
ROWS = """() => Object.fromEntries([...document.querySelectorAll(".flow-table tr[data-account]")].map((one) =>
    [one.dataset.account, one.textContent.match(/[\\d,]+\\.\\d\\d/g) || []]))"""
SETTLED = """() => Object.fromEntries([...document.querySelectorAll("svg.flow .card[data-account]:not(.later):not(.pending)")]
    .map((one) => [one.dataset.account, one.getAttribute("aria-label")]))"""
SUMS = "() => [...document.querySelectorAll('.sums dd')].map((one) => one.textContent.trim())"
WIDE, BREADTH = "模拟一行", (50, 10, 9)  # payees of each account, hop by hop: 5,051 accounts


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def forty(tmp_path_factory):
    """The made case of forty accounts: its console, its address, and the page of its money."""
    home = tmp_path_factory.mktemp("forty")
    day = make_day("memory", home)
    day.read_in()
    case = day.case()
    trace_case(day.desk, day.books, BOTH, case.id)
    console = Console(day.desk, Argon2Hasher(1, 8, 1), day.books, bootstrap.paper_press, home, b"made-up secret")
    with served(console) as address:
        yield console, address, f"/cases/{case.id}/flow"


@pytest.fixture(params=["zh-CN", "en-GB"])
def page(browser, forty, request):
    console, address, _ = forty
    with sitting(browser, address, console, "both", locale=request.param) as (opened, complaints):
        yield opened
        assert complaints == []


def test_a_fan_is_opened_chosen_from_closed_and_undone_by_keys_alone(page, forty):
    page.goto(f"{forty[2]}?k=2&shape=hops")
    few = page.evaluate(CARDS)
    tab_to(page, "svg.flow a.card, svg.flow .card[data-c]")
    page.keyboard.press("ArrowRight")
    hop = page.evaluate("() => document.querySelector('[data-more]').dataset.more")
    while page.evaluate("() => document.activeElement.dataset.hop") != hop:
        page.keyboard.press("ArrowRight")
    go(page, "+")
    more = page.evaluate(CARDS)
    assert more > few
    assert page.evaluate("() => document.activeElement.dataset.hop") == hop, "the keyboard goes on where it was"
    go(page, "-")
    assert page.evaluate(CARDS) == few
    go(page, "Control+z")
    assert page.evaluate(CARDS) == more, "the step is undone"
    go(page, "Control+Shift+z")
    assert page.evaluate(CARDS) == few
    go(page, "t")
    wanted = "[data-row][href*='account=']"
    for _ in range(8):
        page.keyboard.press("j")
    chosen = page.evaluate("() => document.activeElement.closest('tr').dataset.account")
    assert page.evaluate("wanted => document.activeElement.matches(wanted)", wanted)
    go(page, "Enter")
    assert chosen in page.evaluate(SHOWN), "what was chosen in the table stands in the picture"


def test_the_picture_comes_first_and_scrolls_with_the_page(browser, forty):
    console, address, money = forty
    with sitting(browser, address, console, "both", locale="zh-CN") as (page, _):
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(money)
        frame = page.evaluate("""() => { const one = document.querySelector(".flow-frame");
            return [one.getBoundingClientRect().top, one.scrollHeight - one.clientHeight] }""")
        assert frame[0] < 260
        assert frame[1] <= 1, "no box that scrolls within the page"
        below = page.evaluate("() => document.querySelector('.playback').getBoundingClientRect().bottom")
        assert below <= frame[0]


def test_the_method_is_chosen_without_a_script(browser, forty):
    _, address, money = forty
    with sitting(browser, address, forty[0], "both", locale="zh-CN", java_script_enabled=False) as (page, _):
        page.goto(money)
        page.select_option("[name=method]", "lifo")
        page.locator(".filters button").click()
        assert "method=lifo" in page.url
        assert page.locator("[name=method]").input_value() == "lifo"
        assert page.locator(".playback").is_hidden()


def test_playback_shows_no_figure_before_its_time(page, forty):
    page.goto(f"{forty[2]}?shape=hops&k=60")
    sums, whole = page.evaluate(SUMS), page.evaluate(FIGURES)
    tab_to(page, "svg.flow a.card, svg.flow .card[data-c]")
    for _ in range(12):
        page.keyboard.press(",")
    assert set(page.evaluate(SUMS)) == {"…"}
    pending = page.locator("svg.flow .card.pending text.amount").all_text_contents()
    assert pending
    assert set(pending) == {"…"}
    assert page.evaluate(
        "() => [...document.querySelectorAll('.later')].every((one) => !one.checkVisibility({visibilityProperty: true}))"
    )
    final = page.evaluate(SETTLED)
    page.goto(page.get_attribute("[data-play=cite]", "href"))
    then = page.evaluate(FIGURES)
    assert final
    assert {account: then[account] for account in final} == final
    page.goto(f"{forty[2]}?shape=hops&k=60")
    for key in (",", ".", "."):
        page.keyboard.press(key)
    assert (page.evaluate(SUMS), page.evaluate(FIGURES)) == (sums, whole)


def test_accounts_are_chosen_and_their_stops_worded_by_keys(page, forty):
    page.goto(f"{forty[2]}?shape=hops&k=60")
    tab_to(page, "svg.flow a.card, svg.flow .card[data-c]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift++")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift++")
    chosen = page.evaluate("() => [...document.querySelectorAll('.card.chosen')].map((one) => one.dataset.account)")
    assert len(chosen) == 2
    page.keyboard.press("l")
    assert page.locator("svg.flow text.small").first.is_hidden()
    page.keyboard.press("f")
    assert (
        page.evaluate("() => document.querySelector('svg.flow').getBoundingClientRect().height")
        <= page.viewport_size["height"]
    )
    go(page, "s")
    ticked = page.evaluate("() => [...document.querySelectorAll('[name=accounts]:checked')].map((one) => one.value)")
    offered = page.evaluate("() => [...document.querySelectorAll('[name=accounts]')].map((one) => one.value)")
    assert sorted(ticked) == sorted(set(chosen) & set(offered))
    assert set(ticked) < set(offered)


def test_the_playback_shows_what_the_table_of_that_moment_has(page, forty):
    page.goto(f"{forty[2]}?shape=hops&k=60")
    tab_to(page, "svg.flow a.card, svg.flow .card[data-c]")
    for _ in range(12):
        page.keyboard.press(",")
    shown, drawn = page.evaluate(SHOWN), page.evaluate(DRAWN)  # the accounts behind an exit's card have rows alone
    assert 1 < len(shown) < len(drawn)
    page.goto(page.get_attribute("[data-play=cite]", "href"))
    assert page.evaluate(SHOWN) == shown
    assert [one for one in page.evaluate(IN_TABLE) if one in drawn] == shown
    said, rows = page.evaluate(SAID), page.evaluate(ROWS)
    ends = {account: {figures[0], figures[-1]} - {"0.00"} for account, figures in rows.items() if account in said}
    assert len(ends) > 1
    assert {account: some - set(said[account]) for account, some in ends.items()} == {
        account: set() for account in ends
    }


def test_grouping_moves_no_sum(page, forty):
    page.goto(forty[2])
    sums = page.evaluate(SUMS)
    assert len(sums) >= 6
    drawn = {tuple(page.evaluate(DRAWN))}
    for preset, level in (("amount", "account"), ("merge", "account"), ("none", "group"), ("none", "account")):
        page.select_option("[name=preset]", preset)
        page.select_option("[name=level]", level)
        with page.expect_navigation():
            page.locator(".filters button").click()
        assert page.evaluate(SUMS) == sums, (preset, level)
        drawn.add(tuple(page.evaluate(DRAWN)))
    assert len(drawn) > 1, "it was grouped"


@pytest.fixture(scope="module")
def thousands(tmp_path_factory):
    """A case of five thousand accounts in three hops, traced; its console, address, and the page of its money."""
    day = make_return_day("memory", tmp_path_factory.mktemp("thousands"))
    first = widely_paid(day)
    case = traced(day, first)
    console = console_of_day(day)
    with served(console) as address:
        yield console, address, f"/cases/{case}/flow"
    day.desk.store.close()


def widely_paid(day: ReturnDay) -> str:
    """Reads in a payment that is paid on to thousands; gives the account that took it."""
    number, lines = 0, ["transfer_id,at,payer,payee,amount,payer_institution,payee_institution"]
    start_us = parse_instant("2026-11-22T09:00:00")

    def pay(payer: str, amount: int, hop: int) -> str:
        nonlocal number
        number += 1
        payee = f"62999981{number:011d}"
        at = format_instant(start_us + (hop * 3_600 + number % 600) * 1_000_000).removesuffix("+08:00")
        lines.append(f"r{number},{at},{payer},{payee},{amount}.00,{WIDE},{WIDE}")
        return payee

    amount = 4_500_000
    holders = [first := pay("6299990000000000991", amount, 0)]
    for hop, breadth in enumerate(BREADTH, start=1):
        amount //= breadth
        holders = [pay(holder, amount, hop) for holder in holders for _ in range(breadth)]
    file = day.folder / "wide.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ingest_files(day.books.facts, day.books.reader, [file], rules=day.books.ledger_rules)
    return first


def traced(day: ReturnDay, first: str) -> str:
    """The case of that payment, traced."""
    desk, at_us = day.desk, parse_instant("2026-11-22T09:00:01")
    paid = ReportedPayment(
        "", "模拟·孙三", AccountName(first, "模拟·钱二", WIDE), AccountName("6299990000000000991"),
        amount_minor=450_000_000, at_us=at_us,
    )  # fmt: skip
    told = ReportDraft(Channel.CALL, Reporter(ReporterKind.VICTIM, "模拟·孙三"), "模拟：大额转账", payments=(paid,))
    received = receive_report(desk, BOTH, told)
    (clue,) = received.clues
    assign_clue(desk, BOTH, clue.id, BOTH.id)
    assess_clue(desk, BOTH, clue.id, "先核四要素")
    fields = VerifiedFields("模拟·钱二", first, WIDE, 450_000_000, at_us)
    verify_clue(desk, BOTH, clue.id, fields, Document(DocumentKind.TRANSFER_SLIP, "FILE-1"))
    case = open_case(desk, BOTH, [received.report.id], "模拟大额案")
    trace_case(desk, day.books, BOTH, case.id)
    return case.id


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_thousands_of_accounts_open_again_by_their_address(browser, thousands, locale):
    console, address, money = thousands
    views = []
    for seat in ("both", "chief"):
        with sitting(browser, address, console, seat, locale=locale) as (page, complaints):
            if not views:
                page.goto(money)
                page.locator("table.flow-matrix a, table.flow-matrix button").nth(1).click()
                page.wait_for_url("**cell=**")
                where = page.url
            page.goto(where)
            views.append((page.evaluate(SUMS), page.evaluate(SHOWN), page.inner_text(".coverage")))
            assert "5,0" in page.inner_text("main").replace("5 0", "5,0")
            assert complaints == []
    assert views[0] == views[1]
    assert views[0][1]
