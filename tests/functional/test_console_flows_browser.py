"""What officers do from a report to its end, in a real browser and in both languages; the first way by keyboard alone."""

from __future__ import annotations

import csv
import io
import re

import pytest
from console_flows import go, station, tab_to, write
from console_home import CHROMIUM, FLAGS, axe_violations
from desk_case import ACCOUNT, HOLDER, PHONE, VICTIM
from measure_home import make_fact
from public_numbers import SITE, approved

from fanzha.casework import Case, Fact
from fanzha.core.time import MINUTE_US
from fanzha.measures.model import Measure, effective_status

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium (Debian package chromium)"),
]
HOUR_US = 60 * MINUTE_US


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(params=["zh-CN", "en-GB"])
def seats(browser, tmp_path, request):
    with station(tmp_path, browser, request.param) as made:
        yield made
        assert [said for said in made.complaints if "status of 4" not in said] == []


def fill_form(page, **fields):
    """Writes into the form of a deed, and sends it by its own button."""
    for name, text in fields.items():
        place = page.locator(f"main form [name={name}]").first
        kind = place.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
        if kind == "select":
            place.select_option(text)
        elif kind in ("checkbox", "radio"):
            page.locator(f"main form [name={name}][value='{text}']").check()
        else:
            place.fill(text)
    with page.expect_navigation():
        page.locator("main form [data-submit]").click()


def test_from_the_report_to_the_banks_receipt_by_keys_alone(seats):
    duty = seats.sit("duty")
    duty.goto("/desk")
    go(duty, "n")
    for place, text in (
        ("name", VICTIM), ("phone", PHONE), ("narrative", f"模拟：付给{HOLDER} {ACCOUNT}"), ("payments-1-payee", ACCOUNT),
        ("payments-1-holder", HOLDER), ("payments-1-bank", "模拟银行"), ("payments-1-amount", "5万"),
        ("payments-1-at", "2026-03-02 12:00"),
    ):  # fmt: skip
        write(duty, f"#f-{place}", text)
    duty.keyboard.press("Enter")  # in a field it sends nothing
    assert duty.url.endswith("/reports/new")
    go(duty, "Control+Enter")
    go(duty, "Enter")  # the claim has the focus
    go(duty, "Control+Enter")  # the case, its title is there
    duty.keyboard.insert_text("刚刚转出，可能还在账户")  # below what was claimed, with which it is begun
    go(duty, "Control+Enter")
    for place, text in (("holder", HOLDER), ("account", ACCOUNT), ("reference", "SLIP-1")):
        write(duty, f"#f-{place}", text)
    tab_to(duty, "#f-checked")
    duty.keyboard.press("Space")
    go(duty, "Control+Enter")
    (fact,) = seats.rows(Fact)
    assert (fact.fields.account, fact.fields.amount_minor) == (ACCOUNT, 5_000_000)
    go(duty, "Control+Enter")  # the stop's draft
    duty.keyboard.press("p")  # leads to the button, and sends nothing
    assert seats.measure().status.value == "draft"
    go(duty, "Control+Enter")
    assert seats.measure().status.value == "proposed"

    chief = seats.sit("chief")
    chief.goto("/desk")
    chief.keyboard.press("g")
    go(chief, "m")
    chief.keyboard.press("j")
    go(chief, "Enter")
    for key in ("a", "y", "Enter", "s"):
        chief.keyboard.press(key)
    assert seats.measure().status.value == "proposed", "no bare key signs anything"
    go(chief, "Control+Enter")
    assert seats.measure().status.value == "approved"

    clerk = seats.sit("clerk")
    clerk.goto("/partner")
    clerk.keyboard.press("j")
    clerk.keyboard.press("r")  # leads to the button of the row, and sends nothing
    assert clerk.evaluate("document.activeElement.value") == "received"
    go(clerk, "y")
    assert clerk.evaluate("document.querySelector('[name=outcome]:checked').value") == "executed"
    write(clerk, "[name=balance]", "61234.56")
    go(clerk, "Control+Enter")
    assert seats.measure().status.value == "executed"

    sync_api.expect(duty.locator(".outcome")).to_contain_text("61,234.56", timeout=30_000)
    sync_api.expect(duty.locator(".outcome [data-next]")).to_be_focused()
    go(duty, "Control+Enter")
    assert "/cases/" in duty.url
    assert duty.url.endswith("tab=money")
    assert len(duty.context.pages) == 1, "no second tab"

    duty.keyboard.press("g")
    go(duty, "m")
    tab_to(duty, "a[href^='/measures?board=holding']")
    go(duty, "Enter")
    tab_to(duty, f"main a[href='/measures/{seats.measure().id}']")
    go(duty, "Enter")
    assert "61,234.56" in duty.inner_text("main"), "what the bank says is there stands where it was asked for"
    assert "¥50,000.00" in duty.inner_text("main")


def test_nobody_signs_what_he_asked_for(seats):
    measure = seats.proposed()
    both = seats.sit("both")
    both.goto(f"/measures/{measure.id}")
    assert both.locator("form.sign").count() == 0
    both.keyboard.press("Control+Enter")
    both.goto(f"/measures/{measure.id}/approve")
    assert both.locator(".why-not").count() == 1, "it is said before he tries"
    go(both, "Control+Enter")
    assert both.evaluate("document.activeElement.id") == "trouble"
    assert axe_violations(both) == []
    assert seats.measure().status.value == "proposed"


def test_a_term_that_passes_is_told_once(seats):
    make_fact(seats.console.desk)
    duty = seats.sit("both")
    duty.goto("/desk?tab=all")
    due = min(int(one) for one in duty.eval_on_selector_all("[data-due]", "all => all.map((one) => one.dataset.due)"))
    seats.clock.ahead_us = due * 1000 - seats.clock.clock.now_us() - 2_500_000
    duty.add_init_script("""addEventListener("DOMContentLoaded", () => { window.told = [];
        const place = document.querySelector("#announce");
        new MutationObserver(() => place.textContent && window.told.push(place.textContent))
            .observe(place, {childList: true, characterData: true, subtree: true}); });""")
    duty.reload()
    duty.wait_for_function("() => window.told.length === 1", timeout=10_000)
    (said,) = duty.evaluate("window.told")
    assert ("线索超时" in said, bool(re.search("[\u4e00-\u9fff]", said))) == (seats.locale == "zh-CN",) * 2
    duty.evaluate("document.body.dispatchEvent(new CustomEvent('fanzha:changed'))")
    duty.wait_for_timeout(2_500)
    assert duty.evaluate("window.told.length") == 1
    duty.reload()
    duty.wait_for_timeout(1_500)
    assert duty.evaluate("window.told") == []
    assert duty.locator("[data-due].breached .sign").first.inner_text() == "▲", "it is said in signs, too"


def test_two_cases_become_one_and_two_again(seats):
    (kept, _), (absorbed, _) = (make_fact(seats.console.desk) for _ in range(2))
    both = seats.sit("both")
    both.goto(f"/cases/{kept}?tab=related")
    both.locator(f"a[href='/cases/{kept}/merge?absorbed={absorbed}']").click()
    fill_form(both, reason="收款账户相同")
    assert {one.id: one.merged_into for one in seats.rows(Case)} == {kept: "", absorbed: kept}
    told = both.url
    both.goto(f"/cases/{absorbed}")
    assert both.locator(f".record-head a[href='/cases/{kept}']").count() == 1, "who opens the one is led to the other"
    both.goto(told)
    both.locator("a[href^='/moves/']").click()
    fill_form(both, reason="查明是两件事情")
    assert {one.merged_into for one in seats.rows(Case)} == {""}
    assert both.locator("#told").count() == 1
    both.goto(f"/cases/{absorbed}")
    assert both.locator(f".record-head a[href='/cases/{kept}']").count() == 0


def test_what_ends_is_renewed_and_then_let_go(seats):
    frozen = seats.frozen()
    assert frozen.void_from_us is not None
    seats.later(frozen.void_from_us - seats.console.desk.clock.now_us() - 6 * HOUR_US)
    both, chief = seats.sit("both"), seats.sit("chief")
    seats.signed_in_again(both, "both")
    seats.signed_in_again(chief, "chief")
    both.goto("/measures?board=ending")
    both.locator(f"a[href='/measures/{frozen.id}']").first.click()
    both.goto(f"/measures/{frozen.id}/renew")
    fill_form(both, reason="尚在侦查，资金权属未定")
    chief.goto(f"/measures/{frozen.id}/approve-renewal")
    fill_form(chief)
    renewed = next(one for one in seats.rows(Measure) if one.id == frozen.id)
    assert renewed.void_from_us > frozen.void_from_us
    seats.later(7 * HOUR_US)  # its first term is over
    assert effective_status(renewed, seats.clock.now_us()).value == "executed"
    seats.signed_in_again(chief, "chief")
    chief.goto(f"/measures/{frozen.id}/lift")
    fill_form(chief, reason="查明与案件无关")
    let_go = next(one for one in seats.rows(Measure) if one.id == frozen.id)
    assert (let_go.status.value, let_go.orders[-1].verb.value) == ("lifted", "release")
    chief.goto("/measures?board=over")
    assert chief.locator(f"a[href='/measures/{frozen.id}']").count() >= 1
    seats.signed_in_again(clerk := seats.sit("clerk"), "clerk")
    clerk.goto("/partner")
    assert clerk.locator(
        f"form[action='/partner/orders/{let_go.orders[-1].id}/answer'], a[href='/partner/orders/{let_go.orders[-1].id}']"
    ).count(), "the bank is told to let it go"


def test_an_appeal_is_heard_by_another_and_lets_go(seats):
    measure = seats.executed(seats.proposed())
    both, city = seats.sit("both"), seats.sit("city-chief")
    both.goto(f"/measures/{measure.id}/appeal")
    both.set_input_files("main form [type=file]", {"name": "模拟订单.txt", "mimeType": "text/plain", "buffer": b"made"})
    fill_form(both, by=HOLDER, grounds="模拟：这是货款")
    appeal = both.url.rsplit("/", 1)[1].split("?")[0]
    chief = seats.sit("chief")
    chief.goto(f"/appeals/{appeal}/decide")
    assert chief.locator(".why-not").count() == 1, "who signed the measure does not hear the appeal"
    city.goto("/measures?board=appeals")
    city.locator(f"a[href='/appeals/{appeal}']").first.click()
    city.locator(f"a[href^='/appeals/{appeal}/decide']").click()
    fill_form(city, decision="upheld", answer="经审查订单与发货记录，交易真实")
    assert next(one for one in seats.rows(Measure) if one.id == measure.id).ended_us


def test_a_bulletin_that_was_issued_keeps_its_numbers(seats):
    seats.executed(seats.proposed())
    seats.later(40 * 24 * HOUR_US)
    both, chief = seats.sit("both"), seats.sit("chief")
    for page, login in ((both, "both"), (chief, "chief")):
        seats.signed_in_again(page, login)
    both.goto("/bulletins/draft-new")
    fill_form(both)
    address = both.url.split("?")[0]
    assert both.locator(".why-not li").count() == 2, "what nothing records keeps it from being issued"
    for name in ("clues_within_3h", "receipts_in_time"):
        both.goto(f"{address}/figure")
        fill_form(both, name=name, value="100", reason="当月台账另行统计")
    assert both.locator(".why-not").count() == 0
    both.goto(f"{address}/issue")
    assert both.locator(".why-not").count() == 1, "who wrote it does not issue it"
    chief.goto(f"{address}/issue")
    fill_form(chief, number="模拟反诈通〔2026〕1号")
    told = chief.locator("table.rows").inner_text()
    hashed = re.search(r"\b[0-9a-f]{64}\b", chief.inner_text("main"))[0]
    both.goto(f"{address}/revise")
    fill_form(both)
    later = both.url.split("?")[0]
    assert later != address
    both.goto(f"{later}/figure")
    fill_form(both, name="cases_reported", value="7", reason="补录两起后重新统计")
    assert both.locator("table.rows").inner_text() != told
    for page in (chief, both):
        page.goto(address)
        assert page.locator("table.rows").inner_text() == told, "what was issued stays as it was"
        assert hashed in page.inner_text("main")
        page.goto(f"{address}/figure")
        assert page.locator(".why-not").count() == 1, "nobody changes it any more"


def test_a_banks_table_goes_out_and_comes_back_with_bad_rows_named(seats):
    measure = seats.proposed()
    chief, clerk = seats.sit("chief"), seats.sit("clerk", java_script_enabled=False)
    chief.goto(f"/measures/{measure.id}")
    go(chief, "Control+Enter")
    clerk.goto("/partner")
    with clerk.expect_download() as taken:
        clerk.locator("form[action='/partner/sheet'] button").click()
    rows = list(csv.DictReader(io.StringIO(taken.value.path().read_text("utf-8-sig"))))
    good = {**rows[0], "回执编号": "R1", "结果": "已执行", "执行时间": "2026-11-21 10:00:00", "余额": "60000"}
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]))
    table.writeheader()
    table.writerows(
        [good, {**good, "回执编号": "R2", "结果": "<img src=x>"}, {**good, "回执编号": "R3", "请求编号": "无"}]
    )
    clerk.set_input_files("#f-file", {"name": "back.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode()})
    clerk.locator("form[action='/partner/receipts'] button").click()
    bad, taken_in = (clerk.locator("#report table").nth(place).locator("tbody") for place in (0, 1))
    assert bad.locator("td.num").all_inner_texts() == ["3"], "the row that cannot be read has its number"
    assert "<img src=x>" in bad.inner_text()
    assert bad.locator("code").inner_text() == "outcome"
    assert taken_in.locator("tr").count() == 2
    assert taken_in.locator("td.num").all_inner_texts() == ["2", "4"], "an order that nobody knows is looked into"
    assert len(seats.measure().receipts) == 1


def test_a_number_is_checked_without_script(seats):
    approved(seats.console.desk, site=SITE)
    seats.later(72 * HOUR_US)
    anybody = seats.sit("", java_script_enabled=False)
    for term, is_known in ((SITE, True), ("19900000001", False)):
        anybody.goto("/public/check")
        anybody.fill("#term", term)
        anybody.press("#term", "Enter")
        told = anybody.inner_text("body")
        assert anybody.locator("main .found time").count() == is_known, told
        assert "96110" in told
        assert term not in anybody.url
        assert not re.search(r"\bis safe\b|是安全", told)


def test_of_two_officers_on_one_case_the_later_reads_it_again(seats):
    case, _ = make_fact(seats.console.desk)
    chief, both = seats.sit("chief"), seats.sit("both")
    for page in (chief, both):
        page.goto(f"/cases/{case}/decline?version={seats.rows(Case)[0].version}")
    fill_form(chief, number="模拟不立字1号", reason="没有犯罪事实发生")
    fill_form(both, number="模拟不立字2号", reason="另一位民警的意见")
    assert both.evaluate("document.activeElement.id") == "trouble"
    assert both.input_value("main form [name=reason]") == "另一位民警的意见", "what was written is still there"
    both.locator("main p a.button[href^='/cases/']").first.click()
    both.wait_for_url(f"**/cases/{case}")
    (found,) = seats.rows(Case)
    both.goto(f"/cases/{case}/decline?version={found.version}")
    assert both.input_value("main form [name=reason]") == "另一位民警的意见", (
        "and is so after he has looked at the record"
    )
    assert [one.number for one in found.decisions] == ["模拟不立字1号"]
