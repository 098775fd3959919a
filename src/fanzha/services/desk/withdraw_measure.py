"""The desk takes a measure back before any order of it was prepared."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.measures import deciding
from fanzha.measures.model import Measure
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.model import Desk


def withdraw_measure(desk: Desk, actor: Actor, measure_id: str, reason: str) -> Measure:
    """Takes a draft or a proposal back, with a reason; what was approved is lifted instead."""
    with acting(desk, actor, "measure.withdraw", Subject("measure", measure_id)) as work:
        measure = work.load(Measure, measure_id, Action.MEASURE_PROPOSE)
        return keep_measure(work, deciding.withdraw_measure(measure, actor, reason, work.now_us))
