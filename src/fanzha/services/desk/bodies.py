"""Bodies as a use case needs them: those that are concerned, with the ones above; never the whole country."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from fanzha.access import OrganisationTree
from fanzha.core.actor import Level, Organisation
from fanzha.core.errors import NotFound
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import RecordsView


class BodiesById(Protocol):
    """Where a body is found by its id."""

    def get(self, record_id: str, /) -> Organisation:
        """The body. Raises NotFound."""


class KnownBodies:
    """Bodies that were asked for once are not asked for again."""

    def __init__(self, bodies: RecordsView[Organisation]) -> None:
        self._bodies = bodies
        self._found: dict[str, Organisation] = {}

    def get(self, record_id: str) -> Organisation:
        """The body. Raises NotFound."""
        if record_id not in self._found:
            self._found[record_id] = self._bodies.get(record_id)
        return self._found[record_id]

    def read(self, record_ids: Iterable[str]) -> set[str]:
        """Reads several at once; gives those that they stand below and that were not read yet."""
        found = self._bodies.get_many(sorted(one for one in record_ids if one not in self._found))
        self._found.update((body.id, body) for body in found)
        return {body.parent for body in found if body.parent and body.parent not in self._found}


def tree_around(bodies: BodiesById, concerned: Iterable[str]) -> OrganisationTree:
    """The concerned bodies and everything above them; an id that nobody has is left out.

    It answers what lies above or below what among these; it cannot list what lies below a body.
    """
    found: dict[str, Organisation] = {}
    for organisation in concerned:
        above: str | None = organisation
        while above and above not in found:
            try:
                found[above] = bodies.get(above)
            except NotFound:
                break
            above = found[above].parent
    return OrganisationTree(found.values())


def bodies_below(bodies: RecordsView[Organisation], *organisations: str) -> tuple[str, ...]:
    """Everything below the bodies, in the order of ids, without the rest of the country."""
    return bodies.below("parent", organisations)


def lineage_of(tree: OrganisationTree, organisation: str) -> tuple[Organisation, ...]:
    """The body and those above it, nearest first."""
    known = (tree.get(one) for one in (organisation, *tree.above(organisation)))
    return tuple(body for body in known if body is not None)


def partner_of(bodies: RecordsView[Organisation], institution: str) -> str:
    """The partner that answers for an institution; empty where none is connected."""
    if not institution:
        return ""
    # A body of the tree answers for no bank, whatever it calls itself.
    partners = Query(equals={"institution": institution, "level": int(Level.PARTNER)}, limit=1)
    found = bodies.find(partners).rows
    return found[0].id if found else ""


def place_names(organisations: RecordsView[Organisation], bodies: Iterable[str]) -> dict[str, str]:
    """What the jurisdictions of bodies are called: each by the highest body that is responsible for it."""
    found = sorted(organisations.get_many(bodies), key=lambda body: body.level)
    return {body.jurisdiction: body.name for body in found if body.jurisdiction}
