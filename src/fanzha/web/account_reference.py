"""An account's number does not stand in an address that logs keep: a reference does, sealed for one person.

The reference is the number itself, encrypted (AES-SIV) under a key of this start of the server and of whoever was given
it. It opens for nobody else, and for nobody after the server was started anew; nothing is kept for it. The same number
gives the same reference to the same person, so that a page can be gone back to.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from fanzha.core.errors import NotFound
from fanzha.core.identifiers import plain_identifier

if TYPE_CHECKING:
    from fanzha.core.actor import Actor
    from fanzha.web.console import Console


def account_reference(console: Console, actor: Actor, number: str) -> str:
    """The reference by which the actor opens an account."""
    plain = plain_identifier(number).encode("utf-8", "replace")
    sealed = _cipher(console, actor).encrypt(plain, None) if plain else b""
    return base64.urlsafe_b64encode(sealed).decode("ascii").rstrip("=")


def account_of(console: Console, actor: Actor, reference: str) -> str:
    """The number behind a reference. Raises NotFound for what was not given to the actor since the server started."""
    try:
        sealed = base64.urlsafe_b64decode(reference.encode("ascii", "replace") + b"=" * (-len(reference) % 4))
        return _cipher(console, actor).decrypt(sealed, None).decode("utf-8")
    except (binascii.Error, InvalidTag, ValueError):
        raise NotFound("this address of an account was made for somebody else, or is old; search anew") from None


def account_address(console: Console, actor: Actor, number: str, case: str = "") -> str:
    """Where the actor opens the account, for a case."""
    return f"/accounts/{account_reference(console, actor, number)}" + (f"?case={case}" if case else "")


def _cipher(console: Console, actor: Actor) -> AESSIV:
    material = b"account:" + actor.id.encode("utf-8")
    return AESSIV(hmac.new(console.secret, material, hashlib.sha512).digest())
