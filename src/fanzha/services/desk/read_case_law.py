"""The books of a case for somebody who may see it."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.measures.purposes import Purpose
from fanzha.services.desk.acting import looking
from fanzha.services.desk.books import Books
from fanzha.services.desk.case_law import CaseLaw, case_law
from fanzha.services.desk.model import Desk


def read_case_law(desk: Desk, books: Books, actor: Actor, case_id: str) -> CaseLaw:
    """Lost + reattributed = held + returned + exited + unknown, by victim. Raises NotFound when it may not be seen."""
    with looking(desk, actor, "case.sums", Subject("case", case_id)) as look:
        case = look.load(Case, case_id, Action.SEE)
        default = desk.rules.purposes.of(Purpose.RETURN, look.now_us).default
        return case_law(look.unit, case, books.evidence, default_method=default)
