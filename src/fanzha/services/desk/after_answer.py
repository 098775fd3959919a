"""What an institution's answer sets going besides: what to leave free, whom to tell, and by when."""

from __future__ import annotations

from fanzha.measures.model import Measure
from fanzha.measures.orders import UNANSWERED
from fanzha.measures.telling import told_due_us
from fanzha.services.desk.acting import Work
from fanzha.services.desk.draft_release import draft_release
from fanzha.services.desk.end_task_by_machine import end_task
from fanzha.services.desk.task_by_machine import put_task
from fanzha.services.desk.unpaid_freezes import follow_end

TELL = "告知"
CHASE = "催办"  # an order that is not answered in its time


def follow_up(work: Work, measure: Measure) -> None:
    """Drafts the release of wages, puts the telling of the holder before the officer, and moves a return's clocks."""
    follow_end(work, measure)
    if not any(order.status in UNANSWERED for order in measure.orders):
        end_task(work, measure, CHASE, "已收到回执")
    draft_release(work, measure)
    due_us = told_due_us(measure, work.rules.measures)
    if due_us is not None:
        rules = work.rules.measures.of(measure.kind, measure.drafted_us)
        certainty = "" if rules.told is None or rules.told.text.binds else "；告知时限待法制核定"
        put_task(work, measure, TELL, f"{rules.label}已执行，告知当事人事由和救济途径{certainty}", due_us)
