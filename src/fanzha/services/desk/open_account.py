"""Everything that the desk knows of one account, as far as the actor may see it; looking it up is a search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from fanzha.access import Action, Purpose, Scope, bind_purpose
from fanzha.audit import Subject
from fanzha.casework import Case, Claim, Clue, Fact, Report
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.core.identifiers import plain_identifier
from fanzha.measures.model import Measure, MeasureKind, stands
from fanzha.measures.orders import Incident
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import LIMIT_MAX, Page, Query
from fanzha.ports.work_store import Kept
from fanzha.services.desk.acting import Look, Work, acting
from fanzha.services.desk.listing import every
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_record import tie_of, write_reveals
from fanzha.services.desk.payments_said import PaymentSaid, payments_said
from fanzha.services.desk.persons import Named
from fanzha.services.desk.search_records import TERMS_MIN, check_may_search, write_search
from fanzha.services.desk.sight import Sight, case_of
from fanzha.services.desk.trace_case import last_run
from fanzha.tracing.runs import TraceRun

CASES_MAX: Final = 20  # whose traces and queries are looked through; an account in more is a hub


@dataclass(frozen=True, slots=True)
class LastBalance:
    """The newest balance that an institution gave in a receipt; minor units."""

    amount_minor: int
    currency: str
    at_us: int
    measure: str
    receipt: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is done to the account: by measures that the actor sees, and whether by others too."""

    measures: tuple[Measure, ...]
    incidents: tuple[Incident, ...]
    balance: LastBalance | None
    held_elsewhere: bool  # another body's measure stands, whose record the actor may not see


@dataclass(frozen=True, slots=True)
class AccountDossier:
    """One account: what was said of it, what was verified, what was done about it."""

    number: str
    facts: tuple[Fact, ...]
    clues: tuple[Clue, ...]
    claims: tuple[Claim, ...]  # of the clues and of those alone that name this account
    reports: tuple[Report, ...]
    standing: Standing
    returns: tuple[ReturnProcedure, ...]
    cases: tuple[Case, ...]  # that the actor may see and in which the account stands, newest first
    runs: tuple[TraceRun, ...]  # the last trace of each of these cases, where the account carried its money
    queries: tuple[Measure, ...]  # in these cases, that ask an institution about the account, newest first
    now_us: int
    mask: Mask
    purpose: Purpose | None = None  # of the reveal; None behind the mask
    cut_off: bool = False  # a thousand of a kind are shown, and there are more
    own: bool = False  # a record of a body whose records the actor may see, or of his own case, has the account
    ask: tuple[str, ...] = ()  # bodies with records on it that the actor may not see

    @property
    def payments(self) -> tuple[PaymentSaid, ...]:
        """The payments that were verified or stated, each once."""
        return payments_said(self.facts, self.clues)

    @property
    def holders(self) -> tuple[str, ...]:
        """Every name under which the account was stated."""
        return _holders(self.facts, self.clues, self.standing.measures)


def open_account(
    desk: Desk, actor: Actor, number: str, *, case: str = "", reveal: bool = False, reason: str = ""
) -> AccountDossier:
    """What the actor may see of the account; persons behind the mask, unless a purpose lifts it.

    Args:
        desk: the desk.
        actor: who asks.
        number: as anybody writes it.
        case: for which it is asked; the search is bound to it.
        reveal: lift the mask. By itself where a record of the actor's own open case names the account, else with a case
            and a reason.
        reason: in his words.

    Raises:
        NotAllowed: the actor's roles search nothing, or there is no purpose for the reveal.
        NotFound: the case may not be seen.
        BadInput: that is no account number.
    """
    wanted = plain_identifier(number)
    if len(wanted) < TERMS_MIN:
        raise BadInput(f"{number!r} is no account number; give the whole of it")
    subject = Subject("account", Named(account=wanted).key)
    with acting(desk, actor, "account.reveal" if reveal else "account.see", subject) as work:
        check_may_search(work, case)
        dossier = _gathered(work, wanted, Mask(desk.rules.access.masks))
        if reveal:
            purpose = _purpose(work, dossier, case, reason)
            persons = [Named(name, account=wanted) for name in dossier.holders or ("",)]
            write_reveals(work, subject, persons, purpose)
            dossier = replace(dossier, mask=Mask(desk.rules.access.masks, lifted=True), purpose=purpose)
        hits = sum(len(records) for records in (dossier.facts, dossier.clues, dossier.reports, dossier.returns))
        write_search(work, number, hits + len(dossier.standing.measures), case)
    return dossier


def _gathered(look: Look, number: str, mask: Mask) -> AccountDossier:
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    pages = _Pages(look, sight)
    clues = pages.seen(Clue, Query(equals={"subject": number}))
    # A fact is seen with the clue that it was made of.
    facts = pages.seen(Fact, Query(equals={"account": number}), of_clues=True)
    reports = pages.seen(Report, Query(mentions={"account": number}))
    # An account of one's own trace is one's own too.
    traced = pages.seen(TraceRun, Query(mentions={"account": number}))
    returns = pages.seen(ReturnProcedure, Query(mentions={"account": number}))
    standing = _standing(look, sight, pages, number)
    around = (*clues, *reports, *traced, *returns, *standing.measures)
    cases = _cases(look, sight, {case_of(record) for record in around} - {""})
    return AccountDossier(
        number=number,
        facts=facts,
        clues=clues,
        claims=tuple(claim for clue in clues for claim in clue.claims),
        reports=reports,
        standing=standing,
        returns=returns,
        cases=cases,
        runs=_last_runs(look, cases, number),
        queries=_queries(look, sight, cases, number),
        now_us=look.now_us,
        mask=replace(mask, names=_holders(facts, clues, standing.measures)),
        cut_off=pages.cut_off,
        own=pages.own,
        ask=tuple(sorted(pages.others)),
    )


class _Pages:
    """The records that name an account, of which the actor may see some; remembers whether any list was cut off."""

    def __init__(self, look: Look, sight: Sight) -> None:
        self._look, self._sight = look, sight
        self.cut_off = False
        self.own = False  # whether a record is among them that is more than addressed to the actor's body
        self.others: set[str] = set()  # bodies whose records are among them that the actor may not see

    def every(self, kind: type[Kept], query: Query) -> tuple[Kept, ...]:
        """A thousand of them, seen or not."""
        page: Page[Kept] = self._look.unit.records(kind).find(replace(query, limit=LIMIT_MAX))
        self.cut_off = self.cut_off or page.next_cursor is not None
        for record in page.rows:
            if self._sight.sees_whole(record):
                self.own = True
            elif not self._sight.sees(record):
                self.others |= {getattr(record, "organisation", "")} - {""}
        return page.rows

    def seen(self, kind: type[Kept], query: Query, *, of_clues: bool = False) -> tuple[Kept, ...]:
        """Those that the actor may see."""
        found = self.every(kind, query)
        if not of_clues:
            return tuple(record for record in found if self._sight.sees(record))
        clues = self._look.unit.records(Clue).get_many({getattr(record, "clue", "") for record in found})
        open_clues = {clue.id for clue in clues if self._sight.sees(clue)}
        return tuple(r for r in found if getattr(r, "clue", "") in open_clues or self._sight.sees(r))


def _standing(look: Look, sight: Sight, pages: _Pages, number: str) -> Standing:
    everybody = pages.every(Measure, Query(equals={"account": number}))
    measures = tuple(sight.shown(measure) for measure in everybody if sight.sees(measure))
    seen = {measure.id for measure in measures}
    ids = sorted(seen)
    incidents = pages.seen(Incident, Query(within={"measure": ids})) if ids else ()
    return Standing(
        measures,
        incidents,
        _last_balance(measures),
        any(stands(measure, look.now_us) for measure in everybody if measure.id not in seen),
    )


def _cases(look: Look, sight: Sight, ids: Iterable[str]) -> tuple[Case, ...]:
    seen = (case for case in look.unit.records(Case).get_many(sorted(ids)) if sight.sees(case))
    return tuple(sorted(seen, key=lambda case: (-case.opened_at_us, case.id)))[:CASES_MAX]


def _last_runs(look: Look, cases: Iterable[Case], number: str) -> tuple[TraceRun, ...]:
    runs = (last_run(look, case.id) for case in cases)
    return tuple(run for run in runs if run is not None and any(one.is_called(number) for one in run.accounts))


def _queries(look: Look, sight: Sight, cases: Iterable[Case], number: str) -> tuple[Measure, ...]:
    found: list[Measure] = []
    for case in cases:
        asked = every(look.unit.records(Measure), Query(equals={"case_id": case.id, "kind": MeasureKind.QUERY}))
        about = (one for one in asked if any(each.account == number for each in one.request.questions))
        found += [sight.shown(one) for one in about if sight.sees(one)]
    return tuple(sorted(found, key=lambda one: (-one.drafted_us, one.id)))


def _last_balance(measures: Iterable[Measure]) -> LastBalance | None:
    given = [
        LastBalance(
            receipt.balance_minor, measure.request.scope.currency, receipt.balance_us or receipt.answered_us,
            measure.id, receipt.id,
        )
        for measure in measures
        for receipt in measure.receipts
        if receipt.balance_minor is not None
    ]  # fmt: skip
    return max(given, key=lambda balance: balance.at_us, default=None)


def _purpose(work: Work, dossier: AccountDossier, case: str, reason: str) -> Purpose:
    """The actor's own open case in which the account is named, or the case and the reason that he gives."""
    named = work.load(Case, case, Action.SEE) if case else None
    own = _own_case(work, dossier, case)
    scope = Scope(work.actor.organisation) if own is None else Scope(own.organisation, own.workers)
    concerned = [one.organisation for one in (named, own) if one is not None]
    return bind_purpose(
        work.actor, work.rules.access, work.tree(*concerned), scope,
        record_case=None if own is None else tie_of(own),
        named_case=None if named is None else tie_of(named),
        reason=reason,
    )  # fmt: skip


def _own_case(look: Look, dossier: AccountDossier, wanted: str) -> Case | None:
    records: tuple[Any, ...] = (*dossier.clues, *dossier.facts, *dossier.standing.measures, *dossier.reports)
    for record in records:
        case = look.case_of(record)
        if case is not None and wanted in {"", case.id} and case.is_open and look.actor.id in case.workers:
            return case
    return None


def _holders(facts: Iterable[Fact], clues: Iterable[Clue], measures: Iterable[Measure]) -> tuple[str, ...]:
    names = [fact.fields.holder_name for fact in facts]
    names += [measure.target.holder for measure in measures]
    names += [claim.holder_name for clue in clues for claim in clue.claims]
    return tuple(dict.fromkeys(name for name in names if name))
