"""What an actor may see, asked in two ways: which bodies' records make a list, and whether one record is among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from fanzha.access import Action, Place, Scope, can_do
from fanzha.access.rules import Permissions
from fanzha.casework import Case, Clue, Fact, HandOver, HandOverStatus, Report, Task
from fanzha.casework.errand_model import Errand
from fanzha.casework.governance import ControlledAccount, Meeting
from fanzha.casework.indicators import Indicator
from fanzha.casework.operations import Campaign, Operation, OperationResult
from fanzha.core.actor import Actor, Level, Organisation
from fanzha.core.errors import NotFound
from fanzha.measures.appeals import Appeal
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure
from fanzha.measures.orders import Incident
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.ports.record_table import RecordTable
from fanzha.ports.work_store import UnitOfWork, WorkView
from fanzha.ports.work_tables import worker_at
from fanzha.services.desk.addressed_view import as_addressed
from fanzha.services.desk.bodies import KnownBodies, bodies_below, lineage_of, partner_of, tree_around
from fanzha.services.desk.listing import every
from fanzha.tracing.runs import TraceRun

ORDERED: Final = tuple(sorted(set(Status) - {Status.DRAFT, Status.PROPOSED, Status.REJECTED, Status.WITHDRAWN}))


@dataclass(frozen=True, slots=True)
class Bodies:
    """Whose records make a list: those of some bodies, or those of all but some."""

    only: tuple[str, ...] | None  # None: of all but `except_of`
    except_of: tuple[str, ...] = ()


class Sight:
    """What an actor may see, or do something with, at one moment of the store."""

    def __init__(
        self, view: WorkView | UnitOfWork, actor: Actor, permissions: Permissions, action: Action = Action.SEE
    ) -> None:
        self._view, self._actor, self._permissions, self._action = view, actor, permissions, action
        self._organisations = view.records(Organisation)
        self._places = frozenset(place for role in actor.roles for place in permissions.of(role, action))
        self._known = KnownBodies(self._organisations)
        self._seen_bodies: dict[str, bool] = {}
        self._workers: dict[str, tuple[str, ...]] = {}

    @cached_property
    def bodies(self) -> Bodies:
        """Whose records the actor's roles let him list; one's own cases and what was addressed come on top."""
        own = self._actor.organisation
        if Place.ELSEWHERE in self._places:
            return Bodies(None)
        only = (own,) if own and Place.OWN_ORGANISATION in self._places else ()
        if not own or Place.SUBTREE not in self._places:
            return Bodies(only)
        try:
            top = self._organisations.get(own).parent is None
        except NotFound:
            return Bodies(only)
        if not top:
            return Bodies(only + bodies_below(self._organisations, own))
        # Below the top stands nearly everybody: it is told faster who does not.
        others = [body.id for body in every(self._organisations, Query(equals={"parent": ""})) if body.id != own]
        outside = tuple(others) + bodies_below(self._organisations, *others)
        return Bodies(None, outside if only else (own, *outside))

    @cached_property
    def own_cases_elsewhere(self) -> tuple[str, ...]:
        """The cases that the actor works on, of bodies whose records he may not list."""
        cases = self._view.records(Case)
        return tuple(sorted({case.id for query in self._own_cases(Query()) for case in every(cases, query)}))

    def _own_cases(self, query: Query) -> list[Query]:
        """The same list of cases, but of those that the actor works on, for each body that does not make the list."""
        return [replace(query, mentions={**query.mentions, "worker_at": one}) for one in self._worker_elsewhere]

    @cached_property
    def _worker_elsewhere(self) -> tuple[str, ...]:
        """As whom the actor works on cases of bodies whose records he may not list; mostly there are none."""
        if Place.OWN_CASE not in self._places or self.bodies == Bodies(None):
            return ()
        mine = worker_at(self._actor.id)
        bodies = {one.removeprefix(mine): one for one in self._view.records(Case).mentioned("worker_at", mine)}
        listed, hidden = self.bodies.only, frozenset(self.bodies.except_of)
        elsewhere = bodies.keys() & hidden if listed is None else bodies.keys() - frozenset(listed)
        return tuple(bodies[body] for body in sorted(elsewhere))

    def parts(self, table: RecordTable[Any], query: Query) -> list[Query]:
        """The same list, but of what the actor may see: one query for each reason why; none where he sees nothing."""
        organisation = query.equals.get("organisation")
        if self.bodies == Bodies(None) or (organisation and self.sees_body(str(organisation))):
            return [query]
        found = []
        if organisation is None and self.bodies.only is None:
            found.append(replace(query, without={**query.without, "organisation": self.bodies.except_of}))
        elif organisation is None and self.bodies.only:
            nobodys = ("",) if table.record is Incident and self._looks_into_nobodys else ()
            found.append(replace(query, within={**query.within, "organisation": self.bodies.only + nobodys}))
        if table.record is Case:
            found += self._own_cases(query)
            if self.offered_cases:
                found.append(replace(query, within={**query.within, "id": self.offered_cases}))
        elif table.record in {Campaign, Operation, Meeting}:
            found += self._taking_part(table, query)
        elif self.own_cases_elsewhere and "case_id" in table.key_names:
            found.append(replace(query, within={**query.within, "case_id": self.own_cases_elsewhere}))
        elif self.own_cases_elsewhere and table.record is Incident:
            wanted = Query(within={"case_id": self.own_cases_elsewhere})
            measures = tuple(measure.id for measure in every(self._view.records(Measure), wanted))
            found.append(replace(query, within={**query.within, "measure": measures}))
        if table.record is Measure and self.institution:
            found += self._addressed(query)
        if table.record is Errand and self._takes_errands:
            found.append(replace(query, equals={**query.equals, "to_organisation": self._actor.organisation}))
        return found

    def _addressed(self, query: Query) -> list[Query]:
        """Measures whose orders were addressed to the actor's body; one that was only drafted has none."""
        statuses = tuple(set(query.within.get("status", ORDERED)) & set(ORDERED))
        if not statuses or query.equals.get("institution", self.institution) != self.institution:
            return []
        equals = {**query.equals, "institution": self.institution}
        return [replace(query, equals=equals, within={**query.within, "status": statuses})]

    def _taking_part(self, table: RecordTable[Any], query: Query) -> list[Query]:
        """The same list, but of what the actor's body takes part in, and of operations in whose teams he is himself."""
        asked: list[tuple[str, str]] = []
        if Place.ADDRESSED in self._places and self._actor.organisation:
            asked.append(("body", self._actor.organisation))
        if Place.OWN_CASE in self._places and table.record is Operation:
            asked.append(("member", self._actor.id))
        return [replace(query, mentions={**query.mentions, name: value}) for name, value in asked]

    @cached_property
    def offered_cases(self) -> tuple[str, ...]:
        """The cases that another body asks the actor's body to take over."""
        body = self._actor.organisation
        if Place.ADDRESSED not in self._places or not body:
            return ()
        waiting = Query(equals={"to_organisation": body, "status": HandOverStatus.OFFERED.value})
        return tuple(sorted({offer.case for offer in every(self._view.records(HandOver), waiting)}))

    @cached_property
    def institution(self) -> str:
        """The institution whose orders are addressed to the actor's body; empty where it is no partner."""
        if Place.ADDRESSED not in self._places or not self._actor.organisation:
            return ""
        try:
            institution = self._organisations.get(self._actor.organisation).institution
        except NotFound:
            return ""
        mine = institution and partner_of(self._organisations, institution) == self._actor.organisation
        return institution if mine else ""

    def sees(self, record: Any) -> bool:
        """Whether the record may be seen, as a single one would be opened."""
        return self.sees_whole(record) or self._is_addressed(record)

    def sees_whole(self, record: Any) -> bool:
        """Whether it may be seen otherwise than as an order that was addressed to the actor's body."""
        organisation = record.organisation
        if isinstance(record, Incident) and not organisation and self._looks_into_nobodys:
            return True
        if organisation not in self._seen_bodies:
            self._seen_bodies[organisation] = self._can(Scope(organisation))
        return self._seen_bodies[organisation] or self._can(Scope(organisation, self._workers_of(record)))

    def shown(self, record: Any) -> Any:
        """The record, or of a measure that was only addressed to the actor's body no more than the order says."""
        if isinstance(record, Measure) and self._is_addressed(record) and not self.sees_whole(record):
            return as_addressed(record)
        return record

    def know(self, organisations: Iterable[str]) -> None:
        """Reads these bodies and those above them at once, before they are asked for one by one."""
        level = set(organisations)
        while level:
            level = self._known.read(level)

    def lineage(self, organisation: str) -> tuple[Organisation, ...]:
        """The body and those above it, nearest first."""
        return lineage_of(tree_around(self._known, (organisation,)), organisation)

    def sees_body(self, organisation: str) -> bool:
        """Whether every record of the body may be seen."""
        return self._can(Scope(organisation))

    def _can(self, scope: Scope) -> bool:
        concerned = (self._actor.organisation, scope.organisation) if Place.SUBTREE in self._places else ()
        tree = tree_around(self._known, concerned)  # whether a body stands below another decides nothing else
        return can_do(self._actor, self._action, tree, self._permissions, scope)

    def _is_addressed(self, record: Any) -> bool:
        match record:
            case Measure():
                mine = bool(self.institution) and record.target.institution == self.institution
                return mine and bool(record.orders)
            case Errand():
                return self._takes_errands and record.to_organisation == self._actor.organisation
            case HandOver():
                return Place.ADDRESSED in self._places and record.to_organisation == self._actor.organisation
            case Case():
                return record.id in self.offered_cases
            case Campaign() | Meeting():
                return Place.ADDRESSED in self._places and self._actor.organisation in record.bodies
            case Operation() | OperationResult():
                bodies = self._operation_of(record).bodies
                return Place.ADDRESSED in self._places and self._actor.organisation in bodies
            case _:
                return False

    @property
    def _takes_errands(self) -> bool:
        """Whether what other bodies ask of the actor's body is shown to him."""
        return Place.ADDRESSED in self._places and bool(self._actor.organisation)

    @property
    def _looks_into_nobodys(self) -> bool:
        """Whether an answer to nobody's order is shown: to any officer, to no partner."""
        return Place.OWN_ORGANISATION in self._places and self._actor.level is not Level.PARTNER

    def _workers_of(self, record: Any) -> tuple[str, ...]:
        if Place.OWN_CASE not in self._places:
            return ()
        if isinstance(record, Operation | OperationResult):
            return self._operation_of(record).members
        case_id = self._case_of(record)
        if not case_id:
            return ()
        if case_id not in self._workers:
            try:
                self._workers[case_id] = self._view.records(Case).get(case_id).workers
            except NotFound:
                self._workers[case_id] = ()
        return self._workers[case_id]

    def _operation_of(self, record: Operation | OperationResult) -> Operation:
        return record if isinstance(record, Operation) else self._view.records(Operation).get(record.operation)

    def _case_of(self, record: Any) -> str:
        match record:
            case Fact():
                return case_of(self._view.records(Clue).get(record.clue))
            case Appeal() | Incident() if record.measure:
                return case_of(self._view.records(Measure).get(record.measure))
            case _:
                return case_of(record)


def case_of(record: Any) -> str:
    """The case that a record names; empty where it names none."""
    match record:
        case Case():
            return record.id
        case Report() | Clue() | Task() | ReturnProcedure() | HandOver() | Errand() | TraceRun() | Indicator():
            return record.case
        case ControlledAccount():
            return record.case
        case Measure():
            return record.request.case
        case OperationResult() if record.draft.suspect is not None:
            return record.draft.suspect.case
        case _:
            return ""
