"""Holds every stored record against what the audit says was written last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fanzha.ports.proof_index import LastWritten, ProofIndex
from fanzha.ports.record_table import RecordTable, Stored
from fanzha.ports.work_store import WorkView
from fanzha.services.proof.findings import Findings, Part
from fanzha.services.proof.walk_audit import Wanted

Look = Callable[[Any], None]  # what else is to be checked of a record of a kind


def check_records(
    view: WorkView,
    tables: Sequence[RecordTable[Any]],
    index: ProofIndex,
    found: Findings,
    looks: dict[type[Any], Look],
    wanted: Wanted | None = None,
) -> dict[str, int]:
    """Names each record that was changed, removed or put in behind the audit's back; gives how many there are by kind."""
    counts = {}
    for table in tables:
        ids = None if wanted is None else wanted.ids.get(table.name, set())
        look, count = looks.get(table.record), 0
        for stored, last in _side_by_side(view.records(table.record).walk(ids), index.written(table.name)):
            _compare(table.name, stored, last, found)
            if stored is not None:
                count += 1
                if look is not None and stored.record is not None:
                    look(stored.record)
        counts[table.name] = count
    return counts


def _side_by_side(
    records: Iterator[Stored[Any]], written: Iterator[LastWritten]
) -> Iterator[tuple[Stored[Any] | None, LastWritten | None]]:
    """Two streams by rising id as one; None where one of them has nothing of that id."""
    stored, last = next(records, None), next(written, None)
    while stored is not None or last is not None:
        if last is None or (stored is not None and stored.id < last.id):
            yield stored, None
            stored = next(records, None)
        elif stored is None or last.id < stored.id:
            yield None, last
            last = next(written, None)
        else:
            yield stored, last
            stored, last = next(records, None), next(written, None)


def _compare(table: str, stored: Stored[Any] | None, last: LastWritten | None, found: Findings) -> None:
    if stored is None:
        assert last is not None, "one of the two is there"
        sentence = f"it is gone; row {last.seq} of the audit wrote its version {last.version}"
        found.add(Part.RECORD, "removed", f"{table}/{last.id}", sentence)
        return
    where = f"{table}/{stored.id}"
    if stored.fault:
        found.add(Part.RECORD, "changed", where, stored.fault)
    if last is None:
        found.add(Part.RECORD, "inserted", where, "no row of the audit says that it was written")
        return
    if (stored.version, stored.fingerprint) != (last.version, last.fingerprint):
        sentence = f"it is not what row {last.seq} of the audit wrote as version {last.version}"
        found.add(Part.RECORD, "changed", where, sentence)
    if last.break_seq:
        sentence = f"row {last.break_seq} of the audit found another content than the audit had written before"
        found.add(Part.RECORD, "changed", where, sentence)
