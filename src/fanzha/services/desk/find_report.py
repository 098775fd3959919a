"""A report is found by its id or by the number that its reporter was given."""

from __future__ import annotations

from fanzha.casework import Report
from fanzha.ports.record_query import Query
from fanzha.services.desk.model import Desk

ACKNOWLEDGEMENT = "ACK-"


def report_id_of(desk: Desk, text: str) -> str:
    """The id behind an acknowledgement number; what is none is given back as it is, and looked up as an id."""
    if not text.startswith(ACKNOWLEDGEMENT):
        return text
    with desk.store.reading() as view:
        found = view.records(Report).find(Query(equals={"acknowledgement": text}, limit=1)).rows
    return found[0].id if found else text
