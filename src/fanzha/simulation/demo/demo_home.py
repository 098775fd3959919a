"""What lies in a demo's home: whether it is whole, its summary, and whether a demo may be made there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from fanzha.core.errors import BadInput, Refused

DONE: Final = "demo.json"  # there once a demo is whole
MAKE_ANEW: Final = (
    "make it anew in its place: fanzha demo --reset, with the same --home; what was done in it is gone then"
)


def demo_there(home: Path) -> dict[str, Any] | None:
    """The summary of a demo that was made before; None where there is none.

    Raises Refused where the folder holds something else, BadInput where it is none or the summary is broken.
    """
    check_place(home)
    return summary_there(home) if is_demo(home) else None


def check_place(home: Path) -> None:
    """Raises Refused where the folder holds something else than a demo, BadInput where it is none."""
    if home.exists() and not home.is_dir():
        raise BadInput(f"{home} is a file; name a folder with --home DIR")
    if home.exists() and not is_demo(home) and any(home.iterdir()):
        raise Refused(f"{home} holds something that is no demo; name another folder with --home DIR")


def is_demo(home: Path) -> bool:
    """Whether a whole demo lies in the folder."""
    return (home / DONE).exists()


def summary_there(home: Path) -> dict[str, Any]:
    """The summary of a demo's home. Raises BadInput where it is broken."""
    file = home / DONE
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found | {"city": str(found["city"]), "seed": int(found["seed"])}
    except (ValueError, KeyError, TypeError):
        raise BadInput(f"{file}: this is no summary of a demo; {MAKE_ANEW}") from None


def waiting_for(home: Path) -> str:
    """The login of the duty officer at whose desk a report waits for the visitor; empty where none does."""
    return str(summary_there(home).get("waiting_for", ""))
