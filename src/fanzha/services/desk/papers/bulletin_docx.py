"""A bulletin as DOCX for those who edit it further, in the layout of GB/T 9704-2012: real headings, real tables."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from fanzha.core.time import SECOND_US, format_instant
from fanzha.services.desk.papers.bulletin_paper import (
    BY_HAND,
    by_hand_words,
    comparison_words,
    counts_of,
    mark_of,
    name_words,
)
from fanzha.statistics import Catalogue
from fanzha.statistics.bulletin_text import Language, Line, body_lines, table_sentences
from fanzha.statistics.drafting import BlockKind, OwnBulletin
from fanzha.statistics.periods import period_en, period_zh
from fanzha.statistics.wording import number_en, number_zh

BODY_FONT, HEAD_FONT, TITLE_FONT = "仿宋_GB2312", "黑体", "方正小标宋简体"
LATIN_FONT: Final = "Times New Roman"
LINE: Final = Pt(28.95)  # 225 mm in 22 lines


def bulletin_docx(bulletin: OwnBulletin, catalogue: Catalogue, language: Language = Language.ZH) -> bytes:
    """The DOCX of the bulletin; drafts and withdrawn ones say so in the header of every page."""
    chinese = language is Language.ZH
    document = Document()
    title = bulletin.title_zh if chinese else bulletin.title_en
    _prepare(document, bulletin, title, language)
    _paragraph(document, title, 22, TITLE_FONT, centred=True, style="Title")
    if bulletin.number:
        _paragraph(document, bulletin.number, 16, BODY_FONT, centred=True)
    for line in body_lines(bulletin, catalogue, language):
        _line(document, line, catalogue, language)
    publisher = bulletin.publisher_zh if chinese else bulletin.publisher_en
    for text in (publisher, bulletin.published):
        _paragraph(document, text, 16, BODY_FONT).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _annex(document, bulletin, catalogue, language)
    memory = io.BytesIO()
    document.save(memory)
    return memory.getvalue()


def _prepare(document: DocumentType, bulletin: OwnBulletin, title: str, language: Language) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.font.name, normal.font.size = LATIN_FONT, Pt(16)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
    spacing = normal.paragraph_format
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    spacing.space_after = Pt(0)
    properties = document.core_properties
    properties.title, properties.language = title, {"zh": "zh-CN", "en": "en"}[language.value]
    properties.author = bulletin.publisher_zh
    made = datetime.fromtimestamp((bulletin.issued.at_us if bulletin.issued else bulletin.drafted_us) // SECOND_US, UTC)
    properties.created = properties.modified = made
    header = section.header.paragraphs[0]
    header.text, header.alignment = mark_of(bulletin), WD_ALIGN_PARAGRAPH.CENTER
    _number_pages(section.footer.paragraphs[0].add_run())
    section.footer.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER


def _number_pages(run: Run) -> None:
    """— 1 —: the number is a field, which the reader's program counts."""
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)  # noqa: SLF001 - the library has no field of its own


def _paragraph(
    document: DocumentType, text: str, size: float, font: str, *, centred: bool = False, style: str | None = None
) -> Paragraph:
    paragraph = document.add_paragraph(style=style)
    run = paragraph.add_run(text)
    run.font.size, run.font.name = Pt(size), LATIN_FONT
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001 - as above
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def _line(document: DocumentType, line: Line, catalogue: Catalogue, language: Language) -> None:
    match line.kind:
        case BlockKind.HEADING:
            _paragraph(document, line.text, 16, HEAD_FONT, style="Heading 2")
        case BlockKind.TABLE:
            _paragraph(document, line.text, 16, BODY_FONT)
            number = number_zh if language is Language.ZH else number_en
            period = period_zh if language is Language.ZH else period_en
            rows = [
                (
                    name_words(one, catalogue, language),
                    period(one.variable.period),
                    number(one.value, one.unit),
                    comparison_words(one, language),
                )
                for one in line.figures
            ]
            heads = (
                ("指标", "时期", "数值", "比较")
                if language is Language.ZH
                else ("figure", "period", "value", "comparison")
            )
            _table(document, heads, rows)
        case BlockKind.CHART:
            _paragraph(document, line.text, 16, BODY_FONT)
            for sentence in table_sentences(Line(BlockKind.TABLE, (), line.figures), catalogue, language):
                _paragraph(document, sentence, 14, BODY_FONT)
        case _:
            marked = "".join(piece.text + (BY_HAND if piece.by_hand else "") for piece in line.pieces)
            body = _paragraph(document, marked, 12 if line.kind is BlockKind.NOTE else 16, BODY_FONT)
            body.paragraph_format.first_line_indent = Pt(32)


def _table(document: DocumentType, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        cell.text = text
    mark = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - as above
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _annex(document: DocumentType, bulletin: OwnBulletin, catalogue: Catalogue, language: Language) -> None:
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    chinese = language is Language.ZH
    _paragraph(document, "数据说明" if chinese else "What the figures count", 16, HEAD_FONT, style="Heading 2")
    _paragraph(document, format_instant(bulletin.as_of_us)[:16].replace("T", " "), 12, BODY_FONT)
    heads = ("指标", "口径", "记录数") if chinese else ("figure", "counts", "records")
    names = [catalogue.measures[one.variable.measure] for one in bulletin.figures]
    rows = [
        (known.zh if chinese else known.en, counts_of(one, catalogue, language), str(one.records))
        for known, one in zip(names, bulletin.figures, strict=True)
    ]
    _table(document, heads, [tuple(row) for row in rows])
    for words in by_hand_words(bulletin, catalogue):
        _paragraph(document, words, 12, BODY_FONT)
    if bulletin.issued is not None:
        _paragraph(document, f"SHA-256 {bulletin.issued.sha256}", 10, BODY_FONT)
