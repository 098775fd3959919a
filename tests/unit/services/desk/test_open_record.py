"""Records behind the mask and without it, on memory and SQLite: who sees what, and what is written down of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk_case import ACCOUNT, HOLDER, PHONE, VICTIM, stopped_case
from desk_home import seat_people

from fanzha import bootstrap
from fanzha.access import Reveal
from fanzha.casework import Case, CaseStatus, Clue, Fact, Report
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.core.ids import CountedIds
from fanzha.core.time import parse_instant
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk.actor_from_token import actor_from_token
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.persons import Named, persons_in
from fanzha.storage.memory import MemoryWorkStore


class StandingClock:
    """Noon."""

    def now_us(self) -> int:
        return parse_instant("2026-11-20T12:00:00")


@pytest.fixture(params=["memory", "sqlite"])
def desk(request, tmp_path):
    store = MemoryWorkStore(TABLES) if request.param == "memory" else bootstrap.work_store(tmp_path / "home")
    desk = Desk(store, StandingClock(), CountedIds(), bootstrap.desk_rules())
    seat_people(desk)
    yield desk
    store.close()


def actor(desk, login):
    return actor_from_token(desk, f"made-up-token-of-{login}")


@pytest.fixture
def case(desk):
    return stopped_case(desk, actor(desk, "both"), actor(desk, "clerk"))


def first(desk, kind):
    with desk.store.reading() as view:
        return view.records(kind).find(Query()).rows[0]


def noted(desk, action):
    with desk.store.reading() as view:
        return [(e.actor, e.outcome.value, e.case) for e in view.audit.walk() if e.action == action]


def reveals(desk):
    with desk.store.reading() as view:
        return view.records(Reveal).find(Query()).rows


def test_whom_records_name(desk, case):
    named = {Named(HOLDER, account=ACCOUNT), Named(VICTIM, phone=PHONE)}
    assert set(persons_in(first(desk, Report))) == named  # once, though payment and reporter name him
    assert set(persons_in(first(desk, Measure))) == {Named(HOLDER, account=ACCOUNT)}
    assert set(persons_in(first(desk, Fact))) == {Named(HOLDER, account=ACCOUNT)}
    assert set(persons_in(first(desk, Clue))) == {Named(account=ACCOUNT), Named(HOLDER, account=ACCOUNT)}
    assert len({person.key for person in named}) == 2


def test_a_report_is_masked_in_every_part_until_it_is_revealed(desk, case):
    report = first(desk, Report)
    opened = open_record(desk, actor(desk, "both"), Report, report.id)
    shown = [
        opened.mask.text(opened.record.narrative), opened.mask.name(report.reporter.name),
        opened.mask.phone(report.reporter.phone), opened.mask.account(report.payments[0].payee.number),
        opened.mask.identity("530102199013319999"),
    ]  # fmt: skip
    assert not any(secret in "|".join(shown) for secret in (HOLDER, VICTIM, PHONE, ACCOUNT))
    assert not noted(desk, "report.reveal")
    revealed = open_record(desk, actor(desk, "both"), Report, report.id, reveal=True)
    assert revealed.mask.text(report.narrative) == report.narrative
    assert revealed.mask.phone(PHONE) == PHONE
    assert noted(desk, "report.reveal") == [("both", "done", case.id)]
    assert {(one.record, one.person) for one in reveals(desk)} == {
        (report.id, person.key) for person in persons_in(report)
    }


def test_a_case_is_revealed_with_those_whom_its_reports_name(desk, case):
    open_record(desk, actor(desk, "both"), Case, case.id, reveal=True)
    assert len(reveals(desk)) == 2
    masked = open_record(desk, actor(desk, "both"), Case, case.id).mask
    assert masked.text(f"{VICTIM}来电，催问{HOLDER}") == "模*来电，催问模*"


def test_a_closed_case_is_no_purpose_of_its_own(desk, case):
    with desk.store.begin() as unit:
        unit.records(Case).save(replace(unit.records(Case).get(case.id), status=CaseStatus.CLOSED))
        unit.commit()
    both = actor(desk, "both")
    for words, rule in (({}, "purpose.case"), ({"case": case.id, "reason": "核对付款人"}, "purpose.closed")):
        with pytest.raises(NotAllowed) as refusal:
            open_record(desk, both, Case, case.id, reveal=True, **words)
        assert refusal.value.rule == rule
    assert noted(desk, "case.reveal") == [("both", "refused", case.id)] * 2
    assert reveals(desk) == ()


def test_a_bank_reveals_what_was_sent_to_it_and_nothing_else(desk, case):
    measure, clerk = first(desk, Measure), actor(desk, "clerk")
    opened = open_record(desk, clerk, Measure, measure.id, reveal=True)
    assert (opened.mask.account(ACCOUNT), opened.record.request.reason) == (ACCOUNT, "")  # no more than the order says
    assert noted(desk, "measure.reveal") == [("clerk", "done", case.id)]
    for login, kind, record in (("clerk2", Measure, measure.id), ("clerk", Report, first(desk, Report).id)):
        with pytest.raises(NotFound):
            open_record(desk, actor(desk, login), kind, record, reveal=True)


def test_who_works_on_no_case_names_one_and_a_reason(desk, case):
    report = first(desk, Report)
    for login in ("chief", "city-chief", "auditor", "analyst"):
        opened = open_record(
            desk, actor(desk, login), Report, report.id, reveal=True, case=case.id, reason="复核付款人身份"
        )
        assert (opened.purpose.by_itself, opened.purpose.case) == (False, case.id)
    with pytest.raises(NotFound):
        open_record(
            desk, actor(desk, "stranger"), Report, report.id, reveal=True, case=case.id, reason="复核付款人身份"
        )
    assert noted(desk, "report.reveal")[-1] == ("stranger", "refused", "")
