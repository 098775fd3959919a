"""What was done to warn people: events, materials, messages; volunteers and fraud-free communities, as groups without names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique

from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.policy import check_person, check_reason, check_same_body
from fanzha.casework.publicity.rules import PublicityRules
from fanzha.core.actor import Actor
from fanzha.core.divisions import check_division
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids


@unique
class PublicityKind(StrEnum):
    """What was done."""

    EVENT = "event"  # 宣传活动
    MATERIAL = "material"  # 发放资料
    MESSAGE = "message"  # 发送信息
    VOLUNTEERS = "volunteers"  # 志愿者队伍
    COMMUNITY = "community"  # 无诈社区


COUNTS_AS = {
    PublicityKind.EVENT: "publicity_events", PublicityKind.MATERIAL: "leaflets_given",
    PublicityKind.MESSAGE: "publicity_messages", PublicityKind.VOLUNTEERS: "volunteers",
    PublicityKind.COMMUNITY: "proposed:fraud_free_communities",
}  # fmt: skip
REACHED = "people_reached"


@dataclass(frozen=True, slots=True)
class PublicityDraft:
    """One thing that was done, as it is written down.

    quantity: events, copies, messages, volunteers or communities. reached: people, as far as they were counted; None where
    nobody counted.
    """

    kind: PublicityKind
    jurisdiction: str
    at_us: int
    title: str
    quantity: int = 1
    reached: int | None = None
    venue: str = ""  # 五进
    class_slug: str = ""  # what it was about
    note: str = ""


@dataclass(frozen=True, slots=True)
class PublicityEntry:
    """An entry; what was entered wrongly is taken back with its reason and stays readable."""

    id: str
    version: int
    organisation: str
    draft: PublicityDraft
    by: str
    entered_us: int
    withdrawn_by: str = ""
    withdrawn_us: int | None = None
    withdrawn_reason: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is counted."""
        return self.withdrawn_us is None


def enter_publicity(
    draft: PublicityDraft, rules: PublicityRules, actor: Actor, now_us: int, ids: Ids
) -> tuple[PublicityEntry, Events]:
    """The entry. Raises BadInput, which names the field."""
    check_person(actor, "what was done for publicity")
    if not draft.title.strip():
        raise BadInput("title: say what it was")
    jurisdiction = check_division(draft.jurisdiction, "jurisdiction")
    if not jurisdiction:
        raise BadInput("jurisdiction: say where it was")
    if draft.quantity < 1 or (draft.reached is not None and draft.reached < 0):
        raise BadInput("quantity, reached: whole numbers; leave out what nobody counted")
    if draft.venue and draft.venue not in rules.venues:
        raise BadInput(f"venue: {draft.venue!r} is none; there are: {', '.join(rules.venues)}")
    if draft.at_us > now_us:
        raise BadInput("at: it is entered when it has been done")
    plain = replace(draft, jurisdiction=jurisdiction, title=draft.title.strip())
    entry = PublicityEntry(ids.new("PUB"), 0, actor.organisation, plain, actor.id, now_us)
    event = work_event(
        EventKind.PUBLICITY_ENTERED, entry.id, actor, now_us, ids, kind=draft.kind, quantity=draft.quantity
    )
    return entry, (event,)


def withdraw_publicity(
    entry: PublicityEntry, reason: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[PublicityEntry, Events]:
    """It was entered wrongly, and counts no more. Raises NotAllowed for who is of another body, or a second time."""
    check_person(actor, "taking an entry back")
    check_same_body(actor, entry)
    check_reason(reason, f"taking {entry.id} back")
    if not entry.counts:
        raise NotAllowed("publicity.withdrawn", f"{entry.id} was taken back already")
    event = work_event(EventKind.PUBLICITY_WITHDRAWN, entry.id, actor, now_us, ids, reason=reason)
    return replace(entry, withdrawn_by=actor.id, withdrawn_us=now_us, withdrawn_reason=reason.strip()), (event,)
