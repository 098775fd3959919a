"""`fanzha verify`: everything that is stored is walked once, and each fault is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fanzha.audit import ChainCheck, Head
from fanzha.casework import Case, CaseworkRules, Report
from fanzha.casework.sheets import ReportSheet
from fanzha.core.errors import BadInput, NotFound
from fanzha.measures.model import Measure
from fanzha.measures.rules import MeasureRules
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.ports.fact_store import FactStore
from fanzha.ports.proof_index import ProofIndex
from fanzha.ports.record_query import Query
from fanzha.ports.record_table import RecordTable
from fanzha.ports.work_store import WorkStore, WorkView
from fanzha.services.check_ledger import check_ledger
from fanzha.services.desk.listing import every
from fanzha.services.proof.check_cases import check_case
from fanzha.services.proof.check_clocks import CLOCKED, ClockProof
from fanzha.services.proof.check_evidence import check_files, check_named_files
from fanzha.services.proof.check_measures import MeasureProof
from fanzha.services.proof.check_orders import OrderProof
from fanzha.services.proof.check_records import Look, check_records
from fanzha.services.proof.check_traces import check_trace
from fanzha.services.proof.findings import Findings, Part
from fanzha.services.proof.walk_audit import Wanted, walk_audit
from fanzha.services.rebuild_ledger import LedgerRules
from fanzha.tracing.runs import TraceRun

Step = Callable[[str], None]  # told what is looked at next
# A record of one of these keys belongs to the record of that table.
_OWNERS = {"case_id": "cases", "measure": "measures", "clue": "clues", "record": ""}


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that a home holds, and what it is judged by."""

    work: WorkStore
    tables: Sequence[RecordTable[Any]]
    facts: FactStore
    evidence: EvidenceStore
    index: ProofIndex
    ledger_rules: LedgerRules
    measure_rules: MeasureRules
    casework_rules: CaseworkRules


@dataclass(frozen=True, slots=True)
class Proof:
    """What was looked at, and what was found."""

    chain: ChainCheck
    signed: Head | None
    ledger: dict[str, Any] | None
    records: dict[str, int]  # by table
    files: int  # of evidence
    notes: tuple[str, ...]  # what was not looked at, and what will mend itself
    findings: Findings

    @property
    def ok(self) -> bool:
        """Whether everything is as it was done."""
        return self.findings.count == 0


def verify_home(stores: Stores, now_us: int, *, signed: Head | None = None, case: str = "", told: Step) -> Proof:
    """Walks the audit, the records and, unless only a case is wanted, the ledger and the files of evidence.

    Args:
        stores: what is walked; its index is empty.
        now_us: the instant by which terms are judged.
        signed: a head whose signature was checked; the chain must lead through it.
        case: only its records; the audit is walked whole all the same, for it says what they should be.
        told: called with the name of each part as it begins.

    Raises:
        BadInput: neither the store nor the audit knows the case.
    """
    found, notes = Findings(), list[str]()
    with stores.work.reading() as view:
        wanted = _records_of_case(view, stores.tables, case) if case else None
        told("audit")
        chain = walk_audit(view.audit, stores.index, found, signed, wanted)
        if wanted is not None and case not in wanted.ids.get("cases", set()):
            raise NotFound(f"there is no case {case}, and the audit never knew one")
        told("records")
        measures = MeasureProof(view, stores.index, found, stores.measure_rules, now_us)
        clocks = ClockProof(view, stores.index, found, (stores.casework_rules, stores.measure_rules), now_us)
        orders = OrderProof(view, stores.index, found, now_us)
        looks = _looks(stores, view, (measures, orders), found)
        looks = _with_clocks(looks, clocks)
        records = check_records(view, stores.tables, stores.index, found, looks, wanted)
        clocks.finish()
    if measures.overdue:
        notes.append(f"{measures.overdue} measures are over and bind nobody; fanzha clocks will note it")
    ledger, files = None, 0
    if case:
        notes.append("only the records of one case: neither the ledger nor the other files of evidence")
    else:
        told("ledger")
        ledger = _ledger(stores, found, notes)
        told("evidence")
        files = check_files(stores.evidence, found)
    return Proof(chain, signed, ledger, records, files, tuple(notes), found)


def _looks(
    stores: Stores, view: WorkView, of_measures: tuple[MeasureProof, OrderProof], found: Findings
) -> dict[type[Any], Callable[[Any], None]]:
    ingested = frozenset(stores.facts.files())

    def files_of(table: str, record: Any) -> None:
        check_named_files(table, record, stores.evidence, ingested, found)

    def look_at_case(case: Case) -> None:
        files_of("cases", case)
        check_case(view, case, stores.evidence, found)

    def look_at_measure(measure: Measure) -> None:
        files_of("measures", measure)
        for proof in of_measures:
            proof.look(measure)

    return {
        Report: lambda report: files_of("reports", report),
        ReportSheet: lambda sheet: files_of("report_sheets", sheet),
        Case: look_at_case,
        Measure: look_at_measure,
        TraceRun: lambda run: check_trace(run, stores.evidence, found),
    }


def _with_clocks(looks: dict[type[Any], Look], clocks: ClockProof) -> dict[type[Any], Look]:
    def with_clock(former: Look | None) -> Look:
        def look(record: Any) -> None:
            if former is not None:
                former(record)
            clocks.look(record)

        return look

    return looks | {kind: with_clock(looks.get(kind)) for kind in CLOCKED}


def _ledger(stores: Stores, found: Findings, notes: list[str]) -> dict[str, Any] | None:
    try:
        checked = check_ledger(stores.facts, stores.ledger_rules)
    except BadInput as damage:
        found.add(Part.LEDGER, "damaged", "ledger", str(damage))
        return None
    if checked is None:
        notes.append("there is no ledger")
        return None
    for file in checked["damages"]:
        found.add(Part.LEDGER, "damaged", "ledger", str(file))
    for name, sentence in (
        ("columns_match_digest", "its columns do not give its digest"),
        ("facts_match_digest", "assembled anew from its facts it has another digest: facts or rules were changed"),
    ):
        if checked[name] is False:
            found.add(Part.LEDGER, "changed", f"ledger {checked['digest']}", sentence)
    for line in checked["not_conserved"]:
        sentence = f"it does not add up by {line['difference']}"
        found.add(Part.LEDGER, "does_not_add_up", f"account {line['account']}", sentence)
    return checked


def _records_of_case(view: WorkView, tables: Sequence[RecordTable[Any]], case: str) -> Wanted:
    """The case and what belongs to it by the keys of its table: its clues, their facts, its measures, their appeals."""
    wanted = Wanted(case)
    if next(view.records(Case).walk([case]), None) is not None:
        wanted.ids["cases"] = {case}
    for key, owner in _OWNERS.items():
        for table in tables:
            if key not in table.key_names:
                continue
            owners = wanted.ids.get(owner, set()) if owner else set().union(*wanted.ids.values())
            ids = wanted.ids.setdefault(table.name, set())
            for one in {case} if owner == "cases" else sorted(owners):
                ids.update(record.id for record in every(view.records(table.record), Query(equals={key: one})))
    return wanted
