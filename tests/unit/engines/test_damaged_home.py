"""A stored byte that changed is told, by the file's name, whatever the byte is for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from made_facts import batch, entry, transfer

from fanzha import bootstrap
from fanzha.cli.main import main
from fanzha.core.errors import BadInput
from fanzha.engines.local.durable_files import END_BYTES, StoreDamaged, check_ends, map_array, write_array, write_texts
from fanzha.engines.local.store import LocalFactStore
from fanzha.ports.fact_store import LedgerChoices
from fanzha.services.check_ledger import check_ledger
from fanzha.services.rebuild_ledger import build_ledger

A, B, V = "6299990000000001", "6299990000000002", "6299990000000003"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with statement rows and canonical rows, tables and a row put aside."""
    files = [
        batch("one", entries=[entry(A, "in", "10:00:00", "5", "95", to=V, account="2001000300040", summary="转账"),
                              entry(A, "out", "10:00:00", "4", "91", to=B)],
              accounts=[{"card": A, "balance_minor": 9100}], measures=[{"account": A, "kind": "冻结"}]),
        batch("two", transfers=[transfer(A, B, "11:00:00", "7", payer_balance="84", transfer_id="T7")]),
    ]  # fmt: skip
    made = tmp_path / "home"
    with LocalFactStore(made).writing() as writer:
        for one in files:
            writer.add(one)
        writer.commit(build_ledger(files, LedgerChoices(), bootstrap.ledger_rules())[0], LedgerChoices())
    return made


def flipped(path: Path) -> Iterator[int]:
    """Puts one changed byte after the other into a file, and the whole file back; gives the places."""
    whole = path.read_bytes()
    places = {0, 60, len(whole) // 2, len(whole) - 9}
    for place in sorted(p for p in places if 0 <= p < len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x15]) + whole[place + 1 :])
        yield place
    path.write_bytes(whole)


def run(home: Path, capfd: pytest.CaptureFixture[str], *verb: str) -> tuple[int, dict]:
    code = main([*verb, "--home", str(home), "--json"], {})
    return code, json.loads(capfd.readouterr().out)


def told_by_check(home: Path) -> list[str]:
    """Damages that `ledger check` tells of; what is neither told nor a fault of the input fails the test."""
    try:
        found = check_ledger(LocalFactStore(home), bootstrap.ledger_rules())
    except BadInput as error:
        return [str(error)]
    assert found is not None
    assert found["ok"] == (not found["damages"])
    return list(found["damages"])


def test_no_changed_byte_passes_the_check(home: Path) -> None:
    assert told_by_check(home) == []
    files = [path for path in sorted(home.rglob("*")) if path.is_file() and path.stat().st_size]
    assert len(files) > 50
    for path in files:
        for place in flipped(path):
            told = told_by_check(home)
            assert (len(told), [path.name in line for line in told]) == (1, [True]), (path.name, place, told)
    assert told_by_check(home) == []


def test_a_changed_byte_of_a_small_column_is_found_before_anything_is_said_of_it(home: Path) -> None:
    for path in sorted((home / "index").rglob("*.*")):
        for _ in flipped(path):
            with pytest.raises(StoreDamaged, match=path.name):
                LocalFactStore(home).ledger()


@pytest.mark.parametrize(
    "name",
    [
        "pockets.flags.npy",
        "transfers.payer_sub.npy",
        "index.assumed.npy",
        "pockets.arrow",
        "batch.json",
        "manifest.json",
    ],
)
def test_the_commands_say_it_in_a_sentence(name: str, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = next(home.rglob(name))
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 0x15]) + whole[middle + 1 :])
    code, said = run(home, capfd, "ledger", "check")
    assert (code, bool(said.get("ok"))) == (2 if name == "manifest.json" else 1, False)
    if name != "batch.json":
        code, said = run(home, capfd, "ledger", "info")
        assert (code, name in said["error"]["message"]) == (2, True)


def test_every_damaged_file_is_listed_and_nothing_else_is_told(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    names = ["names.arrow", "pockets.arrow", "transfers.payer.npy"]
    for name in names:
        path = next((home / "index").rglob(name))
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    code, said = run(home, capfd, "ledger", "check")
    assert (code, said["files_intact"], said["digest"], said["accounts_conserved"]) == (1, False, None, None)
    assert sorted(Path(line.partition(": ")[0]).name for line in said["damages"]) == names


def test_of_a_large_file_the_ends_are_compared_at_once_and_the_rest_by_its_hash(tmp_path: Path) -> None:
    array = np.arange(4 * END_BYTES, dtype=np.int64)
    column, texts = tmp_path / "column.npy", tmp_path / "texts.arrow"
    for path, written in (
        (column, write_array(column, array)),
        (texts, write_texts(texts, pl.DataFrame({"a": [str(n) for n in range(40_000)], "b": [None] * 40_000}))),
    ):
        check_ends(path, written)
        whole = path.read_bytes()
        assert len(whole) == written.size > 4 * END_BYTES
        for place in (9, len(whole) - 9):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(StoreDamaged, match=path.name):
                check_ends(path, written)
        path.write_bytes(whole)
    assert np.array_equal(map_array(column), array)


def test_changed_facts_are_not_read(home: Path) -> None:
    for path in sorted((home / "facts").rglob("*.*")):
        for _ in flipped(path):
            store, sha256 = LocalFactStore(home), path.parent.name
            with pytest.raises(StoreDamaged, match=path.name):
                store.batch(sha256)
            with pytest.raises(StoreDamaged, match=path.name):
                store.excerpt({sha256: np.zeros(1, np.uint32)})
