"""会商: agencies are called together; minutes are written, and what was resolved leaves as an order or a request."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework import Events, governance
from fanzha.casework.errand_model import Errand, ErrandKind
from fanzha.casework.governance import Meeting, MeetingDraft, Resolution
from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import BadInput
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.errands import ErrandWanted, send_within
from fanzha.services.desk.keeping import tell
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once


@dataclass(frozen=True, slots=True)
class ResolutionDraft:
    """What was agreed, and who does it."""

    text: str
    matter: str
    body: str
    about: str = ""


def call_meeting(desk: Desk, actor: Actor, draft: MeetingDraft, *, request: str = "") -> Meeting:
    """Calls bodies and agencies together; they see the sheet.

    request: the caller's key; the same key and draft again give the meeting that was called. Raises BadInput where there
    is no such body, NotAllowed where the actor asks other bodies for nothing.
    """
    with acting(desk, actor, "meeting.call", Subject("meeting", "")) as work:
        work.check(Action.ERRAND_SEND, Scope(actor.organisation))
        _check_bodies(work, draft.bodies)
        called, events = governance.call_meeting(draft, actor, work.now_us, work.ids)
        command = fingerprint_of("meeting.call", draft)
        return once(work, request, command, Meeting, lambda: _keep(work, called, events, new=True))


def hold_meeting(desk: Desk, actor: Actor, meeting_id: str, said: str) -> Meeting:
    """Writes the minutes; what is written later stands below what was written before."""
    with acting(desk, actor, "meeting.hold", Subject("meeting", meeting_id)) as work:
        meeting = work.load(Meeting, meeting_id, Action.ERRAND_SEND)
        return _keep(work, *governance.hold_meeting(meeting, said, actor, work.now_us, work.ids))


def cancel_meeting(desk: Desk, actor: Actor, meeting_id: str, reason: str) -> Meeting:
    """The meeting is not held."""
    with acting(desk, actor, "meeting.cancel", Subject("meeting", meeting_id)) as work:
        meeting = work.load(Meeting, meeting_id, Action.ERRAND_SEND)
        return _keep(work, *governance.cancel_meeting(meeting, reason, actor, work.now_us, work.ids))


def resolve_at_meeting(desk: Desk, actor: Actor, meeting_id: str, resolution: ResolutionDraft) -> Meeting:
    """One more thing was agreed there. Raises BadInput for an unknown matter, or a body that was not asked to come."""
    with acting(desk, actor, "meeting.resolve", Subject("meeting", meeting_id)) as work:
        meeting = work.load(Meeting, meeting_id, Action.ERRAND_SEND)
        work.rules.governance.matter(resolution.matter)
        wanted = Resolution("", resolution.text, resolution.matter, resolution.body, resolution.about)
        return _keep(work, *governance.resolve(meeting, wanted, actor, work.now_us, work.ids))


def send_resolution(
    desk: Desk,
    evidence: EvidenceStore,
    actor: Actor,
    meeting_id: str,
    resolution_id: str,
    document_number: str,
    kind: ErrandKind = ErrandKind.ORDER,
) -> Errand:
    """What was resolved leaves as an order 交办, or as a request for help 协作请求; with the clocks of its matter.

    Raises as `send_errand`; NotAllowed where it left already.
    """
    with acting(desk, actor, "meeting.send_resolution", Subject("meeting", meeting_id)) as work:
        meeting = work.load(Meeting, meeting_id, Action.SEE)
        held = governance.resolution_of(meeting, resolution_id)
        matter = work.rules.governance.matter(held.matter)
        title = f"{matter.zh}：{held.about}" if held.about else matter.zh
        wanted = ErrandWanted(kind, held.body, title, held.text, document_number, matter=held.matter, about=held.about)
        sent = send_within(work, evidence, wanted, meeting=meeting.id)
        _keep(work, *governance.sent_resolution(meeting, held.id, sent.id, actor, work.now_us, work.ids))
        return sent


def _check_bodies(work: Work, bodies: tuple[str, ...]) -> None:
    known = {body.id for body in work.unit.records(Organisation).get_many(sorted(set(bodies)))}
    unknown = [body for body in bodies if body not in known]
    if unknown:
        raise BadInput(f"bodies: there is no body {unknown[0]!r}; see: fanzha office body list")


def _keep(work: Work, meeting: Meeting, events: Events, *, new: bool = False) -> Meeting:
    records = work.unit.records(Meeting)
    kept = records.add(meeting) if new else records.save(meeting)
    tell(work, events, "meeting")
    return kept
