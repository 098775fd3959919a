"""Partners' answers are fetched, kept whole, read and recorded; what cannot be read or believed is kept for a person.

The cursor moves after a page is recorded, in a commit of its own. A crash before that fetches the page again, which does
nothing twice: an answer that is known already changes nothing, and an incident's id is made of what came in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from fanzha.access import PartnerLink
from fanzha.audit import Subject, done
from fanzha.core.actor import MACHINE, Actor, Level, Role
from fanzha.core.errors import BadInput, NotAllowed, NotFound, StaleVersion
from fanzha.measures.orders import Incident, IncidentKind
from fanzha.ports.dispatcher import RawReceipt, ReadReceipt, ReceiptReader, ReceiptSource, StatementPart, Unreachable
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import acting
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.record_receipt import ReceiptTaken, record_receipt

PAGES_MAX: Final = 50  # of one partner in one round; the next round goes on
RACES_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer that was recorded, and what it did."""

    partner: str
    receipt: str
    order: str
    taken: ReceiptTaken


@dataclass(slots=True)
class CollectRun:
    """One round over the partners."""

    recorded: list[Recorded] = field(default_factory=list[Recorded])
    incidents: list[Incident] = field(default_factory=list[Incident])  # answers that could not be recorded
    silent: dict[str, str] = field(default_factory=dict[str, str])  # partner: why it could not be asked
    unknown_fields: set[str] = field(default_factory=set[str])  # kept with the answer, read by nobody


@dataclass(frozen=True, slots=True)
class ReceiptDesk:
    """What receiving needs besides the desk."""

    source: ReceiptSource
    reader: ReceiptReader
    evidence: EvidenceStore


def collect_receipts(desk: Desk, by: ReceiptDesk, *, partners: Collection[str] | None = None) -> CollectRun:
    """Fetches from every connected partner what came since the last time. A silent partner holds up no other.

    partners: only these organisations, such as those that said that they have something; None: all.
    """
    run = CollectRun()
    for link in _links(desk):
        if partners is not None and link.organisation not in partners:
            continue
        try:
            _collect(desk, by, link, run)
        except Unreachable as silence:
            run.silent[link.organisation] = str(silence)
    return run


def _links(desk: Desk) -> tuple[PartnerLink, ...]:
    with desk.store.reading() as view:
        return tuple(every(view.records(PartnerLink), Query(equals={"state": "active"})))


def _collect(desk: Desk, by: ReceiptDesk, link: PartnerLink, run: CollectRun) -> None:
    after = link.cursor
    for _ in range(PAGES_MAX):
        batch = by.source.collect(link, after)
        held = False
        for raw in batch.receipts:
            try:
                _take(desk, by, link, raw, run)
            except (
                Unreachable
            ) as silence:  # its statement cannot be fetched just now: the others go on, the page comes again
                run.silent[link.organisation], held = str(silence), True
        if held:
            return
        if batch.next_cursor != after:
            _move_cursor(desk, link, batch.next_cursor)
        if not batch.more or batch.next_cursor == after:
            return
        after = batch.next_cursor


def _move_cursor(desk: Desk, link: PartnerLink, cursor: str) -> None:
    with desk.store.begin() as unit:
        now = unit.records(PartnerLink).get(link.id)
        if (now.address, now.channel, now.active) != (link.address, link.channel, link.active):
            return  # it was linked anew meanwhile, and begins at its beginning
        try:
            unit.records(PartnerLink).save(replace(now, cursor=cursor))
            subject, said = Subject("partner_link", link.id), {"cursor": cursor}
            unit.audit.append(done(MACHINE, desk.clock.now_us(), "link.read_on", subject, details={**said}))
            unit.commit()
        except StaleVersion:
            return  # another collector moved it; what is fetched twice is known already


def _take(desk: Desk, by: ReceiptDesk, link: PartnerLink, raw: RawReceipt, run: CollectRun) -> None:
    kept = by.evidence.put(raw.content, f"receipt of {link.organisation}")
    if raw.trouble:
        run.incidents += _open_incident(desk, link, IncidentKind.NOT_GENUINE, raw.trouble, kept)
        return
    try:
        read = by.reader.read(raw.content)
        for part in read.statements:
            _keep_statement(by, link, part)
    except BadInput as unreadable:  # a file that the partner has not is one, too
        run.incidents += _open_incident(desk, link, IncidentKind.UNREADABLE, str(unreadable), kept)
        return
    run.unknown_fields.update(read.unknown)
    try:
        taken = _record(desk, link, replace(read, receipt=replace(read.receipt, evidence=kept)))
    except (NotFound, NotAllowed):
        sentence = f"an answer to order {read.receipt.order}, which this partner was never asked"
        run.incidents += _open_incident(desk, link, IncidentKind.NOT_GENUINE, sentence, kept, read.receipt.order)
        return
    except BadInput as unstorable:
        run.incidents += _open_incident(desk, link, IncidentKind.UNREADABLE, str(unstorable), kept)
        return
    run.recorded.append(Recorded(link.organisation, read.receipt.id, read.receipt.order, taken))


def _keep_statement(by: ReceiptDesk, link: PartnerLink, part: StatementPart) -> None:
    if by.evidence.has(part.sha256):
        return
    content = by.source.fetch(link, part.reference) if part.content is None else part.content
    if hashlib.sha256(content).hexdigest() != part.sha256:
        raise BadInput(f"statement {part.name}: its bytes do not have the SHA-256 that the answer states")
    by.evidence.put(content, part.name)


def _record(desk: Desk, link: PartnerLink, read: ReadReceipt) -> ReceiptTaken:
    """By the partner's own name, so that it reaches only what was sent to it."""
    partner = partner_actor(link)
    for _ in range(RACES_MAX):
        try:
            return record_receipt(desk, partner, read.receipt, currency=read.currency)
        except StaleVersion:
            continue
    return record_receipt(desk, partner, read.receipt, currency=read.currency)


def partner_actor(link: PartnerLink) -> Actor:
    """The partner's service as an actor."""
    return Actor(f"link:{link.organisation}", link.organisation, Level.PARTNER, frozenset({Role.API_CLIENT}))


def _open_incident(
    desk: Desk, link: PartnerLink, kind: IncidentKind, sentence: str, kept: str, order: str = ""
) -> tuple[Incident, ...]:
    """Once for the same bytes of the same partner; gives what is new."""
    incident_id = f"{link.id}.{kind.value}.{kept[:32]}"
    with acting(desk, MACHINE, "incident.open", Subject("incident", incident_id)) as work:
        try:
            work.unit.records(Incident).get(incident_id)
        except NotFound:
            told = f"{link.organisation}: {sentence}"
            incident = Incident(incident_id, 0, "", kind, told, work.now_us, order=order, evidence=kept)
            work.unit.records(Incident).add(incident)
            said = {"kind": kind.value, "partner": link.organisation, "evidence": kept}
            subject = Subject("incident", incident_id)
            work.unit.audit.append(
                done(MACHINE, work.now_us, "incident.open", subject, reason=sentence, details={**said})
            )
            return (incident,)
    return ()
