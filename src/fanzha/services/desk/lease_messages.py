"""Messages of the outbox that are due, one after another, as long as they are this worker's."""

from __future__ import annotations

from collections.abc import Iterator

from fanzha.ports.work_queues import LeasedMessage
from fanzha.services.desk.model import Desk


def lease_messages(desk: Desk, worker: str, topic: str, lease_s: int, limit: int) -> Iterator[LeasedMessage]:
    """What is due of a topic and what nobody else has in hand, at most so many; it ends with the lease."""
    with desk.store.begin() as unit:
        leased = unit.outbox.lease(worker, desk.clock.now_us(), lease_s, limit=limit, topic=topic)
        unit.commit()
    for each in leased:
        if desk.clock.now_us() >= each.until_us:
            return  # another worker may have it by now
        yield each
