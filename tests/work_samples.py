"""A kind of record that only tests know, with everything that a store must be able to keep."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fanzha.core.money import Money
from fanzha.ports.record_table import NEVER_US, Key, KeyType, PartialIndex, RecordTable, Term


class SampleStatus(StrEnum):
    OPEN = "open"
    HELD = "held"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class SamplePart:
    account: str
    amount: Money
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    id: str
    version: int
    organisation: str
    status: SampleStatus
    due_us: int | None
    case: str | None = None
    number: str | None = None
    parts: tuple[SamplePart, ...] = ()
    flags: frozenset[str] = frozenset()


SAMPLES = RecordTable(
    name="samples",
    record=Sample,
    keys=(
        Key("organisation"),
        Key("status"),
        Key("due_us", KeyType.INTEGER, of=lambda sample: NEVER_US if sample.due_us is None else sample.due_us),
        Key("case_id", of=lambda sample: sample.case, optional=True),
        Key("number", optional=True),
    ),
    terms=(Term("account", of=lambda sample: (part.account for part in sample.parts)),),
    indexes=(
        ("organisation", "status", "due_us"),
        ("status", "due_us"),
        ("due_us", "id", "organisation", "status"),
        ("case_id",),
    ),
    partial=(PartialIndex(("organisation", "due_us"), "status", frozenset({"held", "open"})),),
    unique=(("number",),),
)


def sample(n: int, /, **changes) -> Sample:
    given = {
        "id": f"S-{n:06d}",
        "version": 1,
        "organisation": f"org{n % 3}",
        "status": list(SampleStatus)[n % 2],
        "due_us": 1000 + n * 37 % 50,
        "parts": (SamplePart(f"模拟账户{n % 5}", Money(n * 100), None if n % 2 else "备注“模拟”\n"),),
        "flags": frozenset({"a", "b"}),
    }
    return Sample(**{**given, **changes})
