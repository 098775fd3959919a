"""Blocks of a draft changed one at a time by several people: each sees what he changes, and who is at work on which."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Final

from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.statistics.drafting import Block, BlockHold, BlockKind, DraftStep, OwnBulletin, check_content, step_of

HOLD_US: Final = 5 * 60 * 1_000_000
_KEY_LENGTH: Final = 12


def keyed_blocks(bulletin: OwnBulletin) -> tuple[tuple[str, Block], ...]:
    """The blocks, each with the key of what it says now; of two that say the same the second has another."""
    return tuple(_keyed(bulletin.blocks))


def _keyed(blocks: Sequence[Block]) -> Iterator[tuple[str, Block]]:
    seen: dict[str, int] = {}
    for block in blocks:
        said = json.dumps(asdict(block), ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(said.encode()).hexdigest()[:_KEY_LENGTH]
        seen[digest] = seen.get(digest, 0) + 1
        yield f"{digest}-{seen[digest]}", block


def live_holds(bulletin: OwnBulletin, now_us: int) -> dict[str, BlockHold]:
    """Who is at work on which block now."""
    there = dict(_keyed(bulletin.blocks))
    return {one.block: one for one in bulletin.holds if one.until_us > now_us and one.block in there}


def hold_block(bulletin: OwnBulletin, key: str, actor: Actor, now_us: int) -> OwnBulletin:
    """The draft in which the block is in the actor's hands for five minutes. Raises NotAllowed where it is in another's."""
    _editable(bulletin, key, actor, now_us)
    others = tuple(one for one in _live(bulletin, now_us) if one.block != key and one.by != actor.id)
    return replace(bulletin, holds=(*others, BlockHold(key, actor.id, now_us + HOLD_US)))


def let_block_go(bulletin: OwnBulletin, key: str, actor: Actor, now_us: int) -> OwnBulletin:
    """The draft in which the actor has let go of the block."""
    kept = tuple(one for one in _live(bulletin, now_us) if (one.block, one.by) != (key, actor.id))
    return replace(bulletin, holds=kept)


def change_block(bulletin: OwnBulletin, key: str, block: Block, actor: Actor, now_us: int) -> OwnBulletin:
    """The draft with another text in the block that says what the actor saw.

    Raises NotAllowed where somebody else is at work on it or has changed it since, BadInput for figures that are not there.
    """
    at = _editable(bulletin, key, actor, now_us)
    blocks = (*bulletin.blocks[:at], block, *bulletin.blocks[at + 1 :])
    return _with_blocks(let_block_go(bulletin, key, actor, now_us), blocks, actor)


def keep_writing(bulletin: OwnBulletin, key: str, block: Block, actor: Actor, now_us: int) -> OwnBulletin:
    """The same while somebody goes on writing: the block, under its new key, stays in his hands. Raises as `change_block`."""
    at = place_of(bulletin, key)
    changed = change_block(bulletin, key, block, actor, now_us)
    return hold_block(changed, keyed_blocks(changed)[at][0], actor, now_us)


def insert_block(bulletin: OwnBulletin, after: str, block: Block, actor: Actor) -> OwnBulletin:
    """The draft with a block behind another; at its head where `after` is empty."""
    step_of(bulletin, DraftStep.EDIT)
    at = place_of(bulletin, after) + 1 if after else 0
    return _with_blocks(bulletin, (*bulletin.blocks[:at], block, *bulletin.blocks[at:]), actor)


def move_block(bulletin: OwnBulletin, key: str, by: int, actor: Actor, now_us: int) -> OwnBulletin:
    """The draft with the block so many places further down (negative: up), no further than its ends."""
    at = _editable(bulletin, key, actor, now_us)
    rest = [block for place, block in enumerate(bulletin.blocks) if place != at]
    to = min(max(at + by, 0), len(rest))
    return _with_blocks(bulletin, (*rest[:to], bulletin.blocks[at], *rest[to:]), actor)


def remove_block(bulletin: OwnBulletin, key: str, actor: Actor, now_us: int) -> OwnBulletin:
    """The draft without the block. Raises NotAllowed as `change_block`."""
    at = _editable(bulletin, key, actor, now_us)
    return _with_blocks(bulletin, (*bulletin.blocks[:at], *bulletin.blocks[at + 1 :]), actor)


def remove_figure(bulletin: OwnBulletin, name: str, actor: Actor) -> OwnBulletin:
    """The draft without the figure. Raises BadInput where a block or a sum still names it."""
    step_of(bulletin, DraftStep.EDIT)
    if name not in bulletin.by_name:
        raise BadInput(f"{bulletin.id} has no figure {name!r}")
    mark = (f"{{{name}}}", f"{{{name}.")
    named = [
        at
        for at, block in enumerate(bulletin.blocks, start=1)
        if name in block.figures or any(one in block.zh or one in block.en for one in mark)
    ]
    if named:
        raise BadInput(f"block {named[0]} still says {name!r}: take it out of the text first")
    if any(name in (rule.whole, *rule.parts) for rule in bulletin.sums):
        raise BadInput(f"{name!r} is part of a sum that is checked: change the sums first, by fanzha bulletin edit")
    figures = tuple(one for one in bulletin.figures if one.variable.name != name)
    return replace(bulletin, figures=figures, editors=_editors(bulletin, actor))


def place_of(bulletin: OwnBulletin, key: str) -> int:
    """Where the block stands. Raises NotAllowed where it says something else by now, or is gone."""
    found = next((at for at, (one, _) in enumerate(_keyed(bulletin.blocks)) if one == key), None)
    if found is None:
        raise NotAllowed(
            "block_changed", f"this block of {bulletin.id} was changed or removed by somebody else meanwhile"
        )
    return found


def _editable(bulletin: OwnBulletin, key: str, actor: Actor, now_us: int) -> int:
    step_of(bulletin, DraftStep.EDIT)
    at = place_of(bulletin, key)
    held = live_holds(bulletin, now_us).get(key)
    if held is not None and held.by != actor.id:
        raise NotAllowed("block_held", f"{held.by} is at work on this block of {bulletin.id}")
    return at


def _live(bulletin: OwnBulletin, now_us: int) -> tuple[BlockHold, ...]:
    return tuple(live_holds(bulletin, now_us).values())


def _with_blocks(bulletin: OwnBulletin, blocks: tuple[Block, ...], actor: Actor) -> OwnBulletin:
    check_content(blocks, [one.variable for one in bulletin.figures])
    for at, block in enumerate(blocks, start=1):
        unknown = next((name for name in block.figures if name not in bulletin.by_name), None)
        if unknown is not None:
            raise BadInput(f"block {at}: there is no figure {unknown!r}: insert it first")
        if not block.zh and block.kind in (BlockKind.HEADING, BlockKind.TEXT, BlockKind.NOTE):
            raise BadInput(f"block {at} is empty: write it, or remove it")
    return replace(bulletin, blocks=blocks, editors=_editors(bulletin, actor))


def _editors(bulletin: OwnBulletin, actor: Actor) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*bulletin.editors, actor.id)))
