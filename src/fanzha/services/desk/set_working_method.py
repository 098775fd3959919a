"""The tracing method by which a case counts, with the reason for it."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_case
from fanzha.services.desk.model import Desk
from fanzha.tracing.model import Method


def set_working_method(desk: Desk, actor: Actor, case_id: str, method: str, reason: str) -> Case:
    """Sets the method; freezes and returns of the case use it. Raises BadInput for a method that gives leads only."""
    with acting(desk, actor, "case.set_method", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_WORK)
        giving_amounts = [one.value for one in Method if one is not Method.POISON]
        if method not in giving_amounts:
            raise BadInput(f"no method {method!r} gives amounts; the methods are {', '.join(giving_amounts)}")
        return keep_case(work, *casework.set_working_method(case, method, reason, actor, work.now_us, work.ids))
