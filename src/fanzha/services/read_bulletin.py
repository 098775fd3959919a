"""Published bulletins as documents: every figure with its period, its comparison and where it is said."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from fanzha.ports.bulletin_reader import BulletinReader
from fanzha.statistics import Bulletin, Comparison, Figure, Period


def read_bulletins(reader: BulletinReader, paths: Sequence[Path]) -> list[Bulletin]:
    """The bulletins in the order of the files. Raises BadInput, naming the file, for the first that cannot be read."""
    return [reader.read(path) for path in paths]


def bulletin_document(bulletin: Bulletin) -> dict[str, Any]:
    """One bulletin as `fanzha bulletin read --json` prints it; spans count characters of the file's text."""
    return {
        "source": {
            "title": bulletin.title,
            "publisher": bulletin.publisher,
            "published": bulletin.published or None,
            "file": bulletin.file,
            "sha256": bulletin.sha256,
        },
        "figures": [figure_document(figure) for figure in bulletin.figures],
    }


def figure_document(figure: Figure) -> dict[str, Any]:
    """One figure; `span` is the fullest place where it is said, `spans` are all."""
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
