"""The freeze ahead has ended: whoever waits behind it is told, for a queued freeze holds nothing by itself."""

from __future__ import annotations

from typing import Final

from fanzha.measures.model import Measure, MeasureKind, holds, stands
from fanzha.services.desk.acting import Work
from fanzha.services.desk.task_by_machine import put_task
from fanzha.services.desk.weighing import on_account

TURN: Final = "轮候"


def wake_queue(work: Work, ended: Measure) -> None:
    """Puts the conversion of the first queued freeze before its officer, whichever body's, once no freeze is ahead of it."""
    others = [each for each in on_account(work, ended.request) if each.id != ended.id]
    alike = [each for each in others if each.target.is_same_as(ended.target)]
    if any(each.kind is MeasureKind.FREEZE and stands(each, work.now_us) for each in alike):
        return
    queued = [each for each in alike if each.kind is MeasureKind.QUEUED_FREEZE and holds(each, work.now_us)]
    if not queued:
        return
    first = min(queued, key=lambda each: (each.starts_us or each.drafted_us, each.id))
    send = work.rules.measures.of(first.kind, first.drafted_us).send
    due_us = work.now_us if send is None or send.within is None else send.within.end_of(work.now_us)
    put_task(work, first, TURN, f"在先冻结 {ended.id} 已结束，请转为冻结；轮候本身不冻结资金", due_us)
