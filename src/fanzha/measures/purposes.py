"""Which method of tracing says how much a stop, a freeze or a return may take, with the others' amounts beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique

from fanzha.core.errors import Refused
from fanzha.measures.rules import in_force, versions
from fanzha.measures.tables import Entry, Text


@unique
class Purpose(StrEnum):
    """What the amount is for."""

    STOP = "stop"
    FREEZE = "freeze"
    RETURN = "return"


@unique
class Says(StrEnum):
    """How the method is found."""

    LARGEST = "largest"
    WORKING = "working"  # the case's own working method


@dataclass(frozen=True, slots=True)
class PurposeRule:
    """What the centre decided for a purpose."""

    effective_from: date
    says: Says
    methods: tuple[str, ...]
    default: str
    text: Text


@dataclass(frozen=True, slots=True)
class AmountChoice:
    """The amount, the method that says so, and what the others say; minor units."""

    method: str
    amount_minor: int
    by_method: Mapping[str, int]  # of all methods that may say, in the order of the rule

    @property
    def disagree(self) -> bool:
        """Whether the methods find different amounts: the officer sees it, and need not choose."""
        return len(set(self.by_method.values())) > 1

    @property
    def spread_minor(self) -> int:
        """How far the largest and the smallest are apart."""
        return max(self.by_method.values()) - min(self.by_method.values())


@dataclass(frozen=True, slots=True)
class PurposeRules:
    """The choices for all purposes, with all their versions."""

    rules: Mapping[Purpose, tuple[PurposeRule, ...]]

    def of(self, purpose: Purpose, at_us: int) -> PurposeRule:
        """The choice in force at an instant."""
        return in_force(self.rules[purpose], at_us, purpose.value)

    @classmethod
    def from_table(cls, table: Mapping[str, object]) -> PurposeRules:
        """Reads rules/purposes.toml; BadInput names what is wrong."""
        top = Entry(table, "purposes.toml")
        return cls({purpose: versions(top, purpose.value, _purpose) for purpose in Purpose})


def _purpose(entry: Entry) -> PurposeRule:
    rule = PurposeRule(
        entry.day("effective_from"),
        entry.word("says", Says),
        entry.texts("methods"),
        entry.text("default"),
        entry.source(),
    )
    if entry.place.startswith(f"purposes.toml.{Purpose.RETURN.value}") and rule.says is not Says.WORKING:
        raise entry.wrong("says", "must be 'working': one method says for all accounts what goes back to whom")
    if rule.default not in rule.methods:
        raise entry.wrong("default", f"{rule.default!r} is not one of methods")
    return rule


def choose_amount(rule: PurposeRule, held_by_method: Mapping[str, int], working_method: str | None) -> AmountChoice:
    """The amount for a purpose out of what each method finds held on the account, minor units.

    The working method counts where the rule asks for it. Raises Refused when the method that decides has found nothing
    to say (it was not run), or is one that gives leads only.
    """
    by_method = {method: held_by_method[method] for method in rule.methods if method in held_by_method}
    if rule.says is Says.LARGEST and by_method:
        method = max(by_method, key=lambda name: (by_method[name], name == (working_method or rule.default)))
    else:
        method = working_method or rule.default
    if method not in by_method:
        raise Refused(f"method {method!r} gives no amount here; run one of {', '.join(rule.methods)} on this case")
    return AmountChoice(method, by_method[method], by_method)
