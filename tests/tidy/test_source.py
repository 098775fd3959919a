"""Rules over our own source that no linter knows: sizes, names, rooms named in the contracts."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "fanzha"
SOURCES = sorted(PACKAGE.rglob("*.py"))
FUNCTION_LINES_MAX = 70
KERNEL_LINES_MAX = 80  # a loop over arrays cannot be cut where its state would have to travel
FILE_LINES_MAX = 600
BANNED_NAME = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|process_data)(_|$)", re.IGNORECASE)
# Rooms that touch the outside world; every other room must be in the contract that forbids it.
OUTWARD = {"bootstrap", "cli", "config", "engines", "exchange", "intake", "simulation", "storage", "web"}
IMPLEMENTATIONS = {"engines", "exchange", "intake", "storage"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def rooms() -> set[str]:
    found = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} | {path.stem for path in PACKAGE.glob("*.py")}
    return found - {"__init__", "__main__"}


@pytest.fixture(scope="module")
def contracts() -> dict[str, dict]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in config["tool"]["importlinter"]["contracts"]}


def test_files_are_short_enough_to_read():
    long = {shown(path): n for path in SOURCES if (n := len(path.read_bytes().splitlines())) > FILE_LINES_MAX}
    assert not long, "is there a room inside that wants out?"


def test_functions_are_short_enough_to_explain():
    long = [
        f"{shown(path)}:{node.lineno} {node.name} has {lines} lines"
        for path in SOURCES
        for node in functions(parsed(path))
        if (lines := (node.end_lineno or 0) - node.lineno + 1)
        > (KERNEL_LINES_MAX if "kernels" in path.stem else FUNCTION_LINES_MAX)
    ]
    assert not long


def test_names_say_what_a_thing_is():
    vague = [
        f"{shown(path)}: {part}"
        for path in SOURCES
        for part in path.relative_to(PACKAGE).with_suffix("").parts
        if BANNED_NAME.search(part)
    ]
    vague += [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in ast.walk(parsed(path))
        if isinstance(node, Function | ast.ClassDef)
        and BANNED_NAME.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name))
    ]
    assert not vague


def test_kernels_are_imported_in_their_own_room_only():
    strays = []
    for path in SOURCES:
        room = path.relative_to(PACKAGE).parts[0]
        for node in ast.walk(parsed(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            strays += [
                f"{shown(path)}:{node.lineno} {name}"
                for name in names
                if re.fullmatch(r"fanzha\.(\w+)\.(\w+\.)*\w*kernels", name) and name.split(".")[1] != room
            ]
    assert not strays, "the room offers what others need by its own name"


def test_every_inward_room_is_in_the_contract_against_input_and_output(contracts):
    named = {module.removeprefix("fanzha.") for module in contracts["pure"]["source_modules"]}
    assert rooms() - OUTWARD <= named, "name the new room in pyproject.toml, contract 'pure'"


def test_every_implementation_is_in_the_contract_that_only_bootstrap_picks_it(contracts):
    named = {module.removeprefix("fanzha.") for module in contracts["implementations"]["protected_modules"]}
    assert rooms() & IMPLEMENTATIONS <= named, "name it in pyproject.toml, contract 'implementations'"
