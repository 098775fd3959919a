"""What was done to warn people is entered once, and taken back where it was wrong."""

from __future__ import annotations

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework import Events, publicity
from fanzha.casework.publicity import PublicityDraft, PublicityEntry
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import tell
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once


def enter_publicity(desk: Desk, actor: Actor, draft: PublicityDraft, *, request: str = "") -> PublicityEntry:
    """An entry of the actor's body. request: the caller's key; the same again is the same entry.

    Raises BadInput naming the field, NotAllowed where the actor's role enters nothing.
    """
    with acting(desk, actor, "publicity.enter", Subject("publicity", "")) as work:
        work.check(Action.BULLETIN_DRAFT, Scope(actor.organisation))
        known = {one.slug for version in work.rules.taxonomy.versions for one in version.classes}
        if draft.class_slug and draft.class_slug not in known:
            raise BadInput(f"class: the taxonomy has no class {draft.class_slug!r}")
        made, events = publicity.enter_publicity(draft, work.rules.publicity, actor, work.now_us, work.ids)
        command = fingerprint_of("publicity.enter", draft)
        return once(work, request, command, PublicityEntry, lambda: _keep(work, made, events, new=True))


def recognise_community(desk: Desk, actor: Actor, entry_id: str, document: str) -> PublicityEntry:
    """认定无诈社区: another officer, who may issue bulletins, recognises a proposed community; it counts from then on.

    Raises NotAllowed for who proposed it and for what is no proposed community, BadInput without the document's number.
    """
    with acting(desk, actor, "publicity.recognise", Subject("publicity", entry_id)) as work:
        entry = work.load(PublicityEntry, entry_id, Action.BULLETIN_ISSUE)
        return _keep(work, *publicity.recognise_community(entry, document, actor, work.now_us, work.ids))


def withdraw_publicity(desk: Desk, actor: Actor, entry_id: str, reason: str) -> PublicityEntry:
    """Takes an entry back; it stays readable and counts no more."""
    with acting(desk, actor, "publicity.withdraw", Subject("publicity", entry_id)) as work:
        entry = work.load(PublicityEntry, entry_id, Action.BULLETIN_DRAFT)
        return _keep(work, *publicity.withdraw_publicity(entry, reason, actor, work.now_us, work.ids))


def _keep(work: Work, entry: PublicityEntry, events: Events, *, new: bool = False) -> PublicityEntry:
    records = work.unit.records(PublicityEntry)
    kept = records.add(entry) if new else records.save(entry)
    tell(work, events, "publicity")
    return kept
