"""Own figures as documents: the value, what it counts, its comparisons, and the records behind it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from fanzha.core.money import format_minor
from fanzha.core.time import format_instant
from fanzha.services.desk.follow_stopped_money import StoppedMoney
from fanzha.services.read_bulletin import number, period_document
from fanzha.statistics import Catalogue, Cohort, FunnelPart, OwnComparison, OwnFigure, digest_of_ids
from fanzha.statistics.wording import MONEY, UNSAID_EN

IDS_SHOWN_MAX: Final = 1000


def figures_document(
    figures: Sequence[OwnFigure], catalogue: Catalogue, *, ids_max: int | None = IDS_SHOWN_MAX
) -> dict[str, Any]:
    """The document of `fanzha stats`. ids_max: how many ids a figure lists; None: all of them."""
    first = figures[0]
    return {
        "period": period_document(first.period),
        "as_of": format_instant(first.as_of_us),
        "scope": {
            "organisation": first.scope.organisation,
            "bodies": list(first.scope.bodies),
            "jurisdiction": first.scope.jurisdiction or None,
        },
        "figures": [figure_document(one, catalogue, ids_max) for one in figures],
    }


def figure_document(figure: OwnFigure, catalogue: Catalogue, ids_max: int | None) -> dict[str, Any]:
    """One figure; `value` is null where it is not recorded, money a decimal string in yuan."""
    known, own = catalogue.measures[figure.measure], catalogue.own.get(figure.measure)
    per = figure.per_head
    return {
        "measure": figure.measure,
        "name": known.zh,
        "name_en": known.en,
        "group": figure.group or None,
        "value": value_document(figure.value, figure.unit),
        "unit": figure.unit,
        "recorded": own is not None,
        "counts": figure.counts,
        "excludes": figure.excludes or None,
        "by_instant": None if own is None else own.instant,
        "owner": None if own is None else own.owner,
        "since": None if own is None else own.since.isoformat(),
        "notes": list(figure.notes),
        "comparison": [comparison_document(one, figure.unit) for one in figure.comparisons],
        "per_100k": None
        if per is None
        else {"value": number(per.value), "population": per.population, "year": per.year, "source": per.source},
        "records": len(figure.ids),
        "ids": sorted(figure.ids)[:ids_max],
        "ids_sha256": digest_of_ids(figure.ids),
    }


def comparison_document(said: OwnComparison, unit: str) -> dict[str, Any]:
    """A comparison as `fanzha bulletin read` knows it, with its wording, its base and whether the base was revised."""
    return {
        "kind": said.against.kind.value,
        "wording": said.against.wording.value,
        "value": None if said.value is None else number(said.value),
        "unsaid": None if said.unsaid is None else UNSAID_EN[said.unsaid],
        "part_of_year": said.part_of_year,
        "base": {
            "period": period_document(said.base_period),
            "value": value_document(said.base.value, unit),
            "records": said.base.records,
            "value_then": value_document(said.base.value_then, unit),
            "revised": said.base.revised,
        },
    }


def value_document(value: Decimal | None, unit: str) -> str | int | float | None:
    """Money as a decimal string in yuan, everything else as a number; shares to two places."""
    if value is None:
        return None
    if unit == MONEY:
        return f"{value:.2f}"
    return number(value.quantize(Decimal("0.01")))


def funnel_document(way: StoppedMoney) -> dict[str, Any]:
    """The way of the stopped money; every stage with where it came from and where it went, in yuan."""
    return {
        "as_of": format_instant(way.as_of_us),
        "stages": [
            {
                "stage": stage.name,
                "amount": format_minor(stage.minor),
                "from": [_part(part) for part in stage.sources],
                "to": [_part(part) for part in stage.parts],
            }
            for stage in way.funnel.stages
        ],
        "no_amount_named": list(way.funnel.unnamed),
        "other_currencies": list(way.other_currencies),
    }


def _part(part: FunnelPart) -> dict[str, Any]:
    return {"part": part.name, "amount": format_minor(part.minor), "ids": list(part.ids)}


def cohort_document(cohort: Cohort) -> dict[str, Any]:
    """A cohort; its parts and what is not stated are the whole."""
    return {
        "whole": cohort.whole,
        "parts": [{"part": one.name, "count": one.count, "ids": list(one.ids)} for one in cohort.parts],
        "not_stated": {"count": cohort.not_stated.count, "ids": list(cohort.not_stated.ids)},
    }
