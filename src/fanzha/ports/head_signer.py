"""Who signs the head of the audit: a key outside the database, in a file today, in a signing device tomorrow."""

from __future__ import annotations

from typing import Protocol


class HeadSigner(Protocol):
    """Holds a private key."""

    @property
    def key_id(self) -> str:
        """What the key is called in what it signed."""

    @property
    def public_key(self) -> bytes:
        """What whoever checks needs."""

    def sign(self, message: bytes) -> bytes:
        """The signature of a message."""


class HeadVerifier(Protocol):
    """Holds public keys."""

    def genuine(self, key_id: str, message: bytes, signature: bytes) -> bool:
        """Whether the key of that id signed the message; False for a key that is not known."""
