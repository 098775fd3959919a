"""The law of live tracing: after every row, what was said adds up to the batch trace of the rows so far."""

import os
import random

import pytest
from live_streams import (
    Stream,
    batch_ledger,
    batch_of,
    batch_question,
    in_stream_numbers,
    random_stream,
    said_so_far,
    start,
)

from fanzha.ledger.index import build_index
from fanzha.tracing.allocate import Ledger, allocate
from fanzha.tracing.model import Method

pytestmark = pytest.mark.property
STREAMS = int(os.environ.get("LIVE_STREAMS", "1000"))
QUICK_STREAMS = 150
QUICK_EVERY_ROW = 20  # of the quick streams; the others are compared at the end, and once on the way


def check(made: Stream, trace, said: dict, count: int) -> None:
    found, order = batch_ledger(made, count)
    question = batch_question(made, trace, found, order)
    money = allocate(Ledger(found.columns, build_index(found.columns)), question, Method.FIFO)
    facts, held = in_stream_numbers(made, found, order, question, money)
    assert said == facts
    assert trace.facts() == facts
    assert trace.held() == held


def follow(seed: int, *, every_row: bool) -> None:
    """Stream once, in calls of one row or five; what was said at a row that is not compared counts at the next that is."""
    rng = random.Random(seed)
    made = random_stream(rng)
    trace, said = start(made), {}
    done, count = 0, len(made.rows)
    while done < count:
        size = rng.choice([1, 1, 1, 5])
        said_so_far(trace, said, trace.process(batch_of(made, made.rows[done : done + size])))
        before, done = done, min(count, done + size)
        if not (every_row or done == count or before < count // 2 <= done):
            continue
        try:
            check(made, trace, said, done)
        except AssertionError as error:
            raise AssertionError(f"stream {seed} after row {done}") from error


def test_the_lines_add_up_to_the_batch_trace():
    for seed in range(QUICK_STREAMS):
        follow(seed, every_row=seed < QUICK_EVERY_ROW)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_after_every_row_the_lines_add_up_to_the_batch_trace(part):
    for seed in range(part, STREAMS, 4):
        follow(seed, every_row=True)
