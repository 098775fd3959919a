"""Which body hears what is told on the public page, and as whom it is told."""

from __future__ import annotations

from fanzha.core.actor import Actor, Level, Organisation, public_at
from fanzha.core.errors import NotFound
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.listing import every


def public_actor(view: WorkView) -> Actor:
    """Whoever reports without an account, at the body at the top of the tree; clues are given on by their place.

    Raises NotFound where no office was founded.
    """
    tops = (body for body in every(view.records(Organisation), Query(equals={"parent": ""})))
    bodies = sorted((body for body in tops if body.level is not Level.PARTNER), key=lambda body: (-body.level, body.id))
    if not bodies:
        raise NotFound("no office was founded here yet")
    return public_at(bodies[0])
