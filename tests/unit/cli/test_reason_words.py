"""Every code that reading can give has a sentence."""

from __future__ import annotations

import re
from importlib import resources

from fanzha.cli.reason_words import REASON_WORDS, reason_words

CODE = re.compile(
    r'"((?:account|amount|currency|date|direction|holder|id|kind|line|subject|counterparty)'
    r'_(?:missing|decimals|negative|precision|too_large|unreadable|zero|unknown|lost_precision)|failed|no_data|not_booked)"'
)


def test_every_code_has_a_sentence():
    sources = [
        f.read_text(encoding="utf-8") for f in resources.files("fanzha.intake").iterdir() if f.name.endswith(".py")
    ]
    codes = set(CODE.findall("\n".join(sources)))
    assert len(codes) > 15
    assert not codes - set(REASON_WORDS)
    assert reason_words("quite_new") == "quite new"
