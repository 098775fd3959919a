"""A record is opened: behind the mask, or revealed for a purpose that is written down before anything is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic

from fanzha.access import Action, CaseTie, Field, Purpose, Reveal, bind_purpose, make_reveal
from fanzha.audit import AuditEvent, Subject, done
from fanzha.casework import Case, Clue, Fact, HandOver, Report, Series, Task
from fanzha.casework.errand_model import Errand
from fanzha.casework.governance import ControlledAccount, Meeting
from fanzha.casework.indicators import Indicator
from fanzha.casework.objections import ListingObjection
from fanzha.casework.openings import Opening
from fanzha.casework.operations import Campaign, Operation, OperationResult, ResultKind
from fanzha.casework.publicity import PublicityEntry
from fanzha.core.actor import Actor
from fanzha.measures.appeals import Appeal
from fanzha.measures.model import Measure
from fanzha.measures.orders import Incident
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import LIMIT_MAX, Query
from fanzha.ports.work_store import Kept
from fanzha.services.desk.acting import Look, Work, acting, looking
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.persons import Named, one_each, persons_in
from fanzha.services.desk.sight import Sight

# What the audit calls a record of each kind.
WORDS: Final[Mapping[type[Any], str]] = {
    Report: "report", Clue: "clue", Fact: "fact", Case: "case", Task: "task", HandOver: "hand_over",
    Errand: "errand",
    Measure: "measure", Appeal: "appeal", Incident: "incident", ReturnProcedure: "return",
    Indicator: "indicator", ListingObjection: "listing_objection",
    PublicityEntry: "publicity", Opening: "opening", Meeting: "meeting", ControlledAccount: "control",
    Campaign: "campaign", Operation: "operation", OperationResult: "result",
}  # fmt: skip

CASES_MAX: Final = 50  # of an operation, whose persons are hidden by name; others by the form of their numbers


@dataclass(frozen=True, slots=True)
class Opened(Generic[Kept]):
    """A record, and the mask through which its persons are shown."""

    record: Kept
    mask: Mask
    purpose: Purpose | None = None  # of the reveal; None behind the mask


def open_record(
    desk: Desk,
    actor: Actor,
    kind: type[Kept],
    record_id: str,
    *,
    reveal: bool = False,
    case: str = "",
    reason: str = "",
) -> Opened[Kept]:
    """The record that the actor may see, with its mask on; lifted where he asks for it and a purpose binds it.

    On his own open case the purpose is that case by itself; elsewhere he names a case and a reason.

    Raises NotFound when it is not there or may not be seen, NotAllowed when there is no purpose for the reveal.
    """
    word = WORDS.get(kind, kind.__name__.lower())
    subject = Subject(word, record_id)
    if not reveal:
        with looking(desk, actor, f"{word}.see", subject) as look:
            record = shown_to(look, look.load(kind, record_id, Action.SEE))
            return Opened(record, Mask(desk.rules.access.masks, names=_names_around(look, (record,))))
    with acting(desk, actor, f"{word}.reveal", subject) as work:
        record = shown_to(work, work.load(kind, record_id, Action.SEE))
        purpose = purpose_of(work, record, case, reason)
        write_reveals(work, subject, persons_of(work, record), purpose)
    return Opened(record, Mask(desk.rules.access.masks, lifted=True), purpose)


def mask_for(desk: Desk, actor: Actor, records: Iterable[Any]) -> Mask:
    """The mask of records that the actor has at hand: free texts hide whom these and their cases name, too."""
    with desk.store.reading() as view:
        return Mask(desk.rules.access.masks, names=_names_around(Look(desk, view, actor), records))


def purpose_of(work: Work, record: Any, case: str, reason: str) -> Purpose:
    """What a reveal of the record is for. Raises NotAllowed when it is for nothing, NotFound for a case not seen."""
    scope = work.scope_of(record)
    own = work.case_of(record)
    named = work.load(Case, case, Action.SEE) if case else None
    concerned = (scope.organisation,) if named is None else (scope.organisation, named.organisation)
    return bind_purpose(
        work.actor, work.rules.access, work.tree(*concerned), scope,
        record_case=_tie_of_errand(record, own) if isinstance(record, Errand) else None if own is None else tie_of(own),
        named_case=None if named is None else tie_of(named),
        reason=reason,
    )  # fmt: skip


def tie_of(case: Case) -> CaseTie:
    """Of a case, what a purpose is bound to."""
    return CaseTie(case.id, case.organisation, case.workers, case.is_open)


def _tie_of_errand(errand: Errand, case: Case | None) -> CaseTie:
    """What is asked cannot be done behind a mask: whoever has it in hand needs no further purpose, while it is open."""
    at_work = (errand.sent_by, errand.officer) if errand.is_open else ()
    workers, is_open = ((), False) if case is None else (case.workers, case.is_open)
    officers = tuple(one for one in (*at_work, *workers) if one)
    return CaseTie(errand.case or errand.id, errand.organisation, officers, errand.is_open or is_open)


def write_reveals(work: Work, subject: Subject, persons: Sequence[Named], purpose: Purpose) -> None:
    """Writes down who is about to be shown: a reveal for each person, or one for the record where it names nobody."""
    shown: dict[str, tuple[Field, ...]] = {}
    for person in persons:
        shown[person.key] = (*shown.get(person.key, ()), *person.shown)
    rules, ids = work.rules.access, work.ids
    reveals = [
        make_reveal(purpose, subject.id, person, fields, rules, work.actor, work.now_us, ids)
        for person, fields in (shown or {subject.id: tuple(Field)}).items()
    ]
    for reveal in reveals:
        work.unit.records(Reveal).add(reveal)
    seen = sorted({field for one in reveals for field in one.fields})
    work.unit.audit.append(
        done(
            work.actor, work.now_us, f"{subject.kind}.reveal", subject, case=purpose.case, reason=purpose.reason,
            details={"persons": len(reveals), "fields": " ".join(seen), "by_itself": purpose.by_itself},
        )
    )  # fmt: skip


def shown_to(look: Look, record: Kept) -> Kept:
    """The record, or what a partner is told of a measure that was sent to it."""
    shown: Kept = Sight(look.unit, look.actor, look.rules.access.permissions).shown(record)
    return shown


def _names_around(look: Look, records: Iterable[Any]) -> tuple[str, ...]:
    """Everybody's name who may stand in a free text of these records: a reason, a comment, the name of a file."""
    found: list[Named] = []
    cases: dict[str, Case] = {}
    for record in _with_subjects(look, records):
        found += persons_in(record)
        members = (member.case for member in record.members) if isinstance(record, Series) else ()
        own = look.case_of(record)
        suspects, concerned = _of_operations(look, record)
        found += [named for one in suspects for named in persons_in(one)]
        around = (*look.unit.records(Case).get_many((*members, *concerned)), *(() if own is None else (own,)))
        cases |= {case.id: case for case in around}
    return _names([*found, *(named for case in cases.values() for named in persons_of(look, case))])


def _of_operations(look: Look, record: Any) -> tuple[tuple[OperationResult, ...], tuple[str, ...]]:
    """The suspects of the operations that a record is of, and their cases; none where it is of no operation."""
    operations: tuple[str, ...] = ()
    match record:
        case Campaign():
            held = look.unit.records(Operation).find(Query(equals={"campaign": record.id}, limit=LIMIT_MAX)).rows
            operations = tuple(one.id for one in held)
        case Operation():
            operations = (record.id,)
        case OperationResult() | Task() if record.operation:
            operations = (record.operation,)
    if not operations:
        return (), ()
    asked = Query(within={"operation": operations}, equals={"kind": ResultKind.SUSPECT.value}, limit=LIMIT_MAX)
    suspects = look.unit.records(OperationResult).find(asked).rows
    cases = [case for one in look.unit.records(Operation).get_many(operations) for case in one.cases]
    cases += [one.draft.suspect.case for one in suspects if one.draft.suspect is not None and one.draft.suspect.case]
    return suspects, tuple(dict.fromkeys(cases))[:CASES_MAX]


def _with_subjects(look: Look, records: Iterable[Any]) -> Iterator[Any]:
    """The records, and in place of what the audit tells of others those that it tells of, each once."""
    kinds = {word: kind for kind, word in WORDS.items()}
    told: dict[type[Any], set[str]] = {}
    for record in records:
        if not isinstance(record, AuditEvent):
            yield record
            continue
        told.setdefault(Case, set()).add(record.case)
        if record.subject_kind in kinds:
            told.setdefault(kinds[record.subject_kind], set()).add(record.subject_id)
    for kind, ids in told.items():
        yield from look.unit.records(kind).get_many(sorted(ids))


def persons_of(look: Look, record: Any) -> tuple[Named, ...]:
    """Whom the record names; a case names whom its reports, clues, facts and measures name.

    Of a thousand of a kind: whoever stands behind them is masked by the form of his number, not by his name.
    """
    if not isinstance(record, Case):
        return persons_in(record)
    of_case, view = Query(equals={"case_id": record.id}, limit=LIMIT_MAX), look.unit
    clues = view.records(Clue).find(of_case).rows
    parts: tuple[Any, ...] = (
        *view.records(Report).find(of_case).rows,
        *clues,
        *view.records(Fact).get_many(fact for clue in clues for fact in clue.facts),
        *view.records(Measure).find(of_case).rows,
    )
    return one_each(named for part in parts for named in persons_in(part))


def _names(persons: Sequence[Named]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person.name for person in persons if person.name))
