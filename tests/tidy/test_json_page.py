"""The page of JSON documents names every field that the desk's documents have."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
TAKEN_IN = {"report_form.py"}  # reads documents; its fields are those of a report
DOCUMENTS = sorted((ROOT / "src/fanzha/services/desk/documents").glob("*.py"))


def fields(path: Path) -> set[str]:
    """The keys of every dictionary that is written out in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    keys = (key for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys)
    return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if path.name not in TAKEN_IN], ids=lambda path: path.stem)
def test_every_field_is_on_the_page(path):
    assert {name for name in fields(path) if f'"{name}"' not in PAGE} == set()
