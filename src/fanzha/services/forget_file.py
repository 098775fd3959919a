"""A file is taken out of the ledger again, with the reason; the others stay as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from fanzha.core.errors import BadInput
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.ports.fact_store import FactStore
from fanzha.records import FactBatch
from fanzha.services.change_files import change_files
from fanzha.services.rebuild_ledger import LedgerRules, stored_batches

_DIGEST_START: Final = re.compile(r"[0-9a-f]{6,64}")


def forget_file(store: FactStore, named: str, reason: str, *, rules: LedgerRules) -> dict[str, Any]:
    """Takes out the file of this path or of a SHA-256 that begins so; nothing changes unless all of it does.

    What people said of an account's coverage goes with the last file that names the account.
    Raises BadInput without a reason, or when no file or more than one is meant.
    """
    if not is_reason(reason):  # before anything is said of the file
        raise BadInput(reason_sentence("taking a file out"))
    former = store.choices()
    batches = stored_batches(store)
    gone = _find(batches, named)
    ledger, choices = change_files(store, (), [gone.sha256], reason, rules=rules)
    assert ledger is not None, "a file was found in it"
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
