"""Pieces of text that lie on a page, put into reading order: lines, paragraphs, rows of a table, without page numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

# All lengths are in heights of a line of ordinary text.
_SAME_LINE: Final = 0.5  # so much of the lower one's height stands beside the other
_GAP_OF_CELLS: Final = 0.6
_GAP_OF_WORDS: Final = 1.5  # outside a table: so far apart two pieces are no one word
_GAP_OF_PARAGRAPHS: Final = 1.6
_GAP_IN_CELL: Final = 0.25  # lines of one cell stand closer than rows
_SHORT_LINE: Final = 4  # signs
_ROW_LINES_MAX: Final = 2
_RULE_THICK: Final = 3.0
_INDENT: Final = 1.2
_SHORT_OF_MARGIN: Final = 2.5
_TITLE_HEIGHT: Final = 1.25
_EDGE: Final = 0.1  # of the page's height: where page numbers stand
_FOLIO: Final = re.compile(
    r"[\s—–\-·.―－]*\d{1,4}[\s—–\-·.―－]*|第\s*\d{1,4}\s*页(?:[，,/\s]*共\s*\d{1,4}\s*页)?|\d{1,4}\s*/\s*\d{1,4}"
)
_BEGINS: Final = re.compile(
    r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、](?!\d)|[●■◆◇▲△★☆✓✔➤►▶•\U0001F300-\U0001FAFF]"
)  # what a heading or an item of a list begins with
_STOPS: Final = frozenset("。！？!?；;")
_LONG_LINE: Final = 25
_SHORT_LINES: Final = 0.6  # of the width between the margins
_HELD_TOGETHER: Final = re.compile(r"[（(“《【]*[\dA-Za-z.,%:/-]+[）)”》】、，。；：]*")


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Signs that stand side by side; lengths grow to the right and downwards."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float = 1.0

    @property
    def height(self) -> float:
        """How tall its signs are."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Rules:
    """Straight lines that are drawn on the page, as of a table: (left, right, height) and (top, bottom, place)."""

    level: tuple[tuple[float, float, float], ...] = ()
    upright: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    pieces: tuple[TextPiece, ...]

    @property
    def left(self) -> float:
        return self.pieces[0].left

    @property
    def right(self) -> float:
        return self.pieces[-1].right

    @property
    def top(self) -> float:
        return min(piece.top for piece in self.pieces)

    @property
    def bottom(self) -> float:
        return max(piece.bottom for piece in self.pieces)

    @property
    def height(self) -> float:
        return median(piece.height for piece in self.pieces)


def lay_out(
    pieces: Sequence[TextPiece], page_height: float, rules: Rules = Rules(), page_width: float = 0.0
) -> list[str]:
    """The paragraphs of a page from top to bottom; a row of a table is one, its cells between `|`.

    Text set in columns is read across them, as the rows of a table are. Where the page's width is known and no line comes
    near its margin, no line was broken by it.
    """
    lines = [line for line in _lines(_with_grid(pieces, rules)) if not _is_folio(line, page_height)]
    if not lines:
        return []
    tall = median(line.height for line in lines)
    cells = [_cells(line, tall) for line in lines]
    close = [at > 0 and lines[at].top - lines[at - 1].bottom < _GAP_IN_CELL * tall for at in range(len(lines))]
    tabled = _tabled(cells, close)
    found: list[str] = []
    before: _Line | None = None
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    if right - left < _SHORT_LINES * (page_width - 2 * left):
        right = page_width - left
    for at, (line, row) in enumerate(zip(lines, cells, strict=True)):
        goes_on = before is not None and _goes_on(before, line, tall, (left, right))
        if row[0].text.startswith("|"):
            found.append(row[0].text)
            before = None
            continue
        if tabled[at]:
            if not _wraps(cells, at, tabled, found, close=close[at]):
                found.append("|" + "|".join(cell.text for cell in row) + "|")
            before = None
            continue
        text = _sentence(row, tall)
        if goes_on and found:
            found[-1] += text
        else:
            found.append(text)
        before = line
    return _titled(found, lines, tall)


def joined_pages(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Pages whose running heads are said once, and whose last paragraph has what stands of it on the next page.

    A paragraph belongs to the page on which it begins.
    """
    heads = [page[0] for page in pages if page]
    kept: list[list[str]] = []
    for at, page in enumerate(pages):
        rest = list(page)
        if at and rest and len(pages) > 2 and heads.count(rest[0]) > 2:
            rest = rest[1:]
        target = next((one for one in reversed(kept) if one), None)
        if target is not None and rest and _runs_over(target[-1], rest[0]):
            target[-1] += rest.pop(0)
        kept.append(rest)
    return kept


def _runs_over(last: str, first: str) -> bool:
    """Whether a page ends inside a sentence: no stop, no table, not a heading."""
    return (
        len(last) > 20
        and last[-1] not in _STOPS
        and last[-1] not in "|：:"
        and not first.startswith(("|", "#"))
        and not _BEGINS.match(first)
        and "\u3000" not in first
    )


def _with_grid(pieces: Sequence[TextPiece], rules: Rules) -> list[TextPiece]:
    """The pieces, those inside the rules of a table as one a row, its cells between `|`."""
    levels = sorted({round(at) for _, _, at in rules.level})
    rows: list[TextPiece] = []
    rest = list(pieces)
    for top, bottom in pairwise(levels):
        if bottom - top < 1 + _RULE_THICK:
            continue
        crossed = (
            top + _RULE_THICK,
            bottom - _RULE_THICK,
        )  # by a rule of the table; strokes of large letters are shorter
        columns = sorted({round(at) for first, last, at in rules.upright if first <= crossed[0] and last >= crossed[1]})
        inside = [one for one in rest if _fits(one, top, bottom)] if len(columns) > 2 else []
        inside = [one for one in inside if columns[0] < (one.left + one.right) / 2 < columns[-1]]
        if not inside:
            continue
        cells = [
            "".join(
                piece.text
                for line in _lines([one for one in inside if left < (one.left + one.right) / 2 <= right])
                for piece in line.pieces
            )
            for left, right in pairwise(columns)
        ]
        tall = median(one.height for one in inside)
        rows.append(TextPiece("|" + "|".join(cells) + "|", columns[0], top, columns[-1], top + tall))
        taken = set(map(id, inside))
        rest = [one for one in rest if id(one) not in taken]
    return rest + rows


def _fits(piece: TextPiece, top: float, bottom: float) -> bool:
    """Whether a piece stands between two rules; what is taller than that is no cell."""
    spare = 0.35 * piece.height
    return piece.top > top - spare and piece.bottom < bottom + spare


def _lines(pieces: Sequence[TextPiece]) -> list[_Line]:
    """Pieces that stand beside each other, from left to right; the lines from top to bottom."""
    rows: list[list[TextPiece]] = []
    for piece in sorted(pieces, key=lambda one: (one.top + one.bottom, one.left)):
        row = rows[-1] if rows else None
        if row is not None and _beside(row, piece):
            row.append(piece)
        else:
            rows.append([piece])
    return [_Line(tuple(sorted(row, key=lambda one: one.left))) for row in rows]


def _beside(row: Sequence[TextPiece], piece: TextPiece) -> bool:
    top, bottom = min(one.top for one in row), max(one.bottom for one in row)
    shared = min(bottom, piece.bottom) - max(top, piece.top)
    return shared > _SAME_LINE * min(bottom - top, piece.height) and all(
        piece.left >= one.right - one.height / 2 or piece.right <= one.left + one.height / 2 for one in row
    )


def _cells(line: _Line, tall: float) -> list[TextPiece]:
    """The line's pieces, those that stand close together as one."""
    found: list[TextPiece] = []
    for piece in line.pieces:
        last = found[-1] if found else None
        if last is not None and piece.left - last.right < _GAP_OF_CELLS * tall:
            blank = " " if last.text[-1:].isascii() and piece.text[:1].isascii() else ""
            found[-1] = TextPiece(
                last.text + blank + piece.text, last.left, min(last.top, piece.top), piece.right,
                max(last.bottom, piece.bottom), min(last.confidence, piece.confidence),
            )  # fmt: skip
        else:
            found.append(piece)
    return found


def _sentence(row: Sequence[TextPiece], tall: float) -> str:
    """The pieces of a line that is in no table."""
    found = row[0].text
    for before, piece in pairwise(row):
        found += ("\u3000" if piece.left - before.right > _GAP_OF_WORDS * tall else "") + piece.text
    return found


def _tabled(cells: Sequence[Sequence[TextPiece]], close: Sequence[bool]) -> list[bool]:
    """Which lines are rows of a table: several cells that stand under those of a neighbour; or a cell that goes on below."""
    found = [False] * len(cells)
    several = [at for at, row in enumerate(cells) if len(row) > 1]
    for above, below in pairwise(several):
        if below - above <= _ROW_LINES_MAX and _aligned(cells[above], cells[below]):
            found[above] = found[below] = True
    for at in range(1, len(cells)):
        if not found[at] and found[at - 1] and len(cells[at]) == 1:
            column = _column_of(cells[at][0], cells[at - 1])
            found[at] = bool(column) or (column == 0 and close[at])
    return found


def _aligned(above: Sequence[TextPiece], below: Sequence[TextPiece]) -> bool:
    """Whether a cell, not the first, begins, ends or has its middle where one of the other row does."""
    return any(
        abs(one.left - other.left) < one.height
        or abs(one.right - other.right) < one.height
        or abs(one.left + one.right - other.left - other.right) < one.height
        for one in above[1:]
        for other in below[1:]
    )


def _column_of(cell: TextPiece, row: Sequence[TextPiece]) -> int | None:
    """The place of the cell of another row that stands over or under this one."""
    return next((at for at, other in enumerate(row) if abs(other.left - cell.left) < other.height), None)


def _wraps(
    cells: Sequence[Sequence[TextPiece]], at: int, tabled: Sequence[bool], found: list[str], *, close: bool
) -> bool:
    """Puts what is only the second line of cells of the row above to them, and tells whether it was that."""
    if not at or not tabled[at - 1] or not found or not found[-1].startswith("|"):
        return False
    above = next((row for row in reversed(cells[:at]) if len(row) > 1), None)
    if above is None or not close or len(cells[at]) >= len(above):
        return False
    columns = [_column_of(cell, above) for cell in cells[at]]
    if None in columns:
        return False
    parts = found[-1].strip("|").split("|")
    if len(parts) != len(above):
        return False
    for column, cell in zip(columns, cells[at], strict=True):
        assert column is not None, "asked above"
        parts[column] += cell.text
    found[-1] = "|" + "|".join(parts) + "|"
    return True


def _goes_on(before: _Line, line: _Line, tall: float, margins: tuple[float, float]) -> bool:
    """Whether a line goes on with the paragraph above: that one is full, this one begins at the margin, close below."""
    left, right = margins
    told = len(line.pieces) > 1 or len(line.pieces[0].text) > _SHORT_LINE  # a few signs may be low, as 一 and ， are
    if told and abs(before.height - line.height) > (_TITLE_HEIGHT - 1) * tall:
        return False
    if line.top - before.bottom > _GAP_OF_PARAGRAPHS * tall or _BEGINS.match(line.pieces[0].text):
        return False
    spare = _SHORT_OF_MARGIN * tall
    if (
        before.right - left > _LONG_LINE * tall and before.pieces[-1].text[-1:] not in _STOPS
    ):  # no line is broken inside a number and the signs that hold to it
        spare = max(spare, _unbroken(line.pieces[0].text) * tall)
    return before.right > right - spare and line.left < left + _INDENT * tall


def _unbroken(text: str) -> float:
    """How wide what a line begins with is, up to where it may be broken, in heights of a line."""
    found = _HELD_TOGETHER.match(text)
    return sum(0.6 if sign.isascii() else 1.0 for sign in found[0]) if found is not None else 0.0


def _titled(found: list[str], lines: Sequence[_Line], tall: float) -> list[str]:
    """The page's first lines as its title, where they are taller than what follows and something does."""
    count = 0
    while count < len(lines) - 1 and _as_tall_as_first(lines, count, tall):
        count += 1
    if not count or count == len(lines) or len(lines[0].pieces) == 0:
        return found
    text = "".join(piece.text for line in lines[:count] for piece in line.pieces)
    taken, size = 0, 0
    while taken < len(found) and size < len(text):
        size += len(found[taken].replace("\u3000", ""))
        taken += 1
    if size != len(text) or not any(sign.isalpha() for sign in text):
        return found
    return ["# " + text, *found[taken:]]


def _as_tall_as_first(lines: Sequence[_Line], at: int, tall: float) -> bool:
    return lines[at].height > max(_TITLE_HEIGHT * tall, lines[0].height / 1.15)


def _is_folio(line: _Line, page_height: float) -> bool:
    at_edge = line.bottom < _EDGE * page_height or line.top > (1 - _EDGE) * page_height
    return at_edge and len(line.pieces) == 1 and _FOLIO.fullmatch(line.pieces[0].text.strip()) is not None


def confidence_of(pieces: Sequence[TextPiece]) -> float:
    """The least certain piece of a page; 1 where it has none."""
    return min((piece.confidence for piece in pieces), default=1.0)


def paragraphs_text(pages: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each page's paragraphs as text that ends with an empty line; an empty page is empty."""
    for page in pages:
        yield "".join(paragraph + "\n\n" for paragraph in page)
