"""Cases and what hangs on them as documents: tasks, series, hand-overs, moves, history."""

from __future__ import annotations

from typing import Any

from fanzha.casework import (
    Case,
    CaseMove,
    CaseworkRules,
    Decision,
    HandOver,
    Merge,
    Series,
    Task,
    WorkEvent,
    case_clocks,
    is_overdue,
)
from fanzha.core.time import format_instant
from fanzha.services.desk.documents.report import attachment_document, instant
from fanzha.services.desk.mask import Mask


def case_document(case: Case, mask: Mask, rules: CaseworkRules) -> dict[str, Any]:
    """The case with the times that run in it."""
    held, method = case.classification, case.working_method
    return {
        "id": case.id,
        "version": case.version,
        "title": mask.text(case.title),
        "status": case.status.value,
        "organisation": case.organisation,
        "jurisdiction": case.jurisdiction,
        "officer": case.officer,
        "officers": list(case.officers),
        "opened_by": case.opened_by,
        "opened_at": format_instant(case.opened_at_us),
        "filing": "" if case.filing is None else case.filing.number,
        "reports": list(case.reports),
        "classification": None
        if held is None
        else {
            "version": held.version,
            "class": held.class_slug,
            "subtype": held.subtype_slug,
            "by": held.by,
            "at": format_instant(held.at_us),
        },
        "working_method": None
        if method is None
        else {"method": method.method, "reason": mask.text(method.reason), "by": method.by},
        "decisions": [_decision(decision, mask) for decision in case.decisions],
        "review_extended_at": instant(case.review_extended_at_us),
        "clocks": [
            {
                "name": clock.name,
                "due": format_instant(clock.due_us),
                "warns": format_instant(clock.warn_us),
                "text": clock.text,
                "article": clock.article,
                "certainty": clock.certainty.value,
            }
            for clock in case_clocks(case, rules)
        ],
        "series": list(case.series),
        "comments": [
            {
                "id": comment.id,
                "by": comment.by,
                "at": format_instant(comment.at_us),
                "text": mask.text(comment.text),
                "struck_out_at": instant(comment.struck_out_at_us),
            }
            for comment in case.comments
        ],
        "files": [attachment_document(file, mask) for file in case.files],
        "merged_into": case.merged_into,
    }


def _decision(decision: Decision, mask: Mask) -> dict[str, Any]:
    return {
        "step": decision.step.value,
        "document": decision.document,
        "number": decision.number,
        "reason": mask.text(decision.reason),
        "by": decision.by,
        "organisation": decision.organisation,
        "at": format_instant(decision.at_us),
        "served_at": instant(decision.served_at_us),
    }


def task_document(task: Task, mask: Mask, now_us: int) -> dict[str, Any]:
    """Something to be done, and whether it is late."""
    return {
        "id": task.id,
        "version": task.version,
        "organisation": task.organisation,
        "case": task.case,
        "operation": task.operation,
        "title": mask.text(task.title),
        "officer": task.officer,
        "status": task.status.value,
        "due": instant(task.due_us),
        "overdue": is_overdue(task, now_us),
        "created_by": task.created_by,
        "created_at": format_instant(task.created_at_us),
        "result": mask.text(task.result),
        "ended_by": task.ended_by,
        "ended_at": instant(task.ended_at_us),
    }


def series_document(series: Series, mask: Mask) -> dict[str, Any]:
    """Cases that belong together, each with what put it there."""
    return {
        "id": series.id,
        "version": series.version,
        "organisation": series.organisation,
        "title": mask.text(series.title),
        "members": [
            {
                "case": member.case,
                "reason": mask.text(member.reason),
                "evidence": list(member.evidence),
                "by": member.by,
                "at": format_instant(member.at_us),
            }
            for member in series.members
        ],
    }


def hand_over_document(offer: HandOver, mask: Mask) -> dict[str, Any]:
    """A case offered to another body, and its answer."""
    return {
        "id": offer.id,
        "version": offer.version,
        "case": offer.case,
        "organisation": offer.organisation,
        "to_organisation": offer.to_organisation,
        "status": offer.status.value,
        "document_number": offer.document_number,
        "reason": mask.text(offer.reason),
        "approved_by": offer.approved_by,
        "offered_at": format_instant(offer.offered_at_us),
        "due": format_instant(offer.due_us),
        "answered_by": offer.answered_by,
        "answered_at": instant(offer.answered_at_us),
        "answer": mask.text(offer.answer),
    }


def move_document(move: CaseMove) -> dict[str, Any]:
    """What went from one case to another."""
    return {
        "id": move.id,
        "kind": move.kind.value,
        "source": move.source,
        "target": move.target,
        "reports": list(move.reports),
        "tasks": list(move.tasks),
        "officers": list(move.officers),
        "measures": list(move.measures),
        "returns": list(move.returns),
        "by": move.by,
        "at": format_instant(move.at_us),
        "undone_at": instant(move.undone_at_us),
    }


def merge_document(merge: Merge) -> dict[str, Any]:
    """Two reports or clues that are one."""
    return {
        "id": merge.id,
        "kind": merge.kind.value,
        "kept": merge.kept,
        "absorbed": merge.absorbed,
        "by": merge.by,
        "at": format_instant(merge.at_us),
        "undone_at": instant(merge.undone_at_us),
    }


def event_document(event: WorkEvent, mask: Mask) -> dict[str, Any]:
    """One thing that happened."""
    return {
        "id": event.id,
        "record": event.record,
        "kind": event.kind.value,
        "at": format_instant(event.at_us),
        "actor": event.actor,
        "organisation": event.organisation,
        "before": event.before,
        "after": event.after,
        "details": {detail.name: mask.text(detail.value) for detail in event.details},
    }
