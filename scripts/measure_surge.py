"""How often the surge alarm rings where nothing is, and where something is: prints the table of docs/publicity.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from fanzha.bootstrap import desk_rules
from fanzha.statistics.surveillance import surge_of

WEEKS = 20_000
MEANS = (0.5, 1, 2, 5, 10, 20, 50)
SEED = 20261122


def counts(rng: np.random.Generator, mean: float, spread: float, size: tuple[int, ...]) -> np.ndarray:
    """Counts of that mean whose variance is `spread` times it."""
    if spread == 1:
        return rng.poisson(mean, size)
    return rng.negative_binomial(mean / (spread - 1), 1 / spread, size)


def measured() -> Iterator[tuple[float, list[float]]]:
    """For each mean: the share of weeks with an alarm without a surge (spread 1, 1.5, 2), and at twice and three times it."""
    rules = desk_rules().publicity.surge
    rng = np.random.default_rng(SEED)
    for mean in MEANS:
        shares = []
        for spread, times in ((1, 1), (1.5, 1), (2, 1), (1, 2), (1, 3)):
            before = counts(rng, mean, spread, (WEEKS, rules.baseline_weeks))
            last = counts(rng, mean * times, spread, (WEEKS,))
            told = [
                surge_of(int(week), [int(one) for one in row], alpha=rules.alpha, least=rules.least).is_surge
                for week, row in zip(last, before, strict=True)
            ]
            shares.append(100 * sum(told) / WEEKS)
        yield mean, shares


def main() -> None:
    """Prints the table."""
    out = sys.stdout.write
    out(
        "| cases a week | no surge | no surge, variance 1.5 × | no surge, variance 2 × | doubled | tripled |\n"
        "|---|---|---|---|---|---|\n"
    )
    for mean, shares in measured():
        out(f"| {mean:g} | {' | '.join(f'{share:.2f} %' for share in shares)} |\n")


if __name__ == "__main__":
    main()
