"""A stranger's text says anything on a paper and sets nothing."""

from __future__ import annotations

import json

import pytest
import typst
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fanzha import bootstrap
from fanzha.core.errors import BadInput
from fanzha.services.desk.papers.typst_text import REPLACEMENT, UNSHOWN, typst_text

NASTY = '#import "x" ]] $ * _ ` @ < > ~ -- --- ... \\ \\u{41} // /* */ = - + 1. / a: https://a.b #[x] #{1} "q" \'s\' ;'
PLAIN = """
#let plain(c) = if type(c) == str { c } else if c.has("text") { c.text } else if c.has("children") {
  c.children.map(plain).join("", default: "")
} else if c.func() == linebreak { "\\n" } else if c == [ ] { " " } else { "<" + repr(c.func()) + ">" }
"""


def shown(text: str) -> str:
    """What Typst reads where the text is put between brackets."""
    source = f"{PLAIN}#metadata(plain([{typst_text(text)}])) <said>"
    found = typst.query(source.encode(), "<said>", field="value", one=True, ignore_system_fonts=True)
    return json.loads(found)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=4).map(" ".join))
@example(NASTY)
@example("\r\n二行\r三\u3000行  \x00\u2028\ud800")
def test_a_text_is_shown_letter_by_letter(text):
    import unicodedata

    told = text.replace("\r\n", "\n").replace("\r", "\n")
    wanted = "".join(
        letter if letter == "\n" or unicodedata.category(letter) not in UNSHOWN else REPLACEMENT for letter in told
    )
    assert shown(text) == wanted


def test_a_paper_is_set_without_the_fonts_of_the_system_and_the_same_twice():
    press = bootstrap.paper_press()
    source = "= 模拟 协助冻结财产通知书\n" + typst_text(NASTY)
    paper = press.press(source)
    assert paper.startswith(b"%PDF-")
    assert paper == press.press(source)
    assert b"NotoSansCJK" in paper
    for bad in ('#read("/etc/hostname")', '#read("../x")', "#nothing"):
        with pytest.raises(BadInput, match="cannot be set"):
            press.press(bad)
