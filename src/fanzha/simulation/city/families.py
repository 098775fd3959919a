"""Families: who is married to whom and who lives together; whom somebody supports is with the people themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from fanzha.simulation.city.assumptions import read_assumptions
from fanzha.simulation.city.build import City
from fanzha.simulation.city.people import NOBODY, THIS_YEAR, Codes, Job

MARRIED_FROM: Final = 24


@dataclass(frozen=True, slots=True)
class Families:
    """By person."""

    spouse: Codes  # NOBODY
    household: Codes  # the person whose household it is


def make_families(city: City) -> Families:
    """The families of the city: couples about as old as each other, and parents with a child who supports them."""
    told, holders = read_assumptions().table("families"), city.people.holders
    rng, n = np.random.default_rng([city.seed, 9]), holders.people
    born = holders.birth_year[:n]
    grown = np.flatnonzero((THIS_YEAR - born >= MARRIED_FROM) & (holders.job[:n] != Job.STUDENT))
    in_turn = grown[np.argsort(born[grown] + rng.normal(0, 2, len(grown)), kind="stable")]
    pairs = in_turn[: len(in_turn) // 2 * 2].reshape(-1, 2)
    pairs = pairs[rng.random(len(pairs)) < told["married_share"]]
    spouse = np.full(n, NOBODY, np.int32)
    spouse[pairs[:, 0]], spouse[pairs[:, 1]] = pairs[:, 1], pairs[:, 0]
    household = np.arange(n, dtype=np.int32)
    household[pairs.max(axis=1)] = pairs.min(axis=1)
    giving = np.flatnonzero(holders.parent[:n] != NOBODY)
    parents, first = np.unique(holders.parent[giving], return_index=True)
    moved = rng.random(len(parents)) < told["lives_with_child_share"]
    child_of, at = household[giving[first[moved]]], parents[moved]
    moved_to = np.full(n, NOBODY, np.int32)
    moved_to[at] = child_of
    # A couple goes together, to the child of the one or of the other.
    one, other = pairs[:, 0], pairs[:, 1]
    moved_to[one] = np.where(moved_to[one] == NOBODY, moved_to[other], moved_to[one])
    moved_to[other] = moved_to[one]
    household = np.where(moved_to == NOBODY, household, moved_to)
    return Families(spouse, household)
