"""Writes a file that is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from fanzha.core.errors import BadInput


def write_whole(path: Path, content: bytes, *, public: bool = False) -> None:
    """Puts the content in place at once; the disk has it when this returns. Raises BadInput where it cannot be written.

    public: nobody is named in it, and others may read it; else it is for this user of the machine alone.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.unlink(missing_ok=True)  # of a process of that number that was killed
        mode = 0o644 if public else 0o600
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadInput(f"{path}: cannot be written: {error.strerror}") from None
