"""Two rows that are only inferred to be one transfer are confirmed to be one, or set apart again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fanzha.core.errors import BadInput, Refused
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.ledger.assembly import Assembly, ConfirmedPair, RowPlace
from fanzha.ports.fact_store import FactStore
from fanzha.services.describe_ledger import describe_pair
from fanzha.services.rebuild_ledger import LedgerRules, build_ledger, stored_batches


def confirm_pair(store: FactStore, first: str, second: str, reason: str, *, rules: LedgerRules) -> dict[str, Any]:
    """Makes one transfer of a suggested pair, named by the two transfers' ids in either order, and the ledger anew.

    Raises BadInput without a reason, Refused when the ledger does not suggest the pair.
    """
    if not is_reason(reason):
        raise BadInput(reason_sentence("a confirmed pair") + ": by what it is known that the two rows are one transfer")
    with store.writing() as writer:
        ledger = store.ledger()
        if ledger is None:
            raise BadInput("there is no ledger yet; read statements in with: fanzha ingest PATH")
        assembly, ids = ledger.assembly, ledger.assembly.details["transfer_id"]
        suggested = {frozenset((ids[pair.outgoing], ids[pair.incoming])): pair for pair in assembly.inferred}
        found = suggested.get(frozenset((first, second)))
        if found is None:
            raise Refused(f"{first} and {second} are not suggested to be one transfer; see: fanzha ledger joins")
        pair = ConfirmedPair(
            _place(assembly, found.outgoing), _place(assembly, found.incoming),
            ids[found.outgoing], ids[found.incoming], reason.strip(),
        )  # fmt: skip
        choices = store.choices()
        changed = replace(choices, pairs=(*choices.pairs, pair))
        rebuilt, _ = build_ledger(stored_batches(store), changed, rules)
        writer.commit(rebuilt, changed)
    return {"pair": describe_pair(rebuilt.assembly, pair), "ledger": _figures(rebuilt.assembly, rebuilt.digest)}


def part_pair(store: FactStore, first: str, second: str, *, rules: LedgerRules) -> dict[str, Any]:
    """Takes a confirmation back; the two rows are a suggestion again.

    Raises Refused when the pair, named by the two ids it had before, was not confirmed.
    """
    with store.writing() as writer:
        choices = store.choices()
        taken_back = [p for p in choices.pairs if {p.outgoing_id, p.incoming_id} == {first, second}]
        if not taken_back:
            raise Refused(f"{first} and {second} were not confirmed to be one transfer; see: fanzha ledger joins")
        changed = replace(choices, pairs=tuple(p for p in choices.pairs if p not in taken_back))
        rebuilt, _ = build_ledger(stored_batches(store), changed, rules)
        writer.commit(rebuilt, changed)
    pair = describe_pair(rebuilt.assembly, taken_back[0])
    return {"pair": pair, "ledger": _figures(rebuilt.assembly, rebuilt.digest)}


def _place(assembly: Assembly, transfer: int) -> RowPlace:
    sources = assembly.sources
    first = int(sources.offsets[transfer])
    return RowPlace(sources.sha256s[sources.file[first]], int(sources.place[first]))


def _figures(assembly: Assembly, digest: str) -> dict[str, Any]:
    return {"transfers": len(assembly.columns.transfers), "accounts": len(assembly.identity.name), "digest": digest}
