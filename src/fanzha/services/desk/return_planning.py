"""The plan of a return out of the records: what is frozen, who lost what, what came back already, and the lawful way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from fanzha.casework import Case
from fanzha.core.errors import BadInput, NotAllowed, Refused
from fanzha.core.identifiers import number_ending
from fanzha.measures.model import Measure, MeasureKind, held_minor, holds
from fanzha.measures.purposes import Purpose
from fanzha.measures.return_booking import labels_of, paid_minor
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_payments import AGAIN
from fanzha.measures.return_plan import (
    Base,
    Branch,
    Branches,
    Choice,
    FrozenAccount,
    Reattribution,
    ReturnPlan,
    Unseen,
    VictimClaim,
    plan_accounts,
    plan_return,
)
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.measures.words import PROCEDURE_WORDS
from fanzha.ports.record_query import Query
from fanzha.services.desk import case_family
from fanzha.services.desk.acting import Look
from fanzha.services.desk.listing import every
from fanzha.services.desk.return_figures import AccountFigures, ReturnFigures
from fanzha.services.desk.weighing import numbers_of, on_account

DECIDED: Final = frozenset({ProcedureStatus.APPROVED, ProcedureStatus.DONE})
UNDER_WAY: Final = frozenset(
    {ProcedureStatus.DRAFT, ProcedureStatus.NOTICED, ProcedureStatus.PROPOSED, ProcedureStatus.APPROVED}
)
# In the order in which Art. 8 asks for them.
_LAWFUL: Final[tuple[Branches, ...]] = ((Branch.DIRECT,), (Branch.BY_TIME, Branch.PRO_RATA), (Branch.PRO_RATA,))


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """What the officer decides for one account; what is left open is found by Art. 8, or stays as it was planned."""

    account: str
    branches: Branches | None = None
    base: Base | None = None
    reason: str = ""
    third_party_minor: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnWanted:
    """What to plan: the case, and what is not to be as the rules have it; minor units."""

    case: str
    accounts: tuple[AccountChoice, ...] = ()  # none: every account that is frozen for the case
    pay_to: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # by victim, in place of where the money came from
    compensated_minor: Mapping[str, int] = field(
        default_factory=dict[str, int]
    )  # by victim, got back outside of returns


def return_method(look: Look, case: Case) -> str:
    """The method that says what was traced into an account: the case's own, or the centre's default.

    Raises Refused when the case works with a method that may say no amount.
    """
    rule = look.rules.purposes.of(Purpose.RETURN, look.now_us)
    method = rule.default if case.working_method is None else case.working_method.method
    if method not in rule.methods:
        raise Refused(f"method {method!r} may not say what is returned; choose one of {', '.join(rule.methods)}")
    return method


def freezes_of(look: Look, case: str) -> tuple[Measure, ...]:
    """The freezes of a case that hold now, in the order in which they were drafted."""
    query = Query(equals={"case_id": case, "kind": MeasureKind.FREEZE.value}, order_by="drafted_us")
    return tuple(one for one in every(look.unit.records(Measure), query) if holds(one, look.now_us))


def payments_out(look: Look, case: Case) -> tuple[Measure, ...]:
    """Every payment of returns of a case and of those merged into it."""
    query = Query(
        within={"case_id": [member.id for member in case_family.family_of(look.unit, case)]},
        equals={"kind": MeasureKind.RETURN.value}, order_by="drafted_us",
    )  # fmt: skip
    return tuple(every(look.unit.records(Measure), query))


def returns_of(look: Look, case_id: str) -> tuple[ReturnProcedure, ...]:
    """Every return of a case and of those merged into it, the oldest first."""
    family = case_family.family_of(look.unit, look.unit.records(Case).get(case_id))
    found = [one for member in family for one in case_family.returns_of(look.unit, member)]
    return tuple(sorted(found, key=lambda one: (one.drafted_us, one.id)))


def make_plans(
    look: Look, wanted: ReturnWanted, figures: ReturnFigures, *, instead_of: ReturnProcedure | None = None
) -> tuple[ReturnPlan, ...]:
    """The plans of all wanted accounts, less what other returns of the case give.

    instead_of: the return that is planned anew; what nobody changes stays as it was chosen there.

    Raises NotAllowed when nothing is frozen or another return of an account is under way, Refused when the facts do not
    allow the chosen way, BadInput when a choice makes no sense.
    """
    others = [one for one in returns_of(look, wanted.case) if instead_of is None or one.id != instead_of.id]
    _check_victims(wanted, figures)
    wanted = wanted if instead_of is None else _with_what_was_said(wanted, instead_of)
    freezes = [one for one in freezes_of(look, wanted.case) if one.executed_minor is None or _left(look, one)]
    chosen = _chosen(wanted, freezes, instead_of)
    _check_each_account_once(look, [freeze for freeze in freezes if freeze.target.reference in chosen])
    elsewhere = _paid_elsewhere(look, wanted.case)
    by_currency: dict[str, list[Choice]] = {}
    for freeze in freezes:
        choice = chosen.get(freeze.target.reference)
        if choice is None:
            continue
        _check_free(freeze, others)
        currency = freeze.request.scope.currency
        account = _frozen_account(look, freeze, figures, choice, others)
        base = choice.base or Base.LOSS_INTO_ACCOUNT
        claims = _claims(account, figures, base, replace(wanted, pay_to=elsewhere | dict(wanted.pay_to)), others)
        branches = choice.branches or lawful_branches(account, claims, base)
        by_currency.setdefault(currency, []).append(Choice(account, claims, branches, base, choice.reason))
    return tuple(plan for choices in by_currency.values() for plan in plan_accounts(choices))


def _check_each_account_once(look: Look, freezes: Sequence[Measure]) -> None:
    """Two freezes by two numbers of one account hold the same money once."""
    first: dict[tuple[tuple[str, ...], str], Measure] = {}
    for freeze in freezes:
        key = numbers_of(look, freeze.target), freeze.request.scope.currency
        other = first.setdefault(key, freeze)
        if other.target.reference != freeze.target.reference:
            raise NotAllowed(
                "return.one_account",
                f"{other.id} and {freeze.id} are on one account, which the statements show by two numbers: they hold the "
                "same money; lift one of them, then plan the return",
            )


def lawful_branches(account: FrozenAccount, claims: Sequence[VictimClaim], base: Base) -> Branches:
    """The branches that Art. 8 asks for here: direct, else by time stamp, and by proportion what time does not tell."""
    for way in _LAWFUL:
        try:
            plan = plan_return(account, claims, way, base)
        except Refused:
            continue
        if way[0] is Branch.BY_TIME and all(award.branch is Branch.BY_TIME for award in plan.awards):
            return (Branch.BY_TIME,)
        return way
    raise AssertionError("proportion applies where nothing else does")


def earlier_return(look: Look, case: str, plans: Sequence[ReturnPlan]) -> ReturnProcedure | None:
    """The last return that paid out of one of these accounts; a new one shares what it left."""
    accounts = {plan.account for plan in plans}
    done = [one for one in returns_of(look, case) if one.status is ProcedureStatus.DONE]
    return next((one for one in reversed(done) if accounts & {plan.account for plan in one.plans}), None)


def decided_minor(others: Iterable[ReturnProcedure], currency: str, account: str = "") -> Counter[str]:
    """What decided returns give each victim, out of one account or of all; minor units."""
    given: Counter[str] = Counter()
    for procedure in others:
        if procedure.status in DECIDED:
            for plan in procedure.plans:
                if plan.currency == currency and account in {"", plan.account}:
                    for award in plan.awards:
                        given[award.victim] += award.amount_minor
    return given


def _chosen(
    wanted: ReturnWanted, freezes: Sequence[Measure], before: ReturnProcedure | None
) -> Mapping[str, AccountChoice]:
    frozen = [freeze.target.reference for freeze in freezes]
    if not frozen:
        raise NotAllowed("not_frozen", f"nothing is frozen for {wanted.case} that could be returned")
    planned = {} if before is None else {plan.account: plan for plan in before.plans}
    named = {choice.account: choice for choice in wanted.accounts}
    for account in (*planned, *named):
        if account not in frozen:
            sentence = f"account {number_ending(account)} is not frozen for {wanted.case}"
            if before is not None and account in planned:
                sentence += f" any more: withdraw {before.id}, and draft a return of what is"
            raise NotAllowed("not_frozen", sentence)
    if planned:
        return {account: _as_before(named.get(account), plan) for account, plan in planned.items()} | {
            account: choice for account, choice in named.items() if account not in planned
        }
    return named or {account: AccountChoice(account) for account in frozen}


def _as_before(choice: AccountChoice | None, plan: ReturnPlan) -> AccountChoice:
    said = choice or AccountChoice(plan.account)
    same_way = said.branches in {None, plan.branches}
    return AccountChoice(
        plan.account,
        said.branches or plan.branches,
        said.base or plan.base,
        said.reason or (plan.reason if same_way else ""),
        plan.third_party_minor if said.third_party_minor is None else said.third_party_minor,
    )


def _with_what_was_said(wanted: ReturnWanted, before: ReturnProcedure) -> ReturnWanted:
    """What was said of the victims when the return was last planned holds until somebody says otherwise.

    An account that nobody named, as the money came from it, is found again by the facts as they are now.
    """
    claims = [claim for plan in before.plans for claim in plan.claims]
    pay_to = {claim.victim: claim.pay_to for claim in claims if claim.pay_to and claim.pay_to != claim.came_from}
    compensated = {claim.victim: claim.compensated_minor for claim in claims if claim.compensated_minor}
    return replace(
        wanted, pay_to=pay_to | dict(wanted.pay_to), compensated_minor=compensated | dict(wanted.compensated_minor)
    )


def _check_victims(wanted: ReturnWanted, figures: ReturnFigures) -> None:
    known = {payment.victim for payment in figures.payments}
    for victim in (*wanted.pay_to, *wanted.compensated_minor):
        if victim not in known:
            raise BadInput(f"{victim!r} is no victim of {wanted.case}; there are {', '.join(sorted(known)) or 'none'}")
    if any(minor < 0 for minor in wanted.compensated_minor.values()):
        raise BadInput("what a victim got back must not be below zero")


def _check_free(freeze: Measure, others: Iterable[ReturnProcedure]) -> None:
    for other in others:
        if other.status in UNDER_WAY and any(plan.measure == freeze.id for plan in other.plans):
            stands = PROCEDURE_WORDS[other.status]
            sentence = f"account {number_ending(freeze.target.reference)} is in {other.id} already, which is {stands}"
            raise NotAllowed(
                "return_under_way", f"{sentence}: plan that one anew, withdraw it, or wait until it is paid"
            )


def _left(look: Look, freeze: Measure) -> int:
    return held_minor([freeze], look.now_us)


def _frozen_account(
    look: Look,
    freeze: Measure,
    figures: ReturnFigures,
    choice: AccountChoice,
    others: Sequence[ReturnProcedure],
) -> FrozenAccount:
    account, currency = freeze.target.reference, freeze.request.scope.currency
    if freeze.executed_minor is None:
        sentence = f"the bank has not said how much {freeze.id} holds on account {number_ending(account)}: ask it"
        raise NotAllowed("amount", sentence)
    found, frozen_minor = figures.of(account, currency), _left(look, freeze)
    # Without its statement nobody knows what of the traced money has left again.
    traced = found.held_minor if found.covered else found.traced_in_minor
    return FrozenAccount(
        account,
        freeze.target.institution,
        freeze.id,
        frozen_minor,
        found.inflows,
        found.last_outflow_us,
        choice.third_party_minor or 0,
        currency,
        labels_of(frozen_minor, traced, _left_before(others, account, currency)),
        found.covered,
        found.outflows,
        decided_minor(others, currency, account),
        _unseen(look, found, freeze),
    )


def _unseen(look: Look, found: AccountFigures, freeze: Measure) -> Unseen | None:
    """From the end of the statement to the freeze; nothing where no statement is at hand, which is said by itself."""
    ends_us, begins_us = found.covered_until_us, freeze.starts_us
    if not found.covered or ends_us is None or begins_us is None or ends_us >= begins_us:
        return None
    return Unseen(ends_us, begins_us, _stopped_until(look, freeze, ends_us) >= begins_us)


def _stopped_until(look: Look, freeze: Measure, from_us: int) -> int:
    """How long, from an instant on, stops that follow one another without a break let nothing out of the account."""
    stops = [
        (one.starts_us, now_or_ended)
        for one in on_account(look, freeze.request)
        if one.kind is MeasureKind.STOP_PAYMENT and one.starts_us is not None
        if (now_or_ended := look.now_us if holds(one, look.now_us) else one.ended_us) is not None
    ]
    for starts_us, until_us in sorted(stops):
        if starts_us <= from_us:
            from_us = max(from_us, until_us)
    return from_us


def _left_before(others: Sequence[ReturnProcedure], account: str, currency: str) -> tuple[Reattribution, ...]:
    """Whose money an earlier return left on the account, by its own booking."""
    booked = [booking for other in others for booking in other.booked]
    return next((b.rows for b in reversed(booked) if (b.account, b.currency) == (account, currency)), ())


def _claims(
    account: FrozenAccount,
    figures: ReturnFigures,
    base: Base,
    wanted: ReturnWanted,
    others: Sequence[ReturnProcedure],
) -> tuple[VictimClaim, ...]:
    found, lost = figures.of(account.account, account.currency), figures.lost_minor(account.currency)
    decided = decided_minor(others, account.currency)
    from_here = decided_minor(others, account.currency, account.account)
    first_us = _first_inflows(found)
    direct, pay_to = _paid_in(account, figures)
    claims = []
    for victim, total in lost.items():
        traced = min(found.traced_in_minor.get(victim, 0), total)
        into = direct.get(victim, 0) or traced
        if not (into or traced) and base is not Base.TOTAL_CASE_LOSS:
            continue
        loss = {Base.LOSS_INTO_ACCOUNT: into, Base.TRACED_INTO_ACCOUNT: traced, Base.TOTAL_CASE_LOSS: total}
        compensated = wanted.compensated_minor.get(victim, 0)
        returned = decided[victim] + compensated if base is Base.TOTAL_CASE_LOSS else from_here[victim]
        claims.append(
            VictimClaim(
                victim, loss, returned, total - decided[victim] - compensated, first_us.get(victim),
                wanted.pay_to.get(victim) or pay_to.get(victim, ""), compensated, pay_to.get(victim, ""),
            )
        )  # fmt: skip
    return tuple(claims)


def _paid_elsewhere(look: Look, case_id: str) -> dict[str, str]:
    """By victim the account that took an earlier payment after the one his money came from could not."""
    payments = payments_out(look, look.unit.records(Case).get(case_id))
    return {one.request.beneficiary: one.request.payee for one in payments if AGAIN in one.id and paid_minor(one)}


def _paid_in(account: FrozenAccount, figures: ReturnFigures) -> tuple[Mapping[str, int], Mapping[str, str]]:
    """What each victim paid into the account himself, and where his money came from."""
    direct: Counter[str] = Counter()
    came_from: dict[str, str] = {}
    for payment in figures.payments:
        if payment.payee == account.account and payment.currency == account.currency:
            if not direct[payment.victim] and payment.payer:
                came_from[payment.victim] = payment.payer
            direct[payment.victim] += payment.amount_minor
        elif payment.payer:
            came_from.setdefault(payment.victim, payment.payer)
    return direct, came_from


def _first_inflows(found: AccountFigures) -> Mapping[str, int]:
    first: dict[str, int] = {}
    for inflow in found.inflows:
        if inflow.victim:
            first[inflow.victim] = min(inflow.at_us, first.get(inflow.victim, inflow.at_us))
    return first
