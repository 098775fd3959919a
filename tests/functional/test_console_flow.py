"""The money of a traced case on the page: masked names that stay apart, views by address, sums that hold."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from console_home import visiting
from desk_case import stopped_case
from return_day import CLERK, make_return_day
from traced_case import BOTH, make_day, victims

from fanzha import bootstrap
from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant
from fanzha.measures.purposes import Purpose
from fanzha.services.desk.amounts import case_amounts
from fanzha.services.desk.case_flow import case_flow
from fanzha.services.desk.draft_stops import draft_stops
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.trace_case import trace_case
from fanzha.storage.argon2_hasher import Argon2Hasher
from fanzha.web import Console


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    day = make_day("memory", home)
    day.read_in()
    case = day.case()
    trace_case(day.desk, day.books, BOTH, case.id)
    console = Console(day.desk, Argon2Hasher(1, 8, 1), day.books, bootstrap.paper_press, home, b"made-up secret")
    with visiting(console) as visitor:
        yield case, console, visitor


def test_the_picture_names_no_whole_account(traced):
    case, _, visitor = traced
    officer = visitor("both")
    for address in ("", "?shape=table", "?shape=matrix", "?shape=lanes", "?method=lifo", "?level=transfer"):
        page = officer.get(f"/cases/{case.id}/flow{address}")
        assert officer.status == 200, address
        assert not re.findall(r"(?<![\d.])\d{15,19}(?![\d.])", re.sub(r'data-(?:t|steps|due)="[^"]*"', "", page)), (
            address
        )


def test_accounts_that_end_alike_stay_apart(traced):
    case, console, _ = traced
    flow = case_flow(console.desk, console.books, BOTH, case.id)
    assert len(set(flow.names.values())) == len(flow.names)
    for shown, account in flow.names.items():
        assert flow.number_of(shown) == account
        assert shown.strip("*").split("·")[0] == account[-4:] or len(account) <= 8


def test_the_table_has_every_account_and_the_sums_hold(traced):
    case, console, visitor = traced
    flow = case_flow(console.desk, console.books, BOTH, case.id)
    page = visitor("both").get(f"/cases/{case.id}/flow?shape=table")
    shown = set(re.findall(r'<tr id="a-\d+" data-account="([^"]+)"', page))
    carried = {account.account for account in flow.document.methods[0].accounts}
    assert shown - carried == {name for name, number in flow.names.items() if number in victims_accounts(flow)}
    assert carried <= shown
    assert "各项之和等于追踪金额" in page


def test_an_address_that_asks_for_nonsense_says_so(traced):
    case, _, visitor = traced
    officer = visitor("both")
    for nonsense in ("?method=guess", "?shape=ball", "?least=much", "?at=soon", "?cell=x~y", "?k=many"):
        officer.get(f"/cases/{case.id}/flow{nonsense}")
        assert officer.status == 422, nonsense


def victims_accounts(flow):
    return {origin.payer for origin in flow.run.origins}


def test_what_a_receipt_says_to_be_held_is_controlled_though_no_statement_shows_it(tmp_path):
    day = make_return_day("memory", tmp_path)
    day.read_in()
    case = stopped_case(day.desk, BOTH, CLERK)  # of 50,000 that no statement shows, the bank still found 1,234.56
    trace_case(day.desk, day.books, BOTH, case.id)
    flow = case_flow(day.desk, day.books, BOTH, case.id)
    assert flow.by_receipt == dict.fromkeys(["fifo", "lifo", "prorata", "own_first", "libr"], 123_456)
    for method in flow.document.methods[:5]:
        assert method.balance.holds
        assert (method.balance.held, method.balance.unknown) == (123_456, 4_876_544)
        (part,) = method.unknown
        assert sum(part.by_victim.values()) == part.traced == 4_876_544
        assert sum(sum(account.held_by_victim.values()) for account in method.accounts) == 123_456
    console = Console(day.desk, Argon2Hasher(1, 8, 1), day.books, bootstrap.paper_press, tmp_path, b"made-up secret")
    with visiting(console) as visitor:
        officer = visitor("both")
        officer.get(f"/cases/{case.id}/flow")
        for told in (
            "▮ 已控制 ¥1,234.56 据银行回执，流水未到",
            "? 未知 ¥48,765.44",
            "各项之和等于追踪金额",
        ):
            assert told in officer.words, told
        assert "可止付 ¥0.00" in officer.words


def test_another_body_sees_no_flow(traced):
    case, _, visitor = traced
    stranger = visitor("stranger")
    stranger.get(f"/cases/{case.id}/flow")
    assert stranger.status == 404


def test_an_earlier_moment_has_its_own_table(traced):
    case, console, visitor = traced
    flow = case_flow(console.desk, console.books, BOTH, case.id)
    first_us = min(each.at_us for each in flow.document.methods[0].flows if each.at_us)
    at = format_instant(first_us).removesuffix("+08:00")
    page = visitor("both").get(f"/cases/{case.id}/flow?shape=table&at={at}")
    assert page.count('<tr id="a-') < len(flow.document.methods[0].accounts)


def test_the_workbook_is_given(traced):
    case, _, visitor = traced
    officer = visitor("both")
    officer.get(f"/cases/{case.id}/flow.xlsx")
    assert (officer.status, officer.headers["content-type"].split(";")[0].rsplit(".", 1)[1]) == (200, "sheet")


def test_two_homes_whose_runs_have_one_id_are_not_mixed_up(traced, tmp_path):
    case, console, _ = traced
    other = make_day("memory", tmp_path)
    other.read_in()
    fewer = other.case(1)
    trace_case(other.desk, other.books, BOTH, fewer.id)
    first, second = (
        case_flow(desk, books, BOTH, one.id)
        for desk, books, one in ((console.desk, console.books, case), (other.desk, other.books, fewer))
    )
    assert first.run.id == second.run.id
    assert len(first.document.parameters["origins"]) == 3
    assert len(second.document.parameters["origins"]) == 1


def test_the_head_of_the_page_names_nobody(tmp_path):
    day = make_day("memory", tmp_path)
    day.read_in()
    victim = day.fact(victims()[0])
    holder = victims()[0]["holder"]
    case = open_case(day.desk, BOTH, [victim[0]], f"{holder}收了钱案")
    trace_case(day.desk, day.books, BOTH, case.id)
    flow = case_flow(day.desk, day.books, BOTH, case.id)
    assert holder not in flow.mask.text(flow.case.title)


def test_stops_are_worded_for_the_chosen_accounts_alone(traced):
    case, console, visitor = traced
    flow = case_flow(console.desk, console.books, BOTH, case.id)
    amounts = case_amounts(console.desk, console.books.trace_rules, BOTH, case.id, Purpose.STOP)
    wanted = [each.account.account for each in amounts.accounts if each.stoppable_minor][:2]
    shown = [name for name, account in flow.names.items() if account in wanted]
    officer = visitor("both")
    page = officer.get(f"/cases/{case.id}/flow?shape=table")
    assert all(f"/stops?accounts={quote(name)}" in page for name in shown)
    form = {"basis": "afl-20", "reason": "被害人资金仍在账", "accounts": shown}
    officer.post(f"/cases/{case.id}/stops", **form)
    drafted = case_amounts(console.desk, console.books.trace_rules, BOTH, case.id, Purpose.STOP)
    worded = {each.account.account for each in drafted.accounts if each.measures}
    assert worded == set(wanted)
    with pytest.raises(BadInput, match="'6299' holds no traced money"):
        draft_stops(
            console.desk,
            console.books,
            BOTH,
            case.id,
            basis="afl-20",
            reason="被害人资金仍在账",
            only=frozenset({"6299"}),
        )


def test_the_method_is_a_field_of_the_form_and_the_paper_names_who_prints(traced):
    case, _, visitor = traced
    page = visitor("both").get(f"/cases/{case.id}/flow?method=lifo")
    assert re.search(r'<option value="lifo" selected>', page)
    assert page.index('name="method"') < page.index('class="playback') < page.index("<svg xmlns")
    foot = re.search(r'<p class="print-foot">(.*?)</p>', page)[1]
    assert all(word in foot for word in ("打印人 both", case.id, "流水截至", "后进先出"))
