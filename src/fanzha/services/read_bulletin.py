"""Published bulletins as documents: every figure with its period, its comparison and where it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from fanzha.core.errors import BadInput
from fanzha.ports.bulletin_reader import BulletinReader
from fanzha.statistics import Bulletin, Comparison, Figure, Period, ReadPage

PLAIN: Final = "text"  # the form of a file whose own text the places are in


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file among several that could not be read, and why."""

    file: str
    reason: str


def read_bulletins(reader: BulletinReader, paths: Sequence[Path]) -> list[Bulletin | UnreadFile]:
    """The bulletins in the order of the files; one of several that cannot be read keeps its place.

    Raises BadInput, naming the first file, where none can be read.
    """
    found: list[Bulletin | UnreadFile] = []
    refusal: BadInput | None = None
    for path in paths:
        try:
            found.append(reader.read(path))
        except BadInput as error:
            refusal = refusal or error
            found.append(UnreadFile(str(path), str(error)))
    if refusal is not None and not any(isinstance(one, Bulletin) for one in found):
        raise refusal
    return found


def bulletin_document(read: Bulletin | UnreadFile) -> dict[str, Any]:
    """One bulletin as `fanzha bulletin read --json` prints it.

    Spans count characters of the file's text; of a PDF, a DOCX or a picture, of `text`, which says what was read.
    """
    if isinstance(read, UnreadFile):
        nothing = dict.fromkeys(("title", "publisher", "published"))
        return {"source": {**nothing, "file": read.file, "sha256": None}, "figures": [], "error": read.reason}
    source: dict[str, Any] = {
        "title": read.title,
        "publisher": read.publisher,
        "published": read.published or None,
        "file": read.file,
        "sha256": read.sha256,
        "form": read.form,
    }
    if read.form != PLAIN:
        source |= {"text": read.text, "pages": [_page_document(page) for page in read.pages], "notes": list(read.notes)}
    return {"source": source, "figures": [figure_document(figure, read.pages) for figure in read.figures]}


def _page_document(page: ReadPage) -> dict[str, Any]:
    return {
        "page": page.number,
        "start": page.start,
        "end": page.end,
        "by": page.by,
        "confidence": round(page.confidence, 3),
    }


def figure_document(figure: Figure, pages: Sequence[ReadPage] = ()) -> dict[str, Any]:
    """One figure; `span` is the fullest place where it is said, `spans` are all, `page` is that of `span`."""
    first = figure.spans[0][0]
    page = next((page.number for page in pages if page.start <= first < page.end), None)
    return {
        "measure": figure.measure,
        "text_measure": figure.text_measure,
        "value": number(figure.value),
        "unit": figure.unit,
        "approximate": figure.approximate,
        "at_least": figure.at_least,
        "average_per": figure.average_per or None,
        "part_of": figure.part_of,
        "period": period_document(figure.period),
        "place": figure.place or None,
        "body": figure.body or None,
        "comparison": [comparison_document(said) for said in figure.comparisons],
        "span": list(figure.spans[0]),
        "spans": [list(span) for span in figure.spans],
        "quote": figure.quote,
        **({} if page is None else {"page": page}),
    }


def comparison_document(said: Comparison) -> dict[str, Any]:
    """A comparison; `against` is there where the kind does not say with what."""
    document: dict[str, Any] = {"kind": said.kind.value, "value": number(said.value)}
    return document | {"against": said.against} if said.against else document


def period_document(period: Period | None) -> dict[str, str | None] | None:
    """A period; an open end is null, a day without a known year is --MM-DD."""
    return None if period is None else {"from": period.first or None, "to": period.last or None}


def number(value: Decimal) -> int | float:
    """A whole number as such, any other as the shortest decimal that reads back the same."""
    return int(value) if value == value.to_integral_value() else float(value)
