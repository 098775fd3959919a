"""The freezes that a return is still to be paid out of, and what happens when one of them ends before that."""

from __future__ import annotations

from typing import Final

from fanzha.audit import Subject
from fanzha.core.time import format_instant
from fanzha.measures.model import Measure, MeasureKind, holds
from fanzha.measures.orders import Incident, IncidentKind
from fanzha.measures.return_booking import paid_out_minor
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_procedure import ReturnProcedure, ends_early, return_clocks
from fanzha.measures.rules import MeasureRules
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.acting import Work
from fanzha.services.desk.keeping import set_clocks
from fanzha.services.desk.listing import every
from fanzha.services.desk.task_by_machine import put_task

RENEW: Final = "续冻"
UNPAID: Final = frozenset(
    {ProcedureStatus.DRAFT, ProcedureStatus.NOTICED, ProcedureStatus.PROPOSED, ProcedureStatus.APPROVED}
)


def unpaid_freezes(view: WorkView, procedure: ReturnProcedure) -> tuple[Measure, ...]:
    """The freezes of the plans of which not all is paid yet; none where the return is over."""
    if procedure.status not in UNPAID:
        return ()
    waiting = [plan.measure for plan in procedure.plans if paid_out_minor(procedure, plan) < plan.paid_minor]
    return view.records(Measure).get_many(dict.fromkeys(waiting))


def ending_freezes(view: WorkView, rules: MeasureRules, procedure: ReturnProcedure, now_us: int) -> tuple[Measure, ...]:
    """Those of them of which so little is left that they may end before the money is paid."""
    return tuple(freeze for freeze in unpaid_freezes(view, procedure) if ends_early(freeze, rules, now_us))


def warn_of_ends(work: Work, procedure: ReturnProcedure) -> None:
    """Puts the renewal of such a freeze before the officer of the case, once."""
    for freeze in ending_freezes(work.unit, work.rules.measures, procedure, work.now_us):
        if freeze.ends_us is not None and holds(freeze, work.now_us):
            ends = format_instant(freeze.ends_us)[:16].replace("T", " ")
            put_task(work, freeze, RENEW, f"{procedure.id} 已决定返还，冻结至 {ends}", freeze.ends_us)


def set_return_clocks(work: Work, procedure: ReturnProcedure, changed: Measure | None = None) -> None:
    """Sets the clocks of a return by its freezes. changed: one of them, as it is about to be saved."""
    kept = unpaid_freezes(work.unit, procedure)
    freezes = tuple(changed if changed is not None and each.id == changed.id else each for each in kept)
    rows = return_clocks(procedure, work.rules.measures, freezes)
    set_clocks(work, Subject("return", procedure.id), rows, procedure.case)


def follow_end(work: Work, freeze: Measure) -> None:
    """The end of a freeze was moved: the clocks of the returns that are decided on it move with it."""
    if freeze.kind is MeasureKind.FREEZE:
        for procedure in every(work.unit.records(ReturnProcedure), Query(mentions={"measure": freeze.id})):
            if procedure.status is ProcedureStatus.APPROVED:
                set_return_clocks(work, procedure, freeze)


def ended_incidents(work: Work, procedure: ReturnProcedure) -> tuple[Incident, ...]:
    """Freezes that ended with money that was decided to go back: the bank may pay it out to their holders."""
    return tuple(
        Incident(
            f"{procedure.id}.{freeze.id}.{IncidentKind.FREEZE_ENDED.value}", 0, procedure.organisation,
            IncidentKind.FREEZE_ENDED,
            f"{freeze.id} has ended, and {procedure.id} is not paid out of it yet: ask the bank, freeze what is there",
            work.now_us, freeze.id,
        )
        for freeze in unpaid_freezes(work.unit, procedure)
        if not holds(freeze, work.now_us)
    )  # fmt: skip
