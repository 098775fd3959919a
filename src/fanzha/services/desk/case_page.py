"""A case with everything on it that the actor may see, as it stood at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, Clue, Fact, Report, Task, WorkEvent
from fanzha.core.actor import Actor
from fanzha.measures.model import Measure
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Page, Query
from fanzha.ports.work_queues import DueClock
from fanzha.ports.work_store import Kept
from fanzha.services.desk.acting import looking
from fanzha.services.desk.case_family import family_of
from fanzha.services.desk.lists import ListWanted, Reading
from fanzha.services.desk.model import Desk

EVENTS: Final = 20
MEASURES: Final = 500  # what is still to be done is told from all of them; a case with more says so


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case and the first page of everything that hangs on it; more of a part by its list, with the part's cursor."""

    case: Case
    reports: Page[Report]
    clues: Page[Clue]
    facts: tuple[Fact, ...]  # of these clues
    measures: Page[Measure]
    returns: Page[ReturnProcedure]
    tasks: Page[Task]
    events: tuple[WorkEvent, ...]  # of the case and of what is on this page, newest first
    clocks: tuple[DueClock, ...]  # that run for these, earliest first
    absorbed: tuple[Case, ...] = ()  # that were merged into it: their comments and files are its own


def case_page(desk: Desk, actor: Actor, case_id: str, *, limit: int = 50) -> CasePage:
    """The case as the actor may see it.

    Raises NotFound in the same words whether it is not there or may not be seen; that is noted in the audit.
    """
    with looking(desk, actor, "case.see", Subject("case", case_id)) as look:
        case = look.load(Case, case_id, Action.SEE)
        return _read(Reading(desk, look.unit, actor), case, limit)


def _read(reading: Reading, case: Case, limit: int) -> CasePage:
    wanted = ListWanted(case=case.id, limit=limit)
    all_measures = ListWanted(case=case.id, limit=MEASURES)
    reports, clues, tasks = reading.reports(wanted), reading.clues(wanted), reading.tasks(wanted)
    measures, returns = reading.measures(all_measures), reading.returns(wanted)
    facts = reading.view.records(Fact).get_many(fact for clue in clues.rows for fact in clue.facts)
    absorbed = family_of(reading.view, case)[1:]
    told_of = [case.id, *(one.id for one in absorbed), *_ids(reports), *_ids(clues), *_ids(tasks)]
    told = Query(within={"record": told_of}, order_by="at_us", descending=True, limit=EVENTS)
    subjects = [case.id, *_ids(clues), *_ids(measures), *_ids(returns)]
    return CasePage(
        case=case, reports=reports, clues=clues, facts=facts, measures=measures, returns=returns, tasks=tasks,
        events=reading.view.records(WorkEvent).find(told).rows, clocks=reading.view.clocks.running_among(subjects),
        absorbed=absorbed,
    )  # fmt: skip


def _ids(page: Page[Kept]) -> list[str]:
    return [record.id for record in page.rows]
