"""Measures at the console: each verb has its place, and what a rule says is said before and after it is tried."""

from __future__ import annotations

import re
from html import unescape

import pytest
from console_home import open_console, visiting
from measure_home import ACCOUNT, HOLDER, file_the_case, make_fact, make_measure_home
from typer.main import get_command

from fanzha.bootstrap import desk_rules
from fanzha.casework import Fact
from fanzha.cli.measure import app as measure_verbs
from fanzha.web.deeds.measures import MEASURE_DEEDS
from fanzha.web.measure_words import MODE_WORDS, TERM_WORDS
from fanzha.web.pages import ROUTES

NASTY = "<img src=x onerror=alert(1)>\"'{{7*7}} javascript:alert(1)"
# Every verb of `fanzha measure` and where the console has it: a deed's name, or a page's address.
PLACES = {
    "draft": "/measures/new", "amend": "measures/amend", "preview": "/measures/{record_id:str}",
    "convert": "measures/convert", "propose": "measures/propose", "approve": "measures/approve",
    "reject": "measures/reject", "withdraw": "measures/withdraw", "act-first": "measures/act-first",
    "countersign": "measures/countersign", "send": "measures/send", "receipt": "measures/receipt",
    "receipts": "/measures/receipts", "correct-receipt": "measures/correct-receipt", "renew": "measures/renew",
    "approve-renewal": "measures/approve-renewal", "release-part": "measures/release-part", "lift": "measures/lift",
    "unrelated": "measures/unrelated", "evidence": "measures/evidence", "look": "measures/look",
    "call-back": "measures/call-back", "told": "measures/told", "appeal": "measures/appeal",
    "decide-appeal": "appeals/decide", "withdraw-appeal": "appeals/withdraw", "appeals": "/measures",
    "notice": "/measures/{record_id:str}/papers", "show": "/measures/{record_id:str}", "list": "/measures",
    "incidents": "/measures", "close-incident": "incidents/close", "tally": "/measures/tally",
    "query draft": "/queries/draft", "query letter": "/queries/{record_id:str}/letter",
    "query sheet": "/queries/{record_id:str}/letter", "query answer": "/queries/answer",
    "query nothing": "/queries/{record_id:str}/nothing", "query open": "/queries/open",
    "query papers": "/queries/{record_id:str}/letter",
}  # fmt: skip


class Seats:
    """A case with a checked fact, and its officers at the console."""

    def __init__(self, console, visitor, case, fact):
        self.console, self.visitor, self.case, self.fact = console, visitor, case, fact
        self.both, self.chief, self.city = visitor("both"), visitor("chief"), visitor("city-chief")

    def drafted(self, then="draft", kind="stop_payment", **more):
        fields = {
            "reason": "被害人刚刚转账",
            "amount": "50000",
            "traced": "50000",
            "request": f"r-{then}-{kind}",
            **more,
        }
        self.both.get(f"/measures/new?kind={kind}&case={self.case}&fact={self.fact}")
        self.both.post("/measures/new", kind=kind, case=self.case, fact=self.fact, then=then, **fields)
        assert self.both.status == 200, self.both.words
        return self.both.address.rsplit("/", 1)[1]

    def do(self, seat, measure, verb, **fields):
        seat.get(f"/measures/{measure}/{verb}")
        version = re.search(r'name="version" value="(\d+)"', seat.text)
        return seat.post(f"/measures/{measure}/{verb}", **({"version": version[1]} if version else {}), **fields)

    def executed(self, **draft):
        measure = self.drafted("propose", **draft)
        self.do(self.chief, measure, "approve")
        self.do(
            self.both, measure, "send", order=f"{measure}.begin", channel="issued_elsewhere", document="模拟平台1号"
        )
        self.do(self.both, measure, "receipt", order=f"{measure}.begin", outcome="executed", number="R1")
        assert "已执行" in self.both.words
        return measure


@pytest.fixture
def seats(tmp_path):
    home, case, fact = make_measure_home(tmp_path / "home")
    with open_console(home) as console, visiting(console) as visitor:
        yield Seats(console, visitor, case, fact)


def _verbs(command, before=""):
    for name, inner in command.commands.items():
        if hasattr(inner, "commands"):
            yield from _verbs(inner, f"{before}{name} ")
        else:
            yield before + name


def test_every_verb_of_the_command_line_has_its_place():
    assert set(_verbs(get_command(measure_verbs))) == set(PLACES)
    deeds = {f"{deed.kind}/{deed.name}" for deed in MEASURE_DEEDS}
    pages = {route.address for route in ROUTES}
    assert {place for place in PLACES.values() if place not in deeds | pages} == set()


def test_every_mode_and_term_of_the_rules_has_its_words():
    kinds = [rules for versions in desk_rules().measures.kinds.values() for rules in versions]
    assert {mode.name for rules in kinds for mode in rules.modes} == set(MODE_WORDS)
    assert {term.name for rules in kinds for term in rules.terms} == set(TERM_WORDS)
    for rules in kinds:
        for mode in rules.modes:
            assert MODE_WORDS[mode.name] == mode.words


def test_the_draft_is_filled_in_by_the_rules_and_the_fact(seats):
    page = seats.both.get(f"/measures/new?case={seats.case}&fact={seats.fact}")
    assert 'value="50000.00"' in page
    assert "没有规则反对" in seats.both.words
    assert "第二十条" in seats.both.words
    assert ACCOUNT not in page
    assert HOLDER not in page


def test_a_proposal_is_approved_by_another_and_by_nobody_else(seats):
    measure = seats.drafted("propose")
    seats.both.get(f"/measures/{measure}")
    assert "申请人不能审批自己的申请" in seats.both.words
    assert "同意并签发" not in seats.both.words
    seats.do(seats.both, measure, "approve")
    assert seats.both.status == 403
    assert "four_eyes" in seats.both.text
    seats.chief.get("/measures")
    assert measure in seats.chief.text
    assert "同意并签发" in seats.chief.get(f"/measures/{measure}")
    seats.do(seats.chief, measure, "approve", request="once")
    assert "已同意" in seats.chief.words
    seats.chief.post(f"/measures/{measure}/approve", version="1", request="once")
    assert seats.chief.status == 200, "a second press is the same command"


def test_a_draft_is_put_right_where_it_stands_and_the_page_says_who_did(seats):
    measure = seats.drafted(amount="40000")
    form = seats.both.get(f"/measures/{measure}/amend")
    assert 'name="amount"' in form
    assert 'value="40000.00"' in form
    assert 'value="credit_only" checked' in form
    assert len(re.findall(r">日</option>", form)) == 1
    given = dict(re.findall(r'<input id="f-[a-z_]+" name="([a-z_]+)"[^>]* type="text" value="([^"]*)"', form))
    chosen = {
        name: re.search(r'value="([^"]*)" selected', options)[1]
        for name, options in re.findall(r'<select id="f-[a-z_]+" name="([a-z_]+)"[^>]*>(.*?)</select>', form)
        if " selected" in options
    }
    seats.do(seats.both, measure, "amend", **given, **chosen, modes="credit_only", reason="被害人刚刚转账")
    assert "草稿已改写" not in seats.both.words, "nothing was changed"
    seats.do(seats.both, measure, "amend", **{**given, "amount": "38000"}, **chosen, modes="credit_only")
    assert "草稿已改写" in seats.both.words
    assert "请求控制 ¥38,000.00 其中涉案资金 ¥50,000.00" in re.sub(r"\s+", " ", seats.both.words)
    assert re.search(r"改写草稿 \S+ 金额", re.sub(r"\s+", " ", seats.both.words))
    seats.do(seats.both, measure, "propose")
    assert "已报批" in seats.both.words


def test_a_draft_is_proposed_on_its_own_page_and_what_it_came_to_leads_on(seats):
    measure = seats.drafted()
    page = seats.both.get(f"/measures/{measure}")
    sign = re.search(rf'<form method="post" action="/measures/{measure}/propose".*?</form>', page, re.DOTALL)[0]
    assert "data-submit" in sign
    version = re.search(r'name="version" value="(\d+)"', sign)[1]
    assert "已报批" in seats.both.post(f"/measures/{measure}/propose", version=version)
    assert "data-submit" not in seats.both.get(f"/measures/{measure}"), "who asked does not sign"
    seats.do(seats.chief, measure, "approve")
    order = {"order": f"{measure}.begin"}
    seats.do(seats.both, measure, "send", **order, channel="issued_elsewhere", document="模拟平台1号")
    assert 'class="card outcome"' not in seats.both.text
    seats.do(seats.both, measure, "receipt", **order, outcome="executed", number="R1", balance="61234.56")
    outcome = seats.both.get(f"/measures/{measure}").partition('class="card outcome"')[2].partition("</section>")[0]
    assert "¥50,000.00" in outcome
    assert "¥61,234.56" in outcome
    assert f'action="/cases/{seats.case}/trace"' in outcome, "the money was never followed: that comes next"
    assert "流向" in seats.both.post(f"/cases/{seats.case}/trace")
    assert f'href="/cases/{seats.case}/flow" data-next' in seats.both.get(f"/measures/{measure}")


def test_of_two_officers_on_one_measure_the_later_reads_it_again(seats):
    measure = seats.drafted()
    seats.both.get(f"/measures/{measure}/amend")
    stale = re.search(r'name="version" value="(\d+)"', seats.both.text)[1]
    seats.do(seats.both, measure, "amend", reason="改写过的理由说明")
    seats.both.post(f"/measures/{measure}/amend", version=stale, reason="另一人的改写")
    assert seats.both.status == 409
    assert "他人刚刚改过这条记录" in seats.both.words
    assert f'name="version" value="{int(stale) + 1}"' in seats.both.text, "what is shown now is what is signed next"


def test_acting_first_is_apart_and_waits_for_a_countersignature(seats):
    measure = seats.drafted("act_first", emergency="账户余额正在减少")
    assert "先行办理" in seats.both.words
    seats.do(seats.chief, measure, "countersign")
    assert "已补签" in seats.chief.words
    seats.chief.get("/measures/tally")
    assert re.search(r"按时补签\s+1", seats.chief.words)


def test_without_a_reason_the_draft_stays_and_the_limit_asks_for_one(seats):
    measure = seats.drafted("propose", amount="90000", traced="90000")
    assert "草稿已存，但报批未成" in seats.both.words
    assert "超过该账户上的涉案金额" in seats.both.words
    seats.do(seats.both, measure, "override", rule="more_than_carried", reason="另一笔转账正在核对")
    seats.do(seats.both, measure, "propose")
    assert "已报批" in seats.both.words


def test_what_ends_is_renewed_and_let_go(seats):
    file_the_case(seats.console.home, seats.case)
    measure = seats.executed(kind="freeze", document="模拟冻字1号", basis="procedure-239")
    seats.do(seats.both, measure, "renew", reason="立案材料尚在路上")
    assert "待同意" in seats.both.words
    assert "同意续期" in seats.chief.get(f"/measures/{measure}")
    seats.do(seats.chief, measure, "approve-renewal")
    assert "续期已同意" in seats.chief.words
    seats.do(seats.chief, measure, "release-part", reason="留出生活费用", amount="1000")
    assert "¥1,000.00" in seats.chief.words
    seats.do(seats.chief, measure, "lift", reason="查明与案件无关")
    assert "已解除" in seats.chief.words
    assert measure in seats.chief.get("/measures?board=over")


def test_an_appeal_is_answered_by_who_took_no_part(seats):
    measure = seats.executed()
    seats.do(seats.both, measure, "evidence", kind="trade", text=f"模拟订单{NASTY}")
    assert "尚未审看" in seats.both.words
    assert "<img src=x" not in seats.both.text
    assert "49" not in re.findall(r"模拟订单.*?javascript", seats.both.words)[0].replace("{{7*7}}", "")
    seats.do(seats.both, measure, "look", evidence=re.search(r"EV[\w.-]+", seats.both.words)[0], finding="订单属实")
    seats.both.get(f"/measures/{measure}/appeal")
    seats.both.post(
        f"/measures/{measure}/appeal",
        files={"files": ("order.txt", b"made up", "text/plain")},
        by=HOLDER,
        grounds="货款",
    )
    appeal = seats.both.address.rsplit("/", 1)[1]
    assert appeal in seats.city.get("/measures?board=appeals"), "a superior body finds what waits below it"
    assert appeal in seats.city.get(f"/appeals/{appeal}")
    seats.chief.get(f"/appeals/{appeal}/decide")
    assert "现在不能办理" in seats.chief.words, "who approved the measure does not answer the appeal"
    seats.city.get(f"/appeals/{appeal}/decide")
    seats.city.post(f"/appeals/{appeal}/decide", decision="upheld", answer="经审查订单与发货记录，交易真实")
    assert "申诉已书面答复" in seats.city.words
    assert "已解除" in seats.city.get(f"/measures/{measure}")


def test_a_file_of_answers_is_told_row_by_row(seats):
    measure = seats.drafted("propose")
    seats.do(seats.chief, measure, "approve")
    rows = f"id,order,outcome,answered_at\nR1,{measure}.begin,executed,2026-11-21 10:00:00\nR2,{measure}.begin,哈,now\n"
    for wanted in ("未能采用", "重复，未再办理"):
        seats.both.get("/measures/receipts")
        seats.both.post("/measures/receipts", files={"file": ("answers.csv", rows.encode(), "text/csv")})
        assert wanted in seats.both.words
        assert "no word for an outcome" in seats.both.words


def test_persons_are_shown_once_it_is_written_down(seats):
    measure = seats.drafted()
    assert HOLDER not in seats.both.get(f"/measures/{measure}")
    seats.both.post(f"/measures/{measure}/reveal")
    assert HOLDER in seats.both.text
    assert HOLDER in seats.both.get(f"/measures/{measure}/propose"), (
        "he decides on what he reads, while the reveal holds"
    )
    assert HOLDER not in seats.chief.get(f"/measures/{measure}"), "another has not looked"
    stranger = seats.visitor("city-chief")
    stranger.get(f"/measures/{measure}")
    stranger.post(f"/measures/{measure}/reveal")
    assert stranger.status == 403
    assert HOLDER not in stranger.text


def test_proposals_of_a_case_are_approved_together_once_each_is_ticked(seats):
    file_the_case(seats.console.home, seats.case)
    first = seats.drafted("propose")
    second = seats.drafted("propose", kind="freeze", document="模拟冻字1号", basis="procedure-239")
    seats.chief.get(f"/measures/batch?case={seats.case}")
    versions = dict(re.findall(r'name="seen" value="(\S+) (\d+)"', seats.chief.text))
    assert set(versions) == {first, second}
    seats.chief.post("/measures/batch", case=seats.case, request="b0")
    assert "没有勾选任何一件" in seats.chief.words
    seats.chief.post("/measures/batch", case=seats.case, request="b1", seen=f"{first} {versions[first]}")
    assert "所选已全部同意" in seats.chief.words
    assert "已审批" in seats.chief.get(f"/measures/{first}")
    assert "同意并签发" in seats.chief.get(f"/measures/{second}"), "what was not ticked waits on"
    seats.both.get("/measures")
    seats.both.get(f"/measures/batch?case={seats.case}")
    assert seats.both.status == 200
    assert "没有待您审批" in seats.both.words


def test_the_notice_is_read_and_printed(seats):
    measure = seats.executed()
    seats.both.get(f"/measures/{measure}/papers")
    seats.both.post(f"/measures/{measure}/papers", **{"as": "text"}, contact="模拟县局")
    assert "紧急止付" in seats.both.words
    assert HOLDER in seats.both.words
    seats.both.get(f"/measures/{measure}/papers")
    answer = seats.both.client.post(
        f"/measures/{measure}/papers", headers=seats.both._headers(),
        data={"csrf": re.search(r'name="csrf" content="(\w+)"', seats.both.text)[1], "as": "pdf"},
    )  # fmt: skip
    assert answer.content.startswith(b"%PDF")


def wrong_bank(seats, name="拟银行"):
    """A fact whose institution no partner answers for; gives its case and fact."""
    desk = seats.console.desk
    return make_fact(desk, account="6299990000000000777", institution=name)


def test_an_order_to_a_bank_that_nobody_answers_for_says_that_it_does_not_leave_and_what_to_do(seats):
    assert "不会自动发出" not in seats.both.get(f"/measures/{seats.drafted()}"), "the bank of this one is connected"
    seats.case, seats.fact = wrong_bank(seats)
    seats.both.get(f"/measures/new?case={seats.case}&fact={seats.fact}")
    assert "批准后指令不会自动发出" in seats.both.words
    assert "是不是 模拟银行 ？" in seats.both.words
    measure = seats.drafted("propose", request="wrong")
    assert "批准后指令不会自动发出" in seats.chief.get(f"/measures/{measure}")
    seats.do(seats.chief, measure, "approve")
    seats.both.get(f"/measures/{measure}")
    assert "指令没有发出，也不会自动发出" in seats.both.words
    assert f'href="/measures/{measure}/send"' in seats.both.text
    assert f'href="/measures/{measure}/lift"' in seats.both.text
    seats.do(seats.both, measure, "send", order=f"{measure}.begin", channel="issued_elsewhere", document="模拟平台1号")
    assert "也不会自动发出" not in seats.both.words


def test_a_refusal_stands_at_the_top_with_its_reason_and_leads_to_a_draft_that_is_linked_to_it(seats):
    measure = seats.drafted("propose")
    seats.do(seats.chief, measure, "approve")
    order = f"{measure}.begin"
    seats.do(seats.both, measure, "send", order=order, channel="issued_elsewhere", document="模拟平台1号")
    seats.do(
        seats.both,
        measure,
        "receipt",
        order=order,
        outcome="refused",
        number="R1",
        note="户名与账号不符",
        code="FIELDS_DIFFER",
    )
    top = seats.both.text.partition('class="trouble refusal"')[2].partition("</div>")[0]
    assert "户名与账号不符" in top
    assert "四要素不符 FIELDS_DIFFER" in top
    again = unescape(re.search(r'href="([^"]+)"[^>]*>改正后重拟', top)[1])
    seats.both.get(again)
    assert "户名与账号不符" in seats.both.words
    assert 'value="50000.00"' in seats.both.text
    fields = {"kind": "stop_payment", "case": seats.case, "fact": seats.fact, "redrafts": measure}
    seats.both.post("/measures/new", **fields, then="draft", reason="户名已按凭证改正", amount="50000", traced="50000")
    redraft = seats.both.address.rsplit("/", 1)[1]
    assert redraft != measure
    assert f'href="/measures/{measure}"' in seats.both.text
    assert redraft in seats.both.get(f"/measures/{measure}")
    assert ">改正后重拟</a>" not in seats.both.text, "there is one already"
    seats.both.post("/measures/new", **fields | {"redrafts": redraft}, then="draft", reason="改正后再拟的理由")
    assert seats.both.status == 422, "nobody refused the new one"


def test_a_reminder_is_no_demand_for_a_reason(seats):
    seats.both.get(f"/measures/{seats.drafted()}")
    assert "没有规则反对，也不须说明理由" in seats.both.words
    assert "余额不明 提醒，不须说明理由" in seats.both.words
    assert "须说明为何仍要采取措施" not in seats.both.words
    seats.both.get(f"/measures/{seats.drafted('draft', amount='90000', traced='90000', request='more')}")
    assert "标 ! 的须在此说明理由" in seats.both.words
    assert "不须说明理由" not in seats.both.words.replace("提醒，不须说明理由", "")


def test_the_same_payment_stopped_by_another_case_is_said_at_draft_and_approval(seats):
    assert "同一笔转账已有指令" not in seats.both.get(f"/measures/{seats.drafted('propose')}")
    first = seats.case
    desk = seats.console.desk
    with desk.store.reading() as view:
        paid_us = view.records(Fact).get(seats.fact).fields.at_us
    seats.case, seats.fact = make_fact(desk, paid_us=paid_us)
    seats.both.get(f"/measures/new?case={seats.case}&fact={seats.fact}")
    assert f"/cases/{first}" in seats.both.text.partition("同一笔转账已有指令")[2].partition("</div>")[0]
    second = seats.drafted("draft", request="second", mode_reason="", document="模拟2号")
    assert "同一笔转账已有指令" in seats.both.get(f"/measures/{second}")


def test_the_rules_own_sentence_is_folded_for_who_reads_chinese(seats):
    measure = seats.drafted("propose")
    folded = r'<details class="exact small"><summary>规则原文</summary><span lang="en">[^<]+'
    assert re.search(folded, seats.both.get(f"/measures/{measure}"))
    assert '<p lang="en"' not in seats.both.text


def test_what_is_held_in_part_stands_beside_what_was_asked_for(seats):
    measure = seats.drafted("propose")
    seats.do(seats.chief, measure, "approve")
    order = f"{measure}.begin"
    seats.do(seats.both, measure, "send", order=order, channel="issued_elsewhere", document="模拟平台1号")
    seats.do(seats.both, measure, "receipt", order=order, outcome="partial", number="R1", amount="500")
    head = re.sub("<[^>]+>", "", seats.both.text.partition('<span class="short">')[2].partition('class="until"')[0])
    assert "¥500.00 / ¥50,000.00 实际控制 / 请求控制" in re.sub(r"\s+", " ", head)
