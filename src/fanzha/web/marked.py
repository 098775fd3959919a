"""A narrative with the numbers marked that facts and claims were read out of, each behind the mask."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fanzha.services.desk.mask import Mask

_GAP = r"[\s\-]{0,2}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text as it may be shown; marked where it is one of the numbers."""

    text: str
    marked: bool


def marked(text: str, numbers: Iterable[str], mask: Mask) -> tuple[Piece, ...]:
    """The text in pieces; a number is found however it is spaced, but not within a longer one."""
    wanted = sorted({number for number in numbers if len(number) > 3}, key=len, reverse=True)
    if not wanted:
        return (Piece(mask.text(text), marked=False),) if text else ()
    spaced = "|".join(_GAP.join(map(re.escape, number)) for number in wanted)
    pieces, done = list[Piece](), 0
    for found in re.finditer(rf"(?<![0-9A-Za-z])(?:{spaced})(?![0-9A-Za-z])", text):
        pieces.append(Piece(mask.text(text[done : found.start()]), marked=False))
        pieces.append(Piece(mask.account(found.group()), marked=True))
        done = found.end()
    pieces.append(Piece(mask.text(text[done:]), marked=False))
    return tuple(piece for piece in pieces if piece.text)
