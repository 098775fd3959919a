"""The durable part of `fanzha bench live`: the same stream, each batch in the log on disk before its movements are said."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np

from bench.measure import OURS, rows_of
from fanzha.engines.local.live_log import LocalLiveLog
from fanzha.ports.live_log import LiveEntry
from fanzha.ports.transfer_stream import StreamPosition
from fanzha.tracing.live import LiveTrace
from fanzha.tracing.live_ledger import LiveBatch

RUNS: Final = 3
Found = dict[tuple[str, int, int, int], int]


def durable_rows(
    start: Callable[[], LiveTrace], batches: Sequence[LiveBatch], name: str = "durable", folder: Path | None = None
) -> tuple[list[dict[str, Any]], bool]:
    """Results of writing and tracing a stream, and of taking it up again; whether the second start found the same.

    `start` gives a trace with its accounts and claims; `folder`: on which disk the log is written, the temporary
    folder's by default.
    """
    entries, first = [], 0
    for batch in batches:
        entries.append(LiveEntry(StreamPosition(first), batch, np.arange(first, first + len(batch))))
        first += len(batch)
    durable, again, equal = [], [], True
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(prefix="fanzha-live-", dir=folder) as place:
            gc.collect()
            spent, found = _write(start(), entries, Path(place))
            durable.append(spent)
            spent, once_more = _take_up(start(), Path(place))
            again.append(spent)
            equal = equal and found == once_more
    return [*rows_of(name, {OURS: durable}, first), *rows_of(f"{name}_taken_up", {OURS: again}, first)], equal


def _write(live: LiveTrace, entries: Sequence[LiveEntry], folder: Path) -> tuple[float, Found]:
    with LocalLiveLog(folder / "state").writing() as log:
        log.begin({})
        begun = perf_counter()
        for entry in entries:
            log.append(entry)
            live.process(entry.rows)
            log.settle()
        spent = perf_counter() - begun
    return spent, live.facts()


def _take_up(live: LiveTrace, folder: Path) -> tuple[float, Found]:
    begun = perf_counter()
    with LocalLiveLog(folder / "state").writing() as log:
        for _, entry in log.entries():
            live.process(entry.rows)
    return perf_counter() - begun, live.facts()
