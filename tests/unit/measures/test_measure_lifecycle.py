"""The table of states: total, with ends that nothing leaves; and the whole of it as it was agreed."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from fanzha.measures.lifecycle import ENDED, OPEN, RECEIPT_EVENTS, TRANSITIONS, Answer, Event, Status

LEADS = """
draft        propose→proposed act_first→approved withdraw→withdrawn
proposed     approve→approved reject→rejected withdraw→withdrawn act_first→approved
approved     send→sent withdraw→withdrawn lift→lifted lapse→lapsed countersign=
approved     acknowledge→acknowledged execute→executed execute_part→partial refuse→refused
sent         acknowledge→acknowledged execute→executed execute_part→partial refuse→refused
sent         lift→lifted lapse→lapsed countersign=
acknowledged acknowledge= execute→executed execute_part→partial refuse→refused lift→lifted lapse→lapsed countersign=
executed     execute= renew= release_part= countersign= lift→lifted lapse→lapsed convert→converted
partial      execute→executed execute_part= renew= release_part= countersign= lift→lifted lapse→lapsed convert→converted
executed     empty→lifted
partial      empty→lifted
"""


def agreed() -> dict[tuple[Status, Event], Status]:
    table = {}
    for line in LEADS.split("\n"):
        status, *steps = line.split() or [""]
        for step in steps:
            event, _, to = step.rstrip("=").partition("→")
            table[Status(status), Event(event)] = Status(to or status)
    return table


def test_it_is_the_agreed_table_and_total():
    assert set(TRANSITIONS) == set(product(Status, Event))
    moving = {pair: step.to for pair, step in TRANSITIONS.items() if step.answer in {Answer.MOVES, Answer.STAYS}}
    assert moving == agreed()
    for (status, event), step in TRANSITIONS.items():
        if step.answer not in {Answer.MOVES, Answer.STAYS}:
            assert step.to is status
        if event in RECEIPT_EVENTS:
            assert step.answer is not Answer.REFUSED, "what an institution says is never turned away"
        else:
            assert step.answer is not Answer.INCIDENT, "what an officer asks is answered at once"


@given(st.lists(st.sampled_from(Event), max_size=30))
def test_nothing_leaves_an_end(events):
    status = Status.DRAFT
    for event in events:
        before, status = status, TRANSITIONS[status, event].to
        assert before in OPEN or status is before
    assert set(Status) == OPEN | ENDED
