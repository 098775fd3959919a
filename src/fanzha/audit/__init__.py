"""Who did what, to what, why: a chain of events in which no row can be changed, removed or cut off unseen."""

from fanzha.audit.chain import (
    GENESIS,
    ChainCheck,
    ChainFinding,
    FindingKind,
    Head,
    canonical_bytes,
    event_hash,
    seal,
    verify,
)
from fanzha.audit.clearing import fingerprint, without_numbers
from fanzha.audit.model import AuditEntry, AuditEvent, DetailValue, Outcome, Subject, done, refused
from fanzha.audit.signing import SignedHead, check_signature, head_bytes, head_document, read_head, sign_head
from fanzha.audit.written import Written, said, with_written, written_by

__all__ = [
    "GENESIS",
    "AuditEntry",
    "AuditEvent",
    "ChainCheck",
    "ChainFinding",
    "DetailValue",
    "FindingKind",
    "Head",
    "Outcome",
    "SignedHead",
    "Subject",
    "Written",
    "canonical_bytes",
    "check_signature",
    "done",
    "event_hash",
    "fingerprint",
    "head_bytes",
    "head_document",
    "read_head",
    "refused",
    "said",
    "seal",
    "sign_head",
    "verify",
    "with_written",
    "without_numbers",
    "written_by",
]
