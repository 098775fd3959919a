"""An answer that was typed in wrongly and put right leaves the measure as if it had been typed in rightly at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_measures import CHIEF, DUTY, FILED, HOUR_US, LINEAGE, RULES, T0, UNFILED, WIRE, answer, freeze_request, span
from made_measures import stop_request as made_stop

from fanzha.core.errors import NotAllowed
from fanzha.core.ids import CountedIds
from fanzha.measures.changes import Happening
from fanzha.measures.correcting import Correcting, correct_receipt, rederived
from fanzha.measures.deciding import act_first, approve_measure, draft_measure, propose_measure
from fanzha.measures.ending import (
    approve_renewal,
    ask_renewal,
    book_returned,
    ended_if_empty,
    is_emptied,
    lapse,
    lift_measure,
    release_part,
)
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import held_minor
from fanzha.measures.obstacles import Standing
from fanzha.measures.orders import Channel, Outcome, Verb
from fanzha.measures.receipts import decide_receipt
from fanzha.measures.sending import record_sent

pytestmark = pytest.mark.property

REASON = "录入时看错一行"
BY = Correcting(DUTY, REASON)
ANSWERS = tuple(outcome.value for outcome in Outcome)
ACTS = ("lift", "renew", "part", "lapse", "pay", *ANSWERS, *ANSWERS)


def typed(measure, outcome, now_us, number, asked):
    """An answer as an officer types it: to one of the orders, with or without an amount and a balance."""
    order = measure.orders[asked % len(measure.orders)].id
    amount = None if asked % 3 == 0 else 900_000 * (asked % 4)
    balance = 500_000 * asked if asked % 2 else None
    said = {"amount_minor": amount, "balance_minor": balance, "entered_by": "duty"}
    return answer(measure, Outcome(outcome), now_us - asked * 60_000_000, number, order, **said)


def act(name, measure, now_us, number, asked):
    """The measure after an act; `answer` takes in what an officer types."""
    match name:
        case "lapse":
            change = lapse(measure, now_us)
            return measure if change is None else change.measure
        case "lift":
            return lift_measure(measure, CHIEF, LINEAGE, RULES, REASON, now_us).measure
        case "renew":
            asked_for = ask_renewal(measure, DUTY, RULES, span(1, "months"), REASON, now_us).measure
            return approve_renewal(asked_for, CHIEF, LINEAGE, RULES, now_us).measure
        case "part":
            return release_part(measure, CHIEF, LINEAGE, RULES, 100_000, REASON, now_us).measure
        case "pay":  # of a decided return: what went out of it went out, whatever it is by now
            return ended_if_empty(
                book_returned(measure, 900_000 * (1 + asked % 3), number, now_us), RULES, now_us
            ).measure
    said = typed(measure, name, now_us, number, asked)
    change = decide_receipt(measure, said, RULES, now_us, CountedIds()).change
    return measure if change is None else ended_if_empty(change, RULES, now_us, told_us=said.arrived_us).measure


STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 300), st.integers(0, 7)), min_size=1, max_size=12)


def walk(is_stop, sent_first, steps):
    """A measure that was approved, sent, answered, and decided upon in between."""
    standing = Standing(UNFILED if is_stop else FILED)
    request = made_stop() if is_stop else freeze_request(period=span(1, "months"))
    measure = propose_measure(draft_measure(request, DUTY, RULES, T0, CountedIds()).measure, DUTY, RULES, standing, T0)
    measure = approve_measure(measure.measure, CHIEF, LINEAGE, RULES, standing, T0).measure
    if sent_first:
        measure = record_sent(measure, measure.orders[0].id, WIRE, RULES, T0, channel=Channel.HTTP).measure
    now_us = T0
    for number, (name, hours, asked) in enumerate(steps):
        now_us += hours * HOUR_US
        with suppress(NotAllowed):
            measure = act(name, measure, now_us, f"R{number}", asked)
    return measure, now_us


@settings(max_examples=150, deadline=None)
@given(st.booleans(), st.booleans(), STEPS)
def test_a_measure_is_what_its_answers_make_it(is_stop, sent_first, steps):
    measure, _ = walk(is_stop, sent_first, steps)
    assert rederived(measure, measure.receipts, RULES, CountedIds())[0] == measure


@settings(max_examples=150, deadline=None)
@given(st.booleans(), STEPS, st.integers(0, 11), st.sampled_from(ANSWERS), st.integers(0, 9))
def test_put_right_and_back_again_is_never_put_right(is_stop, steps, place, outcome, asked):
    measure, now_us = walk(is_stop, True, steps)
    assume(measure.receipts)
    was = measure.receipts[place % len(measure.receipts)]
    assert correct_receipt(measure, was, was, BY, RULES, now_us, CountedIds()).events == ()
    other = replace(was, outcome=Outcome(outcome), amount_minor=asked * 300_000, balance_minor=asked * 100 or None)
    with suppress(NotAllowed):
        once = correct_receipt(measure, was, other, BY, RULES, now_us, CountedIds()).measure
        back = correct_receipt(once, other, was, BY, RULES, now_us, CountedIds()).measure
        if once.status is Status.LAPSED and measure.status is not Status.LAPSED:
            return  # by the answers as corrected its term was over: it is void, and its release goes out
        own = back.orders[: len(measure.orders)]  # a release that an answer called for has gone out, and stays
        assert replace(back, corrections=(), orders=own) == measure
        assert [(each.receipt, each.reason) for each in once.corrections] == ([(was, REASON)] if other != was else [])
        assert sum(order.verb is Verb.RELEASE for order in back.orders) <= 1


PAID = st.tuples(st.sampled_from(("pay", *ANSWERS)), st.integers(1, 200), st.integers(0, 7))


@settings(max_examples=300, deadline=None)
@given(st.lists(PAID, min_size=2, max_size=10), st.integers(0, 9), st.sampled_from(ANSWERS), st.integers(0, 7))
def test_put_right_it_is_as_if_the_right_answer_had_come_first(steps, place, outcome, asked):
    """What was paid out of it and what was let go empties a measure by the answers that stand, and by no other."""
    answers = [number for number, (name, _, _) in enumerate(steps) if name in ANSWERS]
    assume(answers)
    place = answers[place % len(answers)]
    wrong, now_us = walk(False, True, steps)
    right, _ = walk(False, True, [*steps[:place], (outcome, steps[place][1], asked), *steps[place + 1 :]])
    was = next((each for each in wrong.receipts if each.id == f"R{place}"), None)
    instead = next((each for each in right.receipts if each.id == f"R{place}"), None)
    assume(was is not None and instead is not None)
    assume(not any(order.verb is Verb.RELEASE for each in (wrong, right) for order in each.orders))
    done = correct_receipt(wrong, was, instead, BY, RULES, now_us, CountedIds())
    assert replace(done.measure, corrections=()) == right
    told = [event.happening for event in done.events]
    assert (Happening.EMPTIED in told) == (is_emptied(right) and not is_emptied(wrong))


def test_a_freeze_that_was_emptied_by_a_wrong_answer_stands_again_and_ends_by_the_right_one():
    steps = [("executed", 1, 0), ("pay", 1, 2)]
    emptied, now_us = walk(False, True, steps)
    assert (emptied.executed_minor, is_emptied(emptied), emptied.end_reason) == (2_700_000, True, "全部返还")
    (was,) = emptied.receipts
    more = correct_receipt(emptied, was, replace(was, amount_minor=3_000_000), BY, RULES, now_us, CountedIds()).measure
    assert (more.status, more.ended_us, more.end_reason) == (Status.EXECUTED, None, "")
    assert held_minor([more], now_us) == 300_000
    again = correct_receipt(more, more.receipts[0], was, BY, RULES, now_us + 1, CountedIds()).measure
    assert replace(again, corrections=()) == emptied
    refused = correct_receipt(
        emptied, was, replace(was, outcome=Outcome.REFUSED), BY, RULES, now_us, CountedIds()
    ).measure
    assert (refused.status, refused.executed_minor) == (Status.REFUSED, None)
    nothing = correct_receipt(
        more, more.receipts[0], replace(was, amount_minor=0), BY, RULES, now_us, CountedIds()
    ).measure
    assert is_emptied(nothing)


def test_a_freeze_of_which_nothing_was_let_go_stands_though_the_bank_found_nothing():
    standing, _ = walk(False, True, [("executed", 1, 4)])
    assert (standing.executed_minor, standing.status) == (0, Status.PARTIAL)


def test_acting_first_is_not_undone_by_an_answer():
    request = made_stop()
    draft = draft_measure(request, DUTY, RULES, T0, CountedIds()).measure
    begun = act_first(draft, DUTY, RULES, Standing(UNFILED), REASON, T0).measure
    was = typed(begun, "refused", T0 + HOUR_US, "R1", 0)
    measure = decide_receipt(begun, was, RULES, T0 + HOUR_US, CountedIds()).change.measure
    right = replace(was, outcome=Outcome.EXECUTED)
    done = correct_receipt(measure, was, right, BY, RULES, T0 + 2 * HOUR_US, CountedIds())
    assert (done.measure.status.value, done.measure.executed_minor, done.measure.ended_us) == (
        "executed",
        3_000_000,
        None,
    )
    assert done.measure.countersign_due_us == begun.countersign_due_us
