"""Where records of work are kept: reports, cases, measures, decisions; with their audit, messages and clocks.

What a use case writes becomes visible together or not at all. A record carries the version that was read; saving it
upon another version is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from fanzha.audit import AuditEntry, AuditEvent, Head
from fanzha.ports.record_query import Page, Query
from fanzha.ports.record_table import R, Stored, WorkRecord
from fanzha.ports.work_queues import Clocks, ClocksView, Outbox, OutboxView, Requests

Kept = TypeVar("Kept", bound=WorkRecord)


class RecordsView(Protocol[R]):
    """The records of one kind."""

    def get(self, record_id: str) -> R:
        """The record. Raises NotFound."""

    def get_many(self, record_ids: Iterable[str]) -> tuple[R, ...]:
        """Those of the records that are there, each once, in the order of the ids."""

    def find(self, query: Query) -> Page[R]:
        """A page of the list that the query asks for. Raises BadInput when it cannot be asked for so."""

    def count(self, query: Query) -> int:
        """How many match, whatever the page. Raises BadInput when it cannot be asked for so."""

    def below(self, key: str, record_ids: Collection[str]) -> tuple[str, ...]:
        """The ids of all that hang on these by the key, at any depth, sorted: each names in it the one it hangs on."""

    def mentioned(self, term: str, prefix: str) -> tuple[str, ...]:
        """The different values of a term that begin so, sorted; fast where they are few, however many mention them."""

    def walk(self, ids: Collection[str] | None = None) -> Iterator[Stored[R]]:
        """Every record as it lies there, by rising id, as a stream; of these ids only where some are given."""


class Records(RecordsView[R], Protocol[R]):
    """The records of one kind, for a use case that writes."""

    def add(self, record: R) -> R:
        """Takes a new record as it is. Raises Refused when its id, or what must be unique, is there already."""

    def add_many(self, records: Sequence[R]) -> None:
        """Takes new records as `add` takes each, in less time. Raises Refused as `add`; none of them is added then."""

    def save(self, record: R) -> R:
        """Puts a record in place of the version it was read as, and gives it with the next version.

        Raises StaleVersion when somebody else changed it since, NotFound when it was never added.
        """

    def bulk_add(self, records: Iterable[R]) -> int:
        """Takes many new records, fast; gives how many. Raises Refused as `add`.

        Only for loading a store: unlike `add` and `save` it is not told in the audit, and a proof says so.
        """


class AuditView(Protocol):
    """The audit as it was committed."""

    def head(self) -> Head:
        """How long the chain is and what it ends with, by the store's own account."""

    def walk(self, first_seq: int = 1) -> Iterator[AuditEvent]:
        """Every event from a row on, in order, as a stream."""

    def about(
        self, *, subject_id: str = "", case: str = "", actor: str = "", before_seq: int | None = None, limit: int = 100
    ) -> tuple[AuditEvent, ...]:
        """Events of a record, a case or a person, newest first, from before a row on."""


class AuditTrail(AuditView, Protocol):
    """The audit, for a use case that writes."""

    def append(self, entry: AuditEntry) -> None:
        """Takes an entry; it is sealed into the chain at the commit, with everything else or not at all."""


class WorkView(Protocol):
    """Records as they stood at one moment; nothing can be written."""

    @property
    def audit(self) -> AuditView:
        """Who did what."""

    @property
    def outbox(self) -> OutboxView:
        """What waits to leave."""

    @property
    def clocks(self) -> ClocksView:
        """What will ring."""

    def records(self, kind: type[Kept]) -> RecordsView[Kept]:
        """The records of a kind."""


class UnitOfWork(Protocol):
    """One use case's writing: all of it is committed, or none."""

    @property
    def audit(self) -> AuditTrail:
        """Who did what."""

    @property
    def outbox(self) -> Outbox:
        """What must leave."""

    @property
    def clocks(self) -> Clocks:
        """What must ring."""

    @property
    def requests(self) -> Requests:
        """Commands that were carried out before."""

    def records(self, kind: type[Kept]) -> Records[Kept]:
        """The records of a kind."""

    def hold(self, key: str) -> None:
        """Lets one unit of work at a time have this key, until it is left; the next one waits.

        What is read from here on includes everything that was committed before the key was got: count, decide and write
        under it, and no limit is passed by two at once. What was read before may be old. Units that hold several keys
        take them in one order. Raises Refused when the key stays with others for too long.
        """

    def commit(self) -> None:
        """Makes everything visible at once; the unit is over. Raises StaleVersion when a race was lost."""


class WorkStore(Protocol):
    """Records of work; safe for use by several threads and, where it is a database, by several processes."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Opens a unit of work; leaving it without a commit changes nothing.

        Raises Refused when the store stays busy with other writers for too long.
        """

    def reading(self) -> AbstractContextManager[WorkView]:
        """Opens a view of one moment, beside any writer."""

    def close(self) -> None:
        """Lets go of everything."""
