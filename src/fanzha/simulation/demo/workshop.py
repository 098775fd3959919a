"""The folder in which a demo is made, beside the place where it will lie: one start at a time, whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from fanzha.core.errors import BadInput, Refused

FORMER: Final = "former"  # a demo that is taken away lies in the workshop until it is gone


@contextmanager
def workshop(home: Path) -> Iterator[Path]:
    """An empty folder beside a home, this start's alone; it is gone at the end, unless it was moved to its place.

    The folder itself is what is locked: a killed start holds it no longer, and what it left is taken away.
    Raises Refused while another start works in it, BadInput where it cannot be made.
    """
    folder = home.with_name(f".{home.name}.begun")
    handle = _locked(folder, home)
    try:
        for left in folder.iterdir():
            _remove(left)
        yield folder
    finally:  # after an interruption too
        if _is(folder, handle):
            shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def take_away(home: Path, folder: Path) -> None:
    """Removes a demo, by way of the workshop: a start that is killed meanwhile leaves no half of it in its place."""
    home.replace(folder / FORMER)
    shutil.rmtree(folder / FORMER)


def _locked(folder: Path, home: Path) -> int:
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:  # another start removed it between the two
            continue
        except OSError as error:
            raise BadInput(f"{folder}: the folder cannot be made: {error.strerror}") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise Refused(
                f"a demo is being made in {home} by another start of fanzha; wait until it is done, or name another "
                "folder with --home DIR"
            ) from None
        if _is(folder, handle):
            return handle
        os.close(handle)  # that was the folder of a start that has just ended


def _is(folder: Path, handle: int) -> bool:
    """Whether a folder is still the one that was opened."""
    with suppress(FileNotFoundError):
        return folder.stat().st_ino == os.fstat(handle).st_ino
    return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
