"""A list leaves the desk as a file: written down with the persons in it, marked, and alarmed when it is much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from fanzha.access import (
    Action,
    Export,
    ExportAlarm,
    ExportedPerson,
    Scope,
    can_do,
    check_do,
    make_export,
    watermark_text,
)
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import Case, Clue, Fact
from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.ports.record_query import Query, Range
from fanzha.ports.work_tables import worker_at
from fanzha.services.desk.acting import Work, acting, looking
from fanzha.services.desk.bodies import bodies_below
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.persons import Named
from fanzha.services.desk.sight import Sight


@dataclass(frozen=True, slots=True)
class ExportNote:
    """What was written down of an export, what it raised, and the line that stands on whatever leaves."""

    export: Export
    alarm: ExportAlarm | None
    watermark: str


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


def note_export(
    work: Work,
    what: str,
    persons: Sequence[ExportedPerson],
    reason: str,
    *,
    case: str = "",
    approver: Actor | None = None,
) -> ExportNote:
    """Writes an export down before anything leaves, and its alarm where it raises one.

    Raises NotAllowed when so many persons need a second person, and none who may approve it does.
    """
    actor, rules = work.actor, work.rules.access.export
    work.unit.hold(f"export:{actor.id}")  # two small ones at once are not counted apart
    if approver is not None:
        _check_approver(work, approver)
    window = Range(at_least=work.now_us - rules.window_us)
    told = every(work.unit.records(Export), Query(equals={"actor": actor.id}, ranges={"at_us": window}))
    earlier = [each for each in told if not each.failed]
    export, alarm = make_export(
        what, persons, _own_cases(work), earlier, rules, actor, work.now_us, work.ids,
        approved_by="" if approver is None else approver.id,
    )  # fmt: skip
    work.unit.records(Export).add(export)
    subject = Subject("export", export.id)
    said: dict[str, DetailValue] = {
        "what": what, "outside": len(export.outside), "inside": export.inside_count, "approved": export.approved_by,
    }  # fmt: skip
    work.unit.audit.append(done(actor, work.now_us, "export.make", subject, case=case, reason=reason, details=said))
    if alarm is not None:
        loud: dict[str, DetailValue] = {
            "action": alarm.action.value,
            "distinct": alarm.distinct,
            "crossed": alarm.crossed[-1],
        }
        work.unit.audit.append(done(actor, work.now_us, "export.alarm", subject, case=case, details=loud))
    return ExportNote(export, alarm, watermark_text(actor, work.now_us, export.id, case))


def _check_approver(work: Work, approver: Actor) -> None:
    if approver.id == work.actor.id:
        raise NotAllowed("export.second_person", f"{approver.id} exports it: somebody else must approve")
    tree = work.tree(approver.organisation)
    scope = Scope(work.actor.organisation)
    check_do(approver, Action.EXPORT_APPROVE, tree, work.rules.access.permissions, scope)


def _own_cases(work: Work) -> frozenset[str]:
    """The open cases that the actor works on: what is in them is no alarm."""
    cases = work.unit.records(Case)
    mine = (Query(mentions={"worker_at": one}) for one in cases.mentioned("worker_at", worker_at(work.actor.id)))
    return frozenset(case.id for query in mine for case in every(cases, query) if case.is_open)


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
