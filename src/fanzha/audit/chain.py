"""The chain itself: each event is hashed together with the hash before it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from json.encoder import encode_basestring
from typing import Final

from fanzha.audit.clearing import without_numbers
from fanzha.audit.model import AuditEntry, AuditEvent, DetailValue

GENESIS: Final = "0" * 64
FORMAT: Final = b"fanzha-audit/1\n"  # another way to write an event down is another number
FINDABLE_MAX: Final = 300
FINDINGS_MAX: Final = 100  # one changed number near the start may break every later row
_JSON: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
MARK: Final = "mark"  # of a clock
INSTANT_ENDING: Final = "_us"  # how the name of an instant ends, as in told_at_us
# How a running time of a case is named: by its kind and the instant of its beginning, from 2001 to 2033. Only these 16 digits
# are left, and only in this field: no card's number begins with 1.
_MARK = re.compile(r"(?:due|warn):[a-z_]+:1\d{15}")
_INSTANT = re.compile(r"\d{1,16}")  # microseconds, to the year 2286
_ACTION = re.compile(r"[a-z_]+(\.[a-z_]+)+")


@dataclass(frozen=True, slots=True)
class Head:
    """How long the chain is and what it ends with; whoever keeps it can tell later whether it was rewritten."""

    count: int = 0
    hash: str = GENESIS


@unique
class FindingKind(StrEnum):
    """What is wrong with a row."""

    CHANGED = "changed"
    MISSING = "missing"
    CUT_OFF = "cut_off"  # at the end, where only a head can tell
    REWRITTEN = "rewritten"  # consistent in itself, but not what was signed
    UNEXPECTED = "unexpected"  # out of order, or beyond the store's own head


@dataclass(frozen=True, slots=True)
class ChainFinding:
    """What is wrong, and with which rows."""

    kind: FindingKind
    first_seq: int
    last_seq: int
    sentence: str


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """The result of walking the chain; `head` is where it ends now."""

    head: Head
    findings: tuple[ChainFinding, ...]
    more: bool  # findings beyond the first hundred were left out

    @property
    def intact(self) -> bool:
        """Whether every row is as it was written."""
        return not self.findings


def canonical_bytes(entry: AuditEntry, seq: int, previous_hash: str) -> bytes:
    """The one way to write an event down for hashing: JSON, keys sorted, no spaces, UTF-8, a format line before it."""
    try:
        document = _written_out(entry, seq, previous_hash)
    except (TypeError, ValueError):  # a row that somebody tampered with: SQLite takes anything in any column
        document = _JSON.encode({
            "action": entry.action, "actor": entry.actor, "at_us": entry.at_us, "case": entry.case,
            "details": dict(entry.details), "organisation": entry.organisation, "outcome": entry.outcome.value,
            "previous_hash": previous_hash, "reason": entry.reason, "seq": seq, "subject_id": entry.subject_id,
            "subject_kind": entry.subject_kind,
        })  # fmt: skip
    return FORMAT + document.encode("utf-8", "surrogatepass")


def _written_out(entry: AuditEntry, seq: int, previous_hash: str) -> str:
    """As an encoder of JSON writes it, in a part of its time: every row that is sealed or checked comes by."""
    text = encode_basestring
    return (
        f'{{"action":{text(entry.action)},"actor":{text(entry.actor)},"at_us":{entry.at_us:d},"case":{text(entry.case)},'
        f'"details":{_details_out(entry.details)},"organisation":{text(entry.organisation)},'
        f'"outcome":{text(entry.outcome.value)},"previous_hash":{text(previous_hash)},"reason":{text(entry.reason)},'
        f'"seq":{seq:d},"subject_id":{text(entry.subject_id)},"subject_kind":{text(entry.subject_kind)}}}'
    )


def _details_out(details: Mapping[str, DetailValue]) -> str:
    if any(type(value) is not str for value in details.values()):
        return _JSON.encode(dict(details))
    pairs = (f"{encode_basestring(name)}:{encode_basestring(str(details[name]))}" for name in sorted(details))
    return f"{{{','.join(pairs)}}}"


def event_hash(entry: AuditEntry, seq: int, previous_hash: str) -> str:
    """SHA-256 of an event at its place, hexadecimal."""
    return hashlib.sha256(canonical_bytes(entry, seq, previous_hash)).hexdigest()


def seal(entry: AuditEntry, head: Head) -> AuditEvent:
    """The next event of a chain, clear of personal numbers."""
    assert _ACTION.fullmatch(entry.action), f"action {entry.action!r} is not of the form subject.verb"
    clear = AuditEntry(
        at_us=entry.at_us,
        actor=_findable(entry.actor),
        organisation=_findable(entry.organisation),
        action=entry.action,
        outcome=entry.outcome,
        subject_kind=_findable(entry.subject_kind),
        subject_id=_findable(entry.subject_id),
        case=_findable(entry.case),
        reason=without_numbers(_storable(entry.reason)) if entry.reason else "",
        details={name: _clear_value(name, value) for name, value in sorted(entry.details.items())},
    )
    seq = head.count + 1
    return AuditEvent(
        at_us=clear.at_us,
        actor=clear.actor,
        organisation=clear.organisation,
        action=clear.action,
        outcome=clear.outcome,
        subject_kind=clear.subject_kind,
        subject_id=clear.subject_id,
        case=clear.case,
        reason=clear.reason,
        details=clear.details,
        seq=seq,
        previous_hash=head.hash,
        hash=event_hash(clear, seq, head.hash),
    )


def verify(events: Iterable[AuditEvent], head: Head | None = None, *, stored: Head | None = None) -> ChainCheck:
    """Walks the chain and names every row that was changed, taken out or cut off.

    `events` are all rows by rising seq, read as a stream. `head` was signed earlier: the chain must lead through it.
    `stored` is the store's own: the chain must end with it.
    """
    walk = _Walk(head)
    for event in events:
        walk.step(event)
    last = walk.last
    if head is not None and last.count < head.count:
        walk.found(FindingKind.CUT_OFF, last.count + 1, head.count, "the signed head counts more rows than there are")
    if stored is not None and last.count < stored.count and (head is None or head.count < stored.count):
        first = max(last.count, 0 if head is None else head.count) + 1
        walk.found(FindingKind.CUT_OFF, first, stored.count, "the store's own head counts more rows than there are")
    if stored is not None and last.count > stored.count:
        sentence = "the store's own head does not count these rows"
        walk.found(FindingKind.UNEXPECTED, stored.count + 1, last.count, sentence)
    if stored is not None and last.count == stored.count and last.hash != stored.hash:
        sentence = "the last row is not the one that the store's own head names"
        walk.found(FindingKind.CHANGED, last.count, last.count, sentence)
    return ChainCheck(last, tuple(walk.findings[:FINDINGS_MAX]), len(walk.findings) > FINDINGS_MAX)


@dataclass(slots=True)
class _Walk:
    head: Head | None
    last: Head = field(default_factory=Head)
    findings: list[ChainFinding] = field(default_factory=list[ChainFinding])

    def step(self, event: AuditEvent) -> None:
        expected = self.last.count + 1
        if event.seq < expected:
            self.found(FindingKind.UNEXPECTED, event.seq, event.seq, f"it stands behind row {self.last.count}")
            return
        if event.seq > expected:
            self.found(FindingKind.MISSING, expected, event.seq - 1, f"row {event.seq} follows row {self.last.count}")
        elif event.previous_hash != self.last.hash and self.last.count == 0:
            self.found(FindingKind.CHANGED, event.seq, event.seq, "the first row does not begin a chain")
        elif event.previous_hash != self.last.hash:
            sentence = f"row {event.seq} was sealed upon another content"
            self.found(FindingKind.CHANGED, self.last.count, self.last.count, sentence)
        if event_hash(event, event.seq, event.previous_hash) != event.hash:
            self.found(FindingKind.CHANGED, event.seq, event.seq, "its content does not give its hash")
        if self.head is not None and event.seq == self.head.count and event.hash != self.head.hash:
            sentence = "this row or one before it was written anew after the head was signed"
            self.found(FindingKind.REWRITTEN, event.seq, event.seq, sentence)
        self.last = Head(event.seq, event.hash)

    def found(self, kind: FindingKind, first: int, last: int, sentence: str) -> None:
        if len(self.findings) <= FINDINGS_MAX:
            rows = f"row {first}" if first == last else f"rows {first} to {last}"
            self.findings.append(ChainFinding(kind, first, last, f"{rows}: {kind.replace('_', ' ')}; {sentence}"))


def _clear_value(name: str, value: DetailValue) -> DetailValue:
    if not isinstance(value, str):
        return value
    if name.endswith(INSTANT_ENDING) and _INSTANT.fullmatch(value):
        return value  # a history keeps its details as text: an instant among them is nobody's number
    if name == MARK and _MARK.fullmatch(value):
        return value
    return without_numbers(_storable(value))


def _findable(text: str) -> str:
    """Rows are found by it; what somebody typed for an id may be longer than any index holds."""
    return text if len(text) <= FINDABLE_MAX and text.isascii() and "\0" not in text else _storable(text)[:FINDABLE_MAX]


def _storable(text: str) -> str:
    """A database takes neither NUL nor half a character; a reason typed by a person may hold either."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode()
