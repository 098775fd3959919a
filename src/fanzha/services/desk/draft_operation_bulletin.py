"""The bulletin of an operation (战果通报): its live tally as figures, each with the entries behind it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework.operations import Operation, TallyLine
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.services.desk.acting import acting
from fanzha.services.desk.draft_bulletin import begin_bulletin
from fanzha.services.desk.keeping_bulletins import BulletinContent
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once
from fanzha.services.desk.operation_tally import lines_of
from fanzha.statistics import Catalogue, Period, Tally, day_of, period_zh
from fanzha.statistics.drafting import Block, BlockKind, OwnBulletin, Variable
from fanzha.statistics.periods import period_en
from fanzha.statistics.wording import MONEY


def draft_operation_bulletin(desk: Desk, actor: Actor, operation_id: str, *, request: str = "") -> OwnBulletin:
    """A draft of the actor's own body that says what the operation achieved until now, from its first day on.

    Raises NotFound where the operation may not be seen, BadInput before it began or has any result.
    """
    with acting(desk, actor, "bulletin.draft", Subject("operation", operation_id)) as work:
        operation = work.load(Operation, operation_id, Action.SEE)
        work.check(Action.BULLETIN_DRAFT, Scope(actor.organisation))
        begun_us = operation.begun_us(work.now_us)
        lines = lines_of(work, (operation,), work.now_us)
        if begun_us is None or not any(line.value for line in lines):
            raise BadInput(f"{operation_id} has no result yet: begin it and enter what was achieved")
        period = Period(day_of(begun_us).isoformat(), day_of(work.now_us).isoformat())

        def carry_out() -> OwnBulletin:
            content = operation_content(operation, lines, period, work.rules.indicators)
            return begin_bulletin(work, actor.organisation, content)

        return once(work, request, fingerprint_of("bulletin.operation", operation_id), OwnBulletin, carry_out)


def operation_content(
    operation: Operation, lines: Sequence[TallyLine], period: Period, catalogue: Catalogue
) -> BulletinContent:
    """What the bulletin of an operation says: every figure of its tally that is not nothing, in the order of the catalogue."""
    told = {line.measure: line for line in lines if line.value and line.measure in catalogue.measures}
    ordered = [measure for measure in catalogue.measures if measure in told]
    variables = tuple(Variable(measure, measure, period, handed_in=True, operation=operation.id) for measure in ordered)
    names = [f"{{{measure}}}" for measure in ordered]
    blocks = (
        Block(BlockKind.HEADING, "行动战果", "What the operation achieved"),
        Block(
            BlockKind.TEXT, f"{period_zh(period)}，{'；'.join(names)}。", f"{period_en(period)}: {'; '.join(names)}."
        ),
    )
    given = tuple(_tally(told[measure], catalogue) for measure in ordered)
    title = operation.plan.title
    return BulletinContent(f"{title}战果通报", blocks, variables, title_en=f"Results of {title}", given=given)


def _tally(line: TallyLine, catalogue: Catalogue) -> Tally:
    """The number in the unit of the catalogue: money in yuan."""
    value = Decimal(line.value)
    if catalogue.unit_of(line.measure) == MONEY:
        value /= 100
    return Tally(line.measure, value, line.ids, line.as_of_us)
