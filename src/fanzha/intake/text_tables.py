"""CSV and TXT in any of the usual encodings and separators, as one sheet."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

import polars as pl

from fanzha.core.errors import BadInput
from fanzha.intake.rulebook import rulebook, split_header
from fanzha.intake.sheets import HEAD_ROWS, Sheet, column_names, frame_of_rows

SEPARATORS: Final = (",", "\t", ";", "|", "，")
_HEAD_BYTES: Final = 1 << 18
_SLOW_ROWS: Final = 50_000


def decode_text(data: bytes) -> tuple[bytes, str, tuple[str, ...]]:
    """The same text as UTF-8 without BOM, the encoding it was in, and notes; bytes without meaning become U+FFFD."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _from_utf16(data, "utf-16")
    sample = data[:4096]
    if len(sample) > 1 and sample[1::2].count(0) > len(sample) // 5:
        return _from_utf16(data, "utf-16-le")
    if len(sample) > 1 and sample[::2].count(0) > len(sample) // 5:
        return _from_utf16(data, "utf-16-be")
    data = data.removeprefix(codecs.BOM_UTF8)
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return (data if encoding == "utf-8" else text.encode()), encoding, ()
    as_utf8, as_gb = data.decode("utf-8", errors="replace"), data.decode("gb18030", errors="replace")
    encoding, text = min((("utf-8", as_utf8), ("gb18030", as_gb)), key=lambda pair: pair[1].count("\ufffd"))
    return text.encode(), encoding, _lost_bytes(text, encoding)


def _from_utf16(data: bytes, encoding: str) -> tuple[bytes, str, tuple[str, ...]]:
    text = data.decode(encoding, errors="replace").lstrip("\ufeff")
    return text.encode("utf-8", errors="replace"), encoding, _lost_bytes(text, encoding)


def _begins_as_utf8(data: bytes) -> bool:
    """Whether the beginning is UTF-8 text; the fast reader checks the rest."""
    if b"\x00" in data[:4096] or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data[:_HEAD_BYTES], len(data) <= _HEAD_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _lost_bytes(text: str, encoding: str) -> tuple[str, ...]:
    lost = text.count("\ufffd")
    return (f"{lost} characters are not valid {encoding} and were replaced by U+FFFD",) if lost else ()


def read_text_table(data: bytes, separator: str | None = None) -> Sheet:
    """One sheet of a CSV or TXT file.

    Raises BadInput when the file is empty.
    """
    no_notes: tuple[str, ...] = ()
    if _begins_as_utf8(data):
        # Not decoded as a whole: that would cost as much again as reading the table.
        utf8, encoding, notes = data.removeprefix(codecs.BOM_UTF8), "utf-8", no_notes
    else:
        utf8, encoding, notes = decode_text(data)
    if b"\r" in utf8[:_HEAD_BYTES] and b"\n" not in utf8:
        utf8 = utf8.replace(b"\r", b"\n")
    if not utf8[:_HEAD_BYTES].strip() and not utf8.strip():
        raise BadInput("the file is empty")
    beginning = utf8[:_HEAD_BYTES].decode("utf-8", errors="ignore")
    separator = separator or _find_separator(beginning)
    if not separator.isascii():
        utf8, separator = utf8.replace(separator.encode(), b"\t"), "\t"
        beginning = utf8[:_HEAD_BYTES].decode("utf-8", errors="ignore")
    head = tuple(tuple(row) for row in islice(_records(beginning, separator), HEAD_ROWS))
    told = [f"encoding {encoding}"] if encoding != "utf-8" else []
    told += notes
    return Sheet(
        name="",
        head=head,
        below=lambda header: _rows_below(utf8, separator, _Reading(head, header, told)),
        notes=told,
    )


class _Reading(NamedTuple):
    """Where the rows begin, and the notes to add to when they are out of order."""

    head: tuple[tuple[str, ...], ...]
    header: int
    notes: list[str]


def _find_separator(beginning: str) -> str:
    """The separator under which one of the first rows has most known column names, else most cells."""
    known = rulebook().known_headers
    best, best_score = ",", (-1, -1)
    for separator in SEPARATORS:
        rows = list(islice(_records(beginning, separator), HEAD_ROWS))
        hits = max((sum(split_header(cell)[0] in known for cell in row) for row in rows), default=0)
        widths = sorted(len(row) for row in rows)
        score = (hits, widths[len(widths) // 2] if widths else 0)
        if score > best_score:
            best, best_score = separator, score
    return best


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """Records by the usual rules of quoting; by plain splitting where the quotes do not add up."""
    if text.count('"') % 2:
        yield from _plain_records(text, separator)
        return
    seen = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            yield row
            seen += 1
    except csv.Error:
        yield from islice(_plain_records(text, separator), seen, None)


def _plain_records(text: str, separator: str) -> Iterator[list[str]]:
    for line in io.StringIO(text):
        bare = line.rstrip("\r\n")
        yield [cell.strip('"') for cell in bare.split(separator)] if bare else []


def _rows_below(utf8: bytes, separator: str, reading: _Reading) -> pl.DataFrame:
    """Rows under the header: by the fast reader, by Python's where the file breaks the rules of CSV."""
    width = max(len(row) for row in reading.head[reading.header :])
    if not any("\n" in cell for row in reading.head[: reading.header + 1] for cell in row):
        frame = _fast_rows(utf8, separator, reading.header, width)
        if frame is None and (whole := decode_text(utf8))[1] != "utf-8":
            utf8 = whole[0]
            reading.notes.extend((f"encoding {whole[1]}", *whole[2]))
            frame = _fast_rows(utf8, separator, reading.header, width)
        if frame is not None and not _swallowed(utf8, frame, separator):
            return frame
    return _slow_rows(utf8.decode("utf-8", errors="replace"), separator, reading)


def _fast_rows(utf8: bytes, separator: str, header: int, width: int) -> pl.DataFrame | None:
    """Rows under the header as text, None where the file breaks a rule of CSV or is no UTF-8."""
    try:
        return pl.read_csv(
            utf8,
            has_header=False,
            skip_lines=header + 1,
            separator=separator,
            schema=dict.fromkeys(column_names(width), pl.String),
            missing_columns="insert",
            raise_if_empty=False,
        )
    except (pl.exceptions.PolarsError, ValueError):
        return None


def _swallowed(utf8: bytes, frame: pl.DataFrame, separator: str) -> bool:
    """Whether a stray quote made whole lines vanish into one cell."""
    if b'"' not in utf8 or utf8.count(b"\n") <= frame.height:
        return False
    least = max(frame.width // 2, 1)
    vanished = frame.select(
        (
            pl.all().str.contains("\n", literal=True) & (pl.all().str.count_matches(separator, literal=True) >= least)
        ).any()
    )
    return any(vanished.row(0)) if vanished.width else False


def _slow_rows(text: str, separator: str, reading: _Reading) -> pl.DataFrame:
    """Rows under the header, one record at a time."""
    reading.notes.append("cells or quotes are out of order; rows were split one by one")
    below = reading.header + 1
    rows = list(islice(_records(text, separator), below, None))
    least = max(max(len(row) for row in reading.head[reading.header :]) // 2, 1)
    if any("\n" in cell and cell.count(separator) >= least for row in rows for cell in row):
        rows = list(islice(_plain_records(text, separator), below, None))
    parts = [frame_of_rows(rows[start : start + _SLOW_ROWS]) for start in range(0, len(rows), _SLOW_ROWS)]
    return pl.concat(parts, how="diagonal") if parts else pl.DataFrame()
