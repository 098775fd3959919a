"""What a use case needs that reads statements and traces: the ledger, its rules, and the files of evidence."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.ports.evidence_store import EvidenceStore
from fanzha.ports.fact_store import FactStore, LedgerChoices, StoredLedger
from fanzha.ports.statement_reader import StatementReader
from fanzha.services.rebuild_ledger import LedgerRules, build_ledger
from fanzha.services.trace_money import TraceRules
from fanzha.tracing.inflows import InflowRules


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger of a home, how more is read into it, and the rules by which it is traced."""

    facts: FactStore
    reader: StatementReader
    evidence: EvidenceStore
    ledger_rules: LedgerRules
    trace_rules: TraceRules
    inflow_rules: InflowRules

    def ledger(self) -> StoredLedger:
        """The ledger as it was last committed; one without rows where nothing was read in yet."""
        stored = self.facts.ledger()
        return build_ledger((), LedgerChoices(), self.ledger_rules)[0] if stored is None else stored
