"""A return of frozen money as a document: the plan of each account by every way, the notice, the decision, the payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.measures.model import Approval, Measure
from fanzha.measures.return_booking import paid_minor, paid_out_minor
from fanzha.measures.return_plan import Award, Booking, ReturnPlan, VictimClaim, WhatIf
from fanzha.measures.return_procedure import Objection, ReturnProcedure
from fanzha.services.desk.case_law import CaseLaw, LawRow
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.methods_beside import Beside
from fanzha.services.desk.plan_return import PlannedReturn

NOTHING: Final[Beside] = {}


def return_document(
    procedure: ReturnProcedure,
    mask: Mask,
    payments: Sequence[Measure] = (),
    ending: Sequence[Measure] = (),
    beside: Beside = NOTHING,
) -> dict[str, Any]:
    """The whole return; victims by their labels, accounts and names through the mask.

    ending: freezes that may end before it is paid out of them. beside: what every method finds on its accounts.
    """
    return {
        **return_line(procedure),
        "filing": procedure.filing,
        "method": procedure.method,
        "trace_run": procedure.trace_run,
        "earlier": procedure.earlier,
        "drafted_by": procedure.drafted_by,
        "notice": _notice(procedure),
        "accounts": [plan_document(plan, mask, beside) for plan in procedure.plans],
        "objections": [_objection(each, mask) for each in procedure.objections],
        "approvals": [_approval(each) for each in procedure.approvals],
        "payments": [payment_document(payment, mask) for payment in payments],
        "booked": [_booking(booking, mask) for booking in procedure.booked],
        "freezes_ending": [
            {"measure": each.id, "ends_at": None if each.ends_us is None else format_instant(each.ends_us)}
            for each in ending
        ],
    }


def return_line(procedure: ReturnProcedure) -> dict[str, Any]:
    """What a list shows of a return; amounts by currency. planned: by its plans; paid: by the banks' receipts."""
    sums: dict[str, dict[str, int]] = {}
    for plan in procedure.plans:
        one = sums.setdefault(plan.currency, {"frozen": 0, "planned": 0, "paid": 0, "remainder": 0})
        one["frozen"] += plan.frozen_minor
        one["planned"] += plan.paid_minor
        one["paid"] += paid_out_minor(procedure, plan)
        one["remainder"] += plan.remainder_minor
    return {
        "id": procedure.id,
        "version": procedure.version,
        "organisation": procedure.organisation,
        "case": procedure.case,
        "status": procedure.status.value,
        "decision": procedure.decision,
        "drafted_at": format_instant(procedure.drafted_us),
        "victims": len({award.victim for award in procedure.awards}),
        "needs_public_notice": procedure.needs_public_notice,
        "sums": [
            {"currency": currency, **{name: _yuan(minor, currency) for name, minor in one.items()}}
            for currency, one in sums.items()
        ],
    }


def planned_document(planned: PlannedReturn, mask: Mask, beside: Beside = NOTHING) -> dict[str, Any]:
    """A plan that nobody wrote down yet."""
    return {
        "case": planned.case,
        "method": planned.method,
        "trace_run": planned.trace_run,
        "accounts": [plan_document(plan, mask, beside) for plan in planned.plans],
    }


def plan_document(plan: ReturnPlan, mask: Mask, beside: Beside = NOTHING) -> dict[str, Any]:
    """One account: who gets what by the chosen branches, what every other way would give, and what each method finds."""
    currency = plan.currency
    by_method = beside.get((plan.account, currency), {})
    return {
        "account": mask.account(plan.account),
        "institution": plan.institution,
        "measure": plan.measure,
        "currency": currency,
        "frozen": _yuan(plan.frozen_minor, currency),
        "third_parties": _yuan(plan.third_party_minor, currency),
        "strangers": _yuan(plan.strangers_minor, currency),
        "unseen": _unseen(plan),
        "branches": [branch.value for branch in plan.branches],
        "base": plan.base.value,
        "formula": plan.formula,
        "reason": mask.text(plan.reason),
        "awards": [_award(award, currency, mask) for award in plan.awards],
        "paid": _yuan(plan.paid_minor, currency),
        "remainder": _yuan(plan.remainder_minor, currency),
        "claims": [_claim(claim, currency, mask) for claim in plan.claims],
        "ways": [_way(plan, way) for way in plan.ways],
        "held_by_method": {name: _yuan(minor, currency) for name, minor in by_method.items()},
        "methods_disagree": len(set(by_method.values())) > 1,
    }


def payment_document(payment: Measure, mask: Mask) -> dict[str, Any]:
    """One payment of a decided return, and what the bank says of it."""
    scope = payment.request.scope
    return {
        "id": payment.id,
        "victim": payment.request.beneficiary,
        "account": mask.account(payment.target.reference),
        "pay_to": mask.account(payment.request.payee),
        "branch": scope.modes[0],
        "amount": _yuan(scope.amount_minor or 0, scope.currency),
        "paid": _yuan(paid_minor(payment), scope.currency),
        "currency": scope.currency,
        "status": payment.status.value,
        "order": payment.orders[0].id if payment.orders else "",
    }


def law_document(law: CaseLaw) -> dict[str, Any]:
    """The books of a case: lost + reattributed = held + returned + exited + unknown."""
    return {
        "case": law.case,
        "method": law.method,
        "trace_run": law.trace_run,
        "victims": [{"victim": row.victim, **_law_row(row)} for row in law.rows],
        "totals": [_law_row(row) for row in law.totals],
        "third_parties": {currency: _yuan(minor, currency) for currency, minor in law.third_parties_minor.items()},
        "faults": list(law.faults),
        "notes": list(law.notes),
    }


def _law_row(row: LawRow) -> dict[str, Any]:
    figures = {
        "lost": row.lost_minor, "reattributed": row.reattributed_minor, "held": row.held_minor,
        "returned": row.returned_minor, "exited": row.exited_minor, "unknown": row.unknown_minor,
        "difference": row.difference_minor,
    }  # fmt: skip
    return {
        "currency": row.currency,
        **{name: _yuan(minor, row.currency) for name, minor in figures.items()},
        "decisions": list(row.decisions),
    }


def _yuan(amount_minor: int, currency: str) -> str:
    return format_minor(amount_minor, exponent_of(currency))


def _by_victim(by_victim: Mapping[str, int], currency: str) -> dict[str, str]:
    return {victim: _yuan(minor, currency) for victim, minor in by_victim.items()}


def _award(award: Award, currency: str, mask: Mask) -> dict[str, Any]:
    return {
        "victim": award.victim,
        "branch": award.branch.value,
        "amount": _yuan(award.amount_minor, currency),
        "pay_to": mask.account(award.pay_to),
    }


def _unseen(plan: ReturnPlan) -> dict[str, Any] | None:
    """The time that the next question to the bank is about."""
    if plan.unseen is None:
        return None
    return {
        "from": format_instant(plan.unseen.from_us),
        "until": format_instant(plan.unseen.until_us),
        "stopped": plan.unseen.stopped,
        "needs_reason": plan.rests_on_unseen,
    }


def _claim(claim: VictimClaim, currency: str, mask: Mask) -> dict[str, Any]:
    open_in_case = claim.open_in_case_minor
    return {
        "victim": claim.victim,
        "loss": {base.value: _yuan(minor, currency) for base, minor in claim.loss_minor.items()},
        "returned": _yuan(claim.returned_minor, currency),
        "came_from": mask.account(claim.came_from),
        "goes_elsewhere": claim.goes_elsewhere,
        "open_in_case": None if open_in_case is None else _yuan(open_in_case, currency),
        "first_inflow": None if claim.first_inflow_us is None else format_instant(claim.first_inflow_us),
    }


def _way(plan: ReturnPlan, way: WhatIf) -> dict[str, Any]:
    return {
        "branches": [branch.value for branch in way.branches],
        "chosen": way.branches == plan.branches,
        "refused_because": way.refused_because,
        "paid": _by_victim(way.paid_minor, plan.currency),
        "remainder": _yuan(way.remainder_minor, plan.currency),
        "differences": _by_victim(plan.differences(way), plan.currency),
    }


def _notice(procedure: ReturnProcedure) -> dict[str, Any] | None:
    begun, until = procedure.notice_from_us, procedure.notice_until_us
    if begun is None or until is None:
        return None
    return {"from": format_instant(begun), "until": format_instant(until)}


def _objection(objection: Objection, mask: Mask) -> dict[str, Any]:
    decided = objection.decided_us
    return {
        "id": objection.id,
        "by": mask.name(objection.by),
        "text": mask.text(objection.text, (objection.by,)),
        "received_at": format_instant(objection.received_us),
        "decided_at": None if decided is None else format_instant(decided),
        "decided_by": objection.decided_by,
        "upheld": None if decided is None else objection.upheld,
        "finding": mask.text(objection.finding, (objection.by,)),
    }


def _approval(approval: Approval) -> dict[str, Any]:
    return {
        "signature": approval.signature.value,
        "by": approval.by,
        "organisation": approval.organisation,
        "level": approval.level.name.lower(),
        "at": format_instant(approval.at_us),
        "note": approval.note,
    }


def _booking(booking: Booking, mask: Mask) -> dict[str, Any]:
    return {
        "account": mask.account(booking.account),
        "currency": booking.currency,
        "labels": [
            {
                "label": row.label,
                "held": _yuan(row.held_minor, booking.currency),
                "reattributed": _yuan(row.reattributed_minor, booking.currency),
                "paid": _yuan(row.paid_minor, booking.currency),
                "held_after": _yuan(row.held_after_minor, booking.currency),
            }
            for row in booking.rows
        ],
    }
