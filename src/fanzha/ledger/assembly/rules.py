"""The rules that assembly follows, as values; they come from the dated tables `pairing.toml` and `hubs.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from fanzha.core.errors import BadInput

HubMatch = Literal["prefix", "name", "institution"]
_MATCHES: Final = get_args(HubMatch)
_POSITIVE: Final = (
    "window_s", "order_window_s", "serial_length_min", "reversal_window_days", "identifier_length_min",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PairingRules:
    """When two rows are one transfer, and how far back a reversal may reach."""

    window_s: int = 120
    order_window_s: int = 259_200
    reversal_window_days: int = 30
    identifier_length_min: int = 6
    serial_length_min: int = 8
    reversal_words: tuple[str, ...] = ("冲正", "退汇", "冲账", "抹账")

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> PairingRules:
        """The rules of a parsed `pairing.toml`.

        Raises BadInput when a period is not a positive whole number.
        """
        rules = cls(
            window_s=table["pairing"]["window_s"],
            order_window_s=table["pairing"]["order_window_s"],
            serial_length_min=table["pairing"]["serial_length_min"],
            reversal_window_days=table["reversal"]["window_days"],
            identifier_length_min=table["identity"]["identifier_length_min"],
            reversal_words=tuple(table["reversal"]["words"]),
        )
        for name in _POSITIVE:
            value = getattr(rules, name)
            if not isinstance(value, int) or value <= 0:
                raise BadInput(f"pairing.toml: {name} is {value!r}; write a positive whole number")
        return rules


@dataclass(frozen=True, slots=True)
class HubRule:
    """One sort of account that ends a branch, with the reason to show."""

    match: HubMatch
    pattern: str  # a prefix of the number, a part of the holder's name, or the whole name of the institution
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class HubRules:
    """Which accounts are clearing accounts or other hubs; how many transfers an account has never makes it one."""

    rules: tuple[HubRule, ...] = ()

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> HubRules:
        """The rules of a parsed `hubs.toml`.

        Raises BadInput when a rule does not say what it matches.
        """
        listed: Sequence[Mapping[str, Any]] = table.get("hub", ())
        for rule in listed:
            if rule.get("match") not in _MATCHES or not rule.get("pattern"):
                raise BadInput(f"hubs.toml: a rule needs match ({', '.join(_MATCHES)}) and pattern, not {dict(rule)}")
        return cls(tuple(HubRule(r["match"], r["pattern"], r["reason"], r["source"]) for r in listed))
