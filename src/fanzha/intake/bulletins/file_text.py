"""What was read of a file that is no plain text: its text, and which page each piece of it is from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fanzha.intake.bulletins.page_layout import joined_pages, paragraphs_text
from fanzha.statistics import ReadPage


@dataclass(frozen=True, slots=True)
class FileText:
    """A file's text as it was read; places in it are places in `text`."""

    text: str
    form: str  # text, pdf, docx, picture
    pages: tuple[ReadPage, ...] = ()
    notes: tuple[str, ...] = ()


def page_texts(
    form: str, pages: Sequence[Sequence[str]], by: Sequence[tuple[str, float]], notes: tuple[str, ...] = ()
) -> FileText:
    """The pages one after another; `by` says of each how it was read, and how certain that is (0 to 1)."""
    texts = list(paragraphs_text(joined_pages(pages)))
    found: list[ReadPage] = []
    start = 0
    for number, (text, (how, certain)) in enumerate(zip(texts, by, strict=True), 1):
        found.append(ReadPage(number, start, start + len(text), how, certain))
        start += len(text)
    return FileText("".join(texts), form, tuple(found), notes)
