"""Blocks of a draft in several hands: nobody's change is lost, and who is at work on which block is known (模拟)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_bulletins import AT_US, a_bulletin

from fanzha.core.actor import Actor, Role
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.statistics.block_editing import (
    HOLD_US,
    change_block,
    hold_block,
    insert_block,
    keyed_blocks,
    let_block_go,
    live_holds,
    move_block,
    remove_block,
    remove_figure,
)
from fanzha.statistics.drafting import Block, BlockKind, check_issuer, content_sha256, issue

ONE, OTHER = (Actor(name, name, "CITY", frozenset({Role.ANALYST})) for name in ("one", "other"))
TEXTS = ("甲", "乙", "甲", "丙")
DRAFT = replace(a_bulletin(2), blocks=tuple(Block(BlockKind.NOTE, text) for text in TEXTS))


def said(bulletin):
    return [block.zh for block in bulletin.blocks]


def keys(bulletin):
    return [key for key, _ in keyed_blocks(bulletin)]


def test_two_who_change_different_blocks_both_keep_their_change():
    first, _, _, last = keys(DRAFT)
    changed = change_block(DRAFT, first, Block(BlockKind.NOTE, "改一"), ONE, AT_US)
    both = change_block(changed, last, Block(BlockKind.NOTE, "改四"), OTHER, AT_US)
    assert said(both) == ["改一", "乙", "甲", "改四"]
    assert both.editors == ("one", "other")


def test_who_saw_another_text_changes_nothing():
    seen = keys(DRAFT)[1]
    changed = change_block(DRAFT, seen, Block(BlockKind.NOTE, "改二"), ONE, AT_US)
    for late in (
        lambda: change_block(changed, seen, Block(BlockKind.NOTE, "另改"), OTHER, AT_US),
        lambda: remove_block(changed, seen, OTHER, AT_US),
        lambda: move_block(changed, seen, 1, OTHER, AT_US),
        lambda: insert_block(changed, seen, Block(BlockKind.NOTE, "新"), OTHER),
    ):
        with pytest.raises(NotAllowed, match="somebody else"):
            late()


def test_a_block_in_somebodys_hands_is_his_until_he_lets_go_or_five_minutes_pass():
    key = keys(DRAFT)[1]
    held = hold_block(DRAFT, key, ONE, AT_US)
    assert live_holds(held, AT_US)[key].by == "one"
    with pytest.raises(NotAllowed, match="one is at work"):
        change_block(held, key, Block(BlockKind.NOTE, "改"), OTHER, AT_US)
    assert hold_block(held, key, ONE, AT_US).holds
    assert said(change_block(held, key, Block(BlockKind.NOTE, "改"), OTHER, AT_US + HOLD_US))[1] == "改"
    assert live_holds(let_block_go(held, key, ONE, AT_US), AT_US) == {}
    assert live_holds(change_block(held, key, Block(BlockKind.NOTE, "改"), ONE, AT_US), AT_US) == {}


def test_what_a_block_says_must_be_there():
    with pytest.raises(BadInput, match="no figure 'nobody'"):
        insert_block(DRAFT, "", Block(BlockKind.TABLE, "表", figures=("nobody",)), ONE)
    with pytest.raises(BadInput, match="is empty"):
        insert_block(DRAFT, "", Block(BlockKind.TEXT, ""), ONE)


def test_a_figure_goes_only_when_no_text_says_it():
    made = a_bulletin(2)
    name = made.figures[0].variable.name
    with pytest.raises(BadInput, match=f"still says '{name}'"):
        remove_figure(made, name, ONE)
    assert name not in remove_figure(replace(made, blocks=()), name, ONE).by_name


def test_who_changed_a_block_does_not_issue_it_and_holds_are_no_content():
    changed = insert_block(DRAFT, "", Block(BlockKind.NOTE, "新"), OTHER)
    with pytest.raises(NotAllowed, match="other wrote"):
        check_issuer(changed, OTHER)
    key = keys(DRAFT)[0]
    assert content_sha256(hold_block(DRAFT, key, ONE, AT_US)) == content_sha256(DRAFT)
    assert issue(hold_block(DRAFT, key, ONE, AT_US), ONE, "1", AT_US).holds == ()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 5)), max_size=12))
def test_moving_keeps_every_block(moves):
    bulletin = DRAFT
    for at, by in moves:
        bulletin = move_block(bulletin, keys(bulletin)[at], by, ONE, AT_US)
        assert len(set(keys(bulletin))) == len(TEXTS)
    assert sorted(said(bulletin)) == sorted(TEXTS)
