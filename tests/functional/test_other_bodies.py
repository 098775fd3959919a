"""No use case shows or changes another body's record: each one there is, found by itself, walked as every role elsewhere."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import Any

import pytest
from return_day import BOTH, CHIEF, DUTY, EVENING_US, M, ReturnDay, make_return_day

from fanzha import bootstrap
from fanzha.access import LinkChannel, PartnerLink, Person
from fanzha.casework import (
    AccountName,
    Case,
    Channel,
    Clue,
    Document,
    DocumentKind,
    Fact,
    Report,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    Task,
    VerifiedFields,
)
from fanzha.core.actor import Actor, Level, Organisation, Role
from fanzha.core.errors import FanzhaError
from fanzha.core.time import DAY_US, MINUTE_US
from fanzha.measures.appeals import Appeal
from fanzha.measures.model import EvidenceKind, Measure, MeasureKind, Target, TargetKind
from fanzha.measures.orders import Channel as OrderChannel
from fanzha.measures.orders import Incident, Outcome, Receipt
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.ports.work_tables import TABLES
from fanzha.services import desk as desk_room
from fanzha.services.desk.add_case_file import add_case_file
from fanzha.services.desk.add_person import PersonDraft
from fanzha.services.desk.add_to_report import Addition, BroughtFile
from fanzha.services.desk.amend_draft import Amendment
from fanzha.services.desk.answer_appeal import lodge_appeal
from fanzha.services.desk.assign_clue import assign_clue
from fanzha.services.desk.case_series import Link, start_series
from fanzha.services.desk.case_tasks import create_task
from fanzha.services.desk.comment_case import comment_case
from fanzha.services.desk.convert_measure import Conversion
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.hand_over_case import Offer, offer_hand_over
from fanzha.services.desk.hear_evidence import give_evidence
from fanzha.services.desk.link_partner import link_partner
from fanzha.services.desk.lists import ListWanted
from fanzha.services.desk.merge_reports import merge_clues, merge_reports
from fanzha.services.desk.object_to_return import receive_objection
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.publish_return import publish_return
from fanzha.services.desk.read_audit import AuditWanted
from fanzha.services.desk.receipt_files import ReceiptWords
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.return_planning import ReturnWanted
from fanzha.storage.argon2_hasher import Argon2Hasher
from fanzha.tracing.runs import TraceRun

SECRET_WORDS = ("bank.example", "模拟·钱二", "模拟·V1", "19900000077", "模拟绝密事由", "模拟冒充客服案")
OURS = {"COUNTY", "BANK"}  # the link to the bank is kept at the top of the tree
# Machines run these, or they take no one's word for who acts; tests of their own say what they may.
NO_ONE_ACTS = {
    "actor_from_token", "change_password", "collect_receipts", "confirm_person", "dispatch_orders", "export_order",
    "follow_answers", "found_office", "list_waiting_orders", "run_clocks", "sign_in",
}  # fmt: skip
# Parts of other use cases, which check for themselves.
PARTS = {"acting", "looking", "change_measure"}
ELSEWHERE = [
    Actor(f"{place.lower()}-{role}", place, level, frozenset({role}))
    for place, level in (("OTHER", Level.COUNTY), ("STATION", Level.STATION), ("BANK2", Level.PARTNER))
    for role in Role
    if role is not Role.MACHINE
]


def use_cases() -> dict[str, Callable[..., Any]]:
    """Every public function of the room that begins with the desk."""
    found = {}
    for module in pkgutil.iter_modules(desk_room.__path__, f"{desk_room.__name__}."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters), "")
            if function.__module__ == module.name and not name.startswith("_") and first == "desk":
                found[name] = function
    return found


USE_CASES = use_cases()


def test_every_use_case_says_who_acts():
    silent = {name for name, function in USE_CASES.items() if "actor" not in inspect.signature(function).parameters}
    assert silent == NO_ONE_ACTS


@dataclass
class County:
    """A desk where COUNTY has one of everything, and how each use case could be asked for it."""

    day: ReturnDay
    ids: dict[str, str]
    secrets: tuple[str, ...]
    arguments: dict[str, tuple[Any, ...]]

    def calls(self, function: Callable[..., Any], actor: Actor) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
        """Every way to ask for COUNTY's records; a parameter that nobody knows stops the test."""
        names, choices = [], []
        for name, parameter in inspect.signature(function).parameters.items():
            wanted = {"desk": (self.day.desk,), "actor": (actor,), "books": (self.day.books,)}.get(name)
            wanted = wanted or self.arguments.get(f"{function.__name__}.{name}") or self.arguments.get(name)
            if wanted is None and parameter.default is not inspect.Parameter.empty:
                continue
            if wanted is None and f"{parameter.annotation}" in ENUMS:
                wanted = tuple(ENUMS[f"{parameter.annotation}"])
            assert wanted, f"{function.__name__}: say in this test how its parameter {name!r} is given"
            names.append(name)
            choices.append(wanted)
        for given in product(*choices):
            yield (), dict(zip(names, given, strict=True))

    def stands(self) -> dict[str, Any]:
        """What is COUNTY's, with the clocks and messages that hang on it."""
        with self.day.desk.store.reading() as view:
            found: dict[str, Any] = {}
            for table in TABLES:
                for record in view.records(table.record).find(Query(limit=1000)).rows:
                    if getattr(record, "organisation", "COUNTY") in OURS and table.record is not Organisation:
                        found[f"{table.name}/{record.id}"] = record
            found["messages"] = [view.outbox.about(one) for one in self.ids.values()]
            found["clocks"] = view.clocks.running_among(sorted(self.ids.values()))
            return found


def _enums() -> dict[str, type[Enum]]:
    modules = {inspect.getmodule(function) for function in USE_CASES.values()}
    return {
        name: kind
        for module in modules
        for name, kind in vars(module).items()
        if inspect.isclass(kind) and issubclass(kind, Enum)
    }


ENUMS = _enums()


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Iterator[County]:
    day = make_return_day("memory", tmp_path_factory.mktemp("county"))
    with day.desk.store.begin() as unit:
        unit.records(Organisation).add(Organisation("STATION", "模拟派出所", Level.STATION, "COUNTY", "53010201"))
        unit.commit()
    ids = fill(day)
    with day.desk.store.reading() as view:
        acknowledgement = view.records(Report).get(ids["report"]).acknowledgement
        secrets = {record.id for table in TABLES for record in view.records(table.record).find(Query(limit=1000)).rows
                   if getattr(record, "organisation", "") == "COUNTY" and table.record is not Person}  # fmt: skip
    known = tuple(sorted({*secrets, *SECRET_WORDS, acknowledgement, M} - {"COUNTY"}))
    yield County(day, ids, known, arguments(day, ids, acknowledgement))
    day.desk.store.close()


def fill(day: ReturnDay) -> dict[str, str]:
    """One of everything; the id of each."""
    desk = day.desk
    procedure, labels, _ = day.drafted()
    publish_return(desk, DUTY, procedure.id)
    receive_objection(desk, DUTY, procedure.id, "模拟·V2", "模拟绝密事由")
    case = procedure.case
    day.wait(MINUTE_US)
    told = ReportDraft(
        Channel.CALL, Reporter(ReporterKind.VICTIM, "模拟·V1", phone="19900000077"), "模拟绝密事由",
        payments=(ReportedPayment("", "模拟·V1", AccountName(M, "模拟·钱二", "模拟银行"), amount_minor=100, at_us=EVENING_US),),
    )  # fmt: skip
    first, second = (receive_report(desk, BOTH, told) for _ in range(2))
    for one in (first, second):
        assign_clue(desk, BOTH, one.clues[0].id, BOTH.id)
    merge_reports(desk, BOTH, first.report.id, second.report.id, "同一件事情")
    merge = merge_clues(desk, BOTH, first.clues[0].id, second.clues[0].id, "同一账户线索")
    task = create_task(desk, BOTH, case, "模拟绝密事由")
    comment_case(desk, BOTH, case, "模拟绝密事由")
    add_case_file(desk, day.books.evidence, BOTH, case, BroughtFile("模拟·钱二.txt", b"x"))
    analyst = Actor("analyst", "COUNTY", Level.COUNTY, frozenset({Role.ANALYST}))
    series = start_series(desk, analyst, "模拟绝密事由", case, Link("同一话术"))
    with desk.store.reading() as view:
        freeze = view.records(Measure).find(Query(equals={"case_id": case, "kind": MeasureKind.FREEZE})).rows[0]
        fact = view.records(Fact).find(Query()).rows[0].id
        run = view.records(TraceRun).find(Query()).rows[0].id
    given = give_evidence(desk, BOTH, freeze.id, EvidenceKind.OTHER, "模拟绝密事由")
    appeal = lodge_appeal(desk, BOTH, freeze.id, "模拟·钱二", "模拟绝密事由")
    draft = MeasureDraft(
        kind=MeasureKind.STOP_PAYMENT, reason="模拟绝密事由", basis="afl-20", case=case, fact=fact, amount_minor=100
    )
    drafted = draft_measure(desk, BOTH, draft)
    untrue = Receipt(f"R-{freeze.orders[0].id}", freeze.orders[0].id, Outcome.REFUSED, day.clock.at_us, day.clock.at_us)
    clerk = Actor("clerk", "BANK", Level.PARTNER, frozenset({Role.PARTNER_DESK}))
    (incident,) = record_receipt(desk, clerk, untrue).incidents
    small = open_case(desk, BOTH, [first.report.id], "模拟绝密事由")
    offer = offer_hand_over(desk, CHIEF, small.id, Offer("CITY", "模拟移字1号", "模拟绝密事由"))
    with desk.store.reading() as view:
        procedure = view.records(ReturnProcedure).get(procedure.id)
        comment = view.records(Case).get(case).comments[0].id
    admin = Actor("admin", "CITY", Level.CITY, frozenset({Role.ADMINISTRATOR}))
    link_partner(desk, admin, PartnerLink("", 0, "BANK", LinkChannel.HTTP, "https://bank.example", "k", "ab" * 32))
    return {
        "report": first.report.id, "absorbed": second.report.id, "clue": first.clues[0].id, "case": case, "fact": fact,
        "measure": freeze.id, "draft": drafted.id, "order": freeze.orders[0].id, "task": task.id, "series": series.id,
        "appeal": appeal.id, "incident": incident.id, "return": procedure.id, "objection": procedure.objections[0].id,
        "merge": merge.id, "hand_over": offer.id, "run": run, "comment": comment, "label": labels["V1"],
        "evidence": given.counter_evidence[0].id,
    }  # fmt: skip


def arguments(day: ReturnDay, ids: dict[str, str], acknowledgement: str) -> dict[str, tuple[Any, ...]]:
    """What stands for each parameter: COUNTY's own record where it names one."""
    why = ("有正当理由的请求",)
    draft = MeasureDraft(
        kind=MeasureKind.STOP_PAYMENT, reason=why[0], basis="afl-20", case=ids["case"], fact=ids["fact"],
        target=Target(TargetKind.ACCOUNT, M, "模拟银行", "模拟·钱二"), amount_minor=100,
    )  # fmt: skip
    statement = day.folder / "statement.csv"
    kinds = (Report, Clue, Fact, Case, Task, Measure, Appeal, Incident, ReturnProcedure, TraceRun)
    words = ReceiptWords.from_table(bootstrap.rule_table("receipts.toml"))
    receipt = Receipt("R-9", ids["order"], Outcome.REFUSED, day.clock.at_us, day.clock.at_us)
    figures = day.trace(ids["case"])
    document = Document(DocumentKind.TRANSFER_SLIP, "FILE-1")
    row = f"id,order,outcome,answered_at\nR-8,{ids['order']},refused,2026-11-22T21:00:00+08:00\n".encode()
    wanted_lists = (
        ListWanted(), ListWanted(organisation="COUNTY"), ListWanted(case=ids["case"]), ListWanted(account=M),
        ListWanted(officer="both"), ListWanted(measure=ids["measure"]),
    )  # fmt: skip
    return {
        "hasher": (Argon2Hasher(time_cost=1, memory_kib=8, lanes=1),), "evidence": (day.books.evidence,),
        "rules": (day.books.trace_rules,), "reason": why, "finding": why, "text": why, "note": why, "grounds": why,
        "answer": why, "result": why, "contact": why, "title": why, "by": ("模拟·某",), "reveal": (True, False),
        "measure_id": (ids["measure"], ids["draft"]), "clue_id": (ids["clue"],), "case_id": (ids["case"],),
        "case": (ids["case"], ""), "report_id": (ids["report"],), "return_id": (ids["return"],),
        "appeal_id": (ids["appeal"],), "task_id": (ids["task"],), "series_id": (ids["series"],),
        "incident_id": (ids["incident"],), "fact_id": (ids["fact"],), "merge_id": (ids["merge"],),
        "move_id": (ids["merge"],), "hand_over_id": (ids["hand_over"],), "comment": (ids["comment"],),
        "objection_id": (ids["objection"],), "evidence_id": (ids["evidence"],), "order_id": (ids["order"],),
        "payment_id": (ids["measure"],), "credential_id": ("CRED-000001",), "login": ("both", "clerk"),
        "kept_id": (ids["report"], ids["clue"], ids["case"]), "absorbed_id": (ids["absorbed"],),
        "record_id": tuple(ids.values()), "kind": kinds, "query": (ids["measure"], ""), "paths": ([statement],),
        "return_paper_of.kind": tuple(ENUMS["PaperKind"]), "give_evidence.kind": (EvidenceKind.OTHER,),
        "reports": ([ids["report"]],), "open_case.jurisdiction": ("530102",), "organisation": ("COUNTY", ""),
        "route_clue.organisation": ("OTHER", "STATION"), "on_duty": (["both"],), "officer": ("both", "stranger"),
        "roles": ((Role.COMMANDER,),), "password": ("made-up-password",), "label": ("x",),
        "actions": ((ids["measure"],),), "amendment": (Amendment(reason=why[0]),), "number": (M,), "terms": (M,),
        "file_case.number": why, "step_case.number": why, "step_case.step": tuple(ENUMS["CaseStep"]),
        "search_records.terms": (M, ids["case"], acknowledgement), "report_id_of.text": (acknowledgement,),
        "decision": ("模拟返字〔2026〕9号",), "pay_to": ("6299990000000000991",), "upheld": (True,), "document": (document,),
        "record_sent.document": ("模拟文号",), "from_us": (0,), "until_us": (day.clock.at_us + DAY_US,),
        "class_slug": ("x",), "subtype_slug": ("x",), "method": ("fifo",), "recoverable_minor": ({"CNY": 1},),
        "fields": (VerifiedFields("模拟·钱二", M, "模拟银行", 100, EVENING_US),), "receipt": (receipt,), "content": (row,),
        "name": ("receipts.csv",), "words": (words,), "token": ("made-up-token",), "link": (Link("同一话术"),),
        "offer": (Offer("OTHER", "模拟移字2号", why[0]),), "added": (Addition(narrative=why[0]),),
        "file": (BroughtFile("x.txt", b"x"),), "figures": (figures,), "draft_measure.draft": (draft,),
        "add_person.draft": (PersonDraft("newcomer", "模拟·新", "COUNTY", (Role.DUTY_OFFICER,)),),
        "receive_report.draft": (ReportDraft(Channel.CALL, Reporter(ReporterKind.VICTIM, "模拟·某"), "模拟"),),
        "body": (Organisation("NEW", "模拟新所", Level.STATION, "COUNTY", "53010202"),),
        "wanted": wanted_lists, "read_audit.wanted": (AuditWanted(case=ids["case"]), AuditWanted(actor="both"), AuditWanted()),
        "convert_measure.wanted": (Conversion(document="模拟冻字9号", reason=why[0]),),
        "plan_return.wanted": (ReturnWanted(ids["case"]),),
        "draft_return.wanted": (ReturnWanted(ids["case"]),), "replan_return.wanted": (ReturnWanted(ids["case"]),),
        "link_partner.wanted": (PartnerLink("", 0, "BANK", LinkChannel.HTTP, "https://x.example", "k", "ab" * 32),),
        "unlink_partner.organisation": ("BANK",), "list_measures.waiting_for_me": (True, False),
        "channel": (OrderChannel.ISSUED_ELSEWHERE,), "split_case.tasks": ((ids["task"],),),
        "documents": (("模拟查字9号",),), "answer_nothing.query": (ids["measure"],), "basis": ("cpl-144", "afl-20"),
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(USE_CASES) - NO_ONE_ACTS - PARTS))
def test_whoever_is_elsewhere_neither_sees_nor_changes_what_is_ours(county, name):
    before = county.stands()
    for actor in ELSEWHERE:
        for _, given in county.calls(USE_CASES[name], actor):
            try:
                said = USE_CASES[name](**given)
            except FanzhaError as refused:
                said = refused
            if name == "read_audit" and isinstance(said, tuple):  # what his own people asked for is his to read
                said = tuple(event for event in said if event.organisation != actor.organisation)
            asked = repr(
                {key: value for key, value in given.items() if key not in {"desk", "actor", "books", "figures"}}
            )
            shown = [secret for secret in county.secrets if secret in repr(said) and secret not in asked]
            assert not shown, f"{actor.id} was shown {shown[:3]} by {name}"
    now = county.stands()
    changed = [key for key, value in before.items() if now.get(key) != value]
    assert not changed, f"{name} changed {changed}"
