"""What is going on about a number that whoever uses it must not hear of, at whatever body."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from fanzha.casework import OPEN_STAGES, Case, Clue, Fact, Report
from fanzha.measures.lifecycle import ENDED
from fanzha.measures.model import Measure, effective_status
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.listing import every
from fanzha.tracing.runs import TraceRun

A_MEASURE: Final = "a measure, drafted or in force"
A_CLUE: Final = "a clue that is still checked"
A_CASE: Final = "an open case"


def what_is_live(view: WorkView, numbers: Collection[str], now_us: int) -> tuple[str, ...]:
    """In general words: a query, stop or other measure, a clue under check, an open case; empty where nothing is.

    numbers: the number in every way in which a record may write it. Which record it is, and whose, is not said.
    """
    wanted = sorted({number for number in numbers if number})
    if not wanted:
        return ()
    found = []
    measures = every(view.records(Measure), Query(within={"account": wanted}))
    if any(effective_status(measure, now_us) not in ENDED for measure in measures):
        found.append(A_MEASURE)
    clues = tuple(every(view.records(Clue), Query(within={"subject": wanted})))
    if any(clue.stage in OPEN_STAGES and not clue.merged_into for clue in clues):
        found.append(A_CLUE)
    if any(_is_open(view, case) for case in set(_cases(view, wanted, clues))):
        found.append(A_CASE)
    return tuple(found)


def _cases(view: WorkView, numbers: Collection[str], clues: Collection[Clue]) -> Iterator[str]:
    """The cases in which a record names the number, or in which traced money went through it."""
    yield from (clue.case for clue in clues)
    facts = tuple(every(view.records(Fact), Query(within={"account": numbers})))
    yield from (clue.case for clue in view.records(Clue).get_many(sorted({fact.clue for fact in facts})))
    kinds: tuple[type[Any], ...] = (Report, TraceRun)
    for kind in kinds:
        for number in numbers:
            yield from (record.case for record in every(view.records(kind), Query(mentions={"account": number})))


def _is_open(view: WorkView, case_id: str) -> bool:
    """Whether work goes on in the case, or in the one that it was merged into."""
    seen: set[str] = set()
    while case_id and case_id not in seen:
        seen.add(case_id)
        case = next(iter(view.records(Case).get_many((case_id,))), None)
        if case is None:
            return False
        if case.is_open:
            return True
        case_id = case.merged_into
    return False
