"""Orders and receipts as signed files in a folder that both reach: a document, and its signature beside it.

The signature is there before the document, and the document appears whole or not at all. In the partner's folder:
orders/ (we write), receipts/ (the partner writes; what was read is moved to receipts/read/), statements/.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from fanzha.access import PartnerLink
from fanzha.core.errors import BadInput, NotFound
from fanzha.exchange.signatures import Keys, file_bytes, trouble_with
from fanzha.ports.dispatcher import Handed, RawReceipt, ReceiptBatch, Unreachable, Verdict
from fanzha.ports.work_queues import OutMessage

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
PAGE: Final = 50
SIGNATURE: Final = ".sig"
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class OrderFiles:
    """Partners that exchange files."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def send(self, link: PartnerLink, message: OutMessage) -> Handed:
        """Writes one order; the same order again writes the same file."""
        try:
            self._write(link, message, Path(link.address) / "orders")
        except OSError as failure:
            return Handed(Verdict.AGAIN, f"{link.address}: the order cannot be written: {failure.strerror or failure}")
        except BadInput as unusable:
            return Handed(Verdict.AGAIN, f"{link.organisation} cannot be asked: {unusable}")
        return Handed(Verdict.ACCEPTED)

    def _write(self, link: PartnerLink, message: OutMessage, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        signer, document = self._keys.own(link), message.body.encode()
        signature = signer.sign(file_bytes(message.recipient, signer.key_id, document))
        file = folder / f"{_file_name(message.request_id)}.json"
        beside = {"key": signer.key_id, "recipient": message.recipient, "signature": signature.hex()}
        _write_whole(file.with_name(file.name + SIGNATURE), json.dumps(beside).encode())
        _write_whole(file, document)

    def collect(self, link: PartnerLink, after: str) -> ReceiptBatch:
        """The files that were not read yet. What `after` names was recorded, and is put away first."""
        folder = Path(link.address) / "receipts"
        try:
            _put_away(folder, after)
            names = sorted(entry.name for entry in os.scandir(folder) if _is_receipt(entry))
            read = _read_some(folder, names)
        except OSError as failure:
            raise Unreachable(f"{folder}: receipts cannot be read: {failure.strerror or failure}") from None
        if not read:
            return ReceiptBatch((), after)
        receipts = tuple(self._opened(link, folder / name, content) for name, content in read)
        cursor = json.dumps([[name, _known_by(folder / name, content)] for name, content in read])
        return ReceiptBatch(receipts, cursor, len(names) > len(read))

    def fetch(self, link: PartnerLink, reference: str) -> bytes:
        """A statement file that a receipt names."""
        file = Path(link.address) / "statements" / reference
        if not _PLAIN.fullmatch(reference) or not file.is_file() or file.is_symlink():
            raise NotFound(f"{link.organisation} has no statement {reference!r} in its folder statements")
        try:
            return _read(file)
        except OSError as failure:
            raise Unreachable(f"{file}: cannot be read: {failure.strerror or failure}") from None

    def _opened(self, link: PartnerLink, file: Path, content: bytes | None) -> RawReceipt:
        if content is None:
            return RawReceipt(f"{file.name}\n".encode(), f"{file.name} is longer than {FILE_BYTES_MAX} bytes")
        if not content:
            return RawReceipt(f"{file.name}\n".encode(), f"{file.name} is an empty file")
        try:
            beside: Any = json.loads(_read(file.with_name(file.name + SIGNATURE)))
            key_id, signature = beside["key"], beside["signature"]
        except (OSError, ValueError, RecursionError, TypeError, KeyError):
            return RawReceipt(content, f"{file.name} has no signature beside it ({file.name}{SIGNATURE})")
        return RawReceipt(content, trouble_with(link, self._keys, key_id, signature, content))


def _file_name(request_id: str) -> str:
    """A plain name, different for different requests."""
    if _PLAIN.fullmatch(request_id):
        return request_id
    return hashlib.sha256(request_id.encode()).hexdigest()


def _is_receipt(entry: os.DirEntry[str]) -> bool:
    return entry.name.endswith(".json") and not entry.name.startswith(".") and entry.is_file(follow_symlinks=False)


def _read_some(folder: Path, names: Sequence[str]) -> list[tuple[str, bytes | None]]:
    """The first files by name, as many as a page and the memory hold; None: one that is too long to be read."""
    read: list[tuple[str, bytes | None]] = []
    left = FILE_BYTES_MAX
    for name in names[:PAGE]:
        size = (folder / name).stat().st_size
        if read and size > left and size <= FILE_BYTES_MAX:
            break
        read.append((name, None if size > FILE_BYTES_MAX else _read(folder / name)))
        left -= min(size, left)
    return read


def _read(file: Path) -> bytes:
    """A plain file's bytes; the folder is the partner's too, who may have put a pipe or a link to elsewhere there."""
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise OSError(f"{file.name} is no plain file")
        content = opened.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise OSError(f"{file.name} is longer than {FILE_BYTES_MAX} bytes")
    return content


def _known_by(file: Path, content: bytes | None) -> str:
    """The SHA-256 of what was read of a file; its size where it is too long to be read."""
    return f"{file.stat().st_size} bytes" if content is None else hashlib.sha256(content).hexdigest()


def _put_away(folder: Path, recorded: str) -> None:
    """Moves what was recorded out of the way, but not another file that meanwhile came under the same name."""
    done: list[list[str]] = json.loads(recorded) if recorded else []
    for name, known_by in done:
        file = folder / name
        if not file.is_file() or file.is_symlink():
            continue
        content = None if file.stat().st_size > FILE_BYTES_MAX else _read(file)
        if _known_by(file, content) != known_by:
            continue
        put = folder / "read" / f"{file.stem}.{known_by[:12]}.json"
        put.parent.mkdir(exist_ok=True)
        signature = file.with_name(name + SIGNATURE)
        if signature.is_file():
            signature.replace(put.with_name(put.name + SIGNATURE))
        file.replace(put)


def _write_whole(file: Path, content: bytes) -> None:
    """Under another name first, so that nobody ever sees a part of it."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.new")
    with draft.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
