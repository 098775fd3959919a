"""Tables in bulletins: a column headed 同比 or 环比 says how each row's figure changed; a cell may say its period."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from fanzha.intake.bulletins.markup import Paragraph
from fanzha.intake.bulletins.numbers import parse_decimal
from fanzha.intake.bulletins.periods import Calendar
from fanzha.statistics import Comparison, ComparisonKind

_HEADED: Final[Mapping[str, ComparisonKind]] = {"同比": ComparisonKind.YOY, "环比": ComparisonKind.MOM}
_CHANGE: Final = re.compile(
    r"(?P<base>同比|环比)?(?P<way>上升|增长|增加|提高|下降|减少|降低|[↑↓+\-－＋−])?(?P<n>\d+(?:\.\d+)?)(?P<unit>%|倍|个百分点)?(?P<after>[↑↓])?"
)
_PERIOD_MAX: Final = 40
_DIGIT_OR_YEAR: Final = re.compile(r"[\d年月季]")
_DOWN: Final = frozenset({"下降", "减少", "降低", "↓", "-", "－", "−"})


_CELL: Final = re.compile(r"[^|]+")


def period_first(row: Paragraph, calendar: Calendar) -> Paragraph:
    """A row whose cell for the period stands before what the row is about: 立案|2026年5月|620起 says 620起 of May."""
    cells = [found.span() for found in _CELL.finditer(row.text)]
    timed = [span for span in cells if _is_period(row.text[slice(*span)], calendar)]
    if not timed or len(timed) == len(cells):
        return row
    text, origin = "", []
    for ordered, sign in ((timed, "，"), ([span for span in cells if span not in timed], "|")):
        for start, end in ordered:
            text += row.text[start:end] + sign
            origin += [*row.origin[start:end], row.origin[end - 1]]
    return Paragraph(text, origin, row.kind)


def _is_period(cell: str, calendar: Calendar) -> bool:
    found = calendar.find(cell) if len(cell) <= _PERIOD_MAX and _DIGIT_OR_YEAR.search(cell) else []
    return len(found) == 1 and found[0].period is not None and (found[0].start, found[0].end) == (0, len(cell))


def headed_columns(row: str) -> dict[int, ComparisonKind]:
    """Which columns of a table's head are comparisons; none where the row is no head."""
    found = {}
    for column, cell in enumerate(row.split("|")):
        kind = next((kind for word, kind in _HEADED.items() if cell.startswith(word)), None)
        if kind is not None and not any(sign.isdecimal() for sign in cell):
            found[column] = kind
    return found


def row_comparisons(row: str, columns: Mapping[int, ComparisonKind]) -> list[Comparison]:
    """What the cells of these columns say of the row's figure."""
    found = []
    for column, cell in enumerate(row.split("|")):
        change = _CHANGE.fullmatch(cell) if column in columns else None
        if change is None or change["base"]:  # one that names its base is read as any other
            continue
        value = parse_decimal(change["n"])
        kind = columns[column]
        if change["unit"] == "个百分点":
            kind = ComparisonKind(f"{kind.value}_points")
        elif change["unit"] == "倍":
            value *= 100
        down = change["way"] in _DOWN or change["after"] == "↓"
        found.append(Comparison(kind, -value if down else value))
    return found
