"""A number as it is typed is the number as it is read."""

from __future__ import annotations

import polars as pl
import pytest

from fanzha.core.identifiers import doubt_about, plain_identifier
from fanzha.intake.cells import read_ids


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("6299 9911 0000 0079 190", "6299991100000079190"),
        (" ６２９９９９１１００００００７９１９０\t", "6299991100000079190"),
        ("6299-9911-0000-0079-190", "6299991100000079190"),
        ("'6299991100000079190", "6299991100000079190"),
        ("wx_moni-016", "wx_moni-016"),
        ("6299********9190", "6299********9190"),
    ],
)
def test_it_is_written_as_statements_are_read(typed, plain):
    assert plain_identifier(typed) == plain
    assert read_ids(pl.Series([typed])).values.to_list() == [plain]


@pytest.mark.parametrize(
    ("number", "doubt"),
    [
        ("6299********9190", "masked"),
        ("****0017", "masked"),
        ("6.22202E+18", "spreadsheet"),
        ("模拟·钱二", "no account number"),
        ("----", "no account number"),
        ("62999", "only 5 digits"),
        ("6299990000000000001", "wrong digit"),
        ("4992739871600", ""),  # no card's prefix: nothing is known of its digits
        ("wx_moni-016", ""),
        ("13800000000", ""),
        ("6200000000000005", ""),
    ],
)
def test_what_may_be_wrong_with_a_number_that_nothing_is_found_by(number, doubt):
    said = doubt_about(number)
    assert bool(said) == bool(doubt)
    assert doubt in said
