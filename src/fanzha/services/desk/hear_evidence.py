"""What speaks against a measure is put beside it by anybody, and looked at by an officer within its time."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.measures import ending
from fanzha.measures.changes import Change
from fanzha.measures.model import EvidenceKind, Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.change_measure import change_measure
from fanzha.services.desk.model import Desk


def give_evidence(
    desk: Desk, actor: Actor, measure_id: str, kind: EvidenceKind, text: str, *, request: str = ""
) -> Measure:
    """Puts evidence beside a measure; whoever can see the measure can bring it. Raises BadInput without a text."""
    if not text.strip():
        raise BadInput("say what speaks against the measure: orders and deliveries, a work contract, a pension, …")

    def decide(work: Work, measure: Measure) -> Change:
        return ending.give_evidence(measure, actor, kind, text.strip(), work.now_us, work.ids)

    return change_measure(
        desk, actor, "measure.give_evidence", measure_id, Action.SEE, decide, content=(kind, text), request=request
    )


def look_at_evidence(
    desk: Desk,
    actor: Actor,
    measure_id: str,
    evidence_id: str,
    finding: str,
    *,
    version: int | None = None,
    request: str = "",
) -> Measure:
    """An officer of the body says what he made of it; a lift or a part release is his next step, not this one."""

    def decide(work: Work, measure: Measure) -> Change:
        return ending.look_at_evidence(measure, actor, evidence_id, finding, work.now_us)

    return change_measure(
        desk, actor, "measure.look_at_evidence", measure_id, Action.MEASURE_LIFT, decide,
        content=(evidence_id, finding), version=version, request=request,
    )  # fmt: skip
