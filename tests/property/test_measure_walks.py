"""Any history of a measure: it moves by its table only, binds nobody after its due instant, and ends once."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_measures import (
    CHIEF,
    DUTY,
    FILED,
    HOUR_US,
    LINEAGE,
    RULES,
    T0,
    UNFILED,
    WIRE,
    answer,
    freeze_request,
    span,
    stop_request,
)

from fanzha.core.errors import NotAllowed
from fanzha.core.ids import CountedIds
from fanzha.measures.clocks import ClockKind, due_clocks
from fanzha.measures.deciding import act_first, approve_measure, countersign, draft_measure, propose_measure
from fanzha.measures.ending import approve_renewal, ask_renewal, lapse, lift_measure, release_part
from fanzha.measures.lifecycle import ENDED, HOLDING, TRANSITIONS, Status
from fanzha.measures.model import effective_status, held_minor, holds
from fanzha.measures.obstacles import Standing
from fanzha.measures.orders import Channel, Outcome, Verb
from fanzha.measures.receipts import decide_receipt
from fanzha.measures.sending import record_sent

pytestmark = pytest.mark.property

OFFICERS = ("propose", "approve", "act_first", "countersign", "send", "lift", "renew", "approve_renewal", "part")
OUTCOMES = ("received", "executed", "partial", "refused")
ACTS = (*OFFICERS, *OUTCOMES, "lapse")
MOVES = {(status, step.to) for (status, _), step in TRANSITIONS.items()}
HALF = span(1, "months")


def act(name, measure, standing, now_us, number):
    """The measure after an act; the same one where it is refused or does nothing."""
    reason = "为核实案情所需"
    match name:
        case "propose":
            return propose_measure(measure, DUTY, RULES, standing, now_us).measure
        case "approve":
            return approve_measure(measure, CHIEF, LINEAGE, RULES, standing, now_us).measure
        case "act_first":
            return act_first(measure, DUTY, RULES, standing, reason, now_us).measure
        case "countersign":
            return countersign(measure, CHIEF, LINEAGE, RULES, now_us).measure
        case "send":
            waiting = measure.orders[-1].id if measure.orders else ""
            return record_sent(measure, waiting, WIRE, RULES, now_us, channel=Channel.HTTP).measure
        case "lapse":
            change = lapse(measure, now_us)
            return measure if change is None else change.measure
        case "lift":
            return lift_measure(measure, CHIEF, LINEAGE, RULES, reason, now_us).measure
        case "renew":
            return ask_renewal(measure, DUTY, RULES, HALF, reason, now_us).measure
        case "approve_renewal":
            return approve_renewal(measure, CHIEF, LINEAGE, RULES, now_us).measure
        case "part":
            return release_part(measure, CHIEF, LINEAGE, RULES, 100_000, reason, now_us).measure
    order = measure.orders[0].id if measure.orders else "NOBODY"
    receipt = answer(measure, Outcome(name), now_us, f"R{number % 4}", order)
    change = decide_receipt(measure, receipt, RULES, now_us, CountedIds()).change
    return measure if change is None else change.measure


@settings(max_examples=60)
@given(st.booleans(), st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 60), st.integers(0, 7)), max_size=25))
def test_any_history_obeys_the_table_and_the_clock(is_stop, steps):
    standing = Standing(UNFILED if is_stop else FILED)
    request = stop_request() if is_stop else freeze_request(period=span(1, "months"))
    now_us, measure = T0, draft_measure(request, DUTY, RULES, T0, CountedIds()).measure
    for number, (name, hours, repeat) in enumerate(steps):
        now_us += hours * HOUR_US
        before = measure
        with suppress(NotAllowed):
            measure = act(name, measure, standing, now_us, repeat + number // 20)
        assert (before.status, measure.status) in MOVES or name in OUTCOMES
        assert before.status not in ENDED or measure.status is before.status
        due_us = measure.void_from_us
        if due_us is not None and now_us >= due_us:
            assert effective_status(measure, now_us) in ENDED
            assert not holds(measure, now_us)
        if measure.status in HOLDING | {Status.SENT, Status.ACKNOWLEDGED}:
            assert measure.ends_us is not None
        assert 0 <= held_minor([measure], now_us) <= 3_000_000
        assert sum(order.verb is Verb.RELEASE for order in measure.orders) <= 1
        assert len({order.id for order in measure.orders}) == len(measure.orders)
    over = lapse(measure, 10**18)
    assert over is None or lapse(over.measure, 10**18) is None
    ended = measure if over is None else over.measure
    assert not {ClockKind.TERM_END, ClockKind.COUNTERSIGN} & {row.kind for row in due_clocks(ended, RULES)}
