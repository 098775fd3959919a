"""A measure, an appeal and an incident as documents, their persons shown through a mask."""

from __future__ import annotations

from typing import Any

from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.measures.appeals import Appeal
from fanzha.measures.carried import Carried
from fanzha.measures.guard import AccountView, GuardAdvice
from fanzha.measures.model import (
    CounterEvidence,
    FactCheck,
    Measure,
    Request,
    Target,
    TargetKind,
    effective_status,
    held_minor,
)
from fanzha.measures.obstacles import Obstacle
from fanzha.measures.orders import Correction, Incident, OnwardTransfer, Order, Receipt
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.preview_measure import Preview

Document = dict[str, Any]


def measure_line(measure: Measure, mask: Mask, now_us: int) -> Document:
    """One line of a list."""
    request = measure.request
    return {
        "id": measure.id,
        "version": measure.version,
        "kind": measure.kind,
        "status": effective_status(measure, now_us),
        "organisation": measure.organisation,
        "case": request.case,
        "target": target_document(request.target, mask),
        "amount": _money(request.scope.amount_minor, request),
        "held": None if measure.executed_minor is None else _money(held_minor([measure], now_us), request),
        "currency": request.scope.currency,
        "drafted_at": format_instant(measure.drafted_us),
        "ends_at": _at(measure.void_from_us),
        "acted_first": measure.acted_first,
    }


def measure_document(measure: Measure, mask: Mask, now_us: int) -> Document:
    """A measure with its whole life."""
    return {
        **measure_line(measure, mask, now_us),
        "noted_status": measure.status,  # what is written down; the clock may know better
        **_request(measure.request, mask),
        "drafted_by": measure.drafted_by,
        "countersign_due_at": _at(measure.countersign_due_us),
        "sent_at": _at(measure.sent_us),
        "starts_at": _at(measure.starts_us),
        "executed": _money(measure.executed_minor, measure.request),
        "released": _money(measure.released_minor, measure.request),
        "ended_at": _at(measure.ended_us),
        "end_reason": mask.text(measure.end_reason),
        "converted_into": measure.converted_into,
        "unrelated_at": _at(measure.unrelated_us),
        "rests_on": measure.rests_on,
        "approvals": [
            {
                "signature": sign.signature,
                "by": sign.by,
                "organisation": sign.organisation,
                "level": sign.level.name.lower(),
                "at": format_instant(sign.at_us),
                "note": mask.text(sign.note),
            }
            for sign in measure.approvals
        ],
        "renewals": [
            {
                "period": str(renewal.period),
                "reason": mask.text(renewal.reason),
                "proposed_by": renewal.proposed_by,
                "proposed_at": format_instant(renewal.proposed_us),
                "approved_by": renewal.approved_by,
                "approved_at": _at(renewal.approved_us),
                "ends_at": _at(renewal.ends_us),
            }
            for renewal in measure.renewals
        ],
        "part_releases": [
            {
                "amount": _money(release.amount_minor, measure.request),
                "reason": mask.text(release.reason),
                "by": release.by,
                "at": format_instant(release.at_us),
                "order": release.order,
            }
            for release in measure.part_releases
        ],
        "orders": [order_document(order, measure.request) for order in measure.orders],
        "receipts": [receipt_document(receipt, measure.request, mask) for receipt in measure.receipts],
        "corrections": [_correction(each, measure.request, mask) for each in measure.corrections],
        "counter_evidence": [_evidence(each, mask) for each in measure.counter_evidence],
        "call_backs": [
            {"outcome": call.outcome, "note": mask.text(call.note), "by": call.by, "at": format_instant(call.at_us)}
            for call in measure.call_backs
        ],
        "told": [
            {
                "how": telling.how,
                "whom": mask.name(telling.whom) if telling.whom else "",
                "by": telling.by,
                "at": format_instant(telling.at_us),
                "noted_at": format_instant(telling.noted_us),
                "note": mask.text(telling.note),
            }
            for telling in measure.told
        ],
    }


def _correction(each: Correction, request: Request, mask: Mask) -> Document:
    return {
        "receipt": receipt_document(each.receipt, request, mask),
        "instead": each.instead,
        "by": each.corrected_by,
        "at": format_instant(each.corrected_us),
        "reason": mask.text(each.reason),
    }


def target_document(target: Target, mask: Mask) -> Document:
    """What a measure acts upon."""
    hide = {TargetKind.ACCOUNT: mask.account, TargetKind.LINE: mask.phone, TargetKind.PERSON: mask.identity}
    shown = hide.get(target.kind, str)
    return {
        "kind": target.kind,
        "reference": shown(target.reference),
        "institution": target.institution,
        "holder_name": mask.name(target.holder) if target.holder else "",
    }


def order_document(order: Order, request: Request) -> Document:
    """An order and how far the institution has come with it."""
    return {
        "id": order.id,
        "verb": order.verb,
        "institution": order.institution,
        "status": order.status,
        "prepared_at": format_instant(order.prepared_us),
        "original": order.original,
        "amount": _money(order.amount_minor, request),
        "until": _at(order.until_us),
        "channel": order.channel,
        "document": order.document,
        "number_elsewhere": order.elsewhere,
        "sent_at": _at(order.sent_us),
        "sent_by": order.sent_by,
        "receipt_due_at": _at(order.receipt_due_us),
    }


def receipt_document(receipt: Receipt, request: Request, mask: Mask) -> Document:
    """An institution's answer."""
    return {
        "id": receipt.id,
        "order": receipt.order,
        "outcome": receipt.outcome,
        "answered_at": format_instant(receipt.answered_us),
        "arrived_at": format_instant(receipt.arrived_us),
        "amount": _money(receipt.amount_minor, request),
        "code": receipt.code,
        "note": mask.text(receipt.note),
        "balance": _money(receipt.balance_minor, request),
        "balance_at": _at(receipt.balance_us),
        "onward": [onward_document(onward, request, mask) for onward in receipt.onward],
        "answered": [
            {
                "account": mask.account(answer.account),
                "from": format_instant(answer.from_us),
                "until": format_instant(answer.until_us),
                "statement": answer.statement,
            }
            for answer in receipt.answered
        ],
        "entered_by": receipt.entered_by,
        "evidence": receipt.evidence,
    }


def onward_document(onward: OnwardTransfer, request: Request, mask: Mask) -> Document:
    """Where the institution says that the money went."""
    return {
        "account": mask.account(onward.account),
        "institution": onward.institution,
        "holder_name": mask.name(onward.holder) if onward.holder else "",
        "amount": _money(onward.amount_minor, request),
        "at": format_instant(onward.time_us),
        "serial": onward.serial,
    }


def preview_document(preview: Preview, mask: Mask) -> Document:
    """What stands against a measure and beside it."""
    request = preview.measure.request
    return {
        "passes": preview.passes,
        "refused": [_obstacle(each) for each in preview.refused],
        "needs_reason": [_obstacle(each) for each in preview.open],
        "reasoned": [_obstacle(each) for each in preview.reasoned],
        "account": None if preview.account is None else _view(preview.account, request),
        "guard": None if preview.advice is None else _advice(preview.advice, request, mask),
        "told_due_at": _at(preview.told_due_us),
        "carried": None if preview.carried is None else carried_document(preview.carried, request),
        "same_payment": [
            {
                "kind": each.kind,
                "status": each.status,
                "id": each.id,
                "case": each.case,
                "organisation": each.organisation,
            }
            for each in preview.same_payment
        ],
        "appeals": [appeal_document(appeal, mask) for appeal in preview.appeals],
    }


def appeal_document(appeal: Appeal, mask: Mask) -> Document:
    """An appeal; its id is the number that the appellant was told."""
    return {
        "id": appeal.id,
        "version": appeal.version,
        "organisation": appeal.organisation,
        "measure": appeal.measure,
        "status": appeal.status,
        "by": mask.name(appeal.by),
        "grounds": mask.text(appeal.grounds, (appeal.by,)),
        "received_at": format_instant(appeal.received_us),
        "received_by": appeal.received_by,
        "due_at": format_instant(appeal.due_us),
        "evidence": list(appeal.evidence),
        "answer": mask.text(appeal.answer, (appeal.by,)),
        "answered_by": appeal.answered_by,
        "answered_at": _at(appeal.answered_us),
    }


def incident_document(incident: Incident, mask: Mask) -> Document:
    """What does not fit, and what was found."""
    return {
        "id": incident.id,
        "version": incident.version,
        "organisation": incident.organisation,
        "kind": incident.kind,
        "sentence": mask.text(incident.sentence),
        "at": format_instant(incident.at_us),
        "measure": incident.measure,
        "order": incident.order,
        "receipt": "" if incident.receipt is None else incident.receipt.id,
        "state": "open" if incident.closed_us is None else "closed",
        "closed_by": incident.closed_by,
        "closed_at": _at(incident.closed_us),
        "finding": mask.text(incident.finding),
    }


def _request(request: Request, mask: Mask) -> Document:
    basis, scope = request.basis, request.scope
    return {
        "filing": request.filing,
        "document": request.document,
        "basis": None if basis is None else {"id": basis.id, "text": str(basis), "certainty": basis.certainty},
        "modes": list(scope.modes),
        "mode_reason": mask.text(scope.reason),
        "traced": _money(scope.traced_minor, request),
        "innocent": _money(scope.innocent_minor, request),
        "term": request.term,
        "period": None if request.period is None else str(request.period),
        "reason": mask.text(request.reason),
        "fact": None if request.fact is None else _fact(request.fact, request, mask),
        "overrides": [{"rule": each.rule, "reason": mask.text(each.reason)} for each in request.overrides],
        "origin": None if request.origin is None else {"kind": request.origin.kind, "id": request.origin.id},
        "questions": [
            {
                "account": mask.account(question.account),
                "holder_name": mask.name(question.holder) if question.holder else "",
                "from": format_instant(question.from_us),
                "until": format_instant(question.until_us),
                "traced": _money(question.traced_minor, request),
            }
            for question in request.questions
        ],
        "payee": mask.account(request.payee) if request.payee else "",
        "beneficiary": request.beneficiary,
        "finding": None
        if request.finding is None
        else {
            "organ": mask.text(request.finding.organ),
            "number": mask.text(request.finding.number),
            "found_on": request.finding.found_on.isoformat(),
        },
    }


def _fact(fact: FactCheck, request: Request, mask: Mask) -> Document:
    fields = fact.fields
    return {
        "holder_name": mask.name(fields.holder),
        "account": mask.account(fields.account),
        "amount": _money(fields.amount_minor, request),
        "at": format_instant(fields.time_us),
        "source": fact.source,
        "checked_by": fact.checked_by,
        "checked_at": format_instant(fact.checked_us),
        "hop": fact.hop,
        "evidence": fact.evidence,
    }


def _evidence(evidence: CounterEvidence, mask: Mask) -> Document:
    return {
        "id": evidence.id,
        "kind": evidence.kind,
        "text": mask.text(evidence.text),
        "given_at": format_instant(evidence.given_us),
        "given_by": evidence.given_by,
        "looked_at_by": evidence.looked_at_by,
        "looked_at_at": _at(evidence.looked_at_us),
        "finding": mask.text(evidence.finding),
    }


def _obstacle(obstacle: Obstacle) -> Document:
    return {"rule": obstacle.rule, "sentence": obstacle.sentence, "gives_way": obstacle.gives_way}


def _view(view: AccountView, request: Request) -> Document:
    return {
        "balance": _money(view.balance_minor, request),
        "balance_at": _at(view.balance_us),
        "last_movement_at": _at(view.last_movement_us),
        "available": _money(view.available_minor, request),
        "bound_elsewhere": _money(view.bound_elsewhere_minor, request),
        "wages": _money(view.wages_minor, request),
        "natural_person": view.natural_person,
        "merchant": view.merchant,
        "good_faith": view.good_faith,
        "goods_payers": view.goods_payers,
        "hop": view.hop,
    }


def _advice(advice: GuardAdvice, request: Request, mask: Mask) -> Document:
    return {
        "query_instead": advice.query_instead,
        "least": _money(advice.least_minor, request),
        "innocent": _money(advice.innocent_minor, request),
        "spare": _money(advice.spare_minor, request),
        "hazards": [
            {"hazard": found.hazard, "sentence": mask.text(found.sentence), "needs_reason": found.needs_reason}
            for found in advice.hazards
        ],
    }


def carried_document(carried: Carried, request: Request) -> Document:
    """How much of the case's money is on the account, by the method that the purpose's rule names and by the others."""
    return {
        "purpose": carried.purpose,
        "method": carried.method,
        "amount": _money(carried.method_minor, request),
        "by_method": {name: _money(minor, request) for name, minor in carried.by_method.items()},
        "methods_disagree": carried.disagrees,
        "unknown": _money(carried.unknown_minor, request),
        "facts": _money(carried.facts_minor, request),
        "newer_facts": _money(carried.newer_minor, request),
        "at_most": _money(carried.most_minor, request),
        "before": _money(carried.before_minor, request),
        "run": carried.run,
        "traced_at": _at(carried.traced_us),
        "rule": {"certainty": carried.rule.text.certainty, "source": carried.rule.text.source},
    }


def _money(minor: int | None, request: Request) -> str | None:
    return None if minor is None else format_minor(minor, exponent_of(request.scope.currency))


def _at(at_us: int | None) -> str | None:
    return None if at_us is None else format_instant(at_us)
