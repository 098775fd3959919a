"""What an analyst may find in a made city's registers and log-ins: gangs' shared parts, and honest people who share as much."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from fanzha.simulation.city.assumptions import CitySize, read_assumptions
from fanzha.simulation.city.build import City, build_city
from fanzha.simulation.city.identifiers import passes_luhn
from fanzha.simulation.city.write import write_city

TOWN = CitySize("town", accounts=8000, transfers=60_000, days=12, cases=64)
Read = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def town() -> City:
    return build_city(TOWN, 7)


@pytest.fixture(scope="module")
def read(town: City, tmp_path_factory: pytest.TempPathFactory) -> Read:
    folder = tmp_path_factory.mktemp("town") / "city"
    write_city(town, folder)

    def table(name: str) -> list[dict[str, Any]]:
        path = folder / name
        files: list[Path] = sorted(path.iterdir()) if path.is_dir() else [path.with_suffix(".parquet")]
        return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]

    return table


def by(rows: list[dict[str, Any]], *columns: str) -> Mapping[tuple[Any, ...], list[dict[str, Any]]]:
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[tuple(row[column] for column in columns)].append(row)
    return found


def test_shells_share_representative_agent_and_address_and_so_do_honest_companies(read: Read) -> None:
    accounts = read("institutions/accounts")
    code_of = {row["account"]: row["identity"] for row in accounts}
    gang_of = {
        code_of[row["account"]]: row["gang"] for row in reversed(read("truth/accounts")) if row["role"] == "shell"
    }
    companies = read("institutions/companies")
    assert {row["code"] for row in companies} == {
        row["identity"] for row in accounts if row["identity"].startswith("Z9")
    }
    shells = [{**row, "gang": gang_of[row["code"]]} for row in companies if row["code"] in gang_of]
    for of_gang in by(shells, "gang").values():
        assert len({row["agent"] for row in of_gang}) == len({row["address"] for row in of_gang}) == 1
        most = read_assumptions().table("registry")["shells_a_representative"]
        assert len({row["representative_identity"] for row in of_gang}) == -(-len(of_gang) // most)
        days = [row["registered"] for row in of_gang]
        assert max(days) - min(days) <= timedelta(weeks=3)
    honest = [row for row in companies if row["code"] not in gang_of]
    for column in ("representative_identity", "agent", "address"):
        shared = [key for key, rows in by(honest, column).items() if key != (None,) and len(rows) > 1]
        assert shared, f"no honest companies share their {column}"


def test_rented_accounts_are_opened_in_batches_and_so_are_those_of_staff(read: Read) -> None:
    rented = {row["account"] for row in read("truth/accounts") if row["role"] in ("first", "later")}
    accounts = read("institutions/accounts")
    opened = {row["code"]: row for row in read("institutions/companies")}
    assert all(
        row["opened"].date() > opened[row["identity"]]["registered"] for row in accounts if row["identity"] in opened
    )
    assert all(row["opener_identity"] == row["identity"] for row in accounts if not row["identity"].startswith("Z9"))
    assert all((row["clerk"] is None) == (row["institution"] in ("模拟支付", "模拟钱包")) for row in accounts)
    at_once = [
        [row["account"] in rented for row in rows]
        for (_, clerk), rows in by([{**row, "month": f"{row['opened']:%Y%m}"} for row in accounts], "month", "clerk").items()
        if clerk and len(rows) >= 4
        and max(row["opened"] for row in rows) - min(row["opened"] for row in rows) < timedelta(days=2)
    ]  # fmt: skip
    assert sum(all(batch) for batch in at_once) >= 3
    assert sum(not any(batch) for batch in at_once) >= 3


def test_a_gangs_accounts_share_devices_and_so_do_families_and_bookkeepers_customers(read: Read) -> None:
    logins = read("institutions/logins")
    assert not any(passes_luhn(row["device"]) for row in logins)
    gang_of: dict[str, set[int]] = defaultdict(set)
    for row in read("truth/devices"):
        gang_of[row["device"]].add(row["gang"])
    assert any(len(gangs) > 1 for gangs in gang_of.values())  # gangs that share a part
    operated: dict[str, set[str]] = defaultdict(set)
    for row in logins:
        operated[row["device"]].add(row["account"])
    members = {row["account"] for row in read("truth/accounts")}
    assert all(accounts <= members for device, accounts in operated.items() if device in gang_of)
    gangs_sizes = Counter(min(len(operated[device]), 4) for device in gang_of)
    assert gangs_sizes[4] >= len(gang_of) // 2
    honest = [device for device in operated if device not in gang_of and len(operated[device]) >= 4]
    assert len(honest) >= 5
    # Every payment with a device is counted: cash and cards at a machine have none.
    paid = Counter(row["payer"] for row in read("institutions/transfers") if row["kind"] not in ("cash", "pos"))
    used = Counter[str]()
    for row in logins:
        used[row["account"]] += row["payments"]
    assert +used == paid


def test_families_can_be_told_from_the_register(town: City, read: Read) -> None:
    residents = {row["identity"]: row for row in read("institutions/residents")}
    couples = [row for row in residents.values() if row["spouse"]]
    assert len(couples) > 0.2 * len(residents)
    for row in couples:
        other = residents[row["spouse"]]
        assert other["spouse"] == row["identity"]
        assert abs(other["birth_year"] - row["birth_year"]) < 25
    supported = [(row, residents[row["parent"]]) for row in residents.values() if row["parent"]]
    assert len(supported) == int((town.people.holders.parent >= 0).sum())
    together = [row["household"] == parent["household"] for row, parent in supported]
    assert any(together)
    assert not all(together)
    assert all(residents[row["spouse"]]["household"] == row["household"] for row in couples)


def test_dealers_supply_several_gangs_through_recruiters(read: Read) -> None:
    people = read("truth/people")
    gangs = len({row["gang"] for row in people})
    dealers = by([row for row in people if row["role"] == "dealer"], "identity")
    assert len(dealers) == -(-gangs // read_assumptions().table("gangs")["gangs_a_dealer"])
    assert max(len(rows) for rows in dealers.values()) > 1
    named = {(row["gang"], row["identity"]): row["role"] for row in people if row["role"] != "holder"}
    for row in people:
        above = {"holder": "recruiter", "recruiter": "dealer"}.get(row["role"])
        assert (row["brought_by"] is None) == (above is None)
        assert above is None or named[row["gang"], row["brought_by"]] in ("recruiter", "dealer")
    # Nobody is told so; but they call one another, and the dealer opens shells' accounts.
    of_line = {row["line"]: row["identity"] for row in read("institutions/lines")}
    called = {(of_line[row["line"]], of_line[row["other"]]) for row in read("institutions/calls")}
    brought = [row for row in people if row["brought_by"] not in (None, row["identity"])]
    assert sum((row["brought_by"], row["identity"]) in called for row in brought) > 0.8 * len(brought)
    opened = Counter(
        row["opener_identity"] for row in read("institutions/accounts") if row["opener_identity"] != row["identity"]
    )
    assert max(opened[identity] for (identity,) in dealers) > 3
