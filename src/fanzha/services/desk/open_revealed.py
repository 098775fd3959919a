"""A record opened again while a reveal of it still holds: the mask stays off until its time is over."""

from __future__ import annotations

from typing import Any

from fanzha.access import Action, Reveal
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query, Range
from fanzha.ports.work_store import Kept
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.listing import every
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_record import WORDS, Opened, open_record, persons_of


def open_revealed(desk: Desk, actor: Actor, kind: type[Kept], record_id: str) -> Opened[Kept]:
    """The record as `open_record` shows it; without its mask while the actor's own reveal of it, or of its case, holds.

    Whoever came into the record since is named in no reveal: then the mask is on again.

    Raises NotFound when it is not there or may not be seen.
    """
    word = WORDS.get(kind, kind.__name__.lower())
    with looking(desk, actor, f"{word}.see", Subject(word, record_id)) as look:
        record = look.load(kind, record_id, Action.SEE)
        lifted = _is_revealed(look, record)
    if lifted:
        return Opened(record, Mask(desk.rules.access.masks, lifted=True))
    return open_record(desk, actor, kind, record_id)


def _is_revealed(look: Look, record: Any) -> bool:
    case = look.case_of(record)
    records = {record.id} if case is None else {record.id, case.id}
    since = Range(look.now_us - look.rules.access.reveal_us)
    mine = Query(equals={"actor": look.actor.id}, within={"record": records}, ranges={"at_us": since}, order_by="at_us")
    held = [one for one in every(look.unit.records(Reveal), mine) if look.now_us < one.until_us]
    if not held:
        return False
    shown = {(one.person, field) for one in held for field in one.fields}
    return all((person.key, field) in shown for person in persons_of(look, record) for field in person.shown)
