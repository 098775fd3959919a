"""Numbers, periods and comparisons as bulletins write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fanzha.intake.bulletins import read_text
from fanzha.intake.bulletins.comparisons import find_comparisons
from fanzha.intake.bulletins.lexicon import lexicon
from fanzha.intake.bulletins.numbers import chinese_number, find_numbers
from fanzha.intake.bulletins.periods import Calendar, published_day
from fanzha.statistics import Period

PUBLISHED = date(2021, 6, 17)


@pytest.mark.parametrize(
    ("text", "value", "unit", "about", "least"),
    [
        ("5321万余元", 53_210_000, "元", True, True),
        ("1.4万余个", 14_000, "个", True, True),
        ("1700余万", 17_000_000, "", True, True),
        ("50多万人次", 500_000, "人次", True, True),
        ("2亿5000万元", 250_000_000, "元", False, False),
        ("2,733张", 2_733, "张", False, False),
        ("近3500名", 3_500, "名", True, False),
        ("约1.3亿元", 130_000_000, "元", True, False),
        ("95%以上", 95, "%", False, True),
        ("超300人", 300, "人", False, True),
        ("上百宗", 100, "宗", True, True),
        ("三百余人", 300, "人", True, True),
        ("二十八台", 28, "台", False, False),
        ("1.3万场次", 13_000, "场次", False, False),
    ],
)
def test_a_number_is_read_with_its_unit_and_how_sure_it_is(text, value, unit, about, least):
    (found,) = find_numbers(text)
    assert (found.value, found.unit, found.approximate, found.at_least) == (Decimal(value), unit, about, least)
    assert text[found.start : found.end] == text


@pytest.mark.parametrize(
    "text",
    [
        "2021年5月27日8时30分", "第二百六十六条", "请拨打96110", "3小时之内", "前5个月", "今年1—5月", "断卡2.0", "A级",
        "60岁老人", "百万元以上案件", "50万元以上电信网络诈骗案", "三合一", "5部门", "20天",
    ],
)  # fmt: skip
def test_what_counts_nothing_is_no_number(text):
    assert list(find_numbers(text)) == []


@pytest.mark.parametrize(
    ("text", "value"), [("百", 100), ("两千零五", 2005), ("十二", 12), ("一万三千", 13_000), ("三亿", 3 * 10**8)]
)
def test_chinese_numerals(text, value):
    assert chinese_number(text) == value


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("今年1—5月，", "2021-01-01", "2021-05-31"),
        ("今年前5个月", "2021-01-01", "2021-05-31"),
        ("今年5月，", "2021-05-01", "2021-05-31"),
        ("自去年10月以来，", "2020-10-01", ""),
        ("去年以来", "2020-01-01", ""),
        ("截至5月31日，", "", "2021-05-31"),
        ("截至2月底", "", "2021-02-28"),
        ("2021年1月1日-5月26日", "2021-01-01", "2021-05-26"),
        ("2020年10月至2021年5月", "2020-10-01", "2021-05-31"),
        ("上半年", "2021-01-01", "2021-06-30"),
        ("2020年第四季度", "2020-10-01", "2020-12-31"),
        ("昨日", "2021-06-16", "2021-06-16"),
        ("上月", "2021-05-01", "2021-05-31"),
    ],
)
def test_a_period_is_read(text, first, last):
    (said,) = Calendar(PUBLISHED).find(text)
    assert said.period is not None
    assert (said.period.first, said.period.last) == (first, last)


def test_a_page_without_a_day_gives_periods_without_a_year():
    (said,) = Calendar(None).find("今年6月以来，")
    assert said.period is not None
    assert (said.period.first, said.period.last) == ("--06-01", "")


def test_a_campaign_is_remembered():
    calendar = Calendar(PUBLISHED)
    calendar.find("2020年3月16日以来，全力开展“模拟”专项行动")
    (until,) = calendar.find("专项行动开展截至5月底，共抓获")
    assert until.period is not None
    assert (until.period.first, until.period.last) == ("2020-03-16", "2020-05-31")


def test_the_day_on_which_something_was_told_is_no_period():
    assert Calendar(PUBLISHED).find("6月17日上午，模拟市公安局召开新闻发布会") == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("同比分别上升60.4%、80.6%和146.5%", [("yoy", "60.4"), ("yoy", "80.6"), ("yoy", "146.5")]),
        ("与4月相比下降14.3%", [("mom", "-14.3")]),
        ("为去年同期的4.3倍", [("multiple_yoy", "4.3")]),
        ("同比增长4.3倍", [("yoy", "430")]),  # the wording decides: grown by 4.3 times, not to 4.3 times
        ("是2020全年预警数的1.55倍", [("multiple_prev_full_year", "1.55")]),
        ("同比上升5个百分点", [("yoy_points", "5")]),
        ("同比减少320起", [("yoy_difference", "-320")]),
        ("较上周减少2起", [("wow_difference", "-2")]),
        ("比行动前提高5个百分点", [("versus_points", "5")]),
        ("比去年全年还多18%", [("prev_full_year", "18")]),
        ("冻结金额为去年同期的2.22倍", [("multiple_yoy", "2.22")]),
        ("同比翻一番", [("yoy", "100")]),
        ("环比持平", [("mom", "0")]),
    ],
)
def test_a_comparison_is_read(text, kinds):
    found = [(one.kind.value, str(one.value)) for said in find_comparisons(text) for one in said.comparisons]
    assert found == kinds


def test_a_comparison_without_its_own_base_takes_the_one_before():
    first, second = find_comparisons("破案数同比上升20.1%，发案数下降10%")
    assert [first.comparisons[0].kind.value, second.comparisons[0].kind.value] == ["yoy", "yoy"]


@pytest.mark.parametrize("text", ["2021-06-17", "Thu, 17 Jun 2021 08:02:32 GMT", "2021年6月17日 来源：模拟警方"])
def test_the_day_of_publication(text):
    assert published_day(iter([text])) == PUBLISHED


def wordings():
    """Every measure that texts are read for: by its own name, and by the words that a bulletin of ours puts before it."""
    catalogue = lexicon().catalogue
    for measure in catalogue.measures.values():
        if measure.unit_class not in catalogue.unread:
            own = catalogue.own.get(measure.id)
            for words in dict.fromkeys([measure.zh, *([own.phrase] if own is not None else [])]):
                yield measure.id, words, catalogue.unit_of(measure.id)


@pytest.mark.parametrize(("measure", "words", "unit"), list(wordings()))
def test_every_measure_of_the_catalogue_is_read_by_its_words(measure, words, unit):
    text = f"模拟通报\n2026-06-03\n\n2026年5月，{words}1234{unit}，同比上升12.5%；其中甲区{words}1{unit}。"
    found = read_text(text, "x", "").figures
    assert [(one.measure, int(one.value)) for one in found] == [(measure, 1234), (measure, 1)]
    assert {one.period for one in found} == {Period("2026-05-01", "2026-05-31")}
    assert [str(said.value) for said in found[0].comparisons] == ["12.5"]
