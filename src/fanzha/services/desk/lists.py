"""The desk's lists, each in the order in which an officer works it off, of what the actor may see and nothing else.

Who may see nothing gets an empty page; one that is asked for by a case, measure, officer or body that is not there is
refused, in the words of what may not be seen. An account or an institution is no record: what is asked for by one that
nobody knows is empty like what is not yours to see, and `nothing_matches` says so. No list says how many records there are.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from fanzha.access import Action, Person
from fanzha.casework import OPEN_STAGES, Case, CaseStatus, Clue, ClueStage, Report, ReportStatus, Task, TaskStatus
from fanzha.casework.errand_model import OPEN_ERRANDS, Errand, ErrandStatus
from fanzha.casework.governance import ControlledAccount, ControlState, Meeting, MeetingStatus
from fanzha.casework.openings import Opening, OpeningKind
from fanzha.casework.operations import Campaign, CampaignStatus, Operation, OperationStatus
from fanzha.casework.publicity import PublicityEntry, PublicityKind
from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import BadInput, NotFound
from fanzha.core.identifiers import doubt_about, plain_identifier
from fanzha.measures.appeals import Appeal, AppealStatus
from fanzha.measures.lifecycle import ENDED, HOLDING, OPEN, Status
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.orders import Incident
from fanzha.measures.policy import can_approve_renewal, can_countersign, can_decide
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import LIMIT_MAX, Page, Query, Range
from fanzha.ports.record_table import NEVER_US, RecordTable
from fanzha.ports.work_store import Kept, WorkView
from fanzha.ports.work_tables import (
    APPEALS,
    AWAITED,
    CAMPAIGNS,
    CASES,
    CLUES,
    CONTROLS,
    ERRANDS,
    INCIDENTS,
    MEASURES,
    MEETINGS,
    OPENINGS,
    OPERATIONS,
    PUBLICITY,
    REPORTS,
    RETURNS,
    TASKS,
)
from fanzha.services.desk.clue_queue import ClueQueue
from fanzha.services.desk.list_pages import Stretch, Walk, page_of
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight, case_of

INCIDENT_OPEN: Final = "open"
_INCIDENT_STATES: Final = (INCIDENT_OPEN, "closed")
# By which key or term each list finds what is wanted; `term:` marks a term.
_FILTERS: Final[Mapping[str, Mapping[str, str]]] = {
    "reports": {"case": "case_id", "account": "term:account"},
    "clues": {"case": "case_id", "officer": "officer", "account": "subject"},
    "cases": {"case": "id", "officer": "term:beside"},
    "measures": {"case": "case_id", "account": "account", "institution": "institution"},
    "returns": {"case": "case_id", "account": "term:account"},
    "incidents": {"measure": "measure"},
    "appeals": {"measure": "measure"},
    "errands": {"case": "case_id", "officer": "officer"},
    "tasks": {"case": "case_id", "officer": "officer"},
    "operations": {"case": "term:case", "officer": "term:member", "campaign": "campaign"},
    "campaigns": {},
    "meetings": {},
    "publicity": {},
    "openings": {"account": "term:number", "institution": "institution"},
    "controls": {"case": "case_id", "account": "account", "measure": "measure"},
}
_NARROW: Final = frozenset(
    {"case", "account", "officer", "measure", "campaign"}
)  # so few that each is looked at by itself
_DONE_ONCE: Final = (MeasureKind.QUERY.value, MeasureKind.RETURN.value)  # carried out and without an end, they are over
_LASTING: Final = tuple(sorted(kind.value for kind in MeasureKind if kind not in _DONE_ONCE))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWanted:
    """What of a list is wanted; what is empty asks for everything. A cursor holds for the same wishes only."""

    status: tuple[str, ...] = ()  # of a clue its stage, of an incident open or closed
    organisation: str = ""
    officer: str = ""  # clues and tasks: who has them; cases: who works on them
    case: str = ""
    account: str = ""
    institution: str = ""  # measures: the bank that was told; openings: where it was opened
    outlet: str = ""  # openings
    kind: tuple[str, ...] = ()  # measures
    measure: str = ""  # incidents
    campaign: str = ""  # operations
    matter: str = ""  # errands: of joint governance
    risk: str = ""  # accounts under control: of this class
    due_before_us: int | None = None  # measures and tasks: only what falls due before
    limit: int = 50
    cursor: str | None = None


class Reading:
    """One actor who reads at one moment of the store; several lists on one reading show the same moment."""

    def __init__(self, desk: Desk, view: WorkView, actor: Actor) -> None:
        self.view, self.actor, self.rules = view, actor, desk.rules
        self.now_us = desk.clock.now_us()
        self.sight = Sight(view, actor, desk.rules.access.permissions)

    # --- lists --------------------------------------------------------------------------------------------------------

    def reports(self, wanted: ListWanted) -> Page[Report]:
        """Newest first."""
        statuses = _chosen(wanted, REPORTS, ReportStatus, ReportStatus) if wanted.status else ()
        query = _newest("received_at_us", status=statuses)
        return page_of([self._walk(REPORTS, wanted, query)], wanted.limit, wanted.cursor)

    def clues(self, wanted: ListWanted) -> Page[Clue]:
        """What is to be checked first by money still recoverable and time left, then what was checked, newest first."""
        opened = _chosen(wanted, CLUES, ClueStage, OPEN_STAGES)
        over = _chosen(wanted, CLUES, ClueStage, frozenset(ClueStage) - OPEN_STAGES)
        stretches: list[Stretch[Clue]] = []
        if opened:
            newest = self._walk(CLUES, wanted, _newest("received_at_us", stage=opened))
            # A duplicate is worked off with the clue that it was merged into; on the page of its case it is shown.
            walk = newest if wanted.case else newest.without(lambda clue: bool(clue.merged_into))
            stretches.append(ClueQueue(walk, self.rules.casework.priority, self.now_us))
        if over:
            stretches.append(self._walk(CLUES, wanted, _newest("received_at_us", stage=over)))
        return page_of(stretches, wanted.limit, wanted.cursor)

    def cases(self, wanted: ListWanted) -> Page[Case]:
        """Newest first."""
        statuses = _chosen(wanted, CASES, CaseStatus, CaseStatus) if wanted.status or wanted.officer else ()
        query = _newest("opened_at_us", status=statuses)
        if wanted.account:
            ids = sorted(self._cases_with(plain_identifier(wanted.account)))
            query = replace(query, within={**query.within, "id": ids})
        return page_of([self._walk(CASES, wanted, query)], wanted.limit, wanted.cursor)

    def measures(self, wanted: ListWanted) -> Page[Measure]:
        """What stands or waits, next due first; then what is over, newest first."""
        due = Query(order_by="due_us", ranges=_due_before(wanted))
        over = replace(_newest("drafted_us"), ranges=_due_before(wanted))
        page = page_of(
            self._by_state(MEASURES, wanted, Status, (OPEN, due), (ENDED, over)), wanted.limit, wanted.cursor
        )
        return replace(page, rows=tuple(self.sight.shown(measure) for measure in page.rows))

    def holding(self, wanted: ListWanted) -> Page[Measure]:
        """What binds somebody now, next due first; then the queries that go on (dynamic ones)."""
        lasting, going_on = self._in_force(wanted, _LASTING), self._in_force(wanted, _DONE_ONCE, Range(below=NEVER_US))
        page = page_of(itertools.chain(lasting, going_on), wanted.limit, wanted.cursor)
        return replace(page, rows=tuple(self.sight.shown(measure) for measure in page.rows))

    def carried_out(self, wanted: ListWanted) -> Page[Measure]:
        """Queries that were answered and returns that were paid, of which nothing holds."""
        page = page_of(self._in_force(wanted, _DONE_ONCE, Range(at_least=NEVER_US)), wanted.limit, wanted.cursor)
        return replace(page, rows=tuple(self.sight.shown(measure) for measure in page.rows))

    def _in_force(
        self, wanted: ListWanted, kinds: tuple[str, ...], due: Range | None = None
    ) -> Iterator[Walk[Measure]]:
        query = Query(order_by="due_us", ranges={} if due is None else {"due_us": due})
        return self._by_state(MEASURES, replace(wanted, kind=kinds), Status, (HOLDING, query))

    def waiting(self, wanted: ListWanted) -> Page[Measure]:
        """Measures that the actor may sign now: proposals, what was begun first, renewals; what falls due first, first."""
        reach = Sight(self.view, self.actor, self.rules.access.permissions, Action.MEASURE_APPROVE)
        base = _narrowed(MEASURES, wanted, Query(order_by="due_us", within={"awaits": AWAITED}))
        walk = Walk(self.view, MEASURES, base, reach.parts(MEASURES, base), self._may_sign, self._know_bodies)
        return page_of([walk], wanted.limit, wanted.cursor)

    def returns(self, wanted: ListWanted) -> Page[ReturnProcedure]:
        """Newest first."""
        query = _newest("drafted_us", status=_chosen(wanted, RETURNS, ProcedureStatus, ProcedureStatus))
        return page_of([self._walk(RETURNS, wanted, query)], wanted.limit, wanted.cursor)

    def incidents(self, wanted: ListWanted) -> Page[Incident]:
        """Open ones first, the newest of them first."""
        _check_words(wanted.status, _INCIDENT_STATES, INCIDENTS)
        states = [state for state in _INCIDENT_STATES if not wanted.status or state in wanted.status]
        walks = [self._walk(INCIDENTS, wanted, _newest("at_us", state=(state,))) for state in states]
        return page_of(walks, wanted.limit, wanted.cursor)

    def appeals(self, wanted: ListWanted) -> Page[Appeal]:
        """Those that wait for an answer, the next due first; others only where they are asked for."""
        statuses = wanted.status or (AppealStatus.RECEIVED.value,)
        asked = replace(wanted, status=statuses)
        way = frozenset(AppealStatus), Query(order_by="due_us")
        return page_of(self._by_state(APPEALS, asked, AppealStatus, way), wanted.limit, wanted.cursor)

    def tasks(self, wanted: ListWanted) -> Page[Task]:
        """Open ones first, the next due of them first; then the others, the last due first."""
        due = Query(order_by="due_us", ranges=_due_before(wanted))
        opened, over = frozenset({TaskStatus.OPEN}), frozenset(TaskStatus) - {TaskStatus.OPEN}
        ways = (opened, due), (over, replace(due, descending=True))
        return page_of(self._by_state(TASKS, wanted, TaskStatus, *ways), wanted.limit, wanted.cursor)

    def errands(self, wanted: ListWanted) -> Page[Errand]:
        """What waits to be signed for or answered, the next due first; then what is over, newest first."""
        due = Query(order_by="due_us", ranges=_due_before(wanted))
        over = replace(_newest("sent_at_us"), ranges=_due_before(wanted))
        if wanted.case:  # with what was asked for the cases that were merged into it
            family = self._merged_into(wanted.case)
            due, over = (replace(query, within={"case_id": family}) for query in (due, over))
            wanted = replace(wanted, case="")
        ways = (OPEN_ERRANDS, due), (frozenset(ErrandStatus) - OPEN_ERRANDS, over)
        return page_of(self._by_state(ERRANDS, wanted, ErrandStatus, *ways), wanted.limit, wanted.cursor)

    def campaigns(self, wanted: ListWanted) -> Page[Campaign]:
        """Newest first."""
        query = _newest("opened_at_us", status=_chosen(wanted, CAMPAIGNS, CampaignStatus, CampaignStatus))
        return page_of([self._walk(CAMPAIGNS, wanted, query)], wanted.limit, wanted.cursor)

    def meetings(self, wanted: ListWanted) -> Page[Meeting]:
        """Those that are to come or were held, the latest first."""
        query = _newest("held_at_us", status=_chosen(wanted, MEETINGS, MeetingStatus, MeetingStatus))
        return page_of([self._walk(MEETINGS, wanted, query)], wanted.limit, wanted.cursor)

    def controls(self, wanted: ListWanted) -> Page[ControlledAccount]:
        """Those on the list, unless others are asked for; the newest first."""
        states = (
            _chosen(wanted, CONTROLS, ControlState, ControlState) if wanted.status else (ControlState.LISTED.value,)
        )
        query = _newest("listed_at_us", state=states)
        return page_of([self._walk(CONTROLS, wanted, query)], wanted.limit, wanted.cursor)

    def publicity(self, wanted: ListWanted) -> Page[PublicityEntry]:
        """What was done, the last first; status: its kind."""
        kinds = _chosen(wanted, PUBLICITY, PublicityKind, PublicityKind) if wanted.status else ()
        return page_of([self._walk(PUBLICITY, wanted, _newest("at_us", kind=kinds))], wanted.limit, wanted.cursor)

    def openings(self, wanted: ListWanted) -> Page[Opening]:
        """The last brought first; by number, institution or outlet."""
        kinds = _chosen(wanted, OPENINGS, OpeningKind, OpeningKind) if wanted.status else ()
        return page_of([self._walk(OPENINGS, wanted, _newest("brought_us", kind=kinds))], wanted.limit, wanted.cursor)

    def operations(self, wanted: ListWanted) -> Page[Operation]:
        """Newest first."""
        query = _newest("drafted_at_us", status=_chosen(wanted, OPERATIONS, OperationStatus, OperationStatus))
        return page_of([self._walk(OPERATIONS, wanted, query)], wanted.limit, wanted.cursor)

    # --- of what they are made ----------------------------------------------------------------------------------------

    def _by_state(
        self, table: RecordTable[Kept], wanted: ListWanted, words: type[StrEnum], *ways: tuple[frozenset[Any], Query]
    ) -> Iterator[Walk[Kept]]:
        for statuses, query in ways:
            chosen = _chosen(wanted, table, words, statuses)
            if chosen:
                yield self._walk(table, wanted, replace(query, within={**query.within, "status": chosen}))

    def _walk(self, table: RecordTable[Kept], wanted: ListWanted, query: Query) -> Walk[Kept]:
        """What of the list the actor may see: asked for so where it may be much, looked at one by one where it is few."""
        base = _narrowed(table, wanted, query)
        if any(getattr(wanted, name) for name in _NARROW):
            # Cases are an officer's own by their key, in an index in their order, or by a term if he works beside another.
            own = _own_by_key(base, wanted.officer) if table is CASES and wanted.officer else []
            return Walk(self.view, table, base, [base, *own], self.sight.sees)
        return Walk(self.view, table, base, self.sight.parts(table, base))

    def _cases_with(self, account: str) -> set[str]:
        """The cases in which the actor may see the account."""
        asked: tuple[tuple[RecordTable[Any], Query], ...] = (
            (REPORTS, Query(mentions={"account": account})),
            (CLUES, Query(equals={"subject": account})),
            (MEASURES, Query(equals={"account": account})),
        )
        found = (self.view.records(table.record).find(replace(query, limit=LIMIT_MAX)).rows for table, query in asked)
        return {case_of(record) for rows in found for record in rows if self.sight.sees_whole(record)} - {""}

    def _merged_into(self, case: str) -> tuple[str, ...]:
        found = [case]
        for one in found:
            merged = Query(equals={"merged_into": one}, limit=LIMIT_MAX)
            found += [member.id for member in self.view.records(Case).find(merged).rows]
        return tuple(found)

    def _know_bodies(self, measures: Sequence[Measure]) -> None:
        self.sight.know({measure.organisation for measure in measures})

    def _may_sign(self, measure: Measure) -> bool:
        lineage = self.sight.lineage(measure.organisation)
        asked = (measure, self.actor, lineage, self.rules.measures, self.now_us)
        return can_decide(*asked) or can_countersign(*asked) or can_approve_renewal(*asked)


def list_reports(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[Report]:
    """Reports, newest first.

    Raises BadInput when the list cannot be asked for so, NotFound when it is asked for by what is not there.
    """
    return _listed(desk, actor, wanted, Reading.reports)


def list_clues(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[Clue]:
    """Clues: what is to be checked first by money still recoverable × time left, then what was checked, newest first.

    Raises BadInput when the list cannot be asked for so, NotFound when it is asked for by what is not there.
    """
    return _listed(desk, actor, wanted, Reading.clues)


def list_cases(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[Case]:
    """Cases, newest first.

    Raises BadInput when the list cannot be asked for so, NotFound when it is asked for by what is not there.
    """
    return _listed(desk, actor, wanted, Reading.cases)


def list_returns(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[ReturnProcedure]:
    """Returns, newest first.

    Raises BadInput when the list cannot be asked for so, NotFound when it is asked for by what is not there.
    """
    return _listed(desk, actor, wanted, Reading.returns)


def list_incidents(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[Incident]:
    """What does not fit and somebody must look into: open ones first, each time the newest first.

    Raises BadInput when the list cannot be asked for so, NotFound when it is asked for by what is not there.
    """
    return _listed(desk, actor, wanted, Reading.incidents)


def list_tasks(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[Task]:
    """Tasks: open ones first, by due time.

    Raises BadInput when the list cannot be asked for so, NotFound when it is asked for by what is not there.
    """
    return _listed(desk, actor, wanted, Reading.tasks)


def list_errands(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[Errand]:
    """What bodies ask of each other: what the actor's body asked, and what it is asked; open ones first, by due time.

    Raises BadInput when the list cannot be asked for so, NotFound when it is asked for by what is not there.
    """
    return _listed(desk, actor, wanted, Reading.errands)


def list_campaigns(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[Campaign]:
    """Campaigns, newest first.

    Raises BadInput when the list cannot be asked for so, NotFound when it is asked for by what is not there.
    """
    return _listed(desk, actor, wanted, Reading.campaigns)


def list_meetings(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[Meeting]:
    """Meetings of agencies that the actor's body called or was asked to; the latest first.

    Raises BadInput when the list cannot be asked for so.
    """
    return _listed(desk, actor, wanted, Reading.meetings)


def list_controls(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[ControlledAccount]:
    """Corporate accounts under control, the newest first; by class of risk, case, account or measure.

    Raises BadInput when the list cannot be asked for so, NotFound when it is asked for by what is not there.
    """
    return _listed(desk, actor, wanted, Reading.controls)


def list_publicity(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[PublicityEntry]:
    """What was done to warn people, the last first, with what was taken back; status: its kind.

    Raises BadInput when the list cannot be asked for so.
    """
    return _listed(desk, actor, wanted, Reading.publicity)


def list_openings(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[Opening]:
    """Openings of cards, SIMs and corporate accounts, the last brought first; status: their kind.

    Raises BadInput when the list cannot be asked for so.
    """
    return _listed(desk, actor, wanted, Reading.openings)


def list_operations(desk: Desk, actor: Actor, wanted: ListWanted = ListWanted()) -> Page[Operation]:
    """Operations that the actor's body leads or takes part in, and those below it; newest first.

    Raises BadInput when the list cannot be asked for so, NotFound when it is asked for by what is not there.
    """
    return _listed(desk, actor, wanted, Reading.operations)


def list_measures(
    desk: Desk, actor: Actor, wanted: ListWanted = ListWanted(), *, waiting_for_me: bool = False
) -> Page[Measure]:
    """Measures, next due first, those that are over last; or only those that wait for the actor's signature.

    A measure that the actor sees only because its order was addressed to his body says no more than that order.
    Raises BadInput when the list cannot be asked for so, NotFound when it is asked for by what is not there.
    """
    return _listed(desk, actor, wanted, Reading.waiting if waiting_for_me else Reading.measures)


def _listed(
    desk: Desk, actor: Actor, wanted: ListWanted, draw: Callable[[Reading, ListWanted], Page[Kept]]
) -> Page[Kept]:
    with desk.store.reading() as view:
        reading = Reading(desk, view, actor)
        return _or_refused(reading, wanted, draw(reading, wanted))


def _or_refused(reading: Reading, wanted: ListWanted, page: Page[Kept]) -> Page[Kept]:
    """The page; an empty one only where what it was asked for by is there. Raises NotFound for a name that nobody has."""
    if page.rows or wanted.cursor is not None:
        return page
    named: tuple[tuple[type[Any], str], ...] = (
        (Case, wanted.case),
        (Measure, wanted.measure),
        (Campaign, wanted.campaign),
    )
    for kind, record_id in named:
        if record_id and not _may_name(reading, kind, record_id):
            raise NotFound(f"there is no {record_id}, or you may not see it")
    someone_else = wanted.officer != reading.actor.id
    if wanted.officer and someone_else and not reading.view.records(Person).get_many((wanted.officer,)):
        raise NotFound(f"there is nobody called {wanted.officer!r}; see: fanzha office person list")
    if wanted.organisation and not reading.view.records(Organisation).get_many((wanted.organisation,)):
        raise NotFound(f"there is no body {wanted.organisation}; see: fanzha office body list")
    return page


def _may_name(reading: Reading, kind: type[Any], record_id: str) -> bool:
    return any(reading.sight.sees(record) for record in reading.view.records(kind).get_many((record_id,)))


def nothing_matches(wanted: ListWanted) -> str:
    """What to tell somebody whose list is empty, with what may be wrong with the number he typed; empty if it was unasked.

    It says the same of what is not there and of what he may not see.
    """
    named = {"account": plain_identifier(wanted.account), "institution": wanted.institution}
    asked = " and ".join(f"{name} {said}" for name, said in named.items() if said)
    if not asked or wanted.cursor is not None:
        return ""
    doubt = doubt_about(named["account"]) if named["account"] else ""
    return f"nothing that you may see matches {asked}" + (f"; {doubt}" if doubt else "")


def _newest(key: str, **within: tuple[str, ...]) -> Query:
    return Query(order_by=key, descending=True, within={name: words for name, words in within.items() if words})


def _due_before(wanted: ListWanted) -> dict[str, Range]:
    return {} if wanted.due_before_us is None else {"due_us": Range(below=wanted.due_before_us)}


def _narrowed(table: RecordTable[Any], wanted: ListWanted, query: Query) -> Query:
    """The query with what is wanted besides the status."""
    equals, mentions, within = dict(query.equals), dict(query.mentions), dict(query.within)
    if wanted.organisation:
        equals["organisation"] = wanted.organisation
    for name, of in (("matter", ERRANDS), ("risk", CONTROLS), ("outlet", OPENINGS)):
        if getattr(wanted, name):
            if table is not of:
                raise BadInput(f"{table.name} are not listed by {name}")
            equals[name] = getattr(wanted, name)
    if wanted.kind:
        within["kind"] = _kinds(table, wanted.kind)
    filters = _FILTERS[table.name]
    for name in ("case", "account", "officer", "institution", "measure", "campaign"):
        value = getattr(wanted, name)
        value = plain_identifier(value) if name == "account" else value
        if not value or (table is CASES and name == "account"):
            continue
        if name not in filters:
            raise BadInput(f"{table.name} are not listed by {name}; by: {', '.join(filters)}")
        key = filters[name]
        if key.startswith("term:"):
            mentions[key.removeprefix("term:")] = value
        elif key == "id":
            within["id"] = (value,)
        else:
            equals[key] = value
    if wanted.due_before_us is not None and not query.ranges:
        raise BadInput(f"{table.name} have no due time to be listed by")
    return replace(query, equals=equals, mentions=mentions, within=within)


def _kinds(table: RecordTable[Any], wanted: Sequence[str]) -> tuple[str, ...]:
    if table is not MEASURES:
        raise BadInput(f"{table.name} are not listed by kind")
    if unknown := sorted(set(wanted) - set(MeasureKind)):
        raise BadInput(f"{', '.join(unknown)}: no kind of measure; they are: {', '.join(MeasureKind)}")
    return tuple(wanted)


def _own_by_key(base: Query, officer: str) -> list[Query]:
    """The same list, but of the cases that the officer has himself."""
    others = {name: value for name, value in base.mentions.items() if name != "beside"}
    return [replace(base, mentions=others, equals={**base.equals, "officer": officer})]


def _chosen(
    wanted: ListWanted, table: RecordTable[Any], words: type[StrEnum], among: Iterable[StrEnum]
) -> tuple[str, ...]:
    """The wanted ones among these; all of these where none is named. Raises BadInput for a word that is no status."""
    _check_words(wanted.status, [word.value for word in words], table)
    return tuple(sorted(word.value for word in among if not wanted.status or word.value in wanted.status))


def _check_words(given: Iterable[str], words: Sequence[str], table: RecordTable[Any]) -> None:
    for word in given:
        if word not in words:
            raise BadInput(f"{table.name}: there is no {word!r}; there are: {', '.join(words)}")
