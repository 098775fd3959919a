"""A number or an id is looked for in every kind of record; the words are kept, since they are what was asked.

A hit that may be searched for but not seen tells only that there is something, and whom to ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from fanzha.access import Action, Scope, log_search
from fanzha.audit import Subject, done
from fanzha.casework import Case, Clue, Fact, Report, Task, reporter_keys
from fanzha.casework.governance import ControlledAccount, Meeting
from fanzha.casework.openings import Opening
from fanzha.casework.operations import Campaign, Operation, OperationResult
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.core.identifiers import plain_identifier
from fanzha.core.reasons import is_reason
from fanzha.measures.appeals import Appeal
from fanzha.measures.model import Measure
from fanzha.measures.orders import Incident
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import LIMIT_MAX, Query
from fanzha.services.desk.acting import Look, Work, acting
from fanzha.services.desk.find_report import acknowledgement_of
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_record import WORDS
from fanzha.services.desk.sight import Sight

TERMS_MIN: Final = 4  # characters; anything shorter is in everything
ACTION: Final = "record.search"


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found; of what may not be seen the kind and the body alone."""

    kind: str
    organisation: str
    id: str = ""
    case: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, and under which number it was written down."""

    search: str
    hits: tuple[Hit, ...]
    purposed: bool = True  # False: nothing was said of records that the actor may not see, whether there are any or not


def search_records(desk: Desk, actor: Actor, terms: str, *, case: str = "", reason: str = "") -> Found:
    """Every record of this account, line, site or reporter's number, or of this id or acknowledgement, exactly.

    That there is something which the actor may not see he is told for a case, or a reason that the audit keeps.

    Raises NotAllowed when the actor's roles search nothing, BadInput for too short a text, NotFound for a case that
    the actor may not see.
    """
    wanted = plain_identifier(terms)
    if len(wanted) < TERMS_MIN:
        raise BadInput(f"search for at least {TERMS_MIN} characters: a whole number, or an id")
    purposed = bool(case) or is_reason(reason)
    with acting(desk, actor, ACTION, Subject("search", "")) as work:
        check_may_search(work, case)
        see = Sight(work.unit, actor, work.rules.access.permissions)
        search = Sight(work.unit, actor, work.rules.access.permissions, Action.SEARCH)
        hits: dict[Hit, None] = {}
        for record in _matching(work, wanted):
            word = WORDS[type(record)]
            if see.sees(record):
                owner = work.case_of(record)
                hits[Hit(word, record.organisation, record.id, owner.id if owner else "", status_of(record))] = None
            elif purposed and search.sees_whole(record):
                hits[Hit(word, record.organisation)] = None
        entry = write_search(work, terms, len(hits), case, reason)
    return Found(entry, tuple(hits), purposed)


def check_may_search(work: Work, case: str) -> None:
    """Raises NotAllowed when the actor's roles search nothing, NotFound for a case that he may not see."""
    work.check(Action.SEARCH, Scope(work.actor.organisation))
    if case:
        work.load(Case, case, Action.SEE)


def write_search(work: Work, terms: str, hits: int, case: str, reason: str = "") -> str:
    """Writes the search down: its words in the records, where an auditor reads them; in the audit only that it was."""
    entry = log_search(terms, hits, work.actor, work.now_us, work.ids, case=case)
    work.unit.records(type(entry)).add(entry)
    work.unit.audit.append(
        done(
            work.actor,
            work.now_us,
            ACTION,
            Subject("search", entry.id),
            case=case,
            reason=reason,
            details={"hits": hits},
        )
    )
    return entry.id


def status_of(record: Any) -> str:
    """Where a record stands, in one word; empty where it has none."""
    return str(getattr(record, "status", "") or getattr(record, "stage", ""))


def _matching(look: Look, wanted: str) -> Iterator[Any]:
    view = look.unit
    asked: tuple[tuple[type[Any], Query], ...] = (
        (Report, Query(mentions={"account": wanted})),
        (Report, Query(equals={"acknowledgement": acknowledgement_of(wanted) or wanted})),
        (Clue, Query(equals={"subject": wanted})),
        (Fact, Query(equals={"account": wanted})),
        (Measure, Query(equals={"account": wanted})),
        (Measure, Query(mentions={"order": wanted})),
        (ReturnProcedure, Query(mentions={"account": wanted})),
        (ReturnProcedure, Query(equals={"decision": wanted})),
        (OperationResult, Query(mentions={"number": wanted})),
        (ControlledAccount, Query(equals={"account": wanted})),
        (Opening, Query(mentions={"number": wanted})),
        *(
            (Report, Query(mentions={"look_up": f"{key.sign}:{key.sha256}"}))
            for key in sorted(reporter_keys(wanted), key=str)
        ),
    )
    for kind, query in asked:
        yield from view.records(kind).find(replace(query, limit=LIMIT_MAX)).rows
    kinds: tuple[type[Any], ...] = (
        *(Report, Clue, Fact, Case, Task, Measure, Appeal, Incident, ReturnProcedure),
        *(Campaign, Operation, OperationResult, Meeting, ControlledAccount, Opening),
    )
    for each in kinds:
        yield from view.records(each).get_many((wanted,))
