"""The made case of forty accounts: it can be built again, tells its README's story, and nothing in it could be real."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from fixtures.case40.case_parties import case_parties, id_check_digit, luhn_holds
from fixtures.case40.dirty_statements import write_dirty_statements
from fixtures.case40.make_case import EXAMPLE, TRUTH, build

SIZE_MAX = 600_000


def _contents(path: Path) -> dict[str, bytes]:
    """Members of an archive by name, nested ones too; compression may differ between machines, contents may not."""
    if not zipfile.is_zipfile(path):
        return {"": path.read_bytes()}
    members: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            assert info.date_time[:3] in ((1980, 1, 1), (2026, 3, 22)), info
            members[info.filename] = archive.read(info)
    return members


@pytest.fixture(scope="module")
def facts() -> dict[str, list[dict[str, object]]]:
    return json.loads((TRUTH / "truth.json").read_text(encoding="utf-8"))


def test_the_committed_case_is_what_its_generator_makes(tmp_path: Path) -> None:
    build(tmp_path / "case", tmp_path / "truth")
    made = {path.relative_to(tmp_path / "case") for path in (tmp_path / "case").rglob("*") if path.is_file()}
    kept = {path.relative_to(EXAMPLE) for path in EXAMPLE.rglob("*") if path.is_file()}
    assert kept - made == {Path("README.md")}
    assert made <= kept
    for name in made:
        assert _contents(tmp_path / "case" / name) == _contents(EXAMPLE / name), name
    for name in ("truth.json", "canonical.csv"):
        assert (tmp_path / "truth" / name).read_bytes() == (TRUTH / name).read_bytes(), name


def test_the_folder_is_small_and_marked_as_simulated() -> None:
    files = [path for path in EXAMPLE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < SIZE_MAX
    assert all(
        "模拟" in str(path.relative_to(EXAMPLE)) for path in files if path.name not in {"README.md", "origins.csv"}
    )


def test_no_number_in_it_could_be_real() -> None:
    for party in case_parties().values():
        assert party.name.startswith("模拟")
        if party.card.isdigit() and not party.card.startswith("8989"):
            assert party.card.startswith("629999")
            assert not luhn_holds(party.card)
        if party.holder_id:
            assert party.holder_id.startswith("000000")
            assert party.holder_id[-1] != id_check_digit(party.holder_id[:-1])


def test_forty_accounts_of_which_two_have_no_statement(facts: dict[str, list[dict[str, object]]]) -> None:
    accounts = facts["accounts"]
    assert len(accounts) == 40
    assert [account["key"] for account in accounts if not account["covered"]] == ["R1", "U1"]
    assert Counter(account["role"] for account in accounts)["victim"] == 3
    assert {account["tier"] for account in accounts} == {-1, 0, 1, 2, 3, 4}


def test_canonical_balances_chain_except_at_the_two_planted_gaps(facts: dict[str, list[dict[str, object]]]) -> None:
    last: dict[str, int] = {}
    breaks: list[tuple[str, int]] = []
    rows = list(csv.DictReader(io.StringIO((TRUTH / "canonical.csv").read_text(encoding="utf-8"))))
    for row in rows:
        amount = int(row["amount"].replace(".", ""))
        for side, sign in (("payer", -1), ("payee", 1)):
            text = row[f"{side}_balance_after"]
            if text:
                balance, account = int(text.replace(".", "")), row[side]
                if account in last and balance != last[account] + sign * amount:
                    breaks.append((account, balance - last[account] - sign * amount))
                last[account] = balance
    planted = [
        (gap["account"], (1 if gap["direction"] == "up" else -1) * int(str(gap["amount"]).replace(".", "")))
        for gap in facts["gaps"]
    ]
    assert sorted(breaks) == sorted(planted)


def test_any_covered_ledger_becomes_three_institutions_exports(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((TRUTH / "canonical.csv").read_text(encoding="utf-8"))))
    banks = write_dirty_statements(rows, tmp_path)
    assert len(banks) == 38
    assert len(set(banks.values())) == 3
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".csv", ".xlsx", ".zip"}
    with pytest.raises(ValueError, match="no row has a balance"):
        write_dirty_statements([{"at": "2026-03-01T10:00:00", "payer": "A", "payee": "B", "amount": "1.00"}], tmp_path)
