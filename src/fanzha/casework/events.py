"""The history of every record of work: what happened, when, by whom; figures are counted from here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from fanzha.core.actor import Actor
from fanzha.core.ids import Ids


@unique
class EventKind(StrEnum):
    """What happened, as subject and deed."""

    REPORT_RECEIVED = "report.received"
    REPORT_ADDED_TO = "report.added_to"
    REPORT_PUT_IN_CASE = "report.put_in_case"
    REPORT_UNFOUNDED = "report.unfounded"
    REPORT_WITHDRAWN = "report.withdrawn"
    REPORT_REOPENED = "report.reopened"
    CLUE_RECEIVED = "clue.received"
    CLUE_ASSIGNED = "clue.assigned"
    CLUE_ROUTED = "clue.routed"
    CLUE_ASSESSED = "clue.assessed"
    CLUE_VERIFIED = "clue.verified"
    CLUE_UNVERIFIED = "clue.unverified"
    CLUE_ACTED = "clue.acted"
    CLUE_DISMISSED = "clue.dismissed"
    CLUE_REOPENED = "clue.reopened"
    CLUE_PAUSED = "clue.paused"
    CLUE_RESUMED = "clue.resumed"
    CLUE_REESTIMATED = "clue.reestimated"
    CLUE_PUT_IN_CASE = "clue.put_in_case"
    CLOCK_WARNED = "clock.warned"
    CLOCK_BREACHED = "clock.breached"
    FACT_MADE = "fact.made"
    FACT_WITHDRAWN = "fact.withdrawn"
    MERGED = "record.merged"
    UNMERGED = "record.unmerged"
    CASE_OPENED = "case.opened"
    CASE_STEPPED = "case.stepped"
    CASE_NOTICE_SERVED = "case.notice_served"
    CASE_REVIEW_EXTENDED = "case.review_extended"
    CASE_CLASSIFIED = "case.classified"
    CASE_OFFICER_CHANGED = "case.officer_changed"
    CASE_OFFICER_JOINED = "case.officer_joined"
    CASE_OFFICER_LEFT = "case.officer_left"
    CASE_METHOD_SET = "case.method_set"
    CASE_REPORT_ADDED = "case.report_added"
    CASE_COMMENTED = "case.commented"
    CASE_COMMENT_STRUCK_OUT = "case.comment_struck_out"
    CASE_FILE_ADDED = "case.file_added"
    CASE_SERIES_JOINED = "case.series_joined"
    CASE_SERIES_LEFT = "case.series_left"
    CASE_SPLIT = "case.split"
    CASE_SPLIT_UNDONE = "case.split_undone"
    HAND_OVER_OFFERED = "hand_over.offered"
    HAND_OVER_ACCEPTED = "hand_over.accepted"
    HAND_OVER_DECLINED = "hand_over.declined"
    HAND_OVER_RECALLED = "hand_over.recalled"
    ERRAND_SENT = "errand.sent"
    ERRAND_SIGNED_FOR = "errand.signed_for"
    ERRAND_ANSWERED = "errand.answered"
    ERRAND_SENT_BACK = "errand.sent_back"
    ERRAND_CONFIRMED = "errand.confirmed"
    ERRAND_RECALLED = "errand.recalled"
    MEETING_CALLED = "meeting.called"
    MEETING_HELD = "meeting.held"
    MEETING_CANCELLED = "meeting.cancelled"
    MEETING_RESOLVED = "meeting.resolved"
    MEETING_RESOLUTION_SENT = "meeting.resolution_sent"
    CONTROL_LISTED = "control.listed"
    CONTROL_DRAFTED = "control.drafted"
    CONTROL_STRUCK_OFF = "control.struck_off"
    PUBLICITY_ENTERED = "publicity.entered"
    PUBLICITY_RECOGNISED = "publicity.recognised"
    PUBLICITY_WITHDRAWN = "publicity.withdrawn"
    TASK_CREATED = "task.created"
    TASK_ENDED = "task.ended"
    TASK_REOPENED = "task.reopened"
    CAMPAIGN_OPENED = "campaign.opened"
    CAMPAIGN_STEPPED = "campaign.stepped"
    CAMPAIGN_BODY_ADDED = "campaign.body_added"
    OPERATION_PLANNED = "operation.planned"
    OPERATION_AMENDED = "operation.amended"
    OPERATION_STEPPED = "operation.stepped"
    OPERATION_BODY_ADDED = "operation.body_added"
    OPERATION_POINT_ADDED = "operation.point_added"
    OPERATION_TEAM_ADDED = "operation.team_added"
    OPERATION_CASE_ADDED = "operation.case_added"
    OPERATION_REMARKED = "operation.remarked"
    OPERATION_RESULT_ENTERED = "operation.result_entered"
    OPERATION_NUMBERS_MATCHED = "operation.numbers_matched"
    OPERATION_RESULT_CORRECTED = "operation.result_corrected"
    OPERATION_SUSPECT_STEPPED = "operation.suspect_stepped"
    OPERATION_EVIDENCE_MOVED = "operation.evidence_moved"


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing more that an event says; ids, codes and counts, never a person's data."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class WorkEvent:
    """One thing that happened to one record."""

    id: str
    record: str
    kind: EventKind
    at_us: int
    actor: str
    organisation: str
    before: str = ""
    after: str = ""
    details: tuple[Detail, ...] = ()

    def detail(self, name: str) -> str:
        """What the event says under the name; empty where it says nothing."""
        return next((detail.value for detail in self.details if detail.name == name), "")


Events = tuple[WorkEvent, ...]


def work_event(
    kind: EventKind,
    record: str,
    actor: Actor,
    now_us: int,
    ids: Ids,
    /,
    *,
    before: str = "",
    after: str = "",
    **details: str | int,
) -> WorkEvent:
    """An event of now; empty details are left out."""
    said = tuple(Detail(name, str(value)) for name, value in details.items() if value != "")
    return WorkEvent(ids.new("EV"), record, kind, now_us, actor.id, actor.organisation, before, after, said)
