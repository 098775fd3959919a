"""Holds the files of evidence against their hashes, and the records against the files that they name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fanzha.casework import Case, Report
from fanzha.casework.sheets import ReportSheet
from fanzha.core.errors import BadInput
from fanzha.measures.model import Measure
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.services.proof.findings import Findings, Part


def check_files(evidence: EvidenceStore, found: Findings) -> int:
    """Reads every file and names those that are not what was put; gives how many there are."""
    count = 0
    for sha256 in evidence.walk():
        count += 1
        try:
            evidence.get(sha256)
        except BadInput as damage:
            found.add(Part.EVIDENCE, "changed", f"evidence/{sha256}", str(damage))
    return count


def check_named_files(
    table: str, record: Any, evidence: EvidenceStore, ingested: frozenset[str], found: Findings
) -> None:
    """Names the files that a record speaks of and that are neither kept nor ingested into the ledger."""
    for sha256, name in named_files(record):
        if sha256 not in ingested and not evidence.has(sha256):
            found.add(Part.EVIDENCE, "missing", f"{table}/{record.id}", f"its file {name or sha256} ({sha256}) is gone")


def named_files(record: Any) -> Iterator[tuple[str, str]]:
    """SHA-256 and name of each file that a record says is kept."""
    match record:
        case Report():
            yield from ((file.sha256, file.name) for file in record.attachments)
        case ReportSheet():
            yield from ((file.sha256, file.name) for file in record.files)
        case Case():
            yield from ((file.sha256, file.name) for file in record.files)
        case Measure():
            for receipt in record.receipts:
                yield from ((part.statement, "a statement") for part in receipt.answered if part.statement)
                if receipt.evidence:
                    yield receipt.evidence, "the scan of a receipt"
        case _:
            return
