"""What happened to a record, to be read: what follows one another and is of one kind stands in one line with its count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from fanzha.casework import WorkEvent

FOLDED_FROM: Final = 3  # events of a kind in a row; two are read as quickly as a line that stands for them


@dataclass(frozen=True, slots=True)
class FeedLine:
    """A line of the feed: one event, or several of one kind by one person, in the order in which they were given."""

    events: tuple[WorkEvent, ...]

    @property
    def first(self) -> WorkEvent:
        """The event that names the line's kind and person."""
        return self.events[0]

    @property
    def span_us(self) -> tuple[int, int]:
        """The earliest and the latest instant."""
        instants = [event.at_us for event in self.events]
        return min(instants), max(instants)


def feed_lines(events: Iterable[WorkEvent]) -> tuple[FeedLine, ...]:
    """The lines of a feed: neighbours of one kind by one person are folded where there are several."""
    lines: list[FeedLine] = []
    for _, group in groupby(events, key=lambda event: (event.kind, event.actor)):
        alike = tuple(group)
        lines += [FeedLine(alike)] if len(alike) >= FOLDED_FROM else [FeedLine((event,)) for event in alike]
    return tuple(lines)
