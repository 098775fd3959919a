"""One use case at work: what it may see and do, one commit, and every refusal written down by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fanzha.access import Action, OrganisationTree, Scope, check_can_see, check_do
from fanzha.audit import AuditEntry, Subject, refused, without_numbers
from fanzha.casework import Case, Clue, Fact, HandOver, HandOverStatus, Report, Task
from fanzha.casework.errand_model import Errand
from fanzha.casework.governance import ControlledAccount, Meeting
from fanzha.casework.indicators import Indicator
from fanzha.casework.operations import Campaign, Operation, OperationResult
from fanzha.core.actor import Actor, Level, Organisation
from fanzha.core.errors import NotAllowed, NotFound, Refused, StaleVersion
from fanzha.measures.appeals import Appeal
from fanzha.measures.model import Measure
from fanzha.measures.orders import Incident
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.ports.record_table import version_of
from fanzha.ports.work_store import Kept, UnitOfWork, WorkView
from fanzha.services.desk.bodies import KnownBodies, partner_of, tree_around
from fanzha.services.desk.model import Desk
from fanzha.tracing.runs import TraceRun


class Look:
    """A view of the records in the hands of an actor, at one instant; `case` is the case that it turns out to serve."""

    unit: WorkView

    def __init__(self, desk: Desk, unit: WorkView, actor: Actor) -> None:
        self.rules, self.ids, self.account_facts = desk.rules, desk.ids, desk.account_facts
        self.unit, self.actor = unit, actor
        self._bodies = KnownBodies(unit.records(Organisation))
        self.now_us = desk.clock.now_us()
        self.case = ""
        self.bodies_seen: dict[str, tuple[str, ...]] = {}  # below a body, asked once a look: a country has thousands

    @property
    def latest_us(self) -> int:
        """Up to when the actor may say that something happened: no two clocks agree, and nothing is told of the future."""
        return self.rules.measures.latest_said_us(self.now_us)

    def load(self, kind: type[Kept], record_id: str, action: Action, version: int | None = None) -> Kept:
        """The record, for this action.

        Raises NotFound in the same words whether it is not there or may not be seen, NotAllowed when it may be seen but
        not acted upon, StaleVersion when it is not the version that the actor looked at any more.
        """
        try:
            record = self.unit.records(kind).get(record_id)
        except NotFound:
            raise NotFound(f"there is no {record_id}, or you may not see it") from None
        scope = self.scope_of(record)
        tree, permissions = self.tree(scope.organisation), self.rules.access.permissions
        check_can_see(
            self.actor, tree, permissions, scope.organisation,
            record=record_id, officers=scope.officers, addressed_to=scope.addressed_to,
        )  # fmt: skip
        check_do(self.actor, action, tree, permissions, scope)
        if version is not None and version != version_of(record):
            raise StaleVersion(f"{record_id} was changed since you read it (version {version}); read it again")
        return record

    def check(self, action: Action, scope: Scope) -> None:
        """Raises NotAllowed where the actor may not do it there."""
        check_do(self.actor, action, self.tree(scope.organisation), self.rules.access.permissions, scope)

    def tree(self, *concerned: str) -> OrganisationTree:
        """The actor's body and the concerned ones, with those above; each body is read once in a use case."""
        return tree_around(self._bodies, (self.actor.organisation, *concerned))

    def scope_of(self, record: Any) -> Scope:
        """Whose a record is, who works on its case, and to which partner it was sent."""
        officers: tuple[str, ...] = ()
        addressed: tuple[str, ...] = ()
        case = self.case_of(record)
        if case is not None:
            officers = case.workers
            self.case = self.case or case.id
        if isinstance(record, Measure) and record.orders:
            partner = partner_of(self.unit.records(Organisation), record.target.institution)
            addressed = (partner,) if partner else ()
        elif isinstance(record, HandOver | Errand):
            addressed = (record.to_organisation,)
        elif isinstance(record, Campaign | Meeting):
            addressed = record.bodies
        elif isinstance(record, Operation | OperationResult):
            operation = self.operation_of(record)
            officers, addressed = operation.members, operation.bodies
        elif isinstance(record, Case) and record.organisation != self.actor.organisation:
            addressed = self._offered_to(record)
        organisation = record.organisation
        if isinstance(record, Incident) and not organisation and self.actor.level is not Level.PARTNER:
            organisation = self.actor.organisation  # an answer to nobody's order: any officer may look into it
        return Scope(organisation, officers, addressed)

    def operation_of(self, record: Operation | OperationResult) -> Operation:
        """The operation itself, or the one that a result is of."""
        return record if isinstance(record, Operation) else self.unit.records(Operation).get(record.operation)

    def _offered_to(self, case: Case) -> tuple[str, ...]:
        """The body that is asked to take the case over and must be able to look at it."""
        waiting = Query(equals={"case_id": case.id, "status": HandOverStatus.OFFERED.value}, limit=1)
        return tuple(offer.to_organisation for offer in self.unit.records(HandOver).find(waiting).rows)

    def case_of(self, record: Any) -> Case | None:
        """The case that a record belongs to; None where it belongs to none."""
        match record:
            case Case():
                return record
            case Report() | Clue():
                case_id = record.case
            case Fact():
                case_id = self.unit.records(Clue).get(record.clue).case
            case Measure():
                case_id = record.request.case
            case Task() | HandOver() | Errand() | ReturnProcedure() | TraceRun() | Indicator() | ControlledAccount():
                case_id = record.case
            case OperationResult() if record.draft.suspect is not None:
                case_id = record.draft.suspect.case
            case Appeal() | Incident() if record.measure:
                case_id = self.unit.records(Measure).get(record.measure).request.case
            case _:
                case_id = ""
        return self.unit.records(Case).get(case_id) if case_id else None


class Work(Look):
    """A unit of work in the hands of an actor: what it looks at, it may also change."""

    unit: UnitOfWork

    def __init__(self, desk: Desk, unit: UnitOfWork, actor: Actor) -> None:
        super().__init__(desk, unit, actor)


@contextmanager
def acting(desk: Desk, actor: Actor, action: str, subject: Subject) -> Iterator[Work]:
    """Opens a use case and commits it at the end; what a rule refuses is noted by itself, and raised on.

    action: what the audit calls it, subject.verb. A record that may not be seen is noted like one that is not there.
    """
    case = ""
    try:
        with desk.store.begin() as unit:
            work = Work(desk, unit, actor)
            try:
                yield work
            finally:
                case = work.case
            unit.commit()
    except NotFound as hidden:
        _note_hidden(desk, actor, action, subject, hidden)
        raise
    except Refused as refusal:
        _note(desk, refused(actor, desk.clock.now_us(), action, subject, refusal, case=case))
        raise


@contextmanager
def looking(desk: Desk, actor: Actor, action: str, subject: Subject) -> Iterator[Look]:
    """Opens a view beside any writer, for a use case that changes nothing; what is refused is noted as by `acting`."""
    look: Look | None = None
    try:
        with desk.store.reading() as view:
            look = Look(desk, view, actor)
            yield look
    except NotFound as hidden:
        _note_hidden(desk, actor, action, subject, hidden)
        raise
    except Refused as refusal:
        case = "" if look is None else look.case
        _note(desk, refused(actor, desk.clock.now_us(), action, subject, refusal, case=case))
        raise


def _note_hidden(desk: Desk, actor: Actor, action: str, subject: Subject, hidden: NotFound) -> None:
    """Notes that somebody asked for what he may not see; what he typed may be no id at all, but a person's number."""
    asked_for = Subject(subject.kind, without_numbers(subject.id))
    _note(desk, refused(actor, desk.clock.now_us(), action, asked_for, NotAllowed("access.see", str(hidden))))


def _note(desk: Desk, entry: AuditEntry) -> None:
    with desk.store.begin() as unit:
        unit.audit.append(entry)
        unit.commit()
