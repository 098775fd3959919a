"""A stop goes over into a freeze: one action drafts the freeze that continues it, once the case is filed."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.measures.model import Measure, MeasureKind, Override
from fanzha.measures.terms import Span
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.draft_measure import MeasureDraft, draft_within
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What the later measure states; what is left out is taken over from the earlier one."""

    document: str  # 文号
    reason: str
    into: MeasureKind = MeasureKind.FREEZE
    basis: str = ""  # empty: the first basis of the kind
    amount_minor: int | None = None  # None: the traced money, as far as it is held
    traced_minor: int | None = None  # None: by the later kind's method of the last trace, else by the facts
    modes: tuple[str, ...] = ()
    mode_reason: str = ""
    term: str = ""
    period: Span | None = None
    overrides: tuple[Override, ...] = ()


def convert_measure(desk: Desk, actor: Actor, measure_id: str, wanted: Conversion, *, request: str = "") -> Measure:
    """Drafts the measure that continues an earlier one; the earlier one ends as the later one is carried out.

    Raises NotAllowed before 立案, when the earlier one binds no longer, or does not turn into the kind that is wanted.
    """
    with acting(desk, actor, "measure.convert", Subject("measure", measure_id)) as work:
        earlier = work.load(Measure, measure_id, Action.MEASURE_PROPOSE)
        command = fingerprint_of("measure.convert", measure_id, wanted)
        return once(work, request, command, Measure, lambda: draft_within(work, _draft(work, earlier, wanted)))


def _draft(work: Work, earlier: Measure, wanted: Conversion) -> MeasureDraft:
    rules = work.rules.measures.of(wanted.into, work.now_us)
    scope = earlier.request.scope
    return MeasureDraft(
        kind=wanted.into,
        reason=wanted.reason,
        basis=wanted.basis or rules.bases[0].id,
        case=earlier.request.case,
        continues=earlier.id,
        modes=wanted.modes,
        amount_minor=wanted.amount_minor,
        traced_minor=wanted.traced_minor,
        currency=scope.currency,
        mode_reason=wanted.mode_reason,
        term=wanted.term,
        period=wanted.period,
        document=wanted.document,
        overrides=wanted.overrides,
    )
