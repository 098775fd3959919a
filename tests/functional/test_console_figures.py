"""Figures and bulletins at the console, in both languages: counted, opened, drafted, issued, taken as files."""

from __future__ import annotations

import re

import pytest
from console_day import console_of_day, visiting_day
from figure_desk import NOW_US, add_records
from return_day import make_return_day


@pytest.fixture
def visitor(tmp_path):
    made = make_return_day("memory", tmp_path)
    made.clock.at_us = NOW_US
    add_records(made.desk)
    with visiting_day(console_of_day(made)) as make:
        yield make
    made.desk.store.close()


def do(seat, address, verb, **fields):
    seat.get(f"{address}/{verb}")
    version = re.search(r'name="version" value="(\d+)"', seat.text)
    return seat.post(f"{address}/{verb}", **({"version": version[1]} if version else {}), **fields)


@pytest.mark.parametrize(
    ("language", "said", "absent"), [("zh", "11万元", "按管辖"), ("en", "CNY 110,000", "By jurisdiction")]
)
def test_a_figure_opens_the_records_that_it_counts(visitor, language, said, absent):
    chief = visitor("city-chief", language)
    page = chief.get("/figures?period=2026-05&by=jurisdiction&against=yoy")
    assert said in page
    assert absent in page
    address = re.search(r'href="(/figures/funds_frozen/records\?(?:(?!group=)[^"])*)"', page)[1].replace("&amp;", "&")
    records = chief.get(address)
    assert "MEAS-F1" in records
    assert "/measures/MEAS-F2" in records
    assert "is no period" in chief.get("/figures?period=May")
    unfinished = {"zh": "本期尚未结束", "en": "The period is not over"}[language]
    assert unfinished in chief.get("/figures?period=2026&against=prev_full_year")
    assert unfinished not in chief.get("/figures?period=2026")
    drawn = chief.client.get("/figures/chart?period=2026-05", headers=chief._headers())
    assert drawn.headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    ("language", "stopped", "word"), [("zh", "11万元", "转为冻结"), ("en", "CNY 110,000", "freeze")]
)
def test_the_way_of_the_money_says_why_so_much_was_stopped_and_so_little_frozen(visitor, language, stopped, word):
    chief = visitor("city-chief", language)
    page = chief.get("/figures/funnel?period=2026-05")
    assert stopped in page
    assert word in page
    links = re.findall(r'<a class="counted" href="([^"]+)" data-records="(\d+)">', page)
    assert len(links) > 10
    for address, records in links:
        listed = chief.get(address.replace("&amp;", "&"))
        assert f'data-list="{records}"' in listed, address
        assert listed.count("<a data-row") == int(records), address
    assert "is no period" in chief.get("/figures/funnel?period=May")
    chief.get("/figures/funnel/records?period=2026-05&stage=stopped&side=to&part=spent")
    assert chief.status == 422


@pytest.mark.parametrize(("language", "unclassified"), [("zh", "接报、发案（尚未分类）"), ("en", "not_stated")])
def test_a_bulletin_on_the_screen_has_its_tables_and_charts(visitor, language, unclassified):
    analyst = visitor("analyst", language)
    analyst.get("/bulletins/daily-new")
    page = analyst.post("/bulletins/daily-new", day="2026-05-10")
    table = re.search(r"<caption>(?:按案件类型|By type)</caption>.*?</table>", page, re.DOTALL)[0]
    assert unclassified in table
    assert 'class="counted"' in table
    address = re.search(r'<img class="chart" src="([^"]+)"', page)[1]
    assert "<svg" in analyst.get(address)
    analyst.get(f"{address.rpartition('/')[0]}/0")
    assert analyst.status == 422


def test_a_page_of_a_bulletin_keeps_the_readers_language_around_the_text(visitor):
    analyst = visitor("analyst")
    analyst.get("/bulletins/draft-new")
    page = analyst.post("/bulletins/draft-new", period="2026-05", against="mom")
    address = re.search(r'href="(/bulletins/[A-Z]+-[0-9A-Z-]+)/as/pdf"', page)[1]
    assert 'hreflang="en">English</a>' in analyst.get(address)


def test_a_bulletin_from_its_draft_to_its_files(visitor):
    analyst = visitor("analyst")
    analyst.get("/bulletins")
    analyst.get("/bulletins/draft-new")
    page = analyst.post("/bulletins/draft-new", period="2026-05", against="mom")
    address = re.search(r'href="(/bulletins/[A-Z]+-[0-9A-Z-]+)/as/pdf"', page)[1]
    assert "止付资金11万元" in page
    assert "现在不能签发" not in page
    assert "必填" in do(analyst, address, "figure", name="funds_frozen", value="18000", reason="")
    assert "✎" in do(analyst, address, "figure", name="funds_frozen", value="18000", reason="补录一笔纸质回执")
    chief = visitor("chief")
    issued = do(chief, address, "issue", number="模拟反诈通〔2026〕5号")
    assert "SHA-256" in issued
    assert "模拟反诈通〔2026〕5号" in chief.get("/bulletins")
    for form, kind in (
        ("txt", "text/plain"),
        ("docx", "application/vnd"),
        ("pdf", "application/pdf"),
        ("png", "image/png"),
    ):
        answer = chief.client.get(f"{address}/as/{form}", headers=chief._headers())
        assert answer.headers["content-type"].startswith(kind)
    assert chief.client.get(f"{address}/as/doc", headers=chief._headers()).status_code == 422
    english = visitor("chief", "en").get(address)
    assert "money stopped: CNY 110,000" in english
    daily = visitor("analyst")
    daily.get("/bulletins/daily-new")
    assert "2026年5月3日每日研判" in daily.post("/bulletins/daily-new", day="2026-05-03")
