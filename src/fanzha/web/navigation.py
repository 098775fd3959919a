"""The pages that each role has, in the order of the head line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fanzha.core.actor import Actor, Role
from fanzha.web.routes import ADMINISTRATORS, AUDITORS, OFFICERS, PARTNERS, SEERS
from fanzha.web.words import N_, InBoth


@dataclass(frozen=True, slots=True)
class Entry:
    """A page with its word, and the second key after g."""

    address: str
    word: str
    key: str
    roles: frozenset[Role]
    also: tuple[str, ...] = ()  # addresses of its other lists

    def holds(self, address: str) -> bool:
        """Whether a page belongs to it."""
        return address.startswith((self.address, *self.also))


ENTRIES: Final = (
    Entry("/desk", N_("值班台"), "d", OFFICERS),
    Entry("/cases", InBoth("案件", "Cases"), "c", SEERS, ("/reports", "/clues", "/series", "/hand-overs")),
    Entry("/measures", N_("措施"), "m", SEERS, ("/queries", "/appeals", "/incidents")),
    Entry("/returns", N_("返还"), "r", SEERS),
    Entry("/operations", N_("行动"), "x", SEERS, ("/campaigns", "/results")),
    Entry("/search", N_("查询"), "s", SEERS, ("/accounts",)),
    Entry("/figures", N_("指标"), "f", SEERS, ("/bulletins",)),
    Entry("/indicators", N_("号码公示"), "i", OFFICERS),
    Entry("/partner", N_("协作台"), "p", PARTNERS),
    Entry("/errands", N_("交办与协作"), "e", PARTNERS),
    Entry("/audit", N_("审计"), "a", AUDITORS),
    Entry("/office", N_("机构人员"), "o", ADMINISTRATORS, ("/people", "/bodies", "/links", "/tokens", "/webhooks")),
)


def navigation_for(actor: Actor | None) -> tuple[Entry, ...]:
    """The pages of somebody's roles."""
    return () if actor is None else tuple(entry for entry in ENTRIES if actor.roles & entry.roles)


def first_page(actor: Actor) -> str:
    """Where somebody begins his day."""
    return next((entry.address for entry in navigation_for(actor)), "/settings")
