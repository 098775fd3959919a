"""The signed head: what is taken out of the house every day, so that even its owner cannot rewrite the chain."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fanzha.audit.chain import Head
from fanzha.core.errors import BadInput, Refused
from fanzha.core.time import format_instant, parse_instant

_HASH = re.compile(r"[0-9a-f]{64}")
_HEX = re.compile(r"(?:[0-9a-f]{2})+")


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head, when it was signed, and by which key."""

    head: Head
    at_us: int
    key_id: str
    signature: bytes


def head_bytes(head: Head, at_us: int, key_id: str) -> bytes:
    """What is signed."""
    return f"fanzha-audit-head/1\n{head.count}\n{head.hash}\n{at_us}\n{key_id}\n".encode()


def sign_head(head: Head, at_us: int, key_id: str, sign: Callable[[bytes], bytes]) -> SignedHead:
    """The head with a signature; `sign` holds the key, which never comes near the database."""
    return SignedHead(head, at_us, key_id, sign(head_bytes(head, at_us, key_id)))


def check_signature(signed: SignedHead, genuine: Callable[[str, bytes, bytes], bool]) -> None:
    """Refuses a head that nobody we know has signed; `genuine` takes key id, message and signature."""
    if not genuine(signed.key_id, head_bytes(signed.head, signed.at_us, signed.key_id), signed.signature):
        raise Refused(
            f"the signature of the audit head of {format_instant(signed.at_us)} (row {signed.head.count}, key "
            f"{signed.key_id}) is not genuine; use the head as it was exported, with the key that signed it"
        )


def head_document(signed: SignedHead) -> dict[str, Any]:
    """The head as it is exported."""
    return {
        "count": signed.head.count,
        "hash": signed.head.hash,
        "signed_at": format_instant(signed.at_us),
        "key": signed.key_id,
        "signature": signed.signature.hex(),
    }


def read_head(document: Mapping[str, Any]) -> SignedHead:
    """A head that was exported earlier. Raises BadInput when the document is none."""
    count, digest, at, key, signature = (
        document.get(name) for name in ("count", "hash", "signed_at", "key", "signature")
    )
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise BadInput(f"an audit head counts rows; field count is {count!r}")
    if not isinstance(digest, str) or not _HASH.fullmatch(digest):
        raise BadInput(f"field hash of an audit head is 64 hexadecimal digits, not {digest!r}")
    if not isinstance(at, str) or not isinstance(key, str):
        raise BadInput("an audit head has the fields signed_at and key, both text")
    if not isinstance(signature, str) or not _HEX.fullmatch(signature):
        raise BadInput("field signature of an audit head is hexadecimal")
    return SignedHead(Head(count, digest), parse_instant(at), key, bytes.fromhex(signature))
