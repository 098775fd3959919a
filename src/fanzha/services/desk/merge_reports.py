"""Two reports that are one matter: the younger rests and points to the older, until the merge is undone."""

from __future__ import annotations

from dataclasses import replace

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, Clue, Fact, Merge, MergedKind, Report
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import keep_case, keep_clue, tell
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_case import bring_clues


def merge_reports(desk: Desk, actor: Actor, kept_id: str, absorbed_id: str, reason: str) -> Merge:
    """Merges the younger report into the older; nothing is copied. Raises NotAllowed where they cannot be one."""
    with acting(desk, actor, "record.merge", Subject("report", absorbed_id)) as work:
        kept = work.load(Report, kept_id, Action.CASE_OPEN)
        absorbed = work.load(Report, absorbed_id, Action.CASE_OPEN)
        absorbed, merge, events = casework.merge_reports(kept, absorbed, reason, actor, work.now_us, work.ids)
        work.unit.records(Report).save(absorbed)
        tell(work, events, "report")
        if kept.case:
            bring_clues(work, absorbed, work.unit.records(Case).get(kept.case))
        return work.unit.records(Merge).add(merge)


def merge_clues(desk: Desk, actor: Actor, kept_id: str, absorbed_id: str, reason: str) -> Merge:
    """Merges the younger clue into the older, with its reports, claims and facts; the older one's clock runs for both."""
    with acting(desk, actor, "record.merge", Subject("clue", absorbed_id)) as work:
        kept = work.load(Clue, kept_id, Action.CLUE_WORK)
        absorbed = work.load(Clue, absorbed_id, Action.CLUE_WORK)
        kept, absorbed, merge, events = casework.merge_clues(kept, absorbed, reason, actor, work.now_us, work.ids)
        keep_clue(work, kept, ())
        keep_clue(work, absorbed, events)
        _give_facts(work, merge, kept.id)
        return work.unit.records(Merge).add(merge)


def undo_merge(desk: Desk, actor: Actor, merge_id: str) -> Merge:
    """Takes two reports or two clues apart again; each has what was its own."""
    with acting(desk, actor, "record.unmerge", Subject("merge", merge_id)) as work:
        merge = work.load(Merge, merge_id, Action.SEE)
        return _apart_reports(work, merge) if merge.kind is MergedKind.REPORT else _apart_clues(work, merge)


def _apart_reports(work: Work, merge: Merge) -> Merge:
    absorbed = work.load(Report, merge.absorbed, Action.CASE_OPEN)
    absorbed, undone, events = casework.unmerge_reports(merge, absorbed, work.actor, work.now_us, work.ids)
    absorbed = work.unit.records(Report).save(absorbed)
    tell(work, events, "report")
    _keep_in_case(work, merge, absorbed)
    return work.unit.records(Merge).save(undone)


def _keep_in_case(work: Work, merge: Merge, absorbed: Report) -> None:
    """A report whose clues came into the case with the other's is a report of that case from now on; a split parts them."""
    kept = work.unit.records(Report).get(merge.kept)
    if not kept.case or absorbed.case:
        return
    clues = every(work.unit.records(Clue), Query(mentions={"report": absorbed.id}))
    if any(clue.case == kept.case for clue in clues):
        case, placed, events = casework.add_report(
            work.unit.records(Case).get(kept.case), absorbed, work.actor, work.now_us, work.ids
        )
        work.unit.records(Report).save(placed)
        keep_case(work, case, events)


def _apart_clues(work: Work, merge: Merge) -> Merge:
    kept = work.load(Clue, merge.kept, Action.CLUE_WORK)
    absorbed = work.load(Clue, merge.absorbed, Action.CLUE_WORK)
    before = kept.stage
    kept, absorbed, undone, events = casework.unmerge_clues(merge, kept, absorbed, work.actor, work.now_us, work.ids)
    its_own = tuple(event for event in events if event.record == kept.id and kept.stage is not before)
    keep_clue(work, kept, its_own)  # back in the queue, it is to be taken by the night; what waited there waits on
    keep_clue(work, absorbed, tuple(event for event in events if event not in its_own))
    _give_facts(work, merge, absorbed.id)
    return work.unit.records(Merge).save(undone)


def _give_facts(work: Work, merge: Merge, clue: str) -> None:
    for fact in work.unit.records(Fact).get_many(merge.moved_facts):
        work.unit.records(Fact).save(replace(fact, clue=clue))
