"""A query with its persons, for the letter or the workbook that goes to the institution."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import BadInput
from fanzha.measures.model import Measure
from fanzha.measures.rules import KindRules
from fanzha.measures.words import KIND_WORDS
from fanzha.services.desk.acting import looking
from fanzha.services.desk.model import Desk
from fanzha.services.desk.note_export import ExportNote
from fanzha.services.desk.open_for_file import open_for_file


@dataclass(frozen=True, slots=True)
class QueryForFile:
    """The query, the rules of its kind, the name of the body that asks, and what was written down of the file."""

    measure: Measure
    rules: KindRules
    body: str
    note: ExportNote


def query_for_file(
    desk: Desk,
    actor: Actor,
    query: str,
    what: str,
    *,
    case: str = "",
    reason: str = "",
    approver: Actor | None = None,
) -> QueryForFile:
    """The query without its mask, counted as an export of that name.

    Raises NotFound when it may not be seen, BadInput when it asks no questions, NotAllowed when there is no purpose for
    the reveal or a second person must approve.
    """
    with looking(desk, actor, "measure.see", Subject("measure", query)) as look:
        seen = look.load(Measure, query, Action.SEE)
        bodies = look.unit.records(Organisation).get_many([seen.organisation])
    if not seen.request.questions:
        raise BadInput(f"{query} is a {KIND_WORDS[seen.kind]}, which asks no questions")
    opened = open_for_file(desk, actor, Measure, query, what, case=case, reason=reason, approver=approver)
    rules = desk.rules.measures.of(opened.record.kind, opened.record.drafted_us)
    body = next((one.name for one in bodies), seen.organisation)
    return QueryForFile(opened.record, rules, body, opened.note)
