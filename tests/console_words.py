"""Every text of the console that a reader sees, found where it is written."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from jinja2 import Environment, nodes

import fanzha.web
from fanzha.web.words import in_context

WEB = Path(fanzha.web.__file__).parent


def texts_in_python() -> dict[str, str]:
    """Text → file, of every text marked by N_."""
    found = {}
    for path in sorted(WEB.rglob("*.py")):
        for _, text, _, _ in extract("python", BytesIO(path.read_bytes()), keywords={"N_": None}):
            found.setdefault(text, path.relative_to(WEB).as_posix())
    return found


def texts_in_templates() -> dict[str, str]:
    """Text → file, of every text that a template says."""
    found = {}
    environment = Environment(autoescape=True)
    for path in sorted((WEB / "templates").rglob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            named = isinstance(call.node, nodes.Name) and call.node.name == "_"
            if named and call.args and isinstance(call.args[0], nodes.Const):
                found.setdefault(
                    in_context(*(arg.value for arg in call.args), *([""] * (2 - len(call.args)))),
                    path.relative_to(WEB).as_posix(),
                )
    return found
