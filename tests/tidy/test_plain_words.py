"""No sentence that somebody reads prints the value of a state, kind or answer: each is named by a table of words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tidy.test_source import PACKAGE, parsed, shown

ROOMS = ("access", "casework", "cli", "measures", "services/desk")
SPOKEN = [path for room in ROOMS for path in sorted((PACKAGE / room).rglob("*.py"))]
# What holds a value of one of our enums, by the name that it goes by everywhere.
CODES = {"event", "kind", "outcome", "stage", "status", "step", "value", "verb"}
ECHO = ord("r")  # !r: what somebody typed is said back to him
PROSE = re.compile(r"[a-z’',;:)] [a-z]|[a-z]: |, ")


def sentences(path: Path) -> Iterator[ast.JoinedStr]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.JoinedStr):
            said = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
            if PROSE.search(said):
                yield node


def coded(node: ast.expr) -> bool:
    """Whether the value itself is printed, not a word for it."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name in CODES
        case ast.Call(func=ast.Attribute(value=inner, attr="replace" | "lower" | "strip")):
            return coded(inner)
    return False


def test_the_rooms_that_speak_are_there():
    assert all((PACKAGE / room).is_dir() for room in ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_no_sentence_prints_a_code(room):
    found = [
        f"{shown(path)}:{node.lineno}: {ast.unparse(part.value)} in {ast.unparse(node)}"
        for path in SPOKEN
        if path.is_relative_to(PACKAGE / room)
        for node in sentences(path)
        for part in node.values
        if isinstance(part, ast.FormattedValue) and part.conversion != ECHO and coded(part.value)
    ]
    assert not found, "say it by core/actor_words.py, access/words.py, casework/words.py or measures/words.py"
