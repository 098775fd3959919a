"""Tables in bulletins: what each column holds, and every figure of a row as a line of its own.

A head may have several rows; a column may be a measure, a period, a change against another period, a unit or a number of
the row; what is counted stands in the head of the column or at the beginning of the row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from typing import Final

from fanzha.intake.bulletins.lexicon import NO_NOUN, lexicon
from fanzha.intake.bulletins.markup import Paragraph
from fanzha.intake.bulletins.numbers import parse_decimal
from fanzha.intake.bulletins.periods import Calendar, before_period, year_before, year_until
from fanzha.statistics import Comparison, ComparisonKind, Period

_HEADED: Final[Mapping[str, ComparisonKind]] = {"同比": ComparisonKind.YOY, "环比": ComparisonKind.MOM}
_CHANGE: Final = re.compile(
    r"(?P<base>同比|环比)?(?P<way>上升|增长|增加|提高|下降|减少|降低|[↑↓▲▼+\-－＋−])?(?P<n>\d+(?:\.\d+)?)(?P<unit>%|倍|个百分点)?(?P<after>[↑↓▲▼])?"
)
_DOWN: Final = frozenset({"下降", "减少", "降低", "↓", "▼", "-", "－", "−"})
_PERIOD_MAX: Final = 40
_DIGIT_OR_YEAR: Final = re.compile(r"[\d年月季周]")
_VALUE: Final = re.compile(
    r"[约近超逾]?\d[\d,]*(?:\.\d+)?[余多]?[万亿]{0,2}[余多]?(?P<unit>(?![年月日])[\u4e00-\u9fff%]{1,2})?(?:左右|以上)?"
)
_BARE_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_UNIT: Final = re.compile(
    r"[（(/]?(?:单位[:：])?((?:[万亿]|百万|千万)?(?:元|起|宗|件|名|人次|人|张|台|部|个|条|次|份|场次|场|枚|套|户|家|处|笔|辆|%))[)）]?$"
)
_UNIT_ALONE: Final = re.compile(r"(?:[万亿]|百万|千万)?[\u4e00-\u9fff%]{1,2}")
_RATE: Final = re.compile(r"占比|比例|比重|率$")
_USUAL_UNITS: Final = ("起", "人", "张", "部", "台")
_CAPTION: Final = re.compile(r"单位[:：]([^；。|）)]{1,24})")
_NUMBERING: Final = re.compile(r"序号|编号|排名|名次|位次|备注|说明")
_UNIT_HEADS: Final = frozenset({"单位", "计量单位", "计数单位"})
_GENERIC: Final = re.compile(
    r"(?:数值|数量|数据|数|值|结果|完成数|绝对数|总数|总量|战果|统计数|本期数|累计数|(?P<unit>[起件人宗张个])数)?"
)
_CHANGED: Final = re.compile(r"同比|环比|增幅|增减|增长|升降|变化|变动|较上|较去|比上|比去|涨跌")
_MOM: Final = re.compile(r"环比|上个?月|上周|上季|上期|上半年")
_YOY: Final = re.compile(r"同比|去年|上年|同期")
_AROUND: Final = re.compile(r"^(?:其中)?|(?:累计|合计|数据?|值|情况|完成|期间)?$")
_THIS: Final = re.compile(r"[本当]期|本[月周季年]度?|当[月周日年]|报告期")
_SAME_LAST_YEAR: Final = re.compile(r"(?:去年|上年|上一年度?)同期|同期")
_LAST: Final = re.compile(r"上个?[月周期]|上季度?")
_SO_FAR: Final = re.compile(r"(?:本年|今年|年度|年初以来|全年)?累计|年初至今")
_TOTAL: Final = re.compile(r"[合总]计|小计|累计|全年|总数")
_HEAD_ROWS_MAX: Final = 3


class Role(Enum):
    """What a column holds."""

    LABEL = "label"
    NUMBER = "number of the row"
    UNIT = "unit"
    CHANGE = "change"
    VALUE = "value"


@dataclass(slots=True)
class Column:
    """One column: what it holds, in which unit, and of which period."""

    role: Role
    words: str = ""
    unit: str = ""
    period: Period | None = None
    kind: ComparisonKind | None = None
    counting: bool = False  # its words name what is counted


@dataclass(slots=True)
class Line:
    """A figure of a table as a sentence would say it, with its own period and what is said of its change."""

    paragraph: Paragraph
    period: Period | None
    comparisons: list[Comparison] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the page tells of a table: the units of a line above it, its time, and the page's own period."""

    units: tuple[str, ...]
    calendar: Calendar
    period: Period | None
    beside: Period | None = None  # of the last column that names one


def read_caption(text: str) -> tuple[str, ...]:
    """The units that a line above a table says for all its columns: 单位：起、人、万元."""
    found = _CAPTION.search(text) if len(text) <= _PERIOD_MAX else None
    return tuple(re.split(r"[、，,/]", found[1])) if found else ()


def read_table(rows: Sequence[Paragraph], setting: Setting) -> list[Line] | None:
    """The figures of rows that stand one under the other; None where they have no head that tells what is counted."""
    cells = [_cells(row) for row in rows]
    texts = [[row.text[first:last] for first, last in spans] for row, spans in zip(rows, cells, strict=True)]
    count = _head_rows(texts)
    body = texts[count:]
    if not count or not body:
        return None
    width = max(map(len, texts))
    columns: list[Column] = []
    for place in range(width):
        head = [_at(row, place) for row in _filled(texts[:count])]
        columns.append(_column(head, [_at(row, place) for row in body], setting))
        if columns[-1].period is not None:  # 去年同期 is that of the column beside it
            setting = replace(setting, beside=columns[-1].period)
    values = [column for column in columns if column.role is Role.VALUE]
    if not values or not _tells(columns, body):
        return None
    _fit_changes(columns)
    found: list[Line] = []
    timed: list[Period] = []
    for row, spans, text in zip(rows[count:], cells[count:], body, strict=True):
        found += _row_lines(row, spans, text, columns, setting, timed)
    return found


def _cells(row: Paragraph) -> list[tuple[int, int]]:
    text = row.text
    bars = [-1 if text[:1] != "|" else 0, *(at for at, sign in enumerate(text) if sign == "|" and at), len(text)]
    found = [(first + 1, last) for first, last in pairwise(bars)]
    return found[:-1] if text.endswith("|") else found


def _at(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _head_rows(texts: Sequence[Sequence[str]]) -> int:
    """How many rows at the top are a head: rows of words, or of years."""
    count = 0
    for row in texts[:_HEAD_ROWS_MAX]:
        held = [cell for cell in row if cell]
        told = [cell for cell in held if _VALUE.fullmatch(cell) or _CHANGE.fullmatch(cell)]
        if len(held) < 2 or any(not _BARE_YEAR.fullmatch(cell) for cell in told):
            break
        count += 1
    return count


def _filled(head: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows of a head; a cell over several columns says the same of each."""
    rows: list[list[str]] = []
    width = max(map(len, head))
    for at, row in enumerate(head):
        filled = [_at(row, place) for place in range(width)]
        if at < len(head) - 1:
            for place in range(1, width):
                if not filled[place] and _at(head[at + 1], place):
                    filled[place] = filled[place - 1]
        rows.append(filled)
    return rows


def _column(parts: Sequence[str], body: Sequence[str], setting: Setting) -> Column:
    """What a column holds, by the words of its head and by its cells."""
    parts = [part for at, part in enumerate(parts) if part and part not in parts[:at]]
    whole = "".join(parts)
    if _NUMBERING.fullmatch(whole):
        return Column(Role.NUMBER)
    told = [cell for cell in body if _VALUE.fullmatch(cell)]
    if parts and _CHANGED.search(parts[-1]) and not _period_of(parts[-1], setting):
        unit = _UNIT.search(parts[-1])
        kind = ComparisonKind.MOM if _MOM.search(parts[-1]) else ComparisonKind.YOY if _YOY.search(parts[-1]) else None
        return Column(Role.CHANGE, "", unit[1] if unit else "", None, kind)
    if not told:
        units = [cell for cell in body if cell and (_UNIT.fullmatch(cell) or cell in lexicon().units)]
        return Column(Role.UNIT if units and 2 * len(units) > len(body) else Role.LABEL, whole)
    column = Column(Role.VALUE)
    for part in parts:
        if (period := _period_of(part, setting)) is not None:
            column.period = period
            if (unit := _UNIT.search(part)) and unit[0][0] in "（(/":
                column.unit = unit[1]
            continue
        unit = _unit_of(part)
        words = part[: unit.start()] if unit else part
        column.unit = unit[1] if unit else column.unit
        if (generic := _GENERIC.fullmatch(words)) is not None:
            column.unit = column.unit or generic["unit"] or ""
            continue
        column.words += words
    tokens = lexicon().tokens(column.words)
    column.counting = bool(_RATE.search(column.words)) or any(token.word.nouns or token.word.verbs for token in tokens)
    column.counting = column.counting or bool(column.words and column.unit)
    return column


def _unit_of(head: str) -> re.Match[str] | None:
    """The unit that a head ends in; 户 of 管控账户 is none."""
    found = _UNIT.search(head)
    if found is None or found[0][0] in "（(/":
        return found
    return None if any(token.end > found.start() for token in lexicon().tokens(head)) else found


def _tells(columns: Sequence[Column], body: Sequence[Sequence[str]]) -> bool:
    """Whether a table's head tells more than that something is counted, as the sentences of its rows would say it."""
    values = [one for one in columns if one.role is Role.VALUE]
    others = {one.role for one in columns}
    return (
        any(one.counting or one.period is not None for one in values)
        or Role.UNIT in others
        or (Role.NUMBER in others and len(body) > 1)
    )


def _period_of(text: str, setting: Setting) -> Period | None:
    """The period that a cell names and nothing else: 2023年, 1—6月累计, 去年同期, 本月."""
    if len(text) > _PERIOD_MAX:
        return None
    unit = _UNIT.search(text)
    bare = text[: unit.start()] if unit and unit[0][0] in "（(" else text
    if _BARE_YEAR.fullmatch(bare):
        return Period(f"{bare}-01-01", f"{bare}-12-31")
    page = setting.beside or setting.period
    if page is not None and page.is_closed:
        if _THIS.fullmatch(bare):
            return page
        if _SAME_LAST_YEAR.fullmatch(bare):
            return year_before(page)
        if _LAST.fullmatch(bare):
            return before_period(page)
        if _SO_FAR.fullmatch(bare):
            return year_until(page)
    if not _DIGIT_OR_YEAR.search(bare):
        return None
    found = setting.calendar.find(bare)
    if len(found) != 1 or found[0].period is None:
        return None
    around = bare[: found[0].start] + "#" + bare[found[0].end :]
    return found[0].period if _AROUND.sub("", around.replace("#", "")) == "" else None


def _fit_changes(columns: list[Column]) -> None:
    """A change without a base is one against the period beside it."""
    for column in columns:
        if column.role is Role.CHANGE and column.kind is None:
            periods = [one.period for one in columns if one.role is Role.VALUE and one.period is not None]
            several = len(periods) > 1 and year_before(max(periods, key=_last)) != min(periods, key=_last)
            column.kind = ComparisonKind.MOM if several else ComparisonKind.YOY


def _last(period: Period) -> str:
    return period.last


def _row_lines(
    row: Paragraph,
    spans: Sequence[tuple[int, int]],
    text: Sequence[str],
    columns: Sequence[Column],
    setting: Setting,
    timed: list[Period],
) -> list[Line]:
    labels = [place for place, column in enumerate(columns) if column.role is Role.LABEL and _at(text, place)]
    label = _at(text, labels[-1]) if labels else ""
    if any(column.role is Role.VALUE for column in columns[: labels[-1]]) if labels else False:
        label = _at(text, labels[0])
    period = _period_of(label, setting)
    if period is not None:
        timed.append(period)
    elif timed and _TOTAL.fullmatch(label):
        period = Period(min(one.first for one in timed), max(one.last for one in timed))
    unit = next((_at(text, place) for place, column in enumerate(columns) if column.role is Role.UNIT), "")
    found: dict[int, Line] = {}
    for place, column in enumerate(columns):
        cell = _at(text, place)
        if column.role is Role.CHANGE:
            _change(cell, column, [(columns[at], line) for at, line in found.items()])
            continue
        told = _VALUE.fullmatch(cell) if column.role is Role.VALUE else None
        if told is None:
            continue
        words, own = _said(column, label, timed=period is not None)
        own = "" if told["unit"] else own or unit or _usual_unit(words, setting.units)
        lead = f"{words}（{own}）|" if own else f"{words}|"
        start, end = spans[place]
        line = Paragraph(lead + cell, [row.origin[start]] * len(lead) + row.origin[start:end], row.kind)
        found[place] = Line(line, column.period or period)
    return list(found.values())


def _said(column: Column, label: str, *, timed: bool) -> tuple[str, str]:
    """What a cell counts, and its unit: by its column's head, or by its row's."""
    if column.counting or timed or not label:
        return column.words, column.unit
    unit = _UNIT.search(label)
    if unit is not None and unit[0][0] not in "（(/":
        unit = None
    return label[: unit.start()] if unit else label, column.unit or (unit[1] if unit else "")


def _change(cell: str, column: Column, lines: Sequence[tuple[Column, Line]]) -> None:
    """Gives a change to the figure of its row that it is of: the later one where two periods stand side by side."""
    if not lines:
        return
    assert column.kind is not None, "fitted"
    target = lines[-1]
    if len(lines) > 1:
        beside, last = lines[-2][0], lines[-1][0]
        two = beside.period is not None and last.period is not None and beside.words == last.words
        if two and beside.period and last.period and beside.period.last > last.period.last:
            target = lines[-2]
    unit = column.unit if column.unit and column.unit != "%" else ""
    target[1].comparisons.extend(row_comparisons(cell, {0: column.kind}, unit))


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


# Rows without a head that tells what is counted: each is read as a sentence, its figure with the changes beside it.


def period_first(row: Paragraph, calendar: Calendar) -> Paragraph:
    """A row whose cell for the period stands before what the row is about: 立案|2026年5月|620起 says 620起 of May."""
    cells = [found.span() for found in re.finditer(r"[^|]+", row.text)]
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


def row_comparisons(row: str, columns: Mapping[int, ComparisonKind], told_unit: str = "") -> list[Comparison]:
    """What the cells of these columns say of the row's figure; `told_unit` where the head says that it is a difference."""
    found = []
    for column, cell in enumerate(row.split("|")):
        if column in columns and cell == "持平":
            found.append(Comparison(columns[column], Decimal(0)))
        change = _CHANGE.fullmatch(cell) if column in columns else None
        if change is None or change["base"]:  # one that names its base is read as any other
            continue
        value = parse_decimal(change["n"])
        kind = columns[column]
        if change["unit"] == "个百分点" or (told_unit and not change["unit"] and "百分点" in told_unit):
            kind = ComparisonKind(f"{kind.value}_points")
        elif change["unit"] == "倍":
            value *= 100
        elif told_unit and not change["unit"]:
            scale = "".join(sign for sign in told_unit if sign in "万亿")
            value, kind = parse_decimal(change["n"], scale), ComparisonKind(f"{kind.value}_difference")
        down = change["way"] in _DOWN or change["after"] in _DOWN
        found.append(Comparison(kind, -value if down else value))
    return found
