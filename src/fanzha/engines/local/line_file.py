"""A file of lines that can be cut back to where it was known to be right."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fanzha.core.errors import BadInput
from fanzha.engines.local.durable_files import sync_directory


class LineFile:
    """An open file; what is written goes behind what is there."""

    kept = True

    def __init__(self, path: Path, file: int) -> None:
        self._path, self._file = path, file
        self.name = str(path.resolve())

    def length(self) -> int:
        """Bytes that are there."""
        return os.fstat(self._file).st_size

    def cut_back(self, length: int) -> None:
        """Removes everything beyond a length."""
        if self.length() > length:
            os.ftruncate(self._file, length)

    def write(self, lines: bytes) -> None:
        """Hands lines over."""
        left = memoryview(lines)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            raise BadInput(f"{self._path}: cannot be written ({error.strerror}); make room and start again") from None

    def sync(self) -> int:
        """Waits until what was written cannot get lost, and gives the length."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise BadInput(f"{self._path}: cannot be written ({error.strerror}); make room and start again") from None
        return self.length()


@contextmanager
def open_line_file(path: Path) -> Iterator[LineFile]:
    """Opens the file, which is made if it is not there.

    Raises BadInput where that cannot be.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        sync_directory(path.parent)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror})") from None
    try:
        yield LineFile(path, file)
    finally:
        os.close(file)
