"""Publicity as JSON: entries, advice, tally, effect."""

from __future__ import annotations

from typing import Any

from fanzha.casework.publicity import PublicityEntry
from fanzha.core.time import format_instant
from fanzha.services.desk.advise_publicity import PublicityAdvice, PublicityEffect, PublicityTally
from fanzha.services.desk.documents.report import instant
from fanzha.services.desk.mask import Mask
from fanzha.statistics.surveillance import Change


def publicity_document(entry: PublicityEntry, mask: Mask) -> dict[str, Any]:
    """An entry."""
    said = entry.draft
    return {
        "id": entry.id,
        "version": entry.version,
        "organisation": entry.organisation,
        "kind": said.kind.value,
        "title": mask.text(said.title),
        "jurisdiction": said.jurisdiction,
        "at": format_instant(said.at_us),
        "quantity": said.quantity,
        "reached": said.reached,
        "venue": said.venue,
        "class": said.class_slug,
        "note": mask.text(said.note),
        "status": entry.status.value,
        "by": entry.by,
        "entered_at": format_instant(entry.entered_us),
        "recognised_by": entry.recognised_by,
        "recognised_at": instant(entry.recognised_us),
        "recognition": entry.recognition,
        "withdrawn_by": entry.withdrawn_by,
        "withdrawn_at": instant(entry.withdrawn_us),
        "withdrawn_reason": mask.text(entry.withdrawn_reason),
    }


def advice_document(found: PublicityAdvice) -> dict[str, Any]:
    """Where to go and what to say; a group with fewer cases than may be told has null."""
    return {
        "from": format_instant(found.from_us),
        "until": format_instant(found.until_us),
        "tested": found.tested,
        "false_alarms_expected": round(found.false_expected, 3),
        "suppressed_below": found.suppressed_below,
        "advice": [
            {
                "area": one.area, "class": one.class_slug, "reports": list(one.ids), "surge": one.surge.is_surge,
                "p_value": float(f"{one.surge.p_value:.3g}"), "weeks_before": list(one.surge.baseline),
                "rate": None if one.rate is None else [round(part, 2) for part in one.rate],
                "groups": dict(one.groups), "say": one.message.zh, "say_en": one.message.en,
            }
            for one in found.advice
        ],
    }  # fmt: skip


def tally_document(lines: tuple[PublicityTally, ...]) -> list[dict[str, Any]]:
    """What was done, each number with its entries."""
    return [
        {"measure": one.measure, "value": one.value, "ids": list(one.ids), "uncounted": len(one.uncounted)}
        for one in lines
    ]


def effect_document(found: PublicityEffect) -> dict[str, Any]:
    """What came of an entry, or why that cannot be told."""
    effect = found.effect
    return {
        "id": found.entry.id,
        "days": found.days,
        "ratio": _rounded(effect.ratio),
        "interval": None if effect.low is None else [_rounded(effect.low), _rounded(effect.high)],
        "dispersion": _rounded(effect.dispersion),
        "untold": None if effect.untold is None else effect.untold.value,
        "told": effect.is_told,
        "area": _change(found.treated),
        "compared_with": {area: _change(change) for area, change in found.others.items()},
    }


def _change(change: Change) -> dict[str, int]:
    return {"before": change.before, "after": change.after}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
