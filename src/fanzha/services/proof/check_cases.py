"""Holds the sums of a case against the case law: lost + reattributed = held + returned + exited + unknown."""

from __future__ import annotations

from fanzha.casework import Case
from fanzha.core.errors import BadInput
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.case_law import case_law
from fanzha.services.proof.findings import Findings, Part


def check_case(view: WorkView, case: Case, evidence: EvidenceStore, found: Findings) -> None:
    """Names what of a case does not add up; a case that was merged has its sums where it went."""
    if case.merged_into:
        return
    where = f"cases/{case.id}"
    try:
        law = case_law(view, case, evidence)
    except BadInput as damage:
        found.add(Part.CASE, "cannot_be_counted", where, str(damage))
        return
    for fault in law.faults:
        found.add(Part.CASE, "does_not_add_up", where, fault)
