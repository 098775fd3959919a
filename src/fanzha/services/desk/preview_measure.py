"""What would happen if a measure were proposed now: what is refused, what asks for a reason, whom it would hit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.measures import policy
from fanzha.measures.appeals import Appeal
from fanzha.measures.carried import Carried
from fanzha.measures.guard import AccountView, GuardAdvice
from fanzha.measures.hearing import check_heard
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure
from fanzha.measures.obstacles import REASON_MIN, Obstacle, obstacles
from fanzha.measures.telling import told_due_us, told_of_lift_due_us
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.same_payment import SamePayment, same_payment
from fanzha.services.desk.sight import Sight
from fanzha.services.desk.standing import check_fact_stands, standing_around, with_filing
from fanzha.services.desk.weighing import advice_on

UNDECIDED = frozenset({Status.DRAFT, Status.PROPOSED})


@dataclass(frozen=True, slots=True)
class Preview:
    """A measure as it would be proposed, and what stands against it and beside it."""

    measure: Measure
    refused: tuple[Obstacle, ...]  # the law forbids these
    open: tuple[Obstacle, ...]  # these ask for a reason that is not given
    reasoned: tuple[Obstacle, ...]  # these were given one
    account: AccountView | None
    advice: GuardAdvice | None
    appeals: tuple[Appeal, ...] = ()
    told_due_us: int | None = None  # by when the holder is to be told; None: he is, or need not be
    carried: Carried | None = None  # how much, by the facts and the last trace
    same_payment: tuple[SamePayment, ...] = ()  # other orders on the payment that it is about

    @property
    def passes(self) -> bool:
        """Whether it could be proposed as it is."""
        return not (self.refused or self.open)


def preview_measure(desk: Desk, actor: Actor, measure_id: str) -> Preview:
    """Weighs a draft or a proposal as it stands now; of a measure that was decided, only the guard's advice."""
    with looking(desk, actor, "measure.preview", Subject("measure", measure_id)) as look:
        measure = look.load(Measure, measure_id, Action.SEE)
        sight = Sight(look.unit, actor, desk.rules.access.permissions)
        if not sight.sees_whole(measure):  # an institution sees of it what the order says
            return Preview(sight.shown(measure), (), (), (), None, None)
        return preview_of(look, measure)


def preview_of(look: Look, measure: Measure) -> Preview:
    """What stands against a measure and beside it."""
    standing = standing_around(look, measure.request, itself=measure.id)
    worded = replace(measure, request=with_filing(measure.request, standing))
    found: tuple[Obstacle, ...] = ()
    if measure.status in UNDECIDED:
        gone = policy.why_not(check_fact_stands, look.unit, measure.fact_id)
        withdrawn = () if gone is None else (Obstacle(gone.rule, str(gone)),)
        unheard = policy.why_not(check_heard, measure, look.rules.measures, look.now_us)
        if measure.status is Status.PROPOSED and unheard is not None:
            withdrawn = (*withdrawn, Obstacle(unheard.rule, str(unheard)))
        found = (*withdrawn, *obstacles(worded.request, look.rules.measures, standing, look.now_us, measure.id))
    reasons = {each.rule for each in worded.request.overrides if len(each.reason.strip()) >= REASON_MIN}
    return Preview(
        worded,
        tuple(each for each in found if not each.gives_way),
        tuple(each for each in found if each.gives_way and each.rule not in reasons),
        tuple(each for each in found if each.gives_way and each.rule in reasons),
        standing.account,
        advice_on(look, worded, standing.account),
        tuple(every(look.unit.records(Appeal), Query(equals={"measure": measure.id}))),
        told_due_us(measure, look.rules.measures) or told_of_lift_due_us(measure, look.rules.measures),
        standing.carried,
        same_payment(look, worded, standing.others) if measure.status in UNDECIDED else (),
    )
