"""Saves operations and what they achieved, each with its history and audit; one at a time enters into an operation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from fanzha.access import Action
from fanzha.casework import Clue, Events
from fanzha.casework.operations import Campaign, Operation, OperationResult, Standing
from fanzha.core.actor import Level, Organisation
from fanzha.core.errors import BadInput, NotFound
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, Work
from fanzha.services.desk.keeping import tell
from fanzha.services.desk.listing import every
from fanzha.services.desk.sight import Sight


def held_operation(work: Work, operation_id: str, action: Action) -> Operation:
    """The operation for this action, while nobody else changes it or enters into it. Raises as `Look.load`."""
    work.unit.hold(f"operation:{operation_id}")
    return work.load(Operation, operation_id, action)


def keep_operation(work: Work, operation: Operation, events: Events, *, new: bool = False) -> Operation:
    """Saves an operation; nothing where nothing happened."""
    if not events:
        return operation
    records = work.unit.records(Operation)
    kept = records.add(operation) if new else records.save(operation)
    tell(work, events, "operation")
    return kept


def keep_campaign(work: Work, campaign: Campaign, events: Events, *, new: bool = False) -> Campaign:
    """Saves a campaign; nothing where nothing happened."""
    if not events:
        return campaign
    records = work.unit.records(Campaign)
    kept = records.add(campaign) if new else records.save(campaign)
    tell(work, events, "campaign")
    return kept


def keep_result(work: Work, result: OperationResult, events: Events, *, new: bool = False) -> OperationResult:
    """Saves an entry; its history is the operation's timeline."""
    records = work.unit.records(OperationResult)
    kept = records.add(result) if new else records.save(result)
    tell(work, events, "operation")
    return kept


def held_result(work: Work, result_id: str, action: Action) -> tuple[Operation, Standing]:
    """An entry for this action, with its operation and its corrections, while nobody else enters there."""
    operation_id = work.load(OperationResult, result_id, action).operation
    operation = held_operation(work, operation_id, action)
    return operation, standing_of(work, work.load(OperationResult, result_id, action))


def standing_of(look: Look, result: OperationResult) -> Standing:
    """The entry with everything that corrects it."""
    corrections = every(look.unit.records(OperationResult), Query(equals={"corrects": result.id}))
    return Standing(result, tuple(corrections))


def results_of(look: Look, operations: Collection[str]) -> tuple[OperationResult, ...]:
    """Everything that was entered for these operations, in the order in which it was."""
    if not operations:
        return ()
    wanted = Query(within={"operation": sorted(operations)}, order_by="entered_us")
    return tuple(every(look.unit.records(OperationResult), wanted))


def seen_result(look: Look, result: OperationResult) -> OperationResult:
    """The entry with those of its clues that the actor may see: another body's are that body's to show."""
    if not result.clues:
        return result
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    clues = tuple(clue.id for clue in look.unit.records(Clue).get_many(result.clues) if sight.sees(clue))
    return result if clues == result.clues else replace(result, clues=clues)


def superiors_of(look: Look, organisation: str) -> tuple[str, ...]:
    """The bodies above one, nearest first."""
    return look.tree(organisation).above(organisation)


def known_body(look: Look, body: str) -> str:
    """The id of a body of the tree. Raises BadInput where there is none, or where it is a partner."""
    try:
        found = look.unit.records(Organisation).get(body)
    except NotFound:
        raise BadInput(f"body: there is no body {body!r}; see: fanzha office body list") from None
    if found.level is Level.PARTNER:
        raise BadInput(f"body: {body} is a partner; partners get orders and take part in no operation")
    return found.id
