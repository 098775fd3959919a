"""What is to be done for an operation, by whom of its bodies and by when."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action, Person
from fanzha.audit import Subject
from fanzha.casework import Task
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_task
from fanzha.services.desk.keeping_operations import held_operation
from fanzha.services.desk.model import Desk
from fanzha.services.desk.named_person import person_named


def create_operation_task(
    desk: Desk, actor: Actor, operation_id: str, title: str, *, officer: str = "", due_us: int | None = None
) -> Task:
    """Gives somebody of a body that takes part something to do; it stands in his body's list of tasks.

    Raises NotAllowed where the officer's body takes no part.
    """
    with acting(desk, actor, "task.create", Subject("operation", operation_id)) as work:
        operation = held_operation(work, operation_id, Action.OPERATION_ENTER)
        person = person_named(work.unit.records(Person), officer or actor.id)
        if person.organisation not in operation.all_bodies and person.id not in operation.members:
            raise NotAllowed("operation.part", f"{officer} works for {person.organisation}, which takes no part")
        task, events = casework.create_operation_task(
            operation.id, person.organisation, title, person.id, actor, work.now_us, work.ids, due_us=due_us
        )
        return keep_task(work, task, events, new=True)
