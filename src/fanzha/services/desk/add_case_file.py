"""A file on a case: its hash in the case, its content with the evidence."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.services.desk.acting import acting
from fanzha.services.desk.add_to_report import BroughtFile, attachment_of
from fanzha.services.desk.keeping import keep_case
from fanzha.services.desk.model import Desk


def add_case_file(desk: Desk, evidence: EvidenceStore, actor: Actor, case_id: str, file: BroughtFile) -> Case:
    """Puts a file on the case; the same bytes again change nothing."""
    with acting(desk, actor, "case.add_file", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_WORK)
        attachment = attachment_of(work, evidence, file)
        grown, events = casework.add_file(case, attachment, actor, work.now_us, work.ids)
        return keep_case(work, grown, events) if events else case
