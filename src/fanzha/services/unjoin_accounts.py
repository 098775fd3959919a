"""Two numbers that were taken for one account are set apart, or joined again, and the ledger is made anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fanzha.core.errors import BadInput, Refused
from fanzha.core.identifiers import plain_identifier
from fanzha.ports.fact_store import FactStore
from fanzha.services.rebuild_ledger import LedgerRules, build_ledger, stored_batches


def unjoin_accounts(
    store: FactStore, first: str, second: str, *, rules: LedgerRules, again: bool = False
) -> dict[str, Any]:
    """Sets two numbers apart for good; `again` takes that back.

    Raises BadInput for a number that the ledger does not know, Refused when there is nothing to change.
    """
    first, second = plain_identifier(first), plain_identifier(second)
    pair = (min(first, second), max(first, second))
    with store.writing() as writer:
        ledger = store.ledger()
        identity = ledger.assembly.identity if ledger else None
        for number in pair:
            if identity is None or identity.entity_of(number) is None:
                raise BadInput(f"the ledger does not know {number}; write it as the statement has it")
        choices = store.choices()
        assert identity is not None
        if again:
            if pair not in choices.joins_rejected:
                raise Refused(f"{pair[0]} and {pair[1]} were not set apart by hand")
            rejected = tuple(former for former in choices.joins_rejected if former != pair)
        else:
            if identity.entity_of(pair[0]) != identity.entity_of(pair[1]):
                raise Refused(f"{pair[0]} and {pair[1]} are two accounts already")
            rejected = tuple(sorted({*choices.joins_rejected, pair}))
        changed = replace(choices, joins_rejected=rejected)
        rebuilt, _ = build_ledger(stored_batches(store), changed, rules)
        writer.commit(rebuilt, changed)
    return {
        "set_apart": [list(former) for former in rejected],
        "accounts": [rebuilt.assembly.identity.resolve(number) for number in (first, second)],
        "ledger": {
            "transfers": len(rebuilt.assembly.columns.transfers),
            "accounts": len(rebuilt.assembly.identity.name),
            "digest": rebuilt.digest,
        },
    }
