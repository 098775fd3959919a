"""What an institution's answer, a proposal or a lift sets going besides: what to leave free, whom to tell, and by when."""

from __future__ import annotations

from fanzha.casework import TaskStep
from fanzha.measures.model import Measure
from fanzha.measures.orders import UNANSWERED
from fanzha.measures.rules import KindRules, TimeRule
from fanzha.measures.telling import told_due_us, told_of_lift_due_us
from fanzha.services.desk.acting import Work
from fanzha.services.desk.draft_release import draft_release
from fanzha.services.desk.end_task_by_machine import end_task
from fanzha.services.desk.task_by_machine import put_task
from fanzha.services.desk.unpaid_freezes import follow_end

TELL = "告知"
TELL_DECIDED = "送达"  # the decision, to whom it was spoken of before
TELL_OF_LIFT = "告知解除"
CHASE = "催办"  # an order that is not answered in its time


def follow_up(work: Work, measure: Measure) -> None:
    """Drafts the release of wages, puts the telling of the holder before the officer, and moves a return's clocks."""
    follow_end(work, measure)
    if not any(order.status in UNANSWERED for order in measure.orders):
        end_task(work, measure, CHASE, "已收到回执")
    draft_release(work, measure)
    put_tellings(work, measure)


def put_tellings(work: Work, measure: Measure) -> None:
    """Puts before the officer of the case that somebody is to be told, by when: before, at the execution, at the lift."""
    rules = work.rules.measures.of(measure.kind, measure.drafted_us)
    due_us = told_due_us(measure, work.rules.measures)
    if due_us is not None:
        verb, what, rule = _telling(measure, rules)
        put_task(work, measure, verb, f"{rules.label}{what}{_unsure(rule)}", due_us)
    lift_us = told_of_lift_due_us(measure, work.rules.measures)
    if lift_us is not None:
        for verb in (TELL, TELL_DECIDED):
            end_task(work, measure, verb, "已解除，告知解除即可", TaskStep.CANCEL)
        put_task(work, measure, TELL_OF_LIFT, f"{rules.label}已解除，告知当事人{_unsure(rules.told_of_lift)}", lift_us)


def _telling(measure: Measure, rules: KindRules) -> tuple[str, str, TimeRule | None]:
    if rules.hearing is None:
        return TELL, "已执行，告知当事人事由和救济途径", rules.told
    if measure.starts_us is None:
        return TELL, "拟办，决定前告知当事人并听取陈述申辩", rules.told
    return TELL_DECIDED, "已执行，书面告知当事人决定和救济途径", rules.told_decided


def end_tellings(work: Work, measure: Measure, result: str) -> None:
    """Finishes the tasks of those who are told by now; what waits still stays open."""
    if told_due_us(measure, work.rules.measures) is None:
        for verb in (TELL, TELL_DECIDED):
            end_task(work, measure, verb, result)
    if told_of_lift_due_us(measure, work.rules.measures) is None:
        end_task(work, measure, TELL_OF_LIFT, result)


def _unsure(rule: TimeRule | None) -> str:
    return "" if rule is None or rule.text.binds else "；告知时限待法制核定"
