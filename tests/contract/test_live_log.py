"""What every log of a live trace promises, on each implementation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from fanzha.core.errors import Refused
from fanzha.engines.local.live_log import LocalLiveLog
from fanzha.ports.live_log import AsideRow, Checkpoint, LiveEntry, LiveLog
from fanzha.ports.transfer_stream import StreamPosition
from fanzha.records import QuarantinedRow
from fanzha.storage.memory import MemoryLiveLog
from fanzha.tracing.live_ledger import LiveBatch

pytestmark = pytest.mark.contract
QUESTION = {"origins": [["受害人1 模拟", "A", None, "2026-03-01", "5"]], "resent": False}


@pytest.fixture(params=["memory", "local"])
def log(request, tmp_path) -> LiveLog:
    return MemoryLiveLog() if request.param == "memory" else LocalLiveLog(tmp_path / "state")


def entry(rows: int, start: int, *, balances: bool = True) -> LiveEntry:
    numbers = np.arange(start, start + rows)
    return LiveEntry(
        StreamPosition(100 * (start + rows), start + rows, complete=rows != 3, sha256=f"{start:064x}"),
        LiveBatch(
            numbers * 1_000_000, numbers.astype(np.uint32), (numbers + 1).astype(np.uint32), numbers + 5,
            np.zeros(rows, np.uint8), numbers if balances else None, -numbers if balances else None,
        ),
        numbers * 2,
        pl.DataFrame(
            {"transfer_id": [f"转账{n}" for n in numbers], "serial": [None if n % 2 else str(n) for n in numbers]},
            schema={"transfer_id": pl.String, "serial": pl.String},
        ),
        tuple(f"A{n}" for n in numbers),
        np.zeros(rows, np.uint8),
        (AsideRow(1, QuarantinedRow("", 9, "amount", "amount_unreadable", '["五元"]')),),
        last_id="t",
    )  # fmt: skip


def same(a: LiveEntry, b: LiveEntry) -> bool:
    for name in ("at_us", "payer", "payee", "amount_minor", "kind", "payer_balance_minor", "payee_balance_minor"):
        mine, theirs = getattr(a.rows, name), getattr(b.rows, name)
        assert (mine is None) == (theirs is None), name
        assert mine is None or (mine.dtype == theirs.dtype and np.array_equal(mine, theirs)), name
    assert np.array_equal(a.source_row, b.source_row)
    assert np.array_equal(a.account_flags, b.account_flags)
    assert a.texts.equals(b.texts, null_equal=True)
    return (a.position, a.accounts, a.aside, a.last_id, a.ended) == (
        b.position,
        b.accounts,
        b.aside,
        b.last_id,
        b.ended,
    )


def test_a_new_log_has_nothing(log):
    with log.writing() as writer:
        assert (writer.question(), writer.checkpoint(), list(writer.entries())) == (None, None, [])


def test_what_was_taken_comes_back_in_order(log):
    given = [entry(3, 0), entry(0, 3), entry(80, 3, balances=False), LiveEntry(StreamPosition(9), ended=True)]
    with log.writing() as writer:
        writer.begin(QUESTION)
        lengths = [writer.append(one) for one in given]
        writer.settle()
    assert lengths == sorted(set(lengths))
    with log.writing() as writer:
        assert writer.question() == QUESTION
        found = list(writer.entries())
        assert [length for length, _ in found] == lengths
        assert all(same(a, b) for a, (_, b) in zip(given, found, strict=True))
        more = writer.append(entry(2, 83))
        assert more > lengths[-1]
    with log.writing() as writer:
        assert len(list(writer.entries())) == 5


def test_texts_are_found_by_row(log):
    rows = np.array([82, 0, 2, 1, 4])
    with log.writing() as writer:
        writer.begin(QUESTION)
        for one in (entry(3, 0), entry(0, 3), entry(80, 3)):
            writer.append(one)
        for _ in range(2):
            found = writer.texts_of(rows, ["transfer_id", "serial", "summary"])
            assert found["transfer_id"].to_list() == [f"转账{n}" for n in rows]
            assert found["serial"].to_list() == ["82", "0", "2", None, "4"]
            assert found["summary"].null_count() == 5
            list(writer.entries())  # the same after the log was read again
        all_rows = np.arange(83)
        assert writer.texts_of(all_rows, ["transfer_id"])["transfer_id"].to_list() == [f"转账{n}" for n in all_rows]


def test_a_checkpoint_stays(log):
    done = Checkpoint(1, 20, 3, 400)
    with log.writing() as writer:
        writer.begin(QUESTION)
        done = replace(done, log_length=writer.append(entry(3, 0)))
        writer.commit(done)
    with log.writing() as writer:
        assert writer.checkpoint() == done


def test_forgetting_leaves_a_new_log(log):
    with log.writing() as writer:
        writer.begin(QUESTION)
        length = writer.append(entry(3, 0))
        writer.commit(Checkpoint(length, 0, 0, 0))
        writer.forget()
        assert (writer.question(), writer.checkpoint(), list(writer.entries())) == (None, None, [])
        writer.begin({**QUESTION, "resent": True})
        writer.append(entry(2, 0))
    with log.writing() as writer:
        assert [len(one.rows) for _, one in writer.entries()] == [2]


def test_one_writer_at_a_time(log):
    with log.writing(), pytest.raises(Refused, match="another start"), log.writing():
        pass
    with log.writing():
        pass
