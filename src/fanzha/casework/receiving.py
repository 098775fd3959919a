"""A report comes in: it gets its number at once, and every account, line and site in it becomes a clue in the queue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.lifecycle import REPORT_TABLE, ReportStep, next_status
from fanzha.casework.model import (
    Attachment,
    Channel,
    Claim,
    Clue,
    ClueKind,
    Contact,
    Loss,
    Report,
    ReportedPayment,
    Reporter,
    ReporterKind,
)
from fanzha.casework.policy import check_live, check_person, check_reason, check_same_body
from fanzha.casework.words import in_words
from fanzha.core.actor import Actor, Role
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids
from fanzha.core.time import format_instant

_SHA256 = re.compile(r"[0-9a-f]{64}")
_STEP_EVENTS = {
    ReportStep.PUT_IN_CASE: EventKind.REPORT_PUT_IN_CASE,
    ReportStep.FIND_UNFOUNDED: EventKind.REPORT_UNFOUNDED,
    ReportStep.WITHDRAW: EventKind.REPORT_WITHDRAWN,
    ReportStep.REOPEN: EventKind.REPORT_REOPENED,
}


ACKNOWLEDGEMENT: Final = "ACK"  # how the number of a report begins


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """What was told, before it has a number; payments without an id get one."""

    channel: Channel
    reporter: Reporter
    narrative: str
    jurisdiction: str = ""  # where it happened; the receiving body's own where nobody says
    attachments: tuple[Attachment, ...] = ()
    losses: tuple[Loss, ...] = ()
    payments: tuple[ReportedPayment, ...] = ()
    contacts: tuple[Contact, ...] = ()
    first_contact_us: int | None = None
    leaked_from: str = ""
    source_reference: str = ""


def receive_report(
    draft: ReportDraft, actor: Actor, now_us: int, ids: Ids, *, latest_us: int | None = None, number: str = ""
) -> tuple[Report, Events]:
    """The report with its acknowledgement number (受案回执, 程序规定 Art. 171); nothing about it is too little to take in.

    latest_us: up to when a payment may be said to have been made; None: up to now.
    number: of the acknowledgement, where it was given out already.

    Raises BadInput when an amount is below zero, a payment lies in the future or a hash is none.
    """
    _check_parts(draft.payments, draft.losses, draft.attachments, now_us if latest_us is None else latest_us)
    if draft.channel is not Channel.SYSTEM and actor.has(Role.MACHINE):
        raise NotAllowed("report.channel", "the machine reports by the channel 系统发现 only")
    report = Report(
        id=ids.new("REPORT"),
        version=0,
        organisation=actor.organisation,
        acknowledgement=number or ids.telephone_number(ACKNOWLEDGEMENT),
        channel=draft.channel,
        jurisdiction=draft.jurisdiction,
        received_at_us=now_us,
        received_by=actor.id,
        reporter=draft.reporter,
        narrative=draft.narrative,
        attachments=draft.attachments,
        losses=draft.losses,
        payments=_numbered(draft.payments, draft.reporter, ids),
        contacts=draft.contacts,
        first_contact_us=draft.first_contact_us,
        leaked_from=draft.leaked_from,
        source_reference=draft.source_reference,
    )
    event = work_event(
        EventKind.REPORT_RECEIVED, report.id, actor, now_us, ids,
        after=report.status, channel=report.channel, acknowledgement=report.acknowledgement,
        payments=len(report.payments), attachments=len(report.attachments),
    )  # fmt: skip
    return report, (event,)


def add_to_report(
    report: Report,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    payments: Sequence[ReportedPayment] = (),
    attachments: Sequence[Attachment] = (),
    losses: Sequence[Loss] = (),
    contacts: Sequence[Contact] = (),
    narrative: str = "",
    latest_us: int | None = None,
) -> tuple[Report, Events]:
    """What the reporter brought later; what was said before stays as it was said. `latest_us` as for `receive_report`."""
    check_same_body(actor, report)
    check_live(report)
    _check_parts(payments, losses, attachments, now_us if latest_us is None else latest_us)
    told = "\n\n".join(part for part in (report.narrative, narrative) if part)
    added = replace(
        report,
        payments=report.payments + _numbered(payments, report.reporter, ids),
        attachments=report.attachments + tuple(attachments),
        losses=report.losses + tuple(losses),
        contacts=report.contacts + tuple(contacts),
        narrative=told,
    )
    event = work_event(
        EventKind.REPORT_ADDED_TO, report.id, actor, now_us, ids,
        payments=len(payments), attachments=len(attachments), losses=len(losses), contacts=len(contacts),
    )  # fmt: skip
    return added, (event,)


def step_report(
    report: Report, step: ReportStep, actor: Actor, now_us: int, ids: Ids, *, reason: str = "", case: str = ""
) -> tuple[Report, Events]:
    """Put a report in a case, find it unfounded, let the reporter take it back, or open it again.

    Raises NotAllowed when the step may not follow, or has no case or no reason.
    """
    check_same_body(actor, report)
    check_live(report)
    check_person(actor, f"{in_words(step)} of {report.id}")
    if step is ReportStep.PUT_IN_CASE:
        if not case:
            raise NotAllowed("report.case", f"{report.id}: name the case that it is to be put in")
    else:
        check_reason(reason, f"{in_words(step)} of {report.id}")
    after = next_status(REPORT_TABLE, report.status, step, report.id)
    event = work_event(
        _STEP_EVENTS[step], report.id, actor, now_us, ids,
        before=report.status, after=after, case=case, left=report.case, reason=reason,
    )  # fmt: skip
    return replace(report, status=after, case=case), (event,)


def clues_of(
    report: Report, actor: Actor, now_us: int, ids: Ids, *, payments: Sequence[ReportedPayment] | None = None
) -> tuple[tuple[Clue, ...], Events]:
    """One clue for each payee account, line and site that the report names; a report that names none is a clue itself.

    `payments` narrows it to those that were added later. Their clock runs from the report's receipt, later ones from now.
    """
    given = report.payments if payments is None else tuple(payments)
    by_account: dict[tuple[str, str], list[ReportedPayment]] = {}
    for payment in given:
        by_account.setdefault(
            (payment.payee.number or payment.payee.holder_name, payment.payee.institution), []
        ).append(payment)
    since_us = report.received_at_us if payments is None else now_us
    clues = [
        _clue(report, ClueKind.ACCOUNT, number, since_us, ids, tuple(_claim(report, paid, ids) for paid in together))
        for (number, _), together in by_account.items()
    ]
    if payments is None:
        seen = dict.fromkeys((contact.kind, contact.value) for contact in report.contacts)
        clues += [_clue(report, kind, value, since_us, ids, ()) for kind, value in seen]
        if not clues:
            clues.append(_clue(report, ClueKind.OTHER, "", since_us, ids, ()))
    events = tuple(
        work_event(
            EventKind.CLUE_RECEIVED, clue.id, actor, clue.received_at_us, ids,
            after=clue.stage, report=report.id, about=clue.kind, claims=len(clue.claims),
        )
        for clue in clues
    )  # fmt: skip
    return tuple(clues), events


def _clue(report: Report, kind: ClueKind, subject: str, since_us: int, ids: Ids, claims: tuple[Claim, ...]) -> Clue:
    return Clue(
        id=ids.new("CLUE"),
        version=0,
        organisation=report.organisation,
        jurisdiction=report.jurisdiction,
        kind=kind,
        subject=subject,
        received_at_us=since_us,
        reports=(report.id,),
        claims=claims,
        case=report.case,
    )


def _claim(report: Report, payment: ReportedPayment, ids: Ids) -> Claim:
    return Claim(
        id=payment.id or ids.new("CLAIM"),
        report=report.id,
        holder_name=payment.payee.holder_name,
        account=payment.payee.number,
        institution=payment.payee.institution,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        at_us=payment.at_us,
        recoverable_minor=payment.amount_minor or 0,
    )


def _numbered(payments: Sequence[ReportedPayment], reporter: Reporter, ids: Ids) -> tuple[ReportedPayment, ...]:
    """With an id each; who reports his own loss paid what he names no other victim of."""
    himself = reporter.name if reporter.kind is ReporterKind.VICTIM else ""
    return tuple(
        replace(payment, id=payment.id or ids.new("CLAIM"), victim=payment.victim or himself) for payment in payments
    )


def _check_parts(
    payments: Sequence[ReportedPayment], losses: Sequence[Loss], attachments: Sequence[Attachment], latest_us: int
) -> None:
    for at, payment in enumerate(payments, 1):
        if payment.at_us is not None and payment.at_us > latest_us:
            said = format_instant(payment.at_us)
            raise BadInput(f"payments[{at}].at: {said} lies in the future; leave it out where nobody knows it")
        if payment.amount_minor is not None and payment.amount_minor <= 0:
            raise BadInput(f"payment {at}: amount must be above zero; leave it out where nobody knows it")
    for at, loss in enumerate(losses, 1):
        if loss.actual_minor < 0 or loss.attempted_minor < 0:
            raise BadInput(f"loss {at}: amounts must not be below zero")
    for attachment in attachments:
        if _SHA256.fullmatch(attachment.sha256) is None:
            raise BadInput(f"attachment {attachment.name!r}: sha256 must be 64 lower-case hexadecimal digits")
