"""Two sides of one transfer, seen in two statements or in a statement and a canonical table, become one transfer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from fanzha.core.time import SECOND_US
from fanzha.ledger.assembly.codes import UNKNOWN
from fanzha.ledger.assembly.duplicates import PAYEE, PAYEE_BALANCE, PAYER, PAYER_BALANCE
from fanzha.ledger.assembly.matching import Cost, Sides, match_one_to_one
from fanzha.ledger.assembly.rows import Rows
from fanzha.ledger.assembly.rules import PairingRules
from fanzha.ledger.columns import I64, MISSING, Flags


@dataclass(frozen=True, slots=True)
class RowPlace:
    """A row by its file and its place among that file's facts."""

    sha256: str
    place: int


@dataclass(frozen=True, slots=True)
class ConfirmedPair:
    """Two rows that were only inferred to be one transfer, and that a person says are one.

    `outgoing_id` and `incoming_id` are the transfers' ids as they were before, by which the decision can be taken back.
    """

    outgoing: RowPlace
    incoming: RowPlace
    outgoing_id: str
    incoming_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which rows are one transfer: `of_row` gives each row's transfer, `payer_row` and `payee_row` each side's own row.

    A side that no statement shows has UNKNOWN. `canonical_row` is the canonical row of the transfer, or UNKNOWN.
    """

    of_row: I64
    payer_row: I64
    payee_row: I64
    canonical_row: I64
    shared: bool  # some transfer has more than one row

    def __len__(self) -> int:
        return len(self.payer_row)


def pair_sides(
    rows: Rows, root: I64, fields: I64, rules: PairingRules, confirmed: Iterable[tuple[int, int]] = ()
) -> Pairing:
    """Pairs statement rows with canonical rows, then with each other: by order number, both names, or equal serials.

    Never by a name of a person alone: that is `inferred`, and stays apart until it is confirmed. `confirmed`: such pairs of
    rows, out and in; one whose rows are meanwhile known to belong elsewhere is passed over.
    """
    every = np.arange(len(rows), dtype=np.int64)
    canonical = every >= rows.entries
    unique = root == every
    payer_row = np.where(rows.payer_owned, every, UNKNOWN)
    payee_row = np.where(rows.payee_owned, every, UNKNOWN)
    label = root.copy()
    links = _Links(label, payer_row, payee_row)
    if rows.entries:
        free = unique & ~canonical
        if unique[rows.entries :].any():
            _match_canonical(rows, fields, links, rules, table=unique & canonical, free=free)
        _pair_entries(rows, fields, links, rules, unique=free)
        _pair_confirmed(rows, links, ((int(root[out]), int(root[back])) for out, back in confirmed))
        label = label[label[label]]
    if label is root or bool((label == every).all()):
        return Pairing(every, payer_row, payee_row, np.where(canonical, every, UNKNOWN), shared=False)
    heads, of_row = np.unique(label, return_inverse=True)
    return Pairing(
        of_row.astype(np.int64),
        payer_row[heads],
        payee_row[heads],
        np.where(canonical[heads], heads, UNKNOWN),
        shared=True,
    )


@dataclass(frozen=True, slots=True)
class _Links:
    """Arrays that pairing fills in: the row that stands for each row's transfer, and that transfer's own rows."""

    label: I64
    payer_row: I64
    payee_row: I64


def _match_canonical(rows: Rows, fields: I64, links: _Links, rules: PairingRules, *, table: Flags, free: Flags) -> None:
    # Statement rows that a canonical row repeats; the statement knows its own side better (its time, its balance).
    for own, other, balance, owned, side_row in (
        (PAYER, PAYEE, PAYER_BALANCE, rows.payer_owned, links.payer_row),
        (PAYEE, PAYER, PAYEE_BALANCE, rows.payee_owned, links.payee_row),
    ):

        def cost(left: I64, right: I64, other: int = other, balance: int = balance) -> tuple[I64, ...]:
            mine, theirs = fields[left, other], fields[right, other]
            named = (mine != MISSING) & (theirs != MISSING)
            balances = (fields[left, balance] != MISSING) & (fields[right, balance] != MISSING)
            apart = _apart_us(rows, left, right)
            clash = (named & (mine != theirs)) | (balances & (fields[left, balance] != fields[right, balance]))
            clash |= ~(named | balances) & (apart > 0)
            return np.where(clash, -1, 1 - balances), _unlike(rows.serial, left, right), apart

        statements = np.flatnonzero(free & owned)
        known = np.flatnonzero(table & (fields[:, own] != MISSING))
        exact = np.stack([fields[:, own], rows.amount_minor, rows.currency.astype(np.int64)], axis=1)
        left, right = match_one_to_one(
            _sides(rows, statements, exact),
            _sides(rows, known, exact),
            slack_us=rules.window_s * SECOND_US,
            cost=cost,
        )
        links.label[left] = right
        side_row[right] = left


def _pair_entries(rows: Rows, fields: I64, links: _Links, rules: PairingRules, *, unique: Flags) -> None:
    label, payer_row, payee_row = links.label, links.payer_row, links.payee_row
    currency = rows.currency.astype(np.int64)
    by_order = np.stack([rows.order_number, rows.amount_minor, currency], axis=1)
    by_names = np.stack([fields[:, PAYER], fields[:, PAYEE], rows.amount_minor, currency], axis=1)
    numbered = rows.order_number != UNKNOWN
    named = (fields[:, PAYER] != MISSING) & (fields[:, PAYEE] != MISSING)

    by_serial = np.stack([rows.serial, rows.amount_minor, currency], axis=1)
    long_serial = _long_enough(rows.texts["serial"], rules.serial_length_min)

    def cost(left: I64, right: I64) -> tuple[I64, ...]:
        # One account cannot pay itself, save between two running balances of its own.
        itself = (rows.payer[left] == rows.payee[right]) & (rows.payer_sub[left] == rows.payee_sub[right])
        unlike = np.minimum(_unlike(rows.serial, left, right), _unlike(rows.order_number, left, right))
        return np.where(itself, -1, unlike), _apart_us(rows, left, right)

    def cost_of_serial(left: I64, right: I64) -> tuple[I64, ...]:
        # Two banks that give one payment the same serial may know the other side by different numbers; one of the two
        # must name the other's own.
        first, *others = cost(left, right)
        names = (fields[left, PAYEE] == fields[right, PAYEE]) | (fields[right, PAYER] == fields[left, PAYER])
        return np.where(names, first, -1), *others

    passes: tuple[tuple[Flags, I64, int, Cost], ...] = (
        (numbered, by_order, rules.order_window_s, cost),
        (named, by_names, rules.window_s, cost),
        (long_serial, by_serial, rules.window_s, cost_of_serial),
    )
    for eligible, exact, window_s, cost_of_pass in passes:
        # A side that a canonical row repeats may still look for its other side where that row names none; of a pair,
        # only one side may come with a canonical row.
        for with_canonical_in in (False, True):
            repeated = label >= rows.entries
            outs = unique & eligible & rows.payer_owned & _open(label, payee_row, fields[:, PAYEE], rows.entries)
            ins = unique & eligible & rows.payee_owned & _open(label, payer_row, fields[:, PAYER], rows.entries)
            left, right = match_one_to_one(
                _sides(rows, np.flatnonzero(outs & ~repeated if with_canonical_in else outs), exact),
                _sides(rows, np.flatnonzero(ins & (repeated == with_canonical_in)), exact),
                slack_us=window_s * SECOND_US,
                cost=cost_of_pass,
            )
            head = np.where(label[right] >= rows.entries, label[right], label[left])
            payer_row[head], payee_row[head] = left, right
            label[left] = label[right] = head


def _pair_confirmed(rows: Rows, links: _Links, confirmed: Iterable[tuple[int, int]]) -> None:
    for out, back in confirmed:
        alone = links.label[out] == out and links.label[back] == back
        lone_out = alone and links.payer_row[out] == out and links.payee_row[out] == UNKNOWN
        lone_in = alone and links.payee_row[back] == back and links.payer_row[back] == UNKNOWN
        alike = rows.amount_minor[out] == rows.amount_minor[back] and rows.currency[out] == rows.currency[back]
        if lone_out and lone_in and alike:
            links.payee_row[out] = back
            links.label[back] = out


def rows_at(rows: Rows, sha256s: Iterable[str], pairs: Iterable[ConfirmedPair]) -> list[tuple[int, int]]:
    """The numbers of the pairs' rows; pairs with a row that is not here are left out. `sha256s`: the files, in order."""
    file = {sha256: index for index, sha256 in enumerate(sha256s)}

    def number(row: RowPlace) -> int | None:
        found = np.flatnonzero((rows.file == file.get(row.sha256, UNKNOWN)) & (rows.place == row.place))
        return int(found[0]) if len(found) else None

    numbers = [(number(pair.outgoing), number(pair.incoming)) for pair in pairs]
    return [(out, back) for out, back in numbers if out is not None and back is not None]


def _long_enough(serials: pl.Series, length_min: int) -> Flags:
    """Serials that are no mere counters."""
    return (serials.str.len_chars() >= length_min).fill_null(False).to_numpy(writable=True)


def _open(label: I64, side_row: I64, named: I64, entries: int) -> Flags:
    """Rows whose transfer still has nobody's row on that side."""
    unnamed: Flags = (side_row[label] == label) & (label >= entries) & (named[label] == MISSING)
    nobody: Flags = side_row[label] == UNKNOWN
    return nobody | unnamed


def _sides(rows: Rows, chosen: I64, exact: I64) -> Sides:
    return Sides(chosen, exact[chosen], rows.at_us[chosen], rows.at_us[chosen] + rows.width_us[chosen])


def _unlike(codes: I64, left: I64, right: I64) -> I64:
    alike: Flags = (codes[left] == codes[right]) & (codes[left] != UNKNOWN)
    return (~alike).astype(np.int64)


def _apart_us(rows: Rows, left: I64, right: I64) -> I64:
    """How far apart two rows are at least, given how finely each tells the time."""
    later = rows.at_us[left] - (rows.at_us[right] + rows.width_us[right])
    earlier = rows.at_us[right] - (rows.at_us[left] + rows.width_us[left])
    return np.maximum(np.maximum(later, earlier), 0)


def infer_pairs(rows: Rows, pairing: Pairing, hidden: Flags, rules: PairingRules) -> list[tuple[int, int]]:
    """Row pairs (out, in) that name, amount and time suggest where a number is masked or missing.

    Only where each fits exactly one other; they are suggestions, and change no amount.
    """
    if not rows.entries:
        return []
    blank = np.append(hidden, np.True_)
    lone_out = pairing.payer_row[(pairing.payee_row == UNKNOWN) & (pairing.canonical_row == UNKNOWN)]
    lone_in = pairing.payee_row[(pairing.payer_row == UNKNOWN) & (pairing.canonical_row == UNKNOWN)]
    outs = _lone_sides(rows, lone_out, other_known=~blank[rows.payee[lone_out]]).rename(
        {"payer_name": "own_name", "payee_name": "other_name", "payer": "own", "payee": "other"}
    )
    ins = _lone_sides(rows, lone_in, other_known=~blank[rows.payer[lone_in]]).rename(
        {"payee_name": "own_name", "payer_name": "other_name", "payee": "own", "payer": "other"}
    )
    slack = rules.window_s * SECOND_US
    by_name = outs.filter(~pl.col("known")).join(
        ins, left_on=["amount", "currency", "other_name"], right_on=["amount", "currency", "own_name"], how="inner",
        suffix="_in", coalesce=False,
    )  # fmt: skip
    by_number = outs.filter("known").join(
        ins.filter(~pl.col("known")), left_on=["amount", "currency", "other"], right_on=["amount", "currency", "own"],
        how="inner", suffix="_in", coalesce=False,
    )  # fmt: skip
    back = (
        pl.when("known_in")
        .then(pl.col("other_in") == pl.col("own"))
        .otherwise(pl.col("other_name_in") == pl.col("own_name"))
    )
    found = (
        pl.concat([by_name, by_number], how="vertical")
        .filter((pl.col("at") <= pl.col("to_in") + slack) & (pl.col("at_in") <= pl.col("to") + slack))
        .filter((pl.col("own") != pl.col("own_in")) & back)
        .filter((pl.len().over("line") == 1) & (pl.len().over("line_in") == 1))
        .sort("line")
    )
    return list(zip(found["line"].to_list(), found["line_in"].to_list(), strict=True))


def _lone_sides(rows: Rows, chosen: I64, *, other_known: Flags) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "line": chosen,
            "amount": rows.amount_minor[chosen],
            "currency": rows.currency[chosen],
            "at": rows.at_us[chosen],
            "to": rows.at_us[chosen] + rows.width_us[chosen],
            "payer": rows.payer[chosen],
            "payee": rows.payee[chosen],
            "known": other_known,
            "payer_name": rows.texts["payer_name"].gather(chosen),
            "payee_name": rows.texts["payee_name"].gather(chosen),
        }
    )
