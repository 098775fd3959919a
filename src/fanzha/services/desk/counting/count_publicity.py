"""What publicity adds to figures: events, materials, messages, volunteers, communities, people reached as counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fanzha.casework.publicity import COUNTS_AS, REACHED, PublicityEntry
from fanzha.ports.record_query import Query, Range
from fanzha.services.desk.counting.entries import Counting, Entry, Parts
from fanzha.services.desk.listing import every

NEEDS: Final = "publicity"
MEASURES: Final = (*COUNTS_AS.values(), REACHED)


def count_publicity(counting: Counting) -> Iterator[Entry]:
    """The entries of what was done in the span and counted at its instant; a community counts from its recognition."""
    span = counting.span
    done = Range(None, min(span.until_us, span.as_of_us + 1))
    wanted = Query(within={"organisation": span.bodies}, ranges={"at_us": done}, order_by="at_us")
    for entry in every(counting.look.unit.records(PublicityEntry), wanted):
        place = entry.draft.jurisdiction
        counted_us = entry.counted_us(span.as_of_us)
        if not span.covers(place) or not span.holds(counted_us):
            continue
        parts = Parts(entry.organisation, place, entry.draft.class_slug)
        yield Entry(COUNTS_AS[entry.draft.kind], entry.id, parts, entry.draft.quantity)
        if entry.draft.reached is not None:
            yield Entry(REACHED, entry.id, parts, entry.draft.reached)
