"""What clues add to figures: how many were followed through, and how many of them within the time of their clock."""

from __future__ import annotations

from collections.abc import Iterator

from fanzha import casework
from fanzha.casework import Clue, EventKind, WorkEvent
from fanzha.ports.record_query import Query
from fanzha.services.desk.counting.entries import Counting, Entry, Parts, class_of
from fanzha.services.desk.listing import every

MEASURES = ("clues_worked", "clues_within_3h")
_TOLD = tuple(kind.value for kind in EventKind if kind.partition(".")[0] in {"clue", "record"})
_LATE = "late"


def count_clues(counting: Counting) -> Iterator[Entry]:
    """The entries of the clues received during the span, by their events alone."""
    span, unit = counting.span, counting.look.unit
    for rows in span.pages(unit.records(Clue), "received_at_us"):
        clues = {clue.id: clue for clue in rows if span.covers(clue.jurisdiction)}
        cases = counting.cases(clue.case for clue in clues.values())
        told = Query(within={"record": tuple(clues), "kind": _TOLD}, order_by="at_us")
        events = every(unit.records(WorkEvent), told) if clues else iter(())
        figure = casework.quick_check_figure(
            events, counting.look.rules.casework, span.from_us, span.until_us, span.as_of_us
        )
        late = {broken.clue: broken.why for broken in figure.broke}
        for one in (*figure.within, *late):
            clue = clues[one]
            parts = Parts(clue.organisation, clue.jurisdiction, class_of(cases.get(clue.case), span.as_of_us))
            in_time = one not in late
            yield Entry("clues_within_3h", one, parts, int(in_time), weight=1)
            if in_time or late[one] == _LATE:
                yield Entry("clues_worked", one, parts)
