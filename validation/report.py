"""Tables of measured figures, printed for people or as one JSON document."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `note` says what its figures mean."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(slots=True)
class Report:
    """What one validation measured, in the order in which it is read."""

    name: str
    tables: list[Table] = field(default_factory=list)

    def add(self, key: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], note: str = "") -> None:
        """One more table."""
        self.tables.append(Table(key, title, tuple(columns), tuple(tuple(row) for row in rows), note))

    def figures(self, key: str, title: str, figures: Sequence[tuple[str, Cell]], note: str = "") -> None:
        """One more table of names and values."""
        self.add(key, title, ("figure", "value"), figures, note)

    def table(self, key: str) -> list[dict[str, Cell]]:
        """The rows of one table by column, for tests."""
        found = next(table for table in self.tables if table.key == key)
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]

    def document(self) -> dict[str, Any]:
        """The same tables as one JSON document."""
        return {
            "validation": self.name,
            "tables": {t.key: {"title": t.title, "note": t.note, "rows": self.table(t.key)} for t in self.tables},
        }

    def text(self) -> str:
        """The tables in Markdown."""
        parts = [f"# {self.name}"]
        for table in self.tables:
            head = [" | ".join(table.columns), " | ".join("---" for _ in table.columns)]
            body = [" | ".join(shown(cell) for cell in row) for row in table.rows]
            lines = "\n".join(f"| {line} |" for line in [*head, *body])
            parts.append(f"## {table.title}\n\n{lines}" + (f"\n\n{table.note}" if table.note else ""))
        return "\n\n".join(parts) + "\n"


def shown(cell: Cell) -> str:
    """A cell as people read it."""
    if cell is None:
        return "unknown"
    if isinstance(cell, int):
        return f"{cell:,}"
    return f"{cell:.4g}" if isinstance(cell, float) else cell


def run_validation(measure: Callable[[Path], Report], about: str, arguments: Sequence[str] | None = None) -> int:
    """The command line that every validation has: `--data DIR [--json]`; gives the exit code."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    chosen = parser.parse_args(arguments)
    if not chosen.data.is_dir():
        sys.stderr.write(f"{chosen.data} is no folder; --data names where the data set lies\n")
        return 2
    report = measure(chosen.data)
    sys.stdout.write(json.dumps(report.document(), ensure_ascii=False) + "\n" if chosen.json else report.text())
    return 0
