"""What is known of an account, as JSON."""

from __future__ import annotations

from typing import Any

from fanzha.casework import Claim, Clue, Fact
from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.measures.model import Measure, effective_status, held_minor
from fanzha.services.account_in_ledger import LedgerAccount
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.open_account import AccountDossier, LastBalance


def account_document(dossier: AccountDossier, ledger: tuple[LedgerAccount, ...] | None) -> dict[str, Any]:
    """The dossier through its own mask, and what the ledger knows: null where the home has no ledger."""
    mask, standing = dossier.mask, dossier.standing
    return {
        "account": mask.account(dossier.number),
        "holders": [mask.name(name) for name in dossier.holders],
        "masked": not mask.lifted,
        "purpose": None if dossier.purpose is None else dossier.purpose.case,
        "facts": [_fact(fact, mask) for fact in dossier.facts],
        "clues": [_clue(clue, mask) for clue in dossier.clues],
        "reports": [
            {
                "id": report.id, "acknowledgement": report.acknowledgement, "status": report.status.value,
                "received_at": format_instant(report.received_at_us), "case": report.case,
            }
            for report in dossier.reports
        ],
        "measures": [_measure(measure, dossier.now_us) for measure in standing.measures],
        "held_elsewhere": standing.held_elsewhere,
        "last_balance": None if standing.balance is None else _balance(standing.balance),
        "incidents": [
            {
                "id": one.id, "kind": one.kind.value, "measure": one.measure, "at": format_instant(one.at_us),
                "open": one.closed_us is None, "sentence": mask.text(one.sentence),
            }
            for one in standing.incidents
        ],
        "returns": [
            {"id": one.id, "status": one.status.value, "case": one.case, "decision": one.decision}
            for one in dossier.returns
        ],
        "ledger": None if ledger is None else [_ledger(line, mask) for line in ledger] if dossier.own else [],
        "ledger_withheld": bool(ledger) and not dossier.own,
        "ask": list(dossier.ask),
        "cut_off": dossier.cut_off,
    }  # fmt: skip


def _amount(amount_minor: int | None, currency: str) -> str | None:
    return None if amount_minor is None else format_minor(amount_minor, exponent_of(currency))


def _instant(at_us: int | None) -> str | None:
    return None if at_us is None else format_instant(at_us)


def _fact(fact: Fact, mask: Mask) -> dict[str, Any]:
    fields = fact.fields
    return {
        "id": fact.id, "clue": fact.clue, "holder_name": mask.name(fields.holder_name), "institution": fields.institution,
        "amount": _amount(fields.amount_minor, fields.currency), "currency": fields.currency,
        "at": format_instant(fields.at_us), "hop": fact.hop, "verified_by": fact.verified_by,
        "verified_at": format_instant(fact.verified_at_us), "withdrawn_at": _instant(fact.withdrawn_at_us),
    }  # fmt: skip


def _clue(clue: Clue, mask: Mask) -> dict[str, Any]:
    return {
        "id": clue.id, "stage": clue.stage.value, "officer": clue.officer, "case": clue.case,
        "received_at": format_instant(clue.received_at_us), "claims": [_claim(claim, mask) for claim in clue.claims],
    }  # fmt: skip


def _claim(claim: Claim, mask: Mask) -> dict[str, Any]:
    return {
        "report": claim.report, "holder_name": mask.name(claim.holder_name), "institution": claim.institution,
        "amount": _amount(claim.amount_minor, claim.currency), "currency": claim.currency, "at": _instant(claim.at_us),
    }  # fmt: skip


def _measure(measure: Measure, now_us: int) -> dict[str, Any]:
    scope = measure.request.scope
    return {
        "id": measure.id, "kind": measure.kind.value, "status": effective_status(measure, now_us).value,
        "organisation": measure.organisation, "case": measure.request.case, "institution": measure.target.institution,
        "asked": _amount(scope.amount_minor, scope.currency), "executed": _amount(measure.executed_minor, scope.currency),
        "held": _amount(None if measure.executed_minor is None else held_minor([measure], now_us), scope.currency),
        "currency": scope.currency, "starts_at": _instant(measure.starts_us), "ends_at": _instant(measure.ends_us),
    }  # fmt: skip


def _balance(balance: LastBalance) -> dict[str, Any]:
    return {
        "amount": _amount(balance.amount_minor, balance.currency), "currency": balance.currency,
        "at": format_instant(balance.at_us), "measure": balance.measure, "receipt": balance.receipt,
    }  # fmt: skip


def _ledger(line: LedgerAccount, mask: Mask) -> dict[str, Any]:
    return {
        "account": mask.account(line.account), "institution": line.institution, "currency": line.currency,
        "covered": [{"from": format_instant(start), "to": format_instant(end)} for start, end in line.periods],
        "transfers_in": line.transfers_in, "amount_in": line.amount_in,
        "transfers_out": line.transfers_out, "amount_out": line.amount_out,
        "first": _instant(line.first_us), "last": _instant(line.last_us),
        "bank_balance": line.bank_balance, "enters_traces": line.enters_traces,
    }  # fmt: skip
