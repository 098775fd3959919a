"""Who takes part in an operation and where it goes: bodies, capture points, teams and their members, cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fanzha.access import Action, Person
from fanzha.audit import Subject
from fanzha.casework import Case, operations
from fanzha.casework.operations import Operation, Team
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping_operations import held_operation, keep_operation, known_body
from fanzha.services.desk.model import Desk
from fanzha.services.desk.named_person import person_named


@dataclass(frozen=True, slots=True)
class TeamDraft:
    """A team of one body: leader and members by login or id."""

    title: str
    body: str
    leader: str
    members: Sequence[str] = ()
    point: str = ""


def add_operation_body(desk: Desk, actor: Actor, operation_id: str, body: str) -> Operation:
    """One more body takes part: its officers see the operation and enter what they achieve."""
    with acting(desk, actor, "operation.add_body", Subject("operation", operation_id)) as work:
        operation = held_operation(work, operation_id, Action.OPERATION_PLAN)
        joined, events = operations.add_body(operation, known_body(work, body), actor, work.now_us, work.ids)
        return keep_operation(work, joined, events)


def add_point(desk: Desk, actor: Actor, operation_id: str, place: str, *, note: str = "") -> Operation:
    """抓捕点: one more place that the strike goes to."""
    with acting(desk, actor, "operation.add_point", Subject("operation", operation_id)) as work:
        operation = held_operation(work, operation_id, Action.OPERATION_PLAN)
        grown, events = operations.add_point(operation, place, note, actor, work.now_us, work.ids)
        return keep_operation(work, grown, events)


def add_team(desk: Desk, actor: Actor, operation_id: str, team: TeamDraft) -> Operation:
    """One more team. Raises BadInput where somebody named is nobody, or is not of the team's body."""
    with acting(desk, actor, "operation.add_team", Subject("operation", operation_id)) as work:
        operation = held_operation(work, operation_id, Action.OPERATION_PLAN)
        leader, *members = (_member(work, name, team.body) for name in (team.leader, *team.members))
        wanted = Team("", team.title, team.body, leader, tuple(members), team.point)
        staffed, events = operations.add_team(operation, wanted, actor, work.now_us, work.ids)
        return keep_operation(work, staffed, events)


def add_operation_case(desk: Desk, actor: Actor, operation_id: str, case_id: str) -> Operation:
    """A case that the operation is about, of those that the actor sees: its body's figures count it from now on."""
    with acting(desk, actor, "operation.add_case", Subject("operation", operation_id)) as work:
        operation = held_operation(work, operation_id, Action.OPERATION_ENTER)
        case = work.load(Case, case_id, Action.SEE)
        grown, events = operations.add_case(operation, case.id, actor, work.now_us, work.ids)
        return keep_operation(work, grown, events)


def _member(work: Work, name: str, body: str) -> str:
    person = person_named(work.unit.records(Person), name)
    if person.organisation != body or not person.active:
        raise BadInput(f"team: {name} does not work for {body}; a team is of one body's people")
    return person.id
