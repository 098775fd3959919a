"""One file that holds everything of a home; written whole or not at all, and believed only after every byte was checked.

A tar archive of plain files, so that it can be opened without this program; its last member, `backup.json`, names each
file with its size and SHA-256, and the version and rules that it was made by.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, cast

from fanzha.core.errors import BadInput, Refused
from fanzha.engines.local.durable_files import read_checked_json, remove_tree, sync_directory
from fanzha.engines.local.home_layout import MANIFEST
from fanzha.engines.local.rule_files import FOLDER, HomeRuleFiles
from fanzha.engines.local.simulated_clock import AHEAD_FILE
from fanzha.engines.local.store import FACTS, INDEX, LOCK
from fanzha.ports.backup_contents import Contents

FORMAT: Final = 1
CONTENTS: Final = "backup.json"  # the last member
EVIDENCE: Final = "evidence"
RECORDS: Final = "work.db"
_BLOCK: Final = 1 << 20
_WORKSHOP: Final = ".fanzha-backup"  # where a backup is made; what a killed start left is removed by the next one


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """A file that goes into an archive; its hash where somebody else wrote it down."""

    name: str  # within the home
    path: Path
    sha256: str = ""


@contextmanager
def workshop(target: Path) -> Iterator[Path]:
    """A folder beside a new backup, gone at the end; one backup at a time is made in a directory.

    Raises Refused when the backup is there already or another one is being made, BadInput where nothing can be written.
    """
    if target.exists():
        raise Refused(f"{target} is there already; name a new file for each backup")
    folder = target.parent / _WORKSHOP
    try:
        handle = os.open(target.parent, os.O_RDONLY)
    except OSError as error:
        raise BadInput(f"{target.parent}: {error.strerror}; make the directory first") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"another backup is being made in {target.parent}; wait until it is done") from None
        try:
            remove_tree(folder)
            folder.mkdir(mode=0o700)
            yield folder
        except OSError as error:
            raise BadInput(f"{target}: the backup cannot be written: {error.strerror or error}") from None
        finally:
            remove_tree(folder)
    finally:
        os.close(handle)


def evidence_parts(home: Path) -> tuple[ArchivePart, ...]:
    """The files of evidence, which are called by their hashes."""
    found = sorted((home / EVIDENCE).glob("*/*"))
    return tuple(
        ArchivePart(path.relative_to(home).as_posix(), path, path.name)
        for path in found
        if path.is_file() and not path.name.startswith(".")
    )


def rule_parts(home: Path) -> tuple[ArchivePart, ...]:
    """The centre's own tables."""
    own = HomeRuleFiles(home)
    return tuple(ArchivePart(f"{FOLDER}/{name}", own.folder / name) for name in own.names())


def clock_parts(home: Path) -> tuple[ArchivePart, ...]:
    """The instant at which a simulated home lives: without it all its records would lie in the future, or long ago."""
    file = home / AHEAD_FILE
    return (ArchivePart(AHEAD_FILE, file),) if file.exists() else ()


@contextmanager
def ledger_parts(home: Path) -> Iterator[tuple[ArchivePart, ...]]:
    """The facts and the ledger, which nobody changes meanwhile. Raises Refused while somebody writes them."""
    if not (home / MANIFEST).exists():
        yield ()
        return
    handle = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"{home} is being written by another start of fanzha; wait until it is done") from None
        manifest = read_checked_json(home / MANIFEST)
        named = {
            f"{FACTS}/{sha}/{name}": digest for sha, one in manifest["facts"].items() for name, digest in one.items()
        }
        index = manifest["index"]
        if index is not None:
            named |= {f"{INDEX}/{index['directory']}/{name}": one["sha256"] for name, one in index["files"].items()}
        yield (
            ArchivePart(MANIFEST, home / MANIFEST),
            *(ArchivePart(n, home / n, digest) for n, digest in named.items()),
        )
    finally:
        os.close(handle)


def write_archive(target: Path, folder: Path, parts: Sequence[ArchivePart], about: Mapping[str, Any]) -> Contents:
    """Writes the archive in the workshop, and then puts it in its place.

    Raises BadInput when a file is not what was written down of it: a damaged home makes no backup.
    """
    beside, files = folder / "archive", dict[str, tuple[int, str]]()
    with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for part in parts:
                files[part.name] = _put(archive, part)
            document = {"format": FORMAT, **about, "files": {name: list(one) for name, one in files.items()}}
            body = json.dumps(document, ensure_ascii=False, sort_keys=True)
            digest = hashlib.sha256(body.encode()).hexdigest()
            checked = json.dumps({"sha256": digest, "body": body}).encode()
            archive.addfile(_member(CONTENTS, len(checked)), io.BytesIO(checked))
        file.flush()
        os.fsync(file.fileno())
    beside.rename(target)
    sync_directory(target.parent)
    return _contents(document, digest)


def _put(archive: tarfile.TarFile, part: ArchivePart) -> tuple[int, str]:
    try:
        with part.path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            reading = _Hashing(file)
            archive.addfile(_member(part.name, size), cast("IO[bytes]", reading))
    except FileNotFoundError:
        raise BadInput(f"{part.path}: the file is gone; see what else is missing: fanzha verify") from None
    digest = reading.digest.hexdigest()
    if part.sha256 and digest != part.sha256:
        raise BadInput(
            f"{part.path}: altered since it was written, so that no backup is made of it; put it right from an earlier "
            "backup, and see what else is altered: fanzha verify"
        )
    return size, digest


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Some bytes."""
        data = self._file.read(size)
        self.digest.update(data)
        return data


def read_contents(path: Path) -> Contents:
    """What an archive says that it holds. Raises BadInput for a file that is none."""
    with _opened(path) as archive:
        return _read_contents(path, archive)


def unpack(path: Path, folder: Path) -> Contents:
    """Puts the files of an archive into an empty folder; each is compared with its hash.

    Raises BadInput when the archive is damaged or is none; then the folder is of no use.
    """
    with _opened(path) as archive:
        contents = _read_contents(path, archive)
        missing = dict(contents.files)
        for member in archive:
            if member.name == CONTENTS:
                continue
            wanted = missing.pop(member.name, None)
            if wanted is None or not member.isfile() or not _is_within(member.name):
                raise BadInput(f"{path}: {member.name} is not among what the backup says that it holds")
            if _unpack_one(archive, member, folder / member.name) != wanted:
                raise BadInput(f"{path}: {member.name} is damaged; use another backup")
    if missing:
        raise BadInput(f"{path}: {next(iter(missing))} is missing; use another backup")
    for directory in (path for path in (folder, *folder.rglob("*")) if path.is_dir()):
        sync_directory(directory)
    return contents


def _unpack_one(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> tuple[int, str]:
    content = archive.extractfile(member)
    assert content is not None, "a plain file has content"
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while block := content.read(_BLOCK):
            digest.update(block)
            size += file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, mode="r:") as archive:
            yield archive
    except (tarfile.TarError, EOFError) as error:
        raise BadInput(f"{path}: this is no whole backup of fanzha ({error})") from None
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None


def _read_contents(path: Path, archive: tarfile.TarFile) -> Contents:
    try:
        member = archive.getmember(CONTENTS)
        outer = json.loads(cast("IO[bytes]", archive.extractfile(member)).read())
        body = outer["body"]
        intact = hashlib.sha256(body.encode()).hexdigest() == outer["sha256"]
        document = json.loads(body) if intact else {}
    except (KeyError, ValueError, TypeError, AttributeError):
        document = {}
    if not document:
        raise BadInput(f"{path}: this is no whole backup of fanzha; its list of contents is missing or altered")
    if document["format"] != FORMAT:
        raise BadInput(f"{path}: a backup of format {document['format']}; this version reads {FORMAT}")
    return _contents(document, outer["sha256"])


def _contents(document: Mapping[str, Any], sha256: str) -> Contents:
    files = {name: (int(size), str(digest)) for name, (size, digest) in document["files"].items()}
    return Contents(document["made_at"], document["version"], document["rules"], files, CONTENTS, sha256)


def _is_within(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def put_in_place(folder: Path, home: Path) -> None:
    """Makes a folder the home, in one instant. Raises Refused when the home holds anything."""
    try:
        folder.rename(home)  # takes the place of an empty directory too
        sync_directory(home.parent)
    except OSError as error:
        raise Refused(f"{home} is not empty ({error.strerror}); restore into a new directory: --into DIR") from None


@contextmanager
def restoring(home: Path) -> Iterator[Path]:
    """An empty folder beside a home that is to be; what a killed start left of it is removed first.

    Raises Refused when the home holds anything already, BadInput where nothing can be written.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise Refused(f"{home} is not empty, and nothing is restored over it; restore into a new directory: --into DIR")
    folder = home.parent / f".{home.name}.restoring"
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        remove_tree(folder)
        folder.mkdir(mode=0o700)
        yield folder
    except OSError as error:
        raise BadInput(f"{home}: cannot be written: {error.strerror or error}") from None
    finally:
        remove_tree(folder)
