"""The dated table of joint governance, parsed: matters, classes of risk, reasons for which an account is listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from fanzha.casework.dated_table import part_of, rows_of, wrong
from fanzha.core.errors import BadInput
from fanzha.core.time import DAY_US

TABLE: Final = "governance.toml"
_bad = partial(wrong, TABLE)
_part = partial(part_of, TABLE)
_rows = partial(rows_of, TABLE)


@dataclass(frozen=True, slots=True)
class Matter:
    """What is asked of another agency: by when it answers, when that is looked at again, and what it counts as."""

    slug: str
    zh: str
    en: str
    answer_us: int
    follow_us: int
    measure: str


@dataclass(frozen=True, slots=True)
class RiskClass:
    """A class of corporate accounts under control, and the mode of 账户限制 that it proposes."""

    slug: str
    zh: str
    en: str
    mode: str


@dataclass(frozen=True, slots=True)
class ListingReason:
    """Why an account is listed; `up_to` is the highest class that it carries, empty where it carries none by itself."""

    slug: str
    zh: str
    en: str
    up_to: str


@dataclass(frozen=True, slots=True)
class GovernanceRules:
    """Everything that joint governance goes by; classes stand from the highest down."""

    matters: Mapping[str, Matter]
    classes: Mapping[str, RiskClass]
    reasons: Mapping[str, ListingReason]
    sheet: Mapping[str, tuple[str, ...]]  # a column of a sheet: its heads, that of the template first

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> GovernanceRules:
        """The rules of a parsed `governance.toml`. Raises BadInput that names the table, the place and what is expected."""
        matters = {
            row["slug"]: Matter(
                row["slug"], row["zh"], row["en"], _days(row, "answer_days"), _days(row, "follow_days"),
                _text(row, "measure"),
            )
            for row in _rows(table, "matters", "matter")
        }  # fmt: skip
        classes = {
            row["slug"]: RiskClass(row["slug"], row["zh"], row["en"], _text(row, "mode"))
            for row in _rows(table, "risk", "class")
        }
        reasons = {
            row["slug"]: ListingReason(row["slug"], row["zh"], row["en"], row.get("up_to", ""))
            for row in _rows(table, "reasons", "reason")
        }
        for reason in reasons.values():
            if reason.up_to and reason.up_to not in classes:
                raise _bad(f"reasons.reason {reason.slug}", f"up_to {reason.up_to!r} is no class of risk")
        sheet = {
            name: tuple(heads)
            for name, heads in _part(table, "sheet").items()
            if name not in {"source", "certainty"}
        }  # fmt: skip
        return cls(matters, classes, reasons, sheet)

    def matter(self, slug: str) -> Matter:
        """The matter of that name. Raises BadInput, which says which there are."""
        if slug not in self.matters:
            raise BadInput(f"matter: {slug!r} is none; there are: {', '.join(self.matters)}")
        return self.matters[slug]

    def rank(self, risk: str) -> int:
        """How high a class is: 0 is the highest; below every class for none."""
        return list(self.classes).index(risk) if risk in self.classes else len(self.classes)


def _days(row: Mapping[str, Any], name: str) -> int:
    value = row.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _bad(f"matter {row['slug']}.{name}", f"{value!r} is no whole number of at least 1")
    return value * DAY_US


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise _bad(f"{row['slug']}.{name}", "not there")
    return value
