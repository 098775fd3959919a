"""Periods as bulletins write them, and where a figure has one that its own sentence does not name (模拟)."""

from __future__ import annotations

import pytest

from fanzha.intake.bulletins import read_text

HALF, JUNE = ("2024-01-01", "2024-06-30"), ("2024-06-01", "2024-06-30")
WEEK, DAY = ("2024-06-24", "2024-06-30"), ("2024-07-04", "2024-07-04")


def periods(text: str) -> list[tuple[str, str] | None]:
    return [one.period and (one.period.first, one.period.last) for one in read_text(text, "x", "").figures]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("今年头6个月", HALF),
        ("一至六月", HALF),
        ("1-2季度", HALF),
        ("前两个季度", HALF),
        ("从年初到6月底", HALF),
        ("今年以来至6月底", HALF),
        ("今年截至6月30日", HALF),
        ("1月1日起至6月30日止", HALF),
        ("六月份", JUNE),
        ("6.24-6.30", WEEK),
        ("2024-06-24至2024-06-30", WEEK),
        ("6月24日0:00至6月30日24:00", WEEK),
        ("上周", WEEK),
        ("7月4日0时至24时", DAY),
        ("昨日", DAY),
        ("7月3日、4日", ("2024-07-03", "2024-07-04")),
        ("去年四季度至今年一季度", ("2023-10-01", "2024-03-31")),
        ("2023年11月至次年2月", ("2023-11-01", "2024-02-29")),
        ("上季度", ("2024-04-01", "2024-06-30")),
        ("12月", ("2023-12-01", "2023-12-31")),  # none of the year that is not over yet
        ("二季度以来", ("2024-04-01", "")),
        ("年内", ("2024-01-01", "")),
        ("截至去年底", ("", "2023-12-31")),
        ("今年春节假期", ("2024-02-10", "2024-02-17")),
        ("近三年来", None),
        ("专班成立以来", None),
    ],
)
def test_a_period_is_put_together_of_points(words, expected):
    assert periods(f"模拟市打击电诈\n2024-07-05\n\n{words}，全市破获电诈案件226起。") == [expected]


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("二〇二四年七月五日", "上半年，破案226起。"),
        ("模拟日报 | 更新于 2024/7/5 8:30 | 阅读 1234", "上半年，破案226起。"),
        ("模拟", "2024年7月5日，模拟市公安局召开新闻发布会。上半年，破案226起。"),
        ("模拟", "上半年，破案226起。（模拟日报2024年7月5日第3版）"),
    ],
)
def test_the_day_of_publication_is_found(head, told):
    found = read_text(f"模拟市警方通报\n\n{head}\n\n{told}", "x", "")
    assert found.published == "2024-07-05"
    assert [one.period and one.period.first for one in found.figures] == ["2024-01-01"]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("模拟市反诈周报\n统计时间：2024.6.24-2024.6.30　编制：反诈中心\n\n接警12起。\n\n破案3起。", [WEEK, WEEK]),
        ("反诈日报\n数据日期：2024年7月4日\n\n接警12起。", [DAY]),
        ("模拟反诈日报（2024年7月4日）\n\n接警12起。", [DAY]),
        ("模拟市2024年上半年反诈成绩单来了\n\n破案3起。", [HALF]),
        ("模拟通报\n\n现将2024年上半年工作情况通报如下。\n\n破案3起。", [HALF]),
        ("模拟\n\n一、2024年上半年工作\n破案3起。\n二、下一步\n抓获7人。", [HALF, None]),
        ("模拟\n2024-07-05\n\n今年上半年，我局持续发力。\n\n打击方面，破案30起。\n\n5月，破案7起。\n\n抓获7人。",
         [HALF, ("2024-05-01", "2024-05-31"), None]),
        ("模拟\n\n2023年12月18日以来，截至1月18日，抓获7人。", [("2023-12-18", "2024-01-18")]),
    ],
)  # fmt: skip
def test_a_figure_has_the_period_that_stands_nearest(page, expected):
    assert periods(page) == expected
