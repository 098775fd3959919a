"""Every rule that can refuse has words of its own, or its family's, on a page."""

from __future__ import annotations

import ast
from pathlib import Path

import fanzha
from fanzha.measures.guard import Hazard
from fanzha.web.refusal_words import BY_FAMILY, BY_RULE

SOURCE = Path(fanzha.__file__).parent
AT_THE_TERMINAL = {"session.none"}


def rules_in_the_source() -> dict[str, str]:
    found = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = (
                isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("NotAllowed", "Obstacle") and node.args
            )
            if named and isinstance(node.args[0], ast.Constant):
                found[node.args[0].value] = path.name
    return found | {hazard.value: "guard.py" for hazard in Hazard}


def test_every_rule_has_its_words() -> None:
    without = {
        rule: file
        for rule, file in rules_in_the_source().items()
        if rule not in BY_RULE and rule.split(".", 1)[0] not in BY_FAMILY and rule not in AT_THE_TERMINAL
    }
    assert not without
