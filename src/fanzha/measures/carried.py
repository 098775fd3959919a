"""How much of the case's money its facts and its last trace carry to an account: an order is held against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from fanzha.core.money import exponent_of, format_minor
from fanzha.measures.model import MeasureKind, Scope
from fanzha.measures.purposes import Purpose, PurposeRule

PURPOSES: Final[Mapping[MeasureKind, Purpose]] = {
    MeasureKind.STOP_PAYMENT: Purpose.STOP,
    MeasureKind.FREEZE: Purpose.FREEZE,
    MeasureKind.QUEUED_FREEZE: Purpose.FREEZE,
}


@dataclass(frozen=True, slots=True)
class Carried:
    """What is known of the case's money on one account; minor units, None where nobody has said."""

    purpose: Purpose
    rule: PurposeRule  # which method says how much
    currency: str
    facts_minor: int | None = None  # all payments into it that are facts
    newer_minor: int = 0  # what of them the trace did not know yet
    method: str = ""  # the one that decides by the rule
    method_minor: int | None = None  # what it finds held there
    by_method: Mapping[str, int] = field(default_factory=dict[str, int])
    unknown_minor: int = 0  # traced to it, and not known what became of it
    run: str = ""  # the last trace; empty: the case was never traced
    traced_us: int | None = None
    before_minor: int | None = None  # traced, by the measure that this one continues
    known_until_us: int | None = None  # the end of the account's own statement in the last trace; None: there was none
    hop: int | None = None  # how far the account is from the victims, by the last trace

    @property
    def most_minor(self) -> int:
        """All that facts and trace carry to the account."""
        if self.method_minor is None:
            return max(self.facts_minor or 0, self.unknown_minor)
        return self.method_minor + self.newer_minor + self.unknown_minor

    @property
    def follows_minor(self) -> int | None:
        """What an order follows that names no amount: by the deciding method, else what is not known yet, else the facts."""
        if self.method_minor is None:
            return self.facts_minor if self.facts_minor is not None else self.unknown_minor or None
        return self.method_minor + self.newer_minor or self.unknown_minor

    @property
    def disagrees(self) -> bool:
        """Whether the methods do not all say the same."""
        return len(set(self.by_method.values())) > 1

    def objection(self, scope: Scope, *, whole: bool) -> str:
        """Why an order asks for more than is carried; empty where it does not. `whole`: its mode holds by no amount."""
        asked = max(_named(scope, whole=whole), default=0)
        if asked <= self.most_minor:
            return ""
        exponent = exponent_of(self.currency)
        said = "; ".join(self._sayings(exponent))
        if not said:
            return "neither a fact nor the last trace says that money of the case came to this account"
        most = format_minor(self.most_minor, exponent)
        return f"{format_minor(asked, exponent)} is more than the {most} that facts and trace carry here ({said})"

    def _sayings(self, exponent: int) -> Iterator[str]:
        ordered = sorted(self.by_method, key=lambda name: name != self.method)  # the deciding one first
        yield from (f"{name} {format_minor(self.by_method[name], exponent)}" for name in ordered)
        if self.unknown_minor:
            yield f"not known what became of {format_minor(self.unknown_minor, exponent)}"
        if self.facts_minor is not None:
            yield f"facts {format_minor(self.facts_minor, exponent)}"


def _named(scope: Scope, *, whole: bool) -> Iterator[int]:
    if scope.traced_minor is not None:
        yield scope.traced_minor
    if scope.amount_minor is not None and not whole:
        yield scope.amount_minor
