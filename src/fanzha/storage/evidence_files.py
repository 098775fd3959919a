"""Files of evidence in a directory: `ab/abcdef…`, each written whole or not at all, readable by the owner alone."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from fanzha.core.errors import BadInput, NotFound

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class EvidenceFiles:
    """A directory of files that are called by their SHA-256; several processes may put and get at the same time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, content: bytes, name: str) -> str:
        """Keeps a file and gives its SHA-256."""
        if not content:
            raise BadInput(f"{name}: the file is empty; there is nothing to keep")
        sha256 = hashlib.sha256(content).hexdigest()
        if not self._holds(sha256, content):
            try:
                _write_whole(self._path(sha256), content)
            except OSError as error:
                raise BadInput(f"{name}: cannot be kept in {self._directory}: {error.strerror}") from None
        return sha256

    def get(self, sha256: str) -> bytes:
        """The content."""
        if not self.has(sha256):
            raise NotFound(f"no file with the SHA-256 {sha256} is kept in {self._directory}")
        path = self._path(sha256)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BadInput(f"{path}: its content was altered since it was kept; restore it from a backup")
        return content

    def has(self, sha256: str) -> bool:
        """Whether the content is there."""
        return _SHA256.fullmatch(sha256) is not None and self._path(sha256).is_file()

    def walk(self) -> Iterator[str]:
        """Everything that is kept; a file that a killed start left half written begins with a dot and is none."""
        for folder in sorted(path for path in self._directory.glob("*") if path.is_dir()):
            yield from sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))

    def _path(self, sha256: str) -> Path:
        return self._directory / sha256[:2] / sha256

    def _holds(self, sha256: str, content: bytes) -> bool:
        """Whether exactly this content lies there; a damaged file is written anew by whoever brings it again."""
        try:
            return self._path(sha256).read_bytes() == content
        except OSError:
            return False


def _write_whole(path: Path, content: bytes) -> None:
    """Beside its place first, then into it at once; the disk has it when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
