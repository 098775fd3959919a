"""The state of an account in words: what binds it, and on what that rests; facts that exist alone, no score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, unique

from fanzha.measures.lifecycle import OPEN, Status
from fanzha.measures.model import Measure, MeasureKind, effective_status, holds, stands
from fanzha.services.desk.account_page import AccountPage


@unique
class AccountState(StrEnum):
    """What is done to an account now; the strongest that is true."""

    FROZEN = "frozen"
    STOPPED = "stopped"
    PART_HELD = "part_held"  # frozen or stopped, for less than was asked
    RESTRICTED = "restricted"  # bound otherwise: a restriction, a hold at the payer's bank, a place in the queue
    HELD_ELSEWHERE = "held_elsewhere"  # by another body's measure
    ORDERED = "ordered"  # an institution was told and has not answered
    PROPOSED = "proposed"  # drafted or waiting for its approval
    FREE = "free"


@dataclass(frozen=True, slots=True)
class StateInWords:
    """The state, the measure that makes it, and how many things of each strength speak of the account."""

    state: AccountState
    measure: Measure | None
    confirmed: int  # payments into it that were verified against a document
    inferred: int  # cases whose money was only computed to have come here
    said: int  # what reports say of it and nobody has verified
    upstream: int | None  # accounts from which the chosen case's money came; None where no case is chosen
    downstream: int | None
    known_until_us: int | None  # the end of its own statements; None: there are none


def account_state(page: AccountPage) -> StateInWords:
    """What is known of the account, for the head of its page."""
    dossier, chosen, book = page.dossier, page.chosen, page.book
    state, measure = _state(dossier.standing.measures, dossier.now_us, elsewhere=dossier.standing.held_elsewhere)
    facts = [fact for fact in dossier.facts if fact.withdrawn_at_us is None]
    periods = () if book is None else book.rows.periods
    return StateInWords(
        state, measure,
        confirmed=len(facts),
        inferred=len(page.traced),
        said=sum(one.fact is None for one in dossier.payments),
        upstream=None if chosen is None else len(chosen.upstream),
        downstream=None if chosen is None else len(chosen.downstream),
        known_until_us=max((end for _, end in periods), default=None),
    )  # fmt: skip


def _state(measures: Iterable[Measure], now_us: int, *, elsewhere: bool) -> tuple[AccountState, Measure | None]:
    """The strongest state, and of the measures that make it the one that ends last."""
    found: list[tuple[AccountState, Measure | None]] = [(_state_of(one, now_us), one) for one in measures]
    if elsewhere:
        found.append((AccountState.HELD_ELSEWHERE, None))
    order = list(AccountState)

    def rank(one: tuple[AccountState, Measure | None]) -> tuple[int, float]:
        due_us = None if one[1] is None else one[1].void_from_us
        return order.index(one[0]), float("-inf") if due_us is None else -due_us

    state, measure = min(found, key=rank, default=(AccountState.FREE, None))
    return state, None if state is AccountState.FREE else measure


def _state_of(measure: Measure, now_us: int) -> AccountState:
    if measure.kind is MeasureKind.QUERY:
        return AccountState.FREE
    if holds(measure, now_us):
        if measure.kind not in (MeasureKind.FREEZE, MeasureKind.STOP_PAYMENT):
            return AccountState.RESTRICTED
        if effective_status(measure, now_us) is Status.PARTIAL:
            return AccountState.PART_HELD
        return AccountState.FROZEN if measure.kind is MeasureKind.FREEZE else AccountState.STOPPED
    if stands(measure, now_us):
        return AccountState.ORDERED
    return AccountState.PROPOSED if effective_status(measure, now_us) in OPEN else AccountState.FREE
