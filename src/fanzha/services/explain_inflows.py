"""Explain what came into a found account: known victims, probable ones, explained money, and what stays unexplained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from fanzha.core.errors import BadInput
from fanzha.core.identifiers import number_ending
from fanzha.core.money import exponent_of, format_minor, parse_minor
from fanzha.core.time import DAY_US, MINUTE_US, format_instant, parse_period
from fanzha.ledger.columns import OUTSIDE, POCKET_BLOCKED
from fanzha.ledger.index import risen_without_a_row
from fanzha.ports.fact_store import StoredLedger
from fanzha.services.rebuild_ledger import index_of
from fanzha.services.trace_money import ReportedPayment, TraceRules, pockets_named, resolve_payments
from fanzha.tracing.allocate import Ledger
from fanzha.tracing.inflows import EXPLAINED, Classified, Inflow, InflowClass, InflowRules, Texts, classify_inflows
from fanzha.tracing.model import Origin

_BLOCKED: Final = (
    "blocked: rows of this account say in a word that no rule knows whether money came in or went out; they are in no class, "
    "and no total is complete"
)


def read_inflow_rules(table: Mapping[str, Any]) -> InflowRules:
    """The rules of `rules/inflows.toml`."""
    words, limits, use = table["words"], table["probable_victim"], table["account_use"]
    return InflowRules(
        {
            InflowClass.WAGES: tuple(words["wages"]),
            InflowClass.REFUND: tuple(words["refund"]),
            InflowClass.PUBLIC_MONEY: tuple(words["public"]),
        },
        tuple(words["company"]),
        int(limits["reasons_min"]),
        int(limits["passed_on_percent"]),
        int(limits["passed_on_within_min"]) * MINUTE_US,
        parse_minor(limits["amount_min_yuan"]),
        int(limits["neighbour_within_min"]) * MINUTE_US,
        tuple(words["goods"]),
        int(use["within_days"]) * DAY_US,
        int(use["goods_payers_min"]),
    )


def explain_inflows(
    stored: StoredLedger,
    account: str,
    known: Sequence[ReportedPayment],
    until: str | None,
    rules: InflowRules,
    trace_rules: TraceRules,
) -> dict[str, Any]:
    """The backward document: every inflow with its parts and reasons, and totals by class that add up to all inflows.

    Raises BadInput when the ledger does not know the account.
    """
    pockets = pockets_named(stored, account)
    if not pockets:
        raise BadInput(f"the ledger does not know the account {number_ending(account)}; see: fanzha ledger info")
    ledger = Ledger(stored.assembly.columns, index_of(stored))
    until_us = None if until is None else parse_period(until)[1]
    origins = [found.origin for found in resolve_payments(stored, known, trace_rules)] if known else []
    t = ledger.columns.transfers
    # The account's main currency is the one most of its inflows are in.
    counts = {p: int(np.count_nonzero(t.payee == p)) for p in pockets}
    main, *others = sorted(pockets, key=lambda p: (-counts[p], p))
    explained = [
        _explained(stored, ledger, p, origins, rules, until_us) for p in (main, *(p for p in others if counts[p]))
    ]
    return {
        "account": str(ledger.columns.pockets.account[main]),
        **explained[0],
        "note": "indicators for enquiry, each with its reasons; not a finding about the account's holder",
        "ledger": {"digest": stored.digest},
        "warnings": [*explained[0]["warnings"], *_elsewhere(explained[1:])],
        "other_currencies": explained[1:],
    }


def _explained(
    stored: StoredLedger,
    ledger: Ledger,
    pocket: int,
    origins: Sequence[Origin],
    rules: InflowRules,
    until_us: int | None,
) -> dict[str, Any]:
    """What came in in one currency."""
    texts = _texts(stored, np.flatnonzero(ledger.columns.transfers.payee == pocket).tolist())
    found = classify_inflows(ledger, pocket, origins, texts, rules, until_us)
    warnings = [*_missing(ledger, pocket, until_us), *_not_followed(found)]
    return {**_document(stored, ledger, pocket, origins, found.inflows, texts), "warnings": warnings}


def _elsewhere(others: Sequence[Mapping[str, Any]]) -> list[str]:
    if not others:
        return []
    sums = ", ".join(f"{one['indicators']['inflow']} {one['currency']}" for one in others)
    return [f"other_currencies: inflows of {sums} are not in these totals; each currency has its own"]


def _missing(ledger: Ledger, pocket: int, until_us: int | None) -> list[str]:
    """What came in, or may have come in, without a row that could be explained."""
    columns, pockets = ledger.columns, ledger.columns.pockets
    if pockets.flags[pocket] & POCKET_BLOCKED:
        return [_BLOCKED]
    if pocket not in columns.coverage.pocket:
        return [
            "not_covered: the ledger has no statement of this account, only what others' statements say was paid to it"
        ]
    places, minor = risen_without_a_row(columns, ledger.index, pocket, until_us)
    if not places:
        return []
    currency = pockets.currencies[pockets.currency[pocket]]
    amount = format_minor(minor, exponent_of(currency))
    note = (
        f"gaps: the running balance rises by {amount} {currency} without a row, {places} times; that money is in no class; "
        f"ask the institution for the missing rows"
    )
    return [note]


def _not_followed(found: Classified) -> list[str]:
    if found.outflows == found.outflows_followed:
        return []
    note = (
        f"outflows_not_followed: only the first {found.outflows_followed} of {found.outflows} outflows were followed; "
        f"what later ones brought back is not told as came_round; look at a shorter time with --until"
    )
    return [note]


def _texts(stored: StoredLedger, eids: Sequence[int]) -> Texts:
    rows = stored.assembly.details.select("summary", "payer_name")[list(eids)]
    summaries, names = rows["summary"].to_list(), rows["payer_name"].to_list()
    return Texts(
        {eid: text for eid, text in zip(eids, summaries, strict=True) if text},
        {eid: text for eid, text in zip(eids, names, strict=True) if text},
    )


def _document(
    stored: StoredLedger,
    ledger: Ledger,
    pocket: int,
    origins: Sequence[Origin],
    inflows: Sequence[Inflow],
    texts: Texts,
) -> dict[str, Any]:
    t, pockets = ledger.columns.transfers, ledger.columns.pockets
    currency = pockets.currencies[pockets.currency[pocket]]

    def money(minor: int) -> str:
        return format_minor(minor, exponent_of(currency))

    sums: dict[InflowClass, list[int]] = defaultdict(lambda: [0, 0])
    for inflow in inflows:
        for part, minor in inflow.parts.items():
            sums[part][0] += 1
            sums[part][1] += minor
    details: pl.Series = stored.assembly.details["transfer_id"]
    total = sum(minor for _, minor in sums.values())
    return {
        "currency": currency,
        "inflows": [
            {
                "transfer": str(details[inflow.eid]),
                "payer": "" if t.payer[inflow.eid] == OUTSIDE else str(pockets.account[int(t.payer[inflow.eid])]),
                "payer_name": texts.payer_name.get(inflow.eid, ""),
                "at": format_instant(int(t.at_us[inflow.eid])),
                "amount": money(int(t.amount_minor[inflow.eid])),
                "class": max(inflow.parts, key=lambda part: inflow.parts[part]).value,
                "parts": {part.value: money(minor) for part, minor in inflow.parts.items()},
                "by_victim": {origins[label].label: money(minor) for label, minor in sorted(inflow.victims.items())},
                "reasons": list(inflow.reasons),
            }
            for inflow in sorted(inflows, key=lambda i: (-int(t.amount_minor[i.eid]), i.eid))
        ],
        "totals": {part.value: {"count": sums[part][0], "amount": money(sums[part][1])} for part in InflowClass},
        "indicators": {
            "inflow": money(total),
            "explained": money(sum(sums[part][1] for part in EXPLAINED)),
            "known_victims": money(sums[InflowClass.KNOWN_VICTIM][1]),
            "probable_victims": money(sums[InflowClass.PROBABLE_VICTIM][1]),
            "unexplained": money(sums[InflowClass.UNEXPLAINED][1]),
        },
    }
