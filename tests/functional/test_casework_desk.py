"""What the desk does with reports, clues and cases, in memory and in SQLite: the whole of it, or a reason why not."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest
from desk_home import BODIES, PEOPLE, seat_people

from fanzha import bootstrap
from fanzha.audit import Subject, verify
from fanzha.casework import (
    AccountName,
    Case,
    CaseStep,
    Channel,
    Clue,
    ClueKind,
    ClueStage,
    Contact,
    Document,
    DocumentKind,
    EventKind,
    Fact,
    HandOverStatus,
    Report,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    ReportStep,
    Task,
    TaskStatus,
    VerifiedFields,
    WorkEvent,
    combined,
)
from fanzha.casework.errand_model import Errand, ErrandKind, ErrandStatus
from fanzha.core.actor import MACHINE, Actor, Role
from fanzha.core.errors import BadInput, NotAllowed, NotFound, Refused
from fanzha.core.ids import CountedIds
from fanzha.core.time import DAY_US, MINUTE_US, parse_instant
from fanzha.measures.legality import faults
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk.act_on_clue import act_on_clue
from fanzha.services.desk.acting import looking
from fanzha.services.desk.add_report_to_case import add_report_to_case
from fanzha.services.desk.add_to_report import Addition, BroughtFile, add_to_report, attach_file
from fanzha.services.desk.allot_queue import allot_queue
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.case_history import case_history
from fanzha.services.desk.case_origins import origins_of
from fanzha.services.desk.case_page import case_page
from fanzha.services.desk.case_series import Link, join_series, leave_series, start_series
from fanzha.services.desk.case_tasks import create_task
from fanzha.services.desk.change_person import change_roles, deactivate_person
from fanzha.services.desk.claim_clue import claim_clue
from fanzha.services.desk.close_clue import dismiss_clue, reopen_clue
from fanzha.services.desk.comment_case import comment_case
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.errands import ErrandWanted, send_errand
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.find_duplicates import find_duplicates
from fanzha.services.desk.hand_over_case import (
    Offer,
    accept_hand_over,
    decline_hand_over,
    offer_hand_over,
    recall_hand_over,
    waiting_hand_overs,
)
from fanzha.services.desk.lists import ListWanted, list_errands
from fanzha.services.desk.merge_cases import merge_cases, split_case, undo_case_move
from fanzha.services.desk.merge_reports import merge_clues, merge_reports, undo_merge
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.pause_clue import pause_clue
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.quick_check_figure import quick_check_figure
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.review_case import extend_review, serve_notice
from fanzha.services.desk.route_clue import route_clue
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.services.desk.step_case import step_case
from fanzha.services.desk.step_report import step_report
from fanzha.services.desk.verify_clue import verify_clue
from fanzha.services.desk.withdraw_fact import withdraw_fact
from fanzha.services.desk.withdraw_measure import withdraw_measure
from fanzha.storage.memory import MemoryEvidenceStore, MemoryWorkStore

NOON_US = parse_instant("2026-11-20T12:00:00")
HOUR_US = 60 * MINUTE_US
LEVELS = {body.id: body.level for body in BODIES}
AT = SimpleNamespace(**{
    login.replace("-", "_"): Actor(login, body, LEVELS[body], frozenset(roles))
    for login, (body, *roles) in PEOPLE.items()
})  # fmt: skip


class StandingClock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at_us = NOON_US

    def now_us(self) -> int:
        return self.at_us


@dataclass
class Day:
    """A desk with its people, and the shortest way to each point of the day."""

    desk: Desk
    clock: StandingClock

    def report(self, account="6299990000000000017", yuan=50_000, actor=AT.both, **more):
        payee = AccountName(account, "模拟·钱二", "模拟银行")
        at_us = self.clock.at_us - 30 * MINUTE_US
        paid = ReportedPayment("", "模拟·孙三", payee, amount_minor=yuan * 100, at_us=at_us)
        victim = Reporter(ReporterKind.VICTIM, "模拟·孙三", phone="19900000001")
        draft = ReportDraft(Channel.CALL, victim, "模拟：刷单返利", payments=(paid,), **more)
        return receive_report(self.desk, actor, draft)

    def fact(self, received, actor=AT.both) -> Fact:
        (clue,) = received.clues
        claim_clue(self.desk, actor, clue.id)
        assess_clue(self.desk, actor, clue.id, "先核四要素")
        paid = received.report.payments[0]
        fields = VerifiedFields("模拟·钱二", paid.payee.number, "模拟银行", paid.amount_minor, paid.at_us)
        return verify_clue(self.desk, actor, clue.id, fields, Document(DocumentKind.TRANSFER_SLIP, "FILE-1")).fact

    def stop(self, case: str, fact: Fact, actor=AT.both) -> Measure:
        draft = draft_measure(
            self.desk, actor,
            MeasureDraft(
                kind=MeasureKind.STOP_PAYMENT, reason="被害人刚刚转账", basis="afl-20", case=case, fact=fact.id,
                amount_minor=fact.fields.amount_minor, traced_minor=fact.fields.amount_minor,
            ),
        )  # fmt: skip
        return propose_measure(self.desk, actor, draft.id)

    def case(self, *received, actor=AT.both) -> Case:
        return open_case(self.desk, actor, [one.report.id for one in received], "模拟案")

    def stops(self, case: Case):
        with self.desk.store.reading() as view:
            return view.records(Measure).find(Query(equals={"case_id": case.id})).rows

    def get(self, kind, record_id):
        with self.desk.store.reading() as view:
            return view.records(kind).get(record_id)

    def add(self, record):
        with self.desk.store.begin() as unit:
            unit.records(type(record)).add(record)
            unit.commit()

    def told(self, record_id):
        with self.desk.store.reading() as view:
            return view.records(WorkEvent).find(Query(equals={"record": record_id}, order_by="at_us")).rows

    def rang(self, record_id):
        """What its clocks said: warn or breach, the mark, minutes after noon."""
        return [
            (
                event.kind.removeprefix("clock."),
                event.detail("mark").split(":")[0],
                (event.at_us - NOON_US) // MINUTE_US,
            )
            for event in self.told(record_id)
            if event.kind.startswith("clock.")
        ]

    def run_until(self, at_us: int) -> None:
        self.clock.at_us = at_us
        while run_clocks(self.desk, "w").rang:
            pass


@pytest.fixture(params=["memory", "sqlite"])
def day(request, tmp_path):
    store = MemoryWorkStore(TABLES) if request.param == "memory" else bootstrap.work_store(tmp_path / "home")
    clock = StandingClock()
    desk = Desk(store, clock, CountedIds(), bootstrap.desk_rules())
    seat_people(desk)
    yield Day(desk, clock)
    with store.reading() as view:
        assert not verify(view.audit.walk(), stored=view.audit.head()).findings
    store.close()


def refuses(rule: str):
    return pytest.raises(NotAllowed, match=r".", check=lambda refusal: refusal.rule == rule)


def finished_return(case: Case) -> ReturnProcedure:
    return ReturnProcedure(
        "RETURN-1", 0, case.organisation, case.id, "模拟立字〔2026〕1号", (), ProcedureStatus.DONE, "both", NOON_US
    )


def test_a_merged_case_takes_its_measures_and_returns_along_and_gives_them_back(day):
    one, two = day.report(), day.report("6299990000000000025")
    kept, absorbed = day.case(one), day.case(two, actor=AT.duty)
    fact = day.fact(two)
    measure = day.stop(absorbed.id, fact)
    task = create_task(day.desk, AT.duty, absorbed.id, "调取流水")
    day.add(finished_return(absorbed))
    move = merge_cases(day.desk, AT.both, kept.id, absorbed.id, "同一团伙作案")
    assert (move.measures, move.returns, move.tasks) == ((measure.id,), ("RETURN-1",), (task.id,))
    assert day.get(Case, kept.id).reports == (one.report.id, two.report.id)
    assert {day.get(kind, record).case for kind, record in (
        (Report, two.report.id), (Clue, fact.clue), (Task, task.id), (ReturnProcedure, "RETURN-1"),
    )} == {kept.id}  # fmt: skip
    assert day.get(Measure, measure.id).request == replace(measure.request, case=kept.id)
    with refuses("merged"):
        day.stop(absorbed.id, fact)
    later = day.stop(kept.id, fact)  # rests on a report that goes back
    undone = undo_case_move(day.desk, AT.both, move.id, "并案有误")
    assert undone.undone_at_us
    assert {day.get(Measure, one.id).request.case for one in (measure, later)} == {absorbed.id}
    assert day.get(ReturnProcedure, "RETURN-1").case == absorbed.id
    assert (day.get(Case, absorbed.id).merged_into, day.get(Task, task.id).case) == ("", absorbed.id)
    told = [event.kind for event in case_history(day.desk, AT.both, absorbed.id)]
    assert EventKind.MERGED in told
    assert EventKind.UNMERGED in told


def test_what_a_return_binds_together_is_not_taken_apart(day):
    received = [day.report(), day.report("6299990000000000025")]
    case, other = day.case(*received), day.case(day.report("6299990000000000033"))
    under_way = replace(finished_return(case), status=ProcedureStatus.NOTICED)
    day.add(under_way)
    with refuses("case.open_return"):
        merge_cases(day.desk, AT.both, other.id, case.id, "同一团伙作案")
    with refuses("case.open_return"):
        offer_hand_over(day.desk, AT.chief, case.id, Offer("OTHER", "模拟移字1号", "归邻县管辖"))
    with refuses("case.returned"):
        split_case(day.desk, AT.both, case.id, [received[1].report.id], "模拟另案", "实为两案")
    with day.desk.store.reading() as view:
        refusals = [event.action for event in view.audit.walk() if event.outcome == "refused"]
    assert refusals == ["record.merge", "hand_over.offer", "case.split"]


def test_a_split_takes_what_rests_on_its_reports_and_nothing_else(day):
    received = [day.report(), day.report("6299990000000000025")]
    case = day.case(*received)
    facts = [day.fact(one) for one in received]
    file_case(day.desk, AT.chief, case.id, "模拟立字〔2026〕1号")
    stays, goes = (day.stop(case.id, fact) for fact in facts)
    move = split_case(day.desk, AT.both, case.id, [received[1].report.id], "模拟另案", "实为两案")
    assert move.measures == (goes.id,)
    assert [day.get(Measure, one.id).request.case for one in (stays, goes)] == [case.id, move.target]
    assert [day.get(Clue, fact.clue).case for fact in facts] == [case.id, move.target]
    part = day.get(Case, move.target)
    assert (part.filing.number, part.reports) == ("模拟立字〔2026〕1号", (received[1].report.id,))
    with pytest.raises(NotAllowed):
        split_case(day.desk, AT.both, case.id, [received[0].report.id], "模拟另案", "全部分出")
    undo_case_move(day.desk, AT.both, move.id, "分案有误")
    assert day.get(Measure, goes.id).request.case == case.id
    assert set(day.get(Case, case.id).reports) == {one.report.id for one in received}


def test_a_case_is_handed_over_with_all_that_is_in_it(day):
    received = day.report()
    again = day.report()
    merge_reports(day.desk, AT.both, received.report.id, again.report.id, "同一警情")
    case = day.case(received)
    fact = day.fact(received)
    measure = day.stop(case.id, fact)
    task = create_task(day.desk, AT.both, case.id, "调取流水")
    day.add(finished_return(case))
    wanted = Offer("OTHER", "模拟移字〔2026〕1号", "归邻县管辖")
    with refuses("access.case_hand_over"):
        offer_hand_over(day.desk, AT.duty, case.id, wanted)
    with pytest.raises(NotAllowed):
        offer_hand_over(day.desk, AT.chief, case.id, replace(wanted, organisation="BANK"))
    offer = offer_hand_over(day.desk, AT.chief, case.id, wanted)
    with refuses("hand_over.open"):
        offer_hand_over(day.desk, AT.chief, case.id, wanted)
    assert waiting_hand_overs(day.desk, AT.stranger) == (offer,)
    with pytest.raises((NotAllowed, NotFound)):
        accept_hand_over(day.desk, AT.chief, offer.id, "both")  # one does not answer oneself
    with refuses("organisation.other"):
        accept_hand_over(day.desk, AT.stranger, offer.id, "both")
    day.run_until(NOON_US + 25 * HOUR_US)
    due = [mark for mark in day.rang(case.id) if mark[2] == 24 * 60]
    assert [kind for kind, *_ in due] == ["breached"]
    taken = accept_hand_over(day.desk, AT.stranger, offer.id, "stranger")
    assert (taken.organisation, taken.officer, taken.officers) == ("OTHER", "stranger", ())
    for kind, record in (
        (Report, received.report.id), (Report, again.report.id), (Clue, fact.clue), (Fact, fact.id), (Task, task.id),
        (Measure, measure.id), (ReturnProcedure, "RETURN-1"),
    ):  # fmt: skip
        assert day.get(kind, record).organisation == "OTHER", kind
    assert day.get(Clue, fact.clue).officer == day.get(Task, task.id).officer == "stranger"
    assert day.get(Measure, measure.id).request == measure.request
    with pytest.raises(NotFound):
        create_task(day.desk, AT.both, case.id, "再问一次")


def test_what_was_merged_and_what_was_asked_goes_along_with_a_case(day):
    one, two = day.report(), day.report("6299990000000000025")
    kept, absorbed = day.case(one), day.case(two, actor=AT.duty)
    comment_case(day.desk, AT.duty, absorbed.id, "先问网点")
    asked = ErrandWanted(ErrandKind.HELP_REQUEST, "OTHER", "查开户", "请查开户网点", "模拟协字1号", absorbed.id)
    to_taker = send_errand(day.desk, None, AT.duty, asked)
    notice = ErrandWanted(ErrandKind.NOTICE, "CITY", "通报", "请知悉", "", kept.id)
    to_city = send_errand(day.desk, None, AT.both, notice)
    move = merge_cases(day.desk, AT.both, kept.id, absorbed.id, "同一团伙作案")
    assert {one.id for one in list_errands(day.desk, AT.both, ListWanted(case=kept.id)).rows} == {
        to_taker.id,
        to_city.id,
    }
    page = case_page(day.desk, AT.both, kept.id)
    assert [comment.text for case in page.absorbed for comment in case.comments] == ["先问网点"]
    offer = offer_hand_over(day.desk, AT.chief, kept.id, Offer("OTHER", "模拟移字1号", "归邻县管辖"))
    accept_hand_over(day.desk, AT.stranger, offer.id, "stranger")
    assert day.get(Errand, to_city.id).organisation == "OTHER"
    ended = day.get(Errand, to_taker.id)  # who was asked has the case himself by now
    assert (ended.status, ended.organisation) == (ErrandStatus.RECALLED, "OTHER")
    with day.desk.store.reading() as view:
        assert not view.clocks.running(to_taker.id)
    undone = undo_case_move(day.desk, AT.stranger, move.id, "并案有误")
    assert (undone.organisation, day.get(Case, absorbed.id).organisation) == ("OTHER", "OTHER")
    assert day.get(Case, absorbed.id).merged_into == ""


def test_an_offer_is_declined_or_recalled_and_its_clock_stops(day):
    case = day.case(day.report())
    wanted = Offer("OTHER", "模拟移字〔2026〕1号", "归邻县管辖")
    declined = offer_hand_over(day.desk, AT.chief, case.id, wanted)
    assert decline_hand_over(day.desk, AT.stranger, declined.id, "不属我管辖").status is HandOverStatus.DECLINED
    recalled = offer_hand_over(day.desk, AT.chief, case.id, wanted)
    with pytest.raises(NotAllowed):
        recall_hand_over(day.desk, AT.stranger, recalled.id, "不是我的")
    assert recall_hand_over(day.desk, AT.chief, recalled.id, "另行指定").status is HandOverStatus.RECALLED
    with day.desk.store.reading() as view:
        assert not [*view.clocks.running(declined.id), *view.clocks.running(recalled.id)]


def test_a_series_links_cases_across_bodies_and_lets_them_go(day):
    own, foreign = day.case(day.report()), day.case(day.report(actor=AT.stranger), actor=AT.stranger)
    series = start_series(day.desk, AT.analyst, "模拟串案", own.id, Link("同一收款账户", ("CLUE-1",)))
    with pytest.raises(NotFound):  # a case of another body is seen from above only
        join_series(day.desk, AT.analyst, series.id, foreign.id, Link("同一收款账户"))
    with refuses("access.case_link"):
        start_series(day.desk, AT.both, "模拟串案", own.id, Link("同一收款账户"))
    left = leave_series(day.desk, AT.analyst, series.id, own.id, "实为巧合")
    assert (left.members, day.get(Case, own.id).series) == ((), ())


def test_at_night_everything_in_the_queue_goes_to_somebody(day):
    received = [day.report(yuan=yuan) for yuan in (100, 90_000, 5_000)]
    foreign = day.report(actor=AT.stranger)
    with refuses("access.clue_assign"):
        allot_queue(day.desk, AT.chief)
    by_day = allot_queue(day.desk, AT.duty, ["duty2"])
    worth = [received[at].clues[0].id for at in (1, 2, 0)]  # what is still recoverable comes first
    assert [(one.clue, one.officer) for one in by_day.taken] == [(clue, "duty2") for clue in worth]
    assert day.get(Clue, foreign.clues[0].id).stage is ClueStage.QUEUED  # of another body
    nobody = allot_queue(day.desk, MACHINE, ["duty"])
    assert [one.clue for one in nobody.left] == [foreign.clues[0].id]
    day.clock.at_us = NOON_US + 8 * HOUR_US
    at_night = allot_queue(day.desk, MACHINE, ["duty"])
    assert ([one.clue for one in at_night.taken], at_night.left) == ([foreign.clues[0].id], ())
    taken = day.get(Clue, foreign.clues[0].id)
    assert (taken.officer, taken.organisation, taken.received_at_us) == ("duty", "COUNTY", NOON_US)
    assert allot_queue(day.desk, MACHINE).taken == ()


def test_a_place_that_no_body_covers_is_said_and_waits_with_who_received_it(day):
    for code in ("9999", "53010", "530102x", "530002"):
        with pytest.raises(BadInput, match="GB/T 2260"):
            day.report(jurisdiction=code)
    elsewhere, near, wide = (day.report(jurisdiction=code) for code in ("110105", "530103", "530100"))
    assert (elsewhere.report.jurisdiction, elsewhere.clues[0].jurisdiction) == ("110105", "530102")
    assert "no body covers the place 110105: the clues wait in the queue of COUNTY" in elsewhere.warning
    assert (near.clues[0].jurisdiction, near.warning) == ("530103", "")
    assert (wide.report.jurisdiction, wide.warning) == ("5301", ""), "a prefecture by its own digits"
    paid = ReportedPayment("", "", AccountName("6299990000000000025"), amount_minor=100, at_us=day.clock.at_us)
    grown = add_to_report(day.desk, AT.both, elsewhere.report.id, Addition(payments=(paid,)))
    assert [clue.jurisdiction for clue in grown.clues] == ["530102"]
    allotted = allot_queue(day.desk, AT.duty, ["duty2"])
    assert elsewhere.clues[0].id in {one.clue for one in allotted.taken}


def test_the_figure_names_what_broke_it(day):
    clues = [day.report().clues[0].id for _ in range(3)]
    for clue in clues[:2]:
        claim_clue(day.desk, AT.duty, clue)
        assess_clue(day.desk, AT.duty, clue, "与案件无关")
    dismiss_clue(day.desk, AT.duty, clues[0], "与案件无关")
    day.clock.at_us = NOON_US + 2 * HOUR_US
    pause_clue(day.desk, AT.duty, clues[1], "awaiting_institution")
    day.clock.at_us = NOON_US + 5 * HOUR_US  # two hours stood still by the table's longest
    dismiss_clue(day.desk, AT.duty, clues[1], "与案件无关")
    figure = quick_check_figure(day.desk, AT.duty, NOON_US, NOON_US + DAY_US)
    assert figure.within == tuple(clues[:2])
    assert [(one.clue, one.officer, one.why) for one in figure.broke] == [(clues[2], "", "open")]
    assert (figure.share_basis_points, figure.met) == (6666, False)
    reopen_clue(day.desk, AT.duty, clues[0], "又有新线索")
    assert quick_check_figure(day.desk, AT.duty, NOON_US, NOON_US + DAY_US).pending == (clues[0],)
    with pytest.raises(BadInput):
        quick_check_figure(day.desk, AT.duty, NOON_US, NOON_US)
    with refuses("access.see"):
        quick_check_figure(day.desk, AT.duty, NOON_US, NOON_US + 1, organisation="OTHER")


def test_every_time_of_a_clue_and_a_case_rings_as_the_table_says(day):
    table = bootstrap.rule_table("casework.toml")
    clock, periods = table["clock"], {period["name"]: period for period in table["period"]}
    received = day.report()
    clue = received.clues[0].id
    plain, verifying, extended, declined, withdrawn, referred = (day.case(day.report()) for _ in range(6))
    day.clock.at_us += MINUTE_US
    step_case(day.desk, AT.both, verifying.id, CaseStep.VERIFY, reason="需要查证")
    extend_review(day.desk, AT.chief, extended.id, "重大疑难复杂")
    paper = "模拟字〔2026〕1号"
    step_case(day.desk, AT.chief, declined.id, CaseStep.DECLINE, number=paper, reason="没有犯罪事实")
    for case in (withdrawn, referred):
        file_case(day.desk, AT.chief, case.id, paper)
    step_case(day.desk, AT.chief, withdrawn.id, CaseStep.WITHDRAW, number=paper, reason="不应追究")
    step_case(day.desk, AT.chief, referred.id, CaseStep.REFER, number=paper, reason="另有管辖")
    serve_notice(day.desk, AT.both, referred.id, CaseStep.REFER)
    ends = max(period["hours"] for period in periods.values()) * HOUR_US + DAY_US
    at_us = day.clock.at_us
    while at_us < NOON_US + ends:  # not every instant is met, and the marks lie where the table puts them anyway
        at_us += 7 * HOUR_US
        day.run_until(at_us)

    assert day.rang(clue) == [
        *(("warned", f"warn_{minutes}", minutes) for minutes in clock["warn_minutes"]),
        ("breached", "breach", clock["limit_minutes"]),
    ]

    def marks(name: str, from_minute: int = 0):
        period = periods[name]
        due = from_minute + 60 * period["hours"]
        return [("warned", "warn", due - 60 * period["warn_hours"]), ("breached", "due", due)]

    assert day.rang(plain.id) == marks("review")
    assert day.rang(verifying.id) == marks("review_verifying")
    assert day.rang(extended.id) == marks("review_extended")
    assert day.rang(declined.id) == marks("notice_of_decline", 1)
    assert day.rang(withdrawn.id) == marks("notice_of_withdrawal", 1)
    assert day.rang(referred.id) == []  # they were told in time


def test_what_was_verified_stays_verified_when_its_clue_goes_into_an_older_one(day):
    first, second = day.report(), day.report()
    fact = day.fact(second)
    older, younger = first.clues[0].id, second.clues[0].id
    merge = merge_clues(day.desk, AT.both, older, younger, "同一笔付款")
    kept = day.get(Clue, older)
    assert (kept.stage, kept.officer, kept.facts, day.get(Clue, younger).facts) == (
        ClueStage.VERIFIED, "both", (fact.id,), (),
    )  # fmt: skip
    assert day.get(Fact, fact.id).clue == older
    case = day.case(first)
    with looking(day.desk, AT.both, "test", Subject("case", case.id)) as look:
        assert [origin.fact for origin in origins_of(look, case)] == [fact.id]
    undo_merge(day.desk, AT.both, merge.id)
    back, alone = day.get(Clue, younger), day.get(Clue, older)
    assert (back.stage, back.facts, day.get(Fact, fact.id).clue) == (ClueStage.VERIFIED, (fact.id,), younger)
    assert (alone.stage, alone.officer, alone.facts) == (ClueStage.QUEUED, "", ())
    with day.desk.store.reading() as view:
        assert "clue.overnight" in {clock.kind for clock in view.clocks.running(older)}


def test_a_fact_of_a_case_does_not_go_into_a_clue_of_none_or_one_that_was_dismissed(day):
    older, second = day.report(), day.report()
    day.fact(second)
    case = day.case(second)
    with refuses("merge.cases"):
        merge_clues(day.desk, AT.both, older.clues[0].id, second.clues[0].id, "同一笔付款")
    add_report_to_case(day.desk, AT.both, case.id, older.report.id)
    claim_clue(day.desk, AT.both, older.clues[0].id)
    assess_clue(day.desk, AT.both, older.clues[0].id, "与前一线索重复")
    dismiss_clue(day.desk, AT.both, older.clues[0].id, "与前案重复")
    with refuses("merge.done"):
        merge_clues(day.desk, AT.both, older.clues[0].id, second.clues[0].id, "同一笔付款")


@pytest.mark.parametrize("case_first", [True, False])
def test_the_clues_of_a_merged_report_come_into_the_case_of_the_one_that_was_kept(day, case_first):
    first, second = day.report(), day.report(account="6299990000000000025")
    fact = day.fact(second)
    opened = day.case(first) if case_first else None
    merge = merge_reports(day.desk, AT.both, first.report.id, second.report.id, "同一警情")
    case = opened or day.case(first)
    younger = second.clues[0].id
    assert day.get(Clue, younger).case == case.id
    with looking(day.desk, AT.both, "test", Subject("case", case.id)) as look:
        assert [origin.fact for origin in origins_of(look, case)] == [fact.id]
    undo_merge(day.desk, AT.both, merge.id)
    assert day.get(Case, case.id).reports == (first.report.id, second.report.id)
    assert day.get(Report, second.report.id).case == case.id
    split_case(day.desk, AT.both, case.id, [second.report.id], "模拟另案", "实为两案")
    assert day.get(Clue, younger).case not in {"", case.id}


@pytest.mark.parametrize("ends", [
    lambda day: deactivate_person(day.desk, AT.admin, "duty", "已调离本单位"),
    lambda day: change_roles(day.desk, AT.admin, "duty", (Role.ANALYST,)),
])  # fmt: skip
def test_no_clue_stays_with_somebody_who_is_on_duty_no_more(day, ends):
    taken, done, other = (day.report().clues[0].id for _ in range(3))
    for clue in (taken, done):
        claim_clue(day.desk, AT.duty, clue)
        assess_clue(day.desk, AT.duty, clue, "与案件无关")
    dismiss_clue(day.desk, AT.duty, done, "与案件无关")
    claim_clue(day.desk, AT.both, other)
    ends(day)
    assert [(day.get(Clue, one).officer, day.get(Clue, one).stage) for one in (taken, done, other)] == [
        ("duty2", ClueStage.ASSESSED), ("duty", ClueStage.DISMISSED), ("both", ClueStage.ASSIGNED),
    ]  # fmt: skip
    assert day.told(taken)[-1].actor == "machine"
    for last in ("duty2", "both"):
        deactivate_person(day.desk, AT.admin, last, "已调离本单位")
    assert day.get(Clue, taken).officer == "both"  # nobody is left here or above: it stays in sight with him
    with day.desk.store.reading() as view:
        said = [event.details for event in view.audit.about(subject_id="both") if event.action == "person.deactivate"]
    assert (said[0]["clues_given_on"], said[0]["clues_left"]) == (0, 2)


def test_what_is_brought_later_is_checked_from_then_on(day):
    received = day.report()
    day.clock.at_us += HOUR_US
    paid = ReportedPayment("", "模拟·孙三", AccountName("6299990000000000025", "模拟·周五", "模拟银行"), amount_minor=1)
    grown = add_to_report(day.desk, AT.both, received.report.id, Addition(payments=(paid,), narrative="又转了一笔"))
    assert [clue.received_at_us for clue in grown.clues] == [day.clock.at_us]
    with pytest.raises(BadInput):
        add_to_report(day.desk, AT.both, received.report.id, Addition())
    evidence, slip = MemoryEvidenceStore(), BroughtFile("slip.png", b"slip", "image/png")
    for _ in range(2):
        kept = attach_file(day.desk, evidence, AT.both, received.report.id, slip)
    assert [evidence.get(file.sha256) for file in kept.attachments] == [b"slip"]
    with pytest.raises(NotFound):
        attach_file(day.desk, evidence, AT.stranger, received.report.id, BroughtFile("x", b"x"))
    case = day.case(day.report())
    assert add_report_to_case(day.desk, AT.both, case.id, received.report.id).reports[-1] == received.report.id
    assert day.get(Clue, grown.clues[0].id).case == case.id


def test_alike_reports_are_found_only_where_they_may_be_seen(day):
    first, second = day.report(), day.report()
    day.report(actor=AT.stranger)
    found = find_duplicates(day.desk, AT.both, second.report.id)
    assert [(offer.kept, offer.absorbed) for offer in found.reports] == [(first.report.id, second.report.id)]
    assert set(found.payees[0].reports) == {first.report.id, second.report.id}
    assert [offer.absorbed for offer in found.clues] == [second.clues[0].id]
    assert len(combined(first.report, (second.report,)).payments) == 1
    with pytest.raises(Refused):
        merge_reports(day.desk, AT.both, second.report.id, first.report.id, "先来的并入后来的")
    assert day.get(Task, create_task(day.desk, AT.both, day.case(first).id, "核对").id).status is TaskStatus.OPEN


def test_a_report_on_which_a_measure_rests_stays_in_its_case(day):
    one, two = day.report(), day.report("6299990000000000025")
    case = day.case(one, two)
    day.stop(case.id, day.fact(one))
    with refuses("case.measure"):
        step_report(day.desk, AT.both, one.report.id, ReportStep.FIND_UNFOUNDED, "查无实据")
    assert step_report(day.desk, AT.both, two.report.id, ReportStep.FIND_UNFOUNDED, "查无实据").report.case == ""
    assert day.get(Case, case.id).reports == (one.report.id,)
    with refuses("case.report"):
        withdraw_measure(day.desk, AT.both, day.stops(case)[0].id, "不再需要")
        step_report(day.desk, AT.both, one.report.id, ReportStep.FIND_UNFOUNDED, "查无实据")


def test_a_report_that_is_opened_again_brings_back_the_clues_that_were_dismissed_with_it(day):
    received = day.report()
    line = Contact(ClueKind.LINE, "19900000002")
    both = day.report("6299990000000000025", contacts=(line,))
    account, contact = both.clues
    claim_clue(day.desk, AT.both, contact.id)
    assess_clue(day.desk, AT.both, contact.id, "号码已停机")
    dismiss_clue(day.desk, AT.both, contact.id, "号码与案件无关")
    fact = day.fact(received)
    for one, step in ((received, ReportStep.FIND_UNFOUNDED), (both, ReportStep.WITHDRAW)):
        assert len(step_report(day.desk, AT.both, one.report.id, step, "报案人称误会").dropped) == 1
    day.clock.at_us += HOUR_US
    done = step_report(day.desk, AT.both, received.report.id, ReportStep.REOPEN, "又有新的证据")
    assert [(clue.id, clue.stage, clue.officer) for clue in done.restored] == [(fact.clue, ClueStage.VERIFIED, "both")]
    back = day.get(Clue, fact.clue)
    assert (back.done_at_us, back.outcome, back.pauses[-1].resumed_at_us) == (None, None, day.clock.at_us)
    done = step_report(day.desk, AT.both, both.report.id, ReportStep.REOPEN, "又有新的证据")
    assert [(clue.id, clue.stage, clue.officer) for clue in done.restored] == [(account.id, ClueStage.QUEUED, "")]
    assert day.get(Clue, contact.id).stage is ClueStage.DISMISSED, "dismissed before, for its own reason"
    assert day.told(account.id)[-1].detail("report") == both.report.id
    with day.desk.store.reading() as view:
        assert "clue.overnight" in {clock.kind for clock in view.clocks.running(account.id)}


def test_an_action_on_a_clue_is_of_its_own_case_and_account(day):
    one, two = day.report(), day.report("6299990000000000025")
    mine, other = day.case(one), day.case(two)
    fact, elsewhere = day.fact(one), day.fact(two)
    stop = day.stop(other.id, elsewhere)
    task = create_task(day.desk, AT.both, other.id, "调取流水")
    for foreign in (other.id, task.id):
        with refuses("clue.other_action"):
            act_on_clue(day.desk, AT.both, fact.clue, (foreign,))
    with pytest.raises(NotAllowed):
        act_on_clue(day.desk, AT.both, fact.clue, (stop.id,))
    assert act_on_clue(day.desk, AT.both, fact.clue, (mine.id,)).stage is ClueStage.ACTED


def test_a_clue_whose_last_fact_is_withdrawn_is_to_be_verified_anew(day):
    received = day.report()
    fact = day.fact(received)
    gone = withdraw_fact(day.desk, AT.both, fact.id, "转账凭证系伪造")
    assert (gone.clue.stage, day.get(Clue, fact.clue).stage) == (ClueStage.ASSESSED, ClueStage.ASSESSED)
    assert (day.told(fact.clue)[-1].kind, day.told(fact.clue)[-1].before) == ("clue.unverified", "verified")
    with refuses("step.act"):
        act_on_clue(day.desk, AT.both, fact.clue, (day.case(received).id,))
    paid = received.report.payments[0]
    fields = VerifiedFields("模拟·钱二", paid.payee.number, "模拟银行", paid.amount_minor, paid.at_us)
    slip = Document(DocumentKind.TRANSFER_SLIP, "FILE-2")
    assert verify_clue(day.desk, AT.both, fact.clue, fields, slip).clue.stage is ClueStage.VERIFIED


def test_a_proposal_by_one_filing_does_not_slip_into_a_case_with_another(day):
    one, two = day.report(), day.report("6299990000000000025")
    kept, absorbed = day.case(one), day.case(two)
    for case, number in ((kept, "模拟立字〔2026〕1号"), (absorbed, "模拟立字〔2026〕2号")):
        file_case(day.desk, AT.chief, case.id, number)
    stop = day.stop(absorbed.id, day.fact(two))
    with refuses("case.filing"):
        merge_cases(day.desk, AT.both, kept.id, absorbed.id, "同一团伙作案")
    assert approve_measure(day.desk, AT.chief, stop.id).request.filing == "模拟立字〔2026〕2号"
    merge_cases(day.desk, AT.both, kept.id, absorbed.id, "同一团伙作案")  # decided: its papers go with it
    moved = day.get(Measure, stop.id)
    assert (moved.request.case, moved.request.filing) == (kept.id, "模拟立字〔2026〕2号")
    assert faults(moved, day.desk.rules.measures, day.clock.at_us) == ()
    with refuses("merge.closed"):
        step_case(day.desk, AT.chief, kept.id, CaseStep.WITHDRAW, number="模拟撤字1号", reason="不应追究")
        merge_cases(day.desk, AT.both, day.case(day.report()).id, kept.id, "同一团伙作案")


def test_of_two_who_merge_at_once_one_is_told_to_read_again(day):
    cases = [day.case(day.report(f"62999900000000001{n}")) for n in range(3)]
    ready = threading.Barrier(2)

    def merge(into: Case) -> str:
        ready.wait()
        try:
            merge_cases(day.desk, AT.both, into.id, cases[2].id, "同一团伙作案")
        except Refused:
            return "refused"
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(merge, cases[:2])) == ["merged", "refused"]
    into = day.get(Case, day.get(Case, cases[2].id).merged_into)
    assert into.reports[1:] == cases[2].reports


def test_what_waits_at_night_is_given_to_somebody_by_the_machine(day):
    night = bootstrap.rule_table("casework.toml")["night"]
    before, own = day.report().clues[0].id, day.report().clues[0].id
    claim_clue(day.desk, AT.duty, own)
    begins = parse_instant(f"2026-11-20T{night['from']}") + night["unassigned_minutes_max"] * MINUTE_US
    day.run_until(begins - 1)
    assert day.get(Clue, before).stage is ClueStage.QUEUED
    day.run_until(begins)
    assert (day.get(Clue, before).stage, day.get(Clue, own).officer) == (ClueStage.ASSIGNED, "duty")
    assert day.told(before)[-1].actor == "machine"
    at_night = day.report().clues[0].id
    routed = route_clue(day.desk, AT.duty, own, "CITY", "归市局管辖")  # where nobody checks clues
    day.run_until(day.clock.at_us + night["unassigned_minutes_max"] * MINUTE_US)
    assert day.get(Clue, at_night).stage is ClueStage.ASSIGNED
    waiting = day.get(Clue, routed.id)
    assert waiting.stage is ClueStage.QUEUED
    with day.desk.store.reading() as view:
        refusals = [event.reason for event in view.audit.about(subject_id=own) if event.outcome == "refused"]
    assert "nobody takes it" in refusals[0]  # tried again until somebody is there
    figure = quick_check_figure(day.desk, AT.duty, NOON_US, NOON_US + DAY_US)
    assert figure.left_overnight == ()
