"""Writes a file that is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from fanzha.core.errors import BadInput


def write_whole(path: Path, content: bytes) -> None:
    """Puts the content in place at once; the disk has it when this returns. Raises BadInput where it cannot be written."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadInput(f"{path}: cannot be written: {error.strerror}") from None
