"""并案 and 分案: two cases become one, or one becomes two; the move is recorded whole and goes back whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fanzha.casework.case_model import Case, CaseMove, MoveKind, Task
from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.model import Report
from fanzha.casework.policy import check_case_work, check_person, check_reason, check_same_body, why_not
from fanzha.casework.words import in_words
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids


@dataclass(frozen=True, slots=True)
class Moved:
    """Everything that a merge, a split or the undoing of one changed; all of it is to be saved together."""

    source: Case
    target: Case
    move: CaseMove
    reports: tuple[Report, ...]
    tasks: tuple[Task, ...]
    events: Events


def check_can_merge_cases(kept: Case, absorbed: Case, actor: Actor) -> None:
    """An officer of the body that owns both; a filed case does not vanish into one that is not filed."""
    check_person(actor, "merging cases")
    if kept.id == absorbed.id:
        raise NotAllowed("merge.itself", f"{kept.id} cannot be merged with itself")
    for case in (kept, absorbed):
        check_case_work(case, actor)
        if not case.is_open:
            raise NotAllowed(
                "merge.closed",
                f"{case.id} is {in_words(case.status)}; only open cases are merged: "
                "reopen it first, or link the two in a series (串案)",
            )
    if absorbed.filing is not None and kept.filing is None:
        raise NotAllowed(
            "merge.filing",
            f"{absorbed.id} is filed ({absorbed.filing.number}), {kept.id} is not; merge the other way round",
        )


def can_merge_cases(kept: Case, absorbed: Case, actor: Actor) -> str:
    """The reason why not; empty where the two may be merged."""
    return why_not(lambda: check_can_merge_cases(kept, absorbed, actor))


def merge_cases(
    kept: Case,
    absorbed: Case,
    reports: Sequence[Report],
    tasks: Sequence[Task],
    reason: str,
    actor: Actor,
    now_us: int,
    ids: Ids,
) -> Moved:
    """并案: the absorbed case's reports, tasks and officers go to the kept one; its own papers, comments and files stay.

    `reports` and `tasks` are the absorbed case's. Measures and finished returns go too; they are another room's, and the
    move only names them.
    """
    check_can_merge_cases(kept, absorbed, actor)
    check_reason(reason, f"merging {absorbed.id}")
    _check_whole(absorbed.reports, reports, absorbed)
    joining = tuple(
        one for one in (absorbed.officer, *absorbed.officers) if one != kept.officer and one not in kept.officers
    )
    move = CaseMove(
        ids.new("MOVE"), 0, kept.organisation, MoveKind.MERGE, absorbed.id, kept.id, reason, actor.id, now_us,
        absorbed.reports, joining, tuple(task.id for task in tasks),
    )  # fmt: skip
    return Moved(
        replace(absorbed, reports=(), merged_into=kept.id),
        replace(kept, reports=kept.reports + absorbed.reports, officers=kept.officers + joining),
        move,
        tuple(replace(report, case=kept.id) for report in reports),
        tuple(replace(task, case=kept.id) for task in tasks),
        _events(EventKind.MERGED, move, actor, now_us, ids),
    )


def split_case(
    case: Case,
    reports: Sequence[Report],
    tasks: Sequence[Task],
    title: str,
    reason: str,
    actor: Actor,
    now_us: int,
    ids: Ids,
) -> Moved:
    """分案: the given reports and tasks become a case of their own, at the same step and under the same papers.

    Raises NotAllowed when nothing would stay, BadInput when a report is not in the case.
    """
    check_case_work(case, actor)
    check_person(actor, "splitting a case")
    check_reason(reason, f"splitting {case.id}")
    leaving = tuple(report.id for report in reports)
    if not leaving or set(leaving) >= set(case.reports):
        raise NotAllowed(
            "split.whole", f"of {case.id}'s {len(case.reports)} reports some must leave and some must stay"
        )
    _check_belong(case.reports, leaving, case)
    part = replace(
        case, id=ids.new("CASE"), version=0, title=title, reports=leaving, opened_by=actor.id,
        comments=(), files=(), struck=(), series=(),
    )  # fmt: skip
    move = CaseMove(
        ids.new("MOVE"), 0, case.organisation, MoveKind.SPLIT, case.id, part.id, reason, actor.id, now_us,
        leaving, (), tuple(task.id for task in tasks),
    )  # fmt: skip
    return Moved(
        replace(case, reports=tuple(report for report in case.reports if report not in leaving)),
        part,
        move,
        tuple(replace(report, case=part.id) for report in reports),
        tuple(replace(task, case=part.id) for task in tasks),
        _events(EventKind.CASE_SPLIT, move, actor, now_us, ids),
    )


def undo_move(
    move: CaseMove,
    source: Case,
    target: Case,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    reports: Sequence[Report],
    tasks: Sequence[Task],
    reason: str,
) -> Moved:
    """Both cases as they were; what came to the target since stays there, except that an undone split takes all back.

    `reports` and `tasks` are those to go back: of a merge, what it had moved and is still in the target; of a split, all
    that the part holds now.
    """
    check_person(actor, "undoing a move")
    for record in (source, target):
        check_same_body(actor, record)
    check_reason(reason, f"undoing {move.id}")
    _check_undoable(move, source, target)
    back = tuple(report.id for report in reports)
    wanted = target.reports if move.kind is MoveKind.SPLIT else tuple(r for r in move.reports if r in target.reports)
    _check_whole(wanted, reports, target)
    leaving_officers = move.officers if move.kind is MoveKind.MERGE else ()
    undone = replace(move, undone_by=actor.id, undone_at_us=now_us)
    kind = EventKind.UNMERGED if move.kind is MoveKind.MERGE else EventKind.CASE_SPLIT_UNDONE
    return Moved(
        replace(source, reports=source.reports + back, merged_into=""),
        replace(
            target,
            reports=tuple(report for report in target.reports if report not in back),
            officers=tuple(one for one in target.officers if one not in leaving_officers),
            merged_into=source.id if move.kind is MoveKind.SPLIT else "",
        ),
        undone,
        tuple(replace(report, case=source.id) for report in reports),
        tuple(replace(task, case=source.id) for task in tasks),
        _events(kind, undone, actor, now_us, ids),
    )


def _check_undoable(move: CaseMove, source: Case, target: Case) -> None:
    if move.undone_at_us is not None:
        raise NotAllowed("merge.undone", f"{move.id} was undone before: nothing is left to undo")
    if (source.id, target.id) != (move.source, move.target):
        raise BadInput(f"{move.id} went from {move.source} to {move.target}, not from {source.id} to {target.id}")
    if target.merged_into:
        raise NotAllowed("merged", f"{target.id} was itself merged into {target.merged_into}; undo that first")
    if move.kind is MoveKind.MERGE and source.merged_into != target.id:
        raise NotAllowed("merge.undone", f"{source.id} is not merged into {target.id} any more")
    if move.kind is MoveKind.SPLIT and source.merged_into:
        raise NotAllowed("merged", f"{source.id} was merged into {source.merged_into}; undo that first")
    if move.kind is MoveKind.SPLIT and target.decisions != source.decisions[: len(target.decisions)]:
        raise NotAllowed("split.decided", f"{target.id} has decisions of its own by now; merge the cases instead")


def _check_whole(wanted: Sequence[str], reports: Sequence[Report], case: Case) -> None:
    if {report.id for report in reports} != set(wanted):
        raise BadInput(f"{case.id}: the reports to move are {', '.join(wanted) or 'none'}; give exactly these")


def _check_belong(held: Sequence[str], named: Sequence[str], case: Case) -> None:
    strangers = set(named) - set(held)
    if strangers:
        raise BadInput(f"{', '.join(sorted(strangers))} not in {case.id}")


def _events(kind: EventKind, move: CaseMove, actor: Actor, now_us: int, ids: Ids) -> Events:
    return tuple(
        work_event(
            kind, record, actor, now_us, ids, move=move.id, reports=len(move.reports), tasks=len(move.tasks),
            into=into, absorbed=absorbed, reason=move.reason,
        )
        for record, into, absorbed in ((move.source, move.target, ""), (move.target, "", move.source))
    )  # fmt: skip
