"""Who is hit by a measure objects and gets a number at once; somebody who took no part in it answers in writing."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action
from fanzha.audit import DetailValue, Subject, done
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.measures import appeals, ending
from fanzha.measures.appeals import Appeal, AppealStatus, appeal_clocks
from fanzha.measures.lifecycle import TRANSITIONS, Answer, Event
from fanzha.measures.model import Measure, effective_status
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.change_measure import check_read, lineage_around
from fanzha.services.desk.keeping import keep_measure, set_clocks
from fanzha.services.desk.lift_measure import lifted
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once
from fanzha.services.desk.pay_return import check_not_owed


@dataclass(frozen=True, slots=True)
class Answered:
    """The answered appeal, and the measure as the answer left it."""

    appeal: Appeal
    measure: Measure


def lodge_appeal(
    desk: Desk,
    actor: Actor,
    measure_id: str,
    by: str,
    grounds: str,
    *,
    evidence: tuple[str, ...] = (),
    request: str = "",
) -> Appeal:
    """Takes an appeal, whatever became of the measure; its id is the number that the appellant is told.

    The same words of the same person once more, while the first wait for an answer, are that appeal.

    Args:
        desk: the desk.
        actor: who takes it down: anybody who can see the measure, a bank's own desk too.
        measure_id: of the measure.
        by: the holder, or who acts for him.
        grounds: what he says.
        evidence: SHA-256 of what he handed in.
        request: the caller's own key of the command.

    Raises:
        BadInput: without a name or without grounds.
    """
    if not (by.strip() and grounds.strip()):
        raise BadInput("an appeal names who appeals and says why")
    with acting(desk, actor, "appeal.receive", Subject("measure", measure_id)) as work:
        measure = work.load(Measure, measure_id, Action.SEE)

        def carry_out() -> Appeal:
            rules = work.rules.measures
            work.unit.hold(f"appeals:{measure.id}")
            waiting = every(work.unit.records(Appeal), Query(equals={"measure": measure.id}))
            same = next((one for one in waiting if one.is_waiting_with(by, grounds, evidence)), None)
            if same is not None:
                return same
            appeal = appeals.receive_appeal(
                measure, by.strip(), grounds.strip(), actor, rules, work.now_us, work.ids, evidence=evidence
            )
            return _keep(work, appeal, "appeal.receive", new=True)

        command = fingerprint_of("appeal.receive", measure_id, by, grounds, evidence)
        return once(work, request, command, Appeal, carry_out)


def decide_appeal(
    desk: Desk,
    actor: Actor,
    appeal_id: str,
    status: AppealStatus,
    answer: str,
    *,
    release_minor: int | None = None,
    version: int | None = None,
) -> Answered:
    """Answers in writing; an appeal that is upheld lifts the measure in the same moment.

    release_minor: what is let go where it is upheld in part. Raises NotAllowed when the actor took part in the measure.
    """
    with acting(desk, actor, "appeal.answer", Subject("appeal", appeal_id)) as work:
        appeal = work.load(Appeal, appeal_id, Action.APPEAL_DECIDE)
        check_read(appeal, version)
        measure = work.load(Measure, appeal.measure, Action.APPEAL_DECIDE)
        _check_part(status, release_minor)
        lineage = lineage_around(work, measure)
        answered = appeals.answer_appeal(
            appeal, measure, actor, lineage, work.rules.measures, status, answer, work.now_us
        )
        kept = _keep(work, answered, "appeal.answer")
        return Answered(kept, _carry_out(work, measure, kept, release_minor))


def withdraw_appeal(desk: Desk, actor: Actor, appeal_id: str, *, version: int | None = None) -> Appeal:
    """Whoever appealed thinks better of it; who took it down, or could answer it, notes that."""
    with acting(desk, actor, "appeal.withdraw", Subject("appeal", appeal_id)) as work:
        appeal = work.load(Appeal, appeal_id, Action.SEE)
        check_read(appeal, version)
        if actor.id != appeal.received_by:
            work.check(Action.APPEAL_DECIDE, work.scope_of(appeal))
        return _keep(work, appeals.withdraw_appeal(appeal, actor, work.now_us), "appeal.withdraw")


def _check_part(status: AppealStatus, release_minor: int | None) -> None:
    if (status is AppealStatus.UPHELD_IN_PART) is not (release_minor is not None):
        raise BadInput("an appeal upheld in part names the amount that is let go; no other answer does")


def _carry_out(work: Work, measure: Measure, appeal: Appeal, release_minor: int | None) -> Measure:
    """Lifts or lets go what the answer says; what has ended by itself before needs nothing more."""
    rules, lineage, now_us = work.rules.measures, lineage_around(work, measure), work.now_us
    reason = f"申诉成立 {appeal.id}: {appeal.answer}"
    if appeal.status is AppealStatus.UPHELD_IN_PART and release_minor is not None:
        check_not_owed(work, measure, release_minor)
        part = ending.release_part(measure, work.actor, lineage, rules, release_minor, reason, now_us)
        return keep_measure(work, part)
    over = TRANSITIONS[effective_status(measure, now_us), Event.LIFT].answer is Answer.REFUSED
    if appeal.status is not AppealStatus.UPHELD or over:
        return measure
    return keep_measure(work, lifted(work, measure, reason))


def _keep(work: Work, appeal: Appeal, action: str, *, new: bool = False) -> Appeal:
    """Saves an appeal; its clock runs until it is answered."""
    records = work.unit.records(Appeal)
    kept = records.add(appeal) if new else records.save(appeal)
    said: dict[str, DetailValue] = {"measure": kept.measure, "status": kept.status}
    subject = Subject("appeal", kept.id)
    work.unit.audit.append(done(work.actor, work.now_us, action, subject, case=work.case, details=said))
    set_clocks(work, subject, appeal_clocks(kept), work.case)
    return kept
