"""A word on a case; taken back, it stays readable as struck out."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_case
from fanzha.services.desk.model import Desk


def comment_case(desk: Desk, actor: Actor, case_id: str, text: str) -> Case:
    """Puts a comment on the case; it is the last one of its comments."""
    with acting(desk, actor, "case.comment", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_WORK)
        return keep_case(work, *casework.comment_on(case, text, actor, work.now_us, work.ids))


def strike_out_comment(desk: Desk, actor: Actor, case_id: str, comment: str) -> Case:
    """Strikes the actor's own comment out."""
    with acting(desk, actor, "case.strike_out_comment", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_WORK)
        struck, events = casework.strike_out_comment(case, comment, actor, work.now_us, work.ids)
        return keep_case(work, struck, events) if events else case
