"""A measure as it stood at an earlier instant, as far as what was written down since lets it be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fanzha.measures.lifecycle import ENDED, Status
from fanzha.measures.model import Measure
from fanzha.measures.orders import Order, Outcome, Receipt, Verb

_HELD = frozenset({Outcome.EXECUTED, Outcome.PARTIAL, Outcome.NOTHING_FOUND})


@dataclass(frozen=True, slots=True)
class Stood:
    """What was known of a measure then; `executed_minor` is None where nothing was held, or nobody said how much."""

    status: Status
    executed: bool
    executed_minor: int | None
    released_minor: int
    returned_minor: int  # of a freeze: what return orders moved


def begin_order(measure: Measure) -> Order | None:
    """The order by which the measure itself was asked for; None before it was prepared."""
    return next((order for order in measure.orders if order.verb is Verb.BEGIN), None)


def stood_at(measure: Measure, at_us: int) -> Stood:
    """The measure as it was known at the instant: what arrived, ended or was corrected later is left out.

    A renewal that was granted later is not taken back: its end is the one of now.
    """
    later = any(receipt.arrived_us > at_us for receipt in measure.receipts) or any(
        correction.corrected_us > at_us for correction in measure.corrections
    )
    executed = measure.starts_us is not None and measure.starts_us <= at_us
    minor = measure.executed_minor if executed else None
    if later:
        executed, minor = _told(measure, tuple(_known(measure, at_us)))
    let_go = [release for release in measure.let_go if release.at_us <= at_us]
    return Stood(
        _status(measure, at_us, executed=executed),
        executed,
        minor,
        sum(release.amount_minor for release in let_go if not measure.was_returned(release)),
        sum(release.amount_minor for release in let_go if measure.was_returned(release)),
    )


def _known(measure: Measure, at_us: int) -> Iterator[Receipt]:
    """The answers as they lay there then; one that was corrected later stands as it was typed in."""
    replaced = {one.instead: one.receipt for one in measure.corrections if one.corrected_us > at_us}
    for receipt in measure.receipts:
        as_typed = replaced.get(receipt.id, receipt)
        if as_typed.arrived_us <= at_us:
            yield as_typed


def _told(measure: Measure, receipts: tuple[Receipt, ...]) -> tuple[bool, int | None]:
    order = begin_order(measure)
    answers = [one for one in receipts if order is not None and one.order == order.id and one.outcome in _HELD]
    if order is None or not answers:
        return False, None
    last = max(answers, key=lambda one: one.answered_us)
    if last.amount_minor is not None or last.outcome is Outcome.PARTIAL:
        return True, last.amount_minor
    return True, measure.request.scope.traced_minor if order.amount_minor is None else order.amount_minor


def _status(measure: Measure, at_us: int, *, executed: bool) -> Status:
    if measure.ended_us is not None and measure.ended_us <= at_us:
        return measure.status
    void_us = measure.void_from_us
    if void_us is not None and void_us <= at_us:
        return Status.LAPSED
    if executed:
        return Status.EXECUTED
    return Status.SENT if measure.status in ENDED else measure.status
