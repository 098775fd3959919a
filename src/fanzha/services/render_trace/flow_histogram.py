"""How much traced money each step of playback moves, as bars above the time bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

BARS_MAX: Final = 120
HEIGHT: Final = 20


class Step(Protocol):
    """A step of playback."""

    @property
    def traced(self) -> int:
        """Traced money that it moves, minor units."""


def histogram(steps: Sequence[Step]) -> str:
    """The bars as SVG text, one for each step; beyond 120 neighbours share one, as high as their sum.

    They stand as the steps stand along the time bar, so that equal distances are equal numbers of payments.
    """
    if not steps:
        return ""
    size = -(-len(steps) // BARS_MAX)
    sums = [sum(step.traced for step in steps[start : start + size]) for start in range(0, len(steps), size)]
    most = max(1, *sums)
    bars = "".join(
        f'<rect x="{place * 10 + 1}" y="{HEIGHT - height}" width="8" height="{height}"/>'
        for place, traced in enumerate(sums)
        if (height := max(1, traced * HEIGHT // most))
    )
    return (
        f'<svg class="histogram" viewBox="0 0 {len(sums) * 10} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f"{bars}</svg>"
    )
