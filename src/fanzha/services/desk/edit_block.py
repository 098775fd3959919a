"""One block of a draft changed, put in, moved or removed, while others are at work on other blocks of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping_bulletins import keep_bulletin
from fanzha.services.desk.model import Desk
from fanzha.statistics.block_editing import (
    change_block,
    hold_block,
    insert_block,
    keep_writing,
    let_block_go,
    move_block,
    remove_block,
    remove_figure,
)
from fanzha.statistics.drafting import Block, OwnBulletin


@unique
class BlockDeed(StrEnum):
    """What is done to a block."""

    HOLD = "hold"  # take it into one's hands, so that others see who is at work on it
    LET_GO = "let_go"
    CHANGE = "change"
    KEEP = "keep"  # the same while one goes on writing
    INSERT = "insert"
    MOVE_UP = "move_up"
    MOVE_DOWN = "move_down"
    REMOVE = "remove"
    REMOVE_FIGURE = "remove_figure"


_STEPS: Final = {BlockDeed.MOVE_UP: -1, BlockDeed.MOVE_DOWN: 1}


@dataclass(frozen=True, slots=True)
class BlockChange:
    """A deed on the block that says what the editor saw (its key), with what it is to say.

    For INSERT the key is that of the block before it, empty for the head; for REMOVE_FIGURE the name of the figure.
    """

    deed: BlockDeed
    key: str = ""
    block: Block | None = None


def edit_block(desk: Desk, actor: Actor, bulletin_id: str, change: BlockChange) -> OwnBulletin:
    """The draft with the change, upon whatever the other blocks say by now.

    Raises NotAllowed where the block is in another's hands, says something else than was seen, or the bulletin is issued;
    BadInput for a text that is none.
    """
    with acting(desk, actor, "bulletin.edit_block", Subject("bulletin", bulletin_id)) as work:
        held = work.load(OwnBulletin, bulletin_id, Action.BULLETIN_DRAFT, None)
        changed, writing = _changed(work, held, change), change.deed is BlockDeed.KEEP
        return keep_bulletin(work, changed, "bulletin.edit_block", change.deed.value, writing=writing)


def _changed(work: Work, held: OwnBulletin, change: BlockChange) -> OwnBulletin:
    actor, now_us = work.actor, work.now_us
    match change.deed:
        case BlockDeed.HOLD:
            return hold_block(held, change.key, actor, now_us)
        case BlockDeed.LET_GO:
            return let_block_go(held, change.key, actor, now_us)
        case BlockDeed.CHANGE:
            return change_block(held, change.key, _told(change), actor, now_us)
        case BlockDeed.KEEP:
            return keep_writing(held, change.key, _told(change), actor, now_us)
        case BlockDeed.INSERT:
            return insert_block(held, change.key, _told(change), actor)
        case BlockDeed.MOVE_UP | BlockDeed.MOVE_DOWN:
            return move_block(held, change.key, _STEPS[change.deed], actor, now_us)
        case BlockDeed.REMOVE:
            return remove_block(held, change.key, actor, now_us)
        case BlockDeed.REMOVE_FIGURE:
            return remove_figure(held, change.key, actor)


def _told(change: BlockChange) -> Block:
    if change.block is None:
        raise BadInput("the block has no text: write it")
    return change.block
