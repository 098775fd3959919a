"""What bulletins leave unsaid (模拟): nouns dealt out, periods of a page, tables of several columns, figures of no measure."""

from __future__ import annotations

import pytest

from fanzha.intake.bulletins import read_text

HEAD = "模拟市警方通报\n2023-07-05\n\n"


def told(text: str) -> list[tuple[str, str]]:
    return [(one.measure, f"{one.value}{one.unit}") for one in read_text(HEAD + text, "x", "").figures]


def periods(text: str) -> list[tuple[str, str] | None]:
    return [one.period and (one.period.first, one.period.last) for one in read_text(text, "x", "").figures]


def changes(text: str) -> list[list[str]]:
    return [
        [f"{said.kind.value} {said.value}" for said in one.comparisons]
        for one in read_text(HEAD + text, "x", "").figures
    ]


def test_two_nouns_before_two_numbers_are_dealt_out():
    assert told("查获涉案手机卡、银行卡416张、238张。") == [("seized_sims", "416张"), ("seized_bank_cards", "238张")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("法院新收此类案件612件。", [("proposed:新收此类案件", "612件")]),
        ("并处罚金总额1.92亿元。", [("proposed:并处罚金总额", "192000000元")]),
        ("大专以上学历人员占27.4%。", [("proposed:大专以上学历人员占比", "27.4%")]),
        ("派出12个抓捕小组。", [("proposed:派出抓捕小组", "12个")]),
        ("案均损失6.35万元。", [("proposed:案均损失", "63500元")]),
        ("不批准逮捕38人。", [("proposed:不批准逮捕", "38人")]),
        ("涉案金额10万元至50万元的402件。", [("proposed:涉案金额10万元至50万元", "402件")]),
        ("市民王女士要求汇款5万元，民警上门3次。", []),
        ("浏览次数：1,208次", []),
        ("发案连续4个月低于百起，遍布28个国家。", []),
    ],
)
def test_what_no_measure_of_the_catalogue_counts(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("破案率由2019年的12.4%提升至2022年的53.8%。", [("solve_rate", "12.4%"), ("solve_rate", "53.8%")]),
        ("2021年止付资金3.4亿元；2022年为5.2亿元。", [("funds_stopped", "340000000元"), ("funds_stopped", "520000000元")]),
        ("立案数最多的是甲市（5,406起）。", [("cases_filed", "5406起")]),
        ("查询账户98个，止付41个。", [("proposed:查询账户", "98个"), ("accounts_stopped", "41个")]),
    ],
)  # fmt: skip
def test_a_number_counts_what_the_one_before_it_does(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("立案数、群众损失数分别下降27.9%、32.4%。", [["yoy -27.9"], ["yoy -32.4"]]),
        ("发案数、损失数同比“双下降”，降幅分别为23.5%和30.1%。", [["yoy -23.5"], ["yoy -30.1"]]),
        ("警情同比下降25%，其中刷单类、贷款类警情分别下降32%、41%。", [["yoy -25"], ["yoy -32"], ["yoy -41"]]),
        ("抓获嫌疑人217人，同比多抓46人。", [["yoy_difference 46"]]),
        ("2023年1至6月，止付资金9亿元，是2019年的3.6倍。", [["multiple_versus 3.6"]]),
        ("采取强制措施511人，较第一阶段增长24.6%。", [["versus 24.6"]]),
    ],
)
def test_changes(text, expected):
    assert changes(text) == expected


YEAR, MAY = ("2022-01-01", "2022-12-31"), ("2023-05-01", "2023-05-31")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("模拟市2023年5月反诈情况通报\n2023-06-02\n\n一、打击情况\n破案9起。\n", [MAY]),
        ("模拟警方：5月破案9起\n2023-06-02\n\n抓获嫌疑人8人。\n", [MAY, None]),  # a headline is no report's name
        ("二〇二二年模拟市反诈年报\n2023-01-09\n\n破案9起。\n", [YEAR]),
        ("模拟周报\n2023-05-08\n\n统计周期：5月1日至5月7日\n\n破案9起。\n", [("2023-05-01", "2023-05-07")]),
        ("模拟战果\n2023-06-02\n\n5月，全市战果如下：\n\n打击：破案9起。\n\n防范：劝阻12人。\n", [MAY, MAY]),
        ("模拟战果\n（模拟，2023年6月2日）\n\n1.破案9起。\n", [None]),  # a day of publication leads nothing in
        ("模拟\n2023-06-02\n\n2020年至2022年，审结9件。\n", [("2020-01-01", "2022-12-31")]),
        ("模拟\n2023-06-02\n\n5月下旬，破案9起。\n", [("2023-05-21", "2023-05-31")]),
        ("模拟\n2023-06-02\n\n发案下降9%，自去年9月以来连续下降。5月立案12起。\n", [None, MAY]),
    ],
)
def test_periods_of_a_page(text, expected):
    assert periods(text) == expected


def test_a_table_of_several_columns():
    table = (
        "# 模拟市2023年5月数据\n\n单位：起、万元\n\n| 区 | 立案 | 同比 | 损失 |\n| :-- | --: | --: | --: |\n"
        "| 东湖区 | 142 | -9.1% | 931.2 |\n| 合计 | 260 | 持平 | 1,535 |\n"
    )
    found = read_text(table, "x", "").figures
    assert [(one.measure, str(one.value), [str(said.value) for said in one.comparisons]) for one in found] == [
        ("cases_filed", "142", ["-9.1"]), ("loss_reported", "9312000", []),
        ("cases_filed", "260", ["0"]), ("loss_reported", "15350000", []),
    ]  # fmt: skip
    assert {one.period and one.period.first for one in found} == {"2023-05-01"}
    assert [one.quote for one in found] == ["142", "931.2", "260", "1,535"]


def test_columns_and_rows_that_are_periods():
    columns = "|指标|2021年|2022年|同比|\n|---|---|---|---|\n|立案（起）|1,322|1,018|-23%|\n"
    rows = "|年份|立案数（起）|破案率|\n|---|---|---|\n|2021年|1,322|40.2%|\n|2022年|1,018|48.8%|\n"
    years = [("2021-01-01", "2021-12-31"), YEAR]
    assert periods(HEAD + columns) == years
    assert periods(HEAD + rows) == [years[0], years[0], years[1], years[1]]


def test_a_title_may_call_a_figure_otherwise():
    found = read_text("抓1.02万人、破8700余起！\n2023-07-05\n\n破案8,746起，抓获嫌疑人10,213名。\n", "x", "").figures
    assert [(str(one.value), len(one.spans)) for one in found] == [("8746", 2), ("10213", 2)]
