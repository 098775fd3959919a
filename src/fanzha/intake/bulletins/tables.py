"""Tables in bulletins: a column headed 同比 or 环比 says how each row's figure changed; a cell may say its period."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from fanzha.intake.bulletins.lexicon import NO_NOUN, lexicon
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
_COLUMNS_MIN: Final = 3
_VALUE: Final = re.compile(
    r"[约近超逾]?\d[\d,]*(?:\.\d+)?[余多]?[万亿]{0,2}[余多]?(?P<unit>(?![年月日])[\u4e00-\u9fff%]{1,2})?(?:左右|以上)?"
)
_UNIT: Final = re.compile(
    r"[（(/]?(?:单位[:：])?((?:[万亿]|百万|千万)?(?:元|起|宗|件|名|人次|人|张|台|部|个|条|次|份|场次|场|枚|套|户|家|处|%))[)）]?$"
)
_RATE: Final = re.compile(r"占比|比例|比重|率$")
_USUAL_UNITS: Final = ("起", "人", "张", "部", "台")
_CAPTION: Final = re.compile(r"单位[:：]([^；。|）)]{1,24})")
_NUMBERING: Final = re.compile(r"序号|编号|排名|名次|位次|备注")


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
        if column in columns and cell == "持平":
            found.append(Comparison(columns[column], Decimal(0)))
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


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a table holds: a period, or what is counted and in which unit; or how the one before changed."""

    head: str
    unit: str
    timed: bool
    compared: bool
    counting: bool  # its head names what is counted


def read_head(row: str, calendar: Calendar) -> list[Column]:
    """The columns of a table with several of figures; empty for any other row."""
    cells = row.strip("|").split("|")
    if len(cells) < _COLUMNS_MIN or any(_VALUE.fullmatch(cell) for cell in cells):
        return []
    columns = []
    for cell in cells:
        unit = _UNIT.search(cell)
        head = cell[: unit.start()] if unit else cell
        told = lexicon().tokens(head)
        columns.append(
            Column(
                head,
                unit[1] if unit else "",
                _is_period(cell, calendar),
                cell.startswith(tuple(_HEADED)),
                bool(unit)
                or _RATE.search(head) is not None
                or any(token.word.nouns or token.word.verbs for token in told),
            )
        )
    held = [one for one in columns[1:] if (one.timed or one.counting) and not one.compared]
    return columns if len(held) > 1 else []


def read_caption(text: str) -> tuple[str, ...]:
    """The units that a line above a table says for all its columns: 单位：起、人、万元."""
    found = _CAPTION.search(text) if len(text) <= _PERIOD_MAX else None
    return tuple(re.split(r"[、，,/]", found[1])) if found else ()


def read_row(
    row: Paragraph, columns: Sequence[Column], units: Sequence[str], calendar: Calendar
) -> list[tuple[Paragraph, list[Comparison]]]:
    """Each figure of a row as a line of its own, as if the table had one column; with what is said of its change."""
    bars = [-1 if row.text[:1] != "|" else 0, *(at for at, sign in enumerate(row.text) if sign == "|" and at)]
    cells = [(first + 1, last) for first, last in pairwise([*bars, len(row.text)])]
    if row.text.endswith("|"):
        cells.pop()
    if len(cells) != len(columns):
        return []
    label = row.text[slice(*cells[0])]
    since = f"{label}，" if _is_period(label, calendar) else ""
    found: list[tuple[Paragraph, list[Comparison]]] = []
    for (start, end), column in zip(cells[1:], columns[1:], strict=True):
        cell = row.text[start:end]
        if column.compared:
            if found:
                found[-1][1].extend(row_comparisons(cell, {0: _compared_as(column)}))
            continue
        told = _VALUE.fullmatch(cell)
        if told is None or _NUMBERING.fullmatch(column.head):
            continue
        counted = column if column.counting and not column.timed else _column_of(label)
        unit = "" if told["unit"] else counted.unit or _usual_unit(counted.head, units)
        said = f"{column.head}，{counted.head}" if column.timed else since + counted.head
        lead = f"{said}（{unit}）|" if unit else f"{said}|"
        found.append((Paragraph(lead + cell, [row.origin[start]] * len(lead) + row.origin[start:end], row.kind), []))
    return found


def _compared_as(column: Column) -> ComparisonKind:
    return next(kind for word, kind in _HEADED.items() if column.head.startswith(word))


def _column_of(label: str) -> Column:
    unit = _UNIT.search(label)
    return Column(label[: unit.start()] if unit else label, unit[1] if unit else "", False, False, True)


def _usual_unit(head: str, units: Sequence[str]) -> str:
    """The unit of a column that says none: the first of the table's, or of the usual ones, that makes a measure of its head."""
    words = lexicon()
    tokens = words.tokens(head)
    nouns = [NO_NOUN, *(noun for token in tokens for noun in token.word.nouns)]
    verbs = frozenset(verb for token in tokens for verb in token.word.verbs)
    marks = frozenset(mark for token in tokens for mark in token.word.marks)
    made = (
        unit
        for unit in (*units, *_USUAL_UNITS)
        if any(words.measure(unit.lstrip("百千万亿"), noun, verbs, marks) for noun in nouns)
    )
    return next(made, "")
