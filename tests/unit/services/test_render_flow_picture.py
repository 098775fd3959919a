"""The picture of a trace: what it groups it still counts, cards do not overlap, the same trace gives the same bytes."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict

import pytest
from fixtures.trace_documents import case_context, case_document, layered_document
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.services.render_trace import SmallPart, TraceContext, funds_flow_svg, read_trace_document
from fanzha.services.render_trace.account_states import small_parts
from fanzha.services.render_trace.flow_cards import CARDS_MAX, COLUMNS_MAX, RIBBONS_MAX, Card
from fanzha.services.render_trace.flow_layout import layout_of
from fanzha.services.render_trace.flow_picture import picture_of
from fanzha.services.render_trace.funds_flow_svg import funds_flow_drawing
from fanzha.services.render_trace.text_width import fitted, width_of
from fanzha.services.render_trace.trace_document import MethodTrace

PARTS = ("incoming", "passed_on", "held", "stoppable", "exited", "unknown")
SVG_BYTES_MAX = 150_000


def _trace(document: dict[str, object]) -> MethodTrace:
    return read_trace_document(document).methods[0]


def _per_hop(cards: tuple[Card, ...]) -> dict[tuple[int, str], int]:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for card in cards:
        for part in PARTS:
            sums[card.column, part] += getattr(card, part)
    return sums


def _assert_sound(trace: MethodTrace) -> None:
    picture = picture_of(trace)
    assert _per_hop(picture.cards) == _per_hop(picture.all_cards)
    assert sum(card.stoppable for card in picture.cards) == trace.stoppable
    assert len(picture.cards) <= CARDS_MAX
    assert len(picture.links) <= RIBBONS_MAX
    shown = sum(card.members for card in picture.cards if card.kind in {"account", "victim", "other"})
    assert shown + len(picture.undrawn) == picture.accounts_total
    boxes = {card.code for card in picture.all_cards if card.kind in {"account", "victim"}}
    assert picture.accounts_total == len(boxes | {account.account for account in trace.accounts})
    layout = layout_of(picture)
    columns = defaultdict(list)
    for box in layout.boxes:
        columns[box.x].append(box)
        assert box.x >= 0
        assert box.x + box.width <= layout.width
        assert box.y >= 0
        assert box.y + box.height <= layout.height
    for boxes in columns.values():
        boxes.sort(key=lambda box: box.y)
        assert all(above.y + above.height <= below.y for above, below in itertools.pairwise(boxes))
    others = [box for box in layout.boxes if box.card.kind == "other"]
    assert all(box.y == max(b.y for b in columns[box.x]) for box in others)


@pytest.mark.parametrize("accounts", [1, 5, 41, 300, 1_000, 5_000])
def test_grouping_keeps_every_sum_and_cards_keep_apart(accounts: int) -> None:
    _assert_sound(_trace(layered_document(accounts)))


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(accounts=st.integers(2, 400), hops=st.integers(1, 60), seed=st.integers(0, 10**6), leave=st.integers(0, 1000))
def test_grouping_keeps_every_sum_on_any_shape(accounts: int, hops: int, seed: int, leave: int) -> None:
    _assert_sound(_trace(layered_document(accounts, hops=hops, seed=seed, leave_permille=leave)))


def test_columns_beyond_the_limit_are_folded_and_named() -> None:
    trace = _trace(layered_document(400, hops=60))
    assert max(card.column for card in picture_of(trace).cards) == COLUMNS_MAX
    assert f"第{COLUMNS_MAX}层及以后" in funds_flow_svg(trace, TraceContext())


def test_five_thousand_accounts_are_small_and_honest() -> None:
    trace = _trace(layered_document(5_000))
    svg = funds_flow_svg(trace, TraceContext())
    assert len(svg.encode()) < SVG_BYTES_MAX
    picture = picture_of(trace)
    assert f"显示 {picture.accounts_shown:,} / {picture.accounts_total:,} 户" in svg
    assert picture.accounts_shown < picture.accounts_total


def test_the_same_trace_gives_the_same_bytes_whatever_the_order_of_its_parts() -> None:
    document = case_document()
    once = funds_flow_svg(_trace(document), TraceContext(**case_context()))
    for part in ("accounts", "exits", "unknown"):
        document["methods"]["fifo"][part].reverse()
    assert funds_flow_svg(_trace(document), TraceContext(**case_context())) == once


def test_the_case_shows_its_return_its_question_and_no_reversed_payment() -> None:
    picture = picture_of(_trace(case_document()))
    back = [stub for stub in picture.stubs if stub.back]
    assert [(stub.traced, stub.account[-4:]) for stub in back] == [(800_000, "6760")]
    asked = [card for card in picture.cards if card.frontier]
    assert [(card.unknown, card.state) for card in asked] == [(6_000_000, "unknown")]
    assert not [card for card in picture.cards if card.code == "6299997700039674190"]  # 退汇: all came back
    left_out = [(account.traced_in, account.taken_back) for account in picture.undrawn]
    assert (1_200_000, True) in left_out
    exits = {(card.column, card.code): card.incoming for card in picture.cards if card.kind == "exit"}
    assert exits[3, "to_victim"] == 150_000


def test_every_card_has_a_name_of_one_sentence() -> None:
    svg = funds_flow_svg(_trace(case_document()), TraceContext(**case_context()))
    named = re.findall(r'<g role="listitem" tabindex="0" [^>]* aria-label="[^"]+">', svg)
    assert svg.count('role="listitem"') == len(named) > 0
    assert "第2层 尾8660 账户 6299995500001108660 模拟·沈卯 模拟戊银行，转入 60,000.00 元" in svg


def test_what_has_no_box_is_counted_and_said_with_its_amount() -> None:
    trace = _trace(case_document())
    drawing = funds_flow_drawing(trace, TraceContext(**case_context()))
    picture = picture_of(trace)
    assert f"显示 {picture.accounts_shown} / {picture.accounts_total} 户（含被害人 3 户）" in drawing.coverage
    assert "转入后已全额退回" in drawing.coverage
    assert "12,000.00" in drawing.coverage


@pytest.mark.parametrize(
    ("inflow", "amount_max", "small"),
    [
        (2_400_000, 10_000, True),
        (2_399_999, 10_000, True),
        (2_300_000, 10_000, False),
        (0, 10_000, False),
        (2_400_000, 5_999, False),
    ],
)
def test_a_small_part_is_judged_by_share_and_amount(inflow: int, amount_max: int, small: bool) -> None:
    document = case_document()
    account = next(a for a in document["methods"]["fifo"]["accounts"] if a["stoppable"] not in {"unknown", "0.00"})
    account["traced_in"] = "6000.00"
    inflows = {(account["account"], "CNY"): inflow}
    context = TraceContext(inflows=inflows, small_part=SmallPart(percent_max=25, amount_max=amount_max))
    trace = _trace(document)
    assert small_parts(trace, context) == ({account["account"]} if small else set())
    assert ("少量混入，先查询" in funds_flow_svg(trace, context)) == small
    assert picture_of(trace, small_parts(trace, context)).cards  # the amount stays in every sum
    _assert_sound(trace)


@given(st.text(max_size=30), st.integers(0, 200), st.booleans())
def test_a_fitted_text_fits_and_is_cut_only_for_want_of_room(words: str, pixels: int, bold: bool) -> None:
    cut = fitted(words, pixels, bold=bold)
    assert cut == "" or width_of(cut, bold=bold) <= pixels
    assert (cut == words) == (width_of(words, bold=bold) <= pixels or not words)
