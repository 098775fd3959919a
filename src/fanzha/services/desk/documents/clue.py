"""Clues, facts, duplicates and the figure of the quick check as documents."""

from __future__ import annotations

from typing import Any

from fanzha.casework import (
    CaseworkRules,
    Claim,
    Clue,
    DuplicateOffer,
    Fact,
    QuickCheckFigure,
    clock_state,
    elapsed_us,
    next_due,
    rank,
)
from fanzha.casework.model import ClueKind
from fanzha.core.money import format_minor
from fanzha.core.time import MINUTE_US, SECOND_US, format_instant
from fanzha.services.desk.documents.report import amount, instant
from fanzha.services.desk.find_duplicates import LooksAlike
from fanzha.services.desk.mask import Mask


def clue_document(clue: Clue, mask: Mask, rules: CaseworkRules, now_us: int) -> dict[str, Any]:
    """The clue with its clock and its place in the queue as they are now."""
    placed, due = rank(clue, rules.priority, now_us), next_due(clue, rules.clock)
    return {
        "id": clue.id,
        "version": clue.version,
        "stage": clue.stage.value,
        "kind": clue.kind.value,
        "subject": subject_of(clue, mask),
        "organisation": clue.organisation,
        "jurisdiction": clue.jurisdiction,
        "officer": clue.officer,
        "received_at": format_instant(clue.received_at_us),
        "reports": list(clue.reports),
        "claims": [_claim(claim, mask) for claim in clue.claims],
        "recoverable": format_minor(placed.recoverable),
        "priority": placed.priority,
        "clock": {
            "state": clock_state(clue, rules.clock, now_us).value,
            "elapsed_minutes": elapsed_us(clue, now_us) // MINUTE_US,
            "limit_minutes": rules.clock.limit_us // MINUTE_US,
            "next": None if due is None else {"mark": due.name, "at": format_instant(due.at_us)},
            "pauses": [
                {
                    "reason": pause.reason,
                    "from": format_instant(pause.from_us),
                    "until": format_instant(pause.until_us),
                    "by": pause.by,
                }
                for pause in clue.pauses
            ],
        },
        "assessment": None if clue.assessment is None else mask.text(clue.assessment.finding),
        "facts": list(clue.facts),
        "outcome": None
        if clue.outcome is None
        else {
            "by": clue.outcome.by,
            "at": format_instant(clue.outcome.at_us),
            "reason": mask.text(clue.outcome.reason),
            "actions": list(clue.outcome.actions),
        },
        "done_at": instant(clue.done_at_us),
        "case": clue.case,
        "merged_into": clue.merged_into,
    }


def subject_of(clue: Clue, mask: Mask) -> str:
    """What the clue is about, as it may be shown; of an account without a number it is the holder's name."""
    if clue.kind is ClueKind.ACCOUNT:
        named = any(clue.subject == claim.holder_name and not claim.account for claim in clue.claims)
        return mask.name(clue.subject) if named else mask.account(clue.subject)
    return mask.phone(clue.subject) if clue.kind is ClueKind.LINE else mask.text(clue.subject)


def fact_document(fact: Fact, mask: Mask) -> dict[str, Any]:
    """The four fields, and who read them where."""
    fields = fact.fields
    return {
        "id": fact.id,
        "version": fact.version,
        "organisation": fact.organisation,
        "clue": fact.clue,
        "hop": fact.hop,
        "holder_name": mask.name(fields.holder_name),
        "account": mask.account(fields.account),
        "institution": fields.institution,
        "amount": amount(fields.amount_minor, fields.currency),
        "currency": fields.currency,
        "at": format_instant(fields.at_us),
        "checks": [
            {
                "field": check.field.value,
                "document": check.document.kind.value,
                "reference": check.document.reference,
                "place": check.document.place,
                "checked_by": check.checked_by,
                "checked_at": format_instant(check.checked_at_us),
            }
            for check in fact.checks
        ],
        "verified_by": fact.verified_by,
        "verified_at": format_instant(fact.verified_at_us),
        "withdrawn_at": instant(fact.withdrawn_at_us),
        "withdrawn_reason": mask.text(fact.withdrawn_reason),
    }


def alike_document(found: LooksAlike, mask: Mask) -> dict[str, Any]:
    """What is offered for merging, and which payees several reports name."""
    return {
        "reports": [_offer(offer) for offer in found.reports],
        "clues": [_offer(offer) for offer in found.clues],
        "repeat_payees": [
            {
                "account": mask.account(payee.account),
                "institution": payee.institution,
                "reports": list(payee.reports),
                "victims": payee.victims,
                "payments": payee.payments,
                "totals": {currency: amount(minor, currency) for currency, minor in payee.total_minor},
            }
            for payee in found.payees
        ],
    }


def figure_document(figure: QuickCheckFigure, organisation: str) -> dict[str, Any]:
    """The figure with every clue that it counts, and those that broke it."""
    return {
        "organisation": organisation,
        "from": format_instant(figure.from_us),
        "until": format_instant(figure.until_us),
        "as_of": format_instant(figure.as_of_us),
        "target_percent": figure.target_percent,
        "counted": figure.counted,
        "within": list(figure.within),
        "broke": [
            {
                "clue": broken.clue,
                "officer": broken.officer,
                "elapsed_seconds": broken.elapsed_us // SECOND_US,
                "why": broken.why,
            }
            for broken in figure.broke
        ],
        "pending": list(figure.pending),
        "merged": list(figure.merged),
        "left_overnight": list(figure.left_overnight),
        "share_percent": None if figure.share_basis_points is None else format_minor(figure.share_basis_points),
        "met": figure.met,
    }


def _offer(offer: DuplicateOffer) -> dict[str, Any]:
    return {"kept": offer.kept, "absorbed": offer.absorbed, "signs": [sign.value for sign in offer.signs]}


def _claim(claim: Claim, mask: Mask) -> dict[str, Any]:
    return {
        "id": claim.id,
        "report": claim.report,
        "holder_name": mask.name(claim.holder_name),
        "account": mask.account(claim.account),
        "institution": claim.institution,
        "amount": amount(claim.amount_minor, claim.currency),
        "recoverable": amount(claim.recoverable_minor, claim.currency),
        "currency": claim.currency,
        "at": instant(claim.at_us),
    }
