"""What carried-out payments of a return do: to the freeze they come out of, and to whose money is left on the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from fanzha.measures.changes import Change
from fanzha.measures.ending import book_returned
from fanzha.measures.lifecycle import HOLDING
from fanzha.measures.model import Measure, Origin, OriginKind, PartRelease
from fanzha.measures.return_plan import Booking, Reattribution, ReturnPlan, reattribute
from fanzha.measures.return_procedure import ReturnProcedure

THIRD_PARTIES: Final = "third_parties"  # one label: the holder's own money, strangers' and what nobody can name
_AGAIN: Final = "#"  # between a payment's id and which further part of it was paid


def labels_of(
    frozen_minor: int, traced_minor: Mapping[str, int], before: Sequence[Reattribution] = ()
) -> dict[str, int]:
    """Whose money a frozen amount is by the tracing; what is traced to no victim is third parties'. Minor units.

    before: what an earlier return left of whose money; a victim found later has his part out of third parties'.
    """
    if not before:
        labels = {victim: minor for victim, minor in traced_minor.items() if minor}
        return labels | {THIRD_PARTIES: max(frozen_minor - sum(labels.values()), 0)}
    labels = {row.label: row.held_after_minor for row in before}
    others = labels.pop(THIRD_PARTIES, 0)
    for victim, minor in traced_minor.items():
        if victim not in labels:
            labels[victim] = min(minor, others)
            others -= labels[victim]
    return labels | {THIRD_PARTIES: others}


def found_later(rows: Sequence[Reattribution], traced_minor: Mapping[str, int]) -> dict[str, int]:
    """What a return paid to others out of the money of victims whom nobody knew when it was booked; minor units.

    rows: the booking, in which their money stands among third parties'. traced_minor: theirs on the account before it.
    """
    others = next((row for row in rows if row.label == THIRD_PARTIES), None)
    before, after = (others.held_minor, others.held_after_minor) if others is not None else (0, 0)
    moved: dict[str, int] = {}
    for label, minor in traced_minor.items():
        had, kept = min(minor, before), min(minor, after)
        before, after = before - had, after - kept
        moved[label] = had - kept
    return moved


def payments_of(procedure: ReturnProcedure, measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """Those of the measures that pay this return out."""
    origin = Origin(OriginKind.RETURN_PLAN, procedure.id)
    return tuple(measure for measure in measures if measure.request.origin == origin)


def paid_minor(measure: Measure) -> int:
    """What a payment has moved by the bank's own receipt."""
    return (measure.executed_minor or 0) if measure.status in HOLDING else 0


def unbooked_minor(freeze: Measure, payment: Measure) -> int:
    """What a payment has moved that was not taken out of the freeze yet; below zero never."""
    return max(paid_minor(payment) - sum(release.amount_minor for release in _booked(freeze, payment)), 0)


def book_out(freeze: Measure, payment: Measure, now_us: int) -> Change:
    """Takes what a payment moved out of the freeze, each 分 once, however many receipts say so."""
    more = unbooked_minor(freeze, payment)
    if not more:
        return Change(freeze)
    parts = len(_booked(freeze, payment))
    return book_returned(freeze, more, f"{payment.id}{_AGAIN}{parts}" if parts else payment.id, now_us)


def _booked(freeze: Measure, payment: Measure) -> list[PartRelease]:
    return [
        release
        for release in freeze.part_releases
        if release.order == payment.id or release.order.startswith(payment.id + _AGAIN)
    ]


def book_payment(procedure: ReturnProcedure, payment: Measure, more_minor: int) -> ReturnProcedure:
    """The return with what a payment did besides: who was paid beyond his traced part, and out of whose money."""
    place = (payment.target.reference, payment.request.scope.currency)
    plan = next(plan for plan in procedure.plans if (plan.account, plan.currency) == place)
    others = tuple(booking for booking in procedure.booked if (booking.account, booking.currency) != place)
    before = next((booking for booking in procedure.booked if booking not in others), None)
    paid = {} if before is None else {row.label: row.paid_minor for row in before.rows if row.paid_minor}
    paid[payment.request.beneficiary] = paid.get(payment.request.beneficiary, 0) + more_minor
    return replace(procedure, booked=(*others, _booking(plan, paid)))


def paid_out_minor(procedure: ReturnProcedure, plan: ReturnPlan) -> int:
    """What was paid so far by one of the plans of a return; minor units."""
    place = (plan.account, plan.currency)
    rows = (row for each in procedure.booked if (each.account, each.currency) == place for row in each.rows)
    return sum(row.paid_minor for row in rows)


def all_is_paid(procedure: ReturnProcedure) -> bool:
    """Whether as much was paid out of each account as was decided; the receipts of each payment are looked at then."""
    return all(paid_out_minor(procedure, plan) >= plan.paid_minor for plan in procedure.plans)


def _booking(plan: ReturnPlan, paid_minor_by_label: Mapping[str, int]) -> Booking:
    held = dict(plan.held_by_label) or labels_of(plan.frozen_minor, {})
    # A bank that pays more than was ordered is an incident; its receipt is booked all the same.
    lacking = sum(paid_minor_by_label.values()) - sum(held.values())
    held[THIRD_PARTIES] = held.get(THIRD_PARTIES, 0) + max(lacking, 0)
    paid = {label: paid_minor_by_label[label] for label in sorted(paid_minor_by_label)}
    return Booking(plan.account, plan.currency, reattribute(held, paid), plan.covered)
