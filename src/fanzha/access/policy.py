"""May this actor do this with that record? Scope by the tree, permission by the table; check raises, can asks."""

from __future__ import annotations

from collections.abc import Iterable

from fanzha.access.model import Action, Place, Scope
from fanzha.access.rules import Permissions
from fanzha.access.tree import OrganisationTree
from fanzha.access.words import ACTION_WORDS
from fanzha.core.actor import NOBODYS_ROLES, Actor, Level, Role
from fanzha.core.actor_words import roles_in_words
from fanzha.core.errors import NotAllowed, NotFound

_NOT_AT_PARTNERS = frozenset(Role) - {Role.PARTNER_DESK, Role.ADMINISTRATOR, Role.API_CLIENT}
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
    """Raises NotAllowed(`access.<action>`) that says what the actor may not, who may, and whom to ask."""
    if can_do(actor, action, tree, permissions, scope):
        return
    body = scope.organisation or "its body"
    himself = f"{actor.id} ({roles_in_words(actor.roles, ', ')} of {actor.organisation or 'no body'})"
    asked = "" if scope.organisation == actor.organisation else f" at {body}"
    who = _who_may(action, tree, permissions, scope)
    next_step = f"that is for {who}: ask there" if who else "nobody may by the table of access: ask the administrator"
    raise NotAllowed(f"access.{action}", f"{himself} may not {ACTION_WORDS[action]}{asked}; {next_step}")


def _who_may(action: Action, tree: OrganisationTree, permissions: Permissions, scope: Scope) -> str:
    """Who may do it where the record lies; empty where nobody but the machine may."""

    def having(place: Place, *, less: Iterable[Role] = ()) -> list[Role]:
        others = {*NOBODYS_ROLES, *less}
        return [role for role in Role if place in permissions.of(role, action) and role not in others]

    body = scope.organisation or "its body"
    held = tree.get(scope.organisation)
    at_partner = held is not None and held.level is Level.PARTNER
    own = having(Place.OWN_ORGANISATION, less=_NOT_AT_PARTNERS if at_partner else {Role.PARTNER_DESK})
    above = having(Place.SUBTREE) if tree.above(scope.organisation) else []
    said = [f"the {roles_in_words(own)} of {body}"] if own else []
    if above:
        said.append(f"the {roles_in_words(above)} of a body above it")
    working = having(Place.OWN_CASE, less=own)
    if working and scope.officers:
        said.append(f"the {roles_in_words(working)} who works on the case")
    sent = having(Place.ADDRESSED, less=own)
    if sent and scope.addressed_to:
        said.append(f"the {roles_in_words(sent)} of {' or '.join(scope.addressed_to)}, to which it was sent")
    return ", or ".join(said)


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
