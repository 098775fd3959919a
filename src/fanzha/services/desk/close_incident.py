"""What did not fit was looked into: an officer says in writing what was found."""

from __future__ import annotations

from fanzha.access import Action, Export, can_do
from fanzha.audit import Subject, done
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.measures import receipts
from fanzha.measures.orders import Incident, IncidentKind
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.change_measure import check_read
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once


def close_incident(
    desk: Desk, actor: Actor, incident_id: str, finding: str, *, version: int | None = None, request: str = ""
) -> Incident:
    """Closes an incident of the actor's body.

    Raises NotAllowed without a finding, when it is closed already, or when it is the alarm of an export: that is for
    whoever may approve exports, or audits, and took nothing out himself.
    """
    with acting(desk, actor, "incident.close", Subject("incident", incident_id)) as work:
        incident = _loaded(work, incident_id)

        def carry_out() -> Incident:
            check_read(incident, version)
            closed = work.unit.records(Incident).save(receipts.close_incident(incident, actor, finding, work.now_us))
            work.unit.audit.append(
                done(
                    actor, work.now_us, "incident.close", Subject("incident", incident_id),
                    case=work.case, reason=closed.finding, details={"kind": incident.kind, "measure": incident.measure},
                )
            )  # fmt: skip
            return closed

        return once(work, request, fingerprint_of("incident.close", incident_id, finding), Incident, carry_out)


def _loaded(work: Work, incident_id: str) -> Incident:
    seen = work.load(Incident, incident_id, Action.SEE)
    if seen.kind is not IncidentKind.MUCH_EXPORTED:
        return work.load(Incident, incident_id, Action.CASE_WORK)
    taken, scope = work.unit.records(Export).get(seen.export), work.scope_of(seen)
    if taken.actor == work.actor.id:
        raise NotAllowed("export.second_person", f"{taken.actor} took {taken.id} out: somebody else looks into it")
    if not can_do(work.actor, Action.AUDIT_READ, work.tree(scope.organisation), work.rules.access.permissions, scope):
        work.check(Action.EXPORT_APPROVE, scope)
    return seen
