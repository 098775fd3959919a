"""A partner is connected, shown, or let go, each time written down.

Whoever says where orders go and whose answers count could read and answer them all: only the administrator of the body
at the top of the tree may, who keeps the people of partners too.
"""

from __future__ import annotations

from dataclasses import replace

from fanzha.access import Action, PartnerLink, Scope, check_link
from fanzha.audit import DetailValue, Subject, done
from fanzha.core.actor import Actor, Level, Organisation
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, Work, acting, looking
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk


def link_partner(desk: Desk, actor: Actor, wanted: PartnerLink) -> PartnerLink:
    """Connects a partner, or connects it anew: then its receipts are collected from the beginning.

    Raises BadInput when the body is no partner or the link could not work.
    """
    with acting(desk, actor, "link.add", Subject("organisation", wanted.organisation)) as work:
        _check_keeps_links(work)
        _check_partner(work, wanted.organisation)
        check_link(wanted)
        before = _held(work, wanted.organisation)
        records = work.unit.records(PartnerLink)
        if before is None:
            link = records.add(replace(wanted, id=work.ids.new("LINK"), version=0, cursor="", active=True))
        else:
            link = records.save(replace(wanted, id=before.id, version=before.version, cursor="", active=True))
        _tell(work, "link.add", link)
    return link


def unlink_partner(desk: Desk, actor: Actor, organisation: str) -> PartnerLink:
    """Lets a partner go: its orders wait from now on. Raises NotFound when it is not connected."""
    with acting(desk, actor, "link.remove", Subject("organisation", organisation)) as work:
        _check_keeps_links(work)
        before = _held(work, organisation)
        if before is None or not before.active:
            raise NotFound(f"{organisation} is not connected; see: fanzha exchange link list")
        link = work.unit.records(PartnerLink).save(replace(before, active=False))
        _tell(work, "link.remove", link)
    return link


def list_links(desk: Desk, actor: Actor) -> tuple[PartnerLink, ...]:
    """Every connected partner."""
    with looking(desk, actor, "link.list", Subject("link", "")) as look:
        _check_keeps_links(look)
        return tuple(every(look.unit.records(PartnerLink), Query(equals={"state": "active"})))


def _check_keeps_links(look: Look) -> None:
    """Raises NotAllowed for a partner's own administrator, and for one of a body below another."""
    actor = look.actor
    if actor.level is Level.PARTNER:
        raise NotAllowed("link.partner", f"{actor.id} is of a partner: how partners are reached is kept by the desk")
    top = (actor.organisation, *look.tree().above(actor.organisation))[-1]
    look.check(Action.LINK_KEEP, Scope(top))


def _check_partner(work: Work, organisation: str) -> None:
    try:
        body = work.unit.records(Organisation).get(organisation)
    except NotFound:
        raise BadInput(f"there is no body {organisation}; make it first: fanzha office body add") from None
    if body.level is not Level.PARTNER or not body.institution:
        raise BadInput(f"{organisation} is no partner with an institution of its own; orders are addressed to one")


def _held(work: Work, organisation: str) -> PartnerLink | None:
    found = work.unit.records(PartnerLink).find(Query(equals={"organisation": organisation}, limit=1)).rows
    return found[0] if found else None


def _tell(work: Work, action: str, link: PartnerLink) -> None:
    said: dict[str, DetailValue] = {"channel": link.channel.value, "address": link.address, "key": link.key_id}
    subject = Subject("organisation", link.organisation)
    work.unit.audit.append(done(work.actor, work.now_us, action, subject, details=said))
