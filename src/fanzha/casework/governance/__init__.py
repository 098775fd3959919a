"""Joint governance 联合治理: matters for other agencies, meetings with their resolutions, corporate accounts under control.

What is asked of another body is an errand, and what is done to an account is a measure: nothing here is a second kind of order.
"""

from fanzha.casework.governance.controls import (
    ControlDraft,
    ControlledAccount,
    ControlState,
    check_risk,
    control_by,
    list_account,
    strike_off,
)
from fanzha.casework.governance.meetings import (
    MEETING_TABLE,
    Meeting,
    MeetingDraft,
    MeetingStatus,
    MeetingStep,
    Minutes,
    Resolution,
    call_meeting,
    cancel_meeting,
    hold_meeting,
    resolution_of,
    resolve,
    sent_resolution,
)
from fanzha.casework.governance.rules import GovernanceRules, ListingReason, Matter, RiskClass

__all__ = [
    "MEETING_TABLE",
    "ControlDraft",
    "ControlState",
    "ControlledAccount",
    "GovernanceRules",
    "ListingReason",
    "Matter",
    "Meeting",
    "MeetingDraft",
    "MeetingStatus",
    "MeetingStep",
    "Minutes",
    "Resolution",
    "RiskClass",
    "call_meeting",
    "cancel_meeting",
    "check_risk",
    "control_by",
    "hold_meeting",
    "list_account",
    "resolution_of",
    "resolve",
    "sent_resolution",
    "strike_off",
]
