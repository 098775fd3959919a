"""A number as it is typed is the number as it is read."""

from __future__ import annotations

import polars as pl
import pytest

from fanzha.core.identifiers import plain_identifier
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
