"""A bulletin as text in either language: every figure in the words by which it can be read again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum, unique
from typing import Final

from fanzha.core.time import format_instant
from fanzha.statistics.against import Against, OwnComparison, Wording
from fanzha.statistics.catalogue import Catalogue, Section
from fanzha.statistics.drafting import Block, BlockKind, OwnBulletin, SaidFigure, Variable
from fanzha.statistics.model import Comparison, Period
from fanzha.statistics.periods import period_en, period_zh
from fanzha.statistics.wording import (
    comparison_en,
    comparison_zh,
    number_en,
    number_zh,
    said_value,
)

NAMED: Final = re.compile(r"\{(?P<name>[^{}.\s]+)(?:\.(?P<part>value|period))?\}")


@unique
class Language(StrEnum):
    """The language of a rendering; never both in one."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line: words, or what a figure says."""

    text: str
    figure: SaidFigure | None = None

    @property
    def by_hand(self) -> bool:
        """Whether it says a value that somebody put in by hand."""
        return self.figure is not None and self.figure.by_hand is not None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a rendered bulletin; a table's row has its cells, a chart its figures."""

    kind: BlockKind
    pieces: tuple[Piece, ...] = ()
    figures: tuple[SaidFigure, ...] = ()

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class ToldFigure:
    """A figure as a reader of the text must find it."""

    measure: str
    value: Decimal
    unit: str
    period: Period
    comparisons: tuple[Comparison, ...]


def body_lines(bulletin: OwnBulletin, catalogue: Catalogue, language: Language) -> tuple[Line, ...]:
    """The blocks with their figures filled in; what has no value shows as —."""
    known = bulletin.by_name

    def filled(found: re.Match[str]) -> Piece:
        figure = known.get(found["name"])
        if figure is None:
            return Piece(found[0])
        if found["part"] == "period":
            return Piece(_period(language)(figure.variable.period))
        if found["part"] == "value":
            return Piece(_number(language)(figure.value, figure.unit), figure)
        return Piece(figure_words(figure, catalogue, language), figure)

    lines: list[Line] = []
    for block in bulletin.blocks:
        pieces, at = list[Piece](), 0
        text = block.zh if language is Language.ZH else block.en
        for found in NAMED.finditer(text):
            pieces += [Piece(text[at : found.start()]), filled(found)]
            at = found.end()
        pieces.append(Piece(text[at:]))
        figures = tuple(known[name] for name in block.figures if name in known)
        lines.append(Line(block.kind, tuple(piece for piece in pieces if piece.text), figures))
    return tuple(lines)


def _number(language: Language) -> Callable[[Decimal | None, str], str]:
    return number_zh if language is Language.ZH else number_en


def _period(language: Language) -> Callable[[Period], str]:
    return period_zh if language is Language.ZH else period_en


def figure_words(figure: SaidFigure, catalogue: Catalogue, language: Language) -> str:
    """止付资金8.45亿元，同比上升60.4%: the words of the measure, the number, and every comparison that is said.

    One that is limited to a class begins with its name; in English with the class's id, which needs no translation.
    """
    own = catalogue.own.get(figure.variable.measure)
    known = catalogue.measures[figure.variable.measure]
    number = _number(language)(figure.value, figure.unit)
    said = said_comparisons(figure, language)
    if language is Language.EN:
        limited = f"{limited_to(figure.variable)}, " if limited_to(figure.variable) else ""
        return ", ".join([f"{limited}{own.phrase_en if own else known.en}: {number}", *said])
    limited = f"{figure.label}：" if figure.label else ""
    return "，".join([f"{limited}{own.phrase if own else known.zh}{number}", *said])


def said_comparisons(figure: SaidFigure, language: Language) -> list[str]:
    """What a figure is compared with, in words, each comparison that is said."""
    words = comparison_zh if language is Language.ZH else comparison_en
    return [said for one in comparisons_of(figure) if (said := words(one, figure.unit))]


def limited_to(variable: Variable) -> str:
    """The id of what a figure is limited to, which needs no translation; empty where it counts everything."""
    return ", ".join(filter(None, (variable.fraud_class, variable.target, variable.jurisdiction)))


def comparisons_of(figure: SaidFigure) -> tuple[OwnComparison, ...]:
    """The comparisons that are said; none of a value that somebody put in by hand, for they were made of the counted one."""
    return figure.comparisons if figure.by_hand is None else ()


def bulletin_text(bulletin: OwnBulletin, catalogue: Catalogue, language: Language = Language.ZH) -> str:
    """The whole bulletin as plain text, a line each; it is what `fanzha bulletin read` finds the same figures in."""
    chinese = language is Language.ZH
    head = [
        bulletin.title_zh if chinese else bulletin.title_en,
        *([bulletin.number] if bulletin.number else []),
        f"发布单位：{bulletin.publisher_zh}" if chinese else bulletin.publisher_en,
        f"发布时间：{bulletin.published}" if chinese else bulletin.published,
    ]
    body: list[str] = []
    for line in body_lines(bulletin, catalogue, language):
        said = line.text and line.kind is not BlockKind.CHART  # a chart says nothing in plain text
        body += [*([line.text] if said else []), *table_sentences(line, catalogue, language)]
    as_of = format_instant(bulletin.as_of_us)[:16].replace("T", " ")
    foot = f"（数据口径见指标目录，统计时点 {as_of}）" if chinese else f"(Counted as of {as_of}, Asia/Shanghai.)"
    return "\n\n".join([*head, *body, foot]) + "\n"


def table_sentences(line: Line, catalogue: Catalogue, language: Language) -> list[str]:
    """The rows of a table as sentences, each with its period."""
    if line.kind is not BlockKind.TABLE:
        return []
    stop, comma = ("。", "，") if language is Language.ZH else (".", ": ")
    return [
        f"{_period(language)(one.variable.period)}{comma}{figure_words(one, catalogue, language)}{stop}"
        for one in line.figures
    ]


def told_figures(bulletin: OwnBulletin, catalogue: Catalogue) -> tuple[ToldFigure, ...]:
    """The figures that the Chinese text says, in the order of the blocks; those of units that no text is read for are out."""
    found: list[ToldFigure] = []
    for figure, compared in _in_text(bulletin):
        known = catalogue.measures[figure.variable.measure]
        if figure.value is not None and known.unit_class not in catalogue.unread:
            said = comparisons_of(figure) if compared else ()
            told = tuple(_told(one, figure.unit) for one in said if one.value is not None)
            value = said_value(figure.value, figure.unit)
            found.append(ToldFigure(known.id, value, figure.unit, figure.variable.period, told))
    return tuple(dict.fromkeys(found))


def _in_text(bulletin: OwnBulletin) -> Iterator[tuple[SaidFigure, bool]]:
    """The figures that the text says, as often as it does, and whether with their comparisons: `{name.value}` has none."""
    known = bulletin.by_name
    for block in bulletin.blocks:
        for match in NAMED.finditer(block.zh):
            if match["part"] != "period" and match["name"] in known:
                yield known[match["name"]], match["part"] is None
        for name in block.figures if block.kind is BlockKind.TABLE else ():
            if name in known:
                yield known[name], True


def _told(said: OwnComparison, unit: str) -> Comparison:
    assert said.value is not None
    value, against = said.value, said.against
    if value == 0 and against.wording is not Wording.MULTIPLE:
        return Comparison(Against(against.base).kind, value)  # 持平, whatever the words would have been
    if against.wording is Wording.DIFFERENCE:
        value = said_value(abs(value), unit).copy_sign(value)
    return Comparison(against.kind, value)


def draft_blocks(variables: Sequence[Variable], sections: Sequence[Section], catalogue: Catalogue) -> tuple[Block, ...]:
    """A first text: for each section a paragraph of its figures, period by period; a section without figures is left out."""
    blocks: list[Block] = []
    for section in sections:
        mine = [one for one in variables if one.measure in section.measures and one.measure in catalogue.measures]
        if not mine:
            continue
        blocks.append(Block(BlockKind.HEADING, section.zh, section.en))
        for period in dict.fromkeys(one.period for one in mine):
            names = [f"{{{one.name}}}" for one in mine if one.period == period]
            said, in_english = "；".join(names), "; ".join(names)
            blocks.append(
                Block(BlockKind.TEXT, f"{period_zh(period)}，{said}。", f"{period_en(period)}: {in_english}.")
            )
    return tuple(blocks)
