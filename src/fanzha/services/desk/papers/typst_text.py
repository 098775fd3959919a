"""Texts of strangers in a paper's source: they can say anything and set nothing."""

from __future__ import annotations

import unicodedata
from typing import Final

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # categories of Unicode


def typst_text(text: str) -> str:
    """The text as Typst markup that shows it letter by letter, for use in content: `[…]` or running text, never in code.

    Everything that is neither letter nor figure is written by its number, so that no sign of the markup is left; what no
    page can show (control characters, halves of pairs) becomes one replacement sign, a line end stays a line end.
    """
    return "".join(map(_written, text.replace("\r\n", "\n").replace("\r", "\n")))


def _written(letter: str) -> str:
    if letter.isalnum():
        return letter
    if letter == "\n":
        return "#linebreak();"
    if unicodedata.category(letter) in UNSHOWN:
        letter = REPLACEMENT
    return f"\\u{{{ord(letter):x}}}"
