"""What is refused, and what does not fit, is told in words: every state, kind and answer has one, and no code is printed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from made_measures import DUTY, RULES, T0, UNFILED, answer, sent, stop_request

from fanzha.access.model import RouteKind
from fanzha.access.words import ROUTE_WORDS
from fanzha.core.errors import NotAllowed
from fanzha.core.ids import CountedIds
from fanzha.measures import words
from fanzha.measures.lifecycle import ENDED, TRANSITIONS, Answer, Event, Status
from fanzha.measures.model import EvidenceKind, FactSource, MeasureKind, Scope, Target, TargetKind
from fanzha.measures.obstacles import Standing, obstacles
from fanzha.measures.orders import Outcome, Verb
from fanzha.measures.policy import check_event
from fanzha.measures.purposes import Purpose
from fanzha.measures.receipts import as_it_counts, decide_receipt
from fanzha.measures.return_lifecycle import PROCEDURE_TRANSITIONS, ProcedureEvent, ProcedureStatus
from fanzha.measures.return_procedure import draft_return, step

TABLES = [
    (words.STATUS_WORDS, Status), (words.EVENT_WORDS, Event), (words.KIND_WORDS, MeasureKind),
    (words.TARGET_WORDS, TargetKind), (words.FACT_SOURCE_WORDS, FactSource), (words.EVIDENCE_WORDS, EvidenceKind),
    (words.OUTCOME_WORDS, Outcome), (words.ORDER_WORDS, Verb), (words.PURPOSE_WORDS, Purpose),
    (words.PROCEDURE_WORDS, ProcedureStatus), (words.PROCEDURE_EVENT_WORDS, ProcedureEvent), (ROUTE_WORDS, RouteKind),
]  # fmt: skip
CODE = re.compile(r"\w_\w|\b(?:lapsed|converted|replan|noticed)\b")  # no word of the tables, nor of a sentence about it


@pytest.mark.parametrize(("table", "kind"), TABLES, ids=lambda part: getattr(part, "__name__", ""))
def test_every_value_has_a_word_of_its_own(table, kind):
    assert set(table) == set(kind)
    assert len(set(table.values())) == len(kind)
    assert not [said for said in table.values() if CODE.search(said)]


def test_what_cannot_follow_a_state_of_a_measure_is_said_in_words():
    measure = sent(stop_request(), Standing(UNFILED))
    refused = [pair for pair, step_to in TRANSITIONS.items() if step_to.answer is Answer.REFUSED]
    for status, event in refused:
        stands = replace(measure, status=status, ended_us=T0 if status in ENDED else None)
        with pytest.raises(NotAllowed) as reason:
            check_event(stands, event, T0)
        said = str(reason.value)
        assert words.STATUS_WORDS[status] in said
        assert words.EVENT_WORDS[event] in said
        assert not CODE.search(said), said


def test_what_cannot_follow_a_state_of_a_return_is_said_in_words_with_what_can():
    chief = replace(DUTY, id="chief")
    drafted = draft_return((), chief, RULES, T0, CountedIds(), case="CASE-1", filing="模拟立字1号", method="fifo")
    for (status, event), to in PROCEDURE_TRANSITIONS.items():
        if to is not None:
            continue
        with pytest.raises(NotAllowed) as reason:
            step(replace(drafted, status=status), event)
        said = str(reason.value)
        assert words.PROCEDURE_WORDS[status] in said
        assert words.PROCEDURE_EVENT_WORDS[event] in said
        assert "can follow" in said
        assert not CODE.search(said), said


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("status", Status)
def test_an_answer_that_does_not_fit_is_told_in_words(status, outcome):
    measure = replace(sent(stop_request(), Standing(UNFILED)), status=status, ended_us=T0 - 1)
    receipt = answer(measure, outcome, T0)
    counts_as = as_it_counts(measure, receipt).outcome
    for incident in decide_receipt(measure, receipt, RULES, T0, CountedIds()).incidents:
        assert words.STATUS_WORDS[status] in incident.sentence
        assert words.OUTCOME_WORDS[counts_as] in incident.sentence
        assert not CODE.search(incident.sentence), incident.sentence


def test_what_stands_against_a_request_is_told_in_words():
    fact = stop_request().fact
    assert fact is not None
    wrong = [
        stop_request(target=Target(TargetKind.LINE, "10000000000")),
        stop_request(fact=replace(fact, source=FactSource.BANK_STATEMENT)),
        stop_request(kind=MeasureKind.QUERY, term="dynamic", scope=Scope(("transactions",))),
    ]
    found = [each for request in wrong for each in obstacles(request, RULES, Standing(UNFILED), T0)]
    sentences = [each.sentence for each in found]
    assert {"target", "fact", "term"} <= {each.rule for each in found}
    assert not [said for said in sentences if CODE.search(said)]
