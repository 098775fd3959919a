"""Files, folders and archives as a flat list of files to read, each with its SHA-256."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.intake.rulebook import rulebook

_UTF8_NAME: Final = 0x800
_ENCRYPTED: Final = 0x1
_CHUNK: Final = 1 << 20
_RATIO_FREE: Final = 1 << 20  # small members may be as repetitive as they like


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may unpack to; hitting a limit is an error of that member, told to the user."""

    file_bytes_max: int = 8 << 30
    member_bytes_max: int = 2 << 30
    total_bytes_max: int = 8 << 30
    ratio_max: int = 500
    members_max: int = 100_000
    depth_max: int = 4


@dataclass(frozen=True)
class SourceFile:
    """One file to read; members of archives stand behind '!' in `path`.

    A file that is left alone has `skipped` with the reason; one that cannot be had has `error`.
    """

    path: str
    content: bytes | Path = field(default=b"", repr=False)
    skipped: str | None = None
    error: str | None = None

    @property
    def member_name(self) -> str:
        """The file's own name, without folders and archives around it."""
        return PurePosixPath(self.path.replace("\\", "/").rsplit("!", 1)[-1]).name

    def load(self) -> bytes:
        """The bytes of the file.

        Raises BadInput when they cannot be had.
        """
        if self.error is not None or self.skipped is not None:
            raise BadInput(self.error or self.skipped)
        if isinstance(self.content, bytes):
            return self.content
        try:
            return self.content.read_bytes()
        except OSError as error:
            raise BadInput(f"the file cannot be opened ({error.strerror})") from None
        except MemoryError:
            raise BadInput("the file does not fit into memory; split it") from None

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the file's bytes in hexadecimal; of nothing where they cannot be had."""
        if isinstance(self.content, bytes):
            return hashlib.sha256(self.content).hexdigest()
        try:
            with self.content.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise BadInput(f"{self.path}: the file cannot be opened ({error.strerror})") from None


@dataclass(slots=True)
class _Budget:
    """What is left of the limits while archives are walked."""

    limits: Limits
    bytes_left: int
    members_left: int


def discover(paths: Sequence[Path], limits: Limits | None = None) -> Iterator[SourceFile]:
    """Every file under the paths, folders and archives opened, in the order of their names.

    Nothing is unpacked to disk. Files that hold no table come with `skipped`, broken ones with `error`.
    """
    limits = limits or Limits()
    budget = _Budget(limits, limits.total_bytes_max, limits.members_max)
    for path in paths:
        if path.is_dir():
            for inner in sorted(path.rglob("*")):
                if inner.is_file():
                    yield from _open_file(inner, budget)
        elif path.exists():
            yield from _open_file(path, budget)
        else:
            yield SourceFile(str(path), error="there is no such file or folder")


def discover_in(path: str, content: bytes, limits: Limits | None = None) -> Iterator[SourceFile]:
    """The same of bytes that are at hand: the file itself, or the members of an archive."""
    limits = limits or Limits()
    reason = _why_skip(PurePosixPath(path).name)
    if reason is not None:
        yield SourceFile(path, skipped=reason)
    elif _is_archive(path, content[:8]):
        budget = _Budget(limits, limits.total_bytes_max, limits.members_max)
        yield from _walk_archive(path, content, budget, depth=1)
    else:
        yield SourceFile(path, content)


def _open_file(path: Path, budget: _Budget) -> Iterator[SourceFile]:
    reason = _why_skip(path.name)
    if reason is not None:
        yield SourceFile(str(path), path, skipped=reason)
        return
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            beginning = stream.read(8)
    except OSError as error:
        yield SourceFile(str(path), path, error=f"the file cannot be opened ({error.strerror})")
        return
    if size > budget.limits.file_bytes_max:
        yield SourceFile(
            str(path), path, error=f"the file has {size} bytes; split it below {budget.limits.file_bytes_max}"
        )
    elif _is_archive(path.name, beginning):
        yield from _walk_archive(str(path), path, budget, depth=1)
    else:
        yield SourceFile(str(path), path)


def _why_skip(name: str) -> str | None:
    """Why a file is left alone, None where it is to be read."""
    rules = rulebook().formats
    lowered = name.lower()
    stem, _, extension = lowered.rpartition(".")
    if name.startswith((".", "~$", "._")):
        return "hidden or temporary file"
    if lowered in rules.skipped_names or stem in rules.skipped_names:
        return "not a statement by its name"
    if stem and extension in rules.skipped_extensions:
        return f"files of kind .{extension} hold no table that is read"
    return None


def _is_archive(name: str, beginning: bytes) -> bool:
    lowered = name.lower()
    return lowered.endswith(".zip") or (beginning.startswith(b"PK\x03\x04") and "." not in lowered)


def _walk_archive(path: str, content: bytes | Path, budget: _Budget, depth: int) -> Iterator[SourceFile]:
    if depth > budget.limits.depth_max:
        yield SourceFile(
            path, content, error=f"archives are nested deeper than {budget.limits.depth_max}; unpack them first"
        )
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content) if isinstance(content, bytes) else content) as archive:
            named = [(member_name(info), info) for info in archive.infolist() if not info.is_dir()]
            for name, info in sorted(named, key=lambda pair: pair[0]):
                yield from _open_member(f"{path}!{name}", archive, info, budget, depth)
    except _ZIP_ERRORS as error:
        yield SourceFile(path, content, error=f"the archive is broken ({error}); get it again or unpack it by hand")


_ZIP_ERRORS: Final = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError,
    RuntimeError, IndexError, MemoryError,
)  # fmt: skip


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name; archives made by Chinese systems write it in GB18030 without saying so."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _open_member(
    path: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget, depth: int
) -> Iterator[SourceFile]:
    name = PurePosixPath(path.rsplit("!", 1)[-1]).name
    reason = _why_skip(name) or ("not a statement by its name" if "__MACOSX/" in path else None)
    if reason is not None:
        yield SourceFile(path, skipped=reason)
        return
    budget.members_left -= 1
    refusal = _why_refuse(info, budget)
    if refusal is not None:
        yield SourceFile(path, error=refusal)
        return
    try:
        content = _unpack(archive, info, budget)
    except BadInput as error:
        yield SourceFile(path, error=str(error))
        return
    except _ZIP_ERRORS as error:
        yield SourceFile(path, error=f"the member cannot be unpacked ({error}); get the archive again")
        return
    if _is_archive(name, content[:8]):
        yield from _walk_archive(path, content, budget, depth + 1)
    else:
        yield SourceFile(path, content)


def _why_refuse(info: zipfile.ZipInfo, budget: _Budget) -> str | None:
    limits = budget.limits
    if info.flag_bits & _ENCRYPTED:
        return "the member is encrypted; unpack it with its password and give the folder"
    if budget.members_left < 0:
        return f"the archives hold more than {limits.members_max} files; give them in parts"
    if info.file_size > _RATIO_FREE and info.file_size > limits.ratio_max * max(info.compress_size, 1):
        return f"it unpacks to more than {limits.ratio_max} times its size, which no statement does; it was not opened"
    if info.file_size > limits.member_bytes_max:
        return f"it unpacks to {info.file_size} bytes, more than {limits.member_bytes_max}; split it"
    if info.file_size > budget.bytes_left:
        return f"the archives unpack to more than {limits.total_bytes_max} bytes in total; give them in parts"
    return None


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> bytes:
    """A member's bytes; a member that lies about its size is cut off at what it declared."""
    parts: list[bytes] = []
    unpacked = 0
    with archive.open(info) as stream:
        while part := stream.read(_CHUNK):
            unpacked += len(part)
            if unpacked > info.file_size:
                raise BadInput("the member is larger than the archive says; it was not read")
            parts.append(part)
    budget.bytes_left -= unpacked
    return b"".join(parts)
