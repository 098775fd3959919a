"""What became of those who were counted: by status, with how many of them no status is stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fanzha.core.errors import BadInput


@dataclass(frozen=True, slots=True)
class CohortPart:
    """Those of one status; `ids` is empty where only their number is known."""

    name: str
    count: int
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cohort:
    """43 = 25 + 1 + 1 + 16 not stated: the parts and the rest are the whole."""

    whole: int
    parts: tuple[CohortPart, ...]
    not_stated: CohortPart

    def __post_init__(self) -> None:
        assert self.whole == sum(part.count for part in self.parts) + self.not_stated.count, "a cohort adds up"


NOT_STATED = "not_stated"


def count_cohort(whole: int, parts: Mapping[str, int]) -> Cohort:
    """The cohort of which only numbers are known. Raises BadInput where the parts are more than the whole."""
    stated = sum(parts.values())
    if min((whole, *parts.values()), default=0) < 0 or stated > whole:
        raise BadInput(f"the parts of a cohort ({stated}) are more than the whole ({whole}): correct one of them")
    told = tuple(CohortPart(name, count) for name, count in parts.items())
    return Cohort(whole, told, CohortPart(NOT_STATED, whole - stated))


def divide_cohort(whole: Sequence[str], status_of: Mapping[str, str]) -> Cohort:
    """The cohort of known records by their status; those without one, or with an empty one, are not stated."""
    members = tuple(dict.fromkeys(whole))
    by_status: dict[str, list[str]] = {}
    rest: list[str] = []
    for one in members:
        status = status_of.get(one, "")
        (by_status.setdefault(status, []) if status else rest).append(one)
    parts = tuple(CohortPart(name, len(ids), tuple(ids)) for name, ids in sorted(by_status.items()))
    return Cohort(len(members), parts, CohortPart(NOT_STATED, len(rest), tuple(rest)))
