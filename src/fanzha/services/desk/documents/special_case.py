"""Major, cluster and cross-border cases as JSON."""

from __future__ import annotations

from typing import Any

from fanzha.core.money import DEFAULT_CURRENCY, exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.services.desk.special_cases import SpecialCases, SpecialGroup


def special_cases_document(found: SpecialCases) -> dict[str, Any]:
    """What a period has of them; every number is the length or the sum of the list beside it."""
    return {
        "period": {"from": found.period.first, "to": found.period.last},
        "as_of": format_instant(found.as_of_us),
        "major_from": _yuan(found.major_minor),
        "major": _group(found.major),
        "clusters": [{"class": group.class_slug, **_group(group)} for group in found.clusters],
        "cross_border": _group(found.cross_border),
    }


def _group(group: SpecialGroup) -> dict[str, Any]:
    return {
        "cases": [
            {
                "id": one.id, "organisation": one.organisation, "status": one.status.value, "class": one.class_slug,
                "opened_at": format_instant(one.opened_us), "loss": _yuan(one.loss_minor),
            }
            for one in group.cases
        ],
        "by_status": {status.value: list(ids) for status, ids in group.by_status.items()},
        "loss": _yuan(group.loss_minor),
        "operations": list(group.operations),
        "figures": [{"measure": line.measure, "value": line.value, "ids": list(line.ids)} for line in group.lines],
    }  # fmt: skip


def _yuan(minor: int) -> str:
    return format_minor(minor, exponent_of(DEFAULT_CURRENCY))
