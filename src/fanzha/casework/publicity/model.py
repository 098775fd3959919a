"""What was done to warn people: events, materials, messages; volunteers and fraud-free communities, as groups without names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Final

from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.lifecycle import Table, total
from fanzha.casework.policy import check_person, check_reason, check_same_body
from fanzha.casework.publicity.rules import PublicityRules
from fanzha.casework.words import in_words
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
    PublicityKind.COMMUNITY: "fraud_free_communities",
}  # fmt: skip
REACHED = "people_reached"


@unique
class PublicityStatus(StrEnum):
    """Where an entry stands; a community is proposed first, and counts once it is recognised 认定."""

    PROPOSED = "proposed"
    STANDING = "counted"
    WITHDRAWN = "withdrawn"


@unique
class PublicityStep(StrEnum):
    """What can happen to an entry."""

    RECOGNISE = "recognise"
    WITHDRAW = "withdraw"


PUBLICITY_TABLE: Final[Table[PublicityStatus, PublicityStep]] = total(
    PublicityStatus,
    PublicityStep,
    {
        PublicityStatus.PROPOSED: {
            PublicityStep.RECOGNISE: PublicityStatus.STANDING,
            PublicityStep.WITHDRAW: PublicityStatus.WITHDRAWN,
        },
        PublicityStatus.STANDING: {PublicityStep.WITHDRAW: PublicityStatus.WITHDRAWN},
    },
)


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
    recognised_by: str = ""  # of a community: who decided that it is one
    recognised_us: int | None = None
    recognition: str = ""  # 文号 of the decision

    @property
    def status(self) -> PublicityStatus:
        """Where it stands now."""
        if self.withdrawn_us is not None:
            return PublicityStatus.WITHDRAWN
        waits = self.draft.kind is PublicityKind.COMMUNITY and self.recognised_us is None
        return PublicityStatus.PROPOSED if waits else PublicityStatus.STANDING

    @property
    def counts(self) -> bool:
        """Whether it is counted."""
        return self.status is PublicityStatus.STANDING

    def counted_us(self, as_of_us: int) -> int | None:
        """The instant by which it is in a period: of a community its recognition; None where it did not count then."""
        if self.entered_us > as_of_us or (self.withdrawn_us is not None and self.withdrawn_us <= as_of_us):
            return None
        if self.draft.kind is not PublicityKind.COMMUNITY:
            return self.draft.at_us
        recognised = self.recognised_us is not None and self.recognised_us <= as_of_us
        return self.recognised_us if recognised else None


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


def recognise_community(
    entry: PublicityEntry, document: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[PublicityEntry, Events]:
    """认定: another officer of the body decides that a proposed community is one, by a document; it counts from then on.

    Raises NotAllowed for who proposed it, who is of another body, and for what is no proposed community.
    """
    _step(entry, PublicityStep.RECOGNISE, actor)
    if actor.id == entry.by:
        raise NotAllowed("four_eyes", f"{actor.id} proposed {entry.id}: another officer recognises it")
    if not document.strip():
        raise BadInput("document: name the decision by its number (文号)")
    event = work_event(EventKind.PUBLICITY_RECOGNISED, entry.id, actor, now_us, ids, document=document.strip())
    made = replace(entry, recognised_by=actor.id, recognised_us=now_us, recognition=document.strip())
    return made, (event,)


def withdraw_publicity(
    entry: PublicityEntry, reason: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[PublicityEntry, Events]:
    """It was entered wrongly, or the community is none any more: it counts no longer, and stays readable.

    Raises NotAllowed for who is of another body, or a second time.
    """
    _step(entry, PublicityStep.WITHDRAW, actor)
    check_reason(reason, f"taking {entry.id} back")
    event = work_event(EventKind.PUBLICITY_WITHDRAWN, entry.id, actor, now_us, ids, reason=reason)
    return replace(entry, withdrawn_by=actor.id, withdrawn_us=now_us, withdrawn_reason=reason.strip()), (event,)


def _step(entry: PublicityEntry, step: PublicityStep, actor: Actor) -> None:
    check_person(actor, f"{in_words(step)} of {entry.id}")
    check_same_body(actor, entry)
    if PUBLICITY_TABLE[entry.status][step] is None:
        raise NotAllowed(
            f"publicity.{entry.status}",
            f"{in_words(step)} of {entry.id} is not possible: it is {in_words(entry.status)}",
        )
