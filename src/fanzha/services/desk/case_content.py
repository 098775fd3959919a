"""Everything that hangs on a case and goes with it to another body."""

from __future__ import annotations

from dataclasses import replace

from fanzha import casework
from fanzha.audit import Subject, done
from fanzha.casework import (
    Case,
    CaseContent,
    CaseMove,
    Clue,
    DutyOfficer,
    Fact,
    HandOver,
    Merge,
    Report,
    Task,
    TaskStatus,
)
from fanzha.casework.errand_model import Errand
from fanzha.casework.errands import end_errand
from fanzha.casework.indicators import Indicator
from fanzha.casework.lifecycle import CLUE_TABLE, ClueStep
from fanzha.measures.appeals import Appeal
from fanzha.measures.model import Measure
from fanzha.measures.moving import hand_over_measure
from fanzha.measures.orders import Incident
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work
from fanzha.services.desk.case_family import family_of, measures_of, returns_of
from fanzha.services.desk.keeping import ERRAND_CLOCK, keep_clue, keep_measure, tell
from fanzha.services.desk.listing import every
from fanzha.tracing.runs import TraceRun


def content_of(work: Work, case: Case, organisation: str) -> CaseContent:
    """The case's reports and tasks, and of its clues and facts those that are with the body."""
    clues = [clue for clue in every(work.unit.records(Clue), _on(case)) if clue.organisation == organisation]
    facts = (fact for clue in clues for fact in every(work.unit.records(Fact), Query(equals={"clue": clue.id})))
    return CaseContent(
        reports=tuple(work.unit.records(Report).get(report) for report in case.reports),
        clues=tuple(clues),
        facts=tuple(facts),
        tasks=tuple(every(work.unit.records(Task), _on(case))),
    )


def keep_content(work: Work, content: CaseContent, case: Case, reason: str) -> None:
    """Saves what changed hands; open clues and tasks are with the officer of the case from now on."""
    officer = DutyOfficer(case.officer, case.organisation, "", 0)
    for report in content.reports:
        work.unit.records(Report).save(report)
    for fact in content.facts:
        work.unit.records(Fact).save(fact)
    for task in content.tasks:
        still = task.status is TaskStatus.OPEN
        work.unit.records(Task).save(replace(task, officer=case.officer) if still else task)
    for clue in content.clues:
        if clue.merged_into or CLUE_TABLE[clue.stage][ClueStep.ASSIGN] is None:
            work.unit.records(Clue).save(clue)
            continue
        # Its officer is of the other body: it is taken from him, even where the new one has the same id.
        taken = replace(clue, officer=clue.officer if clue.officer != officer.id else "")
        keep_clue(work, *casework.assign_clue(taken, officer, work.actor, work.now_us, work.ids, reason=reason))


def follow_case(work: Work, case: Case, offer: HandOver) -> None:
    """What refers to the case by its number goes along: merged cases, measures, returns, traces, moves, errands, listings."""
    left, to = offer.organisation, offer.to_organisation
    for member in family_of(work.unit, case)[1:]:
        work.unit.records(Case).save(replace(member, organisation=to))
    for measure in list(measures_of(work.unit, case)):
        if measure.organisation == left:
            keep_measure(work, hand_over_measure(measure, to, work.actor, work.now_us))
            _follow_measure(work, measure, to)
    for procedure in list(returns_of(work.unit, case)):
        work.unit.records(ReturnProcedure).save(replace(procedure, organisation=to))
        subject, said = Subject("return", procedure.id), {"left_body": left, "body": to, "hand_over": offer.id}
        work.unit.audit.append(done(work.actor, work.now_us, "return.move", subject, case=case.id, details=said))
    for member in family_of(work.unit, case):
        for run in list(every(work.unit.records(TraceRun), _on(member))):
            work.unit.records(TraceRun).save(replace(run, organisation=to))
    _follow_merges(work, case, to)
    family = [member.id for member in family_of(work.unit, case)]
    _follow_moves(work, family, left, to)
    _follow_errands(work, family, offer)
    for indicator in list(every(work.unit.records(Indicator), Query(within={"case_id": family}))):
        if indicator.organisation == left:
            work.unit.records(Indicator).save(replace(indicator, organisation=to))


def _follow_moves(work: Work, family: list[str], left: str, to: str) -> None:
    """What was merged or split can be taken apart again by whoever has it now."""
    moves = {
        move.id: move
        for side in ("source", "target")
        for move in every(work.unit.records(CaseMove), Query(within={side: family}))
    }
    for move in moves.values():
        if move.organisation == left:
            work.unit.records(CaseMove).save(replace(move, organisation=to))


def _follow_errands(work: Work, family: list[str], offer: HandOver) -> None:
    """What was asked of other bodies is answered to who has the case now; what was asked of that one is at an end."""
    left, to = offer.organisation, offer.to_organisation
    for errand in list(every(work.unit.records(Errand), Query(within={"case_id": family}))):
        if errand.organisation != left:
            continue
        if errand.to_organisation != to or not errand.is_open:
            work.unit.records(Errand).save(replace(errand, organisation=to))
            continue
        ended, events = end_errand(errand, f"案件已移交{to}（{offer.document_number}）", work.now_us, work.ids)
        work.unit.records(Errand).save(replace(ended, organisation=to))
        work.unit.clocks.cancel(f"{errand.id}:{ERRAND_CLOCK}")
        tell(work, events, "errand")


def _follow_measure(work: Work, measure: Measure, to: str) -> None:
    of_it = Query(equals={"measure": measure.id})
    for appeal in list(every(work.unit.records(Appeal), of_it)):
        work.unit.records(Appeal).save(replace(appeal, organisation=to))
    for incident in list(every(work.unit.records(Incident), of_it)):
        if incident.closed_us is None:
            work.unit.records(Incident).save(replace(incident, organisation=to))


def _follow_merges(work: Work, case: Case, to: str) -> None:
    """Duplicates of the case's reports and clues, with the merges by which they can be taken apart again."""
    clues = [clue.id for clue in every(work.unit.records(Clue), _on(case))]
    for kept in (*case.reports, *clues):
        for merge in list(every(work.unit.records(Merge), Query(equals={"kept": kept}))):
            work.unit.records(Merge).save(replace(merge, organisation=to))
            _follow_absorbed(work, merge, case, to)


def _follow_absorbed(work: Work, merge: Merge, case: Case, to: str) -> None:
    """The duplicate itself, where it is not in the case already and goes with it anyway."""
    if merge.undone_at_us is not None:
        return
    if merge.kind is casework.MergedKind.REPORT:
        report = work.unit.records(Report).get(merge.absorbed)
        if report.id not in case.reports and not report.case:
            work.unit.records(Report).save(replace(report, organisation=to))
        return
    clue = work.unit.records(Clue).get(merge.absorbed)
    if clue.case != case.id:
        work.unit.records(Clue).save(replace(clue, organisation=to))


def _on(case: Case) -> Query:
    return Query(equals={"case_id": case.id})
