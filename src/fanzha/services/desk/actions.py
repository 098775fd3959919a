"""What the audit calls each thing that happens: subject.verb, the same word for what was done and what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fanzha.casework import EventKind, WorkEvent
from fanzha.measures.changes import Happening

WORK_ACTIONS: Final[Mapping[EventKind, str]] = {
    EventKind.REPORT_RECEIVED: "report.receive",
    EventKind.REPORT_ADDED_TO: "report.add_to",
    EventKind.REPORT_PUT_IN_CASE: "report.put_in_case",
    EventKind.REPORT_UNFOUNDED: "report.find_unfounded",
    EventKind.REPORT_WITHDRAWN: "report.withdraw",
    EventKind.REPORT_REOPENED: "report.reopen",
    EventKind.CLUE_RECEIVED: "clue.receive",
    EventKind.CLUE_ASSIGNED: "clue.assign",
    EventKind.CLUE_ROUTED: "clue.route",
    EventKind.CLUE_ASSESSED: "clue.assess",
    EventKind.CLUE_VERIFIED: "clue.verify",
    EventKind.CLUE_UNVERIFIED: "clue.unverify",
    EventKind.CLUE_ACTED: "clue.act",
    EventKind.CLUE_DISMISSED: "clue.dismiss",
    EventKind.CLUE_REOPENED: "clue.reopen",
    EventKind.CLUE_PAUSED: "clue.pause",
    EventKind.CLUE_RESUMED: "clue.resume",
    EventKind.CLUE_REESTIMATED: "clue.reestimate",
    EventKind.CLUE_PUT_IN_CASE: "clue.put_in_case",
    EventKind.CLOCK_WARNED: "clock.warn",
    EventKind.CLOCK_BREACHED: "clock.breach",
    EventKind.FACT_MADE: "fact.make",
    EventKind.FACT_WITHDRAWN: "fact.withdraw",
    EventKind.MERGED: "record.merge",
    EventKind.UNMERGED: "record.unmerge",
    EventKind.CASE_OPENED: "case.open",
    EventKind.CASE_STEPPED: "case.step",
    EventKind.CASE_NOTICE_SERVED: "case.serve_notice",
    EventKind.CASE_REVIEW_EXTENDED: "case.extend_review",
    EventKind.CASE_CLASSIFIED: "case.classify",
    EventKind.CASE_OFFICER_CHANGED: "case.change_officer",
    EventKind.CASE_OFFICER_JOINED: "case.join",
    EventKind.CASE_OFFICER_LEFT: "case.leave",
    EventKind.CASE_METHOD_SET: "case.set_method",
    EventKind.CASE_REPORT_ADDED: "case.add_report",
    EventKind.CASE_COMMENTED: "case.comment",
    EventKind.CASE_COMMENT_STRUCK_OUT: "case.strike_out_comment",
    EventKind.CASE_FILE_ADDED: "case.add_file",
    EventKind.CASE_SERIES_JOINED: "case.join_series",
    EventKind.CASE_SERIES_LEFT: "case.leave_series",
    EventKind.CASE_SPLIT: "case.split",
    EventKind.CASE_SPLIT_UNDONE: "case.undo_split",
    EventKind.HAND_OVER_OFFERED: "hand_over.offer",
    EventKind.HAND_OVER_ACCEPTED: "hand_over.accept",
    EventKind.HAND_OVER_DECLINED: "hand_over.decline",
    EventKind.HAND_OVER_RECALLED: "hand_over.recall",
    EventKind.ERRAND_SENT: "errand.send",
    EventKind.ERRAND_SIGNED_FOR: "errand.sign_for",
    EventKind.ERRAND_ANSWERED: "errand.answer",
    EventKind.ERRAND_SENT_BACK: "errand.send_back",
    EventKind.ERRAND_RECALLED: "errand.recall",
    EventKind.TASK_CREATED: "task.create",
    EventKind.TASK_ENDED: "task.end",
    EventKind.TASK_REOPENED: "task.reopen",
}
MEASURE_ACTIONS: Final[Mapping[Happening, str]] = {
    Happening.DRAFTED: "measure.draft",
    Happening.AMENDED: "measure.amend",
    Happening.PROPOSED: "measure.propose",
    Happening.APPROVED: "measure.approve",
    Happening.REJECTED: "measure.reject",
    Happening.WITHDRAWN: "measure.withdraw",
    Happening.ACTED_FIRST: "measure.act_first",
    Happening.COUNTERSIGNED: "measure.countersign",
    Happening.ORDER_PREPARED: "order.prepare",
    Happening.ORDER_SENT: "order.send",
    Happening.RECEIPT: "receipt.record",
    Happening.RECEIPT_CORRECTED: "receipt.correct",
    Happening.ACKNOWLEDGED: "measure.acknowledge",
    Happening.EXECUTED: "measure.execute",
    Happening.EXECUTED_PART: "measure.execute_part",
    Happening.REFUSED: "measure.refuse",
    Happening.RENEWAL_ASKED: "measure.ask_renewal",
    Happening.RENEWED: "measure.renew",
    Happening.RELEASED_PART: "measure.release_part",
    Happening.UNRELATED: "measure.find_unrelated",
    Happening.RELATED: "measure.find_related",
    Happening.LIFTED: "measure.lift",
    Happening.LAPSED: "measure.lapse",
    Happening.CONVERTED: "measure.convert",
    Happening.CONVERSION_UNDONE: "measure.undo_conversion",
    Happening.MOVED: "measure.move",
    Happening.EVIDENCE_GIVEN: "measure.give_evidence",
    Happening.EVIDENCE_LOOKED_AT: "measure.look_at_evidence",
    Happening.CALLED_BACK: "measure.call_back",
    Happening.TOLD: "measure.tell_holder",
    Happening.EMPTIED: "measure.empty",
    Happening.INCIDENT: "incident.open",
}


def action_of(event: WorkEvent) -> str:
    """The audit's word for an event; a step of a case is called by the step: case.file, case.decline."""
    if event.kind is EventKind.CASE_STEPPED:
        return f"case.{event.detail('step')}"
    return WORK_ACTIONS[event.kind]
