"""What the user or the environment decides once per start; nothing below reads the environment again."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DEFAULT_HOME: Final = Path("fanzha-home")
NUMERIC_ROOMS: Final = ("ledger", "tracing")  # where kernels live


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one start."""

    home: Path  # holds the embedded data: ledger, records, reports
    debug: bool = False  # tracebacks of unexpected errors


def read_settings(environ: Mapping[str, str], home: str | None = None) -> Settings:
    """Settings from the environment (FANZHA_HOME, FANZHA_DEBUG); a home given as an option wins."""
    return Settings(
        home=Path(home or environ.get("FANZHA_HOME") or DEFAULT_HOME),
        debug=environ.get("FANZHA_DEBUG", "") not in ("", "0"),
    )


def point_kernel_cache(environ: MutableMapping[str, str]) -> None:
    """Keep compiled kernels apart by the sources they were compiled from.

    numba notices a changed file but not a changed function that another file inlines: after an upgrade it could run the old
    code on the new layout. One folder per state of the sources leaves nothing stale. A folder that the user chose stays.
    """
    if "NUMBA_CACHE_DIR" in environ:
        return
    package = Path(__file__).parent
    state = hashlib.sha256(sys.version.encode())
    for room in NUMERIC_ROOMS:
        for source in sorted((package / room).rglob("*.py")):
            text = source.read_bytes()
            if b"njit" in text:
                state.update(text)
    environ["NUMBA_CACHE_DIR"] = str(Path(sys.prefix) / "kernels" / state.hexdigest()[:16])
