"""Files go into the ledger and others out of it, in one step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from fanzha.core.errors import BadInput
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.ledger.assembly import CoverageOverride
from fanzha.ports.fact_store import FactStore, ForgottenFile, LedgerChoices, StoredLedger
from fanzha.records import FactBatch
from fanzha.services.rebuild_ledger import LedgerRules, extend_ledger


def change_files(
    store: FactStore, added: Sequence[FactBatch], gone: Collection[str], reason: str, *, rules: LedgerRules
) -> tuple[StoredLedger | None, LedgerChoices]:
    """Takes files in, and those of these SHA-256 out for a reason; the ledger and the choices as they are then.

    Files that are there already are not taken in twice, and none is taken out that is not there: without anything to do
    nothing changes. What people said of an account's coverage goes with the last file that names the account.
    Raises BadInput where files are to go without a reason.
    """
    if gone and not is_reason(reason):
        raise BadInput(reason_sentence("taking a file out"))
    with store.writing() as writer:
        there = set(store.files())
        new = {batch.sha256: batch for batch in added if batch.sha256 not in there}
        leaving = [store.batch(sha256) for sha256 in sorted(there.intersection(gone))]
        former = store.choices()
        if not (new or leaving):
            return store.ledger(), former
        noted = (ForgottenFile(batch.sha256, batch.path, reason.strip()) for batch in leaving)
        choices = replace(former, forgotten=(*former.forgotten, *noted))
        ledger, choices = _changed(store, tuple(new.values()), leaving, choices, rules)
        for batch in new.values():
            writer.add(batch)
        for batch in leaving:
            writer.remove(batch.sha256)
        writer.commit(ledger, choices)
    return ledger, choices


def _changed(
    store: FactStore, new: Sequence[FactBatch], leaving: Sequence[FactBatch], choices: LedgerChoices, rules: LedgerRules
) -> tuple[StoredLedger, LedgerChoices]:
    """The ledger as it will be, and the choices without coverage of accounts that no file names any more."""
    try:
        return extend_ledger(store, new, choices, rules, removed=leaving)[0], choices
    except BadInput:
        bare, _ = extend_ledger(store, new, replace(choices, coverage=()), rules, removed=leaving)
        choices = replace(choices, coverage=tuple(line for line in choices.coverage if _is_known(bare, line)))
        return extend_ledger(store, new, choices, rules, removed=leaving)[0], choices


def _is_known(ledger: StoredLedger, line: CoverageOverride) -> bool:
    return ledger.assembly.identity.entity_of(line.account) is not None
