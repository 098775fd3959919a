"""Laws of the money-flow view: grouping keeps every sum, nothing jumps, and an instant of playback is true in itself."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from fixtures.trace_documents import case_context, case_document, layered_document
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.services.render_trace import (
    Control,
    FlowRequest,
    FlowView,
    Hold,
    Level,
    Preset,
    Shape,
    TraceContext,
    TraceDocument,
    flow_view,
    read_trace_document,
)
from fanzha.services.render_trace.flow_cards import CARDS_MAX, RIBBONS_MAX

pytestmark = pytest.mark.property
PARTS = (
    "accounts",
    "incoming",
    "held",
    "stoppable",
    "controlled",
    "exited",
    "cashed",
    "returned",
    "unknown",
    "passed_on",
)
BANKS = ("模拟甲银行", "模拟乙银行", "模拟支付", "")
CARD = re.compile(
    r'<g role="listitem" tabindex="0" class="card (\w+) (\w+)" data-c="(\d+)"([^>]*)>.*?y="(\d+)" .*?height="(\d+)"'
)


@st.composite
def traces(draw: st.DrawFn, most: int = 240) -> tuple[TraceDocument, TraceContext]:
    """A made trace with banks, measures and accounts that other cases share."""
    document = layered_document(
        draw(st.integers(2, most)), hops=draw(st.integers(1, 9)), seed=draw(st.integers(0, 10**6)),
        leave_permille=draw(st.integers(0, 600)),
    )  # fmt: skip
    accounts = [row["account"] for row in document["methods"]["fifo"]["accounts"]]
    held = draw(st.lists(st.sampled_from(accounts), max_size=4))
    controls = {a: Control(draw(st.sampled_from(Hold)), draw(st.none() | st.integers(1, 10**7))) for a in held}
    context = TraceContext(
        institutions={a: BANKS[int(a[-3:]) % len(BANKS)] for a in accounts},
        controls=controls,
        shared=dict.fromkeys(held[:1], 2),
    )
    return read_trace_document(document), context


def requests() -> st.SearchStrategy[FlowRequest]:
    return st.builds(
        FlowRequest,
        shape=st.just(Shape.HOPS),
        level=st.sampled_from(Level),
        preset=st.sampled_from(Preset),
        least_minor=st.sampled_from([0, 0, 10_000, 10**9]),
        cards_per_hop=st.none() | st.integers(1, 30),
        batches=st.frozensets(st.tuples(st.integers(0, 6), st.integers(1, 3)), max_size=2),
    )


def per_hop(view: FlowView) -> dict[int, tuple[int, ...]]:
    return {hop.hop: tuple(getattr(hop, part) for part in PARTS) for hop in view.hops}


def columns(view: FlowView) -> dict[int, list[str]]:
    """The accounts with a card of their own in each hop, from top to bottom."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for _, _, _, data, y, _ in CARD.findall(view.svg):
        account, hop = re.search(r'data-account="(\w+)"', data), re.search(r'data-hop="(\d+)"', data)
        if account and hop:
            found[int(hop[1])].append((int(y), account[1]))
    return {hop: [account for _, account in sorted(cards)] for hop, cards in found.items()}


def one_of_each(sequence: list[str], kept: set[str]) -> list[str]:
    return [account for account in sequence if account in kept]


@settings(max_examples=20, deadline=None)
@given(made=traces(), request=requests())
def test_whatever_is_grouped_every_sum_stays(made: tuple[TraceDocument, TraceContext], request: FlowRequest) -> None:
    plain = flow_view(*made, FlowRequest(shape=Shape.HOPS))
    view = flow_view(*made, request)
    assert per_hop(view) == per_hop(plain)
    assert view.sums == plain.sums
    assert view.sums is not None
    assert view.sums.holds
    assert [row._replace(card=0, own_card=True) for row in view.rows] == [
        row._replace(card=0, own_card=True) for row in plain.rows
    ]
    assert view.shown + sum(hop.rest.accounts for hop in view.hops if hop.rest) <= view.accounts
    assert flow_view(*made, request).svg == view.svg


@settings(max_examples=20, deadline=None)
@given(made=traces(), request=requests())
def test_no_card_lies_on_another_and_the_budget_holds(
    made: tuple[TraceDocument, TraceContext], request: FlowRequest
) -> None:
    view = flow_view(*made, request)
    by_hop: dict[str, list[tuple[int, int]]] = defaultdict(list)
    cards = CARD.findall(view.svg)
    assert len(cards) == view.svg.count('role="listitem"') <= CARDS_MAX
    assert view.svg.count("<path") <= RIBBONS_MAX
    for _, _, _, data, y, height in cards:
        by_hop[re.search(r'data-hop="(\d+)"', data)[1]].append((int(y), int(height)))  # type: ignore[index]
    for boxes in by_hop.values():
        assert all(y + height <= below for (y, height), (below, _) in itertools.pairwise(sorted(boxes)))
        assert all(height >= 16 and y + height <= view.height for y, height in boxes)


@settings(max_examples=15, deadline=None)
@given(made=traces(), request=requests(), hop=st.integers(1, 6))
def test_expanding_keeps_the_order_and_collapsing_takes_it_back(
    made: tuple[TraceDocument, TraceContext], request: FlowRequest, hop: int
) -> None:
    view = flow_view(*made, request)
    wider = flow_view(*made, request.expanded(hop))
    for column, accounts in columns(view).items():
        more = columns(wider).get(column, [])
        kept = set(accounts) & set(more)
        assert kept == set(accounts)
        assert one_of_each(accounts, kept) == one_of_each(more, kept)
    assert flow_view(*made, request.expanded(hop).collapsed(hop)).svg == view.svg


@settings(max_examples=15, deadline=None)
@given(made=traces(), data=st.data())
def test_folding_an_account_away_keeps_sums_and_order_and_is_taken_back(
    made: tuple[TraceDocument, TraceContext], data: st.DataObject
) -> None:
    request = FlowRequest(shape=Shape.HOPS)
    view = flow_view(*made, request)
    account = data.draw(st.sampled_from([row.account for row in view.rows]))
    folded = flow_view(*made, replace(request, folded=frozenset({account})))
    assert per_hop(folded) == per_hop(view)
    for column, accounts in columns(folded).items():
        kept = set(accounts) & set(columns(view).get(column, []))
        assert one_of_each(columns(view).get(column, []), kept) == one_of_each(accounts, kept)


@settings(max_examples=15, deadline=None)
@given(made=traces(120), request=requests(), part=st.floats(0, 1))
def test_an_instant_balances_and_its_table_is_its_picture(
    made: tuple[TraceDocument, TraceContext], request: FlowRequest, part: float
) -> None:
    whole = flow_view(*made, request)
    steps = whole.steps
    at_us = steps[int(part * (len(steps) - 1))].at_us
    view = flow_view(*made, replace(request, cursor_us=at_us))
    _assert_true_in_itself(view)
    places = {account: place for cards in columns(whole).values() for place, account in enumerate(cards)}
    for accounts in columns(view).values():
        assert [places[account] for account in accounts] == sorted(places[account] for account in accounts)
    last = flow_view(*made, replace(request, cursor_us=steps[-1].at_us))
    assert last.svg == whole.svg
    assert per_hop(last) == per_hop(whole)
    assert last.sums == whole.sums


def _said(view: FlowView) -> dict[str, tuple[str, str]]:
    """Of every card: its state, and its figures in words."""
    return {
        account[1]: (found[1], found[3])
        for found in re.findall(r'class="card (\w+) (\w+)" data-c="\d+"([^>]*) aria-label="([^"]*)"', view.svg)
        if (account := re.search(r'data-account="([^"]+)"', found[2]))
    }


def _times(view: FlowView) -> dict[str, tuple[int, int]]:
    """Of every card: the step with which playback shows it, and the one with which it shows its figures."""
    times = {}
    for account, first, last in re.findall(r'data-account="([^"]+)" data-t="(\d+)"(?: data-z="(\d+)")?', view.svg):
        times[account] = int(first), int(last or first)
    return times


def _assert_playback_shows_what_was_known(made: tuple[TraceDocument, TraceContext], request: FlowRequest) -> None:
    whole = flow_view(*made, request)
    times, final = _times(whole), _said(whole)
    assert set(times) == set(final)
    settled = 0
    for place, step in enumerate(whole.steps[:-1], start=1):
        then = _said(flow_view(*made, replace(request, cursor_us=step.at_us)))
        assert {account for account, (first, _) in times.items() if first <= place} == set(then)
        known = {account for account, (_, last) in times.items() if last <= place}
        settled += len(known)
        assert {account: then[account] for account in known} == {account: final[account] for account in known}
    assert settled > 0 or len(whole.steps) < 3


@settings(max_examples=6, deadline=None)
@given(made=traces(30))
def test_playback_shows_no_figure_before_its_time(made: tuple[TraceDocument, TraceContext]) -> None:
    _assert_playback_shows_what_was_known(made, FlowRequest(shape=Shape.HOPS, cards_per_hop=60))


def test_playback_of_the_made_case_shows_no_figure_before_its_time() -> None:
    document, context = read_trace_document(case_document()), TraceContext(**case_context())
    flows = document.methods[0].flows
    at_us = sorted(flow.at_us for flow in flows if flow.at_us is not None)[len(flows) // 2]
    held = next(account.account for account in document.methods[0].accounts if account.held and account.hop)
    context = replace(context, controls={held: Control(Hold.STOPPED, 100, at_us)})
    _assert_playback_shows_what_was_known((document, context), FlowRequest(shape=Shape.HOPS, cards_per_hop=60))


def _assert_true_in_itself(view: FlowView) -> None:
    assert view.sums is not None
    assert view.sums.holds
    assert view.sums.unknown >= 0
    rows: dict[int, int] = defaultdict(int)
    for row in view.rows:
        if row.card >= 0:  # what was taken back later has no card, and is named by the coverage
            rows[row.hop] += row.held
    assert {hop.hop: hop.held for hop in view.hops} == {hop.hop: rows[hop.hop] for hop in view.hops}
    cards = {card[2]: card for card in CARD.findall(view.svg)}
    own = [row for row in view.rows if row.own_card]
    assert {f'data-account="{row.account}"' for row in own} == set(re.findall(r'data-account="\w+"', view.svg))
    assert all(cards[str(row.card)][1] == row.state for row in own)


@pytest.mark.parametrize("method", ["fifo", "lifo"])
def test_every_instant_of_the_made_case_balances(method: str) -> None:
    document: dict[str, Any] = case_document()
    read, context = read_trace_document(document), TraceContext(**case_context())
    request = FlowRequest(method=method)
    for step in flow_view(read, context, request).steps:
        _assert_true_in_itself(flow_view(read, context, replace(request, cursor_us=step.at_us)))
