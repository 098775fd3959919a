"""Everything that waits in the queue is given to somebody: by jurisdiction, load and what is worth doing first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fanzha import casework
from fanzha.access import Action, Person, Scope
from fanzha.audit import DetailValue, Subject
from fanzha.casework import OPEN_STAGES, Allotment, Clue, ClueStage, DutyOfficer, Unallotted
from fanzha.core.actor import MACHINE, Actor, Organisation, Role
from fanzha.core.errors import Refused
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import keep_clue
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight


@dataclass(frozen=True, slots=True)
class Allotted:
    """Who took what, best worth first, and what nobody could take, with the reason."""

    taken: tuple[Allotment, ...]
    left: tuple[Unallotted, ...]


def allot_queue(desk: Desk, actor: Actor, on_duty: Collection[str] = ()) -> Allotted:
    """Gives every waiting clue of the actor's body and those below it to an officer of these bodies; the machine, of all.

    on_duty: the people who are there; empty: every active duty officer. At night neither load nor place holds a clue back.

    Raises NotAllowed when the actor may not assign clues, StaleVersion when somebody took one at the same moment.
    """
    with acting(desk, actor, "clue.allot", Subject("clue", "")) as work:
        work.check(Action.CLUE_ASSIGN, Scope(actor.organisation))
        waiting = {clue.id: clue for clue in _waiting(work)}
        if not waiting:
            return Allotted((), ())
        officers = _officers(work, frozenset(on_duty))
        taken, left = casework.allot_queue(waiting.values(), tuple(officers.values()), work.rules.casework, work.now_us)
        for each in taken:
            clue = waiting[each.clue]
            superiors = work.tree(clue.organisation).above(clue.organisation)
            keep_clue(
                work,
                *casework.assign_clue(
                    clue, officers[each.officer], actor, work.now_us, work.ids,
                    reason=each.reason, superiors=superiors,
                ),
            )  # fmt: skip
        return Allotted(taken, left)


def ring_overnight(work: Work, clue_id: str) -> None:
    """Gives a clue that still waits to an officer of its body or, where it has none, of the nearest above.

    Raises Refused when there is nobody: it is tried again, and stays in sight.
    """
    clue = work.load(Clue, clue_id, Action.CLUE_ASSIGN)
    if clue.stage is not ClueStage.QUEUED or clue.merged_into:
        return
    superiors = work.tree(clue.organisation).above(clue.organisation)
    officers = next(filter(None, (_officers_of(work, body) for body in (clue.organisation, *superiors))), {})
    taken, left = casework.allot_queue([clue], tuple(officers.values()), work.rules.casework, work.now_us)
    if left:
        raise Refused(f"{clue_id} waits in the queue and nobody takes it: {left[0].reason}")
    officer, reason = officers[taken[0].officer], taken[0].reason
    keep_clue(
        work,
        *casework.assign_clue(clue, officer, work.actor, work.now_us, work.ids, reason=reason, superiors=superiors),
    )


def give_on(work: Work, gone: Person) -> dict[str, DetailValue]:
    """Gives the open clues of somebody who is there no more to others of his body or, where it has none, of the nearest above.

    Each goes to whom has least open, by the machine: whoever keeps people decides nothing about a clue. Gives how many went,
    and how many nobody could take, which stay with him in sight.
    """
    clues, went = list(every(work.unit.records(Clue), _open_with(gone.id))), 0
    decided_by, work.actor = work.actor, MACHINE
    for clue in clues:
        superiors = work.tree(clue.organisation).above(clue.organisation)
        others = (
            [officer for officer in _officers_of(work, body).values() if officer.id != gone.id]
            for body in (clue.organisation, *superiors)
        )
        officer = min(next(filter(None, others), []), key=lambda one: (one.open_clues, one.id), default=None)
        if officer is None:
            continue
        reason = f"{gone.id} is not on duty any more; {officer.open_clues} open"
        keep_clue(
            work,
            *casework.assign_clue(clue, officer, MACHINE, work.now_us, work.ids, reason=reason, superiors=superiors),
        )
        went += 1
    work.actor = decided_by
    return {"clues_given_on": went, "clues_left": len(clues) - went} if clues else {}


def _officers_of(work: Work, organisation: str) -> dict[str, DutyOfficer]:
    people = every(work.unit.records(Person), Query(equals={"organisation": organisation}))
    able = (person for person in people if person.active and Role.DUTY_OFFICER in person.roles)
    return {person.id: _duty_officer(work, person) for person in able}


def _waiting(work: Work) -> list[Clue]:
    sight = Sight(work.unit, work.actor, work.rules.access.permissions, Action.CLUE_ASSIGN)
    queued = every(work.unit.records(Clue), Query(equals={"stage": ClueStage.QUEUED.value, "merged_into": ""}))
    return [clue for clue in queued if sight.sees_body(clue.organisation)]


def _officers(work: Work, on_duty: frozenset[str]) -> dict[str, DutyOfficer]:
    """The duty officers of the bodies whose clues the actor may assign, each with what is open with him."""
    sight = Sight(work.unit, work.actor, work.rules.access.permissions, Action.CLUE_ASSIGN)
    found = {}
    for person in every(work.unit.records(Person), Query()):
        wanted = on_duty & {person.id, person.login} if on_duty else Role.DUTY_OFFICER in person.roles
        if bool(wanted) and person.active and sight.sees_body(person.organisation):
            found[person.id] = _duty_officer(work, person)
    return found


def _duty_officer(work: Work, person: Person) -> DutyOfficer:
    jurisdiction = work.unit.records(Organisation).get(person.organisation).jurisdiction
    held = work.unit.records(Clue).count(_open_with(person.id))
    return DutyOfficer(person.id, person.organisation, jurisdiction, held)


def _open_with(officer: str) -> Query:
    still_open = [stage.value for stage in OPEN_STAGES]
    return Query(equals={"officer": officer, "merged_into": ""}, within={"stage": still_open})
