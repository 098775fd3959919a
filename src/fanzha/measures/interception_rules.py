"""The dated table of the planner: the centre's price of harm, and what it believes of banks that it does not know yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fanzha.core.time import MINUTE_US
from fanzha.measures.interception import Price
from fanzha.measures.rules import in_force, versions
from fanzha.measures.tables import Entry, Text


@dataclass(frozen=True, slots=True)
class PlannerRule:
    """What a proposal is weighed by, from a day on."""

    effective_from: date
    price: Price
    look_ahead: int
    learn_from_cases: int
    text: Text


@dataclass(frozen=True, slots=True)
class BankBelief:
    """What is believed of a bank before its own answers say otherwise, from a day on."""

    effective_from: date
    stop_takes_us: int
    query_takes_us: int
    refused: float
    others_minor: int
    answers_least: int
    text: Text


@dataclass(frozen=True, slots=True)
class InterceptionRules:
    """Every version of the table."""

    planners: tuple[PlannerRule, ...]
    banks: tuple[BankBelief, ...]

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> InterceptionRules:
        """The rules of `interception.toml`. BadInput names what is wrong."""
        top = Entry(table, "interception.toml")
        return cls(versions(top, "planner", _planner), versions(top, "banks", _belief))

    def planner(self, now_us: int) -> PlannerRule:
        """The planner's rule in force."""
        return in_force(self.planners, now_us, "interception.planner")

    def bank(self, now_us: int) -> BankBelief:
        """The belief in force."""
        return in_force(self.banks, now_us, "interception.banks")


def _planner(entry: Entry) -> PlannerRule:
    return PlannerRule(
        entry.day("effective_from"),
        Price(entry.number("innocent_per_mille") / 1000, entry.number("order_minor")),
        entry.number("look_ahead"),
        entry.number("learn_from_cases"),
        entry.source(),
    )


def _belief(entry: Entry) -> BankBelief:
    return BankBelief(
        entry.day("effective_from"),
        entry.number("stop_takes_min") * MINUTE_US,
        entry.number("query_takes_min") * MINUTE_US,
        entry.number("refused_per_mille") / 1000,
        entry.number("others_minor"),
        entry.number("answers_least"),
        entry.source(),
    )
