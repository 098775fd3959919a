"""A file leaves the desk with persons in it: they are counted, alarmed where it is much, and the file is marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fanzha.access import (
    Action,
    AlarmAction,
    Export,
    ExportAlarm,
    ExportedPerson,
    Purpose,
    Scope,
    check_do,
    make_export,
    watermark_text,
)
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.measures.orders import Incident, IncidentKind
from fanzha.ports.record_query import Query, Range
from fanzha.ports.work_tables import worker_at
from fanzha.services.desk.acting import Work
from fanzha.services.desk.listing import every
from fanzha.services.desk.persons import Named

ADDRESSED: Final = "addressed"  # in place of a case: who was named to the exporter's own body, from outside
LOUD: Final = frozenset({AlarmAction.NOTIFY, AlarmAction.SECOND_PERSON})  # what somebody else is to look into


@dataclass(frozen=True, slots=True)
class ExportNote:
    """What was written down of an export, what it raised, and the line that stands on whatever leaves."""

    export: Export
    alarm: ExportAlarm | None
    watermark: str
    watermark_outside: str  # for papers that leave the office, where nobody knows the desk's own case


def note_revealed(
    work: Work, what: str, record: Any, persons: Iterable[Named], purpose: Purpose, *, approver: Actor | None = None
) -> ExportNote:
    """Writes a file down that shows a record's persons without their mask; each is counted in the record's own case.

    purpose: of the reveal, which is written down beside it. Raises NotAllowed as `note_export` does.
    """
    counted = counted_persons(work, record, persons)
    return note_export(work, what, counted, purpose.reason, case=purpose.case, approver=approver)


def counted_persons(work: Work, record: Any, persons: Iterable[Named]) -> list[ExportedPerson]:
    """The record's persons, each in its case; of what was sent to the exporter's body, as sent there."""
    scope, case = work.scope_of(record), work.case_of(record)
    place = "" if case is None else case.id
    if scope.organisation != work.actor.organisation and work.actor.organisation in scope.addressed_to:
        place = ADDRESSED
    return [ExportedPerson(person.key, place) for person in persons]


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

    An alarm that asks for more than a line in the audit becomes an incident of the exporter's body, for somebody else.

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
        what, persons, _own_cases(work) | {ADDRESSED}, earlier, rules, actor, work.now_us, work.ids,
        approved_by="" if approver is None else approver.id,
    )  # fmt: skip
    work.unit.records(Export).add(export)
    subject = Subject("export", export.id)
    said: dict[str, DetailValue] = {
        "what": what, "outside": len(export.outside), "inside": export.inside_count, "approved": export.approved_by,
    }  # fmt: skip
    work.unit.audit.append(done(actor, work.now_us, "export.make", subject, case=case, reason=reason, details=said))
    if alarm is not None:
        _sound(work, export, alarm, case)
    return ExportNote(
        export,
        alarm,
        watermark_text(actor, work.now_us, export.id, case),
        watermark_text(actor, work.now_us, export.id),
    )


def _sound(work: Work, export: Export, alarm: ExportAlarm, case: str) -> None:
    said: dict[str, DetailValue] = {
        "action": alarm.action.value, "distinct": alarm.distinct, "crossed": alarm.crossed[-1],
    }  # fmt: skip
    if alarm.action in LOUD:
        sentence = (
            f"{export.actor} took {export.what} out, {export.id}: {alarm.distinct} persons outside his own cases "
            "within the window; ask him what for (fanzha account exports)"
        )
        incident = Incident(
            work.ids.new("INC"), 0, export.organisation, IncidentKind.MUCH_EXPORTED, sentence, work.now_us,
            export=export.id,
        )  # fmt: skip
        work.unit.records(Incident).add(incident)
        said["incident"] = incident.id
    subject = Subject("export", export.id)
    work.unit.audit.append(done(work.actor, work.now_us, "export.alarm", subject, case=case, details=said))


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
