"""How many clues were followed through in time: counted from events alone, naming every clue that broke the figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from fanzha.casework.clock import ran_between
from fanzha.casework.events import EventKind, WorkEvent
from fanzha.casework.model import Pause
from fanzha.casework.quick_check import DISMISSED_PAUSE
from fanzha.casework.rules import CaseworkRules, NightRules
from fanzha.core.time import DAY_US, SHANGHAI_OFFSET_US


@dataclass(frozen=True, slots=True)
class BrokenClue:
    """A clue that was not followed through in time; `why` is late, open or merged_late."""

    clue: str
    officer: str  # who had it last; empty: nobody
    elapsed_us: int
    why: str


@dataclass(frozen=True, slots=True)
class QuickCheckFigure:
    """The figure of a period with everything that it counts; `within + len(broke)` is its denominator."""

    from_us: int
    until_us: int
    as_of_us: int
    within: tuple[str, ...]
    broke: tuple[BrokenClue, ...]
    pending: tuple[str, ...]  # not followed through yet, and still in time: counted when they are decided
    merged: tuple[str, ...]  # duplicates of older clues: these are counted there
    left_overnight: tuple[str, ...]  # in the queue at night for longer than the table allows
    target_percent: int

    @property
    def counted(self) -> int:
        """The denominator."""
        return len(self.within) + len(self.broke)

    @property
    def share_basis_points(self) -> int | None:
        """Share in time, in hundredths of a percent, rounded down; None where nothing is counted yet."""
        return len(self.within) * 10_000 // self.counted if self.counted else None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where nothing is counted yet."""
        return len(self.within) * 100 >= self.target_percent * self.counted if self.counted else None


@dataclass(slots=True)
class _Course:
    """A clue's course as its events tell it."""

    clue: str
    received_us: int | None = None
    officer: str = ""
    acted: bool = False
    done_us: int | None = None
    merged_us: int | None = None
    pauses: list[Pause] = field(default_factory=list)
    waited: list[tuple[int, int]] = field(default_factory=list)
    waits_since_us: int | None = None


def quick_check_figure(
    events: Iterable[WorkEvent], rules: CaseworkRules, from_us: int, until_us: int, as_of_us: int
) -> QuickCheckFigure:
    """The figure over the clues received in [from, until), as it stood at `as_of_us`; later events are not looked at."""
    courses = [
        course
        for course in _courses(event for event in events if event.at_us <= as_of_us)
        if course.received_us is not None and from_us <= course.received_us < until_us
    ]
    within, broke, pending, merged = [], [], [], []
    for course in courses:
        assert course.received_us is not None
        ends = [at for at in (course.done_us, course.merged_us) if at is not None]
        ran_us = ran_between(course.received_us, min(ends, default=as_of_us), tuple(course.pauses))
        late = ran_us > rules.clock.limit_us
        if late:
            why = "late" if course.done_us is not None else "merged_late" if course.merged_us is not None else "open"
            broke.append(BrokenClue(course.clue, course.officer, ran_us, why))
        elif course.merged_us is not None:
            merged.append(course.clue)
        elif course.done_us is not None:
            within.append(course.clue)
        else:
            pending.append(course.clue)
    overnight = [course.clue for course in courses if _left_overnight(course, rules.night, as_of_us)]
    return QuickCheckFigure(
        from_us, until_us, as_of_us, tuple(within), tuple(broke), tuple(pending), tuple(merged), tuple(overnight),
        rules.clock.target_percent,
    )  # fmt: skip


def _courses(events: Iterable[WorkEvent]) -> Sequence[_Course]:
    courses: dict[str, _Course] = {}
    for event in sorted(events, key=lambda event: event.at_us):  # stable: what came at one instant keeps its order
        if event.kind in _COURSE_EVENTS:
            _follow(courses.setdefault(event.record, _Course(event.record)), event)
    return tuple(courses.values())


_COURSE_EVENTS: Final = frozenset(
    {
        EventKind.CLUE_RECEIVED,
        EventKind.CLUE_ASSIGNED,
        EventKind.CLUE_ROUTED,
        EventKind.CLUE_PAUSED,
        EventKind.CLUE_RESUMED,
        EventKind.CLUE_ACTED,
        EventKind.CLUE_DISMISSED,
        EventKind.CLUE_REOPENED,
        EventKind.MERGED,
        EventKind.UNMERGED,
    }
)


def _follow(course: _Course, event: WorkEvent) -> None:
    """Take one event into the course, by the same rules as the verbs."""
    at_us = event.at_us
    match event.kind:
        case EventKind.CLUE_RECEIVED:
            course.received_us = course.waits_since_us = at_us
        case EventKind.CLUE_ASSIGNED:
            course.officer = event.detail("officer")
            _end_wait(course, at_us)
        case EventKind.CLUE_ROUTED:
            course.officer = ""
            course.waits_since_us = at_us
            _resume(course, at_us)
        case EventKind.CLUE_PAUSED:
            ends_us = int(event.detail("ends_at_us"))
            course.pauses.append(Pause(event.detail("reason"), at_us, ends_us, None, event.actor))
        case EventKind.CLUE_RESUMED:
            _resume(course, at_us)
        case EventKind.CLUE_ACTED | EventKind.CLUE_DISMISSED:
            course.acted = course.acted or event.kind is EventKind.CLUE_ACTED
            course.done_us = at_us if course.done_us is None else course.done_us
            _end_wait(course, at_us)  # of one that was dropped with its report before anybody had it
        case EventKind.CLUE_REOPENED:
            course.officer = event.detail("officer")
            course.waits_since_us = None if course.officer else at_us
            if course.done_us is not None and not course.acted:
                course.pauses.append(Pause(DISMISSED_PAUSE, course.done_us, at_us, at_us, event.actor))
                course.done_us = None
        case EventKind.MERGED if event.detail("into"):
            course.merged_us = at_us
            _end_wait(course, at_us)
        case EventKind.UNMERGED if event.detail("left"):
            course.merged_us = None
            course.waits_since_us = None if course.officer else at_us
        case _:
            pass


def _resume(course: _Course, at_us: int) -> None:
    if course.pauses and course.pauses[-1].until_us > at_us:
        last = course.pauses[-1]
        course.pauses[-1] = Pause(last.reason, last.from_us, last.ends_at_us, at_us, last.by)


def _end_wait(course: _Course, at_us: int) -> None:
    if course.waits_since_us is not None:
        course.waited.append((course.waits_since_us, at_us))
    course.waits_since_us = None


def _left_overnight(course: _Course, night: NightRules, as_of_us: int) -> bool:
    open_wait = [] if course.waits_since_us is None else [(course.waits_since_us, as_of_us)]
    return any(night_part_us(night, start, end) > night.unassigned_max_us for start, end in course.waited + open_wait)


def night_part_us(night: NightRules, start_us: int, end_us: int) -> int:
    """The longest part of [start, end) that lies in one night."""
    length_us = (night.until_us - night.from_us) % DAY_US
    first = (start_us + SHANGHAI_OFFSET_US) // DAY_US - 1
    last = (end_us + SHANGHAI_OFFSET_US) // DAY_US
    # After three days at the latest a whole night has been passed; more need not be looked at.
    longest = 0
    for day in range(first, min(last, first + 3) + 1):
        begins = day * DAY_US - SHANGHAI_OFFSET_US + night.from_us
        longest = max(longest, min(end_us, begins + length_us) - max(start_us, begins))
    return longest
