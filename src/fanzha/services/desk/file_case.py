"""立案: a head decides that the case is one; nothing may be frozen before."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, CaseStep
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_case
from fanzha.services.desk.model import Desk


def file_case(desk: Desk, actor: Actor, case_id: str, number: str, *, reason: str = "") -> Case:
    """Files the case by the number (文号) of its 立案决定书; a body above may file it too."""
    with acting(desk, actor, "case.file", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_DECIDE)
        superiors = work.tree(case.organisation).above(case.organisation)
        filed, events = casework.step_case(
            case, CaseStep.FILE, work.rules.casework.steps, actor, work.now_us, work.ids,
            number=number, reason=reason, superiors=superiors,
        )  # fmt: skip
        return keep_case(work, filed, events)
