"""The queue of the quick check: what is worth doing first, who takes it, and that nothing stays in it overnight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanzha.casework.clock import elapsed_us
from fanzha.casework.model import Claim, Clue, ClueStage
from fanzha.casework.rules import CaseworkRules, NightRules, PriorityRules
from fanzha.core.money import exponent_of
from fanzha.core.time import DAY_US, SHANGHAI_OFFSET_US


@dataclass(frozen=True, slots=True)
class DutyOfficer:
    """Somebody on duty, with what is open with him already."""

    id: str
    organisation: str
    jurisdiction: str  # division code; empty covers everything
    open_clues: int


@dataclass(frozen=True, slots=True)
class Allotment:
    """Which officer takes a clue, and why he."""

    clue: str
    officer: str
    organisation: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unallotted:
    """A clue that nobody took, and why; never dropped in silence."""

    clue: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rank:
    """A clue's place in the queue and what it rests on; 分."""

    clue: str
    priority: int
    recoverable: int
    newest_age_us: int


def in_fen(claim: Claim, rules: PriorityRules) -> int:
    """What is still recoverable of a claim, in 分 by the table's weights."""
    unit: int = 10 ** exponent_of(claim.currency)
    return claim.recoverable_minor * rules.weight_of(claim.currency) // unit


def claim_worth(claim: Claim, rules: PriorityRules, received_at_us: int, now_us: int) -> int:
    """Recoverable × max(window − age, floor) ÷ window, in 分 and rounded down; it orders the queue and counts no money."""
    worth = in_fen(claim, rules)
    age_us = max(now_us - (received_at_us if claim.at_us is None else claim.at_us), 0)
    left_us = max(rules.window_us - age_us, rules.window_us * rules.floor_permille // 1000)
    return worth * left_us // rules.window_us


def priority(clue: Clue, rules: PriorityRules, now_us: int) -> int:
    """Money still recoverable × time left, summed over the clue's claims."""
    return sum(claim_worth(claim, rules, clue.received_at_us, now_us) for claim in clue.claims)


def rank(clue: Clue, rules: PriorityRules, now_us: int) -> Rank:
    """The clue's priority: money still recoverable × time left, summed over its claims."""
    ages = [now_us - (clue.received_at_us if claim.at_us is None else claim.at_us) for claim in clue.claims]
    return Rank(
        clue=clue.id,
        priority=priority(clue, rules, now_us),
        recoverable=sum(in_fen(claim, rules) for claim in clue.claims),
        newest_age_us=max(min(ages, default=now_us - clue.received_at_us), 0),
    )


def queue_order(clues: Iterable[Clue], rules: PriorityRules, now_us: int) -> list[Clue]:
    """Highest priority first; equal ones by how much of their clock has run, then by id."""
    return sorted(clues, key=lambda clue: (-priority(clue, rules, now_us), -elapsed_us(clue, now_us), clue.id))


def allot_queue(
    clues: Iterable[Clue], officers: Sequence[DutyOfficer], rules: CaseworkRules, now_us: int
) -> tuple[tuple[Allotment, ...], tuple[Unallotted, ...]]:
    """Who takes what waits in the queue, best worth first.

    The officer whose jurisdiction fits closest takes it, of several the one with least open. By day a full officer is
    passed over; at night, when nothing may stay, neither the load nor a foreign jurisdiction holds a clue back.
    """
    waiting = queue_order((clue for clue in clues if is_waiting(clue)), rules.priority, now_us)
    load = {officer.id: officer.open_clues for officer in officers}
    night = is_night(rules.night, now_us)
    taken, left = [], []
    for clue in waiting:
        chosen = _choose(clue, officers, load, None if night else rules.open_clues_max, anywhere=night)
        if isinstance(chosen, str):
            left.append(Unallotted(clue.id, chosen))
            continue
        officer, reason = chosen
        load[officer.id] += 1
        taken.append(Allotment(clue.id, officer.id, officer.organisation, reason))
    return tuple(taken), tuple(left)


def _choose(
    clue: Clue, officers: Sequence[DutyOfficer], load: dict[str, int], load_max: int | None, *, anywhere: bool
) -> tuple[DutyOfficer, str] | str:
    """The officer and why, or why nobody."""
    covering = [officer for officer in officers if clue.jurisdiction.startswith(officer.jurisdiction)]
    if not clue.jurisdiction:  # nobody said where: the body that received it keeps it
        covering = [officer for officer in officers if officer.organisation == clue.organisation]
    if not covering and not anywhere:
        return f"nobody on duty covers {clue.jurisdiction or clue.organisation}"
    free = [officer for officer in covering if load_max is None or load[officer.id] < load_max]
    pool = free or (list(officers) if anywhere else [])
    if not pool:
        return "all who cover it are full" if covering else "nobody is on duty"
    officer = min(
        pool,
        key=lambda one: (
            -len(one.jurisdiction) if one in covering else 1,
            one.organisation != clue.organisation,
            load[one.id],
            one.id,
        ),
    )
    where = f"covers {officer.jurisdiction or 'everything'}" if officer in covering else "outside, at night"
    return officer, f"{where}; {load[officer.id]} open"


def is_waiting(clue: Clue) -> bool:
    """Whether nobody has the clue."""
    return clue.stage is ClueStage.QUEUED and not clue.merged_into


def is_night(rules: NightRules, at_us: int) -> bool:
    """Whether the instant lies in the hours in which nothing stays in the queue; they may pass midnight."""
    time_of_day = (at_us + SHANGHAI_OFFSET_US) % DAY_US
    if rules.from_us <= rules.until_us:
        return rules.from_us <= time_of_day < rules.until_us
    return time_of_day >= rules.from_us or time_of_day < rules.until_us


def to_be_taken_by(rules: NightRules, since_us: int) -> int:
    """By when somebody must have what came into the queue then: in the night's own minutes, or those of the next night."""
    if is_night(rules, since_us):
        return since_us + rules.unassigned_max_us
    midnight_us = since_us - (since_us + SHANGHAI_OFFSET_US) % DAY_US
    begins_us = midnight_us + rules.from_us
    return begins_us + (DAY_US if begins_us < since_us else 0) + rules.unassigned_max_us


def waiting_at_night(clues: Iterable[Clue], rules: NightRules, now_us: int) -> tuple[str, ...]:
    """The clues that nobody has though it is night; must be empty."""
    return tuple(clue.id for clue in clues if is_waiting(clue)) if is_night(rules, now_us) else ()
