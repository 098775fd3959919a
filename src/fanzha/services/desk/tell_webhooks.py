"""What changed is put down for the webhooks that may know of it, in the commit that changes it: ids and version, no more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from fanzha.access import Person, actor_of
from fanzha.access.webhooks import HookState, HookTopic, Webhook
from fanzha.casework import Case
from fanzha.core.actor import Organisation
from fanzha.core.time import format_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query
from fanzha.ports.work_queues import OutMessage
from fanzha.services.desk.acting import Work
from fanzha.services.desk.bodies import tree_around
from fanzha.services.desk.listing import every
from fanzha.services.desk.sight import Sight

TOPIC: Final = "webhook."  # begins the topic of whatever goes to one
FORMAT: Final = "fanzha-webhook/1"


def status_before(work: Work, measure_id: str) -> Status | None:
    """In which status a measure stands before it is saved; None where nobody is to be told."""
    if not _hooks(work, HookTopic.MEASURE):
        return None
    return work.unit.records(Measure).get(measure_id).status


def tell_measures(work: Work, measures: Sequence[Measure]) -> None:
    """Tells that these measures are new, or have another status than before."""
    _tell(work, HookTopic.MEASURE, measures)


def tell_case(work: Work, case: Case) -> None:
    """Tells that a case is new, or has another version."""
    _tell(work, HookTopic.CASE, (case,))


def _hooks(work: Work, topic: HookTopic) -> tuple[Webhook, ...]:
    active = every(work.unit.records(Webhook), Query(equals={"state": HookState.ACTIVE}))
    return tuple(hook for hook in active if topic in hook.topics)


def _tell(work: Work, topic: HookTopic, records: Sequence[Measure | Case]) -> None:
    for hook in _hooks(work, topic):
        sight = _sight_of(work, hook)
        if sight is not None:
            told = [_message(hook, topic, record, work.now_us) for record in records if sight.sees(record)]
            work.unit.outbox.put_many(told)


def _sight_of(work: Work, hook: Webhook) -> Sight | None:
    """What the program sees at this moment, as it would by asking; None where it is shut out."""
    person = work.unit.records(Person).get(hook.person)
    if not person.active:
        return None
    program = actor_of(person, tree_around(work.unit.records(Organisation), (person.organisation,)))
    return Sight(work.unit, program, work.rules.access.permissions)


def _message(hook: Webhook, topic: HookTopic, record: Measure | Case, now_us: int) -> OutMessage:
    """One message for each version: told twice it is the same."""
    kind = "measures" if isinstance(record, Measure) else "cases"
    said = {
        "format": FORMAT, "type": topic.value, "at": format_instant(now_us),
        "record": {"kind": kind, "id": record.id, "version": record.version},
    }  # fmt: skip
    return OutMessage(
        request_id=f"{hook.id}.{record.id}.{record.version}", recipient=hook.id, topic=TOPIC + topic.value,
        body=json.dumps(said), created_us=now_us, due_us=now_us, subject_id=hook.id,
    )  # fmt: skip
