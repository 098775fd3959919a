"""A decided return is paid: one order for each victim and account, once, and again elsewhere where a bank could not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.measures.lifecycle import HOLDING, Status
from fanzha.measures.model import (
    Approval,
    Measure,
    MeasureKind,
    Origin,
    OriginKind,
    Request,
    Scope,
    Signature,
    Target,
    TargetKind,
)
from fanzha.measures.orders import Order, OrderStatus, Outcome, Verb
from fanzha.measures.return_lifecycle import ProcedureEvent, ProcedureStatus
from fanzha.measures.return_plan import Award, ReturnPlan
from fanzha.measures.return_procedure import ReturnProcedure, check_own, step
from fanzha.measures.rules import KindRules, MeasureRules
from fanzha.measures.words import PROCEDURE_WORDS, STATUS_WORDS

AGAIN: Final = ".again"  # behind the id of a refused payment: the one that pays elsewhere
_CAME_TO_NOTHING: Final = frozenset({Status.REFUSED, Status.REJECTED, Status.WITHDRAWN})


def payment_measures(procedure: ReturnProcedure, rules: MeasureRules, now_us: int) -> tuple[Measure, ...]:
    """One approved measure of kind `return` for each payment, with its order; the same ids however often it is asked."""
    if procedure.status is not ProcedureStatus.APPROVED:
        raise NotAllowed("transition", f"{procedure.id} is {PROCEDURE_WORDS[procedure.status]}: nothing is paid yet")
    kind = rules.of(MeasureKind.RETURN, now_us)
    pairs = [(plan, award) for plan in procedure.plans for award in plan.awards]
    decided = tuple(a for a in procedure.approvals if a.signature in {Signature.PROPOSED, Signature.APPROVED})
    return tuple(
        _payment(procedure, plan, award, f"{procedure.id}.{number}", kind, decided, now_us)
        for number, (plan, award) in enumerate(pairs, 1)
    )


def pay_again(
    procedure: ReturnProcedure,
    refused: Measure,
    pay_to: str,
    reason: str,
    actor: Actor,
    now_us: int,
    *,
    others: Sequence[Measure] = (),
) -> Measure:
    """The bank could not pay to the account the money came from: the victim's other account is proposed, with the reason.

    Where it paid a part and refused the rest, the rest is proposed; as long as it may still pay it, nothing is.
    Another officer approves it like any measure; only then the order leaves. others: the payments of this return so far,
    of which one that was tried again may not be tried a second time beside it.
    """
    check_own(procedure, actor)
    if not _is_refused(refused) or refused.request.origin != Origin(OriginKind.RETURN_PLAN, procedure.id):
        raise NotAllowed("payment", f"{refused.id} is no refused payment of {procedure.id}")
    if not pay_to.strip():
        raise NotAllowed("payment", "name the victim's other account")
    if not is_reason(reason):
        raise NotAllowed("reason", reason_sentence("a payment to another account"))
    tried = [each for each in others if each.id.startswith(f"{refused.id}{AGAIN}")]
    going_on = next((each for each in tried if each.status not in _CAME_TO_NOTHING), None)
    if going_on is not None:
        stands = STATUS_WORDS[going_on.status]
        raise NotAllowed("payment", f"{going_on.id} pays it elsewhere already; it is {stands}")
    left = (refused.request.scope.amount_minor or 0) - paid_by_word(refused)
    if left <= 0:
        raise NotAllowed("payment", f"the bank says that it paid {refused.id} after all: look into its incident")
    scope = replace(refused.request.scope, amount_minor=left, traced_minor=left)
    request = replace(refused.request, scope=scope, payee=pay_to.strip(), reason=reason.strip())
    again = f"{refused.id}{AGAIN}" + (f"{len(tried) + 1}" if tried else "")
    asked = Approval(Signature.PROPOSED, actor.id, actor.organisation, actor.level, now_us, reason.strip())
    return Measure(again, 0, procedure.organisation, request, Status.PROPOSED, actor.id, now_us, (asked,))


def _is_refused(payment: Measure) -> bool:
    """Wholly, or in what was left after a part was paid."""
    if payment.status is Status.PARTIAL:
        return any(receipt.outcome is Outcome.REFUSED for receipt in payment.receipts)
    return payment.status is Status.REFUSED


def paid_by_word(payment: Measure) -> int:
    """What the bank says anywhere to have paid of it, contradicted or not; minor units."""
    ordered = payment.request.scope.amount_minor or 0
    whole = {Outcome.EXECUTED: ordered, Outcome.PARTIAL: 0}
    said = ((whole[r.outcome], r.amount_minor) for r in payment.receipts if r.outcome in whole)
    return max((unsaid if minor is None else minor for unsaid, minor in said), default=0)


def complete_return(procedure: ReturnProcedure, payments: Sequence[Measure]) -> ReturnProcedure:
    """Done as soon as every award was paid in full by the banks' own receipts; unchanged until then."""
    status = step(procedure, ProcedureEvent.COMPLETE)
    paid: dict[tuple[str, str, str], int] = {}
    for measure in payments:
        if measure.status in HOLDING and measure.request.origin == Origin(OriginKind.RETURN_PLAN, procedure.id):
            key = (measure.target.reference, measure.request.beneficiary, measure.request.scope.modes[0])
            paid[key] = paid.get(key, 0) + (measure.executed_minor or 0)
    whole = all(paid.get((a.account, a.victim, a.branch.value), 0) >= a.amount_minor for a in procedure.awards)
    return replace(procedure, status=status) if whole else procedure


def _payment(
    procedure: ReturnProcedure,
    plan: ReturnPlan,
    award: Award,
    measure_id: str,
    kind: KindRules,
    decided: tuple[Approval, ...],
    now_us: int,
) -> Measure:
    request = Request(
        MeasureKind.RETURN,
        Target(TargetKind.ACCOUNT, plan.account, plan.institution),
        Scope((award.branch.value,), award.amount_minor, award.amount_minor, 0, plan.currency),
        kind.bases[0],
        kind.terms[0].name,
        None,
        f"返还决定 {procedure.decision}",
        procedure.case,
        procedure.filing,
        procedure.decision,
        origin=Origin(OriginKind.RETURN_PLAN, procedure.id),
        payee=award.pay_to,
        beneficiary=award.victim,
    )
    order = Order(
        f"{measure_id}.{Verb.BEGIN.value}",
        Verb.BEGIN,
        request.target.institution,
        OrderStatus.PREPARED,
        now_us,
        amount_minor=request.scope.amount_minor,
        document=procedure.decision,
    )
    return Measure(
        measure_id,
        0,
        procedure.organisation,
        request,
        Status.APPROVED,
        procedure.drafted_by,
        now_us,
        decided,
        orders=(order,),
    )
