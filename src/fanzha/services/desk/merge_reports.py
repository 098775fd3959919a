"""Two reports that are one matter: the younger rests and points to the older, until the merge is undone."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Clue, Merge, MergedKind, Report
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import keep_clue, tell
from fanzha.services.desk.model import Desk


def merge_reports(desk: Desk, actor: Actor, kept_id: str, absorbed_id: str, reason: str) -> Merge:
    """Merges the younger report into the older; nothing is copied. Raises NotAllowed where they cannot be one."""
    with acting(desk, actor, "record.merge", Subject("report", absorbed_id)) as work:
        kept = work.load(Report, kept_id, Action.CASE_OPEN)
        absorbed = work.load(Report, absorbed_id, Action.CASE_OPEN)
        absorbed, merge, events = casework.merge_reports(kept, absorbed, reason, actor, work.now_us, work.ids)
        work.unit.records(Report).save(absorbed)
        tell(work, events, "report")
        return work.unit.records(Merge).add(merge)


def merge_clues(desk: Desk, actor: Actor, kept_id: str, absorbed_id: str, reason: str) -> Merge:
    """Merges the younger clue into the older, with its reports and claims; the older one's clock runs for both."""
    with acting(desk, actor, "record.merge", Subject("clue", absorbed_id)) as work:
        kept = work.load(Clue, kept_id, Action.CLUE_WORK)
        absorbed = work.load(Clue, absorbed_id, Action.CLUE_WORK)
        kept, absorbed, merge, events = casework.merge_clues(kept, absorbed, reason, actor, work.now_us, work.ids)
        keep_clue(work, kept, ())
        keep_clue(work, absorbed, events)
        return work.unit.records(Merge).add(merge)


def undo_merge(desk: Desk, actor: Actor, merge_id: str) -> Merge:
    """Takes two reports or two clues apart again; each has what was its own."""
    with acting(desk, actor, "record.unmerge", Subject("merge", merge_id)) as work:
        merge = work.load(Merge, merge_id, Action.SEE)
        return _apart_reports(work, merge) if merge.kind is MergedKind.REPORT else _apart_clues(work, merge)


def _apart_reports(work: Work, merge: Merge) -> Merge:
    absorbed = work.load(Report, merge.absorbed, Action.CASE_OPEN)
    absorbed, undone, events = casework.unmerge_reports(merge, absorbed, work.actor, work.now_us, work.ids)
    work.unit.records(Report).save(absorbed)
    tell(work, events, "report")
    return work.unit.records(Merge).save(undone)


def _apart_clues(work: Work, merge: Merge) -> Merge:
    kept = work.load(Clue, merge.kept, Action.CLUE_WORK)
    absorbed = work.load(Clue, merge.absorbed, Action.CLUE_WORK)
    kept, absorbed, undone, events = casework.unmerge_clues(merge, kept, absorbed, work.actor, work.now_us, work.ids)
    keep_clue(work, kept, ())
    keep_clue(work, absorbed, events)
    return work.unit.records(Merge).save(undone)
