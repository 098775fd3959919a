"""A measure holds for one more period: asked for by one officer, approved by another, before the end."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.measures import ending, policy
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure
from fanzha.measures.terms import Span
from fanzha.services.desk.acting import Work
from fanzha.services.desk.change_measure import change_measure, hold_target, lineage_around
from fanzha.services.desk.end_task_by_machine import end_task
from fanzha.services.desk.model import Desk
from fanzha.services.desk.standing import case_standing
from fanzha.services.desk.unpaid_freezes import RENEW, follow_end
from fanzha.services.desk.weighing import on_account


def ask_renewal(
    desk: Desk,
    actor: Actor,
    measure_id: str,
    reason: str,
    *,
    period: Span | None = None,
    version: int | None = None,
    request: str = "",
) -> Measure:
    """Asks for one more period; None: the longest that the term allows. Nothing is longer until it is approved."""

    def decide(work: Work, measure: Measure) -> Change:
        _check_founded(work, measure)
        asked = period or _longest(work, measure)
        others = on_account(work, measure.request)
        return ending.ask_renewal(measure, actor, work.rules.measures, asked, reason, work.now_us, others)

    return change_measure(
        desk, actor, "measure.ask_renewal", measure_id, Action.MEASURE_PROPOSE, decide,
        content=(reason, period), version=version, request=request,
    )  # fmt: skip


def approve_renewal(
    desk: Desk, actor: Actor, measure_id: str, *, version: int | None = None, request: str = ""
) -> Measure:
    """The new period begins where the old one ends; the institution is told."""

    def decide(work: Work, measure: Measure) -> Change:
        hold_target(work, measure)
        _check_founded(work, measure)
        lineage, others = lineage_around(work, measure), on_account(work, measure.request)
        change = ending.approve_renewal(measure, actor, lineage, work.rules.measures, work.now_us, others)
        follow_end(work, change.measure)
        end_task(work, measure, RENEW, "已续冻")
        return change

    return change_measure(
        desk, actor, "measure.renew", measure_id, Action.MEASURE_APPROVE, decide, version=version, request=request
    )


def _check_founded(work: Work, measure: Measure) -> None:
    case = case_standing(work, measure.request.case)
    policy.check_founded(measure, work.rules.measures, case, work.now_us)


def _longest(work: Work, measure: Measure) -> Span:
    rules = work.rules.measures.of(measure.kind, work.now_us)
    term = rules.term(measure.request.term)
    if term is None or term.renewal is None:
        raise NotAllowed("renewal", f"{rules.label} ({measure.request.term}) is not renewed")
    return term.renewal
