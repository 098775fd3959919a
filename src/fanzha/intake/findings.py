"""What reading one sheet yields, and the bookkeeping that no row gets lost on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fanzha.intake.cells import BLANK_CHARACTERS, as_text, read_ids
from fanzha.intake.layout import Layout
from fanzha.intake.mapping import ColumnMapping
from fanzha.intake.preamble import Preamble
from fanzha.intake.rulebook import rulebook
from fanzha.intake.sections import Section, Sections
from fanzha.intake.sheets import Sheet
from fanzha.records import QUERY, SCHEMAS, QuarantinedRow, StatedClosing, StatedWindow

_REASONS_MAX: Final = 250
_FOOTERS_TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class Findings:
    """The facts of one sheet and everything that is no fact."""

    table: str
    rows: int
    facts: Mapping[str, pl.DataFrame]
    quarantine: tuple[QuarantinedRow, ...] = ()
    windows: tuple[StatedWindow, ...] = ()
    notes: tuple[str, ...] = ()
    complete_ledger: bool = False
    kept: tuple[QuarantinedRow, ...] = ()
    closings: tuple[StatedClosing, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The rows below a header, by field."""

    sheet: Sheet
    layout: Layout
    frame: pl.DataFrame
    sections: Sections = field(default_factory=lambda: Sections((Section(0, Preamble()),)))
    institution: str | None = None
    mapping: ColumnMapping | None = None
    file_stem: str = ""

    @property
    def height(self) -> int:
        """Physical rows below the header, blank ones counted."""
        return self.frame.height

    @property
    def preamble(self) -> Preamble:
        """What stands above the header."""
        return self.sections.parts[0].preamble

    def column(self, name: str) -> pl.Series | None:
        """The cells of a field; a constant of the mapping for every row; None where the table has no such column."""
        index = self.layout.columns.get(name)
        if index is not None and index < self.frame.width:
            cells = self.frame.to_series(index).alias(name)
            return self.mapping.with_point(name, cells) if self.mapping is not None else cells
        constant = self.constant(name)
        return pl.Series(name, [constant], pl.String).new_from_index(0, self.height) if constant is not None else None

    def cells(self, name: str) -> pl.Series:
        """The cells of a field, all null where the table has no such column."""
        column = self.column(name)
        return column if column is not None else self.nothing(pl.String).alias(name)

    def constant(self, name: str) -> str | None:
        """What the mapping file says of every row."""
        return self.mapping.constants.get(name) if self.mapping is not None else None

    def nothing(self, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
        """A null for every row."""
        return pl.Series("", [None], dtype).new_from_index(0, self.height)

    def row_numbers(self) -> pl.Series:
        """The physical 1-based row of each row."""
        first = self.sheet.physical_row(self.layout.header)
        return pl.int_range(first, first + self.height, dtype=pl.Int64, eager=True).alias("row")


class Sieve:
    """Collects, row by row, the first reason why it cannot become a fact."""

    def __init__(self, height: int) -> None:
        self.code: NDArray[np.uint8] = np.zeros(height, np.uint8)
        self.reasons: list[tuple[str, str]] = [("", "")]

    def put_aside(self, mask: pl.Series, name: str, reason: str) -> None:
        """Put the rows of the mask aside, unless an earlier reason already did."""
        if not mask.any():
            return
        rows = mask.fill_null(value=False).to_numpy() & (self.code == 0)
        if (name, reason) not in self.reasons:
            assert len(self.reasons) < _REASONS_MAX
            self.reasons.append((name, reason))
        self.code[rows] = self.reasons.index((name, reason))

    def put_problems_aside(self, problem: pl.Series | None, name: str) -> None:
        """Put rows aside for the reasons that a reader gave."""
        if problem is None:
            return
        for reason in problem.drop_nulls().unique().sort().to_list():
            self.put_aside(problem == reason, name, reason)

    def count(self, mask: pl.Series | None, told: str) -> tuple[str, ...]:
        """A note with the number of accepted rows that a mask (or a column of problems) holds; none where it is 0."""
        if mask is None:
            return ()
        marked = mask if mask.dtype == pl.Boolean else mask.is_not_null()
        number = int((marked.fill_null(value=False).to_numpy() & (self.code == 0)).sum())
        return (told.format(number),) if number else ()

    @property
    def good(self) -> pl.Series | None:
        """Which rows are facts; None where all are."""
        return pl.Series(self.code == 0) if self.code.any() else None


@dataclass(frozen=True, slots=True)
class Leftovers:
    """The rows that a sieve put aside, told apart."""

    quarantine: tuple[QuarantinedRow, ...]
    queries: pl.DataFrame
    ignored: int  # blank rows, repeated headers and footers: no data
    notes: tuple[str, ...]


def sort_leftovers(
    table: Table,
    sieve: Sieve,
    *,
    empty: pl.Series,
    accounts: pl.Series | None = None,
    dated: pl.Series | None = None,
) -> Leftovers:
    """Tell blank rows, repeated headers, footers and answers of the institution from rows that are really bad.

    `empty` marks rows that state no movement; `accounts` says whose totals a row of unknown direction blocks; `dated`
    marks rows with a readable time, which are never taken for a footer.
    """
    aside = np.flatnonzero(sieve.code)
    if len(aside) == 0:
        return Leftovers((), _no_queries(), 0, ())
    header = [cell.strip(BLANK_CHARACTERS) for cell in table.sheet.head[table.layout.header]]
    rows = table.frame[aside].select(as_text(series) for series in table.frame[aside].iter_columns()).rows()
    has_movement = ~empty.gather(aside).to_numpy()
    has_date = dated.gather(aside).to_numpy() if dated is not None else np.zeros(len(aside), np.bool_)
    first_row = table.sheet.physical_row(table.layout.header)
    quarantine: list[QuarantinedRow] = []
    answers: list[tuple[int, str]] = []
    footers: list[str] = []
    blank = repeated = titled = 0
    for position, (index, cells) in enumerate(zip(aside.tolist(), rows, strict=True)):
        filled = [cell.strip(BLANK_CHARACTERS) for cell in cells if cell is not None]
        filled = [cell for cell in filled if cell]
        if not filled:
            blank += 1
        elif index in table.sections.titles:
            titled += 1
        elif _repeats(cells, header):
            repeated += 1
        elif not has_date[position] and rulebook().formats.footer.match(filled[0]):
            footers.append(" ".join(filled))
        elif not has_movement[position] and (answer := _answer(table, cells)) is not None:
            answers.append((index, answer))
        else:
            name, reason = sieve.reasons[sieve.code[index]]
            blocked = accounts[index] if accounts is not None and reason == "direction_unknown" else None
            quarantine.append(
                QuarantinedRow(
                    table.sheet.name,
                    first_row + index,
                    name,
                    reason,
                    raw_json(cells),
                    blocked,
                    _cell_of(table, name, cells),
                )
            )
    notes = [_counted(repeated, "repeated header row")] if repeated else []
    if titled:
        notes.append(f"{_counted(titled, 'title row')} between the rows; each describes the statement below it")
    if footers:
        notes.append(
            f"{_counted(len(footers), 'row')} below the data, a sum or a signature: {'; '.join(footers[:_FOOTERS_TOLD])}"
        )
    ignored = blank + repeated + titled + len(footers)
    return Leftovers(tuple(quarantine), _query_facts(table, answers), ignored, tuple(notes))


def rows_kept(
    table: Table, sieve: Sieve, problem: pl.Series | None, field: str, reason: str
) -> tuple[QuarantinedRow, ...]:
    """Rows that are facts although one of their fields could not be read."""
    if problem is None:
        return ()
    marked = np.flatnonzero(problem.is_not_null().to_numpy() & (sieve.code == 0))
    cells = table.frame[marked].select(as_text(series) for series in table.frame[marked].iter_columns()).rows()
    first_row = table.sheet.physical_row(table.layout.header)
    return tuple(
        QuarantinedRow(
            table.sheet.name, first_row + index, field, reason, raw_json(row), cell=_cell_of(table, field, row)
        )
        for index, row in zip(marked.tolist(), cells, strict=True)
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_PARTS: Final[Mapping[str, tuple[str, ...]]] = {  # fields that a table may hold in several columns
    "at": ("at_date", "at", "at_clock"),
    "amount": ("amount", "amount_in", "amount_out"),
    "account": ("account", "card"),
    "counterparty": ("counterparty", "counterparty_card", "counterparty_party"),
}


def _cell_of(table: Table, name: str, cells: Sequence[str | None]) -> str | None:
    """What stands in the column of a field, the parts of a field joined by a blank."""
    columns = table.layout.columns
    places = [columns[part] for part in _PARTS.get(name, (name, name.removesuffix("_after"))) if part in columns]
    told = [cell for place in dict.fromkeys(places) if place < len(cells) and (cell := cells[place])]
    return " ".join(told) or None


def raw_json(cells: Sequence[str | None]) -> str:
    """A row's cells as a JSON array, without the empty ones at its end."""
    last = max((place for place, cell in enumerate(cells, start=1) if cell is not None), default=0)
    return json.dumps(list(cells[:last]), ensure_ascii=False)


def _repeats(cells: Sequence[str | None], header: Sequence[str]) -> bool:
    same = [(cell or "").strip(BLANK_CHARACTERS) == title for cell, title in zip(cells, header, strict=False) if title]
    return sum(same) >= max(2, len(same) // 2)


def _answer(table: Table, cells: Sequence[str | None]) -> str | None:
    """The institution's answer in a row without any movement."""
    rules = rulebook().formats
    index = table.layout.columns.get("feedback")
    said = (cells[index] or "").strip(BLANK_CHARACTERS) if index is not None and index < len(cells) else ""
    if said:
        return said
    told = [cell.strip(BLANK_CHARACTERS) for cell in cells if cell]
    for cell in told:
        if any(word in cell for word in (*rules.found_nothing, *rules.not_answered)):
            return cell
    texts = [cells[place] for name in ("remark", "summary") if (place := table.layout.columns.get(name)) is not None]
    return next((text.strip(BLANK_CHARACTERS) for text in texts if text and text.strip(BLANK_CHARACTERS)), None)


def judge_answer(answer: str) -> tuple[bool, bool]:
    """Whether an answer says that the question was answered, and that nothing was found."""
    rules = rulebook().formats
    nothing = any(word in answer for word in rules.found_nothing)
    failed = any(word in answer for word in rules.not_answered)
    return not failed, nothing and not failed


def _no_queries() -> pl.DataFrame:
    return pl.DataFrame(schema=QUERY)


def _query_facts(table: Table, answers: Sequence[tuple[int, str]]) -> pl.DataFrame:
    if not answers:
        return _no_queries()
    places = [index for index, _ in answers]
    ids = [
        read_ids(column.gather(places)).values.to_list()
        for name in ("card", "account", "holder_id", "id_number")
        if (column := table.column(name)) is not None
    ]
    first_row = table.sheet.physical_row(table.layout.header)
    period = table.preamble.period or (None, None)
    facts: list[dict[str, Any]] = []
    for place, (index, answer) in enumerate(answers):
        succeeded, nothing = judge_answer(answer)
        facts.append(
            {
                "row": first_row + index,
                "sheet": table.sheet.name,
                "institution": table.preamble.institution or table.institution,
                "subject": next((column[place] for column in ids if column[place]), table.preamble.account),
                "succeeded": succeeded,
                "found_nothing": nothing,
                "answer": answer,
                "from_us": period[0],
                "to_us": period[1],
            }
        )
    return pl.DataFrame(facts, schema=QUERY)


def facts_frame(kind: str, table: Table, columns: Mapping[str, pl.Series], sieve: Sieve) -> pl.DataFrame:
    """The facts of a table with the columns of their kind; what a sieve put aside is left out."""
    schema = SCHEMAS[kind]
    whole = {
        "sheet": pl.Series("sheet", [table.sheet.name], pl.String).new_from_index(0, table.height),
        "row": table.row_numbers(),
        **columns,
    }
    series = [
        (whole[name].cast(dtype) if whole[name].dtype != dtype else whole[name]).alias(name)
        if name in whole
        else pl.Series(name, [None], dtype).new_from_index(0, table.height)
        for name, dtype in schema.items()
    ]
    frame = pl.DataFrame(series)
    return frame if sieve.good is None else frame.filter(sieve.good)
