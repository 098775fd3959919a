"""When an account's own statement is at hand: from its first to its last row, or the window that the export states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fanzha.core.errors import BadInput
from fanzha.core.time import SECOND_US
from fanzha.ledger.assembly.accounts import PocketMap
from fanzha.ledger.assembly.codes import UNKNOWN
from fanzha.ledger.assembly.facts import FILE, Facts
from fanzha.ledger.assembly.identity import Identity, Known
from fanzha.ledger.assembly.kernels import first_to_last, merge_periods
from fanzha.ledger.assembly.rows import Rows
from fanzha.ledger.columns import I64, MISSING, OUTSIDE, U32, Coverage, Flags

# Statements tell seconds: one that ends at 23:59:59 and one that starts at 00:00:00 leave nothing between.
TOUCH_US: Final = SECOND_US


@dataclass(frozen=True, slots=True)
class CoverageOverride:
    """What is known of an account's coverage apart from its rows; replaces all that its files say."""

    account: str
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True)
class Spans:
    """Periods that single files cover, sorted by file, account's pocket and time."""

    file: I64
    pocket: I64
    from_us: I64
    to_us: I64

    def __len__(self) -> int:
        return len(self.file)

    @classmethod
    def together(cls, spans: Sequence[Spans]) -> Spans:
        """All of them, sorted."""
        file, pocket, from_us, to_us = (
            np.concatenate([getattr(part, name) for part in spans]) for name in cls.__slots__
        )
        order = np.lexsort((to_us, from_us, pocket, file))
        return cls(file[order], pocket[order], from_us[order], to_us[order])

    def where(self, chosen: Flags) -> Spans:
        """Some of them."""
        return Spans(self.file[chosen], self.pocket[chosen], self.from_us[chosen], self.to_us[chosen])


def spans_of_rows(
    file: U32, pocket: I64, from_us: I64, to_us: I64, *, counts: Flags, pockets: int
) -> tuple[Spans, Flags]:
    """First to last counting row per file and pocket, and which rows (counting or not) lie inside their own span."""
    found = first_to_last(file, pocket, from_us, to_us, counts, pockets)
    return Spans(*found[:4]), found[4]


def merge_spans(spans: Sequence[Spans], replaced: Spans, never: Flags) -> Coverage:
    """One coverage of all files: touching periods joined, pockets of `replaced` taken from there alone."""
    pocket = np.concatenate([span.pocket for span in spans])
    keep = ~np.isin(pocket, replaced.pocket) & ~never[pocket] & (pocket != OUTSIDE)
    pocket = np.concatenate([pocket[keep], replaced.pocket])
    from_us = np.concatenate([*(span.from_us for span in spans)])[keep]
    to_us = np.concatenate([*(span.to_us for span in spans)])[keep]
    from_us, to_us = np.concatenate([from_us, replaced.from_us]), np.concatenate([to_us, replaced.to_us])
    order = np.lexsort((from_us, pocket))
    merged = merge_periods(pocket[order], from_us[order], to_us[order], TOUCH_US)
    return Coverage(merged[0].astype(np.uint32), merged[1].copy(), merged[2].copy())


@dataclass(frozen=True, slots=True)
class Periods:
    """What is covered, by whom, and which side of which row its own statement has."""

    coverage: Coverage
    spans: Spans
    payer_seen: Flags
    payee_seen: Flags


def find_periods(
    known: Known,
    rows: Rows,
    pockets: PocketMap,
    *,
    overrides: Sequence[CoverageOverride],
    never: Flags,
    complete: Mapping[int, tuple[int, int]] | None = None,
) -> Periods:
    """Coverage of every account from rows, stated windows, empty answers and overrides.

    A statement's row is seen on its own side; a canonical row on a side whose coverage by that file it lies in.
    `never`: pockets that cannot be covered. `complete`: by file, what a complete ledger that is not here in full covers.
    Raises BadInput when an override names an account that no file names.
    """
    currency = pockets.places_of(rows.currencies)[rows.currency]
    payer, payee = pockets.of(rows.payer, currency), pockets.of(rows.payee, currency)
    statements, own = _statement_spans(rows, payer, payee, len(pockets))
    tables, payer_in, payee_in = _table_spans(known.facts, rows, payer, payee, len(pockets))
    for file, whole in (complete or {}).items():
        tables.from_us[tables.file == file], tables.to_us[tables.file == file] = whole
    payer_seen, payee_seen = rows.payer_owned.copy(), rows.payee_owned.copy()
    payer_seen[rows.entries :], payee_seen[rows.entries :] = payer_in, payee_in
    replaced = _spans(_overridden(known.identity, pockets, overrides))
    stated = _spans([*_windows(known, pockets, statements), *_answers(known, pockets, own)])
    for seen, pocket in ((payer_seen, payer), (payee_seen, payee)):
        seen &= ~never[pocket]
        # An override says for canonical rows, too, which of them the account's own statement would have.
        for place in np.flatnonzero(np.isin(pocket[rows.entries :], replaced.pocket)) + rows.entries:
            mine = replaced.pocket == pocket[place]
            at = rows.at_us[place]
            seen[place] = bool((mine & (replaced.from_us <= at) & (at <= replaced.to_us)).any())
    files = [statements, tables, stated]
    return Periods(merge_spans(files, replaced, never), Spans.together(files), payer_seen, payee_seen)


def _spans(found: Sequence[tuple[int, int, int, int]]) -> Spans:
    table = np.array(found, np.int64).reshape(-1, 4)
    return Spans(table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy(), table[:, 3].copy())


def _statement_spans(rows: Rows, payer: I64, payee: I64, pockets: int) -> tuple[Spans, I64]:
    own = np.where(rows.payer_owned, payer, payee)[: rows.entries]
    at_us, width_us = rows.at_us[: rows.entries], rows.width_us[: rows.entries]
    counts = np.ones(rows.entries, np.bool_)
    return spans_of_rows(rows.file[: rows.entries], own, at_us, at_us + width_us, counts=counts, pockets=pockets)[
        0
    ], own


def _table_spans(facts: Facts, rows: Rows, payer: I64, payee: I64, pockets: int) -> tuple[Spans, Flags, Flags]:
    table = slice(rows.entries, None)
    complete = np.array([batch.complete_ledger for batch in facts.batches], np.bool_)
    at_us = np.repeat(rows.at_us[table], 2)
    to_us = at_us + np.repeat(rows.width_us[table], 2)
    file = np.repeat(rows.file[table], 2)
    pocket = np.stack([payer[table], payee[table]], axis=1).reshape(-1)
    balances = np.stack([rows.payer_balance_minor[table], rows.payee_balance_minor[table]], axis=1).reshape(-1)
    counts = balances != MISSING
    if complete.any():
        counts |= complete[file]
    spans, inside = spans_of_rows(file, pocket, at_us, to_us, counts=counts, pockets=pockets)
    for index in np.flatnonzero(complete):
        # A complete ledger knows all accounts from its first row to its last.
        mine = spans.file == index
        if mine.any():
            spans.from_us[mine], spans.to_us[mine] = spans.from_us[mine].min(), spans.to_us[mine].max()
    return spans, inside[0::2], inside[1::2]


def _overridden(
    identity: Identity, pockets: PocketMap, overrides: Sequence[CoverageOverride]
) -> list[tuple[int, int, int, int]]:
    found = []
    for line in overrides:
        entity = identity.entity_of(line.account)
        if entity is None:
            raise BadInput(f"coverage names account {line.account}, which no file names; check the number")
        found += [(-1, pocket, line.from_us, line.to_us) for pocket in pockets.of_entity(entity)]
    return found


def _windows(known: Known, pockets: PocketMap, statements: Spans) -> Iterator[tuple[int, int, int, int]]:
    batches = known.facts.batches
    entities = known.identity.entities_of({w.account for batch in batches for w in batch.windows if w.account})
    for index, batch in enumerate(batches):
        for window in batch.windows:
            entity = entities.get(window.account or "")
            mine = statements.pocket[statements.file == index].tolist() if entity is None else pockets.of_entity(entity)
            for pocket in mine:
                yield index, pocket, window.from_us, window.to_us


def _answers(known: Known, pockets: PocketMap, own: I64) -> Iterator[tuple[int, int, int, int]]:
    """Periods that were asked for: answered with nothing, or answered, and the rows are here."""
    here = set(np.unique(own).tolist())
    subjects = known.entities("queries.subject").tolist()
    for entity, query in zip(subjects, known.facts.queries.iter_rows(named=True), strict=True):
        if entity == UNKNOWN or query["from_us"] is None or query["to_us"] is None:
            continue
        for pocket in pockets.of_entity(entity):
            if query["found_nothing"] or (query["succeeded"] and pocket in here):
                yield query[FILE], pocket, query["from_us"], query["to_us"]
