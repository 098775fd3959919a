"""The customer whose payment is held was called back and warned; he decides, and may go on."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.core.actor import Actor, Level, Organisation
from fanzha.measures import ending
from fanzha.measures.changes import Change
from fanzha.measures.model import CallBackOutcome, Measure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.bodies import partner_of
from fanzha.services.desk.change_measure import change_measure, lineage_around
from fanzha.services.desk.model import Desk


def record_call_back(
    desk: Desk,
    actor: Actor,
    measure_id: str,
    outcome: CallBackOutcome,
    note: str,
    *,
    version: int | None = None,
    request: str = "",
) -> Measure:
    """Notes the call; where the customer pays all the same, the hold on his payment ends at once.

    The bank that holds the payment calls its own customer, whoever ordered the hold: what it notes is its answer to the order.
    """

    def decide(work: Work, measure: Measure) -> Change:
        lineage = lineage_around(work, measure)
        bank = partner_of(work.unit.records(Organisation), measure.target.institution)
        if bank == actor.organisation:
            lineage = (*lineage, work.unit.records(Organisation).get(bank))
        return ending.record_call_back(measure, actor, lineage, work.rules.measures, outcome, note, work.now_us)

    action = Action.RECEIPT_ENTER if actor.level is Level.PARTNER else Action.MEASURE_LIFT
    return change_measure(
        desk, actor, "measure.call_back", measure_id, action, decide,
        content=(outcome, note), version=version, request=request,
    )  # fmt: skip
