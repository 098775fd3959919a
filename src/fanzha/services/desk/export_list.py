"""A list leaves the desk as a file: written down with the persons in it, marked, and alarmed when it is much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fanzha.access import (
    Action,
    Export,
    ExportedPerson,
    Scope,
    can_do,
)
from fanzha.audit import Subject, done
from fanzha.casework import Case, Clue, Fact
from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import BadInput, NotFound
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting, looking
from fanzha.services.desk.bodies import bodies_below
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.note_export import ExportNote, note_export
from fanzha.services.desk.persons import Named
from fanzha.services.desk.sight import Sight


@dataclass(frozen=True, slots=True)
class ExportedAccount:
    """A verified payment into an account, and the case by which it is in the list."""

    fact: Fact
    case: str


@dataclass(frozen=True, slots=True)
class ExportedAccounts:
    """The accounts as they may leave now."""

    rows: tuple[ExportedAccount, ...]
    note: ExportNote


def export_accounts(
    desk: Desk, actor: Actor, reason: str, *, case: str = "", approver: Actor | None = None
) -> ExportedAccounts:
    """The verified accounts of a case, of the actor's own body where none is named, unmasked; facts only, no clues.

    Raises NotAllowed when the actor may not export there, or so many persons need a second person who approves; BadInput
    without a reason.
    """
    if not is_reason(reason):
        raise BadInput(reason_sentence("an export"))
    with acting(desk, actor, "account.export", Subject("case", case)) as work:
        if case:
            work.load(Case, case, Action.EXPORT)
        else:
            work.check(Action.EXPORT, Scope(actor.organisation))
        rows = tuple(_rows_of(work, case))
        persons = [_person_of(row) for row in rows]
        note = note_export(work, "accounts", persons, reason, case=case, approver=approver)
    return ExportedAccounts(rows, note)


def list_exports(desk: Desk, actor: Actor, limit: int = 50) -> tuple[Export, ...]:
    """What left the actor's body and those below, newest first; for whoever approves exports, or audits.

    Raises NotAllowed for anybody else.
    """
    with looking(desk, actor, "export.list", Subject("organisation", actor.organisation)) as look:
        own = Scope(actor.organisation)
        permissions, tree = look.rules.access.permissions, look.tree()
        if not can_do(actor, Action.AUDIT_READ, tree, permissions, own):
            look.check(Action.EXPORT_APPROVE, own)
        bodies = (actor.organisation, *bodies_below(look.unit.records(Organisation), actor.organisation))
        query = Query(within={"organisation": bodies}, order_by="at_us", descending=True, limit=limit)
        return look.unit.records(Export).find(query).rows


def note_not_written(desk: Desk, actor: Actor, export: Export, why: str) -> Export:
    """Writes down that nothing left after all: the file could not be written. It counts towards no alarm."""
    subject = Subject("export", export.id)
    with acting(desk, actor, "export.fail", subject) as work:
        noted = work.unit.records(Export).get(export.id)
        if noted.actor != actor.id:
            raise NotFound(f"there is no {export.id}, or you may not see it")
        failed = work.unit.records(Export).save(replace(noted, failed=why))
        work.unit.audit.append(done(actor, work.now_us, "export.fail", subject, reason=why))
        return failed


def _rows_of(work: Work, case: str) -> Iterator[ExportedAccount]:
    facts = work.unit.records(Fact)
    if case:
        # A clue that another body works on is in the case too; its facts are that body's to give out.
        may = Sight(work.unit, work.actor, work.rules.access.permissions, Action.EXPORT)
        on_case = every(work.unit.records(Clue), Query(equals={"case_id": case}))
        clues = tuple(clue for clue in on_case if may.sees_whole(clue))
        yield from _standing(facts.get_many(one for clue in clues for one in clue.facts), {c.id: case for c in clues})
        return
    found = tuple(every(facts, Query(equals={"organisation": work.actor.organisation}, order_by="verified_at_us")))
    cases = {clue.id: clue.case for clue in work.unit.records(Clue).get_many({fact.clue for fact in found})}
    yield from _standing(found, cases)


def _standing(facts: Iterable[Fact], cases: dict[str, str]) -> Iterator[ExportedAccount]:
    return (ExportedAccount(fact, cases.get(fact.clue, "")) for fact in facts if fact.withdrawn_at_us is None)


def _person_of(row: ExportedAccount) -> ExportedPerson:
    return ExportedPerson(Named(row.fact.fields.holder_name, account=row.fact.fields.account).key, row.case)
