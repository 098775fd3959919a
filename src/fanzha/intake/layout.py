"""Which table a sheet holds, where its header stands and what each column means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.intake.mapping import ColumnMapping
from fanzha.intake.rulebook import TableRules, rulebook, split_header, squeeze
from fanzha.intake.sheets import Sheet

HITS_MIN: Final = 3


@dataclass(frozen=True, slots=True)
class Match:
    """What one header was taken for, and why."""

    column: int  # 0-based
    header: str
    field: str | None
    why: str  # exact, alias, mapping, duplicate, known but not used, unmatched


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read one sheet."""

    table: str
    header: int  # index into the sheet's head
    columns: Mapping[str, int]  # field → column
    units: Mapping[str, str]  # field → unit that its header states
    matches: tuple[Match, ...]
    scores: Mapping[str, int]  # table → hits of its best row
    notes: tuple[str, ...] = field(default=())


def find_layout(sheet: Sheet, file_stem: str, mapping: ColumnMapping | None = None) -> Layout | None:
    """The table of a sheet: by its header first, by the file's name where headers tie; None where nothing fits."""
    if mapping is not None:
        return _mapped_layout(sheet, mapping)
    named = table_by_name(sheet.name) or table_by_name(file_stem)
    best: tuple[int, bool, int] = (0, False, 0)
    chosen: tuple[TableRules, int] | None = None
    scores: dict[str, int] = {}
    for index, row in enumerate(sheet.head):
        names = [split_header(cell)[0] for cell in row]
        if sum(name in rulebook().known_headers for name in names) < HITS_MIN:
            continue
        for order, table in enumerate(rulebook().tables.values()):
            matches = match_columns(row, table)
            hits = _hits(matches)
            scores[table.key] = max(scores.get(table.key, 0), hits)
            rank = (hits, table.key == named, -order)
            if hits >= HITS_MIN and _has_required(matches, table) and rank > best:
                best, chosen = rank, (table, index)
    if chosen is None:
        return None
    table, index = chosen
    notes: tuple[str, ...] = ()
    if named is not None and named != table.key:
        wanted = rulebook().tables[named].title
        notes = (f"the name says {wanted}, the header says {table.title}; the header was followed",)
    matches = match_columns(sheet.head[index], table)
    columns = {match.field: match.column for match in matches if match.field is not None}
    units = {name: split_header(sheet.head[index][column])[1] for name, column in columns.items()}
    return Layout(table.key, index, columns, units, matches, scores, notes)


def table_by_name(name: str) -> str | None:
    """The table that a file or sheet name ends with: the longest suffix wins."""
    bare = squeeze(name)
    found = [
        (len(suffix), table.key)
        for table in rulebook().tables.values()
        for suffix in table.suffixes
        if bare.rstrip("0123456789-_()").endswith(suffix.rstrip("()")) or bare.endswith(suffix)
    ]
    return max(found)[1] if found else None


def match_columns(header: Sequence[str], table: TableRules) -> tuple[Match, ...]:
    """What each header means in a table; of two columns for one field the first one holds it."""
    owners: dict[str, list[tuple[str, str]]] = {}
    for name, aliases in table.fields.items():
        for position, alias in enumerate(aliases):
            owners.setdefault(alias, []).append((name, "exact" if position == 0 else "alias"))
    taken: set[str] = set()
    matches: list[Match] = []
    # A usual name goes before an alias that stands further left: 交易时间 is the time even after 记账时间.
    for why_wanted in ("exact", "alias"):
        for column, text in enumerate(header):
            name = split_header(text)[0]
            free = [(owner, why) for owner, why in owners.get(name, ()) if owner not in taken and why == why_wanted]
            if free and not any(match.column == column for match in matches):
                taken.add(free[0][0])
                matches.append(Match(column, text, *free[0]))
    matched = {match.column for match in matches}
    for column, text in enumerate(header):
        if column not in matched:
            matches.append(Match(column, text, None, _why_not(text, owners, table)))
    return tuple(sorted(matches, key=lambda match: match.column))


def _why_not(text: str, owners: Mapping[str, object], table: TableRules) -> str:
    name = split_header(text)[0]
    if not name:
        return "blank"
    if name in owners:
        return "duplicate"
    return "known but not used" if name in table.unused else "unmatched"


def _hits(matches: Iterable[Match]) -> int:
    return sum(match.field is not None or match.why == "known but not used" for match in matches)


def _has_required(matches: Iterable[Match], table: TableRules) -> bool:
    fields = {match.field for match in matches if match.field is not None}
    return all(not fields.isdisjoint(group) for group in table.required)


def _mapped_layout(sheet: Sheet, mapping: ColumnMapping) -> Layout:
    """The columns that a mapping file names; the header is the first row that has them all."""
    wanted = {name: split_header(header)[0] for name, header in mapping.columns.items()}
    best_missing: list[str] | None = None
    for index, row in enumerate(sheet.head):
        names = [split_header(cell)[0] for cell in row]
        missing = [mapping.columns[name] for name, header in wanted.items() if header not in names]
        if not missing:
            columns = {name: names.index(header) for name, header in wanted.items()}
            fields = {column: name for name, column in columns.items()}
            matches = tuple(
                Match(column, text, fields.get(column), "mapping" if column in fields else "unmatched")
                for column, text in enumerate(row)
            )
            units = dict.fromkeys(columns, mapping.amount_unit)
            return Layout(mapping.table, index, columns, units, matches, {mapping.table: len(columns)})
        if best_missing is None or len(missing) < len(best_missing):
            best_missing = missing
    raise BadInput(f"no row has all columns of the mapping; missing: {', '.join(best_missing or wanted.values())}")


def nearest_table(scores: Mapping[str, int]) -> str:
    """What to tell the user about a sheet in which no table was found."""
    if not scores or max(scores.values()) == 0:
        return "no known column name was found"
    key = max(scores, key=lambda name: scores[name])
    return f"nearest is {rulebook().tables[key].title} with {scores[key]} known columns"


def head_scores(sheet: Sheet) -> dict[str, int]:
    """Best number of known columns per table over the sheet's first rows."""
    return {
        table.key: max((_hits(match_columns(row, table)) for row in sheet.head), default=0)
        for table in rulebook().tables.values()
    }
