"""A bulletin as a page in the layout of GB/T 9704-2012, and as a workbook of words that an office edits further."""

from __future__ import annotations

from typing import Final

from fanzha.core.time import format_instant
from fanzha.services.desk.papers.notice_paper import PAGE_MARK, SIMULATED
from fanzha.services.desk.papers.typst_text import typst_text
from fanzha.services.figure_chart import bulletin_chart
from fanzha.statistics import Catalogue
from fanzha.statistics.bulletin_text import Language, Line, body_lines, limited_to, said_comparisons
from fanzha.statistics.drafting import BlockKind, DraftStatus, OwnBulletin, SaidFigure
from fanzha.statistics.periods import period_en, period_zh
from fanzha.statistics.wording import number_en, number_zh

# A4; 156 × 225 mm of text, 37 mm above and 28 mm left of it; 16 pt (三号), 22 lines of 28 characters.
LAYOUT: Final = (
    '#set page(paper: "a4", margin: (top: 37mm, bottom: 35mm, left: 28mm, right: 26mm), numbering: "— 1 —")\n'
    "#set text(size: 16pt)\n#set par(leading: 13pt, justify: true, first-line-indent: (amount: 2em, all: true))\n"
)
TABLE_TEXT: Final = (
    "#set text(size: 12pt)\n#set par(leading: 6pt, justify: false, first-line-indent: (amount: 0pt, all: true))\n"
)
BY_HAND: Final = "※"  # behind a number that somebody put in; the reason stands in the annex
MARKS: Final = {DraftStatus.DRAFT: "草稿 未签发", DraftStatus.WITHDRAWN: "已撤回"}


def bulletin_paper(bulletin: OwnBulletin, catalogue: Catalogue, language: Language = Language.ZH) -> str:
    """The Typst source of the bulletin, with a page of definitions behind it; drafts are marked on every page."""
    chinese = language is Language.ZH
    title = bulletin.title_zh if chinese else bulletin.title_en
    publisher = bulletin.publisher_zh if chinese else bulletin.publisher_en
    parts = [
        f"#set document(title: [{typst_text(title)}])\n",
        '#set text(lang: "zh")\n' if chinese else '#set text(lang: "en", region: none)\n',
        LAYOUT,
        _mark(bulletin),
        f'#align(center)[#text(size: 22pt, weight: "bold")[{typst_text(title)}]]\n\n',
        f"#align(center)[{typst_text(bulletin.number)}]\n\n" if bulletin.number else "",
        *(_line(line, bulletin, catalogue, language) for line in body_lines(bulletin, catalogue, language)),
        f"#v(10mm)\n#align(right)[{typst_text(publisher)}#linebreak(){typst_text(bulletin.published)}]\n",
        _annex(bulletin, catalogue, language),
    ]
    return "".join(parts)


def bulletin_picture_page(bulletin: OwnBulletin, catalogue: Catalogue) -> str:
    """The Typst source of a picture for publication: title, the figures, source and data time on one page."""
    title = typst_text(bulletin.title_zh)
    rows = "".join(
        f"[{typst_text(catalogue.name_of(one.variable.measure))}], "
        f"[#text(size: 10pt)[{typst_text(period_zh(one.variable.period))}]], "
        f'[#text(size: 20pt, weight: "bold")[{typst_text(number_zh(one.value, one.unit))}]],\n'
        for one in bulletin.figures
    )
    foot = f"来源：{typst_text(bulletin.publisher_zh)}#linebreak()数据截至 {typst_text(_as_of(bulletin))}"
    columns = "columns: (1fr, auto, auto), align: (left + horizon, right + horizon, right + horizon)"
    return (
        "#set page(width: 160mm, height: auto, margin: 12mm)\n"
        f"{_mark(bulletin)}"
        f'#align(center)[#text(size: 20pt, weight: "bold")[{title}]]\n#v(4mm)\n'
        f"#table({columns}, inset: 8pt, stroke: (bottom: 0.5pt),\n{rows})\n"
        f"#v(3mm)#text(size: 9pt)[{foot}]\n"
    )


def counts_of(figure: SaidFigure, catalogue: Catalogue, language: Language) -> str:
    """What a figure counts, in the language of the page; of one that another room counted as that room says it."""
    own = catalogue.own.get(figure.variable.measure)
    return own.counts_zh if own is not None and language is Language.ZH else figure.counts


def mark_of(bulletin: OwnBulletin) -> str:
    """What stands on every page: 模拟, and 草稿 or 已撤回."""
    marks = [SIMULATED] if bulletin.publisher_zh.startswith(SIMULATED) else []
    return " ".join([*marks, *([MARKS[bulletin.status]] if bulletin.status in MARKS else [])])


def by_hand_words(bulletin: OwnBulletin, catalogue: Catalogue) -> list[str]:
    """Every value that somebody put in by hand, with the counted one and the reason."""
    return [
        f"{BY_HAND} {catalogue.name_of(one.variable.measure)}：{number_zh(one.value, one.unit)}"
        f"（统计数 {number_zh(one.counted, one.unit)}；理由：{one.by_hand.reason}）"
        for one in bulletin.figures
        if one.by_hand is not None
    ]


def _mark(bulletin: OwnBulletin) -> str:
    mark = mark_of(bulletin)
    return PAGE_MARK.format(mark=typst_text(mark)) if mark else ""


def _as_of(bulletin: OwnBulletin) -> str:
    return format_instant(bulletin.as_of_us)[:16].replace("T", " ")


def _line(line: Line, bulletin: OwnBulletin, catalogue: Catalogue, language: Language) -> str:
    text = "".join(typst_text(piece.text) + (BY_HAND if piece.by_hand else "") for piece in line.pieces)
    match line.kind:
        case BlockKind.HEADING:
            return f"#heading(level: 2)[{text}]\n\n"
        case BlockKind.NOTE:
            return f"#text(size: 12pt)[{text}]\n\n"
        case BlockKind.TEXT:
            return f"{text}\n\n"
        case BlockKind.CHART if line.figures:
            drawn = bulletin_chart(line.text, bulletin.publisher_zh, line.figures, catalogue)
            return f'#image(bytes("{_quoted(drawn)}"), format: "svg", width: 100%)\n\n'
        case _:
            return _table(line.text, line.figures, catalogue, language)


def _quoted(svg: str) -> str:
    """The picture as a Typst string."""
    return svg.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _table(title: str, figures: tuple[SaidFigure, ...], catalogue: Catalogue, language: Language) -> str:
    number = number_zh if language is Language.ZH else number_en
    period = period_zh if language is Language.ZH else period_en
    cells = "".join(
        f"[{typst_text(name_words(one, catalogue, language))}], [{typst_text(period(one.variable.period))}], "
        f"[{typst_text(number(one.value, one.unit))}], [{typst_text(comparison_words(one, language))}],\n"
        for one in figures
    )
    heads = ("指标", "时期", "数值", "比较") if language is Language.ZH else ("figure", "period", "value", "comparison")
    header = "".join(f"[{typst_text(one)}], " for one in heads)
    return (
        f"{typst_text(title)}\n\n#[{TABLE_TEXT}#table(columns: (1.1fr, 1.1fr, 1fr, 1.4fr), inset: 6pt, stroke: 0.5pt,\n"
        f"table.header({header}),\n{cells})]\n\n"
    )


def name_words(figure: SaidFigure, catalogue: Catalogue, language: Language) -> str:
    """What a figure is called in a table, with the class that it is limited to and the mark of a value put in by hand."""
    known = catalogue.measures[figure.variable.measure]
    name = known.zh if language is Language.ZH else known.en
    limited = figure.label if language is Language.ZH else limited_to(figure.variable)
    return name + (f"（{limited}）" if limited else "") + (f" {BY_HAND}" if figure.by_hand else "")


def comparison_words(figure: SaidFigure, language: Language) -> str:
    """What a figure is compared with, without the figure itself."""
    return ("，" if language is Language.ZH else ", ").join(said_comparisons(figure, language))


def _annex(bulletin: OwnBulletin, catalogue: Catalogue, language: Language) -> str:
    chinese = language is Language.ZH
    rows = "".join(
        f"[{typst_text(name_words(one, catalogue, language))}], [{typst_text(counts_of(one, catalogue, language))}], "
        f"[{one.records}], [{typst_text(one.ids_sha256[:16])}],\n"
        for one in bulletin.figures
    )
    heads = (
        ("指标", "口径", "记录数", "记录清单摘要")
        if chinese
        else ("figure", "counts", "records", "digest of the records")
    )
    header = "".join(f"[{typst_text(one)}], " for one in heads)
    title = "数据说明" if chinese else "What the figures count"
    issued = "" if bulletin.issued is None else f"SHA-256 {bulletin.issued.sha256}"
    hand = "".join(f"{typst_text(one)}\n\n" for one in by_hand_words(bulletin, catalogue))
    return (
        f"#pagebreak()\n#set text(size: 10.5pt)\n#set par(leading: 6pt, first-line-indent: 0pt)\n#heading(level: 2)[{title}]\n\n"
        f"{typst_text(_as_of(bulletin))}\n\n#table(columns: (1fr, 2fr, auto, auto), inset: 4pt, stroke: 0.5pt,\n"
        f"table.header({header}),\n{rows})\n\n{hand}{typst_text(issued)}\n"
    )
