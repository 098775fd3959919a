"""Somebody whom an officer names, by id or by login."""

from __future__ import annotations

from fanzha.access import Person
from fanzha.core.errors import BadInput, NotFound
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import RecordsView


def person_named(people: RecordsView[Person], name: str) -> Person:
    """The person. Raises BadInput when there is nobody of that id or login."""
    try:
        return people.get(name)
    except NotFound:
        found = people.find(Query(equals={"login": name}, limit=1)).rows
    if not found:
        raise BadInput(f"there is nobody called {name!r}; see: fanzha office person list")
    return found[0]
