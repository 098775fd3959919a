"""No use case shows or changes another body's record: each one there is, found by itself, walked as every role elsewhere."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from itertools import product
from typing import Any

import pytest
from county_desk import STATION, fill, secrets_of, stands
from operation_day import card
from return_day import CHIEF, EVENING_US, M, ReturnDay, make_return_day

from fanzha import bootstrap
from fanzha.access import Export, LinkChannel, PartnerLink
from fanzha.access.passkeys import Passkey
from fanzha.access.webhooks import HookTopic, Webhook
from fanzha.casework import (
    Case,
    Channel,
    Clue,
    Document,
    DocumentKind,
    Fact,
    Report,
    ReportDraft,
    Reporter,
    ReporterKind,
    Task,
    VerifiedFields,
)
from fanzha.casework.errand_model import ErrandKind, ErrandOutcome
from fanzha.casework.governance import ControlDraft, MeetingDraft
from fanzha.casework.operations import (
    Campaign,
    Correction,
    CustodyMove,
    CustodyStep,
    Operation,
    OperationResult,
    Plan,
    SuspectMove,
    SuspectStep,
)
from fanzha.casework.publicity import PublicityDraft, PublicityKind
from fanzha.core.actor import Actor, Level, Organisation, Role
from fanzha.core.errors import FanzhaError, NotFound
from fanzha.core.time import DAY_US
from fanzha.measures.appeals import Appeal
from fanzha.measures.model import EvidenceKind, Measure, MeasureKind, Target, TargetKind
from fanzha.measures.orders import Channel as OrderChannel
from fanzha.measures.orders import Incident, Outcome, Receipt
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.passkey_ceremony import MadeKey
from fanzha.ports.record_query import Page, Query
from fanzha.services import desk as desk_room
from fanzha.services.desk.account_page import AccountWanted
from fanzha.services.desk.add_person import PersonDraft
from fanzha.services.desk.add_to_report import Addition, BroughtFile
from fanzha.services.desk.amend_draft import Amendment
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.case_page import case_page
from fanzha.services.desk.case_series import Link
from fanzha.services.desk.convert_measure import Conversion
from fanzha.services.desk.count_figures import FiguresWanted
from fanzha.services.desk.draft_measure import MeasureDraft
from fanzha.services.desk.edit_block import BlockChange, BlockDeed
from fanzha.services.desk.errands import ErrandWanted
from fanzha.services.desk.export_list import export_accounts
from fanzha.services.desk.hand_over_case import Offer
from fanzha.services.desk.import_seizures import SheetFile
from fanzha.services.desk.keeping_bulletins import BulletinContent
from fanzha.services.desk.lists import ListWanted
from fanzha.services.desk.read_audit import AuditWanted
from fanzha.services.desk.receipt_files import ReceiptWords
from fanzha.services.desk.return_planning import ReturnWanted
from fanzha.services.desk.run_campaign import CampaignDraft
from fanzha.services.desk.run_meeting import ResolutionDraft
from fanzha.services.desk.staff_operation import TeamDraft
from fanzha.statistics import Period
from fanzha.statistics.drafting import Variable
from fanzha.storage.argon2_hasher import Argon2Hasher
from fanzha.tracing.runs import TraceRun

PASSKEY = Passkey("KEY-OURS", 0, "COUNTY", "both", "aa", "bb", 0, "localhost", "模拟电脑", EVENING_US)
HOOK = Webhook("HOOK-OURS", 0, "COUNTY", "both", "https://hooks.example/ours", tuple(HookTopic), EVENING_US)
EXPORTED = Export("EXPORT-OURS", 0, "COUNTY", "both", EVENING_US, "accounts", (), 0)
# Machines or everybody run these, or they take no one's word for who acts; tests of their own say what they may.
NO_ONE_ACTS = {
    "actor_from_token", "body_called", "change_password", "collect_receipts", "confirm_person", "dispatch_orders", "export_order",
    "follow_answers", "found_office", "has_office", "methods_beside", "list_waiting_orders", "run_clocks", "sign_in",
    "add_to_sent", "attach_to_sheet", "begin_sheet", "check_number", "drop_sheet", "lodge_listing_objection", "open_sheet",
    "save_sheet", "send_sheet", "refusal_of", "rehearsed", "sign_in_by_passkey", "sign_in_by_provider",
    "lease_messages", "send_webhooks", "note_rules", "morning_papers",
}  # fmt: skip
# Parts of other use cases, which check for themselves.
PARTS = {"acting", "looking", "change_measure"}
ELSEWHERE = [
    Actor(f"{place.lower()}-{role}", place, level, frozenset({role}))
    for place, level in (("OTHER", Level.COUNTY), ("STATION", Level.STATION), ("BANK2", Level.PARTNER))
    for role in Role
    if role is not Role.MACHINE
]


class NoRules:
    """A centre that put no table in place, and takes none."""

    def names(self) -> tuple[str, ...]:
        return ()

    def read(self, name: str) -> bytes | None:
        return None

    def put(self, name: str, content: bytes) -> None:
        raise AssertionError(f"{name} was set by somebody who may not")


class Secretary:
    """Has a secret for every webhook."""

    def secret_of(self, hook: Webhook) -> str:
        return f"made-up secret of {hook.id}"


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
            return stands(self.day.desk, self.ids) | {
                "passkey": view.records(Passkey).get(PASSKEY.id), "webhook": view.records(Webhook).get(HOOK.id),
            }  # fmt: skip


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
        unit.records(Export).add(EXPORTED)
        unit.records(Passkey).add(PASSKEY)
        unit.records(Webhook).add(HOOK)
        unit.records(Organisation).add(STATION)
        unit.commit()
    ids = fill(day)
    with day.desk.store.reading() as view:
        acknowledgement = view.records(Report).get(ids["report"]).acknowledgement
    known = secrets_of(day.desk, ids)
    yield County(day, ids, known, arguments(day, ids, acknowledgement))
    day.desk.store.close()


def file_of(day: ReturnDay, ids: dict[str, str]) -> str:
    """A file of COUNTY's case."""
    with day.desk.store.reading() as view:
        return view.records(Case).get(ids["case"]).files[0].id


def arguments(day: ReturnDay, ids: dict[str, str], acknowledgement: str) -> dict[str, tuple[Any, ...]]:
    """What stands for each parameter: COUNTY's own record where it names one."""
    why = ("有正当理由的请求",)
    draft = MeasureDraft(
        kind=MeasureKind.STOP_PAYMENT, reason=why[0], basis="afl-20", case=ids["case"], fact=ids["fact"],
        target=Target(TargetKind.ACCOUNT, M, "模拟银行", "模拟·钱二"), amount_minor=100,
    )  # fmt: skip
    statement = day.folder / "statement.csv"
    kinds = (
        Report, Clue, Fact, Case, Task, Measure, Appeal, Incident, ReturnProcedure, TraceRun,
        Campaign, Operation, OperationResult,
    )  # fmt: skip
    words = ReceiptWords.from_table(bootstrap.rule_table("receipts.toml"))
    receipt = Receipt("R-9", ids["order"], Outcome.REFUSED, day.clock.at_us, day.clock.at_us)
    figures = day.trace(ids["case"])
    document = Document(DocumentKind.TRANSFER_SLIP, "FILE-1")
    row = f"id,order,outcome,answered_at\nR-8,{ids['order']},refused,2026-11-22T21:00:00+08:00\n".encode()
    wanted_lists = (
        ListWanted(), ListWanted(organisation="COUNTY"), ListWanted(case=ids["case"]), ListWanted(account=M),
        ListWanted(officer="both"), ListWanted(measure=ids["measure"]),
    )  # fmt: skip
    counted = tuple(FiguresWanted(Period("2026-11-01", "2026-11-30"), organisation=body) for body in ("", "COUNTY"))
    return {
        **dict.fromkeys(("count_figures.wanted", "follow_stopped_money.wanted", "divide_cases.wanted"), counted),
        "bulletin_id": (ids["bulletin"],),
        "change": (BlockChange(BlockDeed.REMOVE, "x"),),
        "variable": (Variable("cases_filed", "cases_filed", Period("2026-11-01", "2026-11-30")),),
        "reader": (bootstrap.bulletin_reader(),), "value": (Decimal(1),),
        "content": (BulletinContent("模拟", (), ()),), "import_receipts.content": (row,), "change_figure.name": ("stopped",),
        "open_draft_version.number": (1,), "restore_draft.number": (1,),
        "hasher": (Argon2Hasher(time_cost=1, memory_kib=8, lanes=1),), "evidence": (day.books.evidence,),
        "rules": (day.books.trace_rules,), "reason": why, "finding": why, "text": why, "note": why, "grounds": why,
        "answer": why, "result": why, "contact": why, "title": why, "by": ("模拟·某",), "reveal": (True, False),
        "measure_id": (ids["measure"], ids["draft"]), "clue_id": (ids["clue"],), "case_id": (ids["case"],),
        "case": (ids["case"], ""), "losses_of_cases.cases": ([ids["case"]],), "case_stoppable.currency": ("CNY",),
        "report_id": (ids["report"],), "return_id": (ids["return"],),
        "appeal_id": (ids["appeal"],), "task_id": (ids["task"],), "series_id": (ids["series"],),
        "incident_id": (ids["incident"],), "fact_id": (ids["fact"],), "merge_id": (ids["merge"],),
        "move_id": (ids["merge"],), "hand_over_id": (ids["hand_over"],), "errand_id": (ids["errand"],),
        "comment": (ids["comment"],),
        "indicator_id": (ids["indicator"],), "listing_objection_id": (ids["listing_objection"],),
        "objection_id": (ids["objection"],), "evidence_id": (ids["evidence"],), "order_id": (ids["order"],),
        "payment_id": (ids["measure"],), "credential_id": ("CRED-000001",), "login": ("both", "clerk"),
        "kept_id": (ids["report"], ids["clue"], ids["case"]), "absorbed_id": (ids["absorbed"],),
        "record_id": tuple(ids.values()), "kind": kinds, "query": (ids["measure"], ""), "paths": ([statement],),
        "return_paper_of.kind": tuple(ENUMS["PaperKind"]), "give_evidence.kind": (EvidenceKind.OTHER,),
        "reports": ([ids["report"]],), "open_case.jurisdiction": ("530102",), "organisation": ("COUNTY", ""),
        "body_id": ("COUNTY",), "correct_body.name": ("模拟改名",), "correct_body.jurisdiction": ("530103",),
        "route_clue.organisation": ("OTHER", "STATION"), "on_duty": (["both"],), "officer": ("both", "stranger"),
        "roles": ((Role.COMMANDER,),), "password": ("made-up-password",), "label": ("x",),
        "actions": ((ids["measure"],),), "amendment": (Amendment(reason=why[0]),), "number": (M,), "terms": (M,),
        "file_case.number": why, "step_case.number": why, "step_case.step": tuple(ENUMS["CaseStep"]),
        "search_records.terms": (M, ids["case"], acknowledgement), "report_id_of.text": (acknowledgement,),
        "decision": ("模拟返字〔2026〕9号",), "pay_to": ("6299990000000000991",), "upheld": (True,), "document": (document,),
        "record_sent.document": ("模拟文号",), "from_us": (0,), "until_us": (day.clock.at_us + DAY_US,),
        "class_slug": ("x",), "subtype_slug": ("x",), "method": ("fifo",), "recoverable_minor": ({"CNY": 1},),
        "fields": (VerifiedFields("模拟·钱二", M, "模拟银行", 100, EVENING_US),), "receipt": (receipt,),
        "name": ("receipts.csv",), "words": (words,), "token": ("made-up-token",), "link": (Link("同一话术"),),
        "offer": (Offer("OTHER", "模拟移字2号", why[0]),), "added": (Addition(narrative=why[0]),),
        "file": (BroughtFile("x.txt", b"x"),), "figures": (figures,),
        "draft_measure.draft": (draft,), "preview_draft.draft": (draft,),
        "take_file.kind": (Report, Case), "take_file.file_id": (file_of(day, ids),),
        "add_person.draft": (PersonDraft("newcomer", "模拟·新", "COUNTY", (Role.DUTY_OFFICER,)),),
        "receive_report.draft": (ReportDraft(Channel.CALL, Reporter(ReporterKind.VICTIM, "模拟·某"), "模拟"),),
        "body": (Organisation("NEW", "模拟新所", Level.STATION, "COUNTY", "53010202"),),
        "wanted": wanted_lists, "read_audit.wanted": (AuditWanted(case=ids["case"]), AuditWanted(actor="both"), AuditWanted()),
        "account_page.wanted": (AccountWanted(M), AccountWanted(M, ids["case"], whole=True)),
        "export_account.wanted": tuple(AccountWanted(M, case, reason=why[0], whole=True) for case in (ids["case"], "")),
        "hook_id": (HOOK.id,), "sender": (Secretary(),), "topics": (tuple(HookTopic),), "address": (HOOK.address,),
        "passkey_id": (PASSKEY.id,), "made": (MadeKey("cc", "dd", 0),), "site": ("localhost",),
        "convert_measure.wanted": (Conversion(document="模拟冻字9号", reason=why[0]),),
        "send_errand.wanted": tuple(ErrandWanted(kind, "COUNTY", "模拟", "模拟", "文1", ids["case"]) for kind in ErrandKind),
        "answer_errand.outcome": tuple(ErrandOutcome), "files": ((),),
        "plan_return.wanted": (ReturnWanted(ids["case"]),),
        "draft_return.wanted": (ReturnWanted(ids["case"]),), "replan_return.wanted": (ReturnWanted(ids["case"]),),
        "link_partner.wanted": (PartnerLink("", 0, "BANK", LinkChannel.HTTP, "https://x.example", "k", "ab" * 32),),
        "unlink_partner.organisation": ("BANK",), "list_measures.waiting_for_me": (True, False),
        "channel": (OrderChannel.ISSUED_ELSEWHERE,), "split_case.tasks": ((ids["task"],),),
        "documents": (("模拟查字9号",),), "answer_nothing.query": (ids["measure"],),
        "basis": ("cpl-144", "afl-20"), "mask_for.records": ((),),
        "named": day.books.facts.files(), "although": ("", why[0]), "outgoing": ("T1",), "incoming": ("T2",),
        "first": (M,), "second": ("6299990000000000991",), "note_ingested.files": ([],),
        "meeting_id": (ids["meeting"],), "control_id": (ids["control"],), "resolution_id": ("RESOLVED-000001",),
        "document_number": why, "said": why, "resolution": (ResolutionDraft(why[0], "outlet_rectified", "CITY"),),
        "call_meeting.draft": (MeetingDraft("模拟", EVENING_US, "", "模拟", ("CITY",)),),
        "list_corporate_account.draft": (ControlDraft("6299990000000000991", "模拟银行", "模拟", "third", ("address_void",)),),
        "import_controls.reader": (bootstrap.table_reader(),), "draft_control.document": why, "entry_id": (ids["publicity"],),
        "enter_publicity.draft": (PublicityDraft(PublicityKind.EVENT, "530102", EVENING_US, "模拟"),),
        "period": (Period("2026-01-01", "2026-12-31"),),
        "import_openings.reader": (bootstrap.table_reader(),), "institution": ("模拟银行",),
        "import_openings.file": (SheetFile("x.csv", "账号\n6299990000000000991\n".encode()),),
        "import_controls.file": (SheetFile("x.csv", "账号,开户行,单位名称\n6299990000000000991,模拟,模拟\n".encode()),),
        "campaign_id": (ids["campaign"],), "operation_id": (ids["operation"],), "result_id": (ids["seized"], ids["caught"]),
        "open_campaign.draft": (CampaignDraft("模拟", "2026-11-01", "2026-12-31"),), "add_campaign_body.body": ("OTHER",),
        "plan": (Plan("模拟", "模拟", "模拟"), Plan("模拟", "模拟", "模拟", campaign=ids["campaign"])),
        "add_operation_body.body": ("OTHER",), "place": ("模拟路",), "team": (TeamDraft("模拟", "COUNTY", "both"),),
        "enter_result.draft": (card(M), card("6299990000000000991", request="x")),
        "correct_result.wanted": (Correction(-1, why[0]),), "year": (2026,),
        "advance_suspect.move": (SuspectMove(SuspectStep.DETAIN, "1号", day.clock.at_us),),
        "move_evidence.move": (CustodyMove(CustodyStep.STORE, "模拟物证室", day.clock.at_us),),
        "set_rules.content": (b"x",), "import_seizures.reader": (bootstrap.table_reader(),),
        "import_seizures.file": (SheetFile("x.csv", f"名称,号码,时间\n银行卡,{M},2026-11-22\n".encode()),),
        "correct_receipt.said": ({"amount_minor": 1},), "note_not_written.export": (EXPORTED,), "why": why,
        "installed": ({"access.toml": "a" * 64},), "own": ({},), "table": ("access.toml",), "own_rules": (NoRules(),),
        "what": ("trace",), "record_ids": (tuple(ids.values()),),
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
            if name == "list_searches" and isinstance(said, Page):
                said = tuple(entry for entry in said.rows if entry.organisation != actor.organisation)
            asked = repr(
                {key: value for key, value in given.items() if key not in {"desk", "actor", "books", "figures"}}
            )
            shown = [secret for secret in county.secrets if secret in repr(said) and secret not in asked]
            assert not shown, f"{actor.id} was shown {shown[:3]} by {name}"
    now = county.stands()
    changed = [key for key, value in before.items() if now.get(key) != value]
    assert not changed, f"{name} changed {changed}"


def test_a_number_that_was_taken_for_an_id_does_not_stand_in_the_audit(county):
    for refused in (
        lambda who: case_page(county.day.desk, who, M),
        lambda who: approve_measure(county.day.desk, who, M),
    ):
        with pytest.raises(NotFound):
            refused(ELSEWHERE[0])
    with county.day.desk.store.reading() as view:
        rows = [event for event in view.audit.walk() if M in repr(event)]
        assert rows == []
        assert view.audit.about(subject_id="***0017")


def test_whoever_exports_a_case_takes_out_no_other_bodys_facts(tmp_path):
    day = make_return_day("memory", tmp_path)
    procedure, _, _ = day.drafted()
    exported = export_accounts(day.desk, CHIEF, "上级要求的统计", case=procedure.case)
    with day.desk.store.begin() as unit:  # a clue that stayed with its body when the case came from there
        clue = unit.records(Clue).find(Query(equals={"case_id": procedure.case}, limit=1)).rows[0]
        unit.records(Clue).save(replace(clue, organisation="OTHER"))
        unit.commit()
    less = export_accounts(day.desk, CHIEF, "上级要求的统计", case=procedure.case)
    assert {row.fact.id for row in exported.rows} - {row.fact.id for row in less.rows} == set(clue.facts)
    day.desk.store.close()
