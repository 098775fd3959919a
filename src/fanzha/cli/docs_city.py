"""The reference page of the made city and of the drill: what they rest on, table by table, and how like it a city comes out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fanzha.simulation.city import assumptions
from fanzha.simulation.city.build import build_city
from fanzha.simulation.city.likeness import likeness
from fanzha.simulation.interception import drill

SAYING: Final = ("source", "assumed")
SEED: Final = 1
OPENING: Final = """\
# The made city: what it rests on

`fanzha city` and `fanzha drill` make people, companies, payments and frauds (模拟) by the figures below. Each table says where
they come from; *assumed* marks figures that have no source and were chosen so that the picture is plausible. Nothing here is
a finding about real people.

"""
_COMMENT: Final = re.compile(r"^(?P<key>[a-z_]+) = .*?\s#\s(?P<text>.+)$")
_HEADING: Final = re.compile(r"^\[(?P<name>[a-z_.]+)\]")

Comments = Mapping[tuple[str, str], str]


def city_page(note: str) -> str:
    """Every assumption with its source or the word that it has none, and the small city beside them. note: stands on top."""
    parts = [
        note, OPENING, _which_is_which(), _beside(),
        _tables("## The city: `simulation/city/assumptions.toml`\n", assumptions.FILE),
        _tables("\n## The drill: `simulation/interception/assumptions.toml`\n", drill.FILE),
    ]  # fmt: skip
    return "".join(parts)


def _which_is_which() -> str:
    held = tomllib.loads(assumptions.FILE.read_text(encoding="utf-8"))
    sourced = [name for name, table in held.items() if any(key.endswith("source") for key in table)]
    alone = [f"`{name}`" for name in held if name not in sourced]
    return (
        f"**Sourced:** {', '.join(f'`{name}`' for name in sourced)} (the shares of the twelve types, the ages of victims). "
        f"**Assumed:** {', '.join(alone)}.\n\n"
    )


def _beside() -> str:
    """The statistics of the small city beside what was aimed at."""
    figures = likeness(build_city(assumptions.size_named("small"), SEED))
    rows = [
        f"| `{one.table}` | {one.name} | {_number(one.target)} | {_number(one.found)} | ± {_number(one.allowed)} |\n"
        for one in figures
    ]  # fmt: skip
    return (
        f"## The small city of seed {SEED} beside its targets\n\n"
        "A test holds every small city to the last column.\n\n"
        "| table | statistic | target | found | allowed |\n|---|---|---|---|---|\n" + "".join(rows) + "\n"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _tables(heading: str, file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    comments, held = _comments(text), tomllib.loads(text)
    return heading + "".join(_table(name, table, comments) for name, table in held.items())


def _table(name: str, table: Mapping[str, Any], comments: Comments) -> str:
    said = "".join(f"*{key.replace('_', ' ')}*: {table[key]}\n\n" for key in table if key.endswith(SAYING))
    rest = {key: value for key, value in table.items() if not key.endswith(SAYING)}
    return f"\n### {name}\n\n{said}" + "".join(_entry(name, key, value, comments) for key, value in rest.items())


def _entry(name: str, key: str, value: Any, comments: Comments) -> str:
    behind = comments.get((name, key)) or comments.get((f"{name}.{key}", ""))
    tail = f": {behind}" if behind else ""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        heads = [head for head in value[0] if not isinstance(value[0][head], dict)]
        rows = ["| " + " | ".join(_shown(one[head]) for head in heads) + " |\n" for one in value]
        return f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n" + "".join(rows) + "\n"
    if isinstance(value, dict):
        inside = ", ".join(f"{inner} {_shown(one)}" for inner, one in value.items())
        more = "".join(
            f"  - `{inner}`: {comments[f'{name}.{key}', inner]}\n"
            for inner in value
            if (f"{name}.{key}", inner) in comments
        )
        return f"- `{key}` = {inside}{tail}\n{more}"
    return f"- `{key}` = {_shown(value)}{tail}\n"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)
    return f"{value:,}" if isinstance(value, int) and value >= 10_000 else str(value)


def _comments(text: str) -> Comments:
    """The words behind each entry, by table and key; behind a table's own heading by no key."""
    found: dict[tuple[str, str], str] = {}
    name = ""
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            name = heading["name"]
            if "#" in line:
                found[name, ""] = line.partition("#")[2].strip()
        elif comment := _COMMENT.match(line):
            found[name, comment["key"]] = comment["text"]
    return found
