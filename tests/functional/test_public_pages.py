"""The public pages without script or account: checking a number, reporting page by page, objecting."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from console_home import open_console, visiting
from public_numbers import NUMBER, SITE, acted, approved, close
from return_day import StandingClock

from fanzha.casework import Report
from fanzha.casework.sheets import ReportSheet
from fanzha.core.time import MINUTE_US
from fanzha.ports.record_query import Query
from fanzha.services.desk.run_clocks import run_clocks

HOSTILE = """<img src=x onerror=alert(1)>'"{{7*7}} javascript:alert(1)"""
NOTHING = "未查到记录，不代表安全"


class Public:
    """The public pages of a town, and its clock."""

    def __init__(self, console, make):
        self.console, self.make = console, make
        self.page = make()

    def check(self, term: str, **more: str) -> str:
        self.page.post("/public/check", term=term, **more)
        return self.page.words

    def wait(self, us: int) -> None:
        self.console.desk.clock.at_us += us
        while run_clocks(self.console.desk, "worker").rang:
            pass

    def records(self, kind):
        with self.console.desk.store.reading() as view:
            return view.records(kind).find(Query(limit=1000)).rows

    @property
    def code(self) -> str:
        return re.search(r'class="code" lang="en">([0-9A-Z-]{23})<', self.page.text)[1]


@pytest.fixture
def public(tmp_path):
    with open_console(tmp_path / "home") as console:
        standing = replace(console, desk=replace(console.desk, clock=StandingClock()))
        with visiting(standing) as make:
            yield Public(standing, make)


def test_only_what_was_published_answers_and_nothing_is_ever_called_safe(public):
    approved(public.console.desk, site=SITE)
    acted(public.console.desk, account=NUMBER)
    assert NOTHING in public.check(SITE)
    public.wait(72 * 60 * MINUTE_US)
    assert "已核实涉诈" in public.check(SITE)
    assert "2026-11-25" in public.page.words
    for unknown in (NUMBER, "19900000001", HOSTILE):
        words = public.check(unknown)
        assert NOTHING in words
        assert "110" in words
        assert "96110" in words
        assert "安全" not in words.replace(NOTHING, "")
    english = public.make(language="en")
    english.post("/public/check", term="19900000001")
    assert "does not mean it can be trusted" in english.words
    assert "safe" not in english.words.lower()


def test_found_and_unknown_go_the_same_way_and_nothing_asked_is_kept(public):
    approved(public.console.desk, site=SITE)
    public.wait(72 * 60 * MINUTE_US)
    for term in (SITE, NUMBER):
        public.check(term)
        assert (public.page.status, public.page.address) == (200, "/public/check")
        assert term not in public.page.text
        assert set(public.page.headers.get("set-cookie", "").split("=")[:1]) <= {"fanzha-visitor"}
    public.page.get(f"/public/check?term={NUMBER}")
    assert "核验号码、网址、账号" in public.page.words  # asked in an address it is no question


def test_probing_is_answered_with_the_telephones(public):
    for n in range(31):
        words = public.check(f"62999900000000{n:05d}")
    assert public.page.status == 429
    assert "现在不能回答" in words
    assert "96110" in words


def test_every_page_is_small_and_loads_nothing_but_its_own_style(public):
    for address in ("/public/check", "/public/report", "/public/resume", "/public/objection"):
        text = public.page.get(address)
        assert "<script" not in text
        loaded = re.findall(r'<link rel="\w+" href="([^"]+)"', text)
        weight = len(text.encode()) + sum(len(public.page.client.get(one).content) for one in loaded)
        assert weight <= 50_000, (address, weight)


def test_a_report_is_told_one_question_a_page_and_gets_its_number(public):
    page = public.page
    page.get("/public/report")
    page.post("/public/report", step="what", what=f"模拟：有人冒充客服 {HOSTILE}")
    code = public.code
    page.post("/public/report", code=code, step="when", paid="yes", amount="38,000.50", at="2026-11-22T13:52")
    page.post(
        "/public/report",
        code=code,
        step="whom",
        account="6299 9900 0000 0000 066",
        holder="模拟·钱二",
        line="199-0000-0001",
    )
    slip = {"files": ("模拟凭证.png", b"made up", "image/png")}
    page.post("/public/report", code=code, step="evidence", files=slip)
    page.post("/public/report", code=code, step="contact", name="模拟·孙三", phone="19900000002", secret="1")
    assert "38000.50" in page.words
    assert "模拟凭证.png" in page.words
    page.post("/public/report", code=code, go="send")
    (report,) = public.records(Report)
    assert report.acknowledgement in page.words
    assert (report.received_by, report.channel, report.organisation) == ("public", "call", "CITY")
    assert (report.payments[0].payee.number, report.payments[0].amount_minor) == (NUMBER, 3_800_050)
    assert report.reporter.identity_kept_secret
    assert report.attachments[0].name == "模拟凭证.png"
    assert HOSTILE in report.narrative
    page.post("/public/report", code=code, go="send")  # pressed twice
    assert len(public.records(Report)) == 1
    (sheet,) = public.records(ReportSheet)
    assert (sheet.answers.what, sheet.files, sheet.emptied) == ("", (), True)
    page.post("/public/resume", code=code.lower().replace("-", " "))
    page.post("/public/report", code=code, go="add", more="模拟：补充一个号码")
    assert "补充的内容已经收到" in page.words
    assert public.records(Report)[0].narrative.endswith("模拟：补充一个号码")
    assert "冒充客服" not in page.text  # who has the code may add, and sees nothing of what was told


def test_what_was_written_waits_under_the_code_and_is_gone_after_its_days(public):
    page = public.page
    page.post("/public/report", step="what", what=HOSTILE)
    code = public.code
    page.post("/public/report", code=code, step="when", paid="no")
    later = public.make(language="en")
    later.post("/public/resume", code=code)
    assert "Who was it?" in later.words
    later.post("/public/report", code=code, go="to-what")
    assert HOSTILE in unescape(later.text)
    assert "<img src=x" not in later.text
    later.post("/public/resume", code="AAAAA-AAAAA-AAAAA-AAAAA")
    assert later.status == 404
    public.wait(7 * 24 * 60 * MINUTE_US)
    later.post("/public/resume", code=code)
    assert later.status == 404
    assert HOSTILE not in repr(public.records(ReportSheet))


def test_a_sheet_is_dropped_at_once_when_its_writer_wants_so(public):
    public.page.post("/public/report", step="what", what="模拟：写错了")
    public.page.post("/public/report", code=public.code, go="drop")
    assert "已经全部删除" in public.page.words
    assert "写错了" not in repr(public.records(ReportSheet))


def test_what_cannot_be_read_is_named_and_nothing_typed_is_lost(public):
    page = public.page
    page.post("/public/report", step="what", what="")
    assert page.status == 422
    assert 'href="#what"' in page.text
    page.post("/public/report", step="what", what="模拟")
    code = public.code
    page.post("/public/report", code=code, step="when", paid="yes", amount="三万左右", at="2999-01-01T00:00")
    assert {"#amount", "#at"} == set(re.findall(r'href="(#(?!main)\w+)"', page.text))
    assert 'value="三万左右"' in page.text
    big = [("files", (f"{n}.png", b"x", "image/png")) for n in range(6)]
    page.post("/public/report", code=code, step="evidence", files=big)
    assert page.status == 422
    assert public.records(ReportSheet)[0].files == ()


def test_language_and_size_change_without_losing_the_place(public):
    page = public.page
    page.post("/public/report", step="what", what="模拟：有人冒充客服")
    code = public.code
    page.post("/public/report?lang=en&size=large", code=code, step="whom", go="show")
    assert "Who was it?" in page.words
    assert 'class="large"' in page.text
    page.get("/public/check")
    assert 'class="large"' in page.text


def test_an_objection_gets_its_number_whether_or_not_the_number_is_listed(public):
    page = public.page
    page.post("/public/objection", term="19900000001", by=HOSTILE, contact="模拟地址", grounds=HOSTILE)
    assert re.search(r"OBJ-\w+", page.words)
    page.post("/public/objection", term="19900000001", by="", contact="", grounds="x")
    assert {"#by", "#contact"} == set(re.findall(r'href="(#(?!main)\w+)"', page.text))


def test_officers_publish_and_answer_on_their_pages(public):
    clue = acted(public.console.desk, site=SITE)
    close(public.console.desk, clue.case)
    duty, chief = public.make("duty"), public.make("chief")
    duty.get("/indicators/propose-new")
    duty.post("/indicators/propose-new", clue=clue.id, reason="已核实涉诈网站", request="made-up-1")
    assert "已报批" in duty.words
    address = re.search(r"IND-[0-9A-Z-]+", duty.text)[0]
    chief.get("/indicators")
    assert "moni-licai.example" in chief.words
    chief.get(f"/indicators/{address}/approve")
    chief.post(f"/indicators/{address}/approve", reason="同意公示此网站", version="0")
    assert "已同意公示" in chief.words
    duty.get(f"/indicators/{address}/withdraw")
    duty.post(f"/indicators/{address}/withdraw", reason="网站已经易主")
    assert "已撤下" in duty.words
    stranger = public.make("stranger")
    stranger.get(f"/indicators/{address}")
    assert stranger.status == 404
