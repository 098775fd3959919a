"""The finding on which a discipline rests, as an officer writes it: which organ, which number, which day."""

from __future__ import annotations

from datetime import date

from fanzha.core.errors import BadInput
from fanzha.measures.model import Finding


def read_finding(organ: str, number: str, found_on: str) -> Finding | None:
    """The finding; None where nothing of it is said. Raises BadInput where a part is missing, or the day is none."""
    parts = {"the organ that found it": organ, "its number": number, "its day": found_on}
    missing = [name for name, text in parts.items() if not text.strip()]
    if len(missing) == len(parts):
        return None
    if missing:
        raise BadInput(
            f"a finding is named by the organ that found it, its number and its day: {missing[0]} is missing"
        )
    try:
        return Finding(organ.strip(), number.strip(), date.fromisoformat(found_on.strip()))
    except ValueError:
        raise BadInput(f"{found_on!r} is no day of a finding: write it like 2026-11-20") from None
