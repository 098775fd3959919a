"""Records as JSON text, read back strictly: what is not exactly of its type is damage, not data."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

import msgspec

from fanzha.core.errors import BadInput
from fanzha.ports.record_query import KeyValue
from fanzha.ports.record_table import R, RecordTable

KEY_BYTES_MAX: Final = 2_000  # with an id or two beside it still within a third of a page of PostgreSQL
ID_BYTES_MAX: Final = 200
FINGERPRINT_DIGITS: Final = 32  # 128 bits: nobody finds another record with the same ones
KeyOf = TypeVar("KeyOf", bound=KeyValue | None)
_CANONICAL: Final = msgspec.json.Encoder(order="deterministic")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class RecordCodec(Generic[R]):
    """Writes and reads the records of one table."""

    def __init__(self, table: RecordTable[R]) -> None:
        self._table = table
        self._encoder = msgspec.json.Encoder(enc_hook=_plain, order="sorted")
        self._decoder = msgspec.json.Decoder(table.record, strict=True)

    def encode(self, record: R) -> str:
        """The record as JSON text, every name in its order.

        Raises BadInput where a text or a number cannot be stored anywhere.
        """
        assert type(record) is self._table.record, f"{type(record).__name__} is not what {self._table.name} holds"
        try:
            body = self._encoder.encode(record)
        except (UnicodeEncodeError, OverflowError):
            raise self._unstorable(record) from None
        if rb"\u0000" in body and _NUL.search(body):  # the pattern alone is slow
            raise self._unstorable(record)
        return body.decode()

    def decode(self, body: str | bytes) -> R:
        """The record of a JSON text. Raises BadInput when it is not one."""
        try:
            return self._decoder.decode(body)
        except msgspec.DecodeError as error:
            raise BadInput(
                f"a stored record of {self._table.name} is damaged or of another version: {error}; "
                "check the store with: fanzha verify"
            ) from None

    def _unstorable(self, record: R) -> BadInput:
        return BadInput(
            f"{self._table.name}: record {record.id!r} holds a NUL, half a character or a number beyond 64 bits, which no "
            "database takes; correct it"
        )


def findable(table: RecordTable[R], record_id: str, name: str, value: KeyOf) -> KeyOf:
    """The value, as it can stand in an index of every database; PostgreSQL's hold no long texts.

    Raises BadInput where it cannot, on whatever store: a report that one takes is taken by all.
    """
    if not isinstance(value, str) or 4 * len(value) <= ID_BYTES_MAX:
        return value
    most = ID_BYTES_MAX if name == "id" else KEY_BYTES_MAX
    if 4 * len(value) > most and len(value.encode("utf-8", "surrogatepass")) > most:
        raise BadInput(
            f"{table.name}: {name} of record {record_id[:40]!r} has {len(value)} letters, more than any record can be found "
            f"by ({most} bytes); shorten it"
        )
    return value


def body_fingerprint(body: str | bytes) -> str:
    """What a body is known by, however a database orders and spaces its JSON; '' where it is none."""
    try:
        content = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return ""
    return hashlib.sha256(_CANONICAL.encode(content)).hexdigest()[:FINGERPRINT_DIGITS]


def written_fingerprint(body: str) -> str:
    """The same of a body that the codec has just written: its names are in order already, so it need not be read again."""
    return hashlib.sha256(body.encode()).hexdigest()[:FINGERPRINT_DIGITS]


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be stored in a record")
