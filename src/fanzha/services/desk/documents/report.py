"""A report as a document."""

from __future__ import annotations

from typing import Any

from fanzha.casework import AccountName, Attachment, Contact, Loss, Report, ReportedPayment
from fanzha.casework.model import ClueKind
from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.services.desk.mask import Mask


def report_document(report: Report, mask: Mask) -> dict[str, Any]:
    """The report, with the fields by which one is taken in, and what became of it."""
    reporter = report.reporter
    hidden = reporter.identity_kept_secret and not mask.lifted  # 程序规定 Art. 173: not even the family name is told
    return {
        "id": report.id,
        "version": report.version,
        "acknowledgement": report.acknowledgement,
        "status": report.status.value,
        "organisation": report.organisation,
        "jurisdiction": report.jurisdiction,
        "channel": report.channel.value,
        "received_at": format_instant(report.received_at_us),
        "received_by": report.received_by,
        "reporter": {
            "kind": reporter.kind.value,
            "name": "" if hidden else mask.name(reporter.name),
            "id_number": "" if hidden else mask.identity(reporter.id_number),
            "phone": "" if hidden else mask.phone(reporter.phone),
            "institution": reporter.institution,
            "identity_kept_secret": reporter.identity_kept_secret,
        },
        "narrative": mask.text(report.narrative),
        "losses": [_loss(loss, mask) for loss in report.losses],
        "payments": [_payment(payment, mask) for payment in report.payments],
        "contacts": [_contact(contact, mask) for contact in report.contacts],
        "attachments": [attachment_document(file, mask) for file in report.attachments],
        "first_contact_at": instant(report.first_contact_us),
        "leaked_from": mask.text(report.leaked_from),
        "source_reference": report.source_reference,
        "case": report.case,
        "merged_into": report.merged_into,
    }


def attachment_document(file: Attachment, mask: Mask) -> dict[str, Any]:
    """A file by its hash; its content lies with the evidence. People call files by those who are in them."""
    return {
        "id": file.id,
        "name": mask.text(file.name),
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "media_type": file.media_type,
        "added_by": file.added_by,
        "added_at": format_instant(file.added_at_us),
    }


def account_document(account: AccountName, mask: Mask) -> dict[str, str]:
    """An account as somebody named it."""
    return {
        "account": mask.account(account.number),
        "holder_name": mask.name(account.holder_name),
        "institution": account.institution,
    }


def instant(at_us: int | None) -> str | None:
    """A time as the documents carry it; null where nobody knows it."""
    return None if at_us is None else format_instant(at_us)


def amount(minor: int | None, currency: str) -> str | None:
    """A decimal text; null where nobody knows it, which is not zero."""
    return None if minor is None else format_minor(minor, exponent_of(currency))


def _loss(loss: Loss, mask: Mask) -> dict[str, Any]:
    return {
        "victim": mask.name(loss.victim),
        "actual": amount(loss.actual_minor, loss.currency),
        "attempted": amount(loss.attempted_minor, loss.currency),
        "currency": loss.currency,
    }


def _payment(payment: ReportedPayment, mask: Mask) -> dict[str, Any]:
    return {
        "id": payment.id,
        "victim": mask.name(payment.victim),
        "amount": amount(payment.amount_minor, payment.currency),
        "currency": payment.currency,
        "at": instant(payment.at_us),
        "serial": payment.serial,
        "means": payment.means,
        "payee": account_document(payment.payee, mask),
        "payer": account_document(payment.payer, mask),
    }


def _contact(contact: Contact, mask: Mask) -> dict[str, str]:
    shown = mask.phone(contact.value) if contact.kind is ClueKind.LINE else mask.text(contact.value)
    return {"kind": contact.kind.value, "value": shown, "step": contact.step}
