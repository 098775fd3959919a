"""Walks the chain once, and notes on the way what it says of each record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from fanzha.audit import AuditEvent, ChainCheck, Head, Outcome, verify, written_by
from fanzha.ports.proof_index import ProofIndex
from fanzha.ports.work_store import AuditView
from fanzha.services.proof.findings import Findings, Part

FIRST: Final = -(2**63)  # a row that was put before the first one is to be seen too
NOTED_SUBJECTS: Final = frozenset({"measure", "return"})  # whose deeds are held against what the record says of itself


@dataclass(slots=True)
class Wanted:
    """Records of one case, where only those are looked at; ids by table."""

    case: str
    ids: dict[str, set[str]] = field(default_factory=dict[str, set[str]])


def walk_audit(
    audit: AuditView, index: ProofIndex, found: Findings, signed: Head | None, wanted: Wanted | None = None
) -> ChainCheck:
    """Names every row that was changed, taken out or cut off, against the store's own head and one signed earlier.

    Of a case, records that only the audit still knows are added to those that are wanted.
    """
    check = verify(_noting(audit.walk(FIRST), index, wanted), signed, stored=audit.head())
    for one in check.findings:
        rows = f"row {one.first_seq}" if one.first_seq == one.last_seq else f"rows {one.first_seq} to {one.last_seq}"
        found.add(Part.AUDIT, one.kind.value, rows, one.sentence)
    if check.more:
        found.add(Part.AUDIT, "more", "", "there are more findings in the audit than are listed")
    return check


def _noting(events: Iterator[AuditEvent], index: ProofIndex, wanted: Wanted | None) -> Iterator[AuditEvent]:
    for event in events:
        yield event
        for written in written_by(event):
            if wanted is None or _is_wanted(event, written.table, written.id, wanted):
                index.note_written(written, event.seq)
        if event.outcome is Outcome.DONE and event.subject_kind in NOTED_SUBJECTS:
            for deed in deeds_of(event):
                index.note_deed(event.subject_id, deed)


def _is_wanted(event: AuditEvent, table: str, record_id: str, wanted: Wanted) -> bool:
    ids = wanted.ids.setdefault(table, set())
    if record_id in ids:
        return True
    if event.case != wanted.case:
        return False
    ids.add(record_id)
    return True


def deeds_of(event: AuditEvent) -> Iterator[str]:
    """The words by which a deed is looked for: what, and by whom or about which order or receipt."""
    yield f"{event.action} by {event.actor}"
    for name in ("order", "receipt", "about"):
        if event.details.get(name):
            yield f"{event.action} {name} {event.details[name]}"
