"""What the dated tables of casework have in common: parts with a source and a certainty, and rows with a slug and two names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fanzha.core.errors import BadInput

CERTAINTIES: Final = ("primary", "secondary", "unsure")


def wrong(file: str, place: str, message: str) -> BadInput:
    """The error that says where in which table what is wrong."""
    return BadInput(f"{file}: {place}: {message}")


def part_of(file: str, table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of the table. Raises BadInput where it is not there, or does not say where it is from and how sure that is."""
    found = table.get(name)
    if not isinstance(found, Mapping):
        raise wrong(file, name, "not there")
    if not found.get("source") or found.get("certainty") not in CERTAINTIES:
        raise wrong(file, name, f"needs a source and a certainty ({', '.join(CERTAINTIES)})")
    return found


def rows_of(file: str, table: Mapping[str, Any], part: str, name: str) -> Iterator[Mapping[str, Any]]:
    """The rows of a part, at least one. Raises BadInput where one lacks its slug or a name, or a slug stands there twice."""
    seen: set[str] = set()
    for at, row in enumerate(part_of(file, table, part).get(name, ()), 1):
        place = f"{part}.{name}[{at}]"
        for needed in ("slug", "zh", "en"):
            if not isinstance(row.get(needed), str) or not row[needed]:
                raise wrong(file, place, f"needs {needed}")
        if row["slug"] in seen:
            raise wrong(file, place, f"{row['slug']} stands there twice")
        seen.add(row["slug"])
        yield row
    if not seen:
        raise wrong(file, part, f"has no {name}")
