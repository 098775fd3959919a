"""Against wrongful holds: the least that serves, what must stay free, and whom a hold would hit besides the fraudster."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from fanzha.measures.model import EvidenceKind, Measure, Scope
from fanzha.measures.rules import GuardRules, KindRules
from fanzha.measures.words import EVIDENCE_WORDS

SHARE_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class AccountView:
    """What the case knows of an account; amounts in minor units, None where it is not known."""

    balance_minor: int | None
    balance_us: int | None = None
    last_movement_us: int | None = None
    natural_person: bool | None = None  # unknown: his living is left free as a person's
    merchant: bool | None = None
    wages_minor: int | None = None  # money recognised as wages or pensions in the balance
    good_faith: bool = False  # somebody brought proof that goods or services stand against the money that came
    goods_payers: int | None = None  # who paid for goods or services lately, by its own rows
    hop: int | None = 1
    bound_elsewhere_minor: int = 0  # what other measures hold of the balance

    @property
    def available_minor(self) -> int | None:
        """What a hold could still take; None where the balance is unknown or older than the last known movement."""
        old = (
            self.balance_us is not None
            and self.last_movement_us is not None
            and self.balance_us < self.last_movement_us
        )
        if self.balance_minor is None or old:
            return None
        return max(self.balance_minor - self.bound_elsewhere_minor, 0)


@unique
class Hazard(StrEnum):
    """What a hold may do wrong; the values are the names in the guard's `needs_reason`."""

    LITTLE_TRACED = "little_traced"  # ask instead of hold
    MORE_THAN_LEAST = "more_than_least"
    TRACED_UNKNOWN = "traced_unknown"  # an amount of which nobody says how much is traced
    MERCHANT = "merchant"
    WAGES = "wages"
    GOOD_FAITH = "good_faith"
    PAID_FOR_GOODS = "paid_for_goods"  # by its rows; nobody has brought proof
    FAR = "far"
    BALANCE_UNKNOWN = "balance_unknown"
    EVIDENCE_OPEN = "evidence_open"


@dataclass(frozen=True, slots=True)
class HazardFound:
    """A warning with its sentence, and whether the request must give a reason against it."""

    hazard: Hazard
    sentence: str
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class GuardAdvice:
    """What the guard would do; minor units, None where the balance is not known."""

    query_instead: bool
    least_minor: int | None  # the least amount that covers the traced money
    innocent_minor: int | None  # what the scope asked for would hold besides
    spare_minor: int  # wages and living costs that should be let go at once
    hazards: tuple[HazardFound, ...]


def holds_whole(scope: Scope, rules: KindRules) -> bool:
    """Whether the modes cover the whole account, whatever amount is recorded with them."""
    modes = [rules.mode(name) for name in scope.modes]
    return not all(mode is not None and mode.needs_amount for mode in modes)


def innocent_money(scope: Scope, view: AccountView, *, whole: bool) -> int | None:
    """What the scope holds besides the traced money; None where a part of the answer is not known."""
    if scope.traced_minor is None:
        return None
    available = view.available_minor
    if whole:
        return None if available is None else max(available - scope.traced_minor, 0)
    asked = scope.amount_minor or 0
    return max((asked if available is None else min(asked, available)) - scope.traced_minor, 0)


def weigh(scope: Scope, view: AccountView, rules: GuardRules, *, whole: bool) -> GuardAdvice:
    """What the guard says of holding this account in this way.

    `whole`: the mode covers the whole account (see `holds_whole`). Wages and living costs are spared out of money that is
    not traced: what was stolen is not somebody's living.
    """
    traced, available = scope.traced_minor, view.available_minor
    innocent = innocent_money(scope, view, whole=whole)
    least = traced if traced is None or available is None else min(traced, available)
    wages = view.wages_minor or 0
    needed = max(wages, 0 if view.natural_person is False else rules.living_minor)
    little = traced is not None and (
        traced < rules.query_below_minor
        or (available is not None and traced * SHARE_WHOLE < available * rules.query_below_share)
    )
    spare = min(innocent or 0, needed)
    return GuardAdvice(little, least, innocent, spare, _hazards(scope, view, rules, least, little=little, whole=whole))


def _hazards(
    scope: Scope, view: AccountView, rules: GuardRules, least: int | None, *, little: bool, whole: bool
) -> tuple[HazardFound, ...]:
    asked = scope.amount_minor
    more = not whole and asked is not None and least is not None and asked > least
    found = [
        (little, Hazard.LITTLE_TRACED, "little of what is there is traced money: ask the institution, hold nothing"),
        (more, Hazard.MORE_THAN_LEAST, "the amount is more than the traced money that is there"),
        (
            asked is not None and scope.traced_minor is None,
            Hazard.TRACED_UNKNOWN,
            "nobody says how much of the amount is traced money: trace the case first",
        ),
        (view.merchant is True, Hazard.MERCHANT, "a merchant's account: customers' payments pass through it"),
        ((view.wages_minor or 0) > 0, Hazard.WAGES, "wages are paid into this account: leave them free"),
        (view.good_faith, Hazard.GOOD_FAITH, "goods or services stand against the money: a payee in good faith"),
        (
            not view.good_faith and (view.goods_payers or 0) > 0,
            Hazard.PAID_FOR_GOODS,
            f"goods or services are paid for into this account, by {view.goods_payers} payers: it may be a payee in good faith",
        ),
        (
            (view.hop or 0) >= rules.far_hops,
            Hazard.FAR,
            f"{view.hop} hops from the victim: the money may long be others'",
        ),
        (
            view.available_minor is None,
            Hazard.BALANCE_UNKNOWN,
            "the balance is not known, or older than the last movement",
        ),
    ]
    always = {Hazard.LITTLE_TRACED, Hazard.MORE_THAN_LEAST, Hazard.TRACED_UNKNOWN}
    return tuple(
        HazardFound(hazard, sentence, hazard in always or hazard.value in rules.needs_reason)
        for there, hazard, sentence in found
        if there
    )


def open_evidence(measure: Measure) -> tuple[HazardFound, ...]:
    """Counter-evidence at which nobody has looked yet, to stand beside the request."""
    return tuple(
        HazardFound(Hazard.EVIDENCE_OPEN, f"{EVIDENCE_WORDS[evidence.kind]}: {evidence.text}", needs_reason=False)
        for evidence in measure.counter_evidence
        if evidence.looked_at_us is None
    )


URGENT_EVIDENCE = frozenset({EvidenceKind.TRADE, EvidenceKind.WAGES, EvidenceKind.LIVING_COSTS})
