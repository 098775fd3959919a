"""A clue goes to the body whose it is; its clock runs on."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action, RouteKind, check_route
from fanzha.audit import Subject
from fanzha.casework import Clue
from fanzha.core.actor import Actor
from fanzha.core.divisions import check_division
from fanzha.core.errors import BadInput
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_clue
from fanzha.services.desk.model import Desk


def route_clue(
    desk: Desk, actor: Actor, clue_id: str, organisation: str, reason: str, *, jurisdiction: str = ""
) -> Clue:
    """Sends the clue into another body's queue; where nobody names the place, it is that body's own division.

    Raises BadInput when there is no such body, NotAllowed when a case may not run there (a bank is asked by an order).
    """
    jurisdiction = check_division(jurisdiction, "--jurisdiction")
    with acting(desk, actor, "clue.route", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_ASSIGN)
        tree = work.tree(clue.organisation, organisation)
        body = tree.get(organisation)
        if body is None:
            raise BadInput(f"there is no body {organisation!r}; see: fanzha office body list")
        if organisation != clue.organisation:
            check_route(tree, work.rules.access.routes, RouteKind.CASE, clue.organisation, organisation)
        routed, events = casework.route_clue(
            clue, organisation, jurisdiction or body.jurisdiction, actor, work.now_us, work.ids,
            reason=reason, superiors=tree.above(clue.organisation),
        )  # fmt: skip
        return keep_clue(work, routed, events)
