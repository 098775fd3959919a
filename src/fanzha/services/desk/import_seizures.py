"""缴获清单: a sheet of seized things, dens and suspects is entered row by row; what cannot be entered is put aside, with why."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Protocol

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework.operations import (
    Goods,
    Identifier,
    IdentifierKind,
    Operation,
    OperationResult,
    OperationRules,
    ResultDraft,
    ResultKind,
    Suspect,
    TakeDown,
    check_takes_part,
)
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, FanzhaError
from fanzha.core.money import parse_minor
from fanzha.core.time import parse_instant
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.ports.table_reader import TableReader, TableRow
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.enter_result import Entered, enter_one
from fanzha.services.desk.keeping_operations import held_operation, seen_result
from fanzha.services.desk.model import Desk

CHUNK: Final = 200  # rows of one commit: whoever else writes waits no longer
_FIELD: Final = re.compile(r"([a-z_]+): (.+)", re.DOTALL)
_LISTING: Final = frozenset({"item", "name"})  # a sheet with one of these columns lists something
_HIDDEN: Final = ("identifiers", "name", "id_number")
MASK_SIGN: Final = "*"
_SPLIT: Final = str.maketrans({"，": ",", "、": ",", ";": ",", "；": ",", "\n": ",", " ": ","})


class Worded(Protocol):
    """Something of the dated table, with its words."""

    @property
    def slug(self) -> str:
        """By which records name it."""

    @property
    def zh(self) -> str:
        """In Chinese."""

    @property
    def en(self) -> str:
        """In English."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A row that was entered, or had been before."""

    sheet: str
    row: int
    entered: Entered


@dataclass(frozen=True, slots=True)
class SheetFault:
    """A row that was put aside: which field of it, and why."""

    sheet: str
    row: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class SeizuresImported:
    """What became of a sheet."""

    sha256: str
    lines: tuple[SheetLine, ...]
    aside: tuple[SheetFault, ...]
    unknown_columns: tuple[str, ...]
    left_out: tuple[str, ...]  # sheets that list no things


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A file as it was brought, and when what it lists was seized, where its rows do not say."""

    name: str
    content: bytes
    at_us: int | None = None


def import_seizures(
    desk: Desk, evidence: EvidenceStore, reader: TableReader, actor: Actor, operation_id: str, file: SheetFile
) -> SeizuresImported:
    """Enters every row of a workbook or CSV file; the file is kept whole, and sent again it changes nothing.

    A row is known again by its own 编号, else by the entry of which it is an export, else by the file and its place in it. What
    an export of the operation itself says is there already; a row of it whose person or number is masked is put aside.

    Raises BadInput when the file cannot be read or lacks the column of the things; nothing is entered then. NotFound and
    NotAllowed as `enter_result`.
    """
    rules = desk.rules.operations
    with acting(desk, actor, "operation.enter", Subject("operation", operation_id)) as work:
        held_operation(work, operation_id, Action.OPERATION_ENTER)  # who may not enter has nothing read or kept
    rows = reader.rows(file.content, file.name)
    columns = _columns(rows, rules, file.name)
    listing = {row.sheet for row in rows for head in row.cells if columns.get(head) in _LISTING}
    left_out = tuple(dict.fromkeys(row.sheet for row in rows if row.sheet not in listing))
    sha256 = evidence.put(file.content, file.name)
    lines: list[SheetLine] = []
    aside: list[SheetFault] = []
    remaining = (row for row in rows if row.sheet in listing)
    while chunk := list(islice(remaining, CHUNK)):
        with acting(desk, actor, "operation.enter", Subject("operation", operation_id)) as work:
            operation = held_operation(work, operation_id, Action.OPERATION_ENTER)
            for row in chunk:
                try:
                    entered = _exported_here(work, operation, row, columns)
                    if entered is None:
                        entered = enter_one(work, operation, _draft_of(row, columns, rules, operation, file, sha256))
                    lines.append(SheetLine(row.sheet, row.number, entered))
                except FanzhaError as error:
                    aside.append(fault_of(row, error))
    unknown = {head: None for row in rows if row.sheet in listing for head in row.cells if head not in columns}
    return SeizuresImported(sha256, tuple(lines), tuple(aside), tuple(unknown), left_out)


def _exported_here(work: Work, operation: Operation, row: TableRow, columns: Mapping[str, str]) -> Entered | None:
    """The entry that an export of this operation says by its id: it is there, corrections too; None for any other row."""
    entry = _said(row, columns).get("entry", "")
    found = work.unit.records(OperationResult).get_many((entry,)) if entry else ()
    here = next((one for one in found if one.operation == operation.id), None)
    if here is None:
        return None
    check_takes_part(operation, work.actor)
    return Entered(seen_result(work, here), again=True)


def _said(row: TableRow, columns: Mapping[str, str]) -> dict[str, str]:
    return {columns[head]: cell for head, cell in row.cells.items() if head in columns}


def _check_plain(said: Mapping[str, str]) -> None:
    """Raises BadInput for a row of an export whose persons or numbers are hidden: a mask is no number."""
    hidden = next((name for name in _HIDDEN if MASK_SIGN in said.get(name, "")), None)
    if hidden is not None:
        raise BadInput(f"{hidden}: it is masked; export the operation with its numbers revealed (--reveal)")


def fault_of(row: TableRow, error: FanzhaError) -> SheetFault:
    """The row with its reason; what is wrong with a field is said as `field: reason`."""
    said = _FIELD.fullmatch(str(error)) if isinstance(error, BadInput) else None
    field, reason = ("", str(error)) if said is None else said.groups()
    return SheetFault(row.sheet, row.number, field, reason)


def _columns(rows: Sequence[TableRow], rules: OperationRules, name: str) -> dict[str, str]:
    """What each head of the file is. Raises BadInput where none names the things."""
    words = {word.lower(): column for column, heads in rules.sheet.items() for word in heads}
    heads = {head for row in rows for head in row.cells}
    known = {head: words[head.lower()] for head in heads if head.lower() in words}
    if not _LISTING & set(known.values()):
        raise BadInput(
            f"{name}: no column names the things; the first row must have {rules.sheet['item'][0]}; "
            "see the template: fanzha operation template"
        )
    return known


def _draft_of(
    row: TableRow,
    columns: Mapping[str, str],
    rules: OperationRules,
    operation: Operation,
    file: SheetFile,
    sha256: str,
) -> ResultDraft:
    said = _said(row, columns)
    _check_plain(said)
    target = _slug(said.get("item", ""), rules.targets.values())
    kind, content, quantity = ResultKind.SEIZURE, dict[str, Any](), said.get("quantity", "1")
    if said.get("name"):
        kind, content = ResultKind.SUSPECT, {"suspect": _suspect(said, rules)}
    elif target:
        kind, content = ResultKind.TAKE_DOWN, {"take_down": _den(target, said)}
    else:
        item = _item(said.get("item", ""), rules)
        numbers = tuple(read_identifiers(said.get("identifiers", ""), item, rules))
        content = {"goods": Goods(item, numbers, said.get("marks", ""), said.get("place", ""))}
    return ResultDraft(
        kind, _instant(said.get("at", ""), file.at_us), request=_request_of(said, row, sha256),
        quantity=read_quantity(quantity, "" if "goods" not in content else content["goods"].item, rules),
        document=said.get("document", ""), team=_team(said.get("team", ""), operation),
        take_down_of=said.get("take_down", ""), **content,
    )  # fmt: skip


def _request_of(said: Mapping[str, str], row: TableRow, sha256: str) -> str:
    """By what a row is known again: its own 编号, the entry of which it is an export, or its place in the file."""
    return said.get("request") or said.get("entry") or f"{sha256[:16]}/{row.sheet}/{row.number}"


def _den(target: str, said: Mapping[str, str]) -> TakeDown:
    return TakeDown(target, said.get("place", ""), said.get("jurisdiction", ""))


def _suspect(said: Mapping[str, str], rules: OperationRules) -> Suspect:
    charges = tuple(
        _known(word, rules.charges.values(), "charges")
        for word in said.get("charges", "").translate(_SPLIT).split(",")
        if word
    )
    capacity, arrival = said.get("capacity", ""), said.get("arrival", "")
    return Suspect(
        said["name"], said.get("id_number", ""), charges,
        _known(capacity, rules.capacities.values(), "capacity") if capacity else "",
        _known(arrival, rules.arrivals.values(), "arrival") if arrival else "caught",
    )  # fmt: skip


def _slug(word: str, known: Iterable[Worded]) -> str:
    """The slug of what somebody wrote by slug, in Chinese or in English; empty where it is none of these."""
    wanted = word.strip().lower()
    return (
        next((one.slug for one in known if wanted in {one.slug, one.zh.lower(), one.en.lower()}), "") if wanted else ""
    )


def _known(word: str, known: Collection[Worded], field: str) -> str:
    found = _slug(word, known)
    if not found:
        raise BadInput(f"{field}: {word!r} is not in the catalogue ({'、'.join(one.zh for one in known)})")
    return found


def _item(word: str, rules: OperationRules) -> str:
    return _known(word, rules.items.values(), "item")


def _instant(text: str, otherwise_us: int | None) -> int:
    if text:
        try:
            return parse_instant(text)
        except BadInput as error:
            raise BadInput(f"at: {error}") from None
    if otherwise_us is None:
        raise BadInput("at: the row says no time; add the column, or give one for the whole sheet")
    return otherwise_us


def read_quantity(text: str, item: str, rules: OperationRules) -> int:
    """Pieces, of no item too, or minor units of cash, which is written in yuan. Raises BadInput for what is no number."""
    if item and rules.items[item].money:
        try:
            return parse_minor(text)
        except BadInput as error:
            raise BadInput(f"quantity: {error}") from None
    bare = text.replace(",", "").removesuffix(".0")
    if not bare.isdecimal():
        raise BadInput(f"quantity: {text!r} is no whole number")
    return int(bare)


def _team(word: str, operation: Operation) -> str:
    if not word:
        return ""
    found = next((team.id for team in operation.teams if word in {team.id, team.title}), "")
    if not found:
        raise BadInput(f"team: the operation has no team {word!r}")
    return found


def read_identifiers(text: str, item: str, rules: OperationRules) -> Iterator[Identifier]:
    """Numbers apart by commas or blanks; `imei:86…` names its kind, a bare one is of the first kind that the item has.

    Raises BadInput for a kind that the item is not known by.
    """
    kinds = rules.items[item].identifiers
    for part in text.translate(_SPLIT).split(","):
        kind, mark, value = part.replace("：", ":").partition(":")
        if not part.strip():
            continue
        if not mark:
            if not kinds:
                raise BadInput(f"identifiers: {rules.items[item].zh} is known by no number")
            yield Identifier(kinds[0], part)
        elif kind.strip().lower() in {one.value for one in kinds}:
            yield Identifier(IdentifierKind(kind.strip().lower()), value)
        else:
            raise BadInput(
                f"identifiers: {kind!r} is no number of {rules.items[item].zh}; there are: {', '.join(kinds)}"
            )
