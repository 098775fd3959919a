"""联合治理: what was asked of other agencies by its matter, how much of it is late, done and stands; and the meetings."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.audit import Subject
from fanzha.casework.errand_model import OPEN_ERRANDS, Errand, ErrandStatus
from fanzha.casework.errands import errand_at
from fanzha.casework.governance import Matter
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query
from fanzha.ports.work_tables import ERRANDS
from fanzha.services.desk.acting import looking
from fanzha.services.desk.list_pages import Walk
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight


@dataclass(frozen=True, slots=True)
class MatterTally:
    """A matter: every errand about it that the actor may see, each in one place; the numbers are the lengths of the lists."""

    matter: Matter
    waiting: tuple[str, ...]  # sent or signed for, in time
    late: tuple[str, ...]  # and not in time
    answered: tuple[str, ...]  # and not looked at again yet
    to_follow: tuple[str, ...]  # of these, those that are due to be looked at again
    confirmed: tuple[str, ...]  # looked at again, and it stands: what the matter counts as


@dataclass(frozen=True, slots=True)
class GovernancePage:
    """Joint governance at one moment."""

    matters: tuple[MatterTally, ...]
    as_of_us: int


def governance_page(desk: Desk, actor: Actor, *, as_of_us: int | None = None) -> GovernancePage:
    """The tally of every matter at an instant, now where none is given, over the errands that the actor may see."""
    with looking(desk, actor, "errand.tally", Subject("organisation", actor.organisation)) as look:
        rules, as_of = look.rules.governance, look.now_us if as_of_us is None else as_of_us
        base = Query(within={"matter": tuple(sorted(rules.matters))}, order_by="sent_at_us")
        sight = Sight(look.unit, actor, look.rules.access.permissions)
        seen: dict[str, list[Errand]] = {}
        for _, errand in Walk(look.unit, ERRANDS, base, sight.parts(ERRANDS, base)).from_position(None):
            seen.setdefault(errand.matter, []).append(errand)
        tallies = tuple(_tally(matter, seen.get(slug, []), as_of) for slug, matter in rules.matters.items())
        return GovernancePage(tallies, as_of)


def _tally(matter: Matter, errands: list[Errand], as_of_us: int) -> MatterTally:
    then = [errand_at(one, as_of_us) for one in errands if one.sent_at_us <= as_of_us]
    unanswered = [one for one in then if one.status in OPEN_ERRANDS]
    late = [one.id for one in unanswered if one.due_us is not None and one.due_us < as_of_us]
    answered = [one for one in then if one.status is ErrandStatus.ANSWERED]
    due = [one.id for one in answered if one.follow_due_us is not None and one.follow_due_us <= as_of_us]
    return MatterTally(
        matter, tuple(one.id for one in unanswered if one.id not in set(late)), tuple(late),
        tuple(one.id for one in answered), tuple(due),
        tuple(one.id for one in then if one.status is ErrandStatus.CONFIRMED),
    )  # fmt: skip
