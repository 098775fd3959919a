"""The readers of columns agree with slow, obvious readers of single cells."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from fanzha.core.errors import BadInput
from fanzha.core.money import AMOUNT_MAX, format_minor, parse_minor
from fanzha.core.time import format_instant, parse_period
from fanzha.intake.cells import read_amounts, read_ids, read_times
from fanzha.intake.rulebook import rulebook

decimals = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**16), max_value=10**16).map(str)
amounts = st.one_of(
    decimals,
    st.from_regex(r"[+-]?[0-9]{0,20}(\.[0-9]{0,20})?", fullmatch=True),
    st.text("0123456789.,+-Ee¥ ", max_size=12),
)


@given(st.lists(amounts, min_size=1, max_size=30), st.sampled_from([0, 2, 6, 8]))
def test_amounts_agree_with_the_slow_parser(texts, exponent):
    reading = read_amounts(pl.Series(texts), exponent)
    for text, value, problem in zip(
        texts, reading.values, reading.problem if reading.problem is not None else [None] * len(texts), strict=True
    ):
        assert value is None or problem is None
        if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?", text):
            try:
                wanted = parse_minor(text, exponent)
            except BadInput:
                wanted = None
            assert value == wanted, text
            assert (problem is None) == (wanted is not None), text
        elif value is not None:  # whatever else is read must still mean exactly that decimal
            bare = text.replace(",", "").replace(" ", "").replace("¥", "")
            assert Decimal(bare) * 10**exponent == value


@given(st.lists(st.integers(-AMOUNT_MAX, AMOUNT_MAX), min_size=1), st.sampled_from([0, 2, 6, 8]))
def test_written_amounts_come_back(minors, exponent):
    reading = read_amounts(pl.Series([format_minor(minor, exponent) for minor in minors]), exponent)
    assert reading.values.to_list() == minors
    assert reading.problem is None


moments = st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 30))  # noqa: DTZ001  Shanghai is meant
forms = st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M", "%Y%m%d", "%Y-%m-%d",
                         "%Y-%m-%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+08:00"])  # fmt: skip


@given(st.lists(st.tuples(moments, forms), min_size=1, max_size=20), st.sampled_from(["", "\t", " ", "\xa0"]))
def test_times_agree_with_the_slow_parser(written, dirt):
    texts = [moment.strftime(form) for moment, form in written]
    reading = read_times(pl.Series([f"{dirt}{text}{dirt}" for text in texts]), rulebook().times)
    assert reading.problem is None
    for text, at_us, precision in zip(texts, reading.at_us, reading.precision, strict=True):
        first, last = parse_period(text)
        assert at_us == first, text
        width = {0: 1, 1: 60, 2: 86_400}[precision] * 1_000_000
        assert last - first + 1 <= width
        assert format_instant(at_us).startswith(f"{text[:4]}-")


@given(st.lists(st.text("0123456789-: T/.年", max_size=20), min_size=1, max_size=20))
def test_no_text_is_read_as_a_time_outside_the_believed_years(texts):
    reading = read_times(pl.Series(texts), rulebook().times)
    for at_us in reading.at_us.drop_nulls():
        assert timedelta(microseconds=at_us) > timedelta(days=-1)


@given(st.lists(st.from_regex(r"[0-9A-Za-z*_-]{1,24}", fullmatch=True), min_size=1))
def test_plain_ids_are_kept_or_said_to_mean_nothing(texts):
    reading = read_ids(pl.Series(texts))
    for text, value in zip(texts, reading.values, strict=True):
        plain = not re.fullmatch(r"(?i)null|none|nan|-+|\d[e]\d{1,3}|\d{4}(-\d{4}){2,4}(-\d{1,3})?", text)
        assert value == text if plain else value in {None, text.replace("-", "")}


@given(st.lists(st.text(max_size=24), min_size=1))
def test_reading_ids_twice_changes_nothing(texts):
    once = read_ids(pl.Series(texts))
    again = read_ids(once.values)
    assert again.values.to_list() == once.values.to_list()
    assert again.problem is None
