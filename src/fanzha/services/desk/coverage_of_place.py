"""Where a report's clues wait: by the place that was named, where a body covers it; else with the body that received it."""

from __future__ import annotations

from fanzha.casework import Report
from fanzha.core.actor import Level, Organisation
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look
from fanzha.services.desk.bodies import lineage_of
from fanzha.services.desk.listing import every


def is_covered(look: Look, code: str) -> bool:
    """Whether a body of the tree answers for the place; True as well where no body carries a code at all."""
    own = lineage_of(look.tree(), look.actor.organisation)
    if _covers(own, code):
        return True
    bodies = tuple(every(look.unit.records(Organisation), Query()))
    return _covers(bodies, code) or not any(_has_code(body) for body in bodies)


def place_of_clues(look: Look, report: Report) -> str:
    """The division by which the report's clues are given to officers."""
    if not report.jurisdiction or is_covered(look, report.jurisdiction):
        return report.jurisdiction
    body = look.tree(report.organisation).get(report.organisation)
    return "" if body is None else body.jurisdiction


def place_warning(look: Look, report: Report) -> str:
    """What is to be told of a place that nobody covers; empty where somebody does."""
    if not report.jurisdiction or is_covered(look, report.jurisdiction):
        return ""
    return (
        f"no body covers the place {report.jurisdiction}: the clues wait in the queue of {report.organisation}; "
        "send them on with: fanzha clue route CLUE BODY --reason TEXT"
    )


def _covers(bodies: tuple[Organisation, ...], code: str) -> bool:
    return any(_has_code(body) and code.startswith(body.jurisdiction) for body in bodies)


def _has_code(body: Organisation) -> bool:
    return body.level is not Level.PARTNER and bool(body.jurisdiction)
