"""Nothing is told of the future; how much later than now still counts as now is one entry of the dated tables."""

from __future__ import annotations

from dataclasses import replace

import pytest
from operation_day import AT, OperationDay, make_operation_day
from operation_desk import den, seized, suspect

from fanzha.casework import (
    AccountName,
    Channel,
    Document,
    DocumentKind,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    VerifiedFields,
)
from fanzha.casework.operations import CustodyMove, CustodyStep, SuspectMove, SuspectStep
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.time import MINUTE_US
from fanzha.measures.terms import Span, Unit
from fanzha.services.desk.add_to_report import Addition, add_to_report
from fanzha.services.desk.advance_suspect import advance_suspect
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.claim_clue import claim_clue
from fanzha.services.desk.move_evidence import move_evidence
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.verify_clue import verify_clue

APART = 2  # minutes, of this centre's own table: not as installed
ACCOUNT, HOLDER, BANK = "6299990000000000017", "模拟·钱二", "模拟银行"
SLIP = Document(DocumentKind.TRANSFER_SLIP, "FILE-1")


@pytest.fixture
def day(tmp_path):
    made = make_operation_day("memory", tmp_path)
    rules = made.desk.rules
    apart = tuple(replace(each, clocks_apart=Span(APART, Unit.MINUTES)) for each in rules.measures.answer_versions)
    made.desk = replace(made.desk, rules=replace(rules, measures=replace(rules.measures, answer_versions=apart)))
    yield made
    made.desk.store.close()


def payment(at_us: int | None) -> ReportedPayment:
    return ReportedPayment("", HOLDER, AccountName(ACCOUNT, HOLDER, BANK), amount_minor=5_000_000, at_us=at_us)


def report(day: OperationDay, at_us: int | None):
    victim = Reporter(ReporterKind.VICTIM, "模拟·孙三", phone="19900000001")
    return receive_report(day.desk, AT.both, ReportDraft(Channel.CALL, victim, "模拟", payments=(payment(at_us),)))


def receive(day):
    return lambda at_us: report(day, at_us)


def add(day):
    acknowledged = report(day, None).report.id
    return lambda at_us: add_to_report(day.desk, AT.both, acknowledged, Addition(payments=(payment(at_us),)))


def verify(day):
    (clue,) = report(day, None).clues
    claim_clue(day.desk, AT.both, clue.id)
    assess_clue(day.desk, AT.both, clue.id, "先核四要素")
    return lambda at_us: verify_clue(
        day.desk, AT.both, clue.id, VerifiedFields(HOLDER, ACCOUNT, BANK, 5_000_000, at_us), SLIP
    )


def enter(day):
    return lambda at_us: day.enter(den(at_us=at_us))


def advance(day):
    held = day.enter(suspect(7)).result.id
    return lambda at_us: advance_suspect(day.desk, AT.duty, held, SuspectMove(SuspectStep.DETAIN, "模拟1号", at_us))


def move(day):
    held = day.enter(seized("phone")).result.id
    return lambda at_us: move_evidence(day.desk, AT.duty, held, CustodyMove(CustodyStep.STORE, "模拟物证室", at_us))


@pytest.mark.parametrize("telling", [receive, add, verify, enter, advance, move])
def test_what_is_told_may_be_as_much_later_as_two_clocks_differ_and_no_more(day, telling):
    tell, latest_us = telling(day), day.clock.at_us + APART * MINUTE_US
    with pytest.raises((BadInput, NotAllowed), match="lies in the future"):
        tell(latest_us + 1)
    tell(latest_us)
