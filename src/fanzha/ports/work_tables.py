"""Every kind of record of work and how it is kept: the one place to change when a record gets a key or a kind is new.

A change here needs a step in `storage/sql/migrations/versions`; a test holds the two against each other.
"""

from __future__ import annotations

from typing import Any, Final

from fanzha.access import Credential, CredentialKind, Export, PartnerLink, Person, Reveal, SearchEntry
from fanzha.access.passkeys import Passkey
from fanzha.access.webhooks import Webhook
from fanzha.casework import (
    OPEN_STAGES,
    Case,
    CaseMove,
    Clue,
    Fact,
    HandOver,
    Merge,
    Report,
    Series,
    Task,
    WorkEvent,
    look_up_keys,
)
from fanzha.casework.errand_model import Errand
from fanzha.casework.governance import ControlledAccount, Meeting
from fanzha.casework.indicators import Indicator
from fanzha.casework.objections import ListingObjection
from fanzha.casework.openings import Opening, opening_key
from fanzha.casework.operations import Campaign, Operation, OperationResult, request_key
from fanzha.casework.publicity import PublicityEntry
from fanzha.casework.rules import DuplicateRules
from fanzha.casework.sheets import ReportSheet
from fanzha.core.actor import Organisation
from fanzha.measures.appeals import Appeal
from fanzha.measures.lifecycle import OPEN, Status
from fanzha.measures.model import Measure, Signature
from fanzha.measures.orders import Incident
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_table import NEVER_US, Key, KeyType, PartialIndex, RecordTable, Term
from fanzha.statistics.draft_versions import DraftVersion
from fanzha.statistics.drafting import OwnBulletin
from fanzha.tracing.runs import TraceRun

# Every narrative gets a key; which are long enough to tell anything is decided when candidates are compared.
_INDEX_RULES: Final = DuplicateRules(payment_us=0, enough=(), narrative_length_min=1)


def look_up_terms(report: Report) -> frozenset[str]:
    """What a report shares with its duplicates, as the term `look_up` holds it.

    The hashes have no key: they make the terms short and alike, and hide nothing. The numbers stand in clear in the same
    row; whoever can read the table can read them there.
    """
    return frozenset(f"{key.sign}:{key.sha256}" for key in look_up_keys(report, _INDEX_RULES))


AWAITS_APPROVAL: Final = "approval"
AWAITS_COUNTERSIGNATURE: Final = "countersignature"
AWAITS_RENEWAL: Final = "renewal"
AWAITED: Final = (AWAITS_APPROVAL, AWAITS_COUNTERSIGNATURE, AWAITS_RENEWAL)


def awaited_of(measure: Measure) -> str:
    """Which signature a measure waits for, the first of them where there are two; empty where it waits for none."""
    if measure.status is Status.PROPOSED:
        return AWAITS_APPROVAL
    if measure.status not in OPEN:
        return ""
    if measure.countersign_due_us is not None and not measure.signed(Signature.COUNTERSIGNED):
        return AWAITS_COUNTERSIGNATURE
    return AWAITS_RENEWAL if any(renewal.approved_us is None for renewal in measure.renewals) else ""


def worker_at(worker: str, organisation: str = "") -> str:
    """Who works on a case, and of which body it is; without the body how all of his begin, and nobody else's."""
    return f"{len(worker)}:{worker}@{organisation}"


REPORTS: Final[RecordTable[Report]] = RecordTable(
    name="reports",
    record=Report,
    keys=(
        Key("organisation"),
        Key("status"),
        Key("jurisdiction"),
        Key("received_at_us", KeyType.INTEGER),
        Key("acknowledgement"),
        Key("case_id", of=lambda report: report.case, narrow=True),
        Key("merged_into"),
    ),
    terms=(
        Term("look_up", of=look_up_terms),
        Term("account", of=lambda report: (paid.payee.number for paid in report.payments if paid.payee.number)),
    ),
    indexes=(
        ("organisation", "status", "received_at_us"),
        ("organisation", "received_at_us"),
        ("status", "received_at_us"),
        ("received_at_us", "id", "organisation", "status"),
        ("case_id",),
        ("merged_into",),
    ),
    unique=(("acknowledgement",),),
)
CLUES: Final[RecordTable[Clue]] = RecordTable(
    name="clues",
    record=Clue,
    keys=(
        Key("organisation"),
        Key("stage"),
        Key("officer"),
        Key("kind"),
        Key("subject", narrow=True),
        Key("received_at_us", KeyType.INTEGER),
        Key("case_id", of=lambda clue: clue.case, narrow=True),
        Key("merged_into"),
    ),
    terms=(Term("report", of=lambda clue: clue.reports),),
    indexes=(
        ("organisation", "stage", "received_at_us"),
        ("stage", "received_at_us"),
        ("officer", "stage", "received_at_us"),
        ("received_at_us",),
        ("subject",),
        ("case_id",),
        ("merged_into",),
    ),
    partial=(
        PartialIndex(("organisation", "received_at_us"), "stage", frozenset(stage.value for stage in OPEN_STAGES)),
    ),
)
FACTS: Final[RecordTable[Fact]] = RecordTable(
    name="facts",
    record=Fact,
    keys=(
        Key("organisation"),
        Key("clue", narrow=True),
        Key("account", of=lambda fact: fact.fields.account, narrow=True),
        Key("verified_at_us", KeyType.INTEGER),
    ),
    indexes=(("organisation", "verified_at_us"), ("clue",), ("account",)),
)
CASES: Final[RecordTable[Case]] = RecordTable(
    name="cases",
    record=Case,
    keys=(
        Key("organisation"),
        Key("status"),
        Key("officer"),
        Key("jurisdiction"),
        Key("class_slug", of=lambda case: "" if case.classification is None else case.classification.class_slug),
        Key("opened_at_us", KeyType.INTEGER),
        Key("merged_into"),
    ),
    terms=(
        Term("report", of=lambda case: case.reports),
        Term("beside", of=lambda case: (worker for worker in case.officers if worker != case.officer)),
        Term("worker_at", of=lambda case: (worker_at(worker, case.organisation) for worker in case.workers)),
        Term("series", of=lambda case: case.series),
    ),
    indexes=(
        ("organisation", "status", "opened_at_us"),
        ("organisation", "opened_at_us"),
        ("status", "opened_at_us"),
        ("officer", "status", "opened_at_us"),
        ("opened_at_us", "id", "organisation", "status"),
        ("class_slug", "opened_at_us"),
        ("merged_into",),
    ),
)
TASKS: Final[RecordTable[Task]] = RecordTable(
    name="tasks",
    record=Task,
    keys=(
        Key("organisation"),
        Key("status"),
        Key("officer"),
        Key("case_id", of=lambda task: task.case, narrow=True),
        Key("due_us", KeyType.INTEGER, of=lambda task: NEVER_US if task.due_us is None else task.due_us),
        Key("operation", narrow=True),
    ),
    indexes=(("organisation", "status", "due_us"), ("officer", "status", "due_us"), ("case_id",), ("operation",)),
)
SERIES: Final[RecordTable[Series]] = RecordTable(
    name="series",
    record=Series,
    keys=(Key("organisation"),),
    terms=(Term("case", of=lambda series: (member.case for member in series.members)),),
    indexes=(("organisation",),),
)
HAND_OVERS: Final[RecordTable[HandOver]] = RecordTable(
    name="hand_overs",
    record=HandOver,
    keys=(
        Key("organisation"),
        Key("to_organisation"),
        Key("status"),
        Key("case_id", of=lambda hand_over: hand_over.case, narrow=True),
        Key("due_us", KeyType.INTEGER),
    ),
    indexes=(("organisation", "status", "due_us"), ("to_organisation", "status", "due_us"), ("case_id",)),
)
ERRANDS: Final[RecordTable[Errand]] = RecordTable(
    name="errands",
    record=Errand,
    keys=(
        Key("organisation"),
        Key("to_organisation"),
        Key("status"),
        Key("officer"),
        Key("case_id", of=lambda errand: errand.case, narrow=True),
        Key("due_us", KeyType.INTEGER, of=lambda errand: NEVER_US if errand.due_us is None else errand.due_us),
        Key("sent_at_us", KeyType.INTEGER),
        Key("matter"),
    ),
    indexes=(
        ("matter", "sent_at_us"),
        ("organisation", "status", "due_us"),
        ("to_organisation", "status", "due_us"),
        ("organisation", "status", "sent_at_us"),
        ("to_organisation", "status", "sent_at_us"),
        ("officer", "status", "due_us"),
        ("case_id",),
    ),
)
MERGES: Final[RecordTable[Merge]] = RecordTable(
    name="merges",
    record=Merge,
    keys=(Key("organisation"), Key("kind"), Key("kept"), Key("absorbed"), Key("at_us", KeyType.INTEGER)),
    indexes=(("organisation", "at_us"), ("kept",), ("absorbed",)),
)
CASE_MOVES: Final[RecordTable[CaseMove]] = RecordTable(
    name="case_moves",
    record=CaseMove,
    keys=(Key("organisation"), Key("kind"), Key("source"), Key("target"), Key("at_us", KeyType.INTEGER)),
    indexes=(("organisation", "at_us"), ("source",), ("target",)),
)
WORK_EVENTS: Final[RecordTable[WorkEvent]] = RecordTable(
    name="work_events",
    record=WorkEvent,
    keys=(Key("record"), Key("kind"), Key("organisation"), Key("at_us", KeyType.INTEGER)),
    indexes=(("record", "at_us"), ("kind", "at_us"), ("organisation", "at_us"), ("at_us",)),
)
MEASURES: Final[RecordTable[Measure]] = RecordTable(
    name="measures",
    record=Measure,
    keys=(
        Key("organisation"),
        Key("status"),
        Key("kind"),
        Key("case_id", of=lambda measure: measure.request.case, narrow=True),
        Key("account", of=lambda measure: measure.target.reference, narrow=True),
        Key("institution", of=lambda measure: measure.target.institution),
        Key("drafted_us", KeyType.INTEGER),
        Key(
            "due_us",
            KeyType.INTEGER,
            of=lambda measure: NEVER_US if measure.void_from_us is None else measure.void_from_us,
        ),
        Key(
            "starts_us",
            KeyType.INTEGER,
            of=lambda measure: NEVER_US if measure.starts_us is None else measure.starts_us,
        ),
        Key("awaits", of=awaited_of),
    ),
    terms=(Term("order", of=lambda measure: (order.id for order in measure.orders)),),
    indexes=(
        ("organisation", "status", "due_us"),
        ("organisation", "status", "drafted_us"),
        ("status", "due_us"),
        ("institution", "status", "due_us"),
        ("organisation", "drafted_us"),
        ("drafted_us", "id", "organisation", "status"),
        ("case_id", "drafted_us"),
        ("organisation", "kind", "starts_us"),
        ("starts_us", "id", "kind"),
        ("account",),
    ),
    # Three measures in a hundred are open, and few of these wait for a signature.
    partial=(
        PartialIndex(("organisation", "due_us"), "status", frozenset(status.value for status in OPEN)),
        PartialIndex(("organisation", "due_us"), "awaits", frozenset(AWAITED)),
    ),
)
APPEALS: Final[RecordTable[Appeal]] = RecordTable(
    name="appeals",
    record=Appeal,
    keys=(Key("organisation"), Key("status"), Key("measure", narrow=True), Key("due_us", KeyType.INTEGER)),
    indexes=(("organisation", "status", "due_us"), ("measure",)),
)
INCIDENTS: Final[RecordTable[Incident]] = RecordTable(
    name="incidents",
    record=Incident,
    keys=(
        Key("organisation"),
        Key("kind"),
        Key("measure", narrow=True),
        Key("state", of=lambda incident: "open" if incident.closed_us is None else "closed"),
        Key("at_us", KeyType.INTEGER),
    ),
    indexes=(("organisation", "state", "at_us"), ("state", "at_us"), ("measure",)),
)

RETURNS: Final[RecordTable[ReturnProcedure]] = RecordTable(
    name="returns",
    record=ReturnProcedure,
    keys=(
        Key("organisation"),
        Key("status"),
        Key("case_id", of=lambda procedure: procedure.case, narrow=True),
        Key("decision"),
        Key("drafted_us", KeyType.INTEGER),
    ),
    terms=(
        Term("account", of=lambda procedure: (plan.account for plan in procedure.plans)),
        Term("measure", of=lambda procedure: (plan.measure for plan in procedure.plans)),
    ),
    indexes=(("organisation", "status", "drafted_us"), ("status", "drafted_us"), ("case_id",), ("decision",)),
)
CAMPAIGNS: Final[RecordTable[Campaign]] = RecordTable(
    name="campaigns",
    record=Campaign,
    keys=(Key("organisation"), Key("status"), Key("opened_at_us", KeyType.INTEGER)),
    terms=(Term("body", of=lambda campaign: campaign.bodies),),
    indexes=(("organisation", "status", "opened_at_us"), ("opened_at_us",)),
)
OPERATIONS: Final[RecordTable[Operation]] = RecordTable(
    name="operations",
    record=Operation,
    keys=(Key("organisation"), Key("status"), Key("campaign", narrow=True), Key("drafted_at_us", KeyType.INTEGER)),
    terms=(
        Term("body", of=lambda operation: operation.bodies),
        Term("member", of=lambda operation: operation.members),
        Term("case", of=lambda operation: operation.cases),
    ),
    indexes=(("organisation", "status", "drafted_at_us"), ("status", "drafted_at_us"), ("campaign",)),
)
OPERATION_RESULTS: Final[RecordTable[OperationResult]] = RecordTable(
    name="operation_results",
    record=OperationResult,
    keys=(
        Key("organisation"),
        Key("operation", narrow=True),
        Key("kind"),
        Key("corrects", narrow=True),
        Key("request_key", of=lambda result: request_key(result.operation, result.draft, result.id)),
        Key("entered_us", KeyType.INTEGER),
    ),
    terms=(Term("number", of=lambda result: result.draft.numbers),),
    indexes=(("operation", "entered_us"), ("organisation", "entered_us"), ("corrects",)),
    unique=(("request_key",),),
)
MEETINGS: Final[RecordTable[Meeting]] = RecordTable(
    name="meetings",
    record=Meeting,
    keys=(Key("organisation"), Key("status"), Key("held_at_us", KeyType.INTEGER)),
    terms=(Term("body", of=lambda meeting: meeting.bodies),),
    indexes=(("organisation", "status", "held_at_us"), ("held_at_us",)),
)
CONTROLS: Final[RecordTable[ControlledAccount]] = RecordTable(
    name="controls",
    record=ControlledAccount,
    keys=(
        Key("organisation"),
        Key("state"),
        Key("risk", of=lambda control: control.draft.risk),
        Key("account", of=lambda control: control.draft.account, narrow=True),
        Key("measure", narrow=True),
        Key("case_id", of=lambda control: control.case, narrow=True),
        Key("listed_at_us", KeyType.INTEGER),
    ),
    indexes=(
        ("organisation", "state", "risk", "listed_at_us"),
        ("state", "listed_at_us"),
        ("account",),
        ("measure",),
        ("case_id",),
    ),
)
OPENINGS: Final[RecordTable[Opening]] = RecordTable(
    name="openings",
    record=Opening,
    keys=(
        Key("organisation"),
        Key("kind"),
        Key("institution", of=lambda opening: opening.draft.institution),
        Key("outlet", of=lambda opening: opening.draft.outlet),
        Key("clerk", of=lambda opening: opening.draft.clerk),
        Key("opening_key", of=lambda opening: opening_key(opening.organisation, opening.draft)),
        Key("brought_us", KeyType.INTEGER),
    ),
    terms=(Term("number", of=lambda opening: opening.numbers),),
    indexes=(("organisation", "brought_us"), ("brought_us",), ("institution", "outlet", "clerk", "brought_us")),
    unique=(("opening_key",),),
)
PUBLICITY: Final[RecordTable[PublicityEntry]] = RecordTable(
    name="publicity",
    record=PublicityEntry,
    keys=(
        Key("organisation"),
        Key("kind", of=lambda entry: entry.draft.kind),
        Key("class_slug", of=lambda entry: entry.draft.class_slug),
        Key("at_us", KeyType.INTEGER, of=lambda entry: entry.draft.at_us),
    ),
    indexes=(("organisation", "at_us"), ("at_us",)),
)
INDICATORS: Final[RecordTable[Indicator]] = RecordTable(
    name="indicators",
    record=Indicator,
    keys=(
        Key("organisation"),
        Key("status"),
        Key("term", narrow=True),
        Key("clue", narrow=True),
        Key("case_id", of=lambda indicator: indicator.case, narrow=True),
        Key("proposed_us", KeyType.INTEGER),
    ),
    indexes=(("organisation", "status", "proposed_us"), ("status", "proposed_us"), ("term", "status"), ("case_id",)),
)
LISTING_OBJECTIONS: Final[RecordTable[ListingObjection]] = RecordTable(
    name="listing_objections",
    record=ListingObjection,
    keys=(Key("organisation"), Key("status"), Key("due_us", KeyType.INTEGER)),
    indexes=(("organisation", "status", "due_us"), ("status", "due_us")),
)
REPORT_SHEETS: Final[RecordTable[ReportSheet]] = RecordTable(
    name="report_sheets",
    record=ReportSheet,
    keys=(Key("organisation"), Key("code_hash")),
    unique=(("code_hash",),),
)
BULLETINS: Final[RecordTable[OwnBulletin]] = RecordTable(
    name="bulletins",
    record=OwnBulletin,
    keys=(Key("organisation"), Key("status"), Key("published"), Key("replaces"), Key("drafted_us", KeyType.INTEGER)),
    indexes=(("organisation", "drafted_us"), ("organisation", "status", "drafted_us"), ("replaces",)),
)
DRAFT_VERSIONS: Final[RecordTable[DraftVersion]] = RecordTable(
    name="draft_versions",
    record=DraftVersion,
    keys=(Key("organisation"), Key("bulletin"), Key("number", KeyType.INTEGER)),
    indexes=(("bulletin", "number"),),
)
ORGANISATIONS: Final[RecordTable[Organisation]] = RecordTable(
    name="organisations",
    record=Organisation,
    keys=(Key("parent", of=lambda body: body.parent or ""), Key("level", KeyType.INTEGER), Key("institution")),
    indexes=(("parent",), ("institution",)),
)
PEOPLE: Final[RecordTable[Person]] = RecordTable(
    name="people",
    record=Person,
    keys=(Key("organisation"), Key("login")),
    indexes=(("organisation", "login"),),
    unique=(("login",),),
)
CREDENTIALS: Final[RecordTable[Credential]] = RecordTable(
    name="credentials",
    record=Credential,
    keys=(
        Key("organisation"),
        Key("person"),
        Key("kind"),
        Key("token_hash", of=lambda shown: "" if shown.kind is CredentialKind.PASSWORD else shown.hash),
        Key("created_at_us", KeyType.INTEGER),
    ),
    indexes=(("person", "kind", "created_at_us"), ("token_hash",)),
)
PASSKEYS: Final[RecordTable[Passkey]] = RecordTable(
    name="passkeys",
    record=Passkey,
    keys=(Key("organisation"), Key("person"), Key("credential_id"), Key("created_at_us", KeyType.INTEGER)),
    indexes=(("person", "created_at_us"),),
    unique=(("credential_id",),),
)
REVEALS: Final[RecordTable[Reveal]] = RecordTable(
    name="reveals",
    record=Reveal,
    keys=(Key("organisation"), Key("actor"), Key("record"), Key("person"), Key("at_us", KeyType.INTEGER)),
    indexes=(("organisation", "at_us"), ("actor", "at_us"), ("record", "at_us"), ("person", "at_us"), ("at_us",)),
)
SEARCHES: Final[RecordTable[SearchEntry]] = RecordTable(
    name="searches",
    record=SearchEntry,
    keys=(
        Key("organisation"),
        Key("actor"),
        Key("case_id", of=lambda search: search.case, narrow=True),
        Key("at_us", KeyType.INTEGER),
    ),
    indexes=(("organisation", "at_us"), ("actor", "at_us"), ("case_id", "at_us"), ("at_us",)),
)
EXPORTS: Final[RecordTable[Export]] = RecordTable(
    name="exports",
    record=Export,
    keys=(Key("organisation"), Key("actor"), Key("at_us", KeyType.INTEGER)),
    indexes=(("organisation", "at_us"), ("actor", "at_us"), ("at_us",)),
)
PARTNER_LINKS: Final[RecordTable[PartnerLink]] = RecordTable(
    name="partner_links",
    record=PartnerLink,
    keys=(
        Key("organisation"),
        Key("channel"),
        Key("state", of=lambda link: "active" if link.active else "removed"),
    ),
    indexes=(("state",),),
    unique=(("organisation",),),
)
WEBHOOKS: Final[RecordTable[Webhook]] = RecordTable(
    name="webhooks",
    record=Webhook,
    keys=(Key("organisation"), Key("person"), Key("state"), Key("created_at_us", KeyType.INTEGER)),
    indexes=(("person", "created_at_us"), ("state",)),
)
TRACE_RUNS: Final[RecordTable[TraceRun]] = RecordTable(
    name="trace_runs",
    record=TraceRun,
    keys=(
        Key("organisation"),
        Key("case_id", of=lambda run: run.case, narrow=True),
        Key("result_hash"),
        Key("at_us", KeyType.INTEGER),
    ),
    terms=(Term("account", of=lambda run: (found.account for found in run.accounts)),),
    indexes=(("case_id", "at_us"), ("organisation", "at_us")),
)

TABLES: Final[tuple[RecordTable[Any], ...]] = (
    REPORTS, CLUES, FACTS, CASES, TASKS, SERIES, HAND_OVERS, ERRANDS, MERGES, CASE_MOVES, WORK_EVENTS,
    MEASURES, APPEALS, INCIDENTS, RETURNS,
    CAMPAIGNS, OPERATIONS, OPERATION_RESULTS, OPENINGS, MEETINGS, CONTROLS, PUBLICITY, BULLETINS, DRAFT_VERSIONS,
    INDICATORS, LISTING_OBJECTIONS, REPORT_SHEETS,
    ORGANISATIONS, PEOPLE, CREDENTIALS, PASSKEYS, REVEALS, SEARCHES, EXPORTS,
    PARTNER_LINKS, WEBHOOKS, TRACE_RUNS,
)  # fmt: skip
