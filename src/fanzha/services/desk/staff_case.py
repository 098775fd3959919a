"""Who works on a case: its officer, and others who join and leave."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action, Person
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import keep_case
from fanzha.services.desk.model import Desk
from fanzha.services.desk.named_person import person_named


def change_officer(desk: Desk, actor: Actor, case_id: str, officer: str, reason: str) -> Case:
    """Gives the case to another officer (主办民警) of the same body, with a reason."""
    with acting(desk, actor, "case.change_officer", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_WORK)
        named = who_may_work(work, case, officer)
        changed, events = casework.change_officer(case, named, reason, actor, work.now_us, work.ids)
        return keep_case(work, changed, events) if events else case


def join_case(desk: Desk, actor: Actor, case_id: str, officer: str) -> Case:
    """Lets one more officer of the body, or of one below it, work on the case: it becomes his own case too."""
    with acting(desk, actor, "case.join", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_WORK)
        named = who_may_work(work, case, officer, below=True)
        joined, events = casework.join_case(case, named, actor, work.now_us, work.ids)
        return keep_case(work, joined, events) if events else case


def leave_case(desk: Desk, actor: Actor, case_id: str, officer: str) -> Case:
    """Ends an officer's work on the case."""
    with acting(desk, actor, "case.leave", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_WORK)
        named = person_named(work.unit.records(Person), officer).id
        left, events = casework.leave_case(case, named, actor, work.now_us, work.ids)
        return keep_case(work, left, events) if events else case


def who_may_work(work: Work, case: Case, officer: str, *, below: bool = False) -> str:
    """The id of the officer. Raises BadInput when there is nobody so called, NotAllowed when he is of another body."""
    person = person_named(work.unit.records(Person), officer)
    tree = work.tree(person.organisation, case.organisation)
    inside = person.organisation == case.organisation or (
        below and tree.is_below(person.organisation, case.organisation)
    )
    if not inside or not person.active:
        why = "works here no more" if inside else f"works for {person.organisation}"
        raise NotAllowed("organisation.other", f"{officer} {why}; {case.id} belongs to {case.organisation}")
    return person.id
