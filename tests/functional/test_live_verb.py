"""`fanzha live` from the outside: lines that add up to the trace, each once, whatever happens to the process."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fanzha.cli import main as shell
from fanzha.engines.local import line_file, live_log
from fanzha.intake import transfer_stream
from fanzha.intake.transfer_stream import CanonicalStream
from fanzha.ports.transfer_stream import StreamPosition
from fanzha.services import follow_live
from fanzha.simulation.city.assumptions import CitySize
from fanzha.simulation.city.build import build_city
from fanzha.simulation.city.write import write_city
from tests.functional.test_trace_verb import CARDS, COLUMNS, S1, write_csv, write_origins

HEAD = ",".join(COLUMNS)
ROWS = [{**row, "transfer_id": f"t{n}"} for n, row in enumerate(S1)]
PLAIN = ("at", "payer", "payee", "amount", "kind", "transfer_id")


@pytest.fixture
def origins(tmp_path) -> str:
    return str(write_origins(tmp_path / "origins.csv"))


@pytest.fixture
def run(tmp_path, capfdbinary):
    """Runs the command line on a home of its own; gives exit code, the lines on standard output, and what was said."""

    def start(*arguments: object) -> tuple[int, list[dict[str, Any]], str]:
        code = shell.main([*map(str, arguments), "--home", str(tmp_path / "home")], {"FANZHA_DEBUG": "1"})
        out, err = capfdbinary.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err.decode()

    return start


@pytest.fixture
def piped(run):
    """The same with bytes on standard input."""

    def start(data: bytes, *arguments: object):
        read, write = os.pipe()
        kept = os.dup(0)
        os.dup2(read, 0)
        os.close(read)
        sender = threading.Thread(target=lambda: (os.write(write, data), os.close(write)))
        sender.start()
        try:
            return run("live", "-", *arguments)
        finally:
            sender.join()
            os.dup2(kept, 0)
            os.close(kept)

    return start


def csv_bytes(rows, columns=COLUMNS) -> bytes:
    return "\n".join([",".join(columns), *(",".join(row[c] for c in columns) for row in rows), ""]).encode()


def sums(lines) -> dict[tuple[str, str, str], int]:
    """What was said, added up: by label, transfer and end ('' is what a transfer carried), in 分."""

    def minor(text: str) -> int:
        return int(text.replace(".", ""))

    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in lines:
        if line["type"] not in ("movement", "correction"):
            continue
        key, end = (line["label"], line["transfer"]), line.get("end", "")
        if line["type"] == "correction":
            found[*key, end] += minor(line["new"]) - minor(line["old"])
        else:
            found[*key, end] += minor(line["traced"])
            if end and end not in ("gap", "superseded") and line.get("reason") != "credit_repaid":
                found[*key, ""] += minor(line["traced"])
    return {key: amount for key, amount in found.items() if amount}


def carried(document) -> dict[tuple[str, str, str], int]:
    """What each transfer carried of each victim, by a FIFO trace document."""
    return {
        (label, flow["transfer"], ""): int(amount.replace(".", ""))
        for flow in document["methods"]["fifo"]["flows"]
        for label, amount in flow["by_victim"].items()
    }


def traced(run, path: Path, origins: str):
    assert run("ingest", path)[0] == 0
    _, lines, _ = run("trace", "--origins", origins, "--method", "fifo", "--json")
    return carried(lines[0])


def test_the_worked_example_gives_the_numbers_of_the_trace(run, tmp_path, origins):
    path = write_csv(tmp_path / "ledger.csv", ROWS, COLUMNS)
    code, lines, said = run("live", path, "--origins", origins)
    assert code == 0, said
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert [line["label"] for line in lines if line["type"] == "origin_matched"] == ["V1", "V2", "V3"]
    balance = lines[-1]
    assert {k: balance[k] for k in ("origin", "held", "exited", "unknown", "difference")} == {
        "origin": "90000.00", "held": "10000.00", "exited": "38000.00", "unknown": "42000.00", "difference": "0.00",
    }  # fmt: skip
    assert balance["accounts"] == [{"account": CARDS["M"], "held": "10000.00", "by_victim": {"V3": "10000.00"}}]
    cash = next(line for line in lines if line.get("end") == "cash")
    assert (cash["label"], cash["traced"], cash["hop"], cash["at"], cash["payer"]) == (
        "V1", "18000.00", 3, "2026-03-01T10:35:00+08:00", CARDS["M2"],
    )  # fmt: skip
    assert {k: v for k, v in sums(lines).items() if not k[2]} == traced(run, path, origins)


@pytest.mark.parametrize("columns", [COLUMNS, PLAIN])
@pytest.mark.parametrize("seed", range(4))
def test_late_rows_give_corrections_that_add_up_to_the_trace(run, tmp_path, origins, columns, seed):
    rng = random.Random(seed)
    arrival = [n + rng.choice([0, 0, 0, 2.5, 4.5]) for n in range(len(ROWS))]
    late = [ROWS[n] for n in sorted(range(len(ROWS)), key=lambda n: arrival[n])]
    path = write_csv(tmp_path / "late.csv", late, columns)
    code, lines, said = run("live", path, "--origins", origins)
    assert code == 0, said
    in_order = write_csv(tmp_path / "ledger.csv", ROWS, columns)
    assert {k: v for k, v in sums(lines).items() if not k[2]} == traced(run, in_order, origins)
    warned = [line["code"] for line in lines if line["type"] == "warning"]
    assert warned == ([] if columns == COLUMNS else ["complete_ledger"])


def test_a_correction_names_old_new_and_its_cause(run, tmp_path, origins):
    late = [*ROWS[:2], *ROWS[3:6], ROWS[2], *ROWS[6:]]
    _, lines, _ = run("live", write_csv(tmp_path / "late.csv", late, PLAIN), "--origins", origins)
    found = [line for line in lines if line["type"] == "correction" and not line.get("end")]
    assert {(f["label"], f["transfer"], f["old"], f["new"]) for f in found} == {
        ("V1", "t5", "30000.00", "0.00"), ("V2", "t5", "15000.00", "40000.00"),
    }  # fmt: skip
    assert all(f["caused_by"] == {"transfer": "t2", "row": 7} for f in found)
    assert all(f["old"] != f["new"] for f in found)


def test_lines_do_not_depend_on_where_blocks_begin(run, tmp_path, monkeypatch, origins):
    rows = [*ROWS[:2], *ROWS[3:6], ROWS[2], {**ROWS[6], "amount": "ten"}, *ROWS[6:]]
    path = write_csv(tmp_path / "ledger.csv", rows, COLUMNS)
    found = []
    for size in (1 << 20, 90, 200):
        monkeypatch.setattr(transfer_stream, "BLOCK_BYTES", size)
        monkeypatch.setattr(transfer_stream, "_READ_BYTES", size)
        out = tmp_path / f"{size}.jsonl"
        code, _, said = run("live", path, "--origins", origins, "--out", out)
        assert code == 3, said
        found.append(out.read_bytes())
    assert found[0] == found[1] == found[2]


def test_a_growing_file_is_read_on_where_it_was_left(run, tmp_path, origins):
    path = write_csv(tmp_path / "ledger.csv", ROWS[:4], COLUMNS)
    out = tmp_path / "lines.jsonl"
    command = ("live", path, "--origins", origins, "--out", out)
    assert run(*command)[0] == 0
    first = out.read_bytes()
    assert run(*command)[0] == 0
    assert out.read_bytes() == first, "nothing new, nothing said"
    assert [json.loads(line)["label"] for line in first.splitlines() if b"origin_unmatched" in line] == ["V3"]
    with path.open("ab") as file:
        file.write(csv_bytes(ROWS[4:]).split(b"\n", 1)[1])
    assert run(*command)[0] == 0
    lines = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert out.read_bytes().startswith(first)
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    whole = tmp_path / "whole.jsonl"
    run("live", path, "--origins", origins, "--out", whole)
    assert sums(lines) == sums(map(json.loads, whole.read_bytes().splitlines()))
    assert lines[-1] == {**json.loads(whole.read_bytes().splitlines()[-1]), "seq": lines[-1]["seq"]}


def test_a_last_row_without_line_end_is_taken_and_may_not_go_on(run, tmp_path, origins):
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv_bytes(ROWS[:4])[:-1])
    assert run("live", path, "--origins", origins)[1][-1]["rows"] == 4
    with path.open("ab") as file:
        file.write(b"\n" + csv_bytes(ROWS[4:]).split(b"\n", 1)[1][:-1])
    code, lines, said = run("live", path, "--origins", origins)
    assert (code, lines[-1]["rows"], lines[-1]["held"]) == (0, 9, "10000.00"), said
    assert [line["row"] for line in lines if line["type"] == "movement"][-1] == 10
    with path.open("ab") as file:
        file.write(b"99\n")
    code, _, said = run("live", path, "--origins", origins)
    assert (code, "no line end" in said) == (1, True)


def test_another_file_in_its_place_is_refused(run, tmp_path, origins):
    path = write_csv(tmp_path / "ledger.csv", ROWS, COLUMNS)
    assert run("live", path, "--origins", origins)[0] == 0
    path.write_bytes(csv_bytes([{**ROWS[0], "amount": "31.00"}, *ROWS[1:]]))
    code, _, said = run("live", path, "--origins", origins)
    assert code == 1
    assert "--fresh" in said
    assert run("live", path, "--origins", origins, "--fresh")[0] == 0
    path.write_bytes(csv_bytes(ROWS)[:-5])
    code, _, said = run("live", path, "--origins", origins)
    assert (code, "not the file that was read before" in said) == (1, True)


def test_a_file_whose_beginning_was_changed_in_place_is_refused(run, tmp_path, origins):
    path, many = tmp_path / "ledger.csv", ROWS * 40
    rows = [{**row, "transfer_id": f"m{n}"} for n, row in enumerate(many)]
    path.write_bytes(csv_bytes(rows))
    assert run("live", path, "--origins", origins)[0] == 0
    assert run("live", path, "--origins", origins)[0] == 0
    changed = csv_bytes(rows)
    path.write_bytes(changed.replace(b"m3\n", b"x3\n", 1))
    assert path.stat().st_size == len(changed)
    code, _, said = run("live", path, "--origins", origins)
    assert (code, str(path) in said, "--fresh" in said) == (1, True, True)


def test_a_row_cut_in_two_waits_for_its_other_half(tmp_path, monkeypatch):
    monkeypatch.setattr(transfer_stream, "POLL_S", 0.0)
    data = csv_bytes(ROWS[:3])
    path = tmp_path / "ledger.csv"
    path.write_bytes(data[:-20])
    stream = CanonicalStream(path, follow=True)
    blocks = stream.blocks(StreamPosition())
    first = next(blocks)
    assert (first.facts["transfer_id"].to_list(), first.position.row, next(blocks)) == (["t0", "t1"], 3, None)
    with path.open("ab") as file:
        file.write(data[-20:])
    second = next(block for block in blocks if block is not None)
    assert (second.facts["transfer_id"].to_list(), second.position.row) == (["t2"], 4)
    assert second.position.offset == len(data)
    stream.close()
    again = CanonicalStream(path)
    assert [b.facts["transfer_id"].to_list() for b in again.blocks(first.position)] == [["t2"]]
    again.close()


def test_rows_sent_again_are_left_out_however_far_back(piped, tmp_path, origins):
    out = tmp_path / "lines.jsonl"
    arguments = ("--origins", origins, "--out", out)
    code, told, said = piped(csv_bytes([*ROWS[:6], ROWS[5]]), *arguments)
    assert code == 0, said
    assert (told[-1]["type"], told[-1]["transfer"]) == ("acknowledged", "t5")
    code, told, said = piped(csv_bytes([ROWS[0], ROWS[3], *ROWS[2:]]), *arguments)
    assert code == 0, said
    assert "6 rows sent again" in said
    lines = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert {line["type"] for line in lines} == {"origin_matched", "movement", "origin_unmatched", "balance"}
    code, whole, _ = piped(csv_bytes(ROWS), "--origins", origins, "--state", tmp_path / "other")
    assert sums(lines) == sums(whole)
    assert [line["type"] for line in whole].count("acknowledged") >= 1
    assert [line["seq"] for line in whole] == list(range(1, len(whole) + 1))


def test_the_same_id_with_other_content_is_told_and_left_out(piped, origins):
    other = {**ROWS[3], "transfer_id": "t0"}
    nameless = {**ROWS[4], "transfer_id": ""}
    code, lines, _ = piped(csv_bytes([*ROWS[:3], other, nameless, *ROWS[3:]]), "--origins", origins)
    assert code == 3
    aside = [(line["row"], line["field"], line["reason"]) for line in lines if line["type"] == "quarantine"]
    assert aside == [
        (5, "transfer_id", "transfer_id_repeated_with_other_content"),
        (6, "transfer_id", "transfer_id_missing"),
    ]
    assert lines[-1]["held"] == "10000.00"


def test_broken_rows_are_told_and_the_stream_goes_on(run, tmp_path, origins):
    rows = [ROWS[0], {**ROWS[3], "amount": "ten"}, ROWS[1], {**ROWS[3], "at": "yesterday"}, *ROWS[2:]]
    code, lines, _ = run("live", write_csv(tmp_path / "ledger.csv", rows, COLUMNS), "--origins", origins)
    assert code == 3
    told = [line for line in lines if line["type"] == "quarantine"]
    assert [(t["file"], t["row"], t["field"], t["reason"]) for t in told] == [
        (str(tmp_path / "ledger.csv"), 3, "amount", "amount_unreadable"),
        (str(tmp_path / "ledger.csv"), 5, "at", "date_unreadable"),
    ]
    places = [line["type"] for line in lines]
    assert places.index("quarantine") == 2, "told where it stands between the movements"
    assert lines[-1]["held"] == "10000.00"
    assert lines[-1]["put_aside"] == 2


def test_hubs_masks_and_a_shifted_clock(run, tmp_path):
    columns = (*COLUMNS, "payee_name")
    rows = [
        {**ROWS[0], "at": "2026-03-01T10:01:30", "payee_name": ""},
        {**ROWS[2], "payee": "6299999999999999", "payee_name": "某支付 客户备付金 模拟", "payee_balance_after": ""},
        {**ROWS[5], "payee": "6299********1234", "amount": "2000.00", "payer_balance_after": "", "payee_name": ""},
    ]
    rows[1]["payer_balance_after"], rows[1]["amount"] = "7000.00", "25000.00"
    rows[2]["payer_balance_after"] = "5000.00"
    path = write_csv(tmp_path / "ledger.csv", rows, columns)
    ask = ("--from", CARDS["V1"], "--to", CARDS["M"], "--at", "2026-03-01T10:00:00", "--amount", "30000")
    code, lines, said = run("live", path, *ask, "--label", "受害人")
    assert code == 0, said
    assert lines[0]["shifted"] is True
    ends = {line["payee"]: (line["end"], line["traced"]) for line in lines if line.get("end")}
    assert ends["6299999999999999"] == ("hub", "23000.00")
    assert ends["6299********1234"] == ("frontier", "2000.00")


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        ((), 2, "--origins"),
        (("--from", "1", "--at", "2026-03-01", "--amount", "5.001"), 2, "decimals"),
        (("--from", "1", "--at", "soon", "--amount", "5"), 2, "not a time"),
        (("--from", "1", "--at", "2026-03-01", "--amount", "0"), 2, "above zero"),
        (("--from", "1", "--at", "2026-03-01", "--amount", "5", "--nested", "X"), 2, "no origin"),
        (("--origins", "/nowhere.csv"), 2, "/nowhere.csv"),
    ],
)
def test_nonsense_is_answered_in_one_sentence(run, tmp_path, arguments, code, part):
    found, lines, said = run("live", write_csv(tmp_path / "ledger.csv", ROWS, COLUMNS), *arguments)
    assert (found, lines) == (code, [])
    assert part in said


def test_inputs_that_are_no_canonical_table(run, piped, tmp_path, origins):
    for content, part in ((b"", "empty"), (b"a,b,c\n1,2,3\n", "canonical"), (b"PAR1\x00", "CSV")):
        (tmp_path / "bad.csv").write_bytes(content)
        code, _, said = run("live", tmp_path / "bad.csv", "--origins", origins)
        assert (code, part in said) == (2, True), said
    assert run("live", tmp_path / "gone.csv", "--origins", origins)[0] == 2
    code, _, said = piped(csv_bytes(ROWS, COLUMNS[:-1]), "--origins", origins)
    assert (code, "transfer_id" in said) == (2, True)


def test_a_state_of_another_question_is_refused_with_what_to_do(run, tmp_path, origins):
    path = write_csv(tmp_path / "ledger.csv", ROWS, COLUMNS)
    state = ("--state", tmp_path / "state")
    assert run("live", path, "--origins", origins, *state)[0] == 0
    other = write_origins(tmp_path / "other.csv", (("V2", "10:05:00", "50000"),))
    code, _, said = run("live", path, "--origins", other, *state)
    assert (code, "other payments" in said, "--fresh" in said) == (1, True, True)
    used = tmp_path / "used.jsonl"
    used.write_text("kept\n")
    code, _, said = run("live", path, "--origins", origins, "--out", used)
    assert (code, used.read_text()) == (1, "kept\n")
    assert "--fresh" in said


class Crashed(BaseException):
    """Stands for a process that is gone."""


@pytest.fixture
def crashing(monkeypatch):
    """Lets the process end at the n-th write or file operation, half of it done; small blocks make many of them."""
    monkeypatch.setattr(transfer_stream, "BLOCK_BYTES", 400)
    monkeypatch.setattr(transfer_stream, "_READ_BYTES", 200)
    monkeypatch.setattr(follow_live, "CHECKPOINT_ENTRIES", 2)
    left = [-1]
    real = {"log": live_log._write_whole, "line": line_file.LineFile.write, "json": live_log.replace_json}

    def step() -> bool:
        left[0] -= 1
        return left[0] == 0

    def write_log(file, pieces, place):
        if step():
            whole = b"".join(bytes(piece) for piece in pieces)
            os.pwrite(file, whole[: len(whole) // 2], place)
            raise Crashed
        real["log"](file, pieces, place)
        if step():
            raise Crashed

    def write_line(self, lines):
        if step():
            real["line"](self, lines[: len(lines) // 2])
            raise Crashed
        real["line"](self, lines)

    def replace_json(path, document):
        if step():
            raise Crashed
        real["json"](path, document)
        if step():
            raise Crashed

    monkeypatch.setattr(live_log, "_write_whole", write_log)
    monkeypatch.setattr(line_file.LineFile, "write", write_line)
    monkeypatch.setattr(live_log, "replace_json", replace_json)
    return left


def test_the_file_of_lines_is_the_same_wherever_the_process_ended(run, tmp_path, crashing, origins):
    rows = [*ROWS[:2], *ROWS[3:6], ROWS[2], {**ROWS[6], "amount": "ten"}, *ROWS[6:]]
    path = write_csv(tmp_path / "ledger.csv", rows, COLUMNS)
    whole = tmp_path / "whole.jsonl"
    assert run("live", path, "--origins", origins, "--out", whole)[0] == 3
    crashes = 0
    for ending in range(1, 1000):
        out = tmp_path / f"{ending}.jsonl"
        command = ("live", path, "--origins", origins, "--out", out)
        crashing[0] = ending
        try:
            run(*command)
        except Crashed:
            crashes += 1
            crashing[0] = ending // 2 + 1  # once more while it takes up what it had
            with contextlib.suppress(Crashed):
                run(*command)
        else:
            break
        crashing[0] = -1
        assert run(*command)[0] == 3
        assert out.read_bytes() == whole.read_bytes(), ending
    assert crashes >= 10


def test_a_sender_that_begins_behind_the_last_acknowledged_row_loses_and_doubles_nothing(
    piped, tmp_path, crashing, capfdbinary, origins
):
    def lines_of(out: Path) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in out.read_bytes().splitlines()]
        assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
        return [{k: v for k, v in line.items() if k not in ("row", "caused_by")} for line in lines]

    rows = [*ROWS[:2], *ROWS[3:6], ROWS[2], *ROWS[6:]]
    place = {row["transfer_id"]: n + 1 for n, row in enumerate(rows)}
    whole = tmp_path / "whole.jsonl"
    piped(csv_bytes(rows), "--origins", origins, "--out", whole)
    crashes = 0
    for ending in range(2, 20, 3):
        out = tmp_path / f"{ending}.jsonl"
        crashing[0] = ending
        begin = 0
        try:
            piped(csv_bytes(rows), "--origins", origins, "--out", out)
        except Crashed:
            crashes += 1
            told = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
            begin = place[told[-1]["transfer"]] if told else 0
        crashing[0] = -1
        piped(csv_bytes(rows[begin:]), "--origins", origins, "--out", out)
        assert lines_of(out) == lines_of(whole)
    assert crashes


def test_a_torn_end_is_cut_off_and_damage_is_told(run, tmp_path, monkeypatch, origins):
    monkeypatch.setattr(transfer_stream, "BLOCK_BYTES", 150)
    monkeypatch.setattr(transfer_stream, "_READ_BYTES", 150)
    path = write_csv(tmp_path / "ledger.csv", ROWS, COLUMNS)
    out, state = tmp_path / "lines.jsonl", tmp_path / "state"
    command = ("live", path, "--origins", origins, "--out", out, "--state", state)
    assert run(*command)[0] == 0
    whole, log = out.read_bytes(), (state / "log.bin").read_bytes()
    (state / "checkpoint.json").unlink()
    for torn in (log[:-7], log[:-300], log + b"\0" * 50, log[: len(log) // 2]):
        (state / "log.bin").write_bytes(torn)
        assert run(*command)[0] == 0
        assert out.read_bytes() == whole
        (state / "checkpoint.json").unlink()
    out.unlink()  # gone, but the log can say all of it again
    assert run(*command)[0] == 0
    assert out.read_bytes() == whole
    for broken in (log[:-7], log[:500] + bytes([log[500] ^ 1]) + log[501:]):
        (state / "log.bin").write_bytes(broken)
        code, _, said = run(*command)
        assert (code, "log.bin" in said) == (2, True)


def _made_rows(count: int, late: float = 0.002) -> bytes:
    rng, now, lines = random.Random(7), 0, ["at,payer,payee,amount,transfer_id"]
    for n in range(count):
        now += rng.randint(0, 3)
        at = max(0, now - (rng.randint(1, 500) if rng.random() < late else 0))
        payer, payee = rng.sample(range(60), 2)
        clock = f"2026-03-{1 + at // 86_400:02}T{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}"
        lines.append(f"{clock},62999900{payer:02},62999900{payee:02},{rng.randint(1, 900)}.{n % 100:02},t{n}")
    return ("\n".join(lines) + "\n").encode()


def test_a_stream_with_late_rows_adds_up_to_the_trace_of_the_file(run, tmp_path):
    data = _made_rows(600, late=0.05)
    (tmp_path / "ledger.csv").write_bytes(data)
    labels = data.decode().splitlines()[3:60:8]
    cells = [line.split(",") for line in labels]
    origins = tmp_path / "origins.csv"
    lines = [f"V{n},{payer},{payee},{at},{amount}" for n, (at, payer, payee, amount, _) in enumerate(cells)]
    origins.write_text("\n".join(["label,from,to,at,amount", *lines, ""]))
    code, said, _ = run("live", tmp_path / "ledger.csv", "--origins", origins)
    assert code == 0
    assert any(line["type"] == "correction" for line in said)
    found = {k: v for k, v in sums(said).items() if not k[2]}
    assert found == traced(run, tmp_path / "ledger.csv", str(origins))


def _city_rows(folder: Path) -> bytes:
    """A made city's transfers from a victim's payment on: hubs, pay-days, gangs, balances on both sides."""
    size = CitySize("hamlet", 800, 20_000, 4, 6)
    write_city(build_city(size, 3), folder / "city")
    rows = pl.read_parquet(folder / "city" / "institutions" / "transfers" / "*.parquet")
    moves = pl.read_parquet(folder / "city" / "truth" / "moves.parquet")
    paid = moves.filter(pl.col("hop") == 1)["transfer_id"][0]
    before = rows["transfer_id"].index_of(paid)
    # The victim's payment stands first, as the test of drawn rows has it; whoever holds money then stated it.
    return rows[before:].select(
        pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"), "payer", "payee", "amount", "transfer_id", "kind",
        "payer_balance_after", "payee_balance_after", "serial",
    ).write_csv().encode()  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("rows", [lambda _: _made_rows(8_000), _city_rows], ids=["drawn", "city"])
def test_killed_at_any_moment_the_file_of_lines_is_the_same(run, tmp_path, rows):
    data = rows(tmp_path)
    path, out, whole = tmp_path / "ledger.csv", tmp_path / "lines.jsonl", tmp_path / "whole.jsonl"
    path.write_bytes(data)
    first = data.split(b"\n", 3)[1].decode().split(",")
    ask = ("--from", first[1], "--to", first[2], "--at", first[0], "--amount", first[3])
    assert run("live", path, *ask, "--out", whole)[0] == 0
    program = (
        "import sys; from fanzha.intake import transfer_stream as t; t.BLOCK_BYTES = t._READ_BYTES = 10_000; "
        "from fanzha.cli.main import main; sys.exit(main(sys.argv[1:], {}))"
    )
    command = [sys.executable, "-c", program, "live", str(path), *ask, "--out", str(out), "--home", str(tmp_path / "h")]
    rng, kills = random.Random(3), 0
    for _ in range(40):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        had = out.stat().st_size if out.exists() else 0
        while process.poll() is None and (not out.exists() or out.stat().st_size <= had):
            time.sleep(0.005)
        time.sleep(rng.random() * 0.3)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        if kills == 4:
            assert subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0
            break
    assert kills
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.slow
def test_a_growing_file_is_followed_until_interrupted(tmp_path, origins):
    path, out = tmp_path / "ledger.csv", tmp_path / "lines.jsonl"
    path.write_bytes(csv_bytes(ROWS[:3]))
    command = [sys.executable, "-m", "fanzha", "live", str(path), "--origins", origins, "--out", str(out), "--follow"]
    process = subprocess.Popen([*command, "--home", str(tmp_path / "home")], stderr=subprocess.DEVNULL)

    def wait_for(part: bytes) -> None:
        until = time.monotonic() + 60
        while not out.exists() or part not in out.read_bytes():
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.05)

    wait_for(b'"t2"')
    with path.open("ab") as file:
        file.write(csv_bytes(ROWS[3:]).split(b"\n", 1)[1])
    wait_for(b'"t8"')
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
