"""Bulletins of one's own: their list, their text with every figure, what keeps a draft from being issued, and its files."""

from __future__ import annotations

from functools import partial
from typing import Final
from urllib.parse import quote

from fanzha.core.errors import BadInput
from fanzha.services.desk.check_bulletin import check_bulletin
from fanzha.services.desk.open_bulletin import OpenedBulletin, list_bulletins, open_bulletin
from fanzha.services.desk.open_figure import open_figure
from fanzha.services.desk.papers.bulletin_docx import bulletin_docx
from fanzha.services.desk.papers.bulletin_paper import (
    bulletin_paper,
    bulletin_picture_page,
    comparison_words,
    counts_of,
    name_words,
)
from fanzha.services.figure_chart import bulletin_chart
from fanzha.statistics.bulletin_checks import FoundFault
from fanzha.statistics.bulletin_text import Language, Line, body_lines, bulletin_text
from fanzha.statistics.catalogue import Catalogue
from fanzha.statistics.drafting import BLOCKS_MAX, BlockKind, DraftStatus, OwnBulletin, SaidFigure
from fanzha.statistics.edition_diff import EditionDiff, diff_editions
from fanzha.statistics.periods import period_en, period_zh
from fanzha.statistics.wording import number_en, number_zh
from fanzha.web.answers import Answer, Download, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.bulletins import BULLETIN_DEEDS
from fanzha.web.deeds.deed import able
from fanzha.web.record_lists import record_list
from fanzha.web.routes import OFFICERS, Route
from fanzha.web.words import N_, TAGS, sayer

ROWS: Final = 40
FORMS: Final = ("pdf", "docx", "txt", "png")
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def bulletins_page(ask: Ask) -> Answer:
    """The bulletins of one's body, newest first."""
    found = list_bulletins(ask.console.desk, ask.officer, limit=ROWS, cursor=ask.query.get("cursor") or None)
    return Page("bulletins.html", {"page": found})


def bulletin_page(ask: Ask) -> Answer:
    """One bulletin as it reads, its figures with what they were made of, and what can be done to it."""
    desk = ask.console.desk
    opened = open_bulletin(desk, ask.officer, ask.path["record_id"])
    one, catalogue = opened.bulletin, desk.rules.indicators
    english = ask.language == "en" and bool(one.title_en)
    language = Language.EN if english else Language.ZH
    faults: tuple[FoundFault, ...] = ()
    if one.status is DraftStatus.DRAFT:
        faults = check_bulletin(desk, ask.officer, one.id, ask.console.bulletins())
    deeds = [deed for deed in BULLETIN_DEEDS if deed.is_of_record]
    number = number_en if ask.language == "en" else number_zh
    figures = [
        {
            "figure": figure,
            "name": getattr(catalogue.measures[figure.variable.measure], "en" if ask.language == "en" else "zh"),
            "value": number(figure.value, figure.unit),
            "counted": number(figure.counted, figure.unit),
        }
        for figure in one.figures
    ]
    return Page("bulletin.html", {
        "bulletin": one, "intact": opened.intact, "lines": body_lines(one, catalogue, language),
        "rows_of": partial(_table_rows, catalogue, language),
        "title": one.title_en if english else one.title_zh, "faults": faults, "figures": figures, "forms": FORMS,
        "text_language": TAGS[language.value], "deeds": able(deeds, ask.console, ask.officer, one.id),
    })  # fmt: skip


def _table_rows(
    catalogue: Catalogue, language: Language, line: Line
) -> list[tuple[SaidFigure, tuple[str, str, str, str]]]:
    """The rows of a table as on paper: name, period, number, comparison."""
    number, period = (number_en, period_en) if language is Language.EN else (number_zh, period_zh)
    return [
        (
            one,
            (
                name_words(one, catalogue, language), period(one.variable.period), number(one.value, one.unit),
                comparison_words(one, language),
            ),
        )
        for one in line.figures
    ]  # fmt: skip


def drawn_chart(ask: Ask) -> Answer:
    """A chart of a bulletin as it is set in its text. Raises BadInput for a block that draws nothing."""
    bulletin = open_bulletin(ask.console.desk, ask.officer, ask.path["record_id"]).bulletin
    catalogue, typed = ask.console.desk.rules.indicators, ask.path["number"]
    lines = body_lines(bulletin, catalogue, text_language(ask, bulletin))
    at = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= len(str(BLOCKS_MAX)) else len(lines)
    if at >= len(lines) or lines[at].kind is not BlockKind.CHART or not lines[at].figures:
        raise BadInput(f"block {typed!r} of {bulletin.id} draws nothing; open the bulletin again")
    drawn = bulletin_chart(lines[at].text, bulletin.publisher_zh, lines[at].figures, catalogue)
    return Download(drawn.encode(), "image/svg+xml", "")


def figure_page(ask: Ask) -> Answer:
    """Every record that a figure of a bulletin counts, as of the figure's own time."""
    desk, english = ask.console.desk, ask.language == "en"
    opened = open_figure(desk, ask.officer, ask.path["record_id"], ask.path["name"])
    figure, say = opened.figure, sayer(ask.language)
    known = desk.rules.indicators.measures[figure.variable.measure]
    warning = ""
    if opened.ids is None:
        warning = say(N_("此数由他处报送，这里没有记录清单"))
    elif not opened.as_told:
        warning = say(N_("记录后来有变，此清单与统计时的不同"))
    counted = (number_en if english else number_zh)(figure.counted, figure.unit)
    counts = counts_of(figure, desk.rules.indicators, Language.EN if english else Language.ZH)
    notes = [f"by hand: {figure.by_hand.reason}"] if figure.by_hand is not None else []
    return record_list(
        ask, known.en if english else known.zh, counted, opened.ids or (), as_of_us=figure.as_of_us,
        back=f"/bulletins/{ask.path['record_id']}", counts=counts,
        group=figure.label, notes=(*notes, *figure.notes), warning=warning,
    )  # fmt: skip


def edition_diff(ask: Ask) -> Answer:
    """What an edition says otherwise than the one that it replaces. Raises BadInput for one that replaces none."""
    desk = ask.console.desk
    one = open_bulletin(desk, ask.officer, ask.path["record_id"]).bulletin
    if not one.replaces:
        raise BadInput(f"{one.id} replaces no earlier edition")
    before = open_bulletin(desk, ask.officer, one.replaces).bulletin
    language = text_language(ask, one)
    found = diff_editions(before, one, desk.rules.indicators, language)
    context = {
        "bulletin": one, "before": before, "found": found, "rows": changed_figures(ask, before, one, found),
        "text_language": TAGS[language.value],
    }  # fmt: skip
    return Page("bulletin_diff.html", context)


def text_language(ask: Ask, bulletin: OwnBulletin) -> Language:
    """In which language the text is shown: the reader's where it has it."""
    return Language.EN if ask.language == "en" and bulletin.title_en else Language.ZH


ShownFigure = dict[str, object] | None


def changed_figures(
    ask: Ask, before: OwnBulletin, after: OwnBulletin, found: EditionDiff
) -> list[tuple[str, ShownFigure, ShownFigure]]:
    """The figures that the two say otherwise, in the reader's words; None where one of them does not have it."""
    english = ask.language == "en"
    return [
        (
            _measure_name(ask, figure.after or figure.before),
            _shown_figure(before, figure.before, english=english), _shown_figure(after, figure.after, english=english),
        )
        for figure in found.figures
    ]  # fmt: skip


def _measure_name(ask: Ask, figure: SaidFigure | None) -> str:
    assert figure is not None, "a figure that changed is in one of the two"
    known = ask.console.desk.rules.indicators.measures[figure.variable.measure]
    name = known.en if ask.language == "en" else known.zh
    return f"{name} {figure.label}".strip()


def _shown_figure(bulletin: OwnBulletin, figure: SaidFigure | None, *, english: bool) -> ShownFigure:
    if figure is None:
        return None
    value = (number_en if english else number_zh)(figure.value, figure.unit)
    address = f"/bulletins/{bulletin.id}/figures/{quote(figure.variable.name)}"
    return {"value": value, "address": address, "records": figure.records}


def bulletin_file(ask: Ask) -> Answer:
    """A bulletin as a file. Raises BadInput for another form, and for what is not what was issued."""
    opened = open_bulletin(ask.console.desk, ask.officer, ask.path["record_id"])
    if opened.intact is False:
        raise BadInput(f"{opened.bulletin.id} is not what was issued: its content was changed; see: fanzha verify")
    return _rendered(ask, opened, ask.path["form"])


def _rendered(ask: Ask, opened: OpenedBulletin, form: str) -> Answer:
    one, catalogue = opened.bulletin, ask.console.desk.rules.indicators
    language = Language.EN if ask.language == "en" and one.title_en else Language.ZH
    name = f"{one.id}.{form}"
    match form:
        case "txt":
            return Download(bulletin_text(one, catalogue, language).encode(), "text/plain; charset=utf-8", name)
        case "docx":
            return Download(bulletin_docx(one, catalogue, language), DOCX, name)
        case "pdf":
            return Download(
                ask.console.press().press(bulletin_paper(one, catalogue, language)), "application/pdf", name
            )
        case "png":
            return Download(ask.console.press().picture(bulletin_picture_page(one, catalogue)), "image/png", name)
    raise BadInput(f"a bulletin is given as {', '.join(FORMS)}, not as {form!r}")


ROUTES: Final = (
    Route("GET", "/bulletins", bulletins_page, OFFICERS),
    Route("GET", "/bulletins/{record_id:str}", bulletin_page, OFFICERS),
    Route("GET", "/bulletins/{record_id:str}/figures/{name:str}", figure_page, OFFICERS),
    Route("GET", "/bulletins/{record_id:str}/charts/{number:str}", drawn_chart, OFFICERS),
    Route("GET", "/bulletins/{record_id:str}/diff", edition_diff, OFFICERS),
    Route("GET", "/bulletins/{record_id:str}/as/{form:str}", bulletin_file, OFFICERS),
)
