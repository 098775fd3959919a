"""Openings as JSON."""

from __future__ import annotations

from typing import Any

from fanzha.casework.openings import Opening, OpeningKind
from fanzha.core.time import format_instant
from fanzha.services.desk.documents.report import instant
from fanzha.services.desk.mask import Mask


def opening_document(opening: Opening, mask: Mask) -> dict[str, Any]:
    """An opening behind the mask, with where it was read."""
    said = opening.draft
    number = mask.phone(said.number) if opening.kind is OpeningKind.LINE else mask.account(said.number)
    return {
        "id": opening.id,
        "organisation": opening.organisation,
        "kind": opening.kind.value,
        "number": number,
        "institution": said.institution,
        "opener": mask.name(said.opener.name),
        "opener_id": mask.identity(said.opener.id_number),
        "agent": mask.name(said.opener.agent),
        "outlet": said.outlet,
        "clerk": said.clerk,
        "opened": instant(said.opened_us),
        "others": [{"kind": one.kind.value, "value": mask.account(one.value)} for one in said.others],
        "source": {"sha256": opening.source.sha256, "sheet": opening.source.sheet, "row": opening.source.row},
        "brought_by": opening.brought_by,
        "brought_at": format_instant(opening.brought_us),
    }
