"""Nothing that a desk can read of a made city has a trace of its truth: not by a word, a number, an order or a shape."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from fanzha.simulation.city.assumptions import CitySize
from fanzha.simulation.city.build import build_city
from fanzha.simulation.city.tables import FEW
from fanzha.simulation.city.write import INSTITUTIONS, TRUTH, write_city

TOWN = CitySize("town", accounts=4000, transfers=40_000, days=10, cases=64)
Rows = Sequence[Mapping[str, Any]]
SIDES = [f"{side}{part}" for side in ("payer", "payee") for part in ("", "_name", "_institution", "_balance_after")]
COLUMNS = {
    "accounts": [
        "account", "institution", "holder", "identity", "phone", "opened", "opener", "opener_identity", "outlet", "clerk",
        "opening_balance",
    ],
    "lines": ["line", "holder", "identity", "outlet", "clerk", "opened"],
    "companies": [
        "company", "code", "representative", "representative_identity", "address", "agent", "registered",
    ],
    "residents": ["identity", "name", "birth_year", "district", "household", "spouse", "parent"],
    "transfers": ["transfer_id", "at", "amount", "kind", "summary", "serial", *SIDES],
    "logins": ["at", "account", "device", "payments"],
    "calls": ["at", "line", "other", "seconds"],
    "messages": ["at", "line", "other", "text"],
    "visits": ["at", "line", "domain"],
}  # fmt: skip
SIGMAS = 4.5
BANK_DIGITS = 6  # of a card number: gangs rent fewer wallets than cards, so that theirs are not of any bank
CHANCE = 1e-4


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town") / "city"
    write_city(build_city(TOWN, 5), folder)
    return folder


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return list(pq.read_table(folder / f"{name}.parquet").to_pylist())


def of_days(town: Path, name: str) -> list[dict[str, Any]]:
    files = sorted((town / INSTITUTIONS / name).iterdir())
    return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]


def order_traces(order: Sequence[Any], guilty: Collection[Any]) -> list[str]:
    """What gives the guilty away by where they stand: first or last, or all beside one another."""
    stands = np.array([one in guilty for one in order])
    places, n = np.flatnonzero(stands) / max(len(stands) - 1, 1), int(stands.sum())
    found = []
    if abs(places.mean() - 0.5) > SIGMAS / np.sqrt(12 * n):
        found.append(f"they stand at {places.mean():.2f} on average")
    if abs(places.std() - np.sqrt(1 / 12)) > SIGMAS / np.sqrt(n) / 4:
        found.append(f"they stand {places.std():.2f} apart")
    longest = max((len(run) for run in "".join("x" if one else " " for one in stands).split()), default=0)
    by_chance = np.log(len(stands) / CHANCE) / np.log(len(stands) / n)  # so many stand together once in many towns
    return [*found, f"{longest} of them stand together"] if longest > by_chance + 1 else found


def shapes(value: Any) -> set[str]:
    """How something is written, whatever it says."""
    if isinstance(value, datetime):
        return {f"{value.hour} o'clock", "full minute" if value.second == 0 else "any second"}
    if isinstance(value, str):
        number = re.sub(r"[0-9A-Za-z]*\d[0-9A-Za-z]*", lambda part: f"{len(part[0])}#", value)
        return {re.sub(r"[一-鿿]+", "字", number)}
    return {"none" if value is None else "date" if isinstance(value, date) else type(value).__name__}


def all_shapes(values: Iterable[Any]) -> set[str]:
    return {one for value in set(values) for one in shapes(value)}


def shape_traces(table: Rows, guilty: Sequence[bool]) -> list[str]:
    """Columns in which something is written as it is nowhere among the honest."""
    sides = [[row for row, one in zip(table, guilty, strict=True) if one == bad] for bad in (True, False)]
    theirs, others = ({column: all_shapes(row[column] for row in side) for column in table[0]} for side in sides)
    return [f"{column}: {theirs[column] - others[column]}" for column in table[0] if theirs[column] - others[column]]


def test_tables_have_these_columns_and_no_word_of_the_truth(town: Path) -> None:
    seen = town / INSTITUTIONS
    files = sorted(seen.rglob("*.parquet"))
    columns = {
        file.parent.name if file.name.startswith("day") else file.stem: pq.read_schema(file).names for file in files
    }
    assert columns == COLUMNS
    everything = b"".join(file.read_bytes() for file in files)
    words = ("collector", "recruiter", "dealer", "gang", "fraud", "shell", "mule", "victim", "straw")
    assert not any(word.encode() in everything for word in words)
    # A dictionary of a file says what else there is: only such columns have one of which everybody knows all there is.
    for file in files:
        group = pq.ParquetFile(file).metadata.row_group(0)
        chunks = [group.column(at) for at in range(group.num_columns)]
        assert {chunk.path_in_schema for chunk in chunks if chunk.has_dictionary_page} <= set(FEW)


@pytest.mark.parametrize(
    ("table", "column", "truth", "named"),
    [
        ("accounts", "account", "accounts", "account"),
        ("lines", "line", "lines", "line"),
        ("logins", "device", "devices", "device"),
        ("visits", "domain", "sites", "domain"),
        ("residents", "identity", "people", "identity"),
    ],
)
def test_neither_numbers_nor_rows_are_in_an_order_that_knows(
    town: Path, table: str, column: str, truth: str, named: str
) -> None:
    guilty = {row[named] for row in rows(town / TRUTH, truth)}
    seen = rows(town / INSTITUTIONS, table) if table in ("accounts", "lines", "residents") else of_days(town, table)
    numbers = sorted({row[column] for row in seen}, key=lambda one: one[BANK_DIGITS:] if column == "account" else one)
    assert len(guilty & set(numbers)) >= min(20, len(guilty))
    assert order_traces(numbers, guilty) == []
    if table in ("accounts", "lines", "residents"):
        assert [row[column] for row in seen] == sorted(numbers)
    assert all_shapes(guilty) <= all_shapes(set(numbers) - guilty)


def test_registers_write_everybody_alike(town: Path) -> None:
    truth, seen = town / TRUTH, town / INSTITUTIONS
    used = {row["account"] for row in rows(truth, "accounts")}
    accounts = rows(seen, "accounts")
    assert shape_traces(accounts, [row["account"] in used for row in accounts]) == []
    of_gangs = {row["line"] for row in rows(truth, "lines")}
    lines = rows(seen, "lines")
    assert shape_traces(lines, [row["line"] in of_gangs for row in lines]) == []
    shells = {row["account"] for row in rows(truth, "accounts") if row["role"] == "shell"}
    codes = {row["identity"] for row in accounts if row["account"] in shells}
    companies = rows(seen, "companies")
    bad = [row["code"] in codes for row in companies]
    assert any(bad)
    assert shape_traces(companies, bad) == []
    assert order_traces([row["code"] for row in companies], codes) == []
    for column in ("agent", "address"):  # somewhere among the honest ones, not in a range of their own
        theirs = {row[column] for row, one in zip(companies, bad, strict=True) if one} - {None}
        assert order_traces(sorted({row[column] for row in companies} - {None}), theirs) == []


def test_at_one_instant_stolen_money_stands_anywhere(town: Path) -> None:
    stolen = {row["transfer_id"] for row in rows(town / TRUTH, "moves")}
    places: list[float] = []
    transfers = of_days(town, "transfers")
    by_second: dict[Any, list[str]] = {}
    for row in transfers:
        by_second.setdefault(row["at"], []).append(row["transfer_id"])
    for numbers in by_second.values():
        places += [at / (len(numbers) - 1) for at, one in enumerate(numbers) if len(numbers) > 1 and one in stolen]
    assert len(places) > 100
    assert abs(np.mean(places) - 0.5) < SIGMAS * 0.5 / np.sqrt(len(places))
    assert shape_traces(transfers, [row["transfer_id"] in stolen for row in transfers]) == []


def test_the_search_finds_what_leaks() -> None:
    """Doctored tables: gangs' rows at the end, a range of numbers of their own, a column that only they fill, their hours."""
    rng = np.random.default_rng(1)
    order = rng.permutation(1500).tolist()
    guilty = set(rng.choice(1500, 100, replace=False).tolist())
    assert order_traces(order, guilty) == []
    assert order_traces([one for one in order if one not in guilty] + sorted(guilty), guilty)
    middle = [one for one in order if one not in guilty]
    assert order_traces(middle[:700] + sorted(guilty) + middle[700:], guilty)
    honest = {"number": "6299 01", "clerk": "模拟柜员011", "at": datetime(2027, 3, 1, 9, 5, 7, tzinfo=UTC)}
    for wrong in ({"number": "6299 1"}, {"clerk": None}, {"at": datetime(2027, 3, 1, 3, 5, 7, tzinfo=UTC)}):
        assert len(shape_traces([honest, {**honest, **wrong}], [False, True])) == 1
