"""The list behind a number: every record that it counts, as of its time, a page of them at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from fanzha.core.errors import BadInput
from fanzha.statistics import Period
from fanzha.web.answers import Page
from fanzha.web.asking import Ask

ROWS: Final = 500
# Where a record of that id is read; of a capture point, or a record that has no page, the id alone is shown.
PLACES: Final[Mapping[str, str]] = {
    "report": "reports", "case": "cases", "clue": "clues", "meas": "measures", "result": "results", "op": "operations",
    "errand": "errands", "pub": "publicity",
}  # fmt: skip


def counted_at(address: str, as_of_us: int, **asked: str) -> str:
    """The address of the list behind a number that was counted at an instant; what is empty is not asked."""
    return f"{address}?{urlencode({name: one for name, one in asked.items() if one} | {'at': str(as_of_us)})}"


def days(period: Period) -> str:
    """The period as an address says it, whatever today is."""
    return f"{period.first}..{period.last}"


def record_list(
    ask: Ask, name: str, value: str, ids: Collection[str], *, as_of_us: int, back: str, counts: str = "", group: str = "",
    notes: Sequence[str] = (), warning: str = "",
) -> Page:  # fmt: skip
    """The page of the records that a number counts, each once. Raises BadInput for a part of the list that is not there."""
    ordered = sorted(set(ids))
    start = ask.query.get("row", "0")
    if not (start.isascii() and start.isdigit()) or (int(start) >= len(ordered) and ordered):
        raise BadInput(f"row={start!r}: the list has {len(ordered)} records")
    first = int(start)
    shown = [(one, PLACES.get(one.partition("-")[0].lower(), "")) for one in ordered[first : first + ROWS]]
    further = {**ask.query, "row": str(first + ROWS)}
    return Page("figure_records.html", {
        "name": name, "value": value, "shown": shown, "count": len(ordered), "first": first, "counts": counts,
        "as_of_us": as_of_us, "group": group, "notes": notes, "warning": warning, "back": back,
        "more": f"{ask.address}?{urlencode(further)}" if first + ROWS < len(ordered) else "",
    })  # fmt: skip
