"""When records were last changed, by the audit: looks, reveals and refusals change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fanzha.audit import Outcome
from fanzha.ports.work_store import WorkView

_LOOKS: Final = frozenset({"see", "reveal", "list", "search", "export"})
_EVENTS_MAX: Final = 20  # of a record, newest first; older ones than so many looks are not gone through


def last_changes(view: WorkView, record_ids: Iterable[str]) -> dict[str, int]:
    """Record → the instant of the last deed that the audit tells of; a record that it does not tell of is left out."""
    found = {}
    for record_id in record_ids:
        for event in view.audit.about(subject_id=record_id, limit=_EVENTS_MAX):
            if event.outcome is Outcome.DONE and event.action.rpartition(".")[2] not in _LOOKS:
                found[record_id] = event.at_us
                break
    return found
