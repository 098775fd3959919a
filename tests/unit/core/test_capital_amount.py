"""大写金额: the examples of 支付结算办法 附一, and every boundary of 零, 整, 万 and 亿."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.core.capital_amount import FIGURES, capital_yuan
from fanzha.core.errors import BadInput

GOLDEN = {
    "0.00": "零元整",
    "0.05": "伍分",
    "0.50": "伍角整",
    "0.56": "伍角陆分",
    "1.00": "壹元整",
    "10.00": "壹拾元整",
    "1409.50": "壹仟肆佰零玖元伍角整",
    "6007.14": "陆仟零柒元壹角肆分",
    "1680.32": "壹仟陆佰捌拾元叁角贰分",
    "107000.53": "壹拾万柒仟元伍角叁分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "325.04": "叁佰贰拾伍元零肆分",
    "27000.00": "贰万柒仟元整",
    "10001.00": "壹万零壹元整",
    "10100.00": "壹万零壹佰元整",
    "11000.00": "壹万壹仟元整",
    "1000000.00": "壹佰万元整",
    "99999999.99": "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
    "100000000.00": "壹亿元整",
    "100000001.00": "壹亿零壹元整",
    "100010000.00": "壹亿零壹万元整",
    "105000000.10": "壹亿零伍佰万元壹角整",
    "110000000.01": "壹亿壹仟万元零壹分",
    "1020304050.60": "壹拾亿贰仟零叁拾万肆仟零伍拾元陆角整",
    "100000000000.00": "壹仟亿元整",
    "1000100000000.00": "壹万零壹亿元整",
}


def minor(text: str) -> int:
    return int(text.replace(".", ""))


@pytest.mark.parametrize(("figures", "capitals"), GOLDEN.items())
def test_the_examples_and_the_boundaries(figures, capitals):
    assert capital_yuan(minor(figures)) == f"人民币{capitals}"


@given(st.integers(0, 10**13))
def test_the_capitals_say_the_amount_and_no_zero_twice(amount_minor):
    said = capital_yuan(amount_minor).removeprefix("人民币")
    assert "零零" not in said
    assert said.endswith("整") is (amount_minor % 10 == 0)
    assert _read(said) == amount_minor


def _read(said: str) -> int:
    """The amount that capital numerals mean, read sign by sign."""
    total = group = figure = 0
    for sign in said:
        if sign in FIGURES:
            figure = FIGURES.index(sign)
        elif sign in "仟佰拾":
            group, figure = group + figure * {"仟": 1000, "佰": 100, "拾": 10}[sign], 0
        elif sign == "万":
            total, group, figure = total + (group + figure) * 10**4, 0, 0
        elif sign == "亿":
            total, group, figure = (total + group + figure) * 10**8, 0, 0
        elif sign == "元":
            total, group, figure = (total + group + figure) * 100, 0, 0
        elif sign in "角分":
            total, figure = total + figure * {"角": 10, "分": 1}[sign], 0
    return total


@pytest.mark.parametrize("amount_minor", [-1, 10**17 + 1])
def test_what_is_no_amount_is_refused(amount_minor):
    with pytest.raises(BadInput, match="capital numerals"):
        capital_yuan(amount_minor)
