"""One action drafts a stop on every account that still holds what can be stopped, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed, Refused
from fanzha.measures.guard import holds_whole
from fanzha.measures.lifecycle import OPEN, Status
from fanzha.measures.model import Measure, MeasureKind, effective_status
from fanzha.measures.purposes import Purpose
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, Work, acting, looking
from fanzha.services.desk.amounts import AccountAmount, CaseAmounts, amounts_of
from fanzha.services.desk.books import Books
from fanzha.services.desk.draft_measure import MeasureDraft, draft_within
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.statement_facts import Trail, fact_for_stop
from fanzha.services.desk.trace_case import document_of, last_run
from fanzha.tracing.runs import RunAccount

WORDED = frozenset({Status.DRAFT, Status.PROPOSED})


@dataclass(frozen=True, slots=True)
class StopsDrafted:
    """By which run what was drafted, and the accounts that were left out, each with the reason."""

    run: str
    drafted: tuple[tuple[AccountAmount, Measure], ...]
    left_out: tuple[tuple[AccountAmount, str], ...]


@dataclass(frozen=True, slots=True)
class StopAhead:
    """An account of the last trace, what a stop of it would be worded for, and why it would be left out."""

    amount: AccountAmount
    minor: int
    obstacle: str  # empty: it would be drafted


def stops_ahead(desk: Desk, books: Books, actor: Actor, case_id: str) -> tuple[StopAhead, ...]:
    """What `draft_stops` would draft now, the most urgent first; nothing where the case was never traced."""
    with looking(desk, actor, "measure.draft", Subject("case", case_id)) as look:
        case = look.load(Case, case_id, Action.SEE)
        if last_run(look, case.id) is None:
            return ()
        wording = _Wording(case_id, "", "", unknown=True)
        found = amounts_of(look, books.trace_rules, case, Purpose.STOP).accounts
        return tuple(StopAhead(each, amount_minor(each), _why_not(look, each, wording)) for each in found)


def draft_stops(
    desk: Desk, books: Books, actor: Actor, case_id: str, *, basis: str, reason: str, unknown: bool = False,
    only: AbstractSet[str] = frozenset(),
) -> StopsDrafted:  # fmt: skip
    """Drafts the stops of a case by its last trace; somebody still proposes and approves each.

    An account whose stop is worded already is left out, so that the same action twice drafts once. `unknown`: accounts
    of which it is not known what is left, too, for all that was traced to them; not those whose institution refused the
    stop, until more comes there. `only`: on these accounts and no others; empty: on all.

    Raises BadInput for one of `only` that carries no money of the case, NotFound when the case was never traced, NotAllowed
    when the actor may not propose measures on it.
    """
    with looking(desk, actor, "measure.draft", Subject("case", case_id)) as look:
        amounts = amounts_of(look, books.trace_rules, look.load(Case, case_id, Action.MEASURE_PROPOSE), Purpose.STOP)
    trail = Trail(amounts.run, document_of(books, amounts.run), books.ledger())
    if trail.stored.digest != amounts.run.ledger_digest:
        raise Refused(f"statements came in since the last trace; run: fanzha trace --case {case_id}")
    with acting(desk, actor, "measure.draft", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.MEASURE_PROPOSE)
        work.unit.hold(f"drafts of {case_id}")
        _check_known(only, amounts)
        again = amounts_of(work, books.trace_rules, case, Purpose.STOP)
        if again.run.id != amounts.run.id:
            raise Refused(f"{case_id} was traced again at this moment; look at the amounts and draft again")
        return _draft(work, trail, again, _Wording(case_id, basis, reason, unknown, only))


@dataclass(frozen=True, slots=True)
class _Wording:
    case: str
    basis: str
    reason: str
    unknown: bool
    only: AbstractSet[str] = frozenset()

    def wants(self, account: RunAccount) -> bool:
        """Whether a stop of this account was asked for."""
        return not self.only or not self.only.isdisjoint((account.account, *account.also))


def _check_known(only: AbstractSet[str], amounts: CaseAmounts) -> None:
    known = {number for each in amounts.accounts for number in (each.account.account, *each.account.also)}
    for strange in sorted(only - known):
        raise BadInput(f"only: {strange!r} holds no traced money of this case; name accounts that its picture shows")


def _draft(work: Work, trail: Trail, amounts: CaseAmounts, wording: _Wording) -> StopsDrafted:
    drafted, left_out = [], []
    for each in (each for each in amounts.accounts if wording.wants(each.account)):
        obstacle = _why_not(work, each, wording)
        if not obstacle:
            try:
                drafted.append((each, _stop(work, trail, each, wording)))
            except NotAllowed as refusal:
                obstacle = str(refusal)
        if obstacle:
            left_out.append((each, obstacle))
    return StopsDrafted(amounts.run.id, tuple(drafted), tuple(left_out))


def _why_not(look: Look, each: AccountAmount, wording: _Wording) -> str:
    measures = look.unit.records(Measure).get_many(each.measures)
    worded = [m.id for m in measures if m.kind is MeasureKind.STOP_PAYMENT and m.status in WORDED]
    if worded:
        return f"worded already: {worded[0]}"
    if each.stoppable_minor == 0:
        return "stopped already" if each.bound_minor else "nothing is left here"
    closing = closes_account(look, measures)
    if closing is not None:
        return f"nothing leaves it already, by {closing.id}"
    if each.stoppable_minor is None:
        if not wording.unknown:
            return f"{each.why_unknown}; ask the institution, or draft it with what is not known"
        refused = _refused_since(look, each, wording.case)
        if refused is not None:
            return f"refused by {refused.target.institution} already: {refused.id} ({refused.end_reason})"
    if amount_minor(each) <= 0:
        return "stopped already"
    return ""


def _refused_since(look: Look, each: AccountAmount, case_id: str) -> Measure | None:
    """The case's last stop on the account, if the institution refused it and no traced money came there since."""
    numbers = dict.fromkeys((each.account.account, *each.account.also))
    stops = [
        measure
        for number in numbers
        for measure in every(look.unit.records(Measure), Query(equals={"account": number}))
        if (measure.kind, measure.request.case) == (MeasureKind.STOP_PAYMENT, case_id)
    ]
    last = max(stops, key=lambda measure: (measure.drafted_us, measure.id), default=None)
    if last is None or last.status is not Status.REFUSED or (each.account.arrived_us or 0) > last.drafted_us:
        return None
    return last


def closes_account(look: Look, measures: Iterable[Measure]) -> Measure | None:
    """The stop by which nothing leaves the account, or will as soon as its order is carried out: a second adds nothing."""
    rules = look.rules.measures.of(MeasureKind.STOP_PAYMENT, look.now_us)
    for each in measures:
        ordered = each.status not in WORDED and effective_status(each, look.now_us) in OPEN
        if each.kind is MeasureKind.STOP_PAYMENT and ordered and holds_whole(each.request.scope, rules):
            return each
    return None


def amount_minor(each: AccountAmount) -> int:
    """What the stop is worded for: what can be stopped; where that is not known, what is or may be here."""
    if each.stoppable_minor is not None:
        return each.stoppable_minor
    here = each.choice.amount_minor + each.asked_minor
    return max((here if each.balance_minor is None else min(here, each.balance_minor)) - each.bound_minor, 0)


def _stop(work: Work, trail: Trail, each: AccountAmount, wording: _Wording) -> Measure:
    fact = fact_for_stop(work, trail, each.account, each.choice.method)
    minor = amount_minor(each)
    draft = MeasureDraft(
        kind=MeasureKind.STOP_PAYMENT,
        reason=wording.reason,
        basis=wording.basis,
        case=wording.case,
        fact=fact.id,
        amount_minor=minor,
        traced_minor=minor,
        currency=each.account.currency,
    )
    return draft_within(work, draft)
