"""Clocks in their table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, MetaData, Row, select, update

from fanzha.core.errors import StaleVersion
from fanzha.core.time import SECOND_US
from fanzha.ports.work_queues import LEASE_S, DueClock, LeasedClock, backoff_us
from fanzha.storage.sql.queues import FREE, parted, take_due
from fanzha.storage.sql.records import add_new, add_rows
from fanzha.storage.sql.statements import MANY_ROWS


class SqlClocks:
    """Clocks within a transaction."""

    def __init__(self, connection: Connection, metadata: MetaData) -> None:
        self._connection, self._rows = connection, metadata.tables["clocks"]

    def set(self, clock: DueClock) -> None:
        """Sets a clock, or sets it to another instant."""
        self.set_many([clock])

    def _set_again(self, clock: DueClock) -> None:
        """One that has a row already."""
        held = self._connection.execute(select(self._rows).where(self._rows.c.id == clock.id).with_for_update()).one()
        if held.due_us != clock.due_us or not (held.running or held.rang):
            again = update(self._rows).where(self._rows.c.id == clock.id)
            self._connection.execute(again.values(token=self._rows.c.token + 1, **_values(clock)))

    def set_many(self, clocks: Sequence[DueClock]) -> None:
        """Sets clocks: those that are new all at once."""
        if len(clocks) < MANY_ROWS:
            added = add_new(
                self._connection, self._rows, [{"id": one.id, "token": 0, **_values(one)} for one in clocks]
            )
            for clock in clocks:
                if clock.id not in added:
                    self._set_again(clock)
            return
        new, held = parted(self._connection, self._rows, {clock.id: clock for clock in clocks})
        add_rows(self._connection, self._rows, [{"id": clock.id, "token": 0, **_values(clock)} for clock in new])
        for clock in held:
            self._set_again(clock)

    def cancel(self, clock_id: str) -> bool:
        """Stops a clock."""
        stopped = update(self._rows).where(self._rows.c.id == clock_id, self._rows.c.running)
        return self._connection.execute(stopped.values(running=False, token=self._rows.c.token + 1)).rowcount == 1

    def lease_due(self, worker: str, now_us: int, limit: int = 100, *, for_s: int = LEASE_S) -> tuple[LeasedClock, ...]:
        """Clocks that rang and that nobody else has."""
        until_us = now_us + for_s * SECOND_US
        rows = take_due(
            self._connection,
            self._rows,
            self._rows.c.running,
            worker=worker,
            now_us=now_us,
            until_us=until_us,
            limit=limit,
        )
        return tuple(LeasedClock(_clock(row), row.attempts, row.token, until_us) for row in rows)

    def done(self, leased: LeasedClock, now_us: int) -> None:
        """Its effect is in this commit."""
        self._settle(leased, {"running": False, "rang": True, "failure": ""})

    def postpone(self, leased: LeasedClock, now_us: int, failure: str) -> int:
        """Its effect failed."""
        next_us = now_us + backoff_us(leased.attempts)
        self._settle(leased, {"next_us": next_us, "leased_until_us": 0, "failure": failure})
        return next_us

    def running(self, subject_id: str) -> tuple[DueClock, ...]:
        """The clocks of a record that run, earliest first."""
        return self._listed(self._rows.c.subject_id == subject_id, limit=None)

    def running_among(self, subject_ids: Collection[str]) -> tuple[DueClock, ...]:
        """The clocks of several records that run, earliest first."""
        return self._listed(self._rows.c.subject_id.in_(list(subject_ids)), limit=None)

    def due_before(self, before_us: int, limit: int = 100) -> tuple[DueClock, ...]:
        """Running clocks that ring before an instant."""
        return self._listed(self._rows.c.due_us < before_us, limit=limit)

    def _listed(self, condition: Any, *, limit: int | None) -> tuple[DueClock, ...]:
        statement = select(self._rows).where(condition, self._rows.c.running)
        ordered = statement.order_by(self._rows.c.due_us, self._rows.c.id).limit(limit)
        return tuple(_clock(row) for row in self._connection.execute(ordered))

    def _settle(self, leased: LeasedClock, values: dict[str, Any]) -> None:
        columns = self._rows.c
        mine = (columns.id == leased.clock.id, columns.token == leased.token, columns.running)
        if self._connection.execute(update(self._rows).where(*mine).values(**values)).rowcount == 0:
            raise StaleVersion(f"clock {leased.clock.id!r} is not this worker's any more")


def _clock(row: Row[Any]) -> DueClock:
    return DueClock(
        id=row.id,
        kind=row.kind,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        due_us=row.due_us,
        case=row.case_id,
    )


def _values(clock: DueClock) -> dict[str, Any]:
    return {
        "kind": clock.kind, "subject_kind": clock.subject_kind, "subject_id": clock.subject_id, "case_id": clock.case,
        "due_us": clock.due_us, "next_us": clock.due_us, "running": True, "rang": False, **FREE,
    }  # fmt: skip
