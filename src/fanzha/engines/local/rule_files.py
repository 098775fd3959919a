"""The centre's own tables in a home: `rules/NAME.toml`, each in place of the installed table of that name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.engines.local.durable_files import sync_directory

FOLDER: Final = "rules"
ENDING: Final = ".toml"


class HomeRuleFiles:
    """The folder of one home, which need not be there."""

    def __init__(self, home: Path) -> None:
        self.folder = home / FOLDER

    def names(self) -> tuple[str, ...]:
        """Of the tables that are there, in order."""
        if not self.folder.is_dir():
            return ()
        return tuple(sorted(path.name for path in self.folder.glob(f"*{ENDING}") if not path.name.startswith(".")))

    def read(self, name: str) -> bytes | None:
        """A table as it was put there. Raises BadInput where it cannot be read."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadInput(f"{self.folder / name}: cannot be read: {error.strerror}") from None

    def put(self, name: str, content: bytes) -> None:
        """Puts a table in place at once. Raises BadInput where it cannot be written."""
        beside = self.folder / f".{name}.{os.getpid()}"
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            beside.unlink(missing_ok=True)  # of a process of that number that was killed
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.folder / name)
            sync_directory(self.folder)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise BadInput(f"{self.folder / name}: cannot be written: {error.strerror}") from None
