"""Files that are wholly there or not at all, and say so when they are not what was written."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fanzha.core.errors import BadInput, Refused

# Columns of a few texts over and over: a dictionary halves the time to read a part of the rows.
ALIKE: Final = ("sheet", "currency")
ALTERED: Final = "truncated or altered since it was written"
END_BYTES: Final = 65536
# What parsing a column's header may raise: NumPy reads it as a Python expression.
UNREADABLE: Final = (
    ValueError,
    TypeError,
    KeyError,
    EOFError,
    OSError,
    OverflowError,
    MemoryError,
    SyntaxError,
    TokenError,
)


class StoreDamaged(BadInput):
    """A stored file is not what was written: truncated, altered or gone."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{path}: {what}; restore this file from a backup, or move the home directory away and ingest the "
            "statements again"
        )


def write_bytes(path: Path, data: bytes | memoryview) -> int:
    """Writes a new file and waits until the disk has it; returns its size."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return len(data)


@dataclass(frozen=True, slots=True)
class Written:
    """What a file was when it was written."""

    size: int
    sha256: str  # of all its bytes
    ends: str  # SHA-256 of its first and last bytes, quickly compared; of a small file these are all


def write_array(path: Path, array: NDArray[Any]) -> Written:
    """Writes an array as .npy and waits until the disk has it."""
    header = io.BytesIO()
    array = np.ascontiguousarray(array)
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    with path.open("wb") as file:
        file.write(header.getvalue())
        array.tofile(file)
        digest = hashlib.sha256(header.getvalue())
        digest.update(array.reshape(-1).view(np.uint8).data if array.size else b"")
        return _written(file, path, digest.hexdigest())


def write_text(path: Path, text: str) -> Written:
    """Writes a text as UTF-8 and waits until the disk has it."""
    data = text.encode()
    write_bytes(path, data)
    return Written(len(data), hashlib.sha256(data).hexdigest(), ends_of(path, len(data)))


def _written(file: IO[bytes], path: Path, sha256: str) -> Written:
    """Waits until the disk has a file, and tells what it is."""
    file.flush()
    os.fsync(file.fileno())
    size = path.stat().st_size
    return Written(size, sha256, ends_of(path, size))


def ends_of(path: Path, size: int) -> str:
    """SHA-256 of the first and last bytes of a file, which say how the bytes between are to be read."""
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(END_BYTES))
        if size > END_BYTES:
            file.seek(max(END_BYTES, size - END_BYTES))
            digest.update(file.read())
    return digest.hexdigest()


def check_ends(path: Path, written: Written) -> None:
    """Compares a file's size and its first and last bytes with what was written.

    Raises StoreDamaged when the file is gone or another.
    """
    try:
        size = path.stat().st_size
        ends = ends_of(path, size) if size == written.size else ""
    except OSError:
        raise StoreDamaged(path, "the file is gone") from None
    if size != written.size:
        raise StoreDamaged(path, f"{size} bytes long, {written.size} were written")
    if ends != written.ends:
        raise StoreDamaged(path, ALTERED)


def map_array(path: Path) -> NDArray[Any]:
    """The array of a .npy file, mapped; what somebody writes to it stays in this process and never reaches the file.

    A plain array that may be written to, because a kernel is compiled again for any other sort.
    Raises StoreDamaged when the file is gone or is no such file.
    """
    try:
        array: NDArray[Any] = np.asarray(np.load(path, mmap_mode="c", allow_pickle=False))
    except FileNotFoundError:
        raise StoreDamaged(path, "the file is gone") from None
    except UNREADABLE as error:
        raise StoreDamaged(path, f"not readable as a column ({error})") from None
    return array


def frame_bytes(frame: pl.DataFrame) -> bytes:
    """A frame as Parquet; Arrow writes it in half the time of Polars."""
    buffer = io.BytesIO()
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    few = [name for name in ALIKE if name in frame.columns]
    pq.write_table(table, buffer, compression="lz4", use_dictionary=few, write_statistics=False)
    return buffer.getvalue()


def read_frame(path: Path) -> pl.DataFrame:
    """A frame from Parquet.

    Raises StoreDamaged when the file is gone or is no such file.
    """
    with reading(path):
        return pl.read_parquet(path, use_pyarrow=False)
    raise AssertionError("reading ends in a table or an error")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns whatever reading a Parquet file may raise into StoreDamaged."""
    try:
        yield
    except FileNotFoundError:
        raise StoreDamaged(path, "the file is gone") from None
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, pa.ArrowException, OSError) as error:
        raise StoreDamaged(path, f"not readable as a table ({str(error).splitlines()[0]})") from None


def write_texts(path: Path, frame: pl.DataFrame) -> Written:
    """Writes text columns so that they can be mapped, and waits until the disk has them."""
    # A column that says nothing would take 16 bytes a row.
    empty = [name for name in frame.columns if frame[name].null_count() == len(frame)]
    frame = frame.with_columns(pl.Series(name, [], dtype=pl.Null).clear(len(frame)) for name in empty)
    with path.open("wb") as file:
        frame.write_ipc(file, compression="uncompressed")
        file.flush()
        return _written(file, path, sha256_of(path))


def map_texts(path: Path) -> pl.DataFrame:
    """Text columns, mapped.

    Raises StoreDamaged when the file is gone or is no such file.
    """
    try:
        # Polars itself would read the whole file; Arrow maps it.
        frame = pl.from_arrow(pa.ipc.open_file(pa.memory_map(str(path))).read_all())
    except FileNotFoundError:
        raise StoreDamaged(path, "the file is gone") from None
    except (pa.ArrowException, pl.exceptions.PolarsError, *UNREADABLE) as error:
        raise StoreDamaged(path, f"not readable as texts ({type(error).__name__}: {error})".splitlines()[0]) from None
    assert isinstance(frame, pl.DataFrame)
    empty = [name for name, dtype in frame.schema.items() if dtype == pl.Null]
    return frame.with_columns(pl.Series(name, [], dtype=pl.String).clear(len(frame)) for name in empty)


def sync_directory(path: Path) -> None:
    """Waits until the disk has the directory's list of names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_json(path: Path, document: Any) -> None:
    """Puts a document in place of the former one; at any moment one of the two is there, whole."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    checked = json.dumps({"sha256": hashlib.sha256(body.encode()).hexdigest(), "body": body}, ensure_ascii=False)
    beside = path.with_name(path.name + ".new")
    write_bytes(beside, checked.encode())
    beside.replace(path)
    sync_directory(path.parent)


def read_checked_json(path: Path) -> Any:
    """The document that `replace_json` wrote, None if there is none.

    Raises StoreDamaged when a byte of it has changed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreDamaged(path, f"not readable ({error})") from None
    try:
        outer = json.loads(text)
        body = outer["body"]
        if hashlib.sha256(body.encode()).hexdigest() == outer["sha256"]:
            return json.loads(body)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise StoreDamaged(path, ALTERED)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, '' if it is gone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def remove_tree(path: Path) -> None:
    """Removes a directory or a file, whatever is in it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Keeps a second writer out while the block runs; a killed holder's lock is free at once.

    Raises Refused when somebody else has it.
    """
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise Refused(f"{lock.parent} is being written by another start of fanzha; wait until it is done") from None
        with suppress(FileNotFoundError):
            # A holder that undid its home has removed the name we opened; then the lock is nobody's.
            if lock.stat().st_ino == os.fstat(handle).st_ino:
                break
        os.close(handle)
    try:
        yield
    finally:
        os.close(handle)
