"""A body is added: below another in the tree, or a partner beside it."""

from __future__ import annotations

from dataclasses import replace

from fanzha.access import Action, OrganisationTree, Scope, keeping_place
from fanzha.audit import Subject, done
from fanzha.core.actor import Actor, Level, Organisation
from fanzha.core.divisions import check_division
from fanzha.core.errors import BadInput, NotFound
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.bodies import lineage_of, partner_of
from fanzha.services.desk.correct_body import check_lies_in
from fanzha.services.desk.model import Desk


def add_body(desk: Desk, actor: Actor, body: Organisation) -> Organisation:
    """Adds a body that the actor may keep people of.

    Raises BadInput when it does not fit below its parent, NotAllowed when it is not the actor's to add, Refused when
    its id is there already.
    """
    subject = Subject("organisation", body.id)
    partner = body.level is Level.PARTNER
    if not partner and body.parent is None:
        raise BadInput(f"{body.id} is a body of the tree: name the body above it")
    with acting(desk, actor, "organisation.add", subject) as work:
        place = keeping_place(body, actor, work.tree()) if partner else body.parent or ""
        work.check(Action.PEOPLE_KEEP, Scope(place))
        body = replace(body, jurisdiction=check_division(body.jurisdiction, "--jurisdiction"))
        _check_fits(work, body)
        body = work.unit.records(Organisation).add(body)
        said = {"level": body.level.name, "parent": body.parent or ""}
        work.unit.audit.append(done(actor, work.now_us, "organisation.add", subject, details=said))
    return body


def _check_fits(work: Work, body: Organisation) -> None:
    if not body.id or not body.name.strip():
        raise BadInput("a body needs an id and a name")
    if body.level is Level.PARTNER:
        _check_partner(work, body)
        return
    assert body.parent is not None, "only a partner stands beside the tree"
    if body.institution:
        raise BadInput(f"{body.id} is a body of the tree: only a partner answers for an institution")
    tree = work.tree(body.parent)
    above = lineage_of(tree, body.parent)
    if not above:
        raise NotFound(f"there is no body {body.parent}, or you may not see it")
    OrganisationTree((*above, body))  # raises where the levels do not fall
    check_lies_in(body, above[0])


def _check_partner(work: Work, body: Organisation) -> None:
    OrganisationTree((body,))
    if not body.institution:
        raise BadInput(f"{body.id} is a partner: say by which name statements and orders call it (its institution)")
    already = partner_of(work.unit.records(Organisation), body.institution)
    if already:
        raise BadInput(f"{already} answers for {body.institution} already")
