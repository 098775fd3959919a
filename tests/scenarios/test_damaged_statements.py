"""A thousand damaged statement files: each gives a result or one clear sentence, and the home is never half written."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from fixtures.case40.make_case import EXAMPLE

from fanzha import bootstrap
from fanzha.cli.main import main

CANONICAL = (
    "at,payer,payee,amount,payer_balance_after,payee_balance_after\n"
    "2026-03-01T10:00:00,V1,M,300.00,,320.00\n2026-03-01T10:10:00,M,D,250.00,70.00,\n"
)
MT940 = ":20:REF\n:25:NL00\n:28C:1/1\n:60F:C260101EUR1000,00\n:61:2601020102C500,00NTRFX//B\n:86:a\n:62F:C260102EUR1500,00\n"
DONE, REFUSED, PUT_ASIDE = 0, 2, 3
QUICK, MANY = 20, 1000


def seeds() -> dict[str, bytes]:
    """The example's files and one of each other sort, by name."""
    found = {path.name: path.read_bytes() for path in sorted(EXAMPLE.rglob("*")) if path.suffix not in (".md", "")}
    found.pop("origins.csv")
    return found | {"ledger.csv": CANONICAL.encode(), "statement.sta": MT940.encode()}


def damaged(rng: random.Random, data: bytes) -> bytes:
    """Bytes changed, cut out, doubled, moved or put in; the file cut short."""
    body = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8, 40])):
        at = rng.randrange(len(body) or 1)
        to = min(len(body), at + rng.choice([1, 2, 10, 300]))
        match rng.randrange(6):
            case 0:
                body[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del body[at:to]
            case 2:
                body[at:at] = body[at:to]
            case 3:
                body[at:at] = rng.choice(
                    [b",", b"\t", b'"', b"\r\n", b"\0", b"\xff\xfe", "，".encode(), b"9" * 25, b"-"]
                )
            case 4:
                body[at:to] = rng.randbytes(to - at)
            case _:
                if rng.random() < 0.2:
                    del body[at:]
    return bytes(body)


def contents(home: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def check(rng: random.Random, name: str, data: bytes, base: Path, folder: Path) -> int:
    """Reads a damaged file into a home that holds something already; gives the exit code."""
    home = folder / "home"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, home)
    path = folder / name
    path.write_bytes(damaged(rng, data))
    code = main(["ingest", str(path), "--home", str(home)], {})
    if code == REFUSED:
        assert contents(home) == contents(base)
        return code
    assert code in (DONE, PUT_ASIDE)
    assert not bootstrap.fact_store(home).damages()
    assert main(["ledger", "check", "--home", str(home)], {}) == DONE
    return code


@pytest.mark.parametrize("count", [QUICK, pytest.param(MANY, marks=pytest.mark.slow)])
def test_damage_gives_a_result_or_a_clear_error_and_never_half_a_home(tmp_path: Path, count: int, capfd) -> None:
    base = tmp_path / "base"
    first = tmp_path / "first.csv"
    first.write_text(CANONICAL.replace("M,", "N,"), encoding="utf-8")
    assert main(["ingest", str(first), "--home", str(base)], {}) == DONE
    files = seeds()
    codes = []
    for number in range(count):
        rng = random.Random(number)
        name = sorted(files)[number % len(files)]
        capfd.readouterr()
        try:
            codes.append(check(rng, name, files[name], base, tmp_path / "try"))
        except AssertionError as error:
            raise AssertionError(f"damage {number} of {name}: {capfd.readouterr().err[-400:]}") from error
        if codes[-1] == REFUSED:
            said = capfd.readouterr().err
            assert name in said, f"damage {number} of {name}: the error does not name the file: {said[-400:]}"
    assert {DONE, REFUSED, PUT_ASIDE} == set(codes), "the damages are not of all sorts"
