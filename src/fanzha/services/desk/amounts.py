"""How much a stop, a freeze or a return may take on each account of the last trace, and what the other methods say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.identifiers import plain_identifier
from fanzha.core.money import exponent_of, parse_minor
from fanzha.measures.lifecycle import OPEN, OUT, Status
from fanzha.measures.model import HOLDING_KINDS, Measure, OriginKind, effective_status
from fanzha.measures.orders import Receipt
from fanzha.measures.purposes import AmountChoice, Purpose, Says, choose_amount
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.trace_case import last_run, need_run
from fanzha.services.trace_money import HOUR_US, TraceRules
from fanzha.tracing.reference import shares_of
from fanzha.tracing.runs import LEADS_METHOD, Held, RunAccount, TraceRun


@dataclass(frozen=True, slots=True)
class AccountAmount:
    """What may be taken on one account for a purpose; minor units, None where it is not known."""

    account: RunAccount
    choice: AmountChoice  # with every method's amount beside the one that decides
    bound_minor: int  # stopped or frozen for this case already, or ordered
    balance_minor: int | None  # what a receipt newer than the statements says is there
    shortfall_minor: int  # traced here, but not there any more: unknown, and a question
    stoppable_minor: int | None
    measures: tuple[str, ...]  # of this case on this account, that are not over
    asked_minor: int = 0  # traced to here, and unknown what became of it
    why_unknown: str = ""


@dataclass(frozen=True, slots=True)
class CaseAmounts:
    """The accounts of a run for a purpose, the most urgent first."""

    run: TraceRun
    purpose: Purpose
    accounts: tuple[AccountAmount, ...]


def case_amounts(desk: Desk, rules: TraceRules, actor: Actor, case_id: str, purpose: Purpose) -> CaseAmounts:
    """How much for the purpose on every account where any method finds money held, or may.

    Raises NotFound when the actor may not see the case or it was never traced, Refused when the deciding method was not
    run.
    """
    with looking(desk, actor, "case.amounts", Subject("case", case_id)) as look:
        case = look.load(Case, case_id, Action.SEE)
        return amounts_of(look, rules, case, purpose)


def case_stoppable(desk: Desk, actor: Actor, case_id: str, currency: str) -> int | None:
    """What the case's own method says may still be stopped on all its accounts together, minor units.

    One method, as for a freeze: what each of several methods finds at most on each account is more than there is. None
    before a trace, or where no balance is known. Raises NotFound when the actor may not see the case, Refused when the
    deciding method was not run.
    """
    with looking(desk, actor, "case.amounts", Subject("case", case_id)) as look:
        case = look.load(Case, case_id, Action.SEE)
        run = last_run(look, case.id)
        found = () if run is None else amounts_in(look, case, run, Purpose.FREEZE)
    known = [one.stoppable_minor for one in found if one.account.currency == currency]
    return sum(one or 0 for one in known) if any(one is not None for one in known) else None


def amounts_of(look: Look, rules: TraceRules, case: Case, purpose: Purpose) -> CaseAmounts:
    """The same inside a use case."""
    run = need_run(look, case.id)
    found = amounts_in(look, case, run, purpose)
    return CaseAmounts(run, purpose, tuple(sorted(found, key=lambda each: _urgency(each, rules, look.now_us))))


def amounts_in(look: Look, case: Case, run: TraceRun, purpose: Purpose) -> tuple[AccountAmount, ...]:
    """The amounts on every account of a run, in the run's own order."""
    measures = list(every(look.unit.records(Measure), Query(equals={"case_id": case.id})))
    found = (amount_on(look, case, run, account, purpose, measures) for account in run.accounts)
    return tuple(each for each in found if each is not None)


def _asked(run: TraceRun, account: RunAccount) -> int:
    key = account.account, account.currency
    return sum(asked.traced_minor for asked in run.questions if (asked.account, asked.currency) == key)


def _urgency(amount: AccountAmount, rules: TraceRules, now_us: int) -> tuple[bool, int, int, int, str]:
    """What can be stopped first, the larger first among what arrived within the same hours; then what is not known."""
    arrived = amount.account.arrived_us
    age_us = None if arrived is None else now_us - arrived
    step = sum(age_us is None or age_us > hours * HOUR_US for hours in rules.freshness_hours)
    recoverable = amount.stoppable_minor or 0
    return not recoverable, step, -recoverable, -amount.asked_minor, amount.account.account


def _on(measures: Iterable[Measure], account: RunAccount) -> tuple[Measure, ...]:
    return tuple(
        m
        for m in measures
        if m.request.scope.currency == account.currency and account.is_called(plain_identifier(m.target.reference))
    )


def amount_on(
    look: Look,
    case: Case,
    run: TraceRun,
    account: RunAccount,
    purpose: Purpose,
    own: Iterable[Measure],
) -> AccountAmount | None:
    """How much for the purpose on one account, beside the `own` measures of the case; None where nothing is or may be held.

    This is the one rule for what is left there: the desk, the case, the drafts and the plan all ask it. Raises Refused
    when the deciding method was not run.
    """
    rule, measures = look.rules.purposes.of(purpose, look.now_us), _on(own, account)
    working = None if case.working_method is None else case.working_method.method
    by_method = {held.method: held for held in account.held if held.method != LEADS_METHOD}
    if not any(held.held_minor or held.stoppable_minor is None for held in by_method.values()):
        return None
    choice = choose_amount(rule, {name: held.held_minor for name, held in by_method.items()}, working)
    held = by_method[choice.method]
    bound = bound_minor(measures, look.now_us)
    balance = newer_balance(measures, account)
    shortfall = held.shortfall_minor
    stoppable = held.stoppable_minor
    if rule.says is Says.LARGEST and not choice.amount_minor and any(h.stoppable_minor is None for h in account.held):
        stoppable = None  # a method that says that money came here does not know what is left
    asked = _asked(run, account)
    if stoppable is None and 0 < held.held_minor <= bound and not asked:
        stoppable = 0  # whatever the balance is: all that is known to be here is held already
    if balance is not None and held.held_minor:
        shortfall += max(held.held_minor - balance, 0)
        stoppable = min(held.held_minor, max(balance - _bound_by_others(look, account, measures), 0))
    return AccountAmount(
        account,
        choice,
        bound,
        balance,
        shortfall,
        None if stoppable is None else max(min(held.held_minor - bound, stoppable), 0),
        tuple(measure.id for measure in measures if effective_status(measure, look.now_us) in OPEN),
        asked_minor=asked,
        why_unknown=_why_unknown(account, held) if stoppable is None else "",
    )


def _why_unknown(account: RunAccount, held: Held) -> str:
    if account.known_until_us is None:
        return "no statement of the account is at hand"
    if held.held_minor:
        return "the balance is older than the last known movement"
    return "the money reached the account outside the time of its statement"


def bound_minor(measures: Iterable[Measure], now_us: int) -> int:
    """What stops and freezes bind, or were ordered to; one that turned into another counts once, and as the larger."""
    binding = OUT | {Status.APPROVED}
    standing = [m for m in measures if m.kind in HOLDING_KINDS and effective_status(m, now_us) in binding]
    amounts = {m.id: _bound(m) for m in standing}
    for measure in standing:
        origin = measure.request.origin
        if origin is not None and origin.kind is OriginKind.CONVERSION and origin.id in amounts:
            amounts[measure.id] = max(amounts[measure.id], amounts.pop(origin.id))
    return sum(amounts.values())


def _bound(measure: Measure) -> int:
    scope = measure.request.scope
    ordered = scope.amount_minor if scope.amount_minor is not None else scope.traced_minor
    taken = measure.executed_minor if measure.executed_minor is not None else ordered
    return max((taken or 0) - measure.released_minor, 0)


def _bound_by_others(look: Look, account: RunAccount, own: Sequence[Measure]) -> int:
    """What measures of other cases bind on the account."""
    mine = {measure.id for measure in own}
    numbers = dict.fromkeys((account.account, *account.also))
    found = [
        measure
        for number in numbers
        for measure in every(look.unit.records(Measure), Query(equals={"account": number}))
        if measure.id not in mine and measure.request.scope.currency == account.currency
    ]
    return bound_minor({measure.id: measure for measure in found}.values(), look.now_us)


def newer_balance(measures: Iterable[Measure], account: RunAccount) -> int | None:
    """The latest balance that a receipt states, if it is newer than the statements and not older than any movement."""
    stated = [receipt for measure in measures for receipt in measure.receipts if receipt.balance_minor is not None]
    latest = max(stated, key=balance_us, default=None)
    known_us = max(account.known_until_us or 0, account.moved_us or 0)
    if latest is None or balance_us(latest) <= known_us:
        return None
    return latest.balance_minor


def balance_us(receipt: Receipt) -> int:
    """As of when a receipt states the balance."""
    return receipt.answered_us if receipt.balance_us is None else receipt.balance_us


def shares_at(document: Mapping[str, Any], found: AccountAmount, minor: int) -> dict[str, int]:
    """Each victim's share of an amount on the account, by the deciding method's own shares; minor units, exact.

    Where less is there than is held, every victim bears it in proportion; ties go by the order of the origins.
    """
    account, method = found.account, found.choice.method
    parts = (part for key, part in document["methods"].items() if key.partition("@")[0] == method)
    part = next(part for part in parts if part["currency"] == account.currency)
    rows = (row["by_victim"] for row in part["accounts"] if row["account"] == account.account)
    exponent = exponent_of(account.currency)
    held = {label: parse_minor(text, exponent) for label, text in next(rows, {}).items()}
    labels = list(held)
    shares = shares_of(dict(enumerate(held.values())), min(minor, sum(held.values())))
    return {labels[place]: share for place, share in shares.items()}
