"""Share a long loop between the cores: kernels that let go of the interpreter, each on a part of its own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from numpy.typing import NDArray

PARTS_MAX: Final = 8
PARALLEL_MIN: Final = 1 << 18  # below this a thread costs more than it brings

Bounds = tuple[tuple[int, int], ...]


def even_parts(n: int) -> Bounds:
    """Ranges that together are 0 to n, one for each core as far as that pays."""
    parts = 1 if n < PARALLEL_MIN else min(PARTS_MAX, os.cpu_count() or 1)
    return tuple(itertools.pairwise(n * k // parts for k in range(parts + 1)))


def in_parts(
    kernel: Callable[..., None], bounds: Bounds, *arrays: Any, own: Sequence[Any] | NDArray[Any] | None = None
) -> None:
    """Call `kernel(*arrays, own[k], lo, hi)` for every part at once; the parts must write to different places."""
    calls = [(*arrays, *(() if own is None else (own[k],)), lo, hi) for k, (lo, hi) in enumerate(bounds)]
    if len(calls) == 1:
        kernel(*calls[0])
        return
    with ThreadPoolExecutor(len(calls)) as threads:
        for done in [threads.submit(kernel, *call) for call in calls]:
            done.result()
