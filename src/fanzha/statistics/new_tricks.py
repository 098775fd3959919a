"""新手法: narratives that fit no type well and resemble each other; what may be a trick that the taxonomy does not know.

The statistic, of the reports of a body: each narrative is the set of its pairs of signs (digits made alike), weighted by how
rare a pair is (TF-IDF), and its fit is the cosine to the nearest type, a type being the sum of its earlier narratives. What
fits worse than all but `MISFIT_SHARE` of the earlier narratives fit their own type (each left out of its sum) fits no type
well. Two of these resemble each other when they are closer than all but `ALIKE_SHARE` of pairs from different types are. A
group is three or more that hang together; `expected_by_chance` is how many groups chance alone would give at these two
shares, and groups are told only where that is below `CHANCE_MAX` (one false alarm in twenty such looks).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

MISFIT_SHARE: Final = 0.05
ALIKE_SHARE: Final = 0.001
CHANCE_MAX: Final = 0.05
GROUP_MIN: Final = 3
EARLIER_MIN: Final = 60  # fewer classified narratives tell no 5 %
OF_A_TYPE_MIN: Final = 5
PAIRS_FROM: Final = 240  # of so many earlier narratives the pairs are looked at
_SIGNS: Final = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9]+")
_DIGITS: Final = re.compile(r"\d+")
_LENGTH_MAX: Final = 2000
_NOTHING: Final = 1e-9

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Narrative:
    """What was told, by the id of its report; the type of its case where one is stated."""

    id: str
    text: str
    fraud_class: str = ""


@dataclass(frozen=True, slots=True)
class TrickGroup:
    """Reports that fit no type well and resemble each other."""

    ids: tuple[str, ...]
    likeness: float  # of its least alike pair that hangs together, 0 to 1


@dataclass(frozen=True, slots=True)
class TrickFinding:
    """What a look found; `groups` is None where too few earlier narratives tell what is usual."""

    groups: tuple[TrickGroup, ...] | None
    looked_at: int
    misfits: tuple[str, ...] = ()
    expected_by_chance: float = 0.0


@dataclass(frozen=True, slots=True)
class _Sum:
    """A type: the sum of its narratives, and the square of its length."""

    weights: Weights
    squared: float


def find_tricks(earlier: Sequence[Narrative], late: Sequence[Narrative]) -> TrickFinding:
    """Groups among the late narratives, by what the earlier ones of known type are like; the order of neither matters."""
    late, known = _once(late), _known(_once(earlier))
    if len(known) < EARLIER_MIN or len({one.fraud_class for one in known}) < 2:
        return TrickFinding(None, len(late))
    rarity = _rarity([*known, *late])
    vectors = {one.id: _vector(one.text, rarity) for one in (*known, *late)}
    sums = _sums(known, vectors)
    fits = sorted(_fit(vectors[one.id], sums, one.fraud_class) for one in known)
    worst = fits[int(MISFIT_SHARE * len(fits))]
    misfits = [one for one in late if _fit(vectors[one.id], sums) < worst]
    close = _closeness(known, vectors)
    links = [
        (one.id, other.id, likeness)
        for one, other in combinations(misfits, 2)
        if (likeness := _along(vectors[one.id], vectors[other.id])) > close
    ]
    expected = _by_chance(len(late))
    groups = tuple(_groups(links)) if expected < CHANCE_MAX else ()
    return TrickFinding(groups, len(late), tuple(one.id for one in misfits), expected)


def _by_chance(looked_at: int) -> float:
    """Three that hang together by two of their three pairs, among those that misfit by chance."""
    misfits = MISFIT_SHARE * looked_at
    return misfits * max(misfits - 1, 0) * max(misfits - 2, 0) / 6 * 3 * ALIKE_SHARE**2


def _once(narratives: Sequence[Narrative]) -> list[Narrative]:
    """One of each text, by the order of ids: what was sent twice is one telling."""
    found: dict[str, Narrative] = {}
    for one in sorted(narratives, key=lambda each: each.id):
        if plain := _plain(one.text):
            found.setdefault(plain, one)
    return list(found.values())


def _known(narratives: Iterable[Narrative]) -> list[Narrative]:
    """Those of types that have enough of them."""
    stated = [one for one in narratives if one.fraud_class]
    sizes = Counter(one.fraud_class for one in stated)
    return [one for one in stated if sizes[one.fraud_class] >= OF_A_TYPE_MIN]


def _plain(text: str) -> str:
    return _DIGITS.sub("0", _SIGNS.sub("", text[:_LENGTH_MAX]))


def _pairs(text: str) -> set[str]:
    plain = _plain(text)
    return {plain[at : at + 2] for at in range(len(plain) - 1)}


def _rarity(narratives: Sequence[Narrative]) -> Weights:
    seen = Counter(pair for one in narratives for pair in _pairs(one.text))
    return {pair: math.log((1 + len(narratives)) / (1 + count)) + 1 for pair, count in sorted(seen.items())}


def _vector(text: str, rarity: Weights) -> Weights:
    """The pairs' weights, of length 1; in one order, so that sums are the same to the last digit."""
    weights = {pair: rarity[pair] for pair in sorted(_pairs(text))}
    length = math.sqrt(math.fsum(value * value for value in weights.values())) or 1.0
    return {pair: value / length for pair, value in weights.items()}


def _sums(known: Sequence[Narrative], vectors: Mapping[str, Weights]) -> dict[str, _Sum]:
    found: dict[str, dict[str, float]] = {}
    for one in known:
        weights = found.setdefault(one.fraud_class, {})
        for pair, value in vectors[one.id].items():
            weights[pair] = weights.get(pair, 0.0) + value
    return {
        slug: _Sum(weights, math.fsum(value * value for value in weights.values())) for slug, weights in found.items()
    }


def _fit(vector: Weights, sums: Mapping[str, _Sum], own: str = "") -> float:
    """The cosine to the best type; to its own without it."""
    fits = []
    for slug, known in sums.items():
        along = _along(vector, known.weights)
        squared = known.squared
        if slug == own:  # the sum without the vector, which has length 1
            along, squared = along - 1, squared - 2 * along + 1
        fits.append(along / math.sqrt(squared) if squared > _NOTHING else 0.0)
    return max(fits)


def _along(vector: Weights, weights: Weights) -> float:
    return math.fsum(value * weights.get(pair, 0.0) for pair, value in vector.items())


def _closeness(known: Sequence[Narrative], vectors: Mapping[str, Weights]) -> float:
    """How alike two of different types are, but for the most alike of a thousand."""
    step = max(1, len(known) // PAIRS_FROM)
    chosen = known[::step][:PAIRS_FROM]
    alike = sorted(
        _along(vectors[one.id], vectors[other.id])
        for one, other in combinations(chosen, 2)
        if one.fraud_class != other.fraud_class
    )
    return alike[min(len(alike) - 1, int((1 - ALIKE_SHARE) * len(alike)))]


def _groups(links: Sequence[tuple[str, str, float]]) -> Iterable[TrickGroup]:
    group_of: dict[str, set[str]] = {}
    for one, other, _ in links:
        joined = group_of.get(one, {one}) | group_of.get(other, {other})
        for member in joined:
            group_of[member] = joined
    for ids in sorted({tuple(sorted(group)) for group in group_of.values()}, key=lambda one: (-len(one), one)):
        if len(ids) >= GROUP_MIN:
            yield TrickGroup(ids, min(likeness for one, _, likeness in links if one in ids))
