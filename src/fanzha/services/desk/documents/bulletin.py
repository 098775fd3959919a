"""A bulletin of one's own as a document: its blocks, its figures with what they were made of, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fanzha.core.time import format_instant
from fanzha.services.desk.documents.figures import comparison_document, value_document
from fanzha.services.desk.open_bulletin import OpenedBulletin
from fanzha.services.read_bulletin import period_document
from fanzha.statistics.bulletin_checks import FoundFault
from fanzha.statistics.draft_versions import DraftVersion
from fanzha.statistics.drafting import OwnBulletin, SaidFigure
from fanzha.statistics.edition_diff import Changed, EditionDiff


def bulletin_document(opened: OpenedBulletin) -> dict[str, Any]:
    """The whole bulletin; `intact` is null for a draft."""
    one = opened.bulletin
    return {
        **bulletin_row(one),
        "title_en": one.title_en or None,
        "publisher": one.publisher_zh,
        "publisher_en": one.publisher_en or None,
        "blocks": [
            {"kind": block.kind.value, "zh": block.zh, "en": block.en or None, "figures": list(block.figures)}
            for block in one.blocks
        ],
        "figures": [_figure(figure) for figure in one.figures],
        "sums": [{"whole": rule.whole, "parts": list(rule.parts)} for rule in one.sums],
        "intact": opened.intact,
    }


def bulletin_row(one: OwnBulletin) -> dict[str, Any]:
    """A bulletin as a list shows it."""
    return {
        "id": one.id,
        "version": one.version,
        "organisation": one.organisation,
        "title": one.title_zh,
        "number": one.number or None,
        "published": one.published,
        "status": one.status.value,
        "edition": one.edition,
        "replaces": one.replaces or None,
        "as_of": format_instant(one.as_of_us),
        "drafted_by": one.drafted_by,
        "drafted_at": format_instant(one.drafted_us),
        "issued": None
        if one.issued is None
        else {"by": one.issued.by, "at": format_instant(one.issued.at_us), "sha256": one.issued.sha256},
        "withdrawn": None
        if one.withdrawn is None
        else {"by": one.withdrawn.by, "at": format_instant(one.withdrawn.at_us), "reason": one.withdrawn.reason},
    }


def version_row(one: DraftVersion) -> dict[str, Any]:
    """A saved version of a draft as a list shows it."""
    return {
        "bulletin": one.bulletin, "number": one.number, "by": one.by, "at": format_instant(one.at_us), "deed": one.deed,
    }  # fmt: skip


def changes_document(found: EditionDiff) -> dict[str, Any]:
    """What is said otherwise: lines that came or went, and figures with both values."""

    def value(figure: SaidFigure | None) -> Any:
        return None if figure is None else value_document(figure.value, figure.unit)

    return {
        "lines": [{"change": change.value, "text": text} for change, text in found.lines if change is not Changed.SAME],
        "figures": [
            {"name": one.name, "before": value(one.before), "after": value(one.after)} for one in found.figures
        ],
    }


def _figure(one: SaidFigure) -> dict[str, Any]:
    hand = one.by_hand
    return {
        "name": one.variable.name,
        "measure": one.variable.measure,
        "period": period_document(one.variable.period),
        "jurisdiction": one.variable.jurisdiction or None,
        "fraud_class": one.variable.fraud_class or None,
        "label": one.label or None,
        "handed_in": one.variable.handed_in,
        "value": value_document(one.value, one.unit),
        "unit": one.unit,
        "counted": value_document(one.counted, one.unit),
        "by_hand": None if hand is None else {"by": hand.by, "at": format_instant(hand.at_us), "reason": hand.reason},
        "comparison": [comparison_document(each, one.unit) for each in one.comparisons],
        "counts": one.counts,
        "notes": list(one.notes),
        "as_of": format_instant(one.as_of_us),
        "records": one.records,
        "ids_sha256": one.ids_sha256,
    }


def faults_document(faults: Sequence[FoundFault]) -> list[dict[str, str]]:
    """What keeps a draft from being issued; empty where nothing does."""
    return [{"fault": one.fault.value, "where": one.where, "sentence": one.sentence} for one in faults]
