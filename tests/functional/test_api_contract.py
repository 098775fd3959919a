"""The JSON API against its description, at a desk with one of everything: every answer is one that the description names."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from console_day import console_of_day
from console_home import served, token_of
from console_walk import KINDS, OFFICE
from county_desk import fill
from litestar.testing import TestClient
from return_day import M, make_return_day

from fanzha.casework.public_rules import AskingLimits
from fanzha.core.time import MINUTE_US
from fanzha.web import Console, make_app

pytestmark = pytest.mark.slow
EXAMPLES = 1  # made at random, of each operation, beside those that go to the edges of every field
PREFIX = "/api/v1/"
# Who sends, and what belongs to it: together they are the whole description.
PARTS = {
    "cases": ("both", ("cases",)),
    "clues": ("both", ("clues", "reports", "facts", "tasks", "merges", "moves", "hand-overs", "series", "accounts")),
    "measures": ("both", ("measures", "appeals", "incidents", "returns", "objections")),
    "operations": ("both", ("operations", "campaigns", "results", "errands", "bulletins", "indicators")),
    "governance": ("both", ("meetings", "controls", "openings", "publicity")),
    "office": ("admin", ("bodies", "people", "links", "tokens", "webhooks", "passkeys")),
    "partner": ("clerk", ("orders", "receipts")),
}
OURS = {**OFFICE, "accounts": M}  # what of the desk an address names that `fill` does not


def test_the_parts_are_the_whole_description(tmp_path):
    with desk_with_everything(tmp_path) as (console, _), TestClient(make_app(console)) as client:
        paths = client.get("/schema/openapi.json").json()["paths"]
    there = {path.removeprefix(PREFIX).partition("/")[0] for path in paths}
    assert there == {kind for _, kinds in PARTS.values() for kind in kinds}


@pytest.mark.parametrize(
    "part", [pytest.param(name, marks=pytest.mark.xdist_group(f"contract {number % 2}")) for number, name in enumerate(PARTS)]
)  # fmt: skip
def test_every_answer_is_one_that_the_description_names(tmp_path, part):
    login, kinds = PARTS[part]
    with desk_with_everything(tmp_path) as (console, ids), served(console) as address:
        settings = tmp_path / "schemathesis.toml"
        settings.write_text(settings_of(kinds, ids), encoding="utf-8")
        words = [
            "--config-file", str(settings), "run", f"{address}/schema/openapi.json", "--wait-for-schema", "30",
            "--checks", "all", "--max-examples", str(EXAMPLES), "--phases", "coverage,fuzzing",
            "--include-path-regex", f"^{PREFIX}({'|'.join(map(re.escape, kinds))})(/|$)", "--generation-deterministic",
            "--warnings", "off", "--no-color", "--header", f"Authorization: Bearer {token_of(login)}",
        ]  # fmt: skip
        program = "from schemathesis.cli import schemathesis; schemathesis()"
        run = subprocess.run(
            [sys.executable, "-P", "-c", program, *words], capture_output=True, text=True, cwd=tmp_path, check=False
        )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]


@contextmanager
def desk_with_everything(folder: Path) -> Iterator[tuple[Console, Mapping[str, str]]]:
    """The console of a desk with one of everything, its programs as patient as only a test needs; and the ids."""
    day = make_return_day("memory", folder)
    ids, console = fill(day), console_of_day(day)
    rules = console.desk.rules
    often = replace(rules.public, programs=AskingLimits(MINUTE_US, 10**9, 10**9))
    yield replace(console, desk=replace(console.desk, rules=replace(rules, public=often))), ids
    day.desk.store.close()


def settings_of(kinds: tuple[str, ...], ids: Mapping[str, str]) -> str:
    """Addresses name the desk's own records, so that more is tried than what happens to what is not there."""
    lines = ["[phases.coverage]", 'unexpected-methods = ["delete", "patch"]']
    for kind in kinds:
        name = "number" if kind == "accounts" else "record_id"
        value = OURS.get(kind) or ids.get(KINDS.get(kind, ""))
        if value:
            lines += [
                "[[operations]]",
                f'include-path-regex = "^{PREFIX}{kind}/"',
                f'parameters = {{ "path.{name}" = "{value}" }}',
            ]
    return "\n".join(lines) + "\n"
