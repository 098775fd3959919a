"""Facts and ledger in one directory, written by one process at a time and read by any number.

    manifest.json                what is there; replaced atomically, so that it is the commit
    facts/<sha256>/*.parquet     the facts of one file, its quarantine, and batch.json
    index/<number>/*             the ledger's columns (.npy, .arrow), to be memory-mapped

The manifest has the SHA-256 of every file. What it does not name is garbage of an interrupted start, and removed by the
next writer.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from fanzha.core.errors import BadInput
from fanzha.engines.local.durable_files import (
    ALTERED,
    StoreDamaged,
    Written,
    exclusive,
    read_checked_json,
    remove_tree,
    replace_json,
    sha256_of,
    sync_directory,
)
from fanzha.engines.local.fact_files import find_citing, read_batch, read_excerpt, write_batch
from fanzha.engines.local.home_layout import MANIFEST
from fanzha.engines.local.ledger_files import read_ledger, write_ledger
from fanzha.ledger.assembly import ConfirmedPair, CoverageOverride, RowPlace
from fanzha.ledger.columns import U32
from fanzha.ports.fact_store import FactWriter, ForgottenFile, LedgerChoices, StoredLedger
from fanzha.records import FactBatch

FORMAT: Final = 3
FACTS: Final = "facts"
INDEX: Final = "index"
LOCK: Final = "lock"
VERIFIED_MAX: Final = 1 << 20  # bytes of a facts file that is hashed though only some of its rows are read
ROWLESS_MAX: Final = 10_000  # files of which the facts without their rows are remembered
READ_ATTEMPTS: Final = 3  # a reader may meet a writer's clean-up between manifest and files

Manifest = dict[str, Any]
_EMPTY: Final[Manifest] = {
    "format": FORMAT, "generation": 0, "facts": {}, "index": None, "joins_rejected": [], "coverage": [],
}  # fmt: skip


class LocalFactStore:
    """The store in a home directory; the directory is made by the first commit."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._read: tuple[object, Manifest] = (None, {})  # what the manifest file was when last read, and its content
        self._mapped: _Mapped | None = None
        self._rowless: dict[str, tuple[Mapping[str, tuple[int, int, int]], FactBatch]] = {}

    def files(self) -> tuple[str, ...]:
        """SHA-256 of every file whose facts are there, rising."""
        return tuple(sorted(self._manifest()["facts"]))

    def batch(self, sha256: str) -> FactBatch:
        """The facts of one file."""
        if sha256 not in self._manifest()["facts"]:
            raise KeyError(sha256)
        self._verify(sha256)
        return read_batch(self._home / FACTS / sha256, sha256)

    def excerpt(self, places: Mapping[str, U32]) -> Sequence[FactBatch]:
        """The facts of every file, of its rows those at the given places."""
        nothing = np.empty(0, np.uint32)
        return [self._excerpt_of(sha256, places.get(sha256, nothing)) for sha256 in self.files()]

    def _excerpt_of(self, sha256: str, places: U32) -> FactBatch:
        """Of a file without a row in question the same again, as long as nobody touches its facts."""
        directory = self._home / FACTS / sha256
        touched = _touched(directory)
        known = None if len(places) else self._rowless.get(sha256)
        if known is not None and known[0] == touched:
            return known[1]
        self._verify(sha256, size_max=VERIFIED_MAX)
        batch = read_excerpt(directory, sha256, places)
        if not len(places):
            if len(self._rowless) >= ROWLESS_MAX:
                self._rowless.clear()
            self._rowless[sha256] = touched, batch
        return batch

    def _verify(self, sha256: str, *, size_max: int | None = None) -> None:
        """Compares the facts of a file with their hashes; `size_max`: only in stored files of at most so many bytes."""
        for name, digest in self._manifest()["facts"][sha256].items():
            path = self._home / FACTS / sha256 / name
            large = size_max is not None and path.exists() and path.stat().st_size > size_max
            if not large and sha256_of(path) != digest:
                raise StoreDamaged(path, ALTERED)

    def citing(self, order_numbers: Collection[str], serials: Collection[str]) -> Mapping[str, U32]:
        """The places of statement rows that have one of the order numbers or serials."""
        wanted = [pl.Series(list(texts), dtype=pl.String) for texts in (order_numbers, serials)]
        found = find_citing([self._home / FACTS / sha256 for sha256 in self.files()], *wanted)
        return {directory.name: places for directory, places in found.items()}

    def ledger(self) -> StoredLedger | None:
        """The ledger, its columns mapped."""
        for attempt in range(READ_ATTEMPTS):
            index = self._manifest()["index"]
            if index is None:
                return None
            try:
                return self._ledger_of(index)
            except StoreDamaged:
                # A commit between reading the manifest and opening the files makes the former index garbage.
                if attempt == READ_ATTEMPTS - 1 or self._manifest()["index"] == index:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _ledger_of(self, index: Manifest) -> StoredLedger:
        """Mapped once; a later reader of the same index only makes sure that nobody touched its files."""
        directory = self._home / INDEX / index["directory"]
        touched = _touched(directory)
        if self._mapped is not None and (self._mapped.index, self._mapped.touched) == (index, touched):
            return self._mapped.ledger
        files = {name: Written(**written) for name, written in index["files"].items()}
        ledger = read_ledger(directory, files, index["digest"])
        self._mapped = _Mapped(index, touched, ledger)
        return ledger

    def choices(self) -> LedgerChoices:
        """What people decided so far."""
        manifest = self._manifest()
        return LedgerChoices(
            tuple((a, b) for a, b in manifest["joins_rejected"]),
            tuple(CoverageOverride(account, start, end) for account, start, end in manifest["coverage"]),
            tuple(
                ConfirmedPair(RowPlace(*outgoing), RowPlace(*incoming), *texts)
                for outgoing, incoming, *texts in manifest.get("pairs", ())
            ),
            tuple(ForgottenFile(*texts) for texts in manifest.get("forgotten", ())),
        )

    def damages(self) -> Sequence[str]:
        """Stored files whose bytes are not those that were written."""
        while True:
            manifest = self._manifest()
            kept = [
                (self._home / FACTS / sha256 / name, digest)
                for sha256, files in manifest["facts"].items()
                for name, digest in files.items()
            ]
            index = manifest["index"]
            if index is not None:
                directory = self._home / INDEX / index["directory"]
                kept += [(directory / name, written["sha256"]) for name, written in index["files"].items()]
            found = [f"{path}: truncated, altered or gone" for path, digest in kept if sha256_of(path) != digest]
            # A commit meanwhile has made the former index garbage.
            if not found or self._manifest()["index"] == index:
                return found

    @contextmanager
    def writing(self) -> Iterator[FactWriter]:
        """Opens the home for one writer; a home that this start made is gone again unless something is committed."""
        made = self._make_home()
        with exclusive(self._home / LOCK):
            if not (self._home / MANIFEST).exists():
                self._begin()
            writer = _Writer(self._home, self._manifest())
            try:
                writer.remove_garbage()
                yield writer
            finally:
                writer.remove_garbage()
                if made and self._manifest()["generation"] == 0:
                    self._unmake_home()

    def _begin(self) -> None:
        # Facts without a manifest have lost it: taking them for garbage would remove everything.
        if any((self._home / FACTS).iterdir()) or any((self._home / INDEX).iterdir()):
            raise StoreDamaged(self._home / MANIFEST, "the file is gone, but facts are there")
        replace_json(self._home / MANIFEST, _EMPTY)

    def _make_home(self) -> bool:
        made = not self._home.exists()
        try:
            for directory in (self._home, self._home / FACTS, self._home / INDEX):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # facts name people
        except (FileExistsError, NotADirectoryError):
            raise BadInput(f"{self._home} is a file; --home takes a directory") from None
        except OSError as error:
            raise BadInput(f"{self._home} cannot be made ({error.strerror}); choose another --home") from None
        return made

    def _unmake_home(self) -> None:
        for name in (MANIFEST, LOCK):
            (self._home / name).unlink(missing_ok=True)
        for directory in (self._home / FACTS, self._home / INDEX, self._home):
            with suppress(OSError):
                directory.rmdir()

    def _manifest(self) -> Manifest:
        path = self._home / MANIFEST
        try:
            status = path.stat()
        except OSError:
            return dict(_EMPTY)
        identity = (status.st_ino, status.st_mtime_ns, status.st_size)
        if self._read[0] != identity:
            self._read = (identity, self._checked(path))
        return self._read[1]

    def _checked(self, path: Path) -> Manifest:
        found = read_checked_json(path)
        if found is None:
            return dict(_EMPTY)
        if found["format"] != FORMAT:
            raise BadInput(
                f"{path} has format {found['format']}, this version reads {FORMAT}; "
                "use the version of fanzha that wrote it, or ingest the statements into a new --home"
            )
        manifest: Manifest = found
        return manifest


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A ledger that was read: the index as the manifest names it, and when each of its files was changed last."""

    index: Manifest
    touched: Mapping[str, tuple[int, int, int]]
    ledger: StoredLedger


def _touched(directory: Path) -> Mapping[str, tuple[int, int, int]]:
    """Number, size and time of the last change of each file of a directory; nothing where it is gone."""
    try:
        with os.scandir(directory) as entries:
            found = {entry.name: entry.stat() for entry in entries}
    except OSError:
        return {}
    return {name: (status.st_ino, status.st_size, status.st_mtime_ns) for name, status in found.items()}


class _Writer:
    def __init__(self, home: Path, manifest: Manifest) -> None:
        self._home = home
        self._manifest = manifest
        self._added: dict[str, dict[str, str]] = {}
        self._removed: set[str] = set()

    def add(self, batch: FactBatch) -> None:
        """Writes the facts beside the others; until the commit they are garbage."""
        if batch.sha256 in self._manifest["facts"] or batch.sha256 in self._added:
            return
        directory = self._home / FACTS / batch.sha256
        directory.mkdir()
        self._added[batch.sha256] = write_batch(directory, batch)
        sync_directory(directory)

    def remove(self, sha256: str) -> None:
        """Lets the next manifest leave the facts out; they are garbage then."""
        self._removed.add(sha256)

    def commit(self, ledger: StoredLedger, choices: LedgerChoices) -> None:
        """Writes the ledger and then the manifest; the one instant of change is its replacement."""
        generation = self._manifest["generation"] + 1
        directory = self._home / INDEX / f"{generation:08d}"
        directory.mkdir()
        files = write_ledger(directory, ledger)
        for changed in (directory, self._home / FACTS, self._home / INDEX):
            sync_directory(changed)
        facts = {**self._manifest["facts"], **self._added}
        manifest = {
            "format": FORMAT,
            "generation": generation,
            "facts": {sha256: files for sha256, files in facts.items() if sha256 not in self._removed},
            "index": {
                "directory": directory.name,
                "digest": ledger.digest,
                "files": {name: asdict(written) for name, written in files.items()},
            },
            "joins_rejected": [list(pair) for pair in choices.joins_rejected],
            "coverage": [[line.account, line.from_us, line.to_us] for line in choices.coverage],
            "pairs": [astuple(pair) for pair in choices.pairs],
            "forgotten": [astuple(file) for file in choices.forgotten],
        }
        replace_json(self._home / MANIFEST, manifest)
        self._manifest, self._added, self._removed = manifest, {}, set()

    def remove_garbage(self) -> None:
        """Removes what the manifest does not name: the former index, and what an interrupted start left."""
        index = self._manifest["index"]
        named = {FACTS: set(self._manifest["facts"]), INDEX: {index["directory"]} if index else set()}
        for part, keep in named.items():
            for path in (self._home / part).iterdir():
                if path.name not in keep:
                    remove_tree(path)
        (self._home / f"{MANIFEST}.new").unlink(missing_ok=True)
