"""What browsers and devices are asked, and what they answer, when a passkey is made or used (WebAuthn)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Site:
    """Where the ceremony is held: the host's name, which passkeys are bound to, and the page's origin."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose passkey is made: an id without meaning, and how the device shows him."""

    id: str
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new passkey's public half."""

    credential_id: str
    public_key: str
    sign_count: int


class PasskeyCeremony(Protocol):
    """Questions and answers are JSON texts; every check raises NotAllowed where an answer is not what was asked for."""

    def ask_to_make(self, site: Site, owner: Owner, challenge: bytes, known: Sequence[str]) -> str:
        """The question for a new passkey on a device that holds none of the known ones."""

    def ask_to_sign(self, site: Site, challenge: bytes) -> str:
        """The question for a signature by any passkey of this site."""

    def challenge_of(self, answer: str) -> bytes:
        """Which challenge an answer says that it is to; not checked yet."""

    def made(self, answer: str, site: Site, challenge: bytes) -> MadeKey:
        """The new passkey, whose owner was verified by its device."""

    def signer_of(self, answer: str) -> str:
        """Which passkey an answer says that it is by; not checked yet."""

    def signed(self, answer: str, site: Site, challenge: bytes, public_key: str) -> int:
        """How often the passkey has signed, once the signature and that its device verified its owner are checked."""
