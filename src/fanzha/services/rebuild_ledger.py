"""Makes the ledger of all facts, anew or from the former one, and commits it with what people decided."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from fanzha.ledger.assembly import (
    MANNER,
    Assembly,
    Choices,
    HubRules,
    NotExtendable,
    PairingRules,
    assemble,
    extend,
    ledger_digest,
)
from fanzha.ledger.index import ARRAYS, LedgerIndex, build_index
from fanzha.ports.fact_store import FactStore, LedgerChoices, StoredLedger
from fanzha.records import FactBatch

# Of the former rows, the share that may be looked at again before a full assembly is the quicker way.
SHARE_MAX: Final = 0.25


@dataclass(frozen=True, slots=True)
class LedgerRules:
    """The dated tables that a ledger is made by."""

    hubs: HubRules
    pairing: PairingRules

    @property
    def fingerprint(self) -> str:
        """Equal for ledgers that are made by the same rules in the same manner."""
        return hashlib.sha256(f"{MANNER}\0{self.hubs!r}\0{self.pairing!r}".encode()).hexdigest()


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
        pairs=choices.pairs,
    )
    return _indexed(assembly, rules)


def extend_ledger(
    store: FactStore,
    added: Sequence[FactBatch],
    choices: LedgerChoices,
    rules: LedgerRules,
    *,
    removed: Sequence[FactBatch] = (),
    share_max: float = SHARE_MAX,
) -> tuple[StoredLedger, LedgerIndex]:
    """The ledger of the store's files with the added and without the removed ones, as `build_ledger` makes it of these.

    Only rows that concern accounts named in the added and the removed files are read and assembled again, unless these are
    more than `share_max` of all, a choice or a rule is another than when the stored ledger was made, or pairs of rows were
    confirmed by hand.
    Raises BadInput when a choice names an account that no file names.
    """
    former = store.ledger()
    if former is not None and former.made_by == rules.fingerprint and _chosen_alike(choices, store.choices()):
        same = Choices(choices.joins_rejected, choices.coverage, rules.hubs, rules.pairing)
        try:
            return _indexed(extend(former.assembly, store, added, same, removed=removed, share_max=share_max), rules)
        except NotExtendable:
            pass
    gone = {batch.sha256 for batch in removed}
    return build_ledger(
        [*(batch for batch in stored_batches(store) if batch.sha256 not in gone), *added], choices, rules
    )


def _chosen_alike(choices: LedgerChoices, former: LedgerChoices) -> bool:
    """Whether nothing but the files that were taken out differs, and nobody confirmed a pair."""
    return not choices.pairs and replace(choices, forgotten=former.forgotten) == former


def _indexed(assembly: Assembly, rules: LedgerRules) -> tuple[StoredLedger, LedgerIndex]:
    index = build_index(assembly.columns)
    arrays = {name: getattr(index, name) for name in ARRAYS}
    return StoredLedger(assembly, ledger_digest(assembly.columns), arrays, rules.fingerprint), index


def index_of(ledger: StoredLedger) -> LedgerIndex:
    """The index that was stored with the ledger, or one made now where an earlier version stored another."""
    if set(ARRAYS) <= set(ledger.index):
        return LedgerIndex(**{name: ledger.index[name] for name in ARRAYS})
    return build_index(ledger.assembly.columns)


def stored_batches(store: FactStore) -> list[FactBatch]:
    """The facts of every file of the store."""
    return [store.batch(sha256) for sha256 in store.files()]
