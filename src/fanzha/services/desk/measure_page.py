"""One measure as its page shows it: what stands for and against it, and who may put his name to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fanzha.access import Action, Person
from fanzha.audit import Outcome as AuditOutcome
from fanzha.audit import Subject
from fanzha.core.actor import Actor, Role
from fanzha.measures import policy
from fanzha.measures.changes import Happening
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, effective_status
from fanzha.measures.orders import Incident
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.actions import MEASURE_ACTIONS
from fanzha.services.desk.bodies import lineage_of
from fanzha.services.desk.listing import every
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_record import mask_for
from fanzha.services.desk.preview_measure import Preview, preview_of
from fanzha.services.desk.sight import Sight

AUDIT_MAX = 500  # rows of the audit about one measure; what is older than so many is in the audit itself
SIGNERS_MAX = 20  # so many are named; a city has more approvers than anybody reads


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody whose role signs measures, and why he may not sign this one; empty where he may."""

    person: Person
    rule: str
    why_not: str


@dataclass(frozen=True, slots=True)
class Amended:
    """A draft was worded anew: when, by whom, and which parts of it."""

    at_us: int
    by: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """A measure with its review, the incidents about it, and its possible signers, at one moment."""

    measure: Measure
    status: Status  # at this moment, whatever was noted
    mask: Mask
    preview: Preview
    whole: bool  # False: it is seen as the order that was addressed to one's body, and says no more
    incidents: tuple[Incident, ...]
    signers: tuple[Signer, ...]
    continues_in: tuple[Measure, ...]  # drafted out of it: follow-on stops, conversions
    amended: tuple[Amended, ...] = ()  # how its draft was worded anew, oldest first


def measure_page(desk: Desk, actor: Actor, measure_id: str) -> MeasurePage:
    """The measure, as the actor may see it. Raises NotFound where it is not there or may not be seen."""
    with looking(desk, actor, "measure.see", Subject("measure", measure_id)) as look:
        measure = look.load(Measure, measure_id, Action.SEE)
        sight = Sight(look.unit, actor, desk.rules.access.permissions)
        whole = sight.sees_whole(measure)
        preview = preview_of(look, measure) if whole else Preview(sight.shown(measure), (), (), (), None, None)
        about = Query(equals={"measure": measure_id})
        incidents = tuple(every(look.unit.records(Incident), about)) if whole else ()
        signers = tuple(_signers(look, measure)) if whole and measure.status is Status.PROPOSED else ()
        following = _following(look, sight, measure) if whole else ()
        amended = tuple(_amended(look, measure)) if whole else ()
        now_us = look.now_us
    mask = mask_for(desk, actor, [preview.measure, *incidents, *preview.appeals])
    return MeasurePage(
        preview.measure, effective_status(measure, now_us), mask, preview, whole, incidents, signers, following, amended
    )


def _amended(look: Look, measure: Measure) -> Iterator[Amended]:
    """Out of the audit, which alone knows what the draft said before."""
    for event in reversed(look.unit.audit.about(subject_id=measure.id, limit=AUDIT_MAX)):
        if event.action == MEASURE_ACTIONS[Happening.AMENDED] and event.outcome is AuditOutcome.DONE:
            yield Amended(event.at_us, event.actor, tuple(str(event.details.get("changed", "")).split()))


def _signers(look: Look, measure: Measure) -> Iterator[Signer]:
    """Those of the body that answers for it and of those above who sign measures, the nearest body first."""
    lineage = lineage_of(look.tree(measure.organisation), measure.organisation)
    level = {body.id: body.level for body in lineage}
    asked = {sign.by for sign in measure.approvals} | {measure.drafted_by}
    named = 0
    for body in lineage:
        for person in every(look.unit.records(Person), Query(equals={"organisation": body.id})):
            signs = {Role.APPROVER, Role.COMMANDER} & set(person.roles) or person.id in asked
            if not signs or not person.active or named >= SIGNERS_MAX:
                continue
            named += 1
            somebody = Actor(person.id, body.id, level[body.id], frozenset(person.roles))
            against = policy.why_not(policy.check_decide, measure, somebody, lineage, look.rules.measures, look.now_us)
            yield Signer(person, "" if against is None else against.rule, "" if against is None else str(against))


def _following(look: Look, sight: Sight, measure: Measure) -> tuple[Measure, ...]:
    """Measures of the same case that came out of this one."""
    if not measure.request.case:
        return ()
    of_case = every(look.unit.records(Measure), Query(equals={"case_id": measure.request.case}))
    return tuple(
        each
        for each in of_case
        if each.request.origin is not None and each.request.origin.id == measure.id and sight.sees(each)
    )
