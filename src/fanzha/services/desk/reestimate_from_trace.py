"""What a trace shows to be gone is not recoverable any more: open clues of the case count for less in the queue."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from fanzha import casework
from fanzha.casework import OPEN_STAGES, Clue
from fanzha.core.actor import MACHINE
from fanzha.core.money import exponent_of, parse_minor
from fanzha.services.desk.acting import Work
from fanzha.services.desk.keeping import keep_clue
from fanzha.tracing.runs import RunOrigin, TraceRun


def reestimate_from_trace(work: Work, run: TraceRun, document: Mapping[str, Any], method: str) -> None:
    """Of each verified payment, what has not left by the method's trace; of a victim's several, each in proportion."""
    gone = _gone_minor(document, method)
    paid: Counter[tuple[str, str]] = Counter()
    for origin in run.origins:
        paid[origin.label, origin.currency] += origin.amount_minor
    of_clue: dict[str, list[RunOrigin]] = defaultdict(list)
    for origin in run.origins:
        if origin.clue:
            of_clue[origin.clue].append(origin)
    for clue in work.unit.records(Clue).get_many(sorted(of_clue)):
        if clue.stage not in OPEN_STAGES or clue.merged_into:
            continue
        left = {}
        for origin in of_clue[clue.id]:
            key = origin.label, origin.currency
            went = min(gone[key], paid[key])
            for claim in clue.claims:
                if (
                    claim.report == origin.report
                    and claim.amount_minor is not None
                    and claim.currency == origin.currency
                ):
                    left[claim.id] = claim.amount_minor - claim.amount_minor * went // paid[key]
        told, events = casework.reestimate_clue(clue, left, MACHINE, work.now_us, work.ids)
        if events:
            keep_clue(work, told, events)


def _gone_minor(document: Mapping[str, Any], method: str) -> Counter[tuple[str, str]]:
    """By victim and currency, what the method traces out of every account: cash, purchases, abroad, other currencies."""
    gone: Counter[tuple[str, str]] = Counter()
    for found in document["methods"].get(method, {}).get("exits", ()):
        currency = found.get("currency", document.get("currency", "CNY"))
        for label, amount in found["by_victim"].items():
            gone[label, currency] += parse_minor(amount, exponent_of(currency))
    return gone
