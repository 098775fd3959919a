"""Rows that are one transfer become one row of the ledger, each side as its own statement tells it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import polars as pl

from fanzha.ledger.assembly.accounts import PocketMap
from fanzha.ledger.assembly.codes import UNKNOWN, Codes
from fanzha.ledger.assembly.duplicates import PAYEE, PAYEE_BALANCE, PAYER, PAYER_BALANCE
from fanzha.ledger.assembly.ordering import SideKeys, rank_sides
from fanzha.ledger.assembly.pairing import Pairing
from fanzha.ledger.assembly.placing import StatedSide, place_coarse
from fanzha.ledger.assembly.reversals import match_reversals, says_reversal
from fanzha.ledger.assembly.rows import Rows
from fanzha.ledger.assembly.rules import PairingRules
from fanzha.ledger.assembly.sources import ROW_BACKWARDS, ROW_COPY, ROW_PLACED, SOURCE_COLUMNS, Sources, transfer_ids
from fanzha.ledger.columns import I64, MISSING, NONE, OUTSIDE, U8, U16, U32, Flags, Transfers
from fanzha.records import TransferKind

DETAIL_TEXTS = ("transfer_id", "summary", "serial", "channel", "payer_name", "payee_name")


@dataclass(frozen=True, slots=True)
class Merged:
    """Transfers in time order, the rows each came from, and what they say."""

    transfers: Transfers
    sources: Sources
    details: pl.DataFrame
    transfer_of_row: I64
    payer_told_by: I64  # per transfer the row that tells the payer's side
    payee_told_by: I64


@dataclass(frozen=True, slots=True)
class Sighted:
    """Rows with what all copies of each tell: both ends as pockets, balances, running balances, sightings."""

    payer: U32
    payee: U32
    payer_balance_minor: I64
    payee_balance_minor: I64
    payer_sub: U16
    payee_sub: U16
    payer_seen: Flags
    payee_seen: Flags


def ends_of(rows: Rows, fields: I64) -> tuple[Codes, Codes]:
    """Payer and payee account of each row, filled from its copies."""
    payer = np.where(fields[:, PAYER] != MISSING, fields[:, PAYER], rows.payer).astype(np.int32)
    payee = np.where(fields[:, PAYEE] != MISSING, fields[:, PAYEE], rows.payee).astype(np.int32)
    return payer, payee


def sight(rows: Rows, root: I64, fields: I64, pockets: PocketMap, *, seen: tuple[Flags, Flags]) -> Sighted:
    """Gathers on each original row what its copies add."""
    currency = pockets.places_of(rows.currencies)[rows.currency]
    payer_sub, payee_sub = rows.payer_sub, rows.payee_sub
    payer_seen, payee_seen = seen
    ends = ends_of(rows, fields)
    copies = np.flatnonzero(root != np.arange(len(rows)))
    if len(copies):
        payer_sub, payee_sub = (_highest(column, root, copies) for column in (payer_sub, payee_sub))
        payer_seen, payee_seen = (_highest(column, root, copies) for column in seen)
    return Sighted(
        payer=pockets.of(ends[0], currency).astype(np.uint32),
        payee=pockets.of(ends[1], currency).astype(np.uint32),
        payer_balance_minor=fields[:, PAYER_BALANCE],
        payee_balance_minor=fields[:, PAYEE_BALANCE],
        payer_sub=payer_sub,
        payee_sub=payee_sub,
        payer_seen=payer_seen,
        payee_seen=payee_seen,
    )


Column = TypeVar("Column", U16, Flags)


def _highest(column: Column, root: I64, copies: I64) -> Column:
    """A column in which each original row has the highest value of its copies."""
    found = column.copy()
    np.maximum.at(found, root[copies], column[copies])
    return found


def merge_rows(
    rows: Rows, pairing: Pairing, sighted: Sighted, rules: PairingRules, *, pockets: int, files: Files, copies: Flags
) -> Merged:
    """The transfers of paired rows, sorted by time and then by their first source; `copies`: rows that repeat another."""
    chosen = _in_order(rows, pairing)
    p, q, c = chosen.payer_row, chosen.payee_row, chosen.canonical_row
    lead = np.where(p != UNKNOWN, p, q)
    texts = _texts(rows, pairing, chosen)
    payer, payee = _ends(sighted, p, q, c)
    kind = _kinds(rows, p, q, c, inside=(payer == payee) & (payer != OUTSIDE))
    marked = says_reversal(texts["summary"], kind, rules)
    at_us = chosen.at_us
    reverses = match_reversals((payer, payee), at_us, rows.amount_minor[lead], marked=marked, texts=texts, rules=rules)
    kind = np.where(reverses != NONE, np.uint8(TransferKind.REVERSAL), kind)
    payer_at, payee_at = rows.at_us[np.where(p != UNKNOWN, p, q)], rows.at_us[np.where(q != UNKNOWN, q, p)]
    balances = _balance(sighted.payer_balance_minor, p, c), _balance(sighted.payee_balance_minor, q, c)
    subs = sighted.payer_sub[lead], sighted.payee_sub[np.where(q != UNKNOWN, q, p)]
    payer_seen, payee_seen = _seen(sighted, p, c, payer=True), _seen(sighted, q, c, payer=False)
    sides = (
        StatedSide(p, payer, payer_at, balances[0], subs[0], payer_seen, sign=-1),
        StatedSide(q, payee, payee_at, balances[1], subs[1], payee_seen, sign=1),
    )
    placed = _place(rows, sides, lead)
    ranks = rank_sides(
        SideKeys(payer, payer_at, rows.order[lead], _side_serial(rows, texts, p, chosen)),
        SideKeys(payee, payee_at, rows.order[np.where(q != UNKNOWN, q, p)], _side_serial(rows, texts, q, chosen)),
        pockets,
    )
    transfers = Transfers(
        at_us=at_us,
        payer=payer,
        payee=payee,
        amount_minor=rows.amount_minor[lead],
        kind=kind,
        payer_at_us=payer_at,
        payee_at_us=payee_at,
        payer_order=ranks.payer_order,
        payee_order=ranks.payee_order,
        payer_balance_minor=balances[0],
        payee_balance_minor=balances[1],
        payer_sub=subs[0],
        payee_sub=subs[1],
        payer_seen=payer_seen & (payer != OUTSIDE),
        payee_seen=payee_seen & (payee != OUTSIDE),
        payer_ordered=ranks.payer_ordered,
        payee_ordered=ranks.payee_ordered,
        reverses=reverses,
    )
    sources = _sources(rows, chosen, files, copies, placed)
    own_id = texts["transfer_id"]
    named = own_id
    if own_id.null_count():
        given = transfer_ids(sources)
        named = given if own_id.null_count() == len(own_id) else own_id.zip_with(own_id.is_not_null(), given)
    details = texts.with_columns(named.alias("transfer_id")).select(DETAIL_TEXTS)
    return Merged(transfers, sources, details, chosen.of_row, lead, np.where(q != UNKNOWN, q, p))


def _place(rows: Rows, sides: tuple[StatedSide, StatedSide], lead: I64) -> U8:
    """Moves the times of both sides where rows tell them coarsely; gives by row which of its sides was moved."""
    placed = np.zeros(len(rows), np.uint8)
    moved, clocks = place_coarse(sides, rows.amount_minor[lead], rows.width_us, rows.order, rows.file)
    for number, side in enumerate(sides):
        mine = moved % 2 == number
        transfers = moved[mine] >> 1
        side.at_us[transfers] = clocks[mine]
        placed[side.row[transfers]] |= np.uint8(ROW_PLACED[number])
    return placed


@dataclass(frozen=True, slots=True)
class Files:
    """Hashes and paths of the files, by number."""

    sha256s: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Ordered:
    of_row: I64
    payer_row: I64
    payee_row: I64
    canonical_row: I64
    at_us: I64
    shared: bool
    plain: bool  # transfer i is row i


def _in_order(rows: Rows, pairing: Pairing) -> _Ordered:
    p, q, c = pairing.payer_row, pairing.payee_row, pairing.canonical_row
    if not pairing.shared and not rows.entries:
        at_us, first = rows.at_us, rows.order
    else:
        # The statement that tells the time more finely says when it was; of two equals, the payer's.
        fine = np.where(p == UNKNOWN, q, np.where(q == UNKNOWN, p, p))
        both = np.flatnonzero((p != UNKNOWN) & (q != UNKNOWN))
        finer = rows.width_us[q[both]] < rows.width_us[p[both]]
        fine[both[finer]] = q[both[finer]]
        at_us = rows.at_us[fine]
        first = np.full(len(pairing), np.iinfo(np.int64).max)
        np.minimum.at(first, pairing.of_row, rows.order)
    if bool(np.all((at_us[1:] > at_us[:-1]) | ((at_us[1:] == at_us[:-1]) & (first[1:] >= first[:-1])))):
        plain = not pairing.shared
        return _Ordered(pairing.of_row, p, q, c, at_us, pairing.shared, plain)
    order = np.lexsort((first, at_us))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return _Ordered(
        place[pairing.of_row], p[order], q[order], c[order], at_us[order], shared=pairing.shared, plain=False
    )


def _texts(rows: Rows, pairing: Pairing, chosen: _Ordered) -> pl.DataFrame:
    wanted = [*DETAIL_TEXTS, "order_number"]
    if chosen.plain:
        return rows.texts.select(wanted)
    lead = np.where(chosen.payer_row != UNKNOWN, chosen.payer_row, chosen.payee_row)
    texts = rows.texts.select(wanted)[lead]
    if not pairing.shared:
        return texts
    # A transfer of several rows: the first of them that says something, the payer's own row first.
    counts = np.bincount(chosen.of_row, minlength=len(chosen.at_us))
    several = np.flatnonzero(counts[chosen.of_row] > 1)
    spoken = (
        rows.texts.select(wanted)[several]
        .with_columns(
            pl.Series("transfer", chosen.of_row[several]),
            pl.Series("first", rows.order[several] - (several == lead[chosen.of_row[several]]) * (1 << 62)),
        )
        .sort("transfer", "first")
        .group_by("transfer", maintain_order=True)
        .agg(pl.col(wanted).drop_nulls().first())
    )
    base = texts.with_row_index("transfer").with_columns(pl.col("transfer").cast(pl.Int64))
    return base.update(spoken, on="transfer").sort("transfer").select(wanted)


def _side_serial(rows: Rows, texts: pl.DataFrame, side: I64, chosen: _Ordered) -> pl.Series:
    if chosen.plain and not rows.entries:
        return texts["serial"]
    known = pl.Series(side != UNKNOWN)
    serial = rows.texts["serial"].gather(np.where(side == UNKNOWN, 0, side))
    return serial.zip_with(known, pl.Series([None], dtype=pl.String))


def _ends(sighted: Sighted, p: I64, q: I64, c: I64) -> tuple[U32, U32]:
    lead, tail = np.where(p != UNKNOWN, p, q), np.where(q != UNKNOWN, q, p)
    payer, payee = sighted.payer[lead], sighted.payee[tail]
    # The side's own row knows it best; else whoever names it.
    for other in (tail, np.where(c != UNKNOWN, c, lead)):
        payer = np.where(payer == OUTSIDE, sighted.payer[other], payer)
    for other in (lead, np.where(c != UNKNOWN, c, tail)):
        payee = np.where(payee == OUTSIDE, sighted.payee[other], payee)
    return payer, payee


def _kinds(rows: Rows, p: I64, q: I64, c: I64, *, inside: Flags) -> U8:
    kind = np.zeros(len(p), np.uint8)
    for side in (c, p, q):
        said = np.where(side != UNKNOWN, rows.kind[side], np.uint8(TransferKind.TRANSFER))
        kind = np.where(kind == TransferKind.TRANSFER, said, kind)
        kind = np.where(said == TransferKind.REVERSAL, said, kind)
    own_moves = inside & (kind == TransferKind.TRANSFER) & (c == UNKNOWN)
    return np.where(own_moves, np.uint8(TransferKind.INTERNAL), kind)


def _balance(balance: I64, side: I64, c: I64) -> I64:
    own = np.where(side != UNKNOWN, balance[side], MISSING)
    return np.where((own == MISSING) & (c != UNKNOWN), balance[c], own)


def _seen(sighted: Sighted, side: I64, c: I64, *, payer: bool) -> Flags:
    flags = sighted.payer_seen if payer else sighted.payee_seen
    seen = np.where(side != UNKNOWN, flags[side], np.False_)
    return seen | np.where(c != UNKNOWN, flags[c], np.False_)


def _sources(rows: Rows, chosen: _Ordered, files: Files, copies: Flags, placed: U8) -> Sources:
    flags = (copies * np.uint8(ROW_COPY) | rows.backwards * np.uint8(ROW_BACKWARDS) | placed).astype(np.uint8)
    offsets = np.arange(len(rows) + 1, dtype=np.int64)
    whole = Sources(
        offsets, rows.file, rows.sheet, rows.row, rows.place, flags, rows.payer, rows.payee,
        files.sha256s, files.paths, rows.sheets,
    )  # fmt: skip
    if chosen.plain:
        return whole
    order = np.lexsort((rows.order, chosen.of_row))
    counts = np.bincount(chosen.of_row, minlength=len(chosen.at_us))
    columns = {name: getattr(whole, name)[order] for name in SOURCE_COLUMNS}
    return replace(whole, offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), **columns)
