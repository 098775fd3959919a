"""全面核查涉案两卡: each number of an entry is compared at once with everything known; what is found becomes a clue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from fanzha.access import Action
from fanzha.casework import (
    OPEN_STAGES,
    AccountName,
    Channel,
    Clue,
    ClueKind,
    Contact,
    Fact,
    Report,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    reporter_keys,
)
from fanzha.casework.events import EventKind, work_event
from fanzha.casework.openings import Opening
from fanzha.casework.operations import Identifier, IdentifierKind, Operation, OperationResult, ResultDraft
from fanzha.core.actor import MACHINE, Actor, Level, Organisation
from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.measures.model import Measure
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import LIMIT_MAX, Query
from fanzha.services.desk.acting import Look, Work
from fanzha.services.desk.keeping_operations import keep_result, standing_of
from fanzha.services.desk.listing import every
from fanzha.services.desk.open_record import WORDS
from fanzha.services.desk.receive_report import take_in
from fanzha.services.desk.search_records import status_of
from fanzha.services.desk.sight import Sight, case_of
from fanzha.tracing.runs import TraceRun

LEDGER: Final = "ledger"
TRACE: Final = "trace"
_LINES: Final = frozenset({IdentifierKind.PHONE, IdentifierKind.ICCID, IdentifierKind.IMSI})
_SHORT: Final = 4  # characters; anything shorter names nothing


@dataclass(frozen=True, slots=True)
class Known:
    """A number, and a record of whichever body that has it; None: the ledger has a movement of it."""

    number: Identifier
    record: Any | None


@dataclass(frozen=True, slots=True)
class NumberMatch:
    """Something known that has the number, as it is told; of what may not be seen only which body to ask."""

    number: Identifier
    kind: str  # of the record; `ledger`: statements have a movement of it
    organisation: str = ""
    id: str = ""
    case: str = ""
    status: str = ""


def known_of(look: Look, draft: ResultDraft, operation: str) -> tuple[Known, ...]:
    """What has the numbers of an entry: reports, clues, facts, measures, traces, openings, other operations, the ledger."""
    found: dict[tuple[Identifier, str], Known] = {}
    for number in draft.identifiers:
        if len(number.value) < _SHORT:
            continue
        for kind, query in _asked(number):
            for record in look.unit.records(kind).find(replace(query, limit=LIMIT_MAX)).rows:
                if not isinstance(record, OperationResult) or record.operation != operation:
                    found.setdefault((number, record.id), Known(number, record))
        if _in_ledger(look, number):
            found[number, ""] = Known(number, None)
    return tuple(found.values())


def _asked(number: Identifier) -> Iterator[tuple[type[Any], Query]]:
    """By which lists a number of its kind is found; a seizure has thousands, and what can hold none is not asked."""
    value = number.value
    yield Clue, Query(equals={"subject": value})
    yield Measure, Query(equals={"account": value})
    yield OperationResult, Query(mentions={"number": value})
    yield Opening, Query(mentions={"number": value})
    if number.kind is IdentifierKind.ACCOUNT:
        yield Fact, Query(equals={"account": value})
        for kind in (Report, ReturnProcedure, TraceRun):
            yield kind, Query(mentions={"account": value})
    if number.kind is IdentifierKind.PHONE:
        for key in sorted(reporter_keys(value), key=str):
            yield Report, Query(mentions={"look_up": f"{key.sign}:{key.sha256}"})


def _in_ledger(look: Look, number: Identifier) -> bool:
    if look.account_facts is None or number.kind is not IdentifierKind.ACCOUNT:
        return False
    facts = look.account_facts.facts_about(number.value, "", DEFAULT_CURRENCY, look.now_us)
    return facts.last_movement_us is not None


def told_matches(look: Look, known: Iterable[Known]) -> tuple[NumberMatch, ...]:
    """The same as the actor may know it: what he may search for but not see tells only which body to ask."""
    see = Sight(look.unit, look.actor, look.rules.access.permissions)
    search = Sight(look.unit, look.actor, look.rules.access.permissions, Action.SEARCH)
    told: dict[NumberMatch, None] = {}
    for one in known:
        record = one.record
        if record is None:
            told[NumberMatch(one.number, LEDGER)] = None
            continue
        word = TRACE if isinstance(record, TraceRun) else WORDS[type(record)]
        if see.sees(record):
            match = NumberMatch(one.number, word, record.organisation, record.id, case_of(record), status_of(record))
            told[match] = None
        elif search.sees_whole(record):
            told[NumberMatch(one.number, word, record.organisation)] = None
    return tuple(told)


def draft_clues(work: Work, operation: Operation, result: OperationResult, known: Sequence[Known]) -> tuple[str, ...]:
    """A clue for each body that knows one of the numbers, in its own queue, with the entry as its source.

    So a body learns what was found of its case, and who seized the thing learns nothing that is not his to know. A body
    that checks such a clue already gets no second one; what the ledger or a table of openings alone has goes to the body
    that leads: where a card was opened is its own to trace 一案双查.
    """
    numbers: dict[str, dict[Identifier, None]] = {}
    for one in known:
        is_nobodys = one.record is None or isinstance(one.record, Opening)
        body = operation.organisation if is_nobodys else _checking_body(work, one.record, operation)
        numbers.setdefault(body, {})[one.number] = None
    clues = [clue for body, its in sorted(numbers.items()) for clue in _clues_at(work, body, operation, result, its)]
    return tuple(dict.fromkeys(clues))


def match_later(work: Work, openings: Iterable[Opening]) -> None:
    """What was seized before is compared with openings that come now, by the same rule as what is seized now.

    A number that stands in an entry gives a clue to the body that leads the operation; the entry names it from then on.
    """
    found: dict[str, tuple[OperationResult, list[Known]]] = {}
    for opening in openings:
        for value in opening.numbers:
            if len(value) < _SHORT:
                continue
            for result in every(work.unit.records(OperationResult), Query(mentions={"number": value})):
                known = [Known(one, opening) for one in result.draft.identifiers if one.value == value]
                found.setdefault(result.id, (result, []))[1].extend(known)
    for result, known in found.values():
        if known and not result.corrects:
            _tell_later(work, result, known)


def _tell_later(work: Work, result: OperationResult, known: Sequence[Known]) -> None:
    work.unit.hold(f"operation:{result.operation}")
    held = work.unit.records(OperationResult).get(result.id)
    if standing_of(work, held).net <= 0:
        return
    operation = work.unit.records(Operation).get(held.operation)
    clues = tuple(dict.fromkeys((*held.clues, *draft_clues(work, operation, held, known))))
    if clues != held.clues:
        event = work_event(
            EventKind.OPERATION_NUMBERS_MATCHED, operation.id, MACHINE, work.now_us, work.ids,
            result=held.id, clues=len(clues) - len(held.clues),
        )  # fmt: skip
        keep_result(work, replace(held, clues=clues), (event,))


def _checking_body(work: Work, record: Any, operation: Operation) -> str:
    """The body whose record it is; the one that leads, where that is a partner, who checks no clues."""
    owner = next(iter(work.unit.records(Organisation).get_many((record.organisation,))), None)
    return operation.organisation if owner is None or owner.level is Level.PARTNER else owner.id


def _clues_at(
    work: Work, body: str, operation: Operation, result: OperationResult, numbers: Iterable[Identifier]
) -> Iterator[str]:
    new: list[Identifier] = []
    for number in numbers:
        held = _open_clue(work, body, number.value)
        if held:
            yield held
        else:
            new.append(number)
    if new:
        owner = work.unit.records(Organisation).get(body)
        machine = Actor(MACHINE.id, body, owner.level, MACHINE.roles, MACHINE.display_name)
        report = take_in(work, _report_of(operation, result, new, owner), machine)
        for clue in every(work.unit.records(Clue), Query(mentions={"report": report.id})):
            yield clue.id


def _open_clue(work: Work, body: str, subject: str) -> str:
    """An unfinished clue of the body about the number; empty where it has none."""
    stages = tuple(stage.value for stage in OPEN_STAGES)
    own = {"subject": subject, "organisation": body, "merged_into": ""}
    found = work.unit.records(Clue).find(Query(equals=own, within={"stage": stages}, limit=1)).rows
    return found[0].id if found else ""


def _report_of(
    operation: Operation, result: OperationResult, numbers: Sequence[Identifier], body: Organisation
) -> ReportDraft:
    """系统发现: what was seized in which operation; by its source reference a clue leads back to the entry."""
    accounts = [one for one in numbers if one.kind is IdentifierKind.ACCOUNT]
    others = [one for one in numbers if one.kind is not IdentifierKind.ACCOUNT]
    return ReportDraft(
        Channel.SYSTEM,
        Reporter(ReporterKind.SYSTEM),
        "专项行动缴获物品，号码与本单位已有记录一致。"
        f"行动 {operation.id}，牵头单位 {operation.organisation}，战果条目 {result.id}",
        jurisdiction=body.jurisdiction,
        payments=tuple(ReportedPayment("", "", AccountName(one.value)) for one in accounts),
        contacts=tuple(Contact(ClueKind.LINE if one.kind in _LINES else ClueKind.OTHER, one.value) for one in others),
        source_reference=result.id,
    )
