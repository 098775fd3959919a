"""Proves that the stored ledger is what its facts say, and that every account adds up."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from fanzha.core.money import format_minor
from fanzha.ledger.assembly import ledger_digest
from fanzha.ledger.assembly.quality import pocket_sums
from fanzha.ports.fact_store import FactStore, StoredLedger
from fanzha.services.rebuild_ledger import LedgerRules, build_ledger, index_of, stored_batches

SHOWN_MAX: Final = 100  # accounts that do not add up, listed


def check_ledger(store: FactStore, ledger: StoredLedger, rules: LedgerRules) -> dict[str, Any]:
    """Whether bytes, digest and accounts hold; `ok` is their conjunction.

    The ledger is assembled anew from the stored facts: with other rules than it was made by, its digest differs.
    """
    damages = list(store.damages())
    rebuilt = None if damages else build_ledger(stored_batches(store), store.choices(), rules)[0]
    columns = ledger.assembly.columns
    sums = pocket_sums(columns, index_of(ledger))
    broken = np.flatnonzero(sums.difference)
    pockets = columns.pockets
    checks = {
        "files_intact": not damages,
        "columns_match_digest": ledger_digest(columns) == ledger.digest,
        "facts_match_digest": rebuilt is not None and rebuilt.digest == ledger.digest,
        "accounts_conserved": not len(broken),
    }
    return {
        "ok": all(checks.values()),
        "digest": ledger.digest,
        "transfers": len(columns.transfers),
        "accounts": len(ledger.assembly.identity.name),
        **checks,
        "damages": damages,
        "not_conserved": [
            {
                "account": pockets.account[int(pocket)],
                "difference": format_minor(
                    int(sums.difference[pocket]), pockets.exponents[pockets.currency[int(pocket)]]
                ),
            }
            for pocket in broken[:SHOWN_MAX]
        ],
    }
