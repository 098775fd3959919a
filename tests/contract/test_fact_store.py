"""What every store of facts promises, on each implementation."""

from __future__ import annotations

import contextlib
from dataclasses import fields

import numpy as np
import polars as pl
import pytest
from made_facts import batch, entry, instant, transfer

from fanzha.core.errors import Refused
from fanzha.engines.local.store import LocalFactStore
from fanzha.ledger.assembly import Assembly, CoverageOverride, assemble, ledger_digest
from fanzha.ledger.assembly.sources import SOURCE_COLUMNS
from fanzha.ports.fact_store import FactStore, ForgottenFile, LedgerChoices, StoredLedger
from fanzha.records import QuarantinedRow, StatedWindow
from fanzha.storage.memory import MemoryFactStore

pytestmark = pytest.mark.contract
A, B = "6299990000000001", "6299990000000002"

ONE = batch(
    "one",
    entries=[entry(A, "out", "10:00:00", "5", "95", to=B, account="2001000300040", summary="转账")],
    accounts=[{"card": A, "balance_minor": 9500}],
    quarantine=(QuarantinedRow("Sheet1", 7, "amount", "amount_unreadable", '["五元"]', account=B),),
    windows=(StatedWindow(A, 1, instant("23:00:00")),),
)
TWO = batch("two", transfers=[transfer(A, B, "11:00:00", "7", transfer_id="T7")], complete=True)


@pytest.fixture(params=["memory", "local"])
def store(request, tmp_path) -> FactStore:
    return MemoryFactStore() if request.param == "memory" else LocalFactStore(tmp_path / "home")


def ledger_of(*batches) -> StoredLedger:
    assembly = assemble(batches)
    return StoredLedger(assembly, ledger_digest(assembly.columns), {"rows": np.arange(6).reshape(3, 2)}, "made so")


def put(store: FactStore, *batches, choices: LedgerChoices | None = None) -> StoredLedger:
    ledger = ledger_of(*batches)
    with store.writing() as writer:
        for one in batches:
            writer.add(one)
        writer.commit(ledger, choices or LedgerChoices())
    return ledger


def same(a: Assembly, b: Assembly) -> bool:
    for part in ("transfers", "pockets", "coverage"):
        mine, theirs = getattr(a.columns, part), getattr(b.columns, part)
        assert all(list(getattr(mine, f.name)) == list(getattr(theirs, f.name)) for f in fields(mine))
    assert [a.sources.of(i) for i in range(len(a.columns.transfers))] == [
        b.sources.of(i) for i in range(len(b.columns.transfers))
    ]
    assert a.details.equals(b.details, null_equal=True)
    assert (a.identity.joins, a.identity.refused, a.files, a.inferred, a.hubs) == (
        b.identity.joins, b.identity.refused, b.files, b.inferred, b.hubs)  # fmt: skip
    assert a.holders.equals(b.holders, null_equal=True)
    assert all(getattr(a.sources, name).tolist() == getattr(b.sources, name).tolist() for name in SOURCE_COLUMNS)
    return a.identity.aliases.to_list() == b.identity.aliases.to_list()


def test_a_removed_file_is_gone_with_the_commit_and_not_before(store):
    put(store, ONE, TWO)
    with store.writing() as writer:
        writer.remove(ONE.sha256)
    assert store.files() == tuple(sorted((ONE.sha256, TWO.sha256)))
    assert store.batch(ONE.sha256).rows == 2
    choices = LedgerChoices(forgotten=(ForgottenFile(ONE.sha256, ONE.path, "另一个案件"),))
    with store.writing() as writer:
        writer.remove(ONE.sha256)
        writer.commit(ledger_of(TWO), choices)
    assert (store.files(), store.choices(), list(store.damages())) == ((TWO.sha256,), choices, [])
    with pytest.raises(KeyError):
        store.batch(ONE.sha256)
    put(store, ONE, choices=choices)
    assert store.batch(ONE.sha256).rows == 2


def test_an_empty_store_has_nothing(store):
    assert (store.files(), store.ledger(), store.choices(), list(store.damages())) == ((), None, LedgerChoices(), [])


def test_what_is_committed_comes_back_as_it_was(store):
    choices = LedgerChoices(((A, "2001000300040"),), (CoverageOverride(A, 1, 2),))
    ledger = put(store, ONE, TWO, choices=choices)
    assert store.files() == tuple(sorted((ONE.sha256, TWO.sha256)))
    found = store.batch(ONE.sha256)
    assert (found.path, found.rows, found.quarantine, found.windows) == (ONE.path, 2, ONE.quarantine, ONE.windows)
    assert all(found.facts[name].equals(frame, null_equal=True) for name, frame in ONE.facts.items())
    assert store.batch(TWO.sha256).complete_ledger
    stored = store.ledger()
    assert stored is not None
    assert stored.digest == ledger.digest == ledger_digest(stored.assembly.columns)
    assert stored.made_by == ledger.made_by
    assert same(stored.assembly, ledger.assembly)
    assert np.array_equal(stored.index["rows"], np.arange(6).reshape(3, 2))
    assert store.choices() == choices
    assert not store.damages()


def test_a_later_commit_adds(store):
    put(store, ONE)
    put(store, TWO)
    assert len(store.files()) == 2


def test_leaving_without_a_commit_changes_nothing(store):
    with store.writing() as writer:
        writer.add(ONE)
    assert store.files() == ()
    put(store, ONE)
    with contextlib.suppress(KeyboardInterrupt), store.writing() as writer:
        writer.add(TWO)
        raise KeyboardInterrupt
    assert store.files() == (ONE.sha256,)
    put(store, TWO)
    assert len(store.files()) == 2


def test_one_writer_at_a_time(store):
    with store.writing(), pytest.raises(Refused, match="another start"), store.writing():
        pass
    with store.writing():
        pass


def test_an_empty_ledger_can_be_kept(store):
    put(store)
    stored = store.ledger()
    assert stored is not None
    assert len(stored.assembly.columns.transfers) == 0
    assert isinstance(stored.assembly.details, pl.DataFrame)


def test_an_excerpt_has_the_rows_asked_for_and_every_other_table_whole(store):
    both = batch(
        "both",
        entries=[entry(A, "out", f"10:0{minute}:00", "5", to=B) for minute in range(4)],
        transfers=[transfer(A, B, f"11:0{minute}:00", "7", transfer_id=f"T{minute}") for minute in range(3)],
        measures=[{"account": A, "kind": "冻结"}],
    )
    put(store, ONE, both)
    found = {one.sha256: one for one in store.excerpt({both.sha256: np.array([1, 3, 5], np.uint32)})}
    assert set(found) == {ONE.sha256, both.sha256}
    assert len(found[ONE.sha256].facts["entries"]) == 0
    assert (found[ONE.sha256].quarantine, found[ONE.sha256].windows) == (ONE.quarantine, ONE.windows)
    assert found[ONE.sha256].facts["accounts"].equals(ONE.facts["accounts"], null_equal=True)
    facts = found[both.sha256].facts
    assert facts["entries"].equals(both.facts["entries"][[1, 3]], null_equal=True)
    assert facts["transfers"].equals(both.facts["transfers"][[1]], null_equal=True)
    assert len(facts["measures"]) == 1


def test_rows_that_cite_a_number_are_found_by_their_place(store):
    rows = [{"order_number": "N1"}, {"serial": "S2"}, {}, {"order_number": "N2", "serial": "S1"}, {"serial": "N1"}]
    cited = batch("cited", entries=[entry(A, "out", "10:00:00", "5", **row) for row in rows])
    put(store, ONE, TWO, cited)
    found = store.citing(["N1", "N3"], ["S1"])
    assert {sha256: places.tolist() for sha256, places in found.items()} == {cited.sha256: [0, 3]}
    assert not store.citing([], ["S9"])


def test_an_unknown_file_is_not_there(store):
    with pytest.raises(KeyError):
        store.batch("00" * 32)
