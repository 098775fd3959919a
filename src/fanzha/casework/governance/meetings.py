"""会商: agencies meet; what was resolved there becomes an order or a request of the ordinary kind, with its clocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Final

from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.lifecycle import Table, next_status, total
from fanzha.casework.policy import check_person, check_reason, check_same_body
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids


@unique
class MeetingStatus(StrEnum):
    """Where a meeting stands."""

    CALLED = "called"
    HELD = "held"
    CANCELLED = "cancelled"


@unique
class MeetingStep(StrEnum):
    """What can happen to a meeting."""

    HOLD = "hold"
    CANCEL = "cancel"


MEETING_TABLE: Final[Table[MeetingStatus, MeetingStep]] = total(
    MeetingStatus,
    MeetingStep,
    {
        MeetingStatus.CALLED: {MeetingStep.HOLD: MeetingStatus.HELD, MeetingStep.CANCEL: MeetingStatus.CANCELLED},
        MeetingStatus.HELD: {MeetingStep.HOLD: MeetingStatus.HELD},  # more is written below the minutes
    },
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """议定事项: what was agreed, who does it; `errand` is the order or request that it became."""

    id: str
    text: str
    matter: str  # of the table of matters
    body: str
    about: str = ""  # the outlet, the company, the market
    errand: str = ""


@dataclass(frozen=True, slots=True)
class Minutes:
    """What stood on the agenda and what was said."""

    agenda: str
    said: str = ""
    by: str = ""
    at_us: int | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of several bodies and agencies, called by one."""

    id: str
    version: int
    organisation: str
    title: str
    held_at_us: int  # when it is, or was
    place: str
    minutes: Minutes
    called_by: str
    called_at_us: int
    bodies: tuple[str, ...] = ()  # that were asked to come; they see the sheet
    status: MeetingStatus = MeetingStatus.CALLED
    resolutions: tuple[Resolution, ...] = ()


@dataclass(frozen=True, slots=True)
class MeetingDraft:
    """A meeting as it is called."""

    title: str
    held_at_us: int
    place: str
    agenda: str
    bodies: tuple[str, ...]


def call_meeting(draft: MeetingDraft, actor: Actor, now_us: int, ids: Ids) -> tuple[Meeting, Events]:
    """The meeting as it is called. Raises BadInput where it has no title, no agenda or nobody to come."""
    check_person(actor, "a meeting")
    for field, said in (("title", draft.title), ("agenda", draft.agenda)):
        if not said.strip():
            raise BadInput(f"{field}: a meeting needs it")
    bodies = tuple(dict.fromkeys(body for body in draft.bodies if body != actor.organisation))
    if not bodies:
        raise BadInput("bodies: name at least one body or agency that comes")
    meeting = Meeting(
        ids.new("MEETING"), 0, actor.organisation, draft.title.strip(), draft.held_at_us, draft.place.strip(),
        Minutes(draft.agenda.strip()), actor.id, now_us, bodies,
    )  # fmt: skip
    event = work_event(EventKind.MEETING_CALLED, meeting.id, actor, now_us, ids, bodies=len(bodies))
    return meeting, (event,)


def hold_meeting(meeting: Meeting, said: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Meeting, Events]:
    """It was held; what was said is written down. Raises BadInput without words, NotAllowed before it began."""
    after = _step(meeting, MeetingStep.HOLD, actor)
    if not said.strip():
        raise BadInput("said: the minutes say what was said")
    if now_us < meeting.held_at_us:
        raise NotAllowed("meeting.time", f"{meeting.id} has not begun: minutes are written when it has")
    told = "\n".join(part for part in (meeting.minutes.said, said.strip()) if part)
    minutes = replace(meeting.minutes, said=told, by=actor.id, at_us=now_us)
    event = work_event(EventKind.MEETING_HELD, meeting.id, actor, now_us, ids, before=meeting.status, after=after)
    return replace(meeting, status=after, minutes=minutes), (event,)


def cancel_meeting(meeting: Meeting, reason: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Meeting, Events]:
    """It is not held."""
    check_reason(reason, f"cancelling {meeting.id}")
    after = _step(meeting, MeetingStep.CANCEL, actor)
    event = work_event(
        EventKind.MEETING_CANCELLED, meeting.id, actor, now_us, ids, before=meeting.status, after=after, reason=reason
    )
    return replace(meeting, status=after), (event,)


def resolve(meeting: Meeting, wanted: Resolution, actor: Actor, now_us: int, ids: Ids) -> tuple[Meeting, Events]:
    """One more thing was agreed; it gets its id here. Raises BadInput for a body that did not come."""
    _check_keeps(meeting, actor)
    if meeting.status is not MeetingStatus.HELD:
        raise NotAllowed("meeting.held", f"{meeting.id} was not held: nothing was resolved there yet")
    if not wanted.text.strip():
        raise BadInput("text: a resolution says what is done")
    if wanted.body not in meeting.bodies:
        raise BadInput(f"body: {wanted.body} was not asked to come to {meeting.id}")
    resolution = replace(wanted, id=ids.new("RESOLVED"), text=wanted.text.strip(), errand="")
    event = work_event(
        EventKind.MEETING_RESOLVED, meeting.id, actor, now_us, ids,
        resolution=resolution.id, matter=resolution.matter, body=resolution.body,
    )  # fmt: skip
    return replace(meeting, resolutions=(*meeting.resolutions, resolution)), (event,)


def resolution_of(meeting: Meeting, resolution: str) -> Resolution:
    """The resolution of that id. Raises BadInput where the meeting has none."""
    found = next((one for one in meeting.resolutions if one.id == resolution), None)
    if found is None:
        raise BadInput(f"{meeting.id} has no resolution {resolution}")
    return found


def sent_resolution(
    meeting: Meeting, resolution: str, errand: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[Meeting, Events]:
    """The resolution left as an errand; once."""
    _check_keeps(meeting, actor)
    held = resolution_of(meeting, resolution)
    if held.errand:
        raise NotAllowed("meeting.sent", f"{resolution} left as {held.errand} already")
    event = work_event(
        EventKind.MEETING_RESOLUTION_SENT, meeting.id, actor, now_us, ids, resolution=resolution, errand=errand
    )
    kept = tuple(replace(one, errand=errand) if one is held else one for one in meeting.resolutions)
    return replace(meeting, resolutions=kept), (event,)


def _step(meeting: Meeting, step: MeetingStep, actor: Actor) -> MeetingStatus:
    _check_keeps(meeting, actor)
    return next_status(MEETING_TABLE, meeting.status, step, meeting.id)


def _check_keeps(meeting: Meeting, actor: Actor) -> None:
    check_person(actor, f"the sheet of {meeting.id}")
    check_same_body(actor, meeting)
