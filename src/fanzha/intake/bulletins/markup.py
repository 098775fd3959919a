"""A published file as plain paragraphs, each sign with its place in the file, so that a figure can be found again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from html import unescape
from typing import Final

_FRONT: Final = re.compile(r"\A\ufeff?\s*---[ \t]*\r?\n(?P<body>.*?)\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FIELD: Final = re.compile(r"^(?P<key>[A-Za-z_-]{1,20}):[ \t]*['\"]?(?P<value>.*?)['\"]?[ \t\r]*$", re.MULTILINE)
# What Markdown writes beside the words. Pictures may stand over several lines.
_MARKDOWN: Final = re.compile(
    r"!\[[^\]]{0,400}\]\([^)]{0,4000}\)|(?<!\!)\[(?P<link>[^\]\n]{0,400})\]\([^)\n]{0,4000}\)|(?!(?<=\n)\* )[*`\\]+|~~|__"
)
_APART: Final = re.compile(r"(?<=\S)(?:\t[\t ]*|[ \u3000]{3,})(?=\S)")
_GONE: Final = "\x01"  # stands where markup stood, so that every sign keeps its place
_BOLD_LINE: Final = re.compile(r"[ \t]*\x01{2,}(?P<text>[^\x01]+)\x01{2,}[ \t\r]*")
_HEADING: Final = re.compile(r"[ \t]*#{1,6}[ \t]*")
_RULED: Final = re.compile(r"[ \t|:-]*(?:-{3,}|\|[ \t]*:?-+:?[ \t]*\|)[ \t|:-]*")
_BLANKS: Final = re.compile(r"[\x01 \t\r\u00a0\u2000-\u200d\u3000\ufeff]+")
_NARROW: Final = str.maketrans(
    {chr(wide): chr(wide - 0xFEE0) for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
    | {"％": "%", "．": ".", "\x00": " ", "\x0b": " ", "\x0c": " ", "\x85": " ", "\u2028": " ", "\u2029": " "}
)
_WIDE: Final = re.compile(f"[{''.join(map(chr, _NARROW))}]")  # to translate is slow, and mostly there is nothing to do
_SPELT_YEAR: Final = re.compile(r"二[〇○零ＯO0][〇○零ＯO一二三四五六七八九]{2}(?=年)")
_SPELT: Final = str.maketrans("〇○零ＯO一二三四五六七八九", "00000123456789")
_MARKED: Final = re.compile(r"<[A-Za-z/!?]|&[#A-Za-z]")
_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "figcaption",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_CELLS: Final = frozenset({"td", "th"})
_ROW_PARTS: Final = _CELLS | {"tr"}
_SPANNED: Final = re.compile(r"(colspan|rowspan)\s*=\s*[\"']?(\d{1,3})", re.IGNORECASE)
_SPAN_MAX: Final = 30
_TAG: Final = re.compile(
    r"<!--(?:.*?-->|.*)|<(?P<unread>script|style|noscript|template|svg)\b.*?(?:</(?P=unread)\s*>|\Z)"
    r"|<(?P<end>/)?(?P<tag>[a-z][a-z0-9:-]{0,40})(?P<attributes>(?:[^<>\"']|\"[^\"<>]*\"|'[^'<>]*')*)>|<[!?][^<>]*>"
    r"|(?P<entity>&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});)",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTES: Final = re.compile(r"([A-Za-z:-]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_SENTENCE_END: Final = frozenset("。！？；…!?;：:↓”」』）)|")
_JOINED_START: Final = re.compile(r"[\d、，,。；）)%％余多万亿]")
# Lines that begin anew, however the one before ended.
_DATED: Final = re.compile(
    r"(?:19|20)\d\d[-/.年]|来源|发布|时间|日期|作者|记者|通讯员|编辑|本报讯|转自|责编|审核|[\u4e00-\u9fff]{2,6}[:：]"
)
_ITEM: Final = re.compile(
    r"[|•·●○■◆◇▲△✓✔✅☑➤►▶*+\-—–①-⑳\U0001F300-\U0001FAFF]|\d{1,2}(?:[、．)）]|\.(?!\d))"
    r"|[（(][一二三四五六七八九十\d]{1,2}[)）]|[一二三四五六七八九十]{1,2}、"
)
# A line that says when the page was published, and perhaps by whom: a date with the hour, without a sentence.
DAY_LINE: Final = re.compile(
    r"[^\d，。；！？]{0,40}(?:19|20)\d\d[-/年.]\d{1,2}[-/月.]\d{1,2}日?"
    r"(?:[T ]?\d{1,2}[:：时]\d{2}(?:[:：分]\d{2})?[秒分]?)?[^\d，。；！？]{0,30}"
)
_LISTED: Final = re.compile(r"\d{1,2}(?:[、．)）]|\.(?!\d)|$)")
_LINE_LONG: Final = 20  # a line of so many signs without a stop was broken by its width, not by its writer
_TITLE_MAX: Final = 80


class Kind(Enum):
    """What a paragraph is to the reader."""

    TITLE = "title"
    HEADING = "heading"
    TEXT = "text"


_KINDS: Final = {"title": Kind.TITLE, "h1": Kind.TITLE} | {f"h{level}": Kind.HEADING for level in range(2, 7)}


@dataclass(slots=True)
class Paragraph:
    """Signs in reading order, narrow and without markup, and where each stands in the file."""

    text: str
    origin: list[int]
    kind: Kind

    @property
    def is_item(self) -> bool:
        """Whether it is one of a list, or a row of a table."""
        return _ITEM.match(self.text) is not None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a piece of the paragraph stands in the file."""
        return self.origin[start], self.origin[end - 1] + 1


@dataclass(slots=True)
class Page:
    """The paragraphs of a file and what its head says about it."""

    paragraphs: list[Paragraph]
    title: str = ""
    head: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Piece:
    """Text as it stands from one place on; `fixed` where all of it stands for that one place (an entity)."""

    text: str
    at: int
    fixed: bool = False
    kind: Kind | None = None


def read_page(text: str) -> Page:
    """The paragraphs of a text, a Markdown page or an HTML page; the three may be mixed, as they are in copies."""
    front = _FRONT.match(text)
    start = front.end() if front else 0
    page = Page([])
    if front:
        for found in _FIELD.finditer(text, front.start("body"), front.end("body")):
            page.head.setdefault(found["key"].lower(), found["value"])
            if found["key"].lower() == "title" and found["value"]:
                page.paragraphs += _paragraphs([_Piece(found["value"], found.start("value"), kind=Kind.TITLE)])
    body = _MARKDOWN.sub(_blanked, _columned(text[start:].replace(_GONE, " ")))
    pieces = _without_tags(body, start, page.head) if _MARKED.search(body) else [_Piece(body, start)]
    page.paragraphs += _paragraphs(pieces)
    page.paragraphs[:1] = [part for first in page.paragraphs[:1] for part in _part_title(first)]
    _find_title(page)
    return page


def _columned(text: str) -> str:
    """Lines whose cells stand apart by tabs, or by several blanks, two or more such lines one under the other, as rows."""
    if "\t" not in text and "   " not in text:
        return text
    lines = text.split("\n")
    counts = [len(_APART.findall(line)) if "|" not in line else 0 for line in lines]
    for at, line in enumerate(lines):
        beside = counts[at] in counts[max(0, at - 1) : at] + counts[at + 1 : at + 2]
        if counts[at] and beside and (counts[at] > 1 or "\t" in line):
            lines[at] = _APART.sub(lambda found: "|" + " " * (len(found[0]) - 1), line)
    return "\n".join(lines)


def _blanked(found: re.Match[str]) -> str:
    """As many signs as Markdown's sign had; of a link its words stay."""
    if found["link"] is None:
        return _GONE * len(found[0])
    before = found.start("link") - found.start()
    return _GONE * before + found["link"] + _GONE * (len(found[0]) - before - len(found["link"]))


def _without_tags(body: str, start: int, head: dict[str, str]) -> list[_Piece]:
    """The words between the tags, each with its place; what a page says of itself goes into `head`.

    A pattern, not a parser: a parser tells no places in the file, or takes time by the square of a broken page.
    """
    pieces: list[_Piece] = []
    rest, kind = 0, None
    grid = _Grid()
    for found in _TAG.finditer(body):
        if found.start() > rest:
            pieces.append(_Piece(body[rest : found.start()], start + rest, kind=kind))
        rest = found.end()
        tag = (found["tag"] or "").lower()
        if found["entity"]:
            pieces.append(_Piece(unescape(found[0]), start + found.start(), fixed=True, kind=kind))
        elif tag in _BLOCKS:
            opens = not found["end"]
            kind = _KINDS.get(tag) if opens else None if tag not in _CELLS else kind
            sign = grid.passed(tag, found["attributes"] or "", opens=opens) if tag in _ROW_PARTS else "\n"
            if sign:
                pieces.append(_Piece(sign, start + found.start(), fixed=True))
        elif tag == "meta":
            said = {key.lower(): double or single for key, double, single in _ATTRIBUTES.findall(found["attributes"])}
            key = said.get("property") or said.get("name")
            if key and said.get("content"):
                head.setdefault(key.lower(), said["content"])
    pieces.append(_Piece(body[rest:], start + rest, kind=kind))
    return pieces


@dataclass(slots=True)
class _Grid:
    """Where in a table a page stands, so that cells over several columns or rows keep the others in their places."""

    column: int = 0
    wide: int = 1  # of the cell that is open
    below: dict[int, int] = field(default_factory=dict[int, int])  # column, rows that a cell above still takes

    def passed(self, tag: str, attributes: str, *, opens: bool) -> str:
        """The sign that stands for a tag of a row or a cell; empty where it needs none."""
        if tag == "tr":
            self.column = 0
            return "\n"
        if not opens:
            bars, self.wide = "|" * (self.wide - 1), 1
            return bars
        bars = "|"
        while self.below.get(self.column, 0):
            self.below[self.column] -= 1
            self.column += 1
            bars += "|"
        spans = {name.lower(): int(count) for name, count in _SPANNED.findall(attributes)}
        self.wide = min(max(spans.get("colspan", 1), 1), _SPAN_MAX)
        for column in range(self.column, self.column + self.wide):
            if spans.get("rowspan", 1) > 1:
                self.below[column] = min(spans["rowspan"], _SPAN_MAX) - 1
        self.column += self.wide
        return bars


def _paragraphs(pieces: list[_Piece]) -> list[Paragraph]:
    """Lines joined where only their width parted them, with blanks left out and Markdown's signs gone."""
    found: list[Paragraph] = []
    gap = True  # an empty line stands before
    for line in _lines(pieces):
        text = line.text
        if not text:
            gap = True
            continue
        before = found[-1] if found and not gap else None
        if before is not None and _goes_on(before, line):
            before.text += text
            before.origin += line.origin
        else:
            found.append(line)
        gap = False
    return found


def _part_title(first: Paragraph) -> list[Paragraph]:
    """A first paragraph that has its title in it, as short messages do: 【…】 and the text."""
    end = first.text.find("】", 0, _TITLE_MAX) + 1
    if not first.text.startswith("【") or not 8 < end < len(first.text) - _LINE_LONG:
        return [first]
    return [
        Paragraph(first.text[:end], first.origin[:end], Kind.TITLE),
        Paragraph(first.text[end:], first.origin[end:], first.kind),
    ]


def _goes_on(before: Paragraph, line: Paragraph) -> bool:
    if before.kind is not Kind.TEXT or line.kind is not Kind.TEXT or before.text[-1] in _SENTENCE_END:
        return False
    if _DATED.match(line.text) or line.is_item:
        return False
    if _JOINED_START.match(line.text) and not _LISTED.match(line.text):
        return True
    return (
        len(before.text) >= _LINE_LONG and not before.text.startswith(("↑", "▲", "|")) and line.text[0] not in "↑▲|（("
    )


def _lines(pieces: list[_Piece]) -> Iterator[Paragraph]:
    """One per line of the file, blanks gone; an empty one where the file has an empty line."""
    text: list[str] = []
    origin: list[int] = []
    kind: Kind | None = None
    for piece in pieces:
        rest = 0
        while (end := piece.text.find("\n", rest)) >= 0:
            _extend(text, origin, piece.text[rest:end], piece.at + (0 if piece.fixed else rest), fixed=piece.fixed)
            yield _line("".join(text), origin, kind or piece.kind)
            text, origin, kind = [], [], None
            rest = end + 1
        _extend(text, origin, piece.text[rest:], piece.at + (0 if piece.fixed else rest), fixed=piece.fixed)
        if not piece.fixed or piece.text.strip():
            kind = kind or piece.kind
    yield _line("".join(text), origin, kind)


def _extend(text: list[str], origin: list[int], words: str, at: int, *, fixed: bool) -> None:
    if words:
        text.append(words)
        origin += [at] * len(words) if fixed else range(at, at + len(words))


def _line(text: str, origin: list[int], kind: Kind | None) -> Paragraph:
    """A line without the blanks that only set signs apart; between two words of letters or Chinese one blank stays."""
    heading = _HEADING.match(text)
    start = 0
    if heading:
        start, kind = heading.end(), kind or (Kind.TITLE if text[: heading.end()].count("#") == 1 else Kind.HEADING)
    elif text[:1] == ">":
        start = 1
    elif kind is None and (bold := _BOLD_LINE.fullmatch(text)) and not bold["text"][0].isdecimal():
        kind = Kind.HEADING
    if ("---" in text or ("-" in text and "|" in text)) and _RULED.fullmatch(text):
        return Paragraph("", [], Kind.TEXT)
    if _WIDE.search(text):
        text = text.translate(_NARROW)
    if "年" in text and ("二〇" in text or "二○" in text or "二零" in text):
        text = _SPELT_YEAR.sub(lambda found: found[0].translate(_SPELT), text)
    if not start and not _BLANKS.search(text):
        return Paragraph(text, origin, kind or Kind.TEXT)
    kept, places, rest = [], [], start
    for found in _BLANKS.finditer(text, start):
        a, b = found.span()
        kept.append(text[rest:a])
        places += origin[rest:a]
        if a > start and b < len(text) and found[0].strip(_GONE) and _sets_apart(text[a - 1], text[b]):
            kept.append(" ")
            places.append(origin[a])
        rest = b
    kept.append(text[rest:])
    places += origin[rest:]
    return Paragraph("".join(kept), places, kind or Kind.TEXT)


def _sets_apart(before: str, after: str) -> bool:
    """A blank between two Chinese words, a word and a sentence's stop, or two numbers parts what they say."""
    return (before > "\u4e00" and after > "\u4e00") or (before.isdecimal() and after.isdecimal())


def _find_title(page: Page) -> None:
    """The title: what the head says, else the first heading, else a short first line; its repetitions are titles too."""
    titles = [paragraph for paragraph in page.paragraphs if paragraph.kind is Kind.TITLE]
    if not titles and page.paragraphs:
        first = page.paragraphs[0]
        if len(first.text) <= _TITLE_MAX and not first.text.endswith(("。", "；", "，")) and len(page.paragraphs) > 1:
            first.kind = Kind.TITLE
            titles = [first]
    if not titles:
        return
    page.title = titles[0].text
    for paragraph in page.paragraphs:
        if (
            paragraph.kind is not Kind.TITLE
            and len(paragraph.text) <= len(page.title) + 6
            and page.title in paragraph.text
        ):
            paragraph.kind = Kind.TITLE
