"""A bank paid, or could not: the freeze gets smaller, the books say out of whose money, and the return is done at last."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import DetailValue, Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.core.money import exponent_of, format_minor
from fanzha.measures import return_payments
from fanzha.measures.changes import Change, Happening, happened
from fanzha.measures.ending import ended_if_empty
from fanzha.measures.model import Measure, MeasureKind, OriginKind, held_minor
from fanzha.measures.return_booking import (
    all_is_paid,
    book_out,
    book_payment,
    paid_out_minor,
    payments_of,
    unbooked_minor,
)
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_plan import ReturnPlan
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.keeping_returns import keep_return
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.return_planning import returns_of


def pay_again(desk: Desk, actor: Actor, return_id: str, payment_id: str, pay_to: str, reason: str) -> Measure:
    """Proposes to pay a refused payment to the victim's other account; another officer approves it like any measure.

    Raises NotAllowed when the payment was not refused, or is paid elsewhere already.
    """
    with acting(desk, actor, "return.pay_again", Subject("return", return_id)) as work:
        procedure = work.load(ReturnProcedure, return_id, Action.RETURN_PROPOSE)
        refused = work.load(Measure, payment_id, Action.MEASURE_PROPOSE)
        others = all_payments(work.unit, procedure)
        again = return_payments.pay_again(procedure, refused, pay_to, reason, actor, work.now_us, others=others)
        told = tuple(
            happened(happening, again, actor, work.now_us, instead_of=refused.id, reason=reason)
            for happening in (Happening.DRAFTED, Happening.PROPOSED)
        )
        return keep_measure(work, Change(again, told), new=True)


def all_payments(view: WorkView, procedure: ReturnProcedure) -> tuple[Measure, ...]:
    """Every payment of a return, refused ones too."""
    case = view.records(Case).get(procedure.case)
    cases = [case.id] if not case.merged_into else [case.id, case.merged_into]  # open payments go with a merged case
    query = Query(within={"case_id": cases}, equals={"kind": MeasureKind.RETURN.value}, order_by="drafted_us")
    return payments_of(procedure, tuple(every(view.records(Measure), query)))


def check_payable(work: Work, payment: Measure) -> None:
    """Raises NotAllowed where a refused payment would be paid elsewhere though nothing is held for it, or it went through.

    payment: what `pay_again` proposed.
    """
    origin = payment.request.origin
    assert origin is not None, "a payment comes out of a return"
    work.unit.hold(f"return:{payment.request.case}")
    procedure = work.unit.records(ReturnProcedure).get(origin.id)
    freeze = work.unit.records(Measure).get(_plan_of(procedure, payment).measure)
    if held_minor([freeze], work.now_us) < (payment.request.scope.amount_minor or 0):
        raise NotAllowed("not_frozen", f"{freeze.id} does not hold so much any more: nothing is there to pay")
    first = payment.id.partition(return_payments.AGAIN)[0]
    tries = [
        each
        for each in all_payments(work.unit, procedure)
        if each.id == first or each.id.startswith(first + return_payments.AGAIN)
    ]
    ordered = next(each.request.scope.amount_minor or 0 for each in tries if each.id == first)
    paid = sum(return_payments.paid_by_word(each) for each in tries)
    if paid + (payment.request.scope.amount_minor or 0) > ordered:
        raise NotAllowed("payment", f"the bank says by now that it paid of {first}: look into its incidents first")


def owed_minor(work: Work, freeze: Measure) -> int:
    """What a decided return is still to pay out of a freeze; minor units. Nobody else decides on it meanwhile."""
    case = freeze.request.case
    if freeze.kind is not MeasureKind.FREEZE or not case:
        return 0
    work.unit.hold(f"return:{case}")
    decided = (one for one in returns_of(work, case) if one.status is ProcedureStatus.APPROVED)
    return sum(
        plan.paid_minor - paid_out_minor(one, plan)
        for one in decided
        for plan in one.plans
        if plan.measure == freeze.id
    )


def check_not_owed(work: Work, freeze: Measure, amount_minor: int | None) -> None:
    """Raises NotAllowed where what is let go was decided to go back to victims; None: all of it."""
    owed = owed_minor(work, freeze)
    free = held_minor([freeze], work.now_us) - owed
    if owed > 0 and (amount_minor is None or amount_minor > free):
        owing = format_minor(owed, exponent_of(freeze.request.scope.currency))
        raise NotAllowed("return_decided", f"{owing} of {freeze.id} is decided to go back to victims and not paid yet")


def _plan_of(procedure: ReturnProcedure, payment: Measure) -> ReturnPlan:
    place = (payment.target.reference, payment.request.scope.currency)
    return next(plan for plan in procedure.plans if (plan.account, plan.currency) == place)


def book_receipt_of_payment(work: Work, payment: Measure) -> None:
    """Called as a receipt is taken in: books what the bank paid; does nothing for other measures, or a second time."""
    origin = payment.request.origin
    if payment.kind is not MeasureKind.RETURN or origin is None or origin.kind is not OriginKind.RETURN_PLAN:
        return
    work.unit.hold(f"return:{payment.request.case}")  # two banks may answer at once
    procedure = work.unit.records(ReturnProcedure).get(origin.id)
    freeze = work.unit.records(Measure).get(_plan_of(procedure, payment).measure)
    more = unbooked_minor(freeze, payment)
    if not more:
        return
    keep_measure(work, ended_if_empty(book_out(freeze, payment, work.now_us), work.rules.measures, work.now_us))
    booked = book_payment(procedure, payment, more)
    said: dict[str, DetailValue] = {"payment": payment.id, "paid_minor": more, "decision": procedure.decision}
    if not all_is_paid(booked) or procedure.status is not ProcedureStatus.APPROVED:
        keep_return(work, booked, "pay", details=said)
        return
    payments = tuple(payment if each.id == payment.id else each for each in all_payments(work.unit, procedure))
    done = return_payments.complete_return(booked, payments)
    keep_return(work, done, "complete" if done.status is ProcedureStatus.DONE else "pay", details=said)
