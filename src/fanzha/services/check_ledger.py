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
_OF_INTACT: Final = (
    "digest", "transfers", "accounts", "columns_match_digest", "facts_match_digest", "accounts_conserved",
)  # fmt: skip


def check_ledger(store: FactStore, rules: LedgerRules) -> dict[str, Any] | None:
    """Whether bytes, digest and accounts hold; `ok` is their conjunction. None where there is no ledger.

    The ledger is assembled anew from the stored facts: with other rules than it was made by, its digest differs. Of a
    store with damaged bytes nothing else is read: what could not be looked at is None.
    """
    damages = list(store.damages())
    if damages:
        return dict.fromkeys(("ok", "files_intact"), False) | dict.fromkeys(_OF_INTACT) | {
            "damages": damages, "not_conserved": [],
        }  # fmt: skip
    ledger = store.ledger()
    return None if ledger is None else _checked(store, ledger, rules)


def _checked(store: FactStore, ledger: StoredLedger, rules: LedgerRules) -> dict[str, Any]:
    rebuilt, _ = build_ledger(stored_batches(store), store.choices(), rules)
    columns = ledger.assembly.columns
    sums = pocket_sums(columns, index_of(ledger))
    broken = np.flatnonzero(sums.difference)
    pockets = columns.pockets
    checks = {
        "files_intact": True,
        "columns_match_digest": ledger_digest(columns) == ledger.digest,
        "facts_match_digest": rebuilt.digest == ledger.digest,
        "accounts_conserved": not len(broken),
    }
    return {
        "ok": all(checks.values()),
        "digest": ledger.digest,
        "transfers": len(columns.transfers),
        "accounts": len(ledger.assembly.identity.name),
        **checks,
        "damages": [],
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
