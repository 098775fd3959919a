"""Which institutions orders can reach, by which names: a stop to a name that nobody has goes nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from fanzha.audit import Subject
from fanzha.casework import Report
from fanzha.core.actor import Actor, Level, Organisation
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.acting import looking
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight

REPORTS_MOST: Final = 100  # the latest, whose banks are offered while somebody types
_ALIKE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Institutions:
    """The names by which orders reach a partner, and those that were told besides."""

    connected: tuple[str, ...]
    reported: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, those that orders reach first."""
        return tuple(dict.fromkeys((*self.connected, *self.reported)))

    def answers(self, name: str) -> bool:
        """Whether a partner has this very name."""
        return name in self.connected

    def nearest(self, name: str) -> str:
        """The name of a partner that may be meant; empty where none is like it."""
        bare = "".join(name.split())
        if not bare:
            return ""
        holding = [each for each in self.connected if bare in each or each in bare]
        if holding:
            return holding[0] if len(holding) == 1 else ""
        return next(iter(get_close_matches(bare, self.connected, 1, _ALIKE)), "")


def connected_names(view: WorkView) -> frozenset[str]:
    """The names by which orders reach a partner."""
    return frozenset(body.institution for body in _partners(view))


def _partners(view: WorkView) -> Iterator[Organisation]:
    partners = every(view.records(Organisation), Query(equals={"level": int(Level.PARTNER)}))
    return (body for body in partners if body.institution)


def known_institutions(desk: Desk, actor: Actor) -> Institutions:
    """The institutions that a form offers: partners, and what the latest reports of the actor's body name.

    An institution's own desk is offered its own name only.
    """
    with looking(desk, actor, "institution.list", Subject("institution", "")) as look:
        sight = Sight(look.unit, actor, desk.rules.access.permissions)
        connected = sorted(
            body.institution
            for body in _partners(look.unit)
            if actor.level is not Level.PARTNER or body.id == actor.organisation
        )
        latest = Query(
            equals={"organisation": actor.organisation}, order_by="received_at_us", descending=True, limit=REPORTS_MOST
        )
        reports = [report for report in look.unit.records(Report).find(latest).rows if sight.sees(report)]
        named = sorted({paid.payee.institution for report in reports for paid in report.payments} - {""})
        return Institutions(tuple(dict.fromkeys(connected)), tuple(named))
