"""Holds a stored trace against its document, and both against the trace law."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from fanzha.core.errors import BadInput
from fanzha.core.money import exponent_of, format_minor
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.services.proof.findings import Findings, Part
from fanzha.tracing.runs import LEADS_METHOD, TraceRun

NOTHING = "0.00"  # what the two sides of the law may differ by


def check_trace(run: TraceRun, evidence: EvidenceStore, found: Findings) -> None:
    """Names what of a trace does not add up, or is not what its document says."""
    where = f"trace_runs/{run.id}"
    for total in run.totals:
        difference = total.origin_minor - total.held_minor - total.exited_minor - total.unknown_minor
        if difference and total.method != LEADS_METHOD:
            shown = format_minor(difference, exponent_of(total.currency))
            sentence = f"{total.method}: held, exited and unknown differ from the origin by {shown}"
            found.add(Part.TRACE, "does_not_add_up", where, sentence)
    try:
        document = msgspec.json.decode(evidence.get(run.document))
    except BadInput as missing:
        found.add(Part.TRACE, "no_document", where, str(missing))
        return
    except msgspec.DecodeError:
        found.add(Part.TRACE, "no_document", where, f"the file {run.document} is no JSON document")
        return
    for fault in _document_faults(run, document):
        found.add(Part.TRACE, "changed", where, fault)


def _document_faults(run: TraceRun, document: Any) -> Iterator[str]:
    if not isinstance(document, Mapping) or not isinstance(document.get("methods"), Mapping):
        yield f"the file {run.document} is no trace"
        return
    content = {name: value for name, value in document.items() if name != "result_hash"}
    digest = hashlib.sha256(msgspec.json.encode(content)).hexdigest()
    if not digest == document.get("result_hash") == run.result_hash:
        yield "the document does not give the result hash that was recorded"
    ledger = document.get("ledger")
    if not isinstance(ledger, Mapping) or ledger.get("digest") != run.ledger_digest:
        yield "the document is of another ledger than was recorded"
    for method, result in document["methods"].items():
        balance = result.get("balance") if isinstance(result, Mapping) else None
        if method.partition("@")[0] == LEADS_METHOD:
            continue
        if not isinstance(balance, Mapping) or balance.get("difference") != NOTHING:
            yield f"{method}: the balance does not add up"
