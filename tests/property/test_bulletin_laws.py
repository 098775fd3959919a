"""No text makes the reader of bulletins fail, and every figure stands where it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.intake.bulletins import read_text
from fanzha.services.read_bulletin import bulletin_document

pytestmark = pytest.mark.property

WORDS = (
    "抓获犯罪嫌疑人 破获案件 冻结资金 手机 银行卡 其中 截至 今年 去年10月以来 1—5月 5月31日 同比 环比 分别上升 下降 60.4%、 "
    "为去年同期的4.3倍 1.4万余 近 约 上百 三百 名 起 万元 亿 张 部 ， 。 ； 、 ** ![]( ](x) <p> </p> <td> <script> <!-- --> "
    "<![CDATA[ &nbsp; &#x0; （ ） “ | 行动开展 日均 2021年 13月 0月 29日 持平 翻一番 43名嫌疑人中，"
)
PIECES = st.sampled_from([*WORDS.split(), "\n", "\n\n", "# ", "---\n", "\x00", "\ufeff"])


@given(
    st.one_of(st.text(), st.lists(st.one_of(PIECES, st.integers(0, 10**17).map(str), st.text(max_size=3))).map("".join))
)
def test_any_text_is_read_and_every_figure_is_where_it_says(text):
    bulletin = read_text(text, "x", "")
    for figure in bulletin.figures:
        assert all(0 <= start < end <= len(text) for start, end in figure.spans)
        assert figure.quote == text[slice(*figure.spans[0])]
        assert figure.part_of is None or 0 <= figure.part_of < len(bulletin.figures)
    bulletin_document(bulletin)
