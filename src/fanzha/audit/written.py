"""Ties records to the chain: a deed carries the fingerprints of what it wrote, and of what stood there before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from fanzha.audit.model import AuditEntry, DetailValue

WROTE: Final = "wrote:"  # how the name of such a detail begins; table/id@version follows
_MARK: Final = "x"  # before each fingerprint: no hexadecimal digit, and a run of digits behind a letter is not masked


@dataclass(frozen=True, slots=True)
class Written:
    """One version of a record as it was stored; fingerprints are made by the store."""

    table: str
    id: str
    version: int
    fingerprint: str
    before: str = ""  # of the version that it took the place of; empty where it is new


def with_written(entries: Sequence[AuditEntry], written: Iterable[Written]) -> tuple[AuditEntry, ...]:
    """The entries of one commit, the last of which tells what was written in it; without entries nothing is told."""
    told: dict[str, DetailValue] = {
        f"{WROTE}{one.table}/{one.id}@{one.version}": "".join(
            _MARK + part for part in (one.before, one.fingerprint) if part
        )
        for one in _as_committed(written)
    }
    if not entries or not told:
        return tuple(entries)
    return (*entries[:-1], replace(entries[-1], details={**entries[-1].details, **told}))


def _as_committed(written: Iterable[Written]) -> Iterable[Written]:
    """Of a record that was stored several times in one commit only the last version is ever seen: it follows the one before."""
    last: dict[tuple[str, str], Written] = {}
    for one in written:
        former = last.get((one.table, one.id))
        last[one.table, one.id] = one if former is None else replace(one, before=former.before)
    return last.values()


def written_by(entry: AuditEntry) -> Iterator[Written]:
    """What was written in the commit that an entry is the last of; what makes no sense is left out."""
    for name, value in entry.details.items():
        if not name.startswith(WROTE) or not isinstance(value, str):
            continue
        record, _, version = name.removeprefix(WROTE).rpartition("@")
        table, _, record_id = record.partition("/")
        parts = value.split(_MARK)[1:]
        if version.isdecimal() and record_id and parts:
            yield Written(table, record_id, int(version), parts[-1], parts[0] if len(parts) > 1 else "")


def said(entry: AuditEntry) -> Mapping[str, DetailValue]:
    """The details that tell of the deed itself."""
    return {name: value for name, value in entry.details.items() if not name.startswith(WROTE)}
