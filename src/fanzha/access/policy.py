"""May this actor do this with that record? Scope by the tree, permission by the table; check raises, can asks."""

from __future__ import annotations

from collections.abc import Iterable

from fanzha.access.model import Action, Place, Scope
from fanzha.access.rules import Permissions
from fanzha.access.tree import OrganisationTree
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed, NotFound

_NEAREST = (Place.OWN_CASE, Place.OWN_ORGANISATION, Place.SUBTREE, Place.ADDRESSED, Place.ELSEWHERE)


def places_of(actor: Actor, tree: OrganisationTree, scope: Scope) -> frozenset[Place]:
    """Every place where the record lies for the actor: one's own case may be of one's own body and addressed to it."""
    places = set()
    if actor.id in scope.officers:
        places.add(Place.OWN_CASE)
    if actor.organisation and actor.organisation == scope.organisation:
        places.add(Place.OWN_ORGANISATION)
    if tree.is_below(scope.organisation, actor.organisation):
        places.add(Place.SUBTREE)
    if actor.organisation and actor.organisation in scope.addressed_to:
        places.add(Place.ADDRESSED)
    return frozenset(places or {Place.ELSEWHERE})


def place_of(actor: Actor, tree: OrganisationTree, scope: Scope) -> Place:
    """The nearest of these places, for what is said to people."""
    places = places_of(actor, tree, scope)
    return next(place for place in _NEAREST if place in places)


def can_do(actor: Actor, action: Action, tree: OrganisationTree, permissions: Permissions, scope: Scope) -> bool:
    """Whether one of the actor's roles may do it where the record lies."""
    places = places_of(actor, tree, scope)
    return any(places & permissions.of(role, action) for role in actor.roles)


def check_do(actor: Actor, action: Action, tree: OrganisationTree, permissions: Permissions, scope: Scope) -> None:
    """Raises NotAllowed(`access.<action>`) that says where the record lies and where the actor's roles may."""
    if can_do(actor, action, tree, permissions, scope):
        return
    allowed = sorted({place for role in actor.roles for place in permissions.of(role, action)})
    where = f"only {', '.join(allowed)}" if allowed else "nowhere"
    raise NotAllowed(
        f"access.{action}",
        f"{actor.id} ({', '.join(sorted(actor.roles)) or 'no role'} of {actor.organisation or 'no body'}) may {action} "
        f"{where}; this is {place_of(actor, tree, scope)}",
    )


def can_see(
    actor: Actor,
    tree: OrganisationTree,
    permissions: Permissions,
    record_organisation: str,
    *,
    officers: Iterable[str] = (),
    addressed_to: Iterable[str] = (),
) -> bool:
    """Whether the actor may see the record at all, masked."""
    scope = Scope(record_organisation, tuple(officers), tuple(addressed_to))
    return can_do(actor, Action.SEE, tree, permissions, scope)


def check_can_see(
    actor: Actor,
    tree: OrganisationTree,
    permissions: Permissions,
    record_organisation: str,
    *,
    record: str,
    officers: Iterable[str] = (),
    addressed_to: Iterable[str] = (),
) -> None:
    """Raises NotFound, in the words of a record that does not exist: whoever may not see it learns nothing of it."""
    if not can_see(actor, tree, permissions, record_organisation, officers=officers, addressed_to=addressed_to):
        raise NotFound(f"there is no {record}, or you may not see it")


def visible_organisations(
    actor: Actor, tree: OrganisationTree, permissions: Permissions, action: Action = Action.SEE
) -> tuple[str, ...] | None:
    """The bodies whose records the actor may list; None: of all. Own cases and addressed records come on top."""
    places = {place for role in actor.roles for place in permissions.of(role, action)}
    if Place.ELSEWHERE in places:
        return None
    own = (actor.organisation,) if Place.OWN_ORGANISATION in places and actor.organisation else ()
    return own + (tree.below(actor.organisation) if Place.SUBTREE in places else ())
