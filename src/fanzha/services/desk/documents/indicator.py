"""A number of the public page as a document."""

from __future__ import annotations

from typing import Any

from fanzha.casework.indicators import Indicator
from fanzha.casework.model import ClueKind
from fanzha.core.time import format_instant
from fanzha.services.desk.documents.report import instant
from fanzha.services.desk.mask import Mask


def term_shown(indicator: Indicator, mask: Mask) -> str:
    """The number as it may be shown; a site is nobody's."""
    if indicator.kind is ClueKind.SITE:
        return indicator.term
    return mask.account(indicator.term) if indicator.kind is ClueKind.ACCOUNT else mask.phone(indicator.term)


def indicator_document(indicator: Indicator, mask: Mask) -> dict[str, Any]:
    """What it rests on, who decided, and when it is shown."""
    return {
        "id": indicator.id,
        "version": indicator.version,
        "organisation": indicator.organisation,
        "kind": indicator.kind.value,
        "term": term_shown(indicator, mask),
        "clue": indicator.clue,
        "fact": indicator.fact,
        "case": indicator.case,
        "status": indicator.status.value,
        "proposed_by": indicator.proposed_by,
        "proposed_at": format_instant(indicator.proposed_us),
        "reason": mask.text(indicator.reason),
        "decided_by": indicator.decided_by,
        "decided_at": instant(indicator.decided_us),
        "decision": mask.text(indicator.decision),
        "shows_from": instant(indicator.shows_us),
        "shown_at": instant(indicator.shown_us),
        "ends_at": instant(indicator.ends_us),
        "held_back": list(indicator.held_back),
        "ended_by": indicator.ended_by,
        "ended_at": instant(indicator.ended_us),
        "ended_reason": mask.text(indicator.ended_reason),
    }
