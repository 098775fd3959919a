"""A file is taken out of the ledger again, with the reason, and the ledger is made anew from the others."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from fanzha.core.errors import BadInput
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.ledger.assembly import CoverageOverride
from fanzha.ports.fact_store import FactStore, ForgottenFile, LedgerChoices, StoredLedger
from fanzha.records import FactBatch
from fanzha.services.rebuild_ledger import LedgerRules, extend_ledger, stored_batches

_DIGEST_START: Final = re.compile(r"[0-9a-f]{6,64}")


def forget_file(store: FactStore, named: str, reason: str, *, rules: LedgerRules) -> dict[str, Any]:
    """Takes out the file of this path or of a SHA-256 that begins so; nothing changes unless all of it does.

    What people said of an account's coverage goes with the last file that names the account.
    Raises BadInput without a reason, or when no file or more than one is meant.
    """
    if not is_reason(reason):
        raise BadInput(reason_sentence("taking a file out"))
    former = store.choices()
    batches = stored_batches(store)
    gone = _find(batches, named)
    ledger, choices = _take_out(store, [gone.sha256], reason, rules)
    dropped = [line for line in former.coverage if line not in choices.coverage]
    return {
        "forgotten": {"path": gone.path, "sha256": gone.sha256, "rows": gone.rows, "reason": reason.strip()},
        "coverage_dropped": [line.account for line in dropped],
        "ledger": {
            "files": len(batches) - 1,
            "transfers": len(ledger.assembly.columns.transfers),
            "accounts": len(ledger.assembly.identity.name),
            "digest": ledger.digest,
        },
    }


def forget_files(store: FactStore, sha256s: Collection[str], reason: str, *, rules: LedgerRules) -> None:
    """Takes several files out for one reason, and makes the ledger anew once; without files nothing changes.

    Raises BadInput without a reason.
    """
    if not is_reason(reason):
        raise BadInput(reason_sentence("taking a file out"))
    if sha256s:
        _take_out(store, sha256s, reason, rules)


def _take_out(
    store: FactStore, sha256s: Collection[str], reason: str, rules: LedgerRules
) -> tuple[StoredLedger, LedgerChoices]:
    with store.writing() as writer:
        gone = [store.batch(sha256) for sha256 in store.files() if sha256 in sha256s]
        former = store.choices()
        noted = (ForgottenFile(batch.sha256, batch.path, reason.strip()) for batch in gone)
        choices = replace(former, forgotten=(*former.forgotten, *noted))
        ledger, choices = _without(store, gone, choices, rules)
        for batch in gone:
            writer.remove(batch.sha256)
        writer.commit(ledger, choices)
    return ledger, choices


def file_named(store: FactStore, named: str) -> FactBatch:
    """The facts of the file of this path or of a SHA-256 that begins so. Raises BadInput as `forget_file`."""
    return _find(stored_batches(store), named)


def _find(batches: Sequence[FactBatch], named: str) -> FactBatch:
    meant = Path(named).absolute()
    found = [batch for batch in batches if batch.path == named or Path(batch.path).absolute() == meant]
    if not found and _DIGEST_START.fullmatch(named):
        found = [batch for batch in batches if batch.sha256.startswith(named)]
    if not found:
        found = [batch for batch in batches if batch.path.endswith((f"/{named}", f"!{named}"))]
    if not found:
        raise BadInput(
            f"{named}: the ledger has no such file; give its path as `fanzha ingest` showed it, or the first 6 or more "
            "digits of its SHA-256"
        )
    if len(found) > 1:
        several = "; ".join(f"{batch.sha256[:12]} {batch.path}" for batch in found)
        raise BadInput(f"{named} may be any of {len(found)} files, say which by its SHA-256: {several}")
    return found[0]


def _without(
    store: FactStore, gone: Sequence[FactBatch], choices: LedgerChoices, rules: LedgerRules
) -> tuple[StoredLedger, LedgerChoices]:
    """The ledger of the files that stay, and the choices without coverage of accounts that no file names any more."""
    try:
        return extend_ledger(store, (), choices, rules, removed=gone)[0], choices
    except BadInput:
        bare, _ = extend_ledger(store, (), replace(choices, coverage=()), rules, removed=gone)
        choices = replace(choices, coverage=tuple(line for line in choices.coverage if _is_known(bare, line)))
        return extend_ledger(store, (), choices, rules, removed=gone)[0], choices


def _is_known(ledger: StoredLedger, line: CoverageOverride) -> bool:
    return ledger.assembly.identity.entity_of(line.account) is not None
