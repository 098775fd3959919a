"""Orders that were approved and have not left: the account is open still, however approved its measure looks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from fanzha.core.time import MINUTE_US
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, effective_status
from fanzha.measures.stood import begin_order
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.match_institution import connected_names

LEAVES_WITHIN_US: Final = MINUTE_US  # an order to a connected institution is out in seconds


def unsent_among(view: WorkView, measures: Iterable[Measure], now_us: int) -> frozenset[str]:
    """The ids of those whose order waits: nobody is connected by its institution's name, or it should have left by now."""
    approved = [one for one in measures if _waits(one, now_us)]
    if not approved:
        return frozenset()  # as nearly always; the partners are not even looked up
    connected = connected_names(view)
    return frozenset(one.id for one in approved if _is_stuck(one, connected, now_us))


def _waits(measure: Measure, now_us: int) -> bool:
    order = begin_order(measure)
    return effective_status(measure, now_us) is Status.APPROVED and order is not None and order.sent_us is None


def _is_stuck(measure: Measure, connected: Collection[str], now_us: int) -> bool:
    order = begin_order(measure)
    assert order is not None
    return order.institution not in connected or now_us - order.prepared_us > LEAVES_WITHIN_US
