"""One return as its page shows it: plans with every other way, what every method finds, payments, freezes that end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fanzha.core.actor import Actor
from fanzha.measures.model import Measure
from fanzha.measures.return_booking import paid_out_minor
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.methods_beside import Beside, methods_beside
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.pay_return import all_payments
from fanzha.services.desk.unpaid_freezes import ending_freezes


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """A return, its payments, the freezes that may end before it is paid, and the methods beside the chosen one."""

    procedure: ReturnProcedure
    mask: Mask
    payments: tuple[Measure, ...]
    ending: tuple[Measure, ...]
    beside: Beside


@dataclass(frozen=True, slots=True)
class ReturnSums:
    """What a line of a list says of a return, in one currency; minor units."""

    currency: str
    frozen: int
    planned: int
    paid: int
    remainder: int


def return_page(
    desk: Desk, actor: Actor, return_id: str, *, reveal: bool = False, case: str = "", reason: str = ""
) -> ReturnPage:
    """The return, as the actor may see it; revealed for a purpose as `open_record` has it."""
    opened = open_record(desk, actor, ReturnProcedure, return_id, reveal=reveal, case=case, reason=reason)
    with desk.store.reading() as view:
        procedure = opened.record
        ending = ending_freezes(view, desk.rules.measures, procedure, desk.clock.now_us())
        beside = methods_beside(desk, view, procedure.trace_run, procedure.plans)
        return ReturnPage(procedure, opened.mask, all_payments(view, procedure), ending, beside)


def sums_of(procedure: ReturnProcedure) -> Sequence[ReturnSums]:
    """By currency: what is frozen, planned, paid by the banks' receipts, and left."""
    found = []
    for currency in dict.fromkeys(plan.currency for plan in procedure.plans):
        plans = [plan for plan in procedure.plans if plan.currency == currency]
        paid = sum(paid_out_minor(procedure, plan) for plan in plans)
        found.append(
            ReturnSums(
                currency, sum(plan.frozen_minor for plan in plans), sum(plan.paid_minor for plan in plans), paid,
                sum(plan.remainder_minor for plan in plans),
            )
        )  # fmt: skip
    return tuple(found)
