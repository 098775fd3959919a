"""Many bulletins side by side: the same measure over places and periods, what contradicts, which comparisons hold."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fanzha.services.read_bulletin import UnreadFile, comparison_document, figure_document, number, period_document
from fanzha.statistics import (
    Bulletin,
    Catalogue,
    Contradiction,
    Point,
    Recomputed,
    Series,
    find_contradictions,
    make_series,
    recompute,
)


def compare_bulletins(
    read: Sequence[Bulletin | UnreadFile], catalogue: Catalogue, measures: Sequence[str] = ()
) -> dict[str, Any]:
    """The document of `fanzha bulletin series`; `measures` leaves all others out.

    `bulletin` is everywhere the place in `bulletins`; files that could not be read are in `unread` only.
    """
    bulletins = [one for one in read if isinstance(one, Bulletin)]
    series = [one for one in make_series(bulletins, catalogue) if not measures or one.measure in measures]
    shown = {(point.bulletin, point.figure) for one in series for point in one.points}
    return {
        "bulletins": [
            {"file": one.file, "title": one.title, "publisher": one.publisher, "published": one.published or None}
            for one in bulletins
        ],
        "unread": [{"file": one.file, "reason": one.reason} for one in read if isinstance(one, UnreadFile)],
        "series": [_series(one, bulletins, catalogue) for one in series],
        "contradictions": [_contradiction(one, bulletins) for one in find_contradictions(bulletins, series)],
        "comparisons": [
            _recomputed(one, bulletins)
            for one in recompute(bulletins, catalogue)
            if (one.bulletin, one.figure) in shown
        ],
    }


def _series(one: Series, bulletins: Sequence[Bulletin], catalogue: Catalogue) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "name": catalogue.name_of(one.measure),
        "place": one.place or None,
        "unit": one.unit,
        "average_per": one.average_per or None,
        "points": [_point(point, bulletins) for point in one.points],
    }


def _point(point: Point, bulletins: Sequence[Bulletin]) -> dict[str, Any]:
    figure = figure_document(bulletins[point.bulletin].figures[point.figure], bulletins[point.bulletin].pages)
    kept = ("text_measure", "value", "unit", "approximate", "at_least", "part_of", "period", "body", "quote", "span")
    page = {"page": figure["page"]} if "page" in figure else {}
    return {
        "bulletin": point.bulletin,
        "figure": point.figure,
        "closed_period": period_document(point.period),
        **{key: figure[key] for key in kept},
        **page,
    }


def _contradiction(one: Contradiction, bulletins: Sequence[Bulletin]) -> dict[str, Any]:
    return {
        "fault": one.fault.value,
        "measure": bulletins[one.one.bulletin].figures[one.one.figure].measure,
        "one": _point(one.one, bulletins),
        "other": _point(one.other, bulletins),
    }


def _recomputed(one: Recomputed, bulletins: Sequence[Bulletin]) -> dict[str, Any]:
    figure = bulletins[one.bulletin].figures[one.figure]
    return {
        "bulletin": one.bulletin,
        "figure": one.figure,
        "measure": figure.measure,
        "said": comparison_document(one.said),
        "base_period": period_document(one.base_period),
        "base": None if one.base is None else {"bulletin": one.base[0], "figure": one.base[1]},
        "recomputed": None if one.value is None else _rounded(one.value),
        "holds": one.holds,
        "implied_base": None if one.implied is None else _rounded(one.implied),
    }


def _rounded(value: Decimal) -> int | float:
    return number(value.quantize(Decimal("0.01") if abs(value) < 1000 else Decimal(1)))
