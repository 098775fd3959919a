"""Would it be allowed? A use case is carried out on the records as they stand, and nothing of it is kept or noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NoReturn, cast

from fanzha.core.errors import BadInput, FanzhaError, NotFound, Refused
from fanzha.ports.work_queues import OutMessage
from fanzha.ports.work_store import UnitOfWork, WorkStore, WorkView
from fanzha.services.desk.model import Desk


def refusal_of(desk: Desk, deed: Callable[[Desk], object]) -> FanzhaError | None:
    """With what a use case would be refused now; None where it would be carried out.

    The same rules say it that say it when it is done, so that a screen can tell the reason before anybody tries. What is
    still to be filled in (BadInput) is no reason. Use cases that also write files or into the ledger are not for this.
    """
    try:
        deed(rehearsed(desk))
    except (NotFound, Refused) as refusal:
        return refusal
    except BadInput:
        return None
    return None


def rehearsed(desk: Desk) -> Desk:
    """The desk with a store of which nothing is kept: what a use case gives there is what it would give."""
    return replace(desk, store=cast("WorkStore", _Rehearsal(desk.store)))


class _Rehearsal:
    """A store whose units of work lead nowhere; no writer waits for it."""

    def __init__(self, store: WorkStore) -> None:
        self._store = store

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        with self._store.reading() as view:
            yield cast("UnitOfWork", _Unit(view))

    @contextmanager
    def reading(self) -> Iterator[WorkView]:
        with self._store.reading() as view:
            yield view

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a rehearsal has no {name}")


class _Unit:
    """A unit of work upon a view: it reads what is there and what it wrote itself."""

    def __init__(self, view: WorkView) -> None:
        self._view = view
        self._kinds: dict[type[Any], _Records] = {}
        self.audit, self.requests = _Deaf(), _Forgetful()
        self.outbox, self.clocks = _Queue(view.outbox), _Queue(view.clocks)

    def records(self, kind: type[Any]) -> _Records:
        return self._kinds.setdefault(kind, _Records(self._view.records(kind)))

    def hold(self, key: str) -> None:
        """Nobody waits for a rehearsal."""

    def commit(self) -> None:
        """Nothing is kept."""


class _Records:
    """Records of a kind, with those on top that the rehearsed use case wrote."""

    def __init__(self, view: Any) -> None:
        self._view = view
        self._written: dict[str, Any] = {}

    def get(self, record_id: str) -> Any:
        return self._written.get(record_id) or self._view.get(record_id)

    def get_many(self, record_ids: Iterable[str]) -> tuple[Any, ...]:
        ids = list(dict.fromkeys(record_ids))
        found = {record.id: record for record in self._view.get_many(ids)} | self._written
        return tuple(found[one] for one in ids if one in found)

    def add(self, record: Any) -> Any:
        self._written[record.id] = record
        return record

    def add_many(self, records: Sequence[Any]) -> None:
        self._written |= {record.id: record for record in records}

    def save(self, record: Any) -> Any:
        return self.add(replace(record, version=record.version + 1))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)  # lists are as they stand: no use case reads its own writing in one


class _Deaf:
    """Takes what should be noted, and notes nothing."""

    def append(self, entry: object) -> None:
        """Not kept."""


class _Forgetful:
    """Remembers no command."""

    def recall(self, key: str, fingerprint: str) -> None:
        """No command was carried out before."""

    def remember(self, key: str, fingerprint: str, record_id: str, at_us: int) -> None:
        """Not kept."""


class _Queue:
    """Messages and clocks as they stand; what is put down goes nowhere."""

    def __init__(self, view: Any) -> None:
        self._view = view

    def put(self, message: OutMessage) -> bool:
        """Not kept."""
        return True

    def put_many(self, messages: Sequence[OutMessage]) -> None:
        """Not kept."""

    def set(self, *_: object, **__: object) -> None:
        """Not kept."""

    def set_many(self, *_: object, **__: object) -> None:
        """Not kept."""

    def cancel(self, *_: object, **__: object) -> None:
        """Not kept."""

    def cancel_many(self, *_: object, **__: object) -> None:
        """Not kept."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)
