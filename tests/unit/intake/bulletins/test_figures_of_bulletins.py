"""From a made text (模拟) to its figures: lists, parts, repetitions, markup."""

from __future__ import annotations

import pytest

from fanzha.core.errors import BadInput
from fanzha.intake.bulletins import read_bulletin, read_text

HEAD = "模拟市警方通报\n2023-07-05\n"


def figures(text: str) -> list[tuple[str, str]]:
    return [(one.measure, f"{one.value}{one.unit}") for one in read_text(HEAD + text, "x", "").figures]


def test_an_equipment_list_says_its_verb_once():
    assert figures("查缴涉案电脑78台、手机439部，手机卡2733张、对公账户50套、U盾23个、印章110枚及POS机3部。") == [
        ("seized_computers", "78台"), ("seized_phones", "439部"), ("seized_sims", "2733张"), ("seized_account_sets", "50套"),
        ("seized_ukeys", "23个"), ("seized_seals", "110枚"), ("seized_pos", "3部"),
    ]  # fmt: skip


def test_cleaned_cards_are_not_seized_ones():
    assert figures("集中清理涉诈电话卡5682张、银行卡20张。") == [
        ("sims_cleaned", "5682张"),
        ("bank_cards_cleaned", "20张"),
    ]


def test_comparisons_are_dealt_out():
    found = read_text(
        HEAD + "破获案件114起，打掉团伙14个，抓获嫌疑人154名，同比分别上升60.4%、80.6%和146.5%。", "x", ""
    ).figures
    assert [str(one.comparisons[0].value) for one in found] == ["60.4", "80.6", "146.5"]


def test_a_comparison_that_names_its_figure_goes_to_it_and_one_without_a_figure_is_one():
    frozen, back = read_text(
        HEAD + "冻结金额1.73亿元，冻结金额是2022年全年的1.31倍，原路返还被骗金额是2022年全年的2.69倍。", "x", ""
    ).figures
    assert (frozen.measure, str(frozen.comparisons[0].value)) == ("funds_frozen", "1.31")
    assert (back.measure, str(back.value), back.unit) == ("money_returned", "2.69", "倍")


def test_parts_and_what_became_of_those_caught():
    found = read_text(HEAD + "遣返犯罪嫌疑人2620名，已批准逮捕2091名，其中1093名正在移送起诉。", "x", "").figures
    assert [(one.measure, one.part_of) for one in found] == [
        ("repatriated", None), ("arrests_approved", 0), ("being_prosecuted", 1),
    ]  # fmt: skip


def test_a_cohort_said_again_is_the_same_figure():
    found = read_text(
        HEAD + "抓获犯罪嫌疑人43名。\n目前，43名犯罪嫌疑人中，已刑事拘留25人、取保候审1人。", "x", ""
    ).figures
    assert [(one.measure, len(one.spans), one.part_of) for one in found] == [
        ("suspects_caught", 2, None), ("detained", 1, 0), ("bailed", 1, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("涉案金额1700余万元！", "涉案金额约1774万元。"),
        ("涉案上百宗！", "涉及案件112宗。"),
        ("抓获近50人！", "抓获嫌疑人48名。"),
    ],
)
def test_a_title_may_round_what_the_text_says(title, text):
    (found,) = read_text(f"{title}\n\n2023-07-05\n\n{text}\n", "x", "").figures
    assert len(found.spans) == 2
    assert found.quote in text


def test_a_title_that_says_something_else_is_another_figure():
    assert len(read_text("抓获50人！\n\n抓获犯罪嫌疑人48名。\n", "x", "").figures) == 2


def test_what_the_catalogue_does_not_have_is_proposed():
    assert figures("共培训银行网点员工3200人次。") == [("proposed:培训银行网点员工", "3200人次")]


def test_prices_and_stories_are_no_figures():
    assert figures("以每张500元的价格收购，足不出户日赚一千，请拨打96110，3小时内到账。") == []


def test_a_day_average():
    (found,) = read_text(HEAD + "日均下发预警指令5.2万条。", "x", "").figures
    assert (found.average_per, found.value) == ("day", 52_000)


def test_places_in_a_page_with_markup_are_those_of_the_file():
    page = (
        "<html><head><title>模拟通报</title><script>var a = '抓获9人';</script></head><body><p>"
        "截至2023年5月31日，共抓获犯罪嫌疑人"
        "<strong>226</strong>&nbsp;人，&#20923;结资金<b>5321万</b>余元。</p><p data-note='抓获8人'></p></body></html>"
    )
    found = read_text(page, "x", "").figures
    assert [(one.measure, int(one.value), one.quote) for one in found] == [
        ("suspects_caught", 226, "226</strong>&nbsp;人"), ("funds_frozen", 53_210_000, "5321万</b>余元"),
    ]  # fmt: skip
    assert all(page[slice(*one.spans[0])] == one.quote for one in found)


def test_lines_broken_by_their_width_are_joined_and_pictures_are_left_out():
    text = (
        "# 模拟\n\n![](2023-01-01\n抓获7人！\\\\x.jpeg)\n昨日，模拟市公安局在全市范围内集中开展收网行动，共抓获犯罪嫌\n疑人\n"
        "**43名**，缴获手机6部。\n"
    )
    assert [(one.measure, int(one.value)) for one in read_text(text, "x", "").figures] == [
        ("suspects_caught", 43), ("seized_phones", 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"GIF89a", "GIF"), (b"\xd0\xcf\x11\xe0", "DOC"), (b" \n", "empty"), (b"\x81\xff\x00\x00\xff", "GB18030")],
)
def test_what_is_no_text_is_refused_by_name(content, word):
    with pytest.raises(BadInput, match=rf"模拟\.bin.*{word}"):
        read_bulletin(content, "模拟.bin")


def test_gb18030_is_read():
    found = read_bulletin((HEAD + "抓获犯罪嫌疑人五十六名。").encode("gb18030"), "x").figures
    assert [int(one.value) for one in found] == [56]


def test_a_line_that_leads_a_list_in_gives_it_its_period():
    found = read_text(
        HEAD + "\n今年上半年取得以下战果：\n\n1. 破获案件786起；\n2. 抓获犯罪嫌疑人923名。\n\n缴获手机6部。\n", "x", ""
    ).figures
    periods = [one.period and (one.period.first, one.period.last) for one in found]
    assert periods == [("2023-01-01", "2023-06-30"), ("2023-01-01", "2023-06-30"), None]


def test_a_table_says_its_unit_in_the_title_and_its_comparison_in_the_head():
    table = (
        "| 项目 | 数量 | 同比 |\n| --- | --- | --- |\n"
        "| 破获案件（起） | 412 | 下降8.1% |\n| 冻结资金（万元） | 6,120 | ↑3% |\n"
    )
    found = read_text(HEAD + "\n" + table, "x", "").figures
    assert [(one.measure, int(one.value), [str(said.value) for said in one.comparisons]) for one in found] == [
        ("cases_solved", 412, ["-8.1"]), ("funds_frozen", 61_200_000, ["3"]),
    ]  # fmt: skip


def test_what_is_said_of_a_part_is_of_the_same_measure():
    found = read_text(HEAD + "接报电诈警情37起，涉案金额268万元。其中刷单返利类14起、虚假投资类8起。", "x", "").figures
    assert [(one.measure, one.part_of) for one in found] == [
        ("cases_reported", None), ("amount_involved", None), ("cases_reported", 0), ("cases_reported", 0),
    ]  # fmt: skip


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<![CDATA[", "<script>", "![](", "&#", "<a b='", "分别", "1.1"])
def test_a_broken_page_of_a_hundred_thousand_signs_is_read_in_a_moment(piece):
    assert read_text(piece * (100_000 // len(piece)), "x", "").figures == ()


def test_a_text_with_thousands_of_figures_is_no_bulletin():
    with pytest.raises(BadInput, match=r"模拟\.txt: more than 4000 figures"):
        read_bulletin("".join(f"抓获嫌疑人{number}名，" for number in range(9000)).encode(), "模拟.txt")
