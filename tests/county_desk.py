"""COUNTY's desk with one of every kind of record, whose every free text names people; all 模拟."""

from __future__ import annotations

from typing import Any

from public_numbers import SITE, acted, close
from return_day import BOTH, CHIEF, DUTY, EVENING_US, M, ReturnDay

from fanzha.access import LinkChannel, PartnerLink, Person
from fanzha.bootstrap import table_reader
from fanzha.casework import (
    AccountName,
    Case,
    Channel,
    Fact,
    Report,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
)
from fanzha.casework.errand_model import ErrandKind
from fanzha.casework.governance import ControlDraft, MeetingDraft
from fanzha.casework.objections import ListingObjection
from fanzha.casework.openings import Opening
from fanzha.casework.operations import (
    Goods,
    Identifier,
    IdentifierKind,
    OperationStep,
    Plan,
    ResultDraft,
    ResultKind,
    Suspect,
)
from fanzha.casework.publicity import PublicityDraft, PublicityKind
from fanzha.core.actor import Actor, Level, Organisation, Role
from fanzha.core.time import MINUTE_US
from fanzha.measures.model import EvidenceKind, Measure, MeasureKind, Target, TargetKind
from fanzha.measures.orders import Outcome, Question, Receipt
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk.add_case_file import add_case_file
from fanzha.services.desk.add_to_report import BroughtFile
from fanzha.services.desk.answer_appeal import lodge_appeal
from fanzha.services.desk.assign_clue import assign_clue
from fanzha.services.desk.bulletin_content import first_content
from fanzha.services.desk.case_series import Link, start_series
from fanzha.services.desk.case_tasks import create_task
from fanzha.services.desk.comment_case import comment_case
from fanzha.services.desk.control_account import list_corporate_account
from fanzha.services.desk.draft_bulletin import draft_bulletin
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.enter_publicity import enter_publicity
from fanzha.services.desk.enter_result import enter_result
from fanzha.services.desk.errands import ErrandWanted, send_errand
from fanzha.services.desk.hand_over_case import Offer, offer_hand_over
from fanzha.services.desk.hear_evidence import give_evidence
from fanzha.services.desk.import_openings import import_openings
from fanzha.services.desk.import_seizures import SheetFile
from fanzha.services.desk.link_partner import link_partner
from fanzha.services.desk.merge_reports import merge_clues, merge_reports
from fanzha.services.desk.model import Desk
from fanzha.services.desk.object_to_return import receive_objection
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.operation_tasks import create_operation_task
from fanzha.services.desk.plan_operation import plan_operation
from fanzha.services.desk.publish_indicator import propose_indicator
from fanzha.services.desk.publish_return import publish_return
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.remark_operation import remark_operation
from fanzha.services.desk.run_campaign import CampaignDraft, open_campaign
from fanzha.services.desk.run_meeting import ResolutionDraft, call_meeting, hold_meeting, resolve_at_meeting
from fanzha.services.desk.staff_operation import TeamDraft, add_point, add_team
from fanzha.services.desk.step_operation import step_operation
from fanzha.statistics import day_of, read_period
from fanzha.tracing.runs import TraceRun

TOLD = "模拟绝密事由：模拟·钱二收了模拟·V1的钱"  # stands in every free text
SECRET_WORDS = ("bank.example", "模拟·钱二", "模拟·V1", "19900000077", "模拟绝密事由", "模拟冒充客服案")
HOLDER = "模拟·钱二"
STATION = Organisation("STATION", "模拟派出所", Level.STATION, "COUNTY", "53010201")
OURS = {"COUNTY", "BANK"}  # the link to the bank is kept at the top of the tree


def secrets_of(desk: Desk, ids: dict[str, str]) -> tuple[str, ...]:
    """What nobody elsewhere may be shown: the ids of COUNTY's records, and the words that stand in them."""
    with desk.store.reading() as view:
        acknowledgement = view.records(Report).get(ids["report"]).acknowledgement
        found = {record.id for table in TABLES for record in view.records(table.record).find(Query(limit=1000)).rows
                 if getattr(record, "organisation", "") == "COUNTY" and table.record is not Person}  # fmt: skip
    return tuple(sorted({*found, *SECRET_WORDS, acknowledgement, M} - {"COUNTY"}))


def stands(desk: Desk, ids: dict[str, str]) -> dict[str, Any]:
    """What is COUNTY's, with the clocks and messages that hang on it."""
    with desk.store.reading() as view:
        found: dict[str, Any] = {}
        for table in TABLES:
            for record in view.records(table.record).find(Query(limit=1000)).rows:
                if getattr(record, "organisation", "COUNTY") in OURS and table.record is not Organisation:
                    found[f"{table.name}/{record.id}"] = record
        found["messages"] = [view.outbox.about(one) for one in ids.values()]
        found["clocks"] = view.clocks.running_among(sorted(ids.values()))
        return found


def _governed(day: ReturnDay, told: str, case: str) -> dict[str, str]:
    """A meeting that resolved something, a corporate account on the list, an opening; the id of each.

    What hangs on no case says of nobody who he is: no mask could tell that a word of it is a name.
    """
    told, of_case = told.replace(HOLDER, M).replace("模拟·V1", "19900000077"), told
    desk = day.desk
    meeting = call_meeting(desk, BOTH, MeetingDraft(told, day.clock.at_us, told, told, ("CITY",)))
    hold_meeting(desk, BOTH, meeting.id, told)
    resolve_at_meeting(desk, BOTH, meeting.id, ResolutionDraft(told, "outlet_rectified", "CITY", told))
    listed = ControlDraft(M, "模拟银行", "模拟商贸有限公司", "third", ("dormant_then_active",), "", case, of_case)
    control = list_corporate_account(desk, BOTH, listed)
    table = f"账号,开户行,开户人,开户网点\n{M},模拟银行,{HOLDER},模拟路网点\n".encode()
    import_openings(desk, day.books.evidence, table_reader(), BOTH, SheetFile("开户.csv", table))
    with desk.store.reading() as view:
        (opening,) = view.records(Opening).find(Query()).rows
    warned = enter_publicity(
        desk, BOTH, PublicityDraft(PublicityKind.EVENT, "530102", day.clock.at_us, told, note=told)
    )
    return {"publicity": warned.id, "meeting": meeting.id, "control": control.id, "opening": opening.id}


def fill(day: ReturnDay, told: str = TOLD, holder: str = HOLDER) -> dict[str, str]:
    """One of everything, with what is told in every free text of it; the id of each."""
    desk = day.desk
    procedure, labels, _ = day.drafted()
    publish_return(desk, DUTY, procedure.id)
    receive_objection(desk, DUTY, procedure.id, "模拟·V2", told)
    case = procedure.case
    day.wait(MINUTE_US)
    draft = ReportDraft(
        Channel.CALL, Reporter(ReporterKind.VICTIM, "模拟·V1", phone="19900000077"), told,
        payments=(ReportedPayment("", "模拟·V1", AccountName(M, holder, "模拟银行"), amount_minor=100, at_us=EVENING_US),),
    )  # fmt: skip
    first, second = (receive_report(desk, BOTH, draft) for _ in range(2))
    for one in (first, second):
        assign_clue(desk, BOTH, one.clues[0].id, BOTH.id)
    merge_reports(desk, BOTH, first.report.id, second.report.id, "同一件事情")
    merge = merge_clues(desk, BOTH, first.clues[0].id, second.clues[0].id, "同一账户线索")
    task = create_task(desk, BOTH, case, told)
    comment_case(desk, BOTH, case, told)
    add_case_file(desk, day.books.evidence, BOTH, case, BroughtFile(f"{holder}.txt", b"x"))
    analyst = Actor("analyst", "COUNTY", Level.COUNTY, frozenset({Role.ANALYST}))
    series = start_series(desk, analyst, told, case, Link("同一话术"))
    with desk.store.reading() as view:
        freeze = view.records(Measure).find(Query(equals={"case_id": case, "kind": MeasureKind.FREEZE})).rows[0]
        fact = view.records(Fact).find(Query()).rows[0].id
        run = view.records(TraceRun).find(Query()).rows[0].id
    given = give_evidence(desk, BOTH, freeze.id, EvidenceKind.OTHER, told)
    appeal = lodge_appeal(desk, BOTH, freeze.id, holder, told)
    wanted = MeasureDraft(
        kind=MeasureKind.STOP_PAYMENT, reason=told, basis="afl-20", case=case, fact=fact, amount_minor=100
    )
    drafted = draft_measure(desk, BOTH, wanted)
    query = MeasureDraft(
        kind=MeasureKind.QUERY, reason=told, basis="procedure-238", case=case,
        target=Target(TargetKind.ACCOUNT, M, "模拟银行", holder),
        questions=(Question(M, EVENING_US - 60 * MINUTE_US, EVENING_US, holder),),
    )  # fmt: skip
    asked = draft_measure(desk, BOTH, query)
    untrue = Receipt(f"R-{freeze.orders[0].id}", freeze.orders[0].id, Outcome.REFUSED, day.clock.at_us, day.clock.at_us)
    clerk = Actor("clerk", "BANK", Level.PARTNER, frozenset({Role.PARTNER_DESK}))
    (incident,) = record_receipt(desk, clerk, untrue).incidents
    small = open_case(desk, BOTH, [first.report.id], told)
    offer = offer_hand_over(desk, CHIEF, small.id, Offer("CITY", "模拟移字1号", told))
    errand = send_errand(
        desk,
        day.books.evidence,
        BOTH,
        ErrandWanted(ErrandKind.NOTICE, "CITY", told[:200], told, "模拟通报1号", small.id),
    )
    with desk.store.reading() as view:
        procedure = view.records(ReturnProcedure).get(procedure.id)
        comment = view.records(Case).get(case).comments[0].id
    admin = Actor("admin", "CITY", Level.CITY, frozenset({Role.ADMINISTRATOR}))
    site = acted(desk, site=SITE, officer=BOTH)
    close(desk, site.case)
    indicator = propose_indicator(desk, BOTH, site.id, told)
    objection = ListingObjection("OBJ-OURS", 0, "COUNTY", "moni", holder, "19900000077", told, 0, 1)
    with desk.store.begin() as unit:
        unit.records(ListingObjection).add(objection)
        unit.commit()
    governed = _governed(day, told, case)
    campaign = open_campaign(desk, CHIEF, CampaignDraft(told, "2026-11-01", "2026-12-31", told, "模拟活动1号"))
    operation = plan_operation(desk, CHIEF, Plan(told, told, told, told, campaign=campaign.id))
    for step, number in ((OperationStep.APPROVE, "模拟方案1号"), (OperationStep.BEGIN, "")):
        step_operation(desk, BOTH, operation.id, step, number=number)
    add_point(desk, CHIEF, operation.id, told, note=told)
    operation = add_team(desk, CHIEF, operation.id, TeamDraft(told, "COUNTY", "both"))
    remark_operation(desk, BOTH, operation.id, told)
    seen = day.clock.at_us
    goods = Goods("bank_card", (Identifier(IdentifierKind.ACCOUNT, M),), told, told)
    seized = enter_result(
        desk, BOTH, operation.id, ResultDraft(ResultKind.SEIZURE, seen, note=told, goods=goods)
    ).result
    person = Suspect(holder, "53010219900101002Z", ("fraud",), case=case)
    caught = enter_result(
        desk, BOTH, operation.id, ResultDraft(ResultKind.SUSPECT, seen, note=told, suspect=person)
    ).result
    create_operation_task(desk, BOTH, operation.id, told)
    month = read_period("this-month", day_of(day.clock.at_us))
    bulletin = draft_bulletin(desk, BOTH, first_content(month, (), desk.rules.indicators))
    link_partner(desk, admin, PartnerLink("", 0, "BANK", LinkChannel.HTTP, "https://bank.example", "k", "ab" * 32))
    return {
        "report": first.report.id, "absorbed": second.report.id, "clue": first.clues[0].id, "case": case, "fact": fact,
        "measure": freeze.id, "draft": drafted.id, "order": freeze.orders[0].id, "task": task.id, "series": series.id,
        "appeal": appeal.id, "incident": incident.id, "return": procedure.id, "objection": procedure.objections[0].id,
        "merge": merge.id, "hand_over": offer.id, "errand": errand.id, "run": run, "comment": comment, "label": labels["V1"],
        "indicator": indicator.id, "listing_objection": objection.id,
        **governed,
        "campaign": campaign.id, "operation": operation.id, "seized": seized.id, "caught": caught.id,
        "query": asked.id, "evidence": given.counter_evidence[0].id, "bulletin": bulletin.id,
    }  # fmt: skip
