"""Tables as bulletins set them: what each column holds, and what each cell counts (模拟)."""

from __future__ import annotations

import pytest

from fanzha.intake.bulletins import read_text

HEAD = "# 模拟市反诈月报（2024年6月）\n\n2024-07-03\n\n"
JUNE, HALF = "2024-06-01..2024-06-30", "2024-01-01..2024-06-30"


def told(table: str) -> list[str]:
    found = []
    for one in read_text(HEAD + table, "x", "").figures:
        assert one.period is not None
        changes = [f"{said.kind.value} {said.value}" for said in one.comparisons]
        found.append(
            " ".join([one.measure, f"{one.value}{one.unit}", f"{one.period.first}..{one.period.last}", *changes])
        )
    return found


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (  # a unit of its own column; the change is that of the later period
            "|指标|单位|本月|上月|环比|\n|---|---|---|---|---|\n|立案|起|226|240|-5.8%|\n",
            [f"cases_filed 226起 {JUNE} mom -5.8", "cases_filed 240起 2024-05-01..2024-05-31"],
        ),
        (
            "|指标|6月|1-6月累计|同比%|\n|---|---|---|---|\n|损失（万元）|312.5|3,000|4|\n",
            [f"loss_reported 3125000元 {JUNE}", f"loss_reported 30000000元 {HALF} yoy 4"],
        ),
        (
            "|地区|立案||破案||\n|---|---|---|---|---|\n||起数|同比|起数|同比|\n|城东|20|-5%|12|10%|\n",
            [f"cases_filed 20起 {JUNE} yoy -5", f"cases_solved 12起 {JUNE} yoy 10"],
        ),
        (
            (
            "<table><tr><th rowspan=2>地区</th><th colspan=2>立案</th><th colspan=2>破案</th></tr><tr><th>起数</th><th>同比</th>"
            "<th>起数</th><th>同比</th></tr><tr><td>城东</td><td>20</td><td>-5%</td><td>12</td><td>10%</td></tr></table>"
            ),
            [f"cases_filed 20起 {JUNE} yoy -5", f"cases_solved 12起 {JUNE} yoy 10"],
        ),
        (
            "|指标|今年上半年|去年同期|增幅|\n|---|---|---|---|\n|起诉（人）|1800|1500|20%|\n",
            [f"being_prosecuted 1800人 {HALF} yoy 20", "being_prosecuted 1500人 2023-01-01..2023-06-30"],
        ),
        (  # the sum of rows that are months counts all of them
            "|月份|接报警情|\n|---|---|\n|5月|190|\n|6月|170|\n|合计|360|\n",
            ["cases_reported 190起 2024-05-01..2024-05-31", f"cases_reported 170起 {JUNE}",
             "cases_reported 360起 2024-05-01..2024-06-30"],
        ),
        (
            "|序号|项目|数量|单位|\n|---|---|---|---|\n|1|破获案件|226|起|\n|2|缴获手机|67|部|\n",
            [f"cases_solved 226起 {JUNE}", f"seized_phones 67部 {JUNE}"],
        ),
        (
            "单位：张、户\n\n|机构|注销手机卡|管控账户|\n|---|---|---|\n|运营商|845|—|\n|银行|—|933|\n",
            [f"sims_cleaned 845张 {JUNE}", f"accounts_cleaned 933户 {JUNE}"],
        ),
        (  # as a workbook's cells come out of a copy
            "项目\t数量\t同比\n破获案件\t226起\t+12%\n抓获嫌疑人\t312名\t持平\n",
            [f"cases_solved 226起 {JUNE} yoy 12", f"suspects_caught 312名 {JUNE} yoy 0"],
        ),
    ],
)  # fmt: skip
def test_a_table_is_read_by_what_its_columns_hold(table, expected):
    assert told(table) == expected


def test_a_figure_that_is_said_to_have_changed_twice_has_both_changes():
    (one,) = read_text(HEAD + "发案1905起，同比减少412起，下降17.8%。", "x", "").figures
    assert [(said.kind.value, str(said.value)) for said in one.comparisons] == [
        ("yoy_difference", "-412"), ("yoy", "-17.8"),
    ]  # fmt: skip


def test_what_shall_be_reached_is_no_figure():
    assert read_text(HEAD + "力争全年破案500起。", "x", "").figures == ()
