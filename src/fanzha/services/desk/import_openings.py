"""A bank's or an operator's table of openings is taken in row by row; what cannot be read is put aside, with why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.access import Action, Scope
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework.openings import Opener, Opening, OpeningDraft, OpeningKind, Source, opening_key, plain_opening
from fanzha.casework.operations import Identifier, IdentifierKind
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, FanzhaError
from fanzha.core.time import parse_instant
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.ports.record_query import LIMIT_MAX, Query
from fanzha.ports.table_reader import TableReader, TableRow
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.import_seizures import SheetFault, SheetFile, fault_of
from fanzha.services.desk.match_numbers import match_later
from fanzha.services.desk.model import Desk

CHUNK: Final = 500  # rows of one commit: whoever else writes waits no longer
_KINDS: Final[Mapping[str, OpeningKind]] = {
    "account": OpeningKind.ACCOUNT, "银行卡": OpeningKind.ACCOUNT, "个人账户": OpeningKind.ACCOUNT,
    "line": OpeningKind.LINE, "电话卡": OpeningKind.LINE, "手机卡": OpeningKind.LINE,
    "corporate": OpeningKind.CORPORATE, "对公账户": OpeningKind.CORPORATE, "单位账户": OpeningKind.CORPORATE,
}  # fmt: skip
_OTHERS: Final = (IdentifierKind.ICCID, IdentifierKind.IMSI, IdentifierKind.IMEI, IdentifierKind.LICENCE)


@dataclass(frozen=True, slots=True)
class OpeningsImported:
    """What became of a table."""

    sha256: str
    taken: int
    again: int  # rows that were there already
    aside: tuple[SheetFault, ...]
    unknown_columns: tuple[str, ...]


def import_openings(
    desk: Desk, evidence: EvidenceStore, reader: TableReader, actor: Actor, file: SheetFile, institution: str = ""
) -> OpeningsImported:
    """Takes in every row of a workbook or CSV file; the file is kept whole, and brought again it changes nothing.

    institution: where everything in it was opened, where its rows do not say. What is seized from then on is compared
    with it at once, and what was seized before now. Raises BadInput where the file cannot be read or has no column of numbers;
    nothing is taken in then.
    """
    words = {word.lower(): column for column, heads in desk.rules.operations.opening_sheet.items() for word in heads}
    with acting(desk, actor, "opening.import", Subject("opening", "")) as work:
        work.check(Action.CLUE_WORK, Scope(actor.organisation))  # who may not has nothing read or kept
    rows = reader.rows(file.content, file.name)
    heads = {head for row in rows for head in row.cells}
    if not any(words.get(head.lower()) == "number" for head in heads):
        needed = desk.rules.operations.opening_sheet["number"][0]
        raise BadInput(f"{file.name}: no column has the numbers; the first row must have {needed}")
    sha256 = evidence.put(file.content, file.name)
    taken, again, aside = 0, 0, list[SheetFault]()
    for begin in range(0, len(rows), CHUNK):
        with acting(desk, actor, "opening.import", Subject("opening", "")) as work:
            new, known = _take(work, rows[begin : begin + CHUNK], words, institution, sha256, aside)
            taken, again = taken + new, again + known
            said: dict[str, DetailValue] = {"sha256": sha256, "rows": new}
            work.unit.audit.append(done(actor, work.now_us, "opening.import", Subject("opening", ""), details=said))
    unknown = tuple(sorted(head for head in heads if head.lower() not in words))
    return OpeningsImported(sha256, taken, again, tuple(aside), unknown)


def _take(
    work: Work,
    rows: Sequence[TableRow],
    words: Mapping[str, str],
    institution: str,
    sha256: str,
    aside: list[SheetFault],
) -> tuple[int, int]:
    """One chunk; gives how many were new, and how many were there."""
    work.check(Action.CLUE_WORK, Scope(work.actor.organisation))
    work.unit.hold(f"openings:{work.actor.organisation}")
    wanted: dict[str, Opening] = {}
    again = 0
    for row in rows:
        try:
            draft = plain_opening(_draft_of(row, words, institution))
        except FanzhaError as error:
            aside.append(fault_of(row, error))
            continue
        opening = Opening(
            work.ids.new("OPENING"), 0, work.actor.organisation, draft, Source(sha256, row.sheet, row.number),
            work.actor.id, work.now_us,
        )  # fmt: skip
        key = opening_key(opening.organisation, draft)
        again += key in wanted
        wanted.setdefault(key, opening)
    records = work.unit.records(Opening)
    held = records.find(Query(within={"opening_key": tuple(sorted(wanted))}, limit=LIMIT_MAX)).rows if wanted else ()
    there = {opening_key(one.organisation, one.draft) for one in held}
    new = [opening for key, opening in wanted.items() if key not in there]
    records.add_many(new)
    match_later(work, new)
    return len(new), again + len(wanted) - len(new)


def _draft_of(row: TableRow, words: Mapping[str, str], institution: str) -> OpeningDraft:
    said = {words[head.lower()]: cell for head, cell in row.cells.items() if head.lower() in words}
    kind = said.get("kind", "").strip().lower()
    if kind and kind not in _KINDS:
        raise BadInput(f"kind: {kind!r} is none; there are: {', '.join(_KINDS)}")
    opened = said.get("opened", "")
    try:
        opened_us = parse_instant(opened) if opened else None
    except BadInput as error:
        raise BadInput(f"opened: {error}") from None
    others = tuple(Identifier(each, said[each.value]) for each in _OTHERS if said.get(each.value))
    return OpeningDraft(
        said.get("number", ""), said.get("institution", "") or institution,
        Opener(said.get("opener", ""), said.get("opener_id", ""), said.get("agent", "")),
        _KINDS[kind] if kind else None, said.get("outlet", ""), said.get("clerk", ""), opened_us, others,
    )  # fmt: skip
