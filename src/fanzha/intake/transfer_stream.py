"""A canonical CSV as it comes: from a file that may still grow, or from a pipe; block by block, read as any other table."""

from __future__ import annotations

import hashlib
import os
import select
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from fanzha.core.errors import BadInput, Refused
from fanzha.intake.findings import Table
from fanzha.intake.layout import Layout, find_layout, head_scores, nearest_table
from fanzha.intake.text_tables import read_text_table
from fanzha.intake.transfers import read_transfers
from fanzha.ports.transfer_stream import StreamBlock, StreamPosition
from fanzha.records import TRANSFER

BLOCK_BYTES: Final = 6 << 20  # about 65,536 rows
ROW_BYTES_MAX: Final = 16 << 20  # a quote that never ends must not swallow the rest
POLL_S: Final = 0.2  # how often a file is looked at again
IDLE_S: Final = 0.05  # a pipe that is silent for so long has nothing for now
LATENCY_S: Final = 0.25  # rows of a live input wait no longer than this for a block to fill
_READ_BYTES: Final = 1 << 20
_TEXTS: Final = ("transfer_id", "serial", "summary")
_BALANCES: Final = ("payer_balance", "payee_balance")

More = Callable[[], bytes | None]  # the next bytes, b"" at the end, None where there is nothing for now


class _Header(NamedTuple):
    """The header, how it is to be read, and where it stands."""

    line: bytes
    layout: Layout
    rows: int  # physical rows up to and with it
    length: int  # bytes up to and with it


class CanonicalStream:
    """Rows from a file; with `follow` it is read on for as long as somebody waits."""

    def __init__(self, path: Path | None, *, follow: bool = False) -> None:
        """`path` None: standard input. Raises BadInput when there is no canonical table in it."""
        self._path, self._follow = path, follow
        self._live = follow or path is None
        self.name = str(path) if path is not None else "standard input"
        self.resent = path is None
        self._file = _open(path) if path is not None else 0
        self._first = bytearray()
        self._taken = hashlib.sha256()  # everything before the position, so that a changed file is known again
        self._pool = ThreadPoolExecutor(1)
        self._header = self._read_header()
        columns = self._header.layout.columns
        self.with_balances = any(name in columns for name in _BALANCES)
        self.texts = tuple(name for name in _TEXTS if name in columns)
        if self.resent and "transfer_id" not in columns:
            raise BadInput(
                f"{self.name}: row {self._header.rows}: the header lacks transfer_id; rows from a pipe need one, "
                "because a sender that starts again sends rows again"
            )

    def close(self) -> None:
        """Lets the file go."""
        self._pool.shutdown()
        if self._path is not None:
            os.close(self._file)

    def blocks(self, after: StreamPosition) -> Iterator[StreamBlock | None]:
        """The rows behind a position, until the input ends; None whenever there is nothing to read for now."""
        at = self._begin(after)
        kept = bytearray(self._first[at.offset :] if self.resent or not after.offset else b"")
        ended, wanted = False, BLOCK_BYTES
        while not ended:
            idle, begun = False, time.monotonic()
            while len(kept) < wanted and not idle and not ended:
                data = self._more()
                ended, idle = data == b"", data is None
                kept += data or b""
                # Rows that trickle in are not kept waiting for a whole block.
                idle = idle or (self._live and time.monotonic() - begun > LATENCY_S)
            cut = len(kept) if ended else _last_row_end(kept)
            wanted = BLOCK_BYTES if cut else len(kept) + BLOCK_BYTES
            if cut:
                at = yield from self._block(bytes(kept[:cut]), at)
                del kept[:cut]
            if idle:
                yield None

    def _block(self, data: bytes, at: StreamPosition) -> Generator[StreamBlock, None, StreamPosition]:
        """The rows of some whole rows' bytes, and the position behind them."""
        complete = data.endswith((b"\n", b"\r"))
        hashed = self._pool.submit(self._hash, data)  # beside the reading, which takes longer
        moved = StreamPosition(at.offset + len(data), at.row, complete)
        if not data.strip():
            return replace(moved, row=at.row + data.count(b"\n"), sha256=hashed.result())
        sheet = read_text_table(self._header.line + data)
        sheet = replace(sheet, head=(sheet.head[0],), first_row=at.row)
        table = Table(sheet=sheet, layout=replace(self._header.layout, header=0), frame=sheet.below(0))
        found = read_transfers(table, whole=False)
        moved = replace(moved, row=at.row + table.height, sha256=hashed.result())
        facts = found.facts.get("transfers", pl.DataFrame(schema=TRANSFER))
        yield StreamBlock(facts, found.quarantine, moved)
        return moved

    def _begin(self, after: StreamPosition) -> StreamPosition:
        """Goes to where reading goes on, and makes sure that it is the same input."""
        if self.resent or not after.offset:
            start = StreamPosition(self._header.length, self._header.rows)
            if not self.resent:
                os.lseek(self._file, len(self._first), os.SEEK_SET)
            return replace(start, sha256=self._hash(bytes(self._first[: start.offset])))
        size = os.fstat(self._file).st_size
        if size < after.offset or self._hash_beginning(after.offset) != after.sha256:
            raise Refused(
                f"{self.name} is not the file that was read before, which had {after.offset} bytes up to row "
                f"{after.row} (it has been shortened or changed); start anew with --fresh, or give another --state"
            )
        os.lseek(self._file, after.offset, os.SEEK_SET)
        if after.complete or size == after.offset:
            return after
        behind = os.pread(self._file, 2, after.offset)
        skip = 2 if behind == b"\r\n" else 1 if behind[:1] in (b"\n", b"\r") else 0
        if not skip:
            raise Refused(
                f"{self.name}: row {after.row} had no line end when it was read, and goes on now; start anew with "
                "--fresh, and read growing files with --follow"
            )
        offset = after.offset + skip
        os.lseek(self._file, offset, os.SEEK_SET)
        return StreamPosition(offset, after.row, complete=True, sha256=self._hash(behind[:skip]))

    def _hash(self, data: bytes) -> str:
        """SHA-256 of a file's bytes so far, after some more; a pipe is known again by its rows' ids instead."""
        if self.resent:
            return ""
        self._taken.update(data)
        return self._taken.hexdigest()

    def _hash_beginning(self, length: int) -> str:
        """SHA-256 of the first bytes of the file, from which it goes on."""
        self._taken = hashlib.sha256()
        for place in range(0, length, _READ_BYTES):
            self._taken.update(os.pread(self._file, min(_READ_BYTES, length - place), place))
        return self._taken.hexdigest()

    def _more(self) -> bytes | None:
        if self.resent:
            ready, _, _ = select.select([self._file], [], [], IDLE_S)
            return os.read(self._file, _READ_BYTES) if ready else None
        data = os.read(self._file, _READ_BYTES)
        if data or not self._follow:
            return data
        time.sleep(POLL_S)
        return None

    def _read_header(self) -> _Header:
        """Reads until the header is there."""
        while True:
            data = self._more()
            self._first += data or b""
            if data == b"" or (data is not None and _last_row_end(self._first)):
                break
        first = bytes(self._first)
        if first.startswith(b"PAR1") or b"\x00" in first[:4096]:
            raise BadInput(f"{self.name}: is no CSV in UTF-8 or GB18030; save it as CSV UTF-8")
        if not first.strip():
            raise BadInput(f"{self.name}: is empty; its first row must be the header of a canonical table")
        whole = first[: _last_row_end(self._first)] or first
        sheet = read_text_table(whole)
        layout = find_layout(sheet, Path(self.name).stem)
        if layout is None or layout.table != "transfers":
            raise BadInput(
                f"{self.name}: is no canonical table ({nearest_table(head_scores(sheet))}); its header must have "
                "at, payer, payee and amount"
            )
        ends = _row_ends(whole, layout.header + 1)
        begin = ends[-2] if len(ends) > 1 else 0
        length = ends[-1] if len(ends) == layout.header + 1 else len(whole)
        line = whole[begin:length].removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n") + b"\n"
        return _Header(line, layout, layout.header + 1, length)


def _open(path: Path) -> int:
    try:
        if path.is_dir():
            raise BadInput(f"{path}: is a folder; give one canonical CSV file, or - for standard input")
        return os.open(path, os.O_RDONLY)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None


def _row_ends(data: bytes, count: int) -> list[int]:
    """Where the first rows end, each behind its line end; a line end within quotes ends no row."""
    ends: list[int] = []
    place = 0
    while len(ends) < count:
        place = data.find(b"\n", place) + 1
        if not place:
            break
        if data.count(b'"', ends[-1] if ends else 0, place) % 2 == 0:
            ends.append(place)
    return ends


def _last_row_end(data: bytearray) -> int:
    """Where the last whole row ends; 0 where no row is whole yet."""
    cut = data.rfind(b"\n") + 1
    if not cut or data.count(b'"', 0, cut) % 2 == 0:
        return cut
    found = np.frombuffer(bytes(data[:cut]), np.uint8)
    outside = np.cumsum(found == ord('"')) % 2 == 0
    ends = np.flatnonzero((found == ord("\n")) & outside)
    if len(ends):
        return int(ends[-1]) + 1
    return cut if len(data) > ROW_BYTES_MAX else 0
