"""An auditor reads who did what: of a case, a person or a record; that he read it is in the audit too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fanzha.access import Action, OrganisationTree, Scope, can_do
from fanzha.audit import AuditEvent, DetailValue, Subject, done, without_numbers
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.services.desk.acting import Look, acting, looking
from fanzha.services.desk.model import Desk

ACTION: Final = "audit.read"
PAGE_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class AuditWanted:
    """Which rows; what is empty does not narrow."""

    case: str = ""
    actor: str = ""
    record: str = ""
    limit: int = 50
    before_seq: int | None = None  # only rows older than this one


def read_audit(desk: Desk, actor: Actor, wanted: AuditWanted) -> tuple[AuditEvent, ...]:
    """The newest rows that the actor may read: of deeds by people of the bodies, and about the cases, that he audits.

    Raises NotAllowed when he audits nothing.
    """
    # Whatever is asked for may be a person's number that somebody took for an id.
    subject = Subject("audit", without_numbers(wanted.record or wanted.case))
    with looking(desk, actor, ACTION, subject) as look:
        found = tuple(_Reader(look).rows(wanted))
    said: dict[str, DetailValue] = {"rows": len(found)}
    if wanted.actor:
        said["by"] = wanted.actor
    with acting(desk, actor, ACTION, subject) as work:
        work.unit.audit.append(
            done(actor, work.now_us, ACTION, subject, case=without_numbers(wanted.case), details=said)
        )
    return found


class _Reader:
    def __init__(self, look: Look) -> None:
        self._look, self._permissions = look, look.rules.access.permissions
        if not any(self._permissions.of(role, Action.AUDIT_READ) for role in look.actor.roles):
            raise NotAllowed(
                f"access.{Action.AUDIT_READ}", f"{look.actor.id} is no auditor; an auditor reads the audit"
            )
        self._bodies: dict[str, bool] = {}
        self._cases: dict[str, bool] = {}

    def rows(self, wanted: AuditWanted) -> Iterator[AuditEvent]:
        before = wanted.before_seq
        left = wanted.limit
        while left > 0:
            page = self._look.unit.audit.about(
                subject_id=wanted.record, case=wanted.case, actor=wanted.actor, before_seq=before, limit=PAGE_ROWS
            )
            for event in page:
                if left > 0 and self._may_read(event):
                    left -= 1
                    yield event
            if len(page) < PAGE_ROWS:
                return
            before = page[-1].seq

    def _may_read(self, event: AuditEvent) -> bool:
        return self._audits_body(event.organisation) or self._audits_case(event.case)

    def _audits_body(self, organisation: str) -> bool:
        if organisation not in self._bodies:
            self._bodies[organisation] = bool(organisation) and self._may(Scope(organisation))
        return self._bodies[organisation]

    def _audits_case(self, case_id: str) -> bool:
        """What a machine or a stranger did to a case is read by whoever audits the case."""
        if case_id and case_id not in self._cases:
            try:
                self._cases[case_id] = self._may(self._look.scope_of(self._look.unit.records(Case).get(case_id)))
            except NotFound:
                self._cases[case_id] = False
        return self._cases.get(case_id, False)

    def _may(self, scope: Scope) -> bool:
        tree: OrganisationTree = self._look.tree(scope.organisation)
        return can_do(self._look.actor, Action.AUDIT_READ, tree, self._permissions, scope)
