"""From a report to a stop at the console, and everything that is done to a case there."""

from __future__ import annotations

import re

from desk_case import ACCOUNT, HOLDER, PHONE, VICTIM, stopped_case
from measure_home import actor_of

from fanzha.access import Reveal
from fanzha.casework import Case, Clue, Fact, Report
from fanzha.cli.case import app as case_app
from fanzha.cli.clue import app as clue_app
from fanzha.cli.report import app as report_app
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query
from fanzha.services.desk.case_page import case_page
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.papers.case_brief import Printing, case_brief
from fanzha.services.desk.papers.money_words import yuan_text
from fanzha.services.desk.papers.typst_text import typst_text
from fanzha.services.desk.read_case_law import read_case_law
from fanzha.web.deeds.catalogue import DEEDS
from fanzha.web.pages import ROUTES

EVIL = "<img src=x onerror=alert(1)>\"'{{7*7}}javascript:"
PAYMENT = {
    "payments-1-payee": "6299 9900 0000 0000 017", "payments-1-holder": HOLDER, "payments-1-bank": "模拟银行",
    "payments-1-amount": "5万", "payments-1-currency": "CNY", "payments-1-at": "2026-03-02 12:00",
}  # fmt: skip
REPORT = {
    "kind": "victim", "name": VICTIM, "phone": PHONE, "narrative": f"模拟：刷单返利，付给{HOLDER} {ACCOUNT}",
    "channel": "call", "payments-rows": "1", "losses-rows": "1", "request": "made-up-request",
}  # fmt: skip


def one(console, kind):
    with console.desk.store.reading() as view:
        return view.records(kind).find(Query(order_by="id", limit=10)).rows


def take_in(officer, **more):
    """Takes a report in; where something looks mistyped, the press that says that it is right is made too."""
    officer.get("/reports/new")
    form = {**REPORT, **PAYMENT, **more}
    page = officer.post("/reports/new", **form)
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    return officer.post("/reports/new", **form, seen=seen[1]) if seen else page


def test_the_form_of_the_second_payment_begins_with_the_slip_that_nobody_has_read_yet(console, visitor):
    officer = visitor("duty")
    other = {f"payments-2-{name.split('-', 2)[2]}": value for name, value in PAYMENT.items()}
    take_in(
        officer,
        **other | {"payments-2-payee": "6299990000000000991", "payments-2-amount": "3万"},
        **{"payments-rows": "2"},
    )
    report, clues = one(console, Report)[0], one(console, Clue)
    assert len(clues) == 2
    for name in ("slip-1.png", "slip-2.png"):
        officer.post(f"/reports/{report.id}/attach", files=[("files", (name, f"made up {name}".encode(), "image/png"))])
    for clue in clues:
        officer.post(f"/clues/{clue.id}/claim")
        officer.post(f"/clues/{clue.id}/assess", finding="刚刚转出，仍可能在账户")
    chosen = re.compile(r'<option value="([0-9a-f]{64})" selected')
    (first,) = chosen.findall(officer.get(f"/clues/{clues[0].id}/verify"))
    slip = {
        "holder": HOLDER, "account": clues[0].subject, "amount": "50000", "at": "2026-03-02T12:00:00", "checked": "1",
        "institution": "模拟银行", "document": "transfer_slip", "file": first, "hop": "1", "reason": "照凭证填写",
    }  # fmt: skip
    officer.post(f"/clues/{clues[0].id}/verify", **slip)
    assert len(one(console, Fact)) == 1, officer.words
    (second,) = chosen.findall(officer.get(f"/clues/{clues[1].id}/verify"))
    assert second != first


def test_a_report_becomes_a_drafted_stop(console, visitor):
    officer = visitor("duty")
    take_in(officer)
    assert "警情已受理，受理编号" in officer.words
    (clue,) = one(console, Clue)
    officer.post(f"/clues/{clue.id}/claim")
    assert officer.address == f"/clues/{clue.id}"
    officer.post(
        f"/clues/{clue.id}/case", title="模拟刷单案", reports=one(console, Report)[0].id, request="made-up-case"
    )
    assert "¥50,000.00" in re.search(r"<textarea[^>]*name=\"finding\"[^>]*>([^<]*)", officer.text)[1]
    officer.post(f"/clues/{clue.id}/assess", finding="刚刚转出，仍可能在账户")
    assert 'value="2026-03-02 12:00:00"' in officer.text
    assert ACCOUNT not in officer.text
    slip = {
        "holder": HOLDER, "account": ACCOUNT, "amount": "五万", "at": "2026年3月2日12:00", "institution": "模拟银行",
        "document": "transfer_slip", "reference": "SLIP-1", "hop": "1",
    }  # fmt: skip
    officer.post(f"/clues/{clue.id}/verify", **{**slip, "amount": "3万20", "at": "5点"}, checked="1")
    assert officer.status == 422
    assert "如 38000、3.8万" in officer.words, "what could mean two things is asked again"
    assert "如 13:52、昨天17:05" in officer.words
    officer.post(f"/clues/{clue.id}/verify", **slip)
    assert officer.status == 422
    assert "少一项不能成为事实" in officer.words
    officer.post(f"/clues/{clue.id}/verify", **slip, checked="1")
    assert "拟写止付" in officer.words
    (fact,) = one(console, Fact)
    stop = {
        "fact": fact.id,
        "amount": "5万",
        "basis": "afl-20",
        "reason": "被害人刚刚转账",
        "request": "made-up-stop",
    }
    officer.post(f"/clues/{clue.id}/stop", **stop)
    officer.get(f"/clues/{clue.id}")
    officer.post(f"/clues/{clue.id}/stop", **stop)  # pressed again
    (drafted,) = one(console, Measure)
    assert (drafted.target.reference, drafted.request.scope.amount_minor) == (ACCOUNT, 5_000_000)
    officer.get(f"/clues/{clue.id}")
    assert f"/measures/{drafted.id}" in officer.text


def looked_into(console, officer):
    """A clue of one's own case, assessed, whose four fields are read next; and what a document would say of it."""
    take_in(officer)
    (clue,) = one(console, Clue)
    officer.post(f"/clues/{clue.id}/claim")
    officer.post(
        f"/clues/{clue.id}/case", title="模拟刷单案", reports=one(console, Report)[0].id, request="made-up-case"
    )
    officer.post(f"/clues/{clue.id}/assess", finding="刚刚转出，仍可能在账户")
    slip = {
        "holder": HOLDER, "account": ACCOUNT, "amount": "50000", "at": "2026-03-02T12:00:00", "institution": "模拟银行",
        "document": "transfer_slip", "reference": "SLIP-1", "hop": "1", "checked": "1",
    }  # fmt: skip
    return f"/clues/{clue.id}", slip


def field_of(page, name):
    """What stands in a field of a page."""
    tag = re.search(rf'<input id="f-{name}"[^>]*>', page)[0]
    return re.search(r' value="([^"]*)"', tag)[1]


def wrong_fields(page):
    """The fields to which the list of what is wrong leads, each of which is marked as wrong itself."""
    named = set(re.findall(r'<li><a href="#f-([^"]+)"', page))
    assert all(re.search(rf'id="f-{name}"[^>]* aria-invalid="true"', page) for name in named)
    return named


def test_the_callers_words_are_never_put_in_the_place_of_what_the_document_says(console, visitor):
    officer = visitor("duty")
    address, slip = looked_into(console, officer)
    officer.post(f"{address}/reveal")
    assert ACCOUNT in officer.words.replace(" ", ""), "what was said stands beside the form"
    assert [field_of(officer.text, name) for name in ("holder", "account")] == ["", ""]
    page = officer.post(f"{address}/verify", **{**slip, "holder": "模拟·纸上另一人", "account": "6299990000000000025"})
    assert [field_of(page, name) for name in ("holder", "account")] == ["模拟·纸上另一人", "6299990000000000025"]
    assert "第 18、19 位" in page
    tick = re.search(r'<input type="checkbox" id="f-checked"[^>]*>', page)[0]
    assert " checked" not in tick.replace('id="f-checked" name="checked"', ""), "what he vouches for he ticks each time"
    assert one(console, Fact) == ()


def test_all_that_is_wrong_with_the_four_fields_is_said_at_once(console, visitor):
    officer = visitor("duty")
    address, slip = looked_into(console, officer)
    wrong = {"holder": "", "account": "6299990000000000025", "amount": "60000", "at": "2099-01-01", "reference": ""}
    page = officer.post(f"{address}/verify", **{**slip, **wrong, "checked": ""})
    assert wrong_fields(page) == {"holder", "account", "amount", "at", "reference", "reason", "checked"}
    assert "有 2 位不同" in page, "which they are is for who was shown the number"
    assert '<details class="aside-fields" open' in page


def test_no_stop_is_worded_for_more_than_facts_and_trace_carry(console, visitor):
    officer = visitor("duty")
    address, slip = looked_into(console, officer)
    officer.post(f"{address}/verify", **slip)
    (fact,) = one(console, Fact)
    stop = {"fact": fact.id, "basis": "afl-20", "reason": "被害人刚刚转账", "request": "made-up-stop"}
    page = officer.post(f"{address}/stop", **stop, amount="500000")
    assert wrong_fields(page) == {"amount"}
    assert "最多 ¥50,000.00" in page
    assert one(console, Measure) == ()
    officer.post(f"{address}/stop", **stop, amount="30000")
    (drafted,) = one(console, Measure)
    scope = drafted.request.scope
    assert (scope.amount_minor, scope.traced_minor) == (3_000_000, 5_000_000), "how much is stolen is not asked for"


def test_an_assessment_that_only_repeats_the_caller_is_none(console, visitor):
    officer = visitor("duty")
    take_in(officer)
    (clue,) = one(console, Clue)
    officer.post(f"/clues/{clue.id}/claim")
    begun = re.search(r"<textarea[^>]*name=\"finding\"[^>]*>([^<]*)", officer.get(f"/clues/{clue.id}/assess"))[1]
    assert wrong_fields(officer.post(f"/clues/{clue.id}/assess", finding=begun)) == {"finding"}
    assert one(console, Clue)[0].assessment is None
    officer.post(f"/clues/{clue.id}/assess", finding=f"{begun}刚刚转出，可能还在账户")
    assert one(console, Clue)[0].assessment is not None


def test_one_more_row_keeps_what_was_written_and_sends_nothing(console, visitor):
    officer = visitor("duty")
    take_in(officer, more="payments")
    assert 'value="6299 9900 0000 0000 017"' in officer.text
    assert 'name="payments-2-payee" autofocus' in officer.text
    assert one(console, Report) == ()


def test_errors_stand_at_their_fields_and_a_second_press_is_the_same_report(console, visitor):
    officer = visitor("duty")
    officer.get("/reports/new")
    officer.post("/reports/new", **REPORT, **{**PAYMENT, "payments-1-amount": "许多", "payments-1-at": "2099-01-01"})
    assert officer.status == 422
    assert {"#f-payments-1-amount", "#f-payments-1-at"} <= set(re.findall(r'href="(#f-[^"]+)"', officer.text))
    take_in(officer)
    take_in(officer)
    assert len(one(console, Report)) == 1


def test_two_reports_of_one_matter_are_offered_merged_and_taken_apart(console, visitor):
    officer = visitor("duty")
    take_in(officer)
    take_in(officer, request="another-key")
    older, younger = sorted(one(console, Report), key=lambda report: (report.received_at_us, report.id))
    officer.get(f"/reports/{younger.id}")
    assert f"/reports/{older.id}/merge?absorbed={younger.id}" in officer.text
    officer.post(f"/reports/{older.id}/merge", absorbed=younger.id, reason="同一人同一笔")
    undo = re.search(r'action="(/merges/[^"]+/undo)"', officer.text)[1]
    officer.post(undo)
    assert {report.merged_into for report in one(console, Report)} == {""}


def test_nobody_is_shown_in_full_until_it_is_written_down(console, visitor):
    case = stopped_case(console.desk, actor_of(console.desk, "both"), actor_of(console.desk, "clerk"))
    officer, report = visitor("both"), case.reports[0]
    for address in (
        f"/cases/{case.id}",
        f"/reports/{report}",
        f"/cases/{case.id}?tab=accounts",
        f"/cases/{case.id}/brief",
    ):
        officer.get(address)
        assert officer.status == 200
        assert not [hidden for hidden in (ACCOUNT, HOLDER, VICTIM, PHONE) if hidden in officer.text], address
    assert "<mark>****0017</mark>" in officer.get(f"/cases/{case.id}")
    assert one(console, Reveal) == ()
    officer.post(f"/cases/{case.id}/reveal")
    assert VICTIM in officer.text
    assert one(console, Reveal)
    other = visitor("analyst")
    assert VICTIM not in other.get(f"/cases/{case.id}")
    other.post(f"/cases/{case.id}/reveal")
    assert other.status == 403


def test_a_file_comes_back_as_it_was_and_is_never_shown_by_the_browser(console, visitor):
    case = stopped_case(console.desk, actor_of(console.desk, "both"), actor_of(console.desk, "clerk"))
    officer = visitor("both")
    officer.get(f"/cases/{case.id}/file-add")
    officer.post(f"/cases/{case.id}/file-add", files=[("files", (f"{EVIL}.html", b"<script>alert(1)</script>"))])
    held = one(console, Case)[0].files[0]
    officer.post(f"/cases/{case.id}/files/{held.id}")
    assert officer.text == "<script>alert(1)</script>"
    assert officer.headers["content-type"] == "application/octet-stream"
    assert officer.headers["content-disposition"].startswith("attachment")
    stranger = visitor("stranger")
    stranger.get("/desk")
    stranger.post(f"/cases/{case.id}/files/{held.id}")
    assert stranger.status == 404


def test_what_somebody_writes_is_text_everywhere(console, visitor):
    officer = visitor("both")
    fields = {"name": EVIL, "narrative": EVIL, "payments-1-holder": EVIL, "payments-1-bank": EVIL,
              "payments-1-means": EVIL, "lines": EVIL, "sites": EVIL, "leaked_from": EVIL, "source_reference": EVIL}  # fmt: skip
    take_in(officer, **fields)
    (report,) = one(console, Report)
    officer.post("/cases/new", title=EVIL, reports=report.id)
    case = one(console, Case)[0]
    officer.post(f"/cases/{case.id}/comment", text=EVIL)
    officer.post(f"/cases/{case.id}/task", title=EVIL, officer="both")
    clue = one(console, Clue)[0]
    tabs = ("log", "money", "accounts", "related", "measures", "evidence", "returns", "deeds")
    pages = [f"/cases/{case.id}?tab={tab}" for tab in tabs]
    for address in (
        *pages,
        "/cases",
        "/reports",
        f"/reports/{report.id}",
        "/clues",
        f"/clues/{clue.id}",
        f"/cases/{case.id}/brief",
    ):
        officer.get(address)
        assert officer.status == 200, address
        assert "<img src=x" not in officer.text, address
        assert "{{7*7}}" in officer.words or "7*7" not in officer.words, address
        assert 'href="javascript' not in officer.text, address


def test_the_brief_is_a_paper_with_its_printer_on_it(console, visitor):
    case = stopped_case(console.desk, actor_of(console.desk, "both"), actor_of(console.desk, "clerk"))
    officer = visitor("both")
    assert officer.get(f"/cases/{case.id}/brief.pdf").startswith("%PDF-")
    assert re.search(
        rf"打印人 both · .* · {case.id} · 版本 \d", officer.get(f"/cases/{case.id}/brief") and officer.words
    )


def test_the_brief_speaks_chinese_and_begins_with_the_sums(console):
    desk, officer = console.desk, actor_of(console.desk, "both")
    case = stopped_case(desk, officer, actor_of(desk, "clerk"))
    page, mask = case_page(desk, officer, case.id), open_record(desk, officer, Case, case.id).mask
    totals = read_case_law(desk, console.books, officer, case.id).totals
    source = case_brief(page, mask, Printing("both", desk.clock.now_us()), totals, "模拟中心")
    amount = page.facts[0].fields.amount_minor
    assert typst_text(yuan_text(amount, "CNY")) in source
    assert source.index("案件账") < source.index("被害人付款") < source.index("== 措施")
    assert typst_text("紧急止付") in source
    assert not {word for word in ("executed", "sent", "stop of payments", "acknowledged") if word in source}


def test_the_brief_on_the_screen_begins_with_the_same_sums(console, visitor):
    case = stopped_case(console.desk, actor_of(console.desk, "both"), actor_of(console.desk, "clerk"))
    (total,) = read_case_law(console.desk, console.books, actor_of(console.desk, "both"), case.id).totals
    officer = visitor("both")
    page = officer.get(f"/cases/{case.id}/brief")
    row = re.search(r'<table class="rows law">.*?<tbody><tr>(.*?)</tr>', page, re.DOTALL)[1]
    said = [int(re.sub(r"\D", "", one)) for one in re.findall(r'<td class="money">(.*?)</td>', row)]
    assert said[0] == total.lost_minor > 0
    assert said[0] + said[1] == sum(said[2:])
    assert page.index("案件账") < page.index("被害人付款") < page.index("<h2>措施")


def test_an_older_page_does_not_decide(console, visitor):
    case = stopped_case(console.desk, actor_of(console.desk, "both"), actor_of(console.desk, "clerk"))
    chief = visitor("chief")
    chief.get(f"/cases/{case.id}/file?version=0")
    chief.post(f"/cases/{case.id}/file", number="模拟立字1号", version="99")
    assert chief.status == 409
    chief.post(f"/cases/{case.id}/file", number="模拟立字1号")
    assert one(console, Case)[0].filing.number == "模拟立字1号"


# Every verb of the command line, and where an officer finds it at the console: a deed, or a page.
VERBS = {
    "report new": "POST /reports/new", "report add": "reports/add", "report show": "GET /reports/{record_id:str}",
    "report list": "GET /reports", "report duplicates": "GET /reports/{record_id:str}", "report merge": "reports/merge",
    "report unmerge": "merges/undo", "report attach": "reports/attach", "report unfounded": "reports/unfounded",
    "report withdraw": "reports/withdraw", "report reopen": "reports/reopen",
    "report history": "GET /reports/{record_id:str}",
    "clue list": "GET /clues", "clue allot": "clues/new-allotment", "clue figure": "GET /clues/figure",
    "clue show": "GET /clues/{record_id:str}", "clue claim": "clues/claim", "clue assign": "clues/assign",
    "clue assess": "clues/assess", "clue verify": "clues/verify", "clue confirm": "clues/confirm", "clue act": "clues/act",
    "clue dismiss": "clues/dismiss", "clue reopen": "clues/reopen", "clue pause": "clues/pause",
    "clue resume": "clues/resume", "clue route": "clues/route", "clue reestimate": "clues/reestimate",
    "clue merge": "clues/merge", "clue withdraw-fact": "facts/withdraw", "clue history": "GET /clues/{record_id:str}",
    "case open": "clues/case", "case show": "GET /cases/{record_id:str}", "case list": "GET /cases",
    "case file": "cases/file", "case step": "cases/close", "case serve": "cases/serve",
    "case extend-review": "cases/extend-review", "case classify": "cases/classify", "case method": "cases/method",
    "case merge": "cases/merge", "case split": "cases/split", "case undo": "moves/undo",
    "case history": "GET /cases/{record_id:str}", "case comment": "cases/comment", "case strike-out": "cases/strike-out",
    "case file-add": "cases/file-add", "case add-report": "cases/add-report", "case officer": "cases/officer",
    "case join": "cases/join", "case leave": "cases/leave", "case plan": "GET /cases/{record_id:str}",
    "case special": "GET /special-cases",
    "case task new": "cases/task", "case task list": "GET /cases/{record_id:str}", "case task done": "tasks/done",
    "case task cancel": "tasks/cancel", "case task reopen": "tasks/reopen",
    "case series start": "cases/series", "case series add": "series/add", "case series remove": "series/remove",
    "case hand-over offer": "cases/hand-over", "case hand-over list": "GET /hand-overs",
    "case hand-over accept": "hand-overs/accept", "case hand-over decline": "hand-overs/decline",
    "case hand-over recall": "hand-overs/recall",
}  # fmt: skip


def verbs_of(app, *before):
    """Every verb of an app of the command line, with those of its groups."""
    for command in app.registered_commands:
        yield " ".join((*before, command.name or command.callback.__name__.replace("_", "-")))
    for group in app.registered_groups:
        yield from verbs_of(group.typer_instance, *before, group.typer_instance.info.name)


def test_every_verb_of_the_command_line_is_on_a_screen():
    typed = {
        verb
        for app, name in ((report_app, "report"), (clue_app, "clue"), (case_app, "case"))
        for verb in verbs_of(app, name)
    }
    assert typed == set(VERBS)
    there = {f"{deed.kind}/{deed.name}" for deed in DEEDS} | {f"{route.method} {route.address}" for route in ROUTES}
    assert not {place for place in VERBS.values() if place not in there}


def test_the_history_says_what_happened_to_what_behind_the_mask(console, visitor):
    case = stopped_case(console.desk, actor_of(console.desk, "both"), actor_of(console.desk, "clerk"))
    officer = visitor("both")
    page = officer.get(f"/cases/{case.id}")
    made = re.search(r"形成事实(.*?)</li>", page, re.DOTALL)
    assert made is not None
    assert "¥" in made.group(1)
    assert f"****{ACCOUNT[-4:]}" in made.group(1).replace(" ", "")
    assert ACCOUNT not in page.replace(" ", "")
