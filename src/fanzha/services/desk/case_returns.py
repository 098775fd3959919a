"""The rows of the ledger by which banks carried out the returns of a case."""

from __future__ import annotations

from collections.abc import Iterable

from fanzha.core.time import MINUTE_US
from fanzha.measures.lifecycle import HOLDING
from fanzha.measures.model import Measure, MeasureKind
from fanzha.ports.fact_store import StoredLedger
from fanzha.services.trace_money import pockets_named
from fanzha.tracing.origins import Claim, Match, find_payment

APART_US = (
    24 * 60 * MINUTE_US
)  # between the bank's word and its books: a payment in the evening is booked in the morning


def returned_rows(stored: StoredLedger, measures: Iterable[Measure]) -> tuple[tuple[int, str], ...]:
    """Transfers that carry a decision out, each with the decision's number; a payment takes one row, the nearest."""
    columns = stored.assembly.columns
    at_us = columns.transfers.at_us
    found: dict[int, str] = {}
    for measure in measures:
        paid, starts_us = measure.executed_minor, measure.starts_us
        if measure.kind is not MeasureKind.RETURN or measure.status not in HOLDING or not paid or starts_us is None:
            continue
        payers = pockets_named(stored, measure.target.reference)
        payees = pockets_named(stored, measure.request.payee)
        claim = Claim(payers, payees, starts_us, starts_us, paid)
        rows = find_payment(columns, claim, APART_US)
        free = [eid for eid in rows.eids if eid not in found and rows.match is not Match.PAYER_NOT_NAMED]
        if free and payees:
            nearest = min(free, key=lambda eid: (abs(int(at_us[eid]) - starts_us), eid))
            found[nearest] = measure.request.document
    return tuple(sorted(found.items()))
