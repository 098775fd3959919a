"""The state of a live trace in one directory, written by one process at a time.

    log.bin           records: what the log is for, then an entry for each group of rows
    checkpoint.json   how far the lines were handed over; replaced atomically

A record is a head of 24 bytes (mark, sort, payload length, CRC-32 of the payload, CRC-32 of the head) and the payload: a
JSON line that names its parts, then each part as plain bytes, every one on a multiple of 8. A record without its end can
only be the last one, of a crash while it was written; it is cut off, for nobody was told that its rows are safe.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from fanzha.core.errors import BadInput
from fanzha.engines.local.durable_files import (
    StoreDamaged,
    exclusive,
    read_checked_json,
    replace_json,
    sync_directory,
)
from fanzha.ledger.columns import I64
from fanzha.ports.live_log import AsideRow, Checkpoint, LiveEntry, LiveWriter
from fanzha.ports.transfer_stream import StreamPosition
from fanzha.records import QuarantinedRow
from fanzha.tracing.live_ledger import LiveBatch

LOG: Final = "log.bin"
CHECKPOINT: Final = "checkpoint.json"
LOCK: Final = "lock"
FORMAT: Final = 2
_MARK: Final = b"FZLV"
_QUESTION, _ENTRY = 1, 2
_HEAD: Final = struct.Struct("<4sIQII")
_COLUMNS: Final = ("at_us", "payer", "payee", "amount_minor", "kind", "payer_balance_minor", "payee_balance_minor")
_FEW: Final = 64  # so many texts of one entry are read one by one, more of them as a whole

Parts = dict[str, NDArray[Any]]


class LocalLiveLog:
    """The log in a directory, which is made when it is first opened."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @contextmanager
    def writing(self) -> Iterator[LiveWriter]:
        """Opens it for one writer, cutting off an entry that a crash left unfinished."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_directory(self._directory.parent)
        except (FileExistsError, NotADirectoryError):
            raise BadInput(f"{self._directory} is a file; the state of a live trace needs a directory") from None
        except OSError as error:
            raise BadInput(f"{self._directory} cannot be made ({error.strerror}); choose another --state") from None
        with exclusive(self._directory / LOCK):
            writer = _Writer(self._directory)
            try:
                yield writer
            finally:
                writer.close()


@dataclass(frozen=True, slots=True)
class _Texts:
    """Where an entry's texts lie in the file."""

    rows: int
    at: Mapping[str, tuple[int, int, int]]  # by column: where the ends begin, where the bytes begin, how many bytes


class _Writer:
    def __init__(self, directory: Path) -> None:
        self._directory, self._path = directory, directory / LOG
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        sync_directory(directory)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="live-log")
        self._pending: Future[None] | None = None
        self._first_rows: list[int] = []
        self._texts: list[_Texts] = []
        self._rows = 0
        self._whole: tuple[int, pl.DataFrame] = (-1, pl.DataFrame())  # the entry whose texts were last read as a whole
        try:
            self._checkpoint = self._read_checkpoint()
            self._end = self._find_end()
        except BadInput:
            self.close()
            raise

    def close(self) -> None:
        """Waits for what is under way."""
        self._pool.shutdown()
        os.close(self._file)

    def question(self) -> Mapping[str, Any] | None:
        """What the log was begun for, None while it is new."""
        if not self._end:
            return None
        _, parts = self._read(0)
        found: dict[str, Any] = json.loads(parts.tobytes())
        if found["format"] != FORMAT:
            raise BadInput(
                f"{self._path} has format {found['format']}, this version reads {FORMAT}; go on with the version of "
                "fanzha that wrote it, or start anew with another --state"
            )
        question: dict[str, Any] = found["question"]
        return question

    def begin(self, question: Mapping[str, Any]) -> None:
        """Says what the log is for, before its first entry; durable at once."""
        assert not self._end, "the log has begun"
        body = json.dumps({"format": FORMAT, "question": question}, ensure_ascii=False).encode()
        self._write(_QUESTION, [body])
        self.settle()

    def entries(self) -> Iterator[tuple[int, LiveEntry]]:
        """Every entry with the log's length behind it, in order."""
        self._first_rows, self._texts, self._rows = [], [], 0
        place = self._after(0) if self._end else 0
        while place < self._end:
            sort, payload = self._read(place)
            assert sort == _ENTRY, "one question, then entries"
            document, parts, starts = _unpack(payload)
            entry = _entry_of(document, parts)
            self._remember(place + _HEAD.size, document, starts)
            place = self._after(place)
            yield place, entry

    def append(self, entry: LiveEntry) -> int:
        """Takes an entry and gives the length behind it; durable after the next `settle`."""
        document, pieces, starts = _pack(entry)
        self._remember(self._end + _HEAD.size, document, starts)
        self._write(_ENTRY, pieces)
        return self._end

    def settle(self) -> None:
        """Waits until everything that was taken is durable."""
        if self._pending is not None:
            pending, self._pending = self._pending, None
            try:
                pending.result()
            except OSError as error:
                raise BadInput(
                    f"{self._path} cannot be written ({error.strerror}); make room and start again"
                ) from None

    def texts_of(self, rows: I64, names: Sequence[str]) -> pl.DataFrame:
        """What rows, numbered through all entries, say in words; null where a row has none."""
        entry = np.searchsorted(self._first_rows, rows, side="right") - 1
        found: dict[str, list[str | None]] = {name: [None] * len(rows) for name in names}
        for number in np.unique(entry).tolist():
            places = np.flatnonzero(entry == number)
            inside = rows[places] - self._first_rows[number]
            for name in names:
                for place, text in zip(places.tolist(), self._texts_in(number, name, inside), strict=True):
                    found[name][place] = text
        return pl.DataFrame(found, schema=dict.fromkeys(names, pl.String))

    def checkpoint(self) -> Checkpoint | None:
        """The last one committed."""
        return self._checkpoint

    def commit(self, checkpoint: Checkpoint) -> None:
        """Puts a checkpoint in place of the former one."""
        self.settle()
        replace_json(self._directory / CHECKPOINT, asdict(checkpoint))
        self._checkpoint = checkpoint

    def forget(self) -> None:
        """Empties the log and removes the checkpoint."""
        self.settle()
        (self._directory / CHECKPOINT).unlink(missing_ok=True)
        sync_directory(self._directory)
        os.ftruncate(self._file, 0)
        os.fsync(self._file)
        self._checkpoint, self._end, self._rows = None, 0, 0
        self._first_rows, self._texts, self._whole = [], [], (-1, pl.DataFrame())

    def _read_checkpoint(self) -> Checkpoint | None:
        found = read_checked_json(self._directory / CHECKPOINT)
        return None if found is None else Checkpoint(**found)

    def _find_end(self) -> int:
        """Where the last whole record ends; what is behind it is cut off."""
        size = os.fstat(self._file).st_size
        sure = self._checkpoint.log_length if self._checkpoint is not None else 0
        if size < sure:
            raise StoreDamaged(self._path, "shorter than what was committed of it")
        end = 0
        while end < size:
            after = self._end_of_record(end, size)
            if after is None:
                break
            end = after
        if end < sure:
            raise StoreDamaged(self._path, f"the record at byte {end} is not what was written")
        if end < size:
            if self._is_followed(end, size):
                raise StoreDamaged(self._path, f"the record at byte {end} is not what was written")
            os.ftruncate(self._file, end)
            os.fsync(self._file)
        return end

    def _end_of_record(self, place: int, size: int) -> int | None:
        head = os.pread(self._file, _HEAD.size, place)
        if not _is_head(head):
            return None
        _, _, length, crc, _ = _HEAD.unpack(head)
        if place + _HEAD.size + length > size or zlib.crc32(_read_whole(self._file, length, place + _HEAD.size)) != crc:
            return None
        return int(place + _HEAD.size + length)

    def _is_followed(self, place: int, size: int) -> bool:
        """Whether another record stands behind a broken one: then it is no unfinished end, but damage."""
        head = os.pread(self._file, _HEAD.size, place)
        if not _is_head(head):
            return False
        behind = place + _HEAD.size + _HEAD.unpack(head)[2]
        return behind < size and _is_head(os.pread(self._file, _HEAD.size, behind))

    def _after(self, place: int) -> int:
        return int(place + _HEAD.size + _HEAD.unpack(os.pread(self._file, _HEAD.size, place))[2])

    def _read(self, place: int) -> tuple[int, NDArray[np.uint8]]:
        _, sort, length, _, _ = _HEAD.unpack(os.pread(self._file, _HEAD.size, place))
        return sort, np.frombuffer(_read_whole(self._file, length, place + _HEAD.size), np.uint8)

    def _write(self, sort: int, pieces: Sequence[bytes | memoryview]) -> None:
        """Writes a record and lets a second thread wait for the disk."""
        self.settle()
        crc, length = 0, 0
        for piece in pieces:
            crc, length = zlib.crc32(piece, crc), length + len(piece)
        begin = _HEAD.pack(_MARK, sort, length, crc, 0)[:20]
        head = begin + struct.pack("<I", zlib.crc32(begin))
        try:
            _write_whole(self._file, [head, *pieces], self._end)
        except OSError as error:
            raise BadInput(f"{self._path} cannot be written ({error.strerror}); make room and start again") from None
        self._end += _HEAD.size + length
        self._pending = self._pool.submit(os.fdatasync, self._file)

    def _remember(self, payload: int, document: Mapping[str, Any], starts: Mapping[str, int]) -> None:
        sizes = dict(document["parts_bytes"])
        texts = {
            name: (payload + starts[f"ends.{name}"], payload + starts[f"text.{name}"], sizes[f"text.{name}"])
            for name in document["texts"]
        }
        self._first_rows.append(self._rows)
        self._texts.append(_Texts(document["rows"], texts))
        self._rows += document["rows"]

    def _texts_in(self, number: int, name: str, inside: I64) -> list[str | None]:
        where = self._texts[number]
        if name not in where.at:
            return [None] * len(inside)
        if len(inside) > _FEW:
            if self._whole[0] != number:
                self._whole = (number, self._whole_texts(where))
            return self._whole[1][name].gather(inside).to_list()
        ends, text, _ = where.at[name]
        found: list[str | None] = []
        for row in inside.tolist():
            begin, end = struct.unpack("<qq", os.pread(self._file, 16, ends + 8 * row))
            found.append(os.pread(self._file, end - begin, text + begin).decode() or None)
        return found

    def _whole_texts(self, where: _Texts) -> pl.DataFrame:
        return pl.DataFrame(
            {
                name: _series(
                    np.frombuffer(_read_whole(self._file, 8 * (where.rows + 1), ends), np.int64),
                    np.frombuffer(_read_whole(self._file, size, text), np.uint8),
                )
                for name, (ends, text, size) in where.at.items()
            }
        )


def _is_head(head: bytes) -> bool:
    return len(head) == _HEAD.size and head[:4] == _MARK and _HEAD.unpack(head)[4] == zlib.crc32(head[:20])


def _read_whole(file: int, length: int, place: int) -> bytes:
    """Bytes of a file, all of them: one call gives 2 GiB at most."""
    data = os.pread(file, length, place)
    while len(data) < length:
        more = os.pread(file, length - len(data), place + len(data))
        if not more:
            break
        data += more
    return data


def _write_whole(file: int, pieces: Sequence[bytes | memoryview], place: int) -> None:
    left = [memoryview(piece).cast("B") for piece in pieces if len(piece)]
    while left:
        done = os.pwritev(file, left, place)
        place += done
        while left and done >= len(left[0]):
            done -= len(left[0])
            left.pop(0)
        if done:
            left[0] = left[0][done:]


def _pack(entry: LiveEntry) -> tuple[dict[str, Any], list[bytes | memoryview], dict[str, int]]:
    """What an entry is written as: its document, the pieces of the payload, and where each part begins in it."""
    parts: dict[str, Any] = {}
    for name in _COLUMNS:
        column = getattr(entry.rows, name)
        if column is not None:
            parts[name] = np.ascontiguousarray(column)
    if len(entry.source_row):
        parts["source_row"] = np.ascontiguousarray(entry.source_row)
    for name in entry.texts.columns:
        parts[f"ends.{name}"], parts[f"text.{name}"] = _bytes_of(entry.texts[name])
    parts["account_flags"] = np.ascontiguousarray(entry.account_flags)
    parts["accounts"] = np.frombuffer("\n".join(entry.accounts).encode(), np.uint8)
    document = {
        "rows": len(entry.rows),
        "texts": entry.texts.columns,
        "accounts": len(entry.accounts),
        "position": asdict(entry.position),
        "aside": [[aside.before, asdict(aside.row)] for aside in entry.aside],
        "last_id": entry.last_id,
        "ended": entry.ended,
        "parts": [[name, array.dtype.str] for name, array in parts.items()],
        "parts_bytes": [[name, array.nbytes] for name, array in parts.items()],
    }
    line = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    line += b" " * (-(len(line) + 1) % 8) + b"\n"
    pieces: list[bytes | memoryview] = [line]
    starts, place = {}, len(line)
    for name, array in parts.items():
        starts[name] = place
        padding = -array.nbytes % 8
        pieces += [memoryview(array).cast("B") if array.nbytes else b"", bytes(padding)]
        place += array.nbytes + padding
    return document, pieces, starts


def _unpack(payload: NDArray[np.uint8]) -> tuple[dict[str, Any], Parts, dict[str, int]]:
    raw = payload.tobytes() if payload.size < 1 << 16 else payload[: 1 << 16].tobytes()
    end = raw.find(b"\n")
    if end < 0:
        raw = payload.tobytes()
        end = raw.index(b"\n")
    document: dict[str, Any] = json.loads(raw[:end])
    parts, starts, place = {}, {}, end + 1
    for (name, dtype), (_, size) in zip(document["parts"], document["parts_bytes"], strict=True):
        starts[name] = place
        parts[name] = payload[place : place + size].view(dtype)
        place += size + -size % 8
    return document, parts, starts


def _entry_of(document: Mapping[str, Any], parts: Mapping[str, NDArray[Any]]) -> LiveEntry:
    names = parts["accounts"].tobytes().decode().split("\n") if document["accounts"] else []
    return LiveEntry(
        position=StreamPosition(**document["position"]),
        rows=LiveBatch(**{name: parts[name] for name in _COLUMNS if name in parts}),
        source_row=parts.get("source_row", np.empty(0, np.int64)),
        texts=pl.DataFrame({name: _series(parts[f"ends.{name}"], parts[f"text.{name}"]) for name in document["texts"]}),
        accounts=tuple(names),
        account_flags=parts["account_flags"],
        aside=tuple(AsideRow(before, QuarantinedRow(**row)) for before, row in document["aside"]),
        last_id=document["last_id"],
        ended=document["ended"],
    )


def _bytes_of(texts: pl.Series) -> tuple[I64, NDArray[np.uint8]]:
    """Where each text ends (the first begins at 0), and all of them as UTF-8; a null is an empty text."""
    arrow = texts.fill_null("").rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    if not isinstance(arrow, pa.LargeStringArray):
        arrow = arrow.cast(pa.large_string())
    _, ends, data = arrow.buffers()
    place = np.frombuffer(ends, np.int64)[arrow.offset : arrow.offset + len(arrow) + 1]
    whole = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return (place - place[0]), whole[place[0] : place[-1]]


def _series(ends: I64, data: NDArray[np.uint8]) -> pl.Series:
    arrow = pa.LargeStringArray.from_buffers(
        len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(data))
    )
    texts = pl.Series(pl.from_arrow(arrow))
    return texts.set(texts == "", None)
