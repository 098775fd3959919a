"""The bytes that are signed, each beginning with what they are, so that no signature serves for anything else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from fanzha.access import PartnerLink
from fanzha.ports.head_signer import HeadSigner, HeadVerifier


@dataclass(frozen=True, slots=True)
class Keys:
    """Our private key for a partner, and the partner's public one."""

    own: Callable[[PartnerLink], HeadSigner]
    theirs: Callable[[PartnerLink], HeadVerifier]


def request_bytes(method: str, target: str, at: str, key_id: str, body: bytes) -> bytes:
    """What is signed of a request: method, path with its question, time, key, and the SHA-256 of the body."""
    digest = hashlib.sha256(body).hexdigest()
    return f"fanzha-request/1\n{method}\n{target}\n{at}\n{key_id}\n{digest}\n".encode()


def receipt_bytes(key_id: str, document: bytes) -> bytes:
    """What a partner signs of a receipt: the document as it stands, byte by byte."""
    return f"fanzha-receipt/1\n{key_id}\n".encode() + document


def file_bytes(recipient: str, key_id: str, document: bytes) -> bytes:
    """What is signed of an order in a file: for whom it is, and the document byte by byte."""
    return f"fanzha-order-file/1\n{recipient}\n{key_id}\n".encode() + document


def trouble_with(link: PartnerLink, keys: Keys, key_id: object, signature: object, document: bytes) -> str:
    """Why a receipt is not the partner's own word; empty when it is."""
    if key_id != link.key_id:
        return f"signed with a key {str(key_id)[:40]!r} that is not this partner's ({link.key_id})"
    if not isinstance(signature, str):
        return "not signed"
    try:
        raw = bytes.fromhex(signature)
    except ValueError:
        return "its signature is not hexadecimal"
    if not keys.theirs(link).genuine(link.key_id, receipt_bytes(link.key_id, document), raw):
        return "its signature is not genuine: it was changed on its way, or is somebody else's"
    return ""
