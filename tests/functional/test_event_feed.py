"""A history is read in lines: neighbours of one kind by one person are one line with their count."""

from __future__ import annotations

from fanzha.casework import WorkEvent
from fanzha.casework.events import EventKind
from fanzha.web.event_feed import feed_lines

MADE, ENDED = EventKind.TASK_CREATED, EventKind.TASK_ENDED


def told(*events: tuple[EventKind, str]) -> list[WorkEvent]:
    return [WorkEvent(f"E{n}", f"TASK-{n}", kind, n, actor, "CITY") for n, (kind, actor) in enumerate(events)]


def test_three_alike_are_one_line_and_two_are_two():
    events = told((MADE, "machine"), (MADE, "machine"), (MADE, "machine"), (ENDED, "duty"), (ENDED, "duty"))
    assert [(len(line.events), line.span_us) for line in feed_lines(events)] == [(3, (0, 2)), (1, (3, 3)), (1, (4, 4))]


def test_another_person_or_kind_between_breaks_the_line():
    events = told((MADE, "machine"), (MADE, "duty"), (MADE, "machine"), (ENDED, "machine"), (MADE, "machine"))
    assert [event for line in feed_lines(events) for event in line.events] == events
    assert len(feed_lines(events)) == 5
