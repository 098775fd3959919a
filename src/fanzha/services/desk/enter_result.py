"""What an operation achieved is entered: a den or gang taken down, a suspect, things seized, forces sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, operations
from fanzha.casework.operations import Operation, OperationResult, ResultDraft, ResultKind, request_key
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping_operations import held_operation, keep_result, seen_result, standing_of
from fanzha.services.desk.listing import every
from fanzha.services.desk.match_numbers import NumberMatch, draft_clues, known_of, told_matches
from fanzha.services.desk.model import Desk


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry as it stands, what has its numbers, and whether it had been entered before."""

    result: OperationResult
    matches: tuple[NumberMatch, ...] = ()
    again: bool = False


def enter_result(desk: Desk, actor: Actor, operation_id: str, draft: ResultDraft) -> Entered:
    """Enters it once: the same `request` again gives the entry that is there, whoever sends it.

    Every number in it is compared at once with cases, measures, traces, other operations and the ledger; whichever body
    knows one gets a clue with the entry as its source.

    Raises NotFound where the operation may not be seen, NotAllowed where the actor takes no part in it, it takes no
    entries, the same thing or person is there already, or the request is another entry's; BadInput naming the field.
    """
    with acting(desk, actor, "operation.enter", Subject("operation", operation_id)) as work:
        operation = held_operation(work, operation_id, Action.OPERATION_ENTER)
        return enter_one(work, operation, draft)


def enter_one(work: Work, operation: Operation, draft: ResultDraft) -> Entered:
    """One entry within a unit of work that holds the operation; raises as `enter_result`."""
    draft = operations.plain_draft(draft)
    there = entry_of_request(work, operation, draft)
    if there is not None:
        operations.check_takes_part(operation, work.actor)
        operations.check_same_entry(there, draft)
        return Entered(seen_result(work, there), again=True)
    result, events = operations.enter_result(
        operation, draft, work.rules.operations, work.actor, work.now_us, work.ids, latest_us=work.latest_us
    )
    _check_references(work, operation, draft)
    twins = _entries_with(work, operation, draft)
    operations.check_not_seized_yet(draft, twins)
    operations.check_one_suspect(draft, twins)
    known = known_of(work, draft, operation.id)
    result = replace(result, clues=draft_clues(work, operation, result, known))
    kept = keep_result(work, result, events, new=True)
    return Entered(seen_result(work, kept), told_matches(work, known))


def entry_of_request(work: Work, operation: Operation, draft: ResultDraft) -> OperationResult | None:
    """The entry that is there under the client's own id; None where there is none, or no id."""
    if not draft.request:
        return None
    asked = Query(equals={"request_key": request_key(operation.id, draft, "")}, limit=1)
    found = work.unit.records(OperationResult).find(asked).rows
    return found[0] if found else None


def _entries_with(work: Work, operation: Operation, draft: ResultDraft) -> tuple[OperationResult, ...]:
    """The operation's entries with one of these numbers that were not corrected away."""
    records = work.unit.records(OperationResult)
    found = {
        one.id: one
        for number in draft.numbers
        for one in every(records, Query(equals={"operation": operation.id}, mentions={"number": number}))
    }
    return tuple(one for one in found.values() if not one.corrects and standing_of(work, one).net > 0)


def _check_references(work: Work, operation: Operation, draft: ResultDraft) -> None:
    if draft.suspect is not None and draft.suspect.case:
        work.load(Case, draft.suspect.case, Action.SEE)
    if not draft.take_down_of:
        return
    den = next(iter(work.unit.records(OperationResult).get_many((draft.take_down_of,))), None)
    if den is None or den.operation != operation.id or den.kind is not ResultKind.TAKE_DOWN:
        raise BadInput(f"den: {operation.id} has no take-down {draft.take_down_of}; leave it out, or enter that first")
