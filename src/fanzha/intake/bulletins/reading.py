"""A published bulletin's file into its figures."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.intake.bulletins.bodies import find_bodies, place_of
from fanzha.intake.bulletins.docx_text import read_docx
from fanzha.intake.bulletins.figures import FIGURES_MAX, draft_figures
from fanzha.intake.bulletins.file_text import FileText
from fanzha.intake.bulletins.lexicon import lexicon
from fanzha.intake.bulletins.markup import DAY_LINE, Kind, Page, read_page
from fanzha.intake.bulletins.merging import build_figures, merge_drafts
from fanzha.intake.bulletins.pdf_text import read_pdf
from fanzha.intake.bulletins.periods import Calendar, published_day
from fanzha.intake.bulletins.picture_text import read_picture
from fanzha.statistics import Bulletin

FILE_BYTES_MAX: Final = 2 << 20
DOCUMENT_BYTES_MAX: Final = 32 << 20  # of what is no text
_READERS: Final[tuple[tuple[bytes, Callable[[bytes, str], FileText]], ...]] = (
    (b"%PDF-", read_pdf),
    (b"PK\x03\x04", read_docx),
    (b"\x89PNG", read_picture),
    (b"\xff\xd8\xff", read_picture),
    (b"RIFF", read_picture),
    (b"BM", read_picture),
)
_PDF_WITHIN: Final = 1024  # its readers let so many bytes stand before the mark
_UNREAD: Final = {
    b"GIF8": "a GIF picture; save it as PNG", b"II*\x00": "a TIFF picture; save it as PNG or PDF",
    b"MM\x00*": "a TIFF picture; save it as PNG or PDF",
    b"\xd0\xcf\x11\xe0": "an old DOC file, or a DOCX locked with a password; save it as DOCX without one",
    b"{\\rtf": "an RTF file; save it as DOCX",
}  # fmt: skip
_MONTH_LINE: Final = re.compile(r"\D{0,12}((?:19|20)\d\d)年(?:\d{1,2}月(?:份)?)?\D{0,6}")
_TYPED_DAY: Final = re.compile(
    r"(?<![\d\-/.])(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}(?![\d\-/.])"
)  # sentences write 年 and 月
# What the page counts is no day of publication: 数据日期, 统计时间.
_COUNTED: Final = re.compile(r"(?:统计|数据|报告|考核|汇总|研判|监测)(?:[\u4e00-\u9fff]{0,4})[:：]|周期|时段|区间|期间")
_CLOSING: Final = re.compile(
    r"[（(][^（）()]{0,30}(?:19|20)\d\d[-/年.]\d{1,2}[-/月.]\d{1,2}日?[^（）()]{0,20}[）)]。?$"
)
_HAS_YEAR: Final = re.compile(r"19|20")  # a cheap look: a day of publication says its year
_FULL_DAY: Final = re.compile(r"(?:19|20)\d\d年\d{1,2}月\d{1,2}日")
_YEARS: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_SENTENCE_ENDS: Final = ("。", "；", "！", "？")
_HEAD_LINES, _TAIL_LINES = 8, 6
_HEAD_DATES: Final = ("date", "article:published_time", "pubdate", "publishdate", "publish_time", "published")
_HEAD_BODIES: Final = ("contentsource", "source", "author", "og:site_name", "sitename")
_LABEL_MAX: Final = 40
_NO_NAME: Final = re.compile(r"[\d:：|]")


def read_bulletin(content: bytes, name: str) -> Bulletin:
    """The figures of one file: text, Markdown, HTML, PDF, DOCX or a picture.

    Raises BadInput naming the file, for what cannot be read, with what to do.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    read = read_document(content, name)
    if read is None:
        return read_text(decode(content, name), name, sha256)
    bulletin = read_text(read.text, name, sha256)
    return replace(bulletin, form=read.form, text=read.text, pages=read.pages, notes=read.notes)


def read_document(content: bytes, name: str) -> FileText | None:
    """The text of a PDF, a DOCX or a picture; None where the file is text itself. Raises BadInput as `read_bulletin`."""
    if not content.strip():
        raise BadInput(f"{name}: an empty file; nothing to read")
    for start, what in _UNREAD.items():
        if content.startswith(start):
            raise BadInput(f"{name}: {what}, or give its text")
    reader = next((reader for start, reader in _READERS if content.startswith(start)), None)
    if (
        reader is None
        and b"%PDF-" in content[:_PDF_WITHIN]
        and b"<" not in content[:_PDF_WITHIN].partition(b"%PDF-")[0]
    ):
        reader = read_pdf
    if reader is None:
        return None
    if len(content) > DOCUMENT_BYTES_MAX:
        raise BadInput(f"{name}: larger than {DOCUMENT_BYTES_MAX >> 20} MiB, which no bulletin is; give the text alone")
    return reader(content, name)


def read_text(text: str, name: str, sha256: str) -> Bulletin:
    """The figures of a text; spans are places in it, markup included.

    Raises BadInput for one with thousands of figures.
    """
    page = read_page(text)
    day = published_day(_days(page))
    publisher = _publisher(page)
    home = place_of(publisher) or next((place for one in page.paragraphs if (place := _place_in(one.text))), "")
    calendar = Calendar(day, told_year=None if day else _told_year(page))
    said = draft_figures(page.paragraphs, calendar, home)
    if len(said) > FIGURES_MAX:
        raise BadInput(f"{name}: more than {FIGURES_MAX} figures, which no bulletin has; split it")
    drafts = merge_drafts(said)
    return Bulletin(
        file=name,
        sha256=sha256,
        title=page.title,
        publisher=publisher,
        published=day.isoformat() if day else "",
        figures=build_figures(drafts, text),
    )


def _place_in(text: str) -> str:
    return next((place for _, body in find_bodies(text) if (place := place_of(body))), "")


def decode(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16 with a mark, or GB18030.

    Raises BadInput for what is no text, saying what would help.
    """
    if len(content) > FILE_BYTES_MAX:
        raise BadInput(f"{name}: larger than {FILE_BYTES_MAX >> 20} MiB, which no bulletin is; give the text alone")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(f"{name}: neither UTF-8 nor GB18030 text")


def _days(page: Page) -> Iterator[str]:
    """Texts that may be the day of publication, the surest first."""
    yield from (page.head[key] for key in _HEAD_DATES if key in page.head)
    lines = [paragraph.text for paragraph in page.paragraphs]
    ends = [text for text in (*lines[:_HEAD_LINES], *lines[-_TAIL_LINES:]) if _HAS_YEAR.search(text)]
    texts = [text for text in lines if _HAS_YEAR.search(text)]
    told = lexicon().titles.published
    for text in texts:
        if len(text) <= 3 * _LABEL_MAX and (found := told.search(text)) and not _COUNTED.search(text, 0, found.end()):
            yield text[found.end() :]
    yield from (text for text in ends if DAY_LINE.fullmatch(text) and not _COUNTED.search(text))
    yield from (text for text in ends if _is_label(text) and not _COUNTED.search(text))
    yield from (found[0] for text in reversed(ends) if (found := _CLOSING.search(text)))
    typed = (found for text in texts if not _COUNTED.search(text) for found in _TYPED_DAY.finditer(text))
    yield from (found[0] for found in typed)
    yield from (found[0] for text in texts for found in _FULL_DAY.finditer(text) if _was_told(text, found))


def _was_told(text: str, day: re.Match[str]) -> bool:
    """Whether a day in a sentence is the one on which the page's news was told: 2024年7月5日，市公安局召开新闻发布会."""
    return lexicon().told.search(text, day.end(), day.end() + _LABEL_MAX) is not None


def _is_label(text: str) -> bool:
    """A short line that is no sentence and no row of a table."""
    return len(text) <= _LABEL_MAX and not text.endswith(_SENTENCE_ENDS) and "|" not in text


def _told_year(page: Page) -> int | None:
    """The year of a page that says only its month, on a line of its own; else the latest year that it speaks of."""
    texts = [paragraph.text for paragraph in page.paragraphs]
    lines = (found for text in [*texts[:_HEAD_LINES], *texts[-_TAIL_LINES:]] if (found := _MONTH_LINE.fullmatch(text)))
    told = next((int(found[1]) for found in lines), None)
    if told is not None:
        return told
    return max((int(found[1]) for text in texts for found in _YEARS.finditer(text)), default=None)


def _publisher(page: Page) -> str:
    """Who says it: a line 来源 or 转自, the page's head, a line at the end that is a body's name, or its title."""
    titles = lexicon().titles
    found: dict[str, str] = {}
    for paragraph in page.paragraphs:
        if len(paragraph.text) > _LABEL_MAX:
            continue
        for named in titles.source.finditer(paragraph.text):
            if named["name"] not in titles.not_publishers:
                found.setdefault(named[0][:2], named["name"])
    for key in ("来源", "转自", "发布", "信息", "稿源", "供稿"):
        if key in found:
            return found[key]
    for key in _HEAD_BODIES:
        if page.head.get(key, "") not in (*titles.not_publishers, ""):
            return page.head[key]
    if found:
        return next(iter(found.values()))
    return _signed(page) or next((body for _, body in find_bodies(page.title)), "")


def _signed(page: Page) -> str:
    """The last line that is nothing but a body's name."""
    for paragraph in reversed(page.paragraphs[-_TAIL_LINES:]):
        ends = [found.end() for found in lexicon().body.finditer(paragraph.text)]
        if (
            paragraph.kind is Kind.TEXT
            and len(paragraph.text) <= _LABEL_MAX
            and len(paragraph.text) in ends
            and not _NO_NAME.search(paragraph.text)
        ):
            return paragraph.text
    return ""
