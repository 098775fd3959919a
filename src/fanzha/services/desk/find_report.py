"""A report is found by its id or by the number that its reporter was given."""

from __future__ import annotations

from fanzha.casework import Report
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight

ACKNOWLEDGEMENT = "ACK-"


def report_id_of(desk: Desk, actor: Actor, text: str) -> str:
    """The id behind an acknowledgement number; what is none is given back as it is, and looked up as an id.

    So is the number of a report that the actor may not see: he does not learn that there is one.
    """
    if not text.startswith(ACKNOWLEDGEMENT):
        return text
    with desk.store.reading() as view:
        found = view.records(Report).find(Query(equals={"acknowledgement": text}, limit=1)).rows
        sight = Sight(view, actor, desk.rules.access.permissions)
        return next((report.id for report in found if sight.sees(report)), text)
