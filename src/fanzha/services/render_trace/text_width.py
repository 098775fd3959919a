"""How wide a text is drawn, without a font to ask: on the wide side, so that what is said to fit does fit."""

from __future__ import annotations

WIDE = 120  # tenths of a pixel at 12 pixels: a Chinese character
NARROW = 39
PLAIN = 76
BOLD_PERCENT = 112


def width_of(words: str, *, bold: bool = False) -> int:
    """The width in pixels at 12 pixels of height, rounded up."""
    tenths = sum(WIDE if ord(sign) > 0x2E7F else NARROW if sign in ".,·:; " else PLAIN for sign in words)
    return -(-tenths * (BOLD_PERCENT if bold else 100) // 1000)


def fitted(words: str, pixels: int, *, bold: bool = False) -> str:
    """The words, cut with an ellipsis where they are wider than `pixels`."""
    if width_of(words, bold=bold) <= pixels:
        return words
    for until in range(len(words) - 1, 0, -1):
        cut = f"{words[:until]}…"
        if width_of(cut, bold=bold) <= pixels:
            return cut
    return ""
