"""What every method of tracing finds held on the accounts of a return, beside the one by which it is planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fanzha.core.errors import NotFound
from fanzha.core.identifiers import plain_identifier
from fanzha.measures.purposes import Purpose
from fanzha.measures.return_plan import ReturnPlan
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.model import Desk
from fanzha.tracing.runs import TraceRun

Beside = Mapping[tuple[str, str], Mapping[str, int]]  # by account and currency, then by method; minor units


def methods_beside(desk: Desk, view: WorkView, trace_run: str, plans: Iterable[ReturnPlan]) -> Beside:
    """By the trace on which the plans rest, of the methods that may say how much; empty where it is not kept."""
    try:
        run = view.records(TraceRun).get(trace_run)
    except NotFound:
        return {}
    methods = desk.rules.purposes.of(Purpose.RETURN, desk.clock.now_us()).methods
    found: dict[tuple[str, str], Mapping[str, int]] = {}
    for plan in plans:
        number = plain_identifier(plan.account)
        known = (one for one in run.accounts if one.currency == plan.currency and one.is_called(number))
        for account in known:
            held = {each.method: each.held_minor for each in account.held}
            found[plan.account, plan.currency] = {name: held[name] for name in methods if name in held}
    return found
