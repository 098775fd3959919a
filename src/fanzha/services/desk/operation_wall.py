"""作战大屏: an operation live beside the day's figures of the desk; each number with the list behind it, as of one instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Task, TaskStatus, is_overdue
from fanzha.casework.operations import TAKES_ENTRIES, Operation, OperationResult, OperationStatus, TallyLine, Team
from fanzha.core.actor import Actor, Organisation
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.bodies import place_names
from fanzha.services.desk.count_figures import FiguresWanted, figures_of
from fanzha.services.desk.counting.entries import By
from fanzha.services.desk.follow_stopped_money import StoppedMoney, stopped_money_of
from fanzha.services.desk.keeping_operations import results_of
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.operation_tally import lines_of, seen_operations
from fanzha.statistics import OwnFigure, Period, day_of

BY_PLACE: Final = "cases_reported"
LOST: Final = "loss_reported"
LATEST: Final = 4
CHOICE_MAX: Final = 20  # operations that a wall offers


@dataclass(frozen=True, slots=True)
class WallLine:
    """A number of the operation, and how much of it corrections are: -2 beside 47."""

    line: TallyLine
    corrected: int


@dataclass(frozen=True, slots=True)
class TaskCount:
    """How far what is to be done for the operation is done."""

    open: int
    overdue: int
    done: int


@dataclass(frozen=True, slots=True)
class TeamProgress:
    """小组进度: what a team entered, and how far its members are with what they have to do."""

    team: Team
    entries: tuple[str, ...]
    open: tuple[str, ...]
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wall:
    """Everything on the wall, counted at one instant."""

    as_of_us: int
    period: Period  # the day of the desk's figures
    figures: tuple[OwnFigure, ...]
    places: tuple[OwnFigure, ...]  # reports of the day, by jurisdiction
    place_names: dict[str, str]  # of jurisdictions that are a body's
    choice: tuple[Operation, ...]  # that take entries now, the last begun first
    operation: Operation | None
    lost: OwnFigure  # what the way of the money begins with
    way: StoppedMoney  # of the day: asked, stopped, frozen, each with where it came from and went
    lines: tuple[WallLine, ...] = ()
    latest: tuple[OperationResult, ...] = ()  # newest first
    tasks: TaskCount = TaskCount(0, 0, 0)
    teams: tuple[TeamProgress, ...] = ()


def operation_wall(desk: Desk, actor: Actor, operation_id: str = "") -> Wall:
    """The wall of an operation; without one that of the operation that began last, or of the desk alone.

    Raises NotFound where the operation may not be seen, NotAllowed where the actor may not see his body's records.
    """
    subject = Subject("operation", operation_id) if operation_id else Subject("organisation", actor.organisation)
    with looking(desk, actor, "operation.wall", subject) as look:
        choice = _choice(look)
        first = choice[0] if choice else None
        shown = look.load(Operation, operation_id, Action.SEE) if operation_id else first
        rules, today = look.rules.operations.wall, day_of(look.now_us).isoformat()
        period = Period(today, today)
        measures = tuple(dict.fromkeys((*rules.day, LOST)))
        counted = {one.measure: one for one in figures_of(look, FiguresWanted(period, measures, as_of_us=look.now_us))}
        figures = tuple(counted[one] for one in rules.day)
        by_place = figures_of(look, FiguresWanted(period, (BY_PLACE,), By.JURISDICTION, as_of_us=look.now_us))
        places = tuple(one for one in by_place if one.group)
        names = place_names(look.unit.records(Organisation), figures[0].scope.bodies)
        way = stopped_money_of(look, FiguresWanted(period, as_of_us=look.now_us))
        wall = Wall(look.now_us, period, figures, places, names, choice, shown, counted[LOST], way)
        return wall if shown is None else _with_operation(look, wall, shown)


def _choice(look: Look) -> tuple[Operation, ...]:
    statuses = tuple(sorted(status.value for status in TAKES_ENTRIES))
    seen = seen_operations(look, status=statuses)
    at = look.now_us
    running = sorted(seen, key=lambda one: (one.status is OperationStatus.RUNNING, one.begun_us(at) or 0), reverse=True)
    return tuple(running[:CHOICE_MAX])


def _with_operation(look: Look, wall: Wall, operation: Operation) -> Wall:
    results = results_of(look, (operation.id,))
    lines = lines_of(look, (operation,), look.now_us)
    rules = look.rules.operations.wall
    corrections = {one.id for one in results if one.corrects}
    told = tuple(
        WallLine(line, sum(one.value for one in line.counted if one.id in corrections))
        for line in sorted(lines, key=lambda line: rules.place(line.measure))
    )
    latest = sorted(results, key=lambda one: (one.entered_us, one.id), reverse=True)[:LATEST]
    tasks = tuple(every(look.unit.records(Task), Query(equals={"operation": operation.id})))
    count = TaskCount(
        sum(task.status is TaskStatus.OPEN for task in tasks),
        sum(is_overdue(task, look.now_us) for task in tasks),
        sum(task.status is TaskStatus.DONE for task in tasks),
    )
    teams = tuple(team_progress(operation, results, tasks))
    return replace(wall, lines=told, latest=tuple(latest), tasks=count, teams=teams)


def team_progress(
    operation: Operation, results: Iterable[OperationResult], tasks: Iterable[Task]
) -> Iterator[TeamProgress]:
    """Each team with the entries that name it, corrections too, and the tasks that its members have."""
    entered, given = tuple(results), tuple(tasks)
    for team in operation.teams:
        members = {team.leader, *team.members}
        mine = [task for task in given if task.officer in members]
        yield TeamProgress(
            team, tuple(one.id for one in entered if one.draft.team == team.id),
            tuple(task.id for task in mine if task.status is TaskStatus.OPEN),
            tuple(task.id for task in mine if task.status is TaskStatus.DONE),
        )  # fmt: skip
