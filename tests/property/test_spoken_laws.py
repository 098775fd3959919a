"""What is said on the telephone is understood or refused, and never taken for another amount or time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.core.capital_amount import capital_yuan
from fanzha.core.errors import BadInput
from fanzha.core.spoken import spoken_amount, spoken_instant
from fanzha.core.time import SHANGHAI, parse_instant

NOW_US = parse_instant("2026-03-15 18:30:00")
ARABIC = {**dict(zip("〇一二三四五六七八九", "0123456789", strict=True)), "两": "2"}


@pytest.mark.parametrize(
    ("said", "yuan"),
    [
        ("38000", 38000), ("38,000", 38000), ("¥38,000元", 38000), ("3.8万", 38000), ("3万2", 32000), ("３万２千", 32000),
        ("三万二", 32000), ("两万五千元", 25000), ("一千", 1000), ("一百二", 120), ("一百零五", 105), ("十五万", 150000),
        ("3万2000", 32000), ("三万零五百", 30500), ("2千5", 2500), ("3.8w", 38000), ("人民币壹拾万元整", 100000),
        ("20万5", 205000), ("1亿2", 120_000_000), ("五百块钱", 500),
    ],
)  # fmt: skip
def test_amounts_as_they_are_said(said, yuan):
    assert spoken_amount(said) == yuan * 100


@pytest.mark.parametrize(
    "said",
    ["3万20", "3万200", "3万2元", "三万多", "三万左右", "3,8万", "3,8", "100万5", "3.8万2", "万", "一", "", "三二零零零",
     "一千万万", "一千零", "十五万三千五块",      "3万2万", "abc", "1e4", "3万0", "二三万", "千五", "三千五元"],
)  # fmt: skip
def test_what_could_be_another_amount_is_refused(said):
    with pytest.raises(BadInput):
        spoken_amount(said)


@given(st.integers(1, 10**9))
def test_an_amount_in_capital_numerals_is_read_as_it_was_written(yuan):
    assert spoken_amount(capital_yuan(yuan * 100)) == yuan * 100


@given(st.text("0123456789一二两三五九零十百千万亿.,元", min_size=1, max_size=8))
def test_an_amount_that_is_understood_has_the_digits_that_were_said_in_their_order(said):
    try:
        minor = spoken_amount(said)
    except BadInput:
        return
    digits = "".join(ARABIC.get(sign, sign) for sign in re.sub(r"(?<![一二两三五九\d])十", "一十", said))
    assert re.sub(r"\D|0", "", digits) == str(minor).replace("0", "")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("13:52", "2026-03-15 13:52"), ("1705", "2026-03-15 17:05"), ("昨天17:05", "2026-03-14 17:05"),
        ("前天 0905", "2026-03-13 09:05"), ("下午5点", "2026-03-15 17:00"), ("下午5点05分", "2026-03-15 17:05"),
        ("昨天晚上8点半", "2026-03-14 20:30"), ("17点", "2026-03-15 17:00"), ("今天上午9点", "2026-03-15 09:00"),
        ("3月14日17:05", "2026-03-14 17:05"), ("3-14 17:05:09", "2026-03-14 17:05:09"), ("14日 下午1点", "2026-03-14 13:00"),
        ("2026-03-14 17:05", "2026-03-14 17:05"), ("2026年3月14日 17:05", "2026-03-14 17:05"),
        ("2026-03-14T17:05:10+08:00", "2026-03-14 17:05:10"), ("20260314170510", "2026-03-14 17:05:10"),
        ("中午12点10分", "2026-03-15 12:10"), ("１３：５２", "2026-03-15 13:52"),
        ("5:20pm", "2026-03-15 17:20"), ("5:20 PM", "2026-03-15 17:20"), ("5.20 p.m.", "2026-03-15 17:20"),
        ("5pm", "2026-03-15 17:00"), ("12:05am", "2026-03-15 00:05"), ("12:30 pm", "2026-03-15 12:30"),
        ("noon", "2026-03-15 12:00"), ("yesterday 17:05", "2026-03-14 17:05"), ("Yesterday, at 5:05 pm", "2026-03-14 17:05"),
        ("5:05pm yesterday", "2026-03-14 17:05"), ("the day before yesterday 9:05am", "2026-03-13 09:05"),
        ("Mar 14 17:05", "2026-03-14 17:05"), ("14 March, 5:05pm", "2026-03-14 17:05"), ("3/14 5:05pm", "2026-03-14 17:05"),
        ("on March 14th at 17:05", "2026-03-14 17:05"), ("Dec 31, 2025 11:59pm", "2025-12-31 23:59"),
        ("2026-03-14 5:05pm", "2026-03-14 17:05"),
    ],
)  # fmt: skip
def test_times_as_they_are_said(said, meant):
    assert spoken_instant(said, NOW_US) == parse_instant(meant)


@pytest.mark.parametrize(
    "said",
    ["5点", "晚上12点", "凌晨12点", "昨天", "2026-03-14", "25:00", "1765", "刚才", "", "上午13点", "170", "13", "2月30日 17:05",
     "3月14日", "13:20pm", "0:20am", "5 pm or 6 pm", "five pm", "yesterday", "mid morning", "Mar 14", "pm", "half past 5 pm",
     "Mars 14 bars 17:05"],
)  # fmt: skip
def test_what_could_be_another_time_is_refused(said):
    with pytest.raises(BadInput):
        spoken_instant(said, NOW_US)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 - a day and a clock in Shanghai
    st.sampled_from(["%m月%d日%H:%M", "%m-%d %H%M", "%m/%d %H:%M", "%Y-%m-%d %H:%M"]),
)
def test_a_day_and_a_clock_are_read_as_they_were_written(moment, way):
    said = moment.strftime(way)
    at_us = spoken_instant(said, NOW_US)
    found = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).astimezone(SHANGHAI)
    assert found.replace(tzinfo=None) == moment.replace(second=0, microsecond=0)
