"""Word is left that the money of a case is to be followed, in the commit of the answer that says something of it."""

from __future__ import annotations

import hashlib
from typing import Final

from fanzha.core.actor import Level
from fanzha.measures.model import Measure
from fanzha.measures.orders import Receipt
from fanzha.ports.work_queues import OutMessage
from fanzha.services.desk.acting import Work
from fanzha.services.desk.receipt_rows import says_of_money

FOLLOW_TOPIC: Final = "follow"


def put_to_follow(work: Work, measure: Measure, receipt: Receipt) -> None:
    """Leaves word for a partner's own answer; what is fetched from a partner is followed by whoever fetches it."""
    says = says_of_money(measure, receipt) or any(each.statement for each in receipt.answered)
    if work.actor.level is not Level.PARTNER or not says or not measure.request.case:
        return
    named = hashlib.sha256(f"{receipt.order} {receipt.id}".encode()).hexdigest()[:24]
    work.unit.outbox.put(
        OutMessage(
            request_id=f"FOLLOW-{named}", recipient=measure.organisation, topic=FOLLOW_TOPIC, body=measure.request.case,
            created_us=work.now_us, due_us=work.now_us, subject_id=measure.id,
        )
    )  # fmt: skip
