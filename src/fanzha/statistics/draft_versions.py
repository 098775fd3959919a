"""Earlier versions of a draft: what it said each time it was saved, so that one can see what differs and go back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.statistics.block_editing import live_holds
from fanzha.statistics.drafting import DraftStep, OwnBulletin, step_of

WRITING_US: Final = 5 * 60 * 1_000_000  # what somebody writes in one go is one version
_SAID: Final = (
    "title_zh", "title_en", "publisher_zh", "publisher_en", "published", "blocks", "figures", "sums",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DraftVersion:
    """What a draft said when it was saved."""

    id: str
    version: int  # of this record: it grows while somebody writes on
    organisation: str
    bulletin: str
    number: int  # 1 is what it began with
    by: str
    at_us: int  # when it was saved last
    deed: str  # the action that saved it
    said: OwnBulletin
    writing: bool = False  # saved by itself while somebody was writing


def says_the_same(one: OwnBulletin, other: OwnBulletin) -> bool:
    """Whether they read alike, whoever is at work on them."""
    return all(getattr(one, name) == getattr(other, name) for name in _SAID)


def next_version(
    last: DraftVersion | None, bulletin: OwnBulletin, actor: Actor, deed: str, now_us: int, *, writing: bool = False
) -> DraftVersion | None:
    """The version that a save makes: none where nothing else is said, the last one where it is written on, or a new one."""
    if last is not None and says_the_same(last.said, bulletin):
        return None
    goes_on = last is not None and last.writing and writing and last.by == actor.id
    if last is not None and goes_on and now_us - last.at_us < WRITING_US:
        return replace(last, at_us=now_us, said=bulletin)
    number = 1 if last is None else last.number + 1
    return DraftVersion(
        f"{bulletin.id}.{number}",
        0,
        bulletin.organisation,
        bulletin.id,
        number,
        actor.id,
        now_us,
        deed,
        bulletin,
        writing,
    )


def restore(bulletin: OwnBulletin, earlier: DraftVersion, actor: Actor, now_us: int) -> OwnBulletin:
    """The draft that says again what it said in the earlier version; its figures are those that were counted then.

    Raises NotAllowed once it is issued or withdrawn, and where somebody else is at work on a block of it.
    """
    step_of(bulletin, DraftStep.EDIT)
    other = next((one for one in live_holds(bulletin, now_us).values() if one.by != actor.id), None)
    if other is not None:
        raise NotAllowed("block_held", f"{other.by} is at work on a block of {bulletin.id}")
    said = {name: getattr(earlier.said, name) for name in _SAID}
    editors = tuple(dict.fromkeys((*bulletin.editors, actor.id)))
    return replace(bulletin, **said, holds=(), editors=editors)
