"""The key that signs the head of the audit, in a file that nobody else may read."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fanzha.core.errors import BadInput
from fanzha.storage.secret_file import write_for_us

KEY_ID_DIGITS = 16


class Ed25519Signer:
    """A private key; its id is the beginning of the SHA-256 of the public key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def from_file(cls, path: Path) -> Ed25519Signer:
        """The key of a PEM file, which is made if it is not there. Raises BadInput when others may read it."""
        try:
            if not path.exists():
                _write_new(path)
            if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise BadInput(f"{path}: others may read the signing key; make it yours alone: chmod 600 {path}")
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise BadInput(f"{path}: the signing key cannot be read: {error}") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise BadInput(f"{path}: the signing key is not an Ed25519 key")
        return cls(key)

    @property
    def key_id(self) -> str:
        """What the key is called in what it signed."""
        return key_id_of(self.public_key)

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that whoever checks needs."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature of a message."""
        return self._key.sign(message)


class Ed25519Verifier:
    """Public keys by id."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        try:
            self._keys = {key_id: Ed25519PublicKey.from_public_bytes(key) for key_id, key in keys.items()}
        except ValueError:
            raise BadInput("a public key of the audit has 32 bytes; export it with: fanzha audit key") from None

    def genuine(self, key_id: str, message: bytes, signature: bytes) -> bool:
        """Whether the key of that id signed the message."""
        key = self._keys.get(key_id)
        if key is None:
            return False
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def key_id_of(public_key: bytes) -> str:
    """The id of a public key."""
    return hashlib.sha256(public_key).hexdigest()[:KEY_ID_DIGITS]


def _write_new(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_for_us(path, pem)
