"""What the user or the environment decides once per start; nothing below reads the environment again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DEFAULT_HOME: Final = Path("fanzha-home")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one start."""

    home: Path  # holds the embedded data: ledger, records, reports
    database: str | None = None  # address of the records of work; None: a SQLite file of the home
    debug: bool = False  # tracebacks of unexpected errors
    home_named: bool = False  # by somebody; else it is the default


def read_settings(environ: Mapping[str, str], home: str | None = None) -> Settings:
    """Settings from the environment (FANZHA_HOME, FANZHA_DATABASE, FANZHA_DEBUG); a home given as an option wins."""
    named = home or environ.get("FANZHA_HOME")
    return Settings(
        home=Path(named or DEFAULT_HOME),
        database=environ.get("FANZHA_DATABASE") or None,
        debug=environ.get("FANZHA_DEBUG", "") not in ("", "0"),
        home_named=bool(named),
    )
