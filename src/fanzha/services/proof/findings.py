"""What a proof finds: which part, what kind of fault, where, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Final

FINDINGS_MAX: Final = 200  # of one part; one broken rule may be broken a million times


@unique
class Part(StrEnum):
    """What was looked at."""

    AUDIT = "audit"
    LEDGER = "ledger"
    RECORD = "record"
    MEASURE = "measure"
    CASE = "case"
    TRACE = "trace"
    EVIDENCE = "evidence"
    CLOCK = "clock"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, named so that somebody can go and look."""

    part: Part
    kind: str  # changed, missing, cut_off, removed, inserted, unlawful, …
    where: str  # rows 3 to 5; measures/MEAS-…; ab/abcdef…
    sentence: str


@dataclass(slots=True)
class Findings:
    """Collects findings; of each part no more than can be read."""

    listed: list[Finding] = field(default_factory=list[Finding])
    counts: dict[Part, int] = field(default_factory=dict[Part, int])

    def add(self, part: Part, kind: str, where: str, sentence: str) -> None:
        """Takes one more."""
        count = self.counts.get(part, 0) + 1
        self.counts[part] = count
        if count <= FINDINGS_MAX:
            self.listed.append(Finding(part, kind, where, sentence))

    @property
    def count(self) -> int:
        """How many there are, the unlisted ones included."""
        return sum(self.counts.values())
