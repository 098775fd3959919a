"""Makes the ledger anew from all facts, and commits it with what people decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fanzha.ledger.assembly import HubRules, PairingRules, assemble, ledger_digest
from fanzha.ledger.index import ARRAYS, LedgerIndex, build_index
from fanzha.ports.fact_store import FactStore, LedgerChoices, StoredLedger
from fanzha.records import FactBatch


@dataclass(frozen=True, slots=True)
class LedgerRules:
    """The dated tables that a ledger is made by."""

    hubs: HubRules
    pairing: PairingRules


def build_ledger(
    batches: Iterable[FactBatch], choices: LedgerChoices, rules: LedgerRules
) -> tuple[StoredLedger, LedgerIndex]:
    """The ledger of a set of files, with its index.

    Raises BadInput when a choice names an account that no file names.
    """
    assembly = assemble(
        list(batches),
        joins_rejected=choices.joins_rejected,
        coverage_override=choices.coverage,
        hubs=rules.hubs,
        pairing=rules.pairing,
    )
    index = build_index(assembly.columns)
    arrays = {name: getattr(index, name) for name in ARRAYS}
    return StoredLedger(assembly, ledger_digest(assembly.columns), arrays), index


def index_of(ledger: StoredLedger) -> LedgerIndex:
    """The index that was stored with the ledger."""
    return LedgerIndex(**ledger.index)


def stored_batches(store: FactStore) -> list[FactBatch]:
    """The facts of every file of the store."""
    return [store.batch(sha256) for sha256 in store.files()]
