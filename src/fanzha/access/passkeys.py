"""Passkeys (通行密钥): a key pair whose private half never leaves its owner's device; only the public half is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from fanzha.access.model import Person
from fanzha.core.errors import BadInput, NotAllowed

PASSKEYS_MAX: Final = 10  # that count at once, of one person
LABEL_MAX: Final = 80


@dataclass(frozen=True, slots=True)
class Passkey:
    """One of somebody's passkeys. `site` is the name of the host for which it was made; it signs for no other."""

    id: str
    version: int
    organisation: str
    person: str
    credential_id: str  # by which the device finds it, hexadecimal
    public_key: str  # COSE, hexadecimal
    sign_count: int  # how often it has signed, where its device counts; else 0
    site: str
    label: str
    created_at_us: int
    used_at_us: int | None = None
    revoked_at_us: int | None = None


def check_label(label: str) -> str:
    """The name by which its owner will know it. Raises BadInput for none, or a long one."""
    plain = " ".join(label.split())
    if not plain or len(plain) > LABEL_MAX:
        raise BadInput(
            f"a passkey needs a name of up to {LABEL_MAX} letters by which you will know it, such as: my phone"
        )
    return plain


def check_room(passkeys: Sequence[Passkey]) -> None:
    """Raises NotAllowed where somebody has as many as one may have."""
    if sum(one.revoked_at_us is None for one in passkeys) >= PASSKEYS_MAX:
        raise NotAllowed("passkey.many", f"{PASSKEYS_MAX} passkeys are the most; remove one that you do not use")


def check_passkey(passkey: Passkey, person: Person) -> None:
    """Raises NotAllowed where it was removed, or its person is not active."""
    if not person.active or passkey.person != person.id:
        raise NotAllowed("credential.person", "this account is not active: ask an administrator (管理员) of your body")
    if passkey.revoked_at_us is not None:
        raise NotAllowed("credential.revoked", "this passkey was removed: sign in by password")


def used(passkey: Passkey, sign_count: int, now_us: int) -> Passkey:
    """The passkey after it signed. Raises NotAllowed where its count did not rise: two devices may hold the same key."""
    counted = sign_count or passkey.sign_count
    if counted and sign_count <= passkey.sign_count:
        raise NotAllowed(
            "passkey.count", f"its device says it signed {sign_count} times, but it had {passkey.sign_count}"
        )
    return replace(passkey, sign_count=sign_count, used_at_us=now_us)


def remove(passkey: Passkey, now_us: int) -> Passkey:
    """The passkey counts no more; removing it twice keeps the first time."""
    return passkey if passkey.revoked_at_us is not None else replace(passkey, revoked_at_us=now_us)
