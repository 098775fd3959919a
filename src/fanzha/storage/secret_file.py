"""A secret of our own in a file that nobody else may read; made when it is first needed."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final

from fanzha.core.errors import BadInput

BYTES: Final = 32


def secret_from_file(path: Path) -> bytes:
    """The secret of a file, which is made if it is not there. Raises BadInput when others may read it, or it is none."""
    try:
        if not path.exists():
            write_for_us(path, secrets.token_bytes(BYTES).hex().encode("ascii"))
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise BadInput(f"{path}: others may read this secret; make it yours alone: chmod 600 {path}")
        secret = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: the secret cannot be read: {error}") from None
    if len(secret) < BYTES:
        raise BadInput(f"{path}: the secret is too short")
    return secret


def write_for_us(path: Path, content: bytes) -> None:
    """Writes a new file that nobody else may read; OSError where there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
