"""A written city as its institutions keep it: every account, and every payment that will be tried, by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from fanzha.core.errors import BadInput
from fanzha.simulation.city.write import INSTITUTIONS, TRUTH

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
NO_ROW: Final = -1
_TEXTS: Final = ("payer", "payee", "payer_name", "payee_name", "payer_institution", "payee_institution", "summary")


@dataclass(frozen=True)
class CityPayments:
    """Accounts by code, payments by row in the order of time. A code without an institution is cash."""

    numbers: Sequence[str]
    holders: Sequence[str]
    institutions: Sequence[str]
    opening_minor: Ints  # by code
    at_us: Ints
    payer: Codes
    payee: Codes
    amount_minor: Ints
    payer_before_minor: Ints  # what the payer has just before, where nobody interferes
    words: Sequence[str]
    word: Codes
    row_of_move: Mapping[int, int]  # the row of each move of stolen money
    parent: Ints  # the row that brought the stolen money which this one passes on; NO_ROW

    @cached_property
    def code_of(self) -> dict[str, int]:
        """The code of each account number."""
        return {number: code for code, number in enumerate(self.numbers) if number}

    @cached_property
    def outgoing(self) -> _Rows:
        """Rows by payer."""
        return _Rows.by(self.payer, len(self.numbers))

    @cached_property
    def incoming(self) -> _Rows:
        """Rows by payee."""
        return _Rows.by(self.payee, len(self.numbers))

    @cached_property
    def children(self) -> dict[int, list[int]]:
        """Which rows pass on the money of each row."""
        found: dict[int, list[int]] = {}
        for row in np.flatnonzero(self.parent != NO_ROW).tolist():
            found.setdefault(int(self.parent[row]), []).append(row)
        return found


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of each code, rising."""

    order: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]

    @classmethod
    def by(cls, codes: Codes, count: int) -> _Rows:
        """Sorted by code."""
        order = np.argsort(codes, kind="stable")
        return cls(order, np.searchsorted(codes[order], np.arange(count + 1)))

    def of(self, code: int) -> npt.NDArray[np.int64]:
        """Of one code."""
        return self.order[self.starts[code] : self.starts[code + 1]]


def read_city_payments(folder: Path) -> CityPayments:
    """The city in a folder that `write_city` filled. Raises BadInput where it is none."""
    seen = folder / INSTITUTIONS
    if not (seen / "accounts.parquet").exists():
        raise BadInput(f"{folder} is no city: {INSTITUTIONS}/accounts.parquet is not there")
    rows = _with_dictionaries(ds.dataset(seen / "transfers", format="parquet").to_table())
    rows = rows.take(pa.compute.sort_indices(rows, [("serial", "ascending")]))
    accounts = pq.read_table(seen / "accounts.parquet")
    sides = {side: _texts(rows[side]) for side in ("payer", "payee")}
    known = accounts["account"].to_pylist()
    numbers = ["", *known, *sorted({text for _, texts in sides.values() for text in texts} - set(known) - {""})]
    code_of = {number: code for code, number in enumerate(numbers)}
    payer, payee = (
        np.array([code_of[text] for text in texts] or [0], np.int32)[codes] for codes, texts in sides.values()
    )
    holders, institutions = _names(rows, accounts, numbers, (payer, payee))
    opening = np.zeros(len(numbers), np.int64)
    opening[1 : len(known) + 1] = minors(accounts["opening_balance"])
    amount = minors(rows["amount"])
    word, words = _texts(rows["summary"])
    return CityPayments(
        numbers, holders, institutions, opening, rows["at"].cast(pa.int64()).to_numpy(), payer, payee, amount,
        minors(rows["payer_balance_after"]) + amount, words, word, *_stolen(folder, rows),
    )  # fmt: skip


def _with_dictionaries(table: pa.Table) -> pa.Table:
    for name in _TEXTS:
        place = table.schema.get_field_index(name)
        column = table[name]
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        table = table.set_column(place, name, column)
    return table.unify_dictionaries().combine_chunks()


def _texts(column: pa.ChunkedArray) -> tuple[Codes, list[str]]:
    """Codes, and the text of each; nothing is the empty text."""
    array = column.combine_chunks()
    texts = [text or "" for text in array.dictionary.to_pylist()]
    codes = array.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False).astype(np.int32)
    return codes, [*texts, ""]


def _names(
    rows: pa.Table, accounts: pa.Table, numbers: Sequence[str], sides: tuple[Codes, Codes]
) -> tuple[list[str], list[str]]:
    """The holder and the institution of each code; of accounts that no institution of the city keeps, as payments say."""
    known = len(accounts)
    holders = ["", *accounts["holder"].to_pylist(), *[""] * (len(numbers) - known - 1)]
    institutions = ["", *accounts["institution"].to_pylist(), *[""] * (len(numbers) - known - 1)]
    for side, codes in zip(("payer", "payee"), sides, strict=True):
        names, banks = _texts(rows[f"{side}_name"]), _texts(rows[f"{side}_institution"])
        for row in np.flatnonzero(codes > known).tolist():
            holders[codes[row]] = names[1][names[0][row]]
            institutions[codes[row]] = banks[1][banks[0][row]]
    return holders, institutions


def minors(column: pa.ChunkedArray) -> Ints:
    """分 of amounts with two decimals; 0 where there is none."""
    array: Any = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if array.type.scale != 2:
        raise BadInput(f"an amount of the city has {array.type.scale} decimals, not 2")
    words = np.frombuffer(array.buffers()[1], np.int64)[2 * array.offset : 2 * (array.offset + len(array)) : 2]
    found: Ints = np.where(np.asarray(array.is_valid()), words, 0)
    return found


def _stolen(folder: Path, rows: pa.Table) -> tuple[dict[int, int], Ints]:
    """Rows of the truth: what the gangs do only once the money is there."""
    moves = pq.read_table(folder / TRUTH / "moves.parquet")
    place = {serial: row for row, serial in enumerate(rows["serial"].to_pylist())}
    numbers, parents = moves["move"].to_pylist(), moves["parent"].to_pylist()
    row_of = dict(zip(numbers, (place[each] for each in moves["transfer_id"].to_pylist()), strict=True))
    parent = np.full(len(rows), NO_ROW, np.int64)
    for move, before in zip(numbers, parents, strict=True):
        if before in row_of:
            parent[row_of[move]] = row_of[before]
    return row_of, parent
