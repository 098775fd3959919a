"""立案: a head decides that the case is one; nothing may be frozen before."""

from __future__ import annotations

from fanzha.casework import Case, CaseStep
from fanzha.core.actor import Actor
from fanzha.services.desk.model import Desk
from fanzha.services.desk.step_case import step_case


def file_case(desk: Desk, actor: Actor, case_id: str, number: str, *, reason: str = "") -> Case:
    """Files the case by the number (文号) of its 立案决定书; a body above may file it too."""
    return step_case(desk, actor, case_id, CaseStep.FILE, number=number, reason=reason)
