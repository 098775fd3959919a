"""A command that carries a key of the caller's is carried out once, however often it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

import msgspec

from fanzha.core.errors import BadInput
from fanzha.ports.work_store import Kept
from fanzha.services.desk.acting import Work

KEY_MAX: Final = 200


def fingerprint_of(verb: str, *content: object) -> str:
    """SHA-256 of a command: its verb and all that was asked; dataclasses, texts, numbers and collections of these."""
    return hashlib.sha256(msgspec.json.encode([verb, *content], order="deterministic")).hexdigest()


def once(work: Work, key: str, fingerprint: str, kind: type[Kept], carry_out: Callable[[], Kept]) -> Kept:
    """What the command makes; sent again by the same person under the same key, the record that it made, as it is now.

    Args:
        work: the use case at work; the key is kept in its commit.
        key: the caller's own; empty: the command is carried out each time.
        fingerprint: of the command, by `fingerprint_of`.
        kind: of the record that it makes.
        carry_out: makes the record and saves it.

    Raises:
        BadInput: that can be no key.
        Refused: the key was used for another command.
        StaleVersion: the same command was carried out at the same moment; sent again, it finds what was made.
    """
    if not key:
        return carry_out()
    if len(key) > KEY_MAX or not key.isprintable():
        raise BadInput(f"a key of a command has at most {KEY_MAX} printable letters")
    owned = f"{work.actor.id}:{key}"  # one person's keys are nobody else's
    made = work.unit.requests.recall(owned, fingerprint)
    if made is not None:
        return work.unit.records(kind).get(made)
    record = carry_out()
    work.unit.requests.remember(owned, fingerprint, record.id, work.now_us)
    return record
