"""What the made city rests on: `assumptions.toml`, read once; each figure there has a source or is marked as assumed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from fanzha.core.errors import BadInput

FILE: Final = Path(__file__).with_name("assumptions.toml")


@dataclass(frozen=True, slots=True)
class CitySize:
    """How big a city is; transfers are about so many."""

    name: str
    accounts: int
    transfers: int
    days: int
    cases: int


@dataclass(frozen=True, slots=True)
class FraudType:
    """One of the twelve types: how often, how much, how, and how long until the victim reports it."""

    slug: str
    name: str
    share: float
    loss_median: float  # yuan
    sigma: float
    payments: tuple[int, int]
    report_median_min: float
    channels: Mapping[str, float]
    rebate: bool  # a small sum comes back first


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The tables by name, and what was made of them."""

    tables: Mapping[str, Mapping[str, Any]]
    sizes: Mapping[str, CitySize]
    fraud_types: Sequence[FraudType]

    def table(self, name: str) -> Mapping[str, Any]:
        """One table's figures."""
        return self.tables[name]


@cache
def read_assumptions() -> Assumptions:
    """The figures that come with the program. Raises BadInput where a table has neither source nor `assumed`."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for name, table in tables.items():
        if not ("source" in table or "assumed" in table):
            raise BadInput(f"{FILE.name}: [{name}] says neither its source nor that it is assumed")
    sizes = {name: CitySize(name, **table) for name, table in tables["sizes"].items() if isinstance(table, dict)}
    types = tables["fraud"]["types"]
    total = sum(one["count"] for one in types)
    kinds = tuple(
        FraudType(
            share=one["count"] / total, payments=(one["payments"][0], one["payments"][1]),
            **{key: value for key, value in one.items() if key not in ("count", "payments")},
        )
        for one in types
    )  # fmt: skip
    return Assumptions(tables, sizes, kinds)


def size_named(name: str) -> CitySize:
    """The size of that name. Raises BadInput where there is none."""
    sizes = read_assumptions().sizes
    if name not in sizes:
        raise BadInput(f"there is no city size {name!r}; there are {', '.join(sizes)}")
    return sizes[name]
