"""`fanzha ingest` and `fanzha ledger` from the outside: documents, exit codes, and a home that is never half written."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fanzha import bootstrap
from fanzha.cli.main import main
from fanzha.core.errors import BadInput
from fanzha.engines.local import store as local_store
from fanzha.services.ingest_files import ingest_files

HEAD = "at,payer,payee,amount,payer_balance_after,payee_balance_after,transfer_id\n"
MULE = (
    HEAD
    + """\
2026-03-01T10:00:00,V1,M,30000,,32000,t1
2026-03-01T10:10:00,V2,M,50000,,82000,t2
2026-03-01T10:20:00,M,M2,40000,42000,,t3
2026-03-01T10:30:00,C,M,20000,,62000,t4
"""
)
LATER = HEAD + "2026-03-01T10:40:00,M,D,45000,17000,,t5\n2026-03-01T10:50:00,V3,M,10000,,27000,t6\n"
BAD_ROW = "2026-03-01T10:55:00,V3,M,ten,,27000,t7\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "exports"
    made.mkdir()
    (made / "one.csv").write_text(MULE, encoding="utf-8")
    return made


@pytest.fixture
def run(tmp_path: Path, capfdbinary):
    def call(*arguments: object, code: int = 0) -> dict:
        found = main([*map(str, arguments), "--home", str(tmp_path / "home"), "--json"], {})
        out, err = capfdbinary.readouterr()
        assert found == code, err.decode()
        return json.loads(out)

    return call


def contents(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_the_document_has_what_the_interface_says(run, folder):
    (folder / "one.csv").write_text(MULE + BAD_ROW, encoding="utf-8")
    document = run("ingest", folder, code=3)
    file = document["files"][0]
    assert {"path", "sha256", "table", "rows", "accepted", "quarantined", "duplicates", "reversals", "gaps",
            "gap_amount", "order_repaired", "order_uncertain", "reasons"} <= set(file)  # fmt: skip
    assert (file["rows"], file["accepted"], file["quarantined"], file["gap_amount"]) == (5, 4, 1, "0.00")
    assert file["reasons"] == [{"row": 6, "field": "amount", "reason": "amount_unreadable", "raw": "ten"}]
    assert file["covered"] == [{"account": "M", "from": "2026-03-01T10:00:00+08:00", "to": "2026-03-01T10:30:00+08:00"}]
    assert set(document["ledger"]) == {"transfers", "accounts", "digest"}


def test_what_an_institution_answers_instead_of_rows_is_told(tmp_path, folder, capfdbinary, run):
    path = folder / "模拟甲银行交易明细信息.csv"
    header = "交易卡号,交易时间,交易金额,交易余额,收付标志,查询反馈结果原因\n"
    path.write_text(header + "6299990000000000001,,,,,无记录\n6299990000000000002,,,,,查询失败\n", encoding="utf-8")
    empty = folder / "empty.csv"
    empty.write_text(header, encoding="utf-8")
    files = {Path(file["path"]).name: file for file in run("ingest", path, empty)["files"]}
    assert files[path.name]["answered_nothing"] == ["6299990000000000001"]
    assert files[path.name]["not_answered"] == ["6299990000000000002"]
    assert any("no row below the header" in note for note in files["empty.csv"]["notes"])
    assert main(["ingest", str(path), str(folder / "one.csv"), "--home", str(tmp_path / "home")], {}) == 0
    told = capfdbinary.readouterr().err.decode()
    assert "the query failed for 6299990000000000002" in told
    assert "2026-03-01T10:00" in told.partition("Periods covered")[2]


def test_twice_is_once(run, folder, tmp_path):
    first = run("ingest", folder)
    before = contents(tmp_path / "home")
    again = run("ingest", folder)
    assert again["ledger"] == first["ledger"]
    assert again["files"][0]["duplicates"] == again["files"][0]["rows"] == 4
    assert contents(tmp_path / "home") == before


def test_the_order_of_imports_is_nothing(tmp_path, capfdbinary):
    digests = []
    for place, names in enumerate((("a", "b"), ("b", "a"))):
        for name in names:
            path = tmp_path / f"{name}.csv"
            path.write_text({"a": MULE, "b": LATER}[name], encoding="utf-8")
            assert main(["ingest", str(path), "--home", str(tmp_path / f"home{place}"), "--json"], {}) == 0
            document = json.loads(capfdbinary.readouterr().out)
        digests.append(document["ledger"]["digest"])
    assert digests[0] == digests[1]


def test_info_check_and_sources(run, folder):
    (folder / "two.csv").write_text(LATER.replace("27000", "27500"), encoding="utf-8")
    assert [file["gap_amount"] for file in run("ingest", folder)["files"]] == ["0.00", "500.00"]
    info = run("ledger", "info")
    account = info["coverage"][0]
    assert (account["opening"], account["in"], account["out"], account["gaps"], account["closing"]) == (
        "2000.00", "110000.00", "85000.00", 1, "27500.00")  # fmt: skip
    assert run("ledger", "check")["ok"] is True
    source = run("ledger", "sources", "t5")["transfers"][0]["sources"][0]
    assert (Path(source["file"]).name, source["row"]) == ("two.csv", 2)
    assert run("ledger", "sources", "nothing", code=2)["error"]["kind"] == "BadInput"


def test_joins_can_be_seen_and_taken_back(run, folder):
    (folder / "甲银行交易明细信息.csv").write_text(
        "交易卡号,交易账号,交易时间,交易金额,交易余额,收付标志,交易对手账卡号\n"
        "6299990000000001,2001000300040,2026-03-01 10:00:00,5.00,95.00,出,6299990000000002\n",
        encoding="utf-8",
    )
    run("ingest", folder)
    numbers = ("6299990000000001", "2001000300040")
    assert [(j["account"], j["reason"], j["row"]) for j in run("ledger", "joins")["joins"]] == [
        (numbers[0], "row_shows_both", 2)]  # fmt: skip
    assert run("ledger", "unjoin", *numbers)["accounts"] == list(numbers)
    assert run("ledger", "joins")["refused"][0]["refused"] == "set_apart_by_hand"
    run("ledger", "unjoin", *numbers, code=1)
    assert run("ledger", "check")["ok"] is True
    assert run("ledger", "unjoin", *numbers, "--again")["accounts"] == [numbers[0]] * 2


def test_coverage_can_be_stated(run, folder, tmp_path):
    stated = tmp_path / "coverage.csv"
    stated.write_text("account,from,to\nM,2026-03-01,2026-03-02\n", encoding="utf-8")
    run("ingest", folder, "--coverage", stated)
    period = run("ledger", "info")["coverage"][0]["periods"][0]
    assert (period["from"][:10], period["to"][:16]) == ("2026-03-01", "2026-03-02T23:59")
    stated.write_text("account,from,to\nM,soon,2026-03-02\n", encoding="utf-8")
    assert "line 2" in run("ingest", folder, "--coverage", stated, code=2)["error"]["message"]


def test_what_cannot_be_read_leaves_the_rest_alone(run, folder, tmp_path):
    (folder / "two.csv").write_text("nothing,known\n1,2\n", encoding="utf-8")
    document = run("ingest", folder, code=3)
    assert "error" in document["files"][1]
    assert document["ledger"]["transfers"] == 4
    assert "no such file" in run("ingest", folder, tmp_path / "gone.csv", code=2)["error"]["message"]
    assert "no such file" in run("ingest", folder, tmp_path / "gone.csv", "--keep-going", code=3)["files"][2]["error"]


def test_when_nothing_can_be_read_the_home_is_not_made(run, folder, tmp_path):
    (folder / "one.csv").write_text("nothing,known\n1,2\n", encoding="utf-8")
    run("ingest", folder, code=2)
    assert not (tmp_path / "home").exists()
    assert "holds no ledger" in run("ledger", "info", code=2)["error"]["message"]


def test_damage_is_told_and_where(run, folder, tmp_path):
    run("ingest", folder)
    home = tmp_path / "home"
    facts = next((home / "facts").rglob("transfers.parquet"))
    whole = facts.read_bytes()
    facts.write_bytes(whole[:-9])
    assert "transfers.parquet" in run("ledger", "check", code=1)["damages"][0]
    facts.write_bytes(whole)
    column = next((home / "index").rglob("transfers.amount_minor.npy"))
    column.write_bytes(column.read_bytes()[:-1])
    assert "transfers.amount_minor.npy" in run("ledger", "info", code=2)["error"]["message"]
    manifest = home / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:-20])
    assert "manifest.json" in run("ledger", "info", code=2)["error"]["message"]
    manifest.unlink()
    assert "manifest.json" in run("ingest", folder, code=2)["error"]["message"]
    assert facts.read_bytes() == whole


class Crash(BaseException):
    """The machine stops here: nothing after this runs."""


def ingest(home: Path, folder: Path) -> str:
    reader, rules = bootstrap.statement_reader(), bootstrap.ledger_rules()
    return ingest_files(bootstrap.fact_store(home), reader, [folder], rules=rules).document["ledger"]["digest"]


def crash_at(monkeypatch, step: int) -> None:
    """Tears the file of the given durable step apart and stops; no clean-up runs."""
    count = 0
    fsync = os.fsync

    def torn(handle: int) -> None:
        nonlocal count
        count += 1
        if count < step:
            fsync(handle)
            return
        if os.fstat(handle).st_size and stat.S_ISREG(os.fstat(handle).st_mode):
            os.ftruncate(handle, os.fstat(handle).st_size // 2)
        raise Crash

    monkeypatch.setattr(os, "fsync", torn)
    remove = local_store._Writer.remove_garbage
    monkeypatch.setattr(local_store._Writer, "remove_garbage", lambda self: None if count >= step else remove(self))


def test_a_stop_at_any_step_leaves_the_former_ledger_or_the_new_one(folder, tmp_path, monkeypatch):
    home = tmp_path / "home"
    former = ingest(home, folder)
    (folder / "two.csv").write_text(LATER, encoding="utf-8")
    after = ingest(tmp_path / "other", folder)
    untouched = contents(home)
    step, seen = 1, set()
    while True:
        with monkeypatch.context() as patch:
            crash_at(patch, step)
            try:
                ingest(home, folder)
            except Crash:
                pass
            else:
                break
        store = bootstrap.fact_store(home)
        ledger = store.ledger()
        assert ledger is not None
        assert not store.damages()
        seen.add(ledger.digest)
        if ledger.digest == former:
            assert len(store.files()) == 1
            with store.writing():
                pass  # the next start removes what the stopped one left
            assert contents(home) == untouched
        else:
            assert len(store.files()) == 2
            break
        step += 7 if step > 8 else 1
    assert seen <= {former, after}
    assert step > 20
    assert ingest(home, folder) == after


def test_a_killed_process_leaves_no_lock(folder, tmp_path):
    home = tmp_path / "home"
    ingest(home, folder)
    (folder / "two.csv").write_text(LATER, encoding="utf-8")
    script = (
        "import os, signal, sys; from pathlib import Path; from fanzha import bootstrap\n"
        "from fanzha.services.ingest_files import ingest_files\n"
        "def watch(path):\n"
        "    if not path: os.kill(os.getpid(), signal.SIGKILL)\n"
        "ingest_files(bootstrap.fact_store(Path(sys.argv[1])), bootstrap.statement_reader(), [Path(sys.argv[2])],\n"
        "             rules=bootstrap.ledger_rules(), watch=watch)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(home), str(folder)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list((home / "facts").iterdir())) == 2
    assert len(bootstrap.fact_store(home).files()) == 1
    ingest(home, folder)
    assert len(bootstrap.fact_store(home).files()) == 2


def test_ctrl_c_leaves_the_home_as_it_was(folder, tmp_path):
    home = tmp_path / "home"

    def interrupt(path: str) -> None:
        if not path:
            raise KeyboardInterrupt

    reader, rules = bootstrap.statement_reader(), bootstrap.ledger_rules()
    for before in ({}, None):
        if before is None:
            ingest(home, folder)
            before = contents(home)
            (folder / "two.csv").write_text(LATER, encoding="utf-8")
        with pytest.raises(KeyboardInterrupt):
            ingest_files(bootstrap.fact_store(home), reader, [folder], rules=rules, watch=interrupt)
        assert contents(home) == before
    assert home.exists()


def test_a_reader_goes_on_while_another_writes(folder, tmp_path):
    home = tmp_path / "home"
    ingest(home, folder)
    ledger = bootstrap.open_ledger(home)
    (folder / "two.csv").write_text(LATER, encoding="utf-8")
    done = threading.Thread(target=ingest, args=(home, folder))
    done.start()
    while done.is_alive():
        assert bootstrap.open_ledger(home).digest
        time.sleep(0.01)
    done.join()
    assert ledger.assembly.columns.transfers.amount_minor.sum() == 14_000_000
    with pytest.raises(BadInput):
        bootstrap.open_ledger(tmp_path / "nowhere")


OWN = "卡号,交易时间,交易金额,收付标志\nM,2026-03-01T10:00:00,5.00,入\nM,2026-03-01T11:00:00,5.00,进了\n"
OWN_MAP = """
[table]
kind = "entries"
[columns]
card = "卡号"
at = "交易时间"
amount = "交易金额"
direction = "收付标志"
[directions]
in = ["入", "进了"]
"""


def test_a_word_that_blocks_an_account_is_told(run, folder):
    (folder / "交易明细信息.csv").write_text(OWN, encoding="utf-8")
    [_, file] = run("ingest", folder, code=3)["files"]
    line = {"account": "M", "row": 3, "field": "direction", "reason": "direction_unknown", "raw": "进了"}
    assert file["blocked"] == [line]


def test_what_a_report_shows_of_a_cell_names_nobody(run, folder):
    text = "卡号,户名,交易时间,交易金额,收付标志\n6.22202E+18,模拟甲,2026-03-01T10:00:00,5.00,入\n"
    (folder / "交易明细信息.csv").write_text(text, encoding="utf-8")
    [_, file] = run("ingest", folder, code=3)["files"]
    assert [reason["raw"] for reason in file["reasons"]] == ["********+18"]


def test_known_files_are_told_as_known(run, folder, tmp_path, capfdbinary):
    run("ingest", folder)
    assert main(["ingest", str(folder), "--home", str(tmp_path / "home")], {}) == 0
    said = capfdbinary.readouterr().err.decode()
    assert "known already; nothing was added" in said
    [line] = [line for line in said.splitlines() if "one.csv" in line]
    assert [cell.strip() for cell in line.split("│")][2:5] == ["4", "0", "4"]


def test_another_reading_needs_the_former_one_taken_out(run, folder, tmp_path):
    path = folder / "交易明细信息.csv"
    path.write_text(OWN, encoding="utf-8")
    (tmp_path / "map.toml").write_text(OWN_MAP, encoding="utf-8")
    former = run("ingest", folder, code=3)["ledger"]
    error = run("ingest", path, "--map", tmp_path / "map.toml", code=1)["error"]["message"]
    assert str(path) in error
    assert "fanzha ledger forget" in error
    named = error.split("forget ")[1].split()[0]
    assert run("ledger", "forget", named, code=2)["error"]["message"].startswith("taking a file out needs a reason")
    gone = run("ledger", "forget", named, "--reason", "a word was not known")
    assert (gone["forgotten"]["path"], gone["ledger"]["files"]) == (str(path), 1)
    assert run("ledger", "check")["ok"]
    [file] = run("ingest", path, "--map", tmp_path / "map.toml")["files"]
    assert (file["accepted"], file["blocked"]) == (2, [])
    assert run("ingest", path, "--map", tmp_path / "map.toml")["ledger"]["digest"] != former["digest"]
    assert [line["reason"] for line in run("ledger", "info")["forgotten"]] == ["a word was not known"]


def test_what_was_taken_out_can_come_back(run, folder, tmp_path):
    (folder / "two.csv").write_text(LATER, encoding="utf-8")
    (tmp_path / "coverage.csv").write_text("account,from,to\nM,2026-03-01,2026-03-02\n", encoding="utf-8")
    former = run("ingest", folder)["ledger"]["digest"]
    run("ledger", "forget", "two.csv", "--reason", "of another case")
    assert run("ingest", folder)["ledger"]["digest"] == former
    run("ingest", folder, "--coverage", tmp_path / "coverage.csv")
    for name in ("one.csv", "two.csv"):
        gone = run("ledger", "forget", folder / name, "--reason", "of another case")
    assert (gone["ledger"]["files"], gone["ledger"]["transfers"], gone["coverage_dropped"]) == (0, 0, ["M"])
    assert "no such file" in run("ledger", "forget", "two.csv", "--reason", "again", code=2)["error"]["message"]
    assert run("ingest", folder)["ledger"]["digest"] == former
