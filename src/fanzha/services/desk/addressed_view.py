"""What the body that an order was addressed to sees of a measure: what the order says, and its own answers."""

from __future__ import annotations

from dataclasses import replace

from fanzha.measures.model import FactCheck, FactSource, Measure, PartRelease, Renewal, Request, Scope


def as_addressed(measure: Measure) -> Measure:
    """The measure without anything of the case but its number: no reasons, names of officers, findings or other money.

    It is for showing and must not be saved. What it may say is listed: a field that is new stays hidden.
    """
    return Measure(
        id=measure.id,
        version=measure.version,
        organisation=measure.organisation,
        request=_request(measure.request),
        status=measure.status,
        drafted_by="",
        drafted_us=measure.drafted_us,
        sent_us=measure.sent_us,
        starts_us=measure.starts_us,
        ends_us=measure.ends_us,
        executed_minor=measure.executed_minor,
        renewals=tuple(_renewal(renewal) for renewal in measure.renewals if renewal.approved_us is not None),
        part_releases=tuple(
            PartRelease(one.amount_minor, "", "", one.at_us, one.order) for one in measure.part_releases
        ),
        orders=tuple(replace(order, sent_by="") for order in measure.orders),
        receipts=tuple(replace(receipt, entered_by="") for receipt in measure.receipts),
        ended_us=measure.ended_us,
    )


def _request(request: Request) -> Request:
    scope = request.scope
    return Request(
        kind=request.kind,
        target=request.target,
        scope=Scope(scope.modes, scope.amount_minor, currency=scope.currency),
        basis=request.basis,
        term=request.term,
        period=request.period,
        reason="",
        case=request.case,
        filing=request.filing,
        document=request.document,
        fact=None if request.fact is None else _fact(request.fact),
        questions=tuple(replace(question, traced_minor=None) for question in request.questions),
        payee=request.payee,
    )


def _fact(fact: FactCheck) -> FactCheck:
    return FactCheck(fact.fields, FactSource.TRANSFER_SLIP, "", 0, fact.hop)


def _renewal(renewal: Renewal) -> Renewal:
    return replace(renewal, reason="", proposed_by="", approved_by="")
