"""A bank's file of answers is kept whole, and each answer in it recorded as if it had been typed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fanzha.core.actor import Actor
from fanzha.core.errors import FanzhaError, StaleVersion
from fanzha.measures.orders import Receipt
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.services.desk.model import Desk
from fanzha.services.desk.receipt_files import ReceiptWords, RowAside, read_receipts
from fanzha.services.desk.record_receipt import ReceiptTaken, record_receipt

RACES_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One row that was recorded."""

    row: int
    receipt: Receipt
    taken: ReceiptTaken


@dataclass(frozen=True, slots=True)
class ReceiptsImported:
    """What became of a file; rows aside are those that say no answer, and those that a rule refused."""

    sha256: str
    lines: tuple[ReceiptLine, ...]
    aside: tuple[RowAside, ...]
    unknown_columns: tuple[str, ...]


def import_receipts(
    desk: Desk, evidence: EvidenceStore, actor: Actor, content: bytes, name: str, words: ReceiptWords
) -> ReceiptsImported:
    """Records every answer of a file, each in a commit of its own; the same file again changes nothing.

    Raises BadInput when the file cannot be read at all; nothing is recorded then.
    """
    sha256 = evidence.put(content, name)
    file = read_receipts(content, name, words, sha256, desk.clock.now_us())
    lines: list[ReceiptLine] = []
    refused: list[RowAside] = []
    for row, receipt in file.receipts:
        try:
            lines.append(ReceiptLine(row, receipt, _recorded(desk, actor, receipt)))
        except FanzhaError as error:
            refused.append(RowAside(row, "order", str(error)))
    aside = sorted((*file.aside, *refused), key=lambda each: each.row)
    return ReceiptsImported(sha256, tuple(lines), tuple(aside), file.unknown_columns)


def _recorded(desk: Desk, actor: Actor, receipt: Receipt) -> ReceiptTaken:
    for _ in range(RACES_MAX):
        try:
            return record_receipt(desk, actor, receipt)
        except StaleVersion:
            continue  # the clock or a colleague was at the same measure
    return record_receipt(desk, actor, receipt)
