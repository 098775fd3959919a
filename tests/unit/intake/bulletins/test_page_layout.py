"""Lines that lie on a page, put together into paragraphs."""

from __future__ import annotations

import pytest

from fanzha.intake.bulletins.page_layout import TextPiece, lay_out

WIDTH, TALL = 400.0, 10.0


def line(at: int, text: str, right: float = WIDTH) -> TextPiece:
    return TextPiece(text, 50.0, 100.0 + 14 * at, right, 110.0 + 14 * at)


@pytest.mark.parametrize("second", ["25.32%，其中刷单类下降32%", "（83.9%）、丙县（84.4%）。"])
def test_a_line_that_was_broken_before_a_number_goes_on(second):
    # The number and the signs that hold to it would not have fitted behind 下降.
    first, last = "1至8月，模拟市电信网络诈骗警情同比下降", "另起一段。"
    assert lay_out([line(0, first, WIDTH - 3 * TALL), line(1, second), line(4, last, 120)], 800) == [
        first + second,
        last,
    ]


def test_a_line_that_ends_a_sentence_short_of_the_margin_ends_its_paragraph():
    first, second = "1至8月，模拟市电信网络诈骗警情下降。", "2024年破案412起。"
    assert lay_out([line(0, first, WIDTH - 3 * TALL), line(1, second)], 800) == [first, second]
