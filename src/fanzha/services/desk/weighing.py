"""What is known of an account whose money is to be held, and what the guard against wrongful holds says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fanzha.core.errors import BadInput
from fanzha.measures.guard import AccountView, GuardAdvice, holds_whole, open_evidence, weigh
from fanzha.measures.lifecycle import HOLDING
from fanzha.measures.model import (
    HOLDING_KINDS,
    EvidenceKind,
    Measure,
    OriginKind,
    Request,
    Target,
    TargetKind,
    effective_status,
    held_minor,
)
from fanzha.measures.obstacles import GUARDED
from fanzha.measures.orders import Receipt
from fanzha.ports.account_facts import UNKNOWN, AccountFacts
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look
from fanzha.services.desk.listing import every

FOR_GOODS = frozenset({EvidenceKind.TRADE, EvidenceKind.GOOD_FAITH})


def on_account(look: Look, request: Request) -> tuple[Measure, ...]:
    """Every measure on the account, line, site or person of a request, by all its numbers, whichever body's.

    Letters to a bank are on none.
    """
    if not request.target.reference or request.target.kind is TargetKind.INSTITUTION:
        return ()
    asked = request.target.reference
    numbers = numbers_of(look, request.target)
    query = Query(within={"account": numbers}) if len(numbers) > 1 else Query(equals={"account": asked})
    return tuple(_called(measure, asked) for measure in every(look.unit.records(Measure), query))


def numbers_of(look: Look, target: Target) -> tuple[str, ...]:
    """All numbers by which orders may call the account: those of the ledger, a wallet's in either case."""
    try:
        known = () if look.account_facts is None else look.account_facts.numbers_of(target.reference)
    except BadInput:  # a damaged ledger keeps no stop from leaving
        known = ()
    spelt = (target.reference, target.reference.lower(), target.reference.upper())
    return tuple(sorted({*known, *spelt} if target.kind is TargetKind.ACCOUNT else {target.reference}))


def _called(measure: Measure, reference: str) -> Measure:
    """The measure with its account called as it is asked for; for weighing, never to be saved."""
    if measure.target.reference == reference:
        return measure
    target = replace(measure.target, reference=reference)
    return replace(measure, request=replace(measure.request, target=target))


def view_of(
    look: Look, request: Request, others: Sequence[Measure], itself: str = "", traced_hop: int | None = None
) -> AccountView | None:
    """What the case knows of the account: from receipts, other measures and the ledger; None where it is no account.

    itself: the id of the measure of the request, once it has one. traced_hop: how far the last trace finds it.
    """
    target = request.target
    if target.kind is not TargetKind.ACCOUNT or request.kind not in GUARDED:
        return None
    told = _told(look, request)
    same = [measure for measure in others if measure.target.is_same_as(target)]
    alike = [measure for measure in same if measure.request.scope.currency == request.scope.currency]
    answers = [receipt for measure in alike for receipt in measure.receipts]
    balance_us, balance_minor = _last_balance(answers, told)
    continued = request.origin.id if request.origin is not None else ""
    apart = [m for m in alike if m.kind in HOLDING_KINDS and m.id not in {itself, continued}]
    return AccountView(
        balance_minor=balance_minor,
        balance_us=balance_us,
        last_movement_us=max(_movements(alike, answers, told, request), default=None),
        natural_person=told.natural_person,
        merchant=told.merchant,
        wages_minor=_wages_there(told, balance_minor),
        good_faith=any(each.kind in FOR_GOODS for measure in same for each in measure.counter_evidence),
        goods_payers=told.goods_payers,
        hop=_hop(request, same, traced_hop),
        bound_elsewhere_minor=held_minor(apart, look.now_us),
    )


def advice_on(look: Look, measure: Measure, view: AccountView | None) -> GuardAdvice | None:
    """What the guard says of holding as the measure asks; None where nothing is held that could be somebody's."""
    if view is None:
        return None
    rules, scope = look.rules.measures, measure.request.scope
    whole = holds_whole(scope, rules.of(measure.kind, look.now_us))
    advice = weigh(scope, view, rules.guard(look.now_us), whole=whole)
    return GuardAdvice(
        advice.query_instead,
        advice.least_minor,
        advice.innocent_minor,
        advice.spare_minor,
        (*advice.hazards, *open_evidence(measure)),
    )


def spare_of(look: Look, measure: Measure) -> int:
    """What of a measure that holds should be let go at once for wages and living, less what was; minor units."""
    if measure.kind not in GUARDED or effective_status(measure, look.now_us) not in HOLDING:
        return 0
    view = view_of(look, measure.request, on_account(look, measure.request), measure.id)
    advice = advice_on(look, measure, view)
    return 0 if advice is None else max(advice.spare_minor - measure.released_minor, 0)


def _told(look: Look, request: Request) -> AccountFacts:
    """What the statements say; a ledger that cannot be read says nothing, and keeps no stop from leaving."""
    if look.account_facts is None:
        return UNKNOWN
    target, currency = request.target, request.scope.currency
    try:
        return look.account_facts.facts_about(target.reference, target.holder, currency, look.now_us)
    except BadInput:
        return UNKNOWN


def _last_balance(answers: Sequence[Receipt], told: AccountFacts) -> tuple[int | None, int | None]:
    """The instant and the amount of the balance that was stated last."""
    stated = [
        (receipt.answered_us if receipt.balance_us is None else receipt.balance_us, receipt.balance_minor)
        for receipt in answers
        if receipt.balance_minor is not None
    ]
    if told.balance_us is not None and told.balance_minor is not None:
        stated.append((told.balance_us, told.balance_minor))
    return max(stated, default=(None, None))


def _movements(
    same: Sequence[Measure], answers: Sequence[Receipt], told: AccountFacts, request: Request
) -> Iterator[int]:
    """Instants at which money is known to have come or gone."""
    if told.last_movement_us is not None:
        yield told.last_movement_us
    yield from (onward.time_us for receipt in answers for onward in receipt.onward)
    for each in (request, *(measure.request for measure in same)):
        if each.fact is not None:
            yield each.fact.fields.time_us


def _wages_there(told: AccountFacts, balance_minor: int | None) -> int | None:
    """Wages that can still be in the balance; without a balance all that came."""
    wages = told.wages_minor
    return wages if balance_minor is None or wages is None else min(wages, balance_minor)


def _hop(request: Request, same: Sequence[Measure], traced_hop: int | None) -> int | None:
    """How far from the victim: by its fact, that of the measure that it continues, or the trace; None: nobody says."""
    if request.fact is not None:
        return request.fact.hop
    origin = request.origin
    continued = origin.id if origin is not None and origin.kind is OriginKind.CONVERSION else ""
    earlier = next((measure for measure in same if measure.id == continued), None)
    return traced_hop if earlier is None or earlier.request.fact is None else earlier.request.fact.hop
