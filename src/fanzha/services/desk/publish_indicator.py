"""A verified number is put before everybody: proposed, decided by another, shown after its delay, and taken down."""

from __future__ import annotations

from typing import Final

from fanzha.access import Action
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import Clue, Fact, indicators
from fanzha.casework.indicators import Indicator, IndicatorStatus, next_instant
from fanzha.casework.policy import why_not
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.ports.record_query import Query
from fanzha.ports.work_queues import DueClock
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.change_measure import check_read
from fanzha.services.desk.live_about import what_is_live
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once

A_LOST_GROUND: Final = "a clue that is verified no longer"
INDICATOR_CLOCK: Final = "indicator.mark"
_STANDING: Final = (IndicatorStatus.PROPOSED, IndicatorStatus.APPROVED, IndicatorStatus.PUBLISHED)


def propose_indicator(desk: Desk, actor: Actor, clue_id: str, reason: str, *, request: str = "") -> Indicator:
    """Asks that what a clue is about be shown to everybody.

    Raises NotAllowed where it was not verified, something is live about it, or it is proposed or shown already.
    """
    with acting(desk, actor, "indicator.propose", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.INDICATOR_PROPOSE)

        def carry_out() -> Indicator:
            facts = work.unit.records(Fact).get_many(clue.facts)
            numbers = {clue.subject, *(fact.fields.account for fact in facts)}
            live = what_is_live(work.unit, numbers, work.now_us)
            case = work.case_of(clue)
            made = indicators.propose_indicator(clue, facts, reason, actor, work.now_us, work.ids, live=live, case=case)
            work.unit.hold(f"indicator:{made.term}")
            _check_new(work, made)
            return keep_indicator(work, made, "indicator.propose", reason, new=True)

        return once(work, request, fingerprint_of("indicator.propose", clue_id, reason), Indicator, carry_out)


def approve_indicator(
    desk: Desk, actor: Actor, indicator_id: str, reason: str, *, version: int | None = None
) -> Indicator:
    """Decides for it. Raises NotAllowed for who proposed it, who is no head, or where something is live about it."""
    with acting(desk, actor, "indicator.approve", Subject("indicator", indicator_id)) as work:
        held = work.load(Indicator, indicator_id, Action.INDICATOR_DECIDE)
        check_read(held, version)
        rules = work.rules.public.publication
        live = live_about(work, held)
        decided = indicators.approve_indicator(held, reason, actor, rules, work.now_us, live=live)
        return keep_indicator(work, decided, "indicator.approve", reason)


def reject_indicator(
    desk: Desk, actor: Actor, indicator_id: str, reason: str, *, version: int | None = None
) -> Indicator:
    """Decides against it. Raises NotAllowed as `approve_indicator`."""
    with acting(desk, actor, "indicator.reject", Subject("indicator", indicator_id)) as work:
        held = work.load(Indicator, indicator_id, Action.INDICATOR_DECIDE)
        check_read(held, version)
        return keep_indicator(
            work, indicators.reject_indicator(held, reason, actor, work.now_us), "indicator.reject", reason
        )


def withdraw_indicator(
    desk: Desk, actor: Actor, indicator_id: str, reason: str, *, version: int | None = None
) -> Indicator:
    """Takes it down at once. Raises NotAllowed without a reason, or where it is over already."""
    with acting(desk, actor, "indicator.withdraw", Subject("indicator", indicator_id)) as work:
        held = work.load(Indicator, indicator_id, Action.INDICATOR_WITHDRAW)
        check_read(held, version)
        return keep_indicator(
            work, indicators.withdraw_indicator(held, reason, actor, work.now_us), "indicator.withdraw", reason
        )


def ring_indicator(work: Work, indicator_id: str) -> None:
    """The clock shows it, holds it back because something is live about it, or ends it."""
    held = work.load(Indicator, indicator_id, Action.CLOCK_STRIKE)
    rules = work.rules.public.publication
    live = live_about(work, held) if held.status is IndicatorStatus.APPROVED else ()
    struck = indicators.strike_indicator(held, rules, work.now_us, live=live)
    if struck is not None:
        action = {IndicatorStatus.APPROVED: "indicator.hold_back", IndicatorStatus.PUBLISHED: "indicator.show"}
        keep_indicator(work, struck, action.get(struck.status, "indicator.expire"), "")


def live_about(work: Work, indicator: Indicator) -> tuple[str, ...]:
    """What is live about its number, as its clue and its facts write it; and that it is verified no longer."""
    clue = work.unit.records(Clue).get(indicator.clue)
    facts = work.unit.records(Fact).get_many(clue.facts)
    numbers = {indicator.term, clue.subject, *(fact.fields.account for fact in facts)}
    live = what_is_live(work.unit, numbers, work.now_us)
    ground = why_not(lambda: indicators.check_ground(clue, facts, work.case_of(clue)))
    return (*live, A_LOST_GROUND) if ground else live


def take_down(work: Work, fact: Fact, reason: str) -> None:
    """What was published upon a fact that was withdrawn is shown no longer, from this instant on."""
    asked = Query(equals={"clue": fact.clue}, within={"status": _STANDING})
    for held in work.unit.records(Indicator).find(asked).rows:
        if held.fact == fact.id:
            withdrawn = indicators.withdraw_indicator(held, reason, work.actor, work.now_us)
            keep_indicator(work, withdrawn, "indicator.withdraw", reason)


def keep_indicator(work: Work, indicator: Indicator, action: str, reason: str, *, new: bool = False) -> Indicator:
    """Saves it with its audit; its clock waits for what comes next."""
    records = work.unit.records(Indicator)
    kept = records.add(indicator) if new else records.save(indicator)
    clock = indicator_clock(kept)
    if clock is None:
        work.unit.clocks.cancel(_clock_id(kept))
    else:
        work.unit.clocks.set(clock)
    said: dict[str, DetailValue] = {"kind": kept.kind.value, "clue": kept.clue, "after": kept.status.value}
    subject = Subject("indicator", kept.id)
    work.unit.audit.append(done(work.actor, work.now_us, action, subject, case=work.case, reason=reason, details=said))
    return kept


def indicator_clock(indicator: Indicator) -> DueClock | None:
    """The clock of what comes next of an indicator as it stands."""
    due_us = next_instant(indicator)
    if due_us is None:
        return None
    return DueClock(
        id=_clock_id(indicator), kind=INDICATOR_CLOCK, subject_kind="indicator", subject_id=indicator.id, due_us=due_us,
        case=indicator.case,
    )  # fmt: skip


def _clock_id(indicator: Indicator) -> str:
    return f"{indicator.id}:{INDICATOR_CLOCK}"


def _check_new(work: Work, made: Indicator) -> None:
    asked = Query(equals={"term": made.term}, within={"status": _STANDING})
    if any(one.organisation == made.organisation for one in work.unit.records(Indicator).find(asked).rows):
        raise NotAllowed("indicator.there", f"the number of {made.clue} is proposed or shown already; see: /indicators")
