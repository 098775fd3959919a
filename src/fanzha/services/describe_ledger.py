"""What the ledger holds: counts, currencies, coverage and gaps by account, joins, and the rows behind a transfer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from fanzha.core.errors import BadInput
from fanzha.core.money import format_minor
from fanzha.core.time import format_instant
from fanzha.ledger.assembly import Assembly, ConfirmedPair, Join, RowPlace
from fanzha.ledger.assembly.quality import PocketSums, pocket_sums
from fanzha.ledger.columns import MISSING, POCKET_BLOCKED, POCKET_HUB, POCKET_MASKED, Pockets
from fanzha.ledger.sequences import NEVER_COVERED
from fanzha.ports.fact_store import StoredLedger
from fanzha.records import TransferKind
from fanzha.services.rebuild_ledger import index_of

UNKNOWN: Final = "unknown"
ACCOUNTS_MAX: Final = 10_000  # accounts listed unless all are asked for; `covered_accounts` always tells how many
_FLAGS: Final = {POCKET_BLOCKED: "blocked", POCKET_HUB: "hub", POCKET_MASKED: "masked"}


def describe_ledger(ledger: StoredLedger, *, accounts_max: int = ACCOUNTS_MAX) -> dict[str, Any]:
    """Digest, counts, currencies, and for every covered account its periods, gaps and running totals.

    Totals of an account that enters no trace (a row of unknown direction, a hub) are 'unknown'.
    """
    assembly = ledger.assembly
    columns = assembly.columns
    t, coverage = columns.transfers, columns.coverage
    sums = pocket_sums(columns, index_of(ledger))
    covered = np.unique(coverage.pocket)
    return {
        "digest": ledger.digest,
        "files": len(assembly.files),
        "transfers": len(t),
        "accounts": len(assembly.identity.name),
        "covered_accounts": len(covered),
        "joins": len(assembly.identity.joins),
        "joins_refused": len(assembly.identity.refused),
        "inferred": len(assembly.inferred),
        "reversals": int((t.reverses >= 0).sum()),
        "first": format_instant(int(t.at_us[0])) if len(t) else None,
        "last": format_instant(int(t.at_us[-1])) if len(t) else None,
        "currencies": _currencies(assembly),
        "coverage": [_account(assembly, sums, int(pocket)) for pocket in covered[:accounts_max]],
        "hubs": [{"account": account, "reason": why} for account, why in assembly.hubs],
    }


def _currencies(assembly: Assembly) -> list[dict[str, Any]]:
    t, pockets = assembly.columns.transfers, assembly.columns.pockets
    # A transfer has its payer's currency; one from outside its payee's.
    of_transfer = pockets.currency[np.where(t.payer > 0, t.payer, t.payee)]
    found = []
    for place, currency in enumerate(pockets.currencies):
        mine = of_transfer == place
        # Sums of many large amounts may pass 64 bits: high and low halves are added apart.
        amount = t.amount_minor[mine]
        total = (int((amount >> 32).sum()) << 32) + int((amount & 0xFFFFFFFF).sum())
        if len(amount):
            shown = format_minor(total, pockets.exponents[place])
            found.append({"currency": currency, "transfers": len(amount), "turnover": shown})
    return found


def _account(assembly: Assembly, sums: PocketSums, pocket: int) -> dict[str, Any]:
    pockets, coverage = assembly.columns.pockets, assembly.columns.coverage
    low, high = np.searchsorted(coverage.pocket, [pocket, pocket + 1])

    # Of a row with unknown direction nobody can tell which way its money went; of hubs no line is kept.
    known = not pockets.flags[pocket] & NEVER_COVERED

    def shown(minor: int) -> str:
        return format_minor(int(minor), pockets.exponents[pockets.currency[pocket]]) if known else UNKNOWN

    return {
        "account": pockets.account[pocket],
        "currency": pockets.currencies[pockets.currency[pocket]],
        "institution": pockets.institution[pocket],
        "periods": [
            {"from": format_instant(int(coverage.from_us[k])), "to": format_instant(int(coverage.to_us[k]))}
            for k in range(low, high)
        ],
        "opening": shown(sums.opening[pocket]),
        "in": shown(sums.inflows[pocket]),
        "out": shown(sums.outflows[pocket]),
        "gaps": int(sums.gaps[pocket]) if known else UNKNOWN,
        "gap_in": shown(sums.gaps_in[pocket]),
        "gap_out": shown(sums.gaps_out[pocket]),
        "closing": shown(sums.closing[pocket]),
        "bank_balance": _stated(pockets, pocket),
        "state": [word for flag, word in _FLAGS.items() if pockets.flags[pocket] & flag],
    }


def _stated(pockets: Pockets, pocket: int) -> str | None:
    balance = int(pockets.bank_balance_minor[pocket])
    return None if balance == MISSING else format_minor(balance, pockets.exponents[pockets.currency[pocket]])


def list_joins(ledger: StoredLedger, pairs: Sequence[ConfirmedPair] = ()) -> dict[str, Any]:
    """Which numbers were taken for one account and why, which joins were refused, what is only inferred, what confirmed."""
    assembly = ledger.assembly
    paths = dict(zip(assembly.sources.sha256s, assembly.sources.paths, strict=True))

    def shown(join: Join) -> dict[str, Any]:
        found = {
            "account": assembly.identity.resolve(join.first),
            "first": join.first,
            "second": join.second,
            "reason": join.reason,
            "file": paths.get(join.sha256, join.sha256),
            "sheet": join.sheet,
            "row": join.row,
        }
        return found | ({"refused": join.refused} if join.refused else {})

    ids = assembly.details["transfer_id"]
    return {
        "joins": [shown(join) for join in assembly.identity.joins],
        "refused": [shown(join) for join in assembly.identity.refused],
        "inferred": [
            {
                "outgoing": ids[pair.outgoing],
                "incoming": ids[pair.incoming],
                "basis": "name, amount and time",
                **_ends(assembly, pair.outgoing, pair.incoming),
            }
            for pair in assembly.inferred
        ],
        "confirmed": [describe_pair(assembly, pair) for pair in pairs],
    }


def describe_pair(assembly: Assembly, pair: ConfirmedPair) -> dict[str, Any]:
    """A confirmed pair by its former ids, and the transfer that it is now: none if its rows belong elsewhere by now."""
    out, back = (_transfer_of(assembly, row) for row in (pair.outgoing, pair.incoming))
    one = out if out is not None and out == back else None
    return {
        "outgoing": pair.outgoing_id,
        "incoming": pair.incoming_id,
        "reason": pair.reason,
        "transfer": None if one is None else assembly.details["transfer_id"][one],
        **({} if out is None or back is None else _ends(assembly, out, back)),
    }


def _transfer_of(assembly: Assembly, row: RowPlace) -> int | None:
    sources = assembly.sources
    if row.sha256 not in sources.sha256s:
        return None
    found = np.flatnonzero((sources.file == sources.sha256s.index(row.sha256)) & (sources.place == row.place))
    return int(np.searchsorted(sources.offsets, found[0], side="right")) - 1 if len(found) else None


def _ends(assembly: Assembly, outgoing: int, incoming: int) -> dict[str, Any]:
    t, pockets = assembly.columns.transfers, assembly.columns.pockets
    payer, payee = int(t.payer[outgoing]), int(t.payee[incoming])
    return {
        "payer": pockets.account[payer],
        "payee": pockets.account[payee],
        "at": format_instant(int(t.at_us[outgoing])),
        "amount": format_minor(int(t.amount_minor[outgoing]), pockets.exponents[pockets.currency[payer or payee]]),
    }


def show_sources(ledger: StoredLedger, transfer_id: str) -> dict[str, Any]:
    """One transfer with every row of every file that shows it.

    Raises BadInput when no transfer has the id.
    """
    assembly = ledger.assembly
    found = (assembly.details["transfer_id"] == transfer_id).arg_true()
    if not len(found):
        raise BadInput(f"no transfer has the id {transfer_id!r}; ids stand in the flows of `fanzha trace --json`")
    return {"transfers": [_transfer(assembly, int(eid)) for eid in found]}


def _transfer(assembly: Assembly, eid: int) -> dict[str, Any]:
    t, pockets = assembly.columns.transfers, assembly.columns.pockets
    payer, payee = int(t.payer[eid]), int(t.payee[eid])
    currency = pockets.currency[payer or payee]
    details = assembly.details.row(eid, named=True)
    reversed_id = assembly.details["transfer_id"][int(t.reverses[eid])] if t.reverses[eid] >= 0 else None
    return {
        **details,
        "at": format_instant(int(t.at_us[eid])),
        "payer": pockets.account[payer],
        "payee": pockets.account[payee],
        "amount": format_minor(int(t.amount_minor[eid]), pockets.exponents[currency]),
        "currency": pockets.currencies[currency],
        "kind": TransferKind(int(t.kind[eid])).word,
        "reverses": reversed_id,
        "sources": [
            {"file": row.path, "sha256": row.sha256, "sheet": row.sheet, "row": row.row}
            for row in assembly.sources.of(eid)
        ],
    }
