"""What a body is called: pages and papers name it, and do not show its id."""

from __future__ import annotations

from fanzha.core.actor import Organisation
from fanzha.services.desk.model import Desk


def body_called(desk: Desk, body_id: str) -> str:
    """The body's name; an id that nobody has stands as it is."""
    with desk.store.reading() as view:
        found = view.records(Organisation).get_many((body_id,))
    return found[0].name if found else body_id
