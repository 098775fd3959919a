"""Fair timing: engines in random order for every question, answers compared, medians; and what the machine can do at best."""

from __future__ import annotations

import gc
import importlib.metadata
import itertools
import os
import platform
import random
import resource
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np
from numba import njit

Engine = Callable[[Any], Any]
OURS: Final = "ours"
LINE_WORDS: Final = 8
READS: Final = 1_000_000
TURNS: Final = 2


def interleave(
    engines: Mapping[str, Engine], queries: Sequence[Any], same: Callable[[Any, Any], bool], seed: int = 1
) -> tuple[dict[str, list[float]], bool]:
    """Seconds of every call by engine, each query asked of all engines in random order; whether all answers agree.

    The first turn through the queries is not counted: on a virtual machine it measures how the host finds memory again.
    """
    order, rng = list(engines), random.Random(seed)
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    equal = True
    gc.collect()
    gc.disable()
    try:
        for turn, query in itertools.product(range(TURNS + 1), queries):
            rng.shuffle(order)
            answers = {}
            for name in order:
                begun = perf_counter()
                answers[name] = engines[name](query)
                if turn:
                    seconds[name].append(perf_counter() - begun)
            first = answers.pop(OURS)
            equal = equal and all(same(first, other) for other in answers.values())
    finally:
        gc.enable()
    return seconds, equal


def rows_of(question: str, seconds: Mapping[str, Sequence[float]], work: float = 1.0) -> list[dict[str, Any]]:
    """One result for each engine; `work` is what one call does, in the unit of `per_s`."""
    ours = float(np.median(seconds[OURS]))
    results = []
    for name, times in seconds.items():
        median = float(np.median(times))
        row = {
            "engine": name, "question": question, "median_s": median, "p99_s": float(np.percentile(times, 99)),
            "per_s": work / median,
        }  # fmt: skip
        if name != OURS:
            row["ratio"] = median / ours
        results.append(row)
    return results


def median_and_tail(times: Sequence[float]) -> dict[str, float]:
    """The middle of them, and what one in twenty and one in a hundred is slower than."""
    ordered = sorted(times)
    at = {name: ordered[min(int(len(ordered) * share), len(ordered) - 1)] for name, share in
          (("median_s", 0.5), ("p95_s", 0.95), ("p99_s", 0.99))}  # fmt: skip
    return {**at, "per_s": 1 / at["median_s"]}


def machine() -> dict[str, Any]:
    """What the figures were measured on; the load says whether it was alone."""
    packages = ("numpy", "numba", "polars", "duckdb", "igraph", "python-calamine")
    versions = {}
    for name in packages:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "cpu": _cpu_name(), "cores": os.cpu_count(), "memory_gib": round(_memory_bytes() / 2**30, 1),
        "system": platform.system(), "python": platform.python_version(), "versions": versions,
        "load_1m": round(os.getloadavg()[0], 2), "peak_rss_gib": round(peak_bytes() / 2**30, 2),
    }  # fmt: skip


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def peak_bytes() -> int:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@njit(cache=True)
def _follow(lines, n):
    place = np.int64(0)
    for _ in range(n):
        place = lines[place * LINE_WORDS]
    return place


@njit(cache=True)
def _fetch(lines, places):
    total = np.int64(0)
    for place in places:
        total += lines[place * LINE_WORDS]
    return total


def line_reads(array_bytes: int) -> dict[str, Any]:
    """Nanoseconds for a random cache line of an array of this size: each address from the line before, or all known ahead."""
    n = max(1024, array_bytes // (8 * LINE_WORDS))
    rng = np.random.default_rng(1)
    lines, cycle = np.zeros(n * LINE_WORDS, np.int64), rng.permutation(n)
    lines[cycle * LINE_WORDS] = np.roll(cycle, 1)
    places = rng.integers(0, n, READS)
    _follow(lines, 10), _fetch(lines, places[:10])
    follow = [_nanoseconds(_follow, lines, READS // 4, reads=READS // 4) for _ in range(3)]
    fetch = [_nanoseconds(_fetch, lines, places, reads=READS) for _ in range(3)]
    return {
        "array_bytes": int(array_bytes),
        "dependent_line_ns": float(np.median(follow)),
        "independent_line_ns": float(np.median(fetch)),
    }


def _nanoseconds(work: Callable[..., Any], *arguments: Any, reads: int) -> float:
    begun = perf_counter()
    work(*arguments)
    return (perf_counter() - begun) / reads * 1e9
