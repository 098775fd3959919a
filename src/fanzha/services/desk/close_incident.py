"""What did not fit was looked into: an officer says in writing what was found."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject, done
from fanzha.core.actor import Actor
from fanzha.measures import receipts
from fanzha.measures.orders import Incident
from fanzha.services.desk.acting import acting
from fanzha.services.desk.change_measure import check_read
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once


def close_incident(
    desk: Desk, actor: Actor, incident_id: str, finding: str, *, version: int | None = None, request: str = ""
) -> Incident:
    """Closes an incident of the actor's body. Raises NotAllowed without a finding, or when it is closed already."""
    with acting(desk, actor, "incident.close", Subject("incident", incident_id)) as work:
        incident = work.load(Incident, incident_id, Action.CASE_WORK)

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
