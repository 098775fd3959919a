"""The times of a case's procedure: a longer review before filing, and the notices of what was decided."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, CaseStep
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_case
from fanzha.services.desk.model import Desk


def extend_review(desk: Desk, actor: Actor, case_id: str, reason: str) -> Case:
    """重大疑难复杂: lets the review before filing take its longest time; a head at county level or above decides."""
    with acting(desk, actor, "case.extend_review", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_DECIDE)
        superiors = work.tree(case.organisation).above(case.organisation)
        extended, events = casework.extend_review(
            case, work.rules.casework, reason, actor, work.now_us, work.ids, superiors=superiors
        )
        return keep_case(work, extended, events) if events else case


def serve_notice(desk: Desk, actor: Actor, case_id: str, step: CaseStep) -> Case:
    """Notes that those who must be told of a decision (不予立案, 撤案, 移送) were told; its time runs no more."""
    with acting(desk, actor, "case.serve_notice", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_WORK)
        return keep_case(work, *casework.serve_notice(case, step, actor, work.now_us, work.ids))
