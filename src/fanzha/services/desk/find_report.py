"""A report is found by its id or by the number that its reporter was given."""

from __future__ import annotations

import re
from typing import Final

from fanzha.casework import Report
from fanzha.casework.receiving import ACKNOWLEDGEMENT
from fanzha.core.actor import Actor
from fanzha.core.ids import TELEPHONE_DIGITS, in_groups
from fanzha.ports.record_query import Query
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight

_SEPARATORS: Final = re.compile(r"[\s-]+")


def report_id_of(desk: Desk, actor: Actor, text: str) -> str:
    """The id behind an acknowledgement number; what is none is given back as it is, and looked up as an id.

    So is the number of a report that the actor may not see: he does not learn that there is one.
    """
    number = acknowledgement_of(text)
    if not number:
        return text
    with desk.store.reading() as view:
        found = view.records(Report).find(Query(equals={"acknowledgement": number}, limit=1)).rows
        sight = Sight(view, actor, desk.rules.access.permissions)
        return next((report.id for report in found if sight.sees(report)), text)


def acknowledgement_of(text: str) -> str:
    """The number as it was given out, of a text that says its digits with or without `ACK` and groups; empty for no such text.

    Numbers from before they were digits alone are such a text as they stand.
    """
    bare = _SEPARATORS.sub("", text).upper().removeprefix(ACKNOWLEDGEMENT)
    if len(bare) == TELEPHONE_DIGITS and bare.isascii() and bare.isdecimal():
        return in_groups(ACKNOWLEDGEMENT, bare)
    return text if text.startswith(f"{ACKNOWLEDGEMENT}-") else ""
