"""One row that came several times: overlapping statements, the same statement in two formats, a row printed twice.

Files are compared as multisets over their overlap: what one file has twice and another twice is there twice, not four
times. A field that a source does not give agrees with anything.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fanzha.ledger.assembly.codes import UNKNOWN, mix, repeated, runs
from fanzha.ledger.assembly.matching import Sides, match_one_to_one
from fanzha.ledger.assembly.rows import Rows
from fanzha.ledger.columns import I64, MISSING, Flags

# Columns of the fields in which two copies of a row must not contradict each other.
_PAYER_BALANCE: Final = 0
_PAYEE_BALANCE: Final = 1
_SERIAL: Final = 2
_ID: Final = 3
_PAYER: Final = 4
_PAYEE: Final = 5


def find_duplicates(rows: Rows, hidden: Flags, ids: I64) -> tuple[I64, I64]:
    """For each row the row that it is a copy of (itself where it is none), and the fields filled from all copies.

    `hidden`: accounts known by a masked number only. `ids`: code of each row's own transfer id, UNKNOWN without.
    Fields: payer and payee balance, serial, id, payer, payee; MISSING where no copy gives one.
    """
    fields = _fields(rows, hidden, ids)
    root = np.arange(len(rows), dtype=np.int64)
    side = rows.payer_owned.astype(np.int64) + 2 * rows.payee_owned
    own_payer = np.where(rows.payer_owned, rows.payer, UNKNOWN).astype(np.int64)
    own_payee = np.where(rows.payee_owned, rows.payee, UNKNOWN).astype(np.int64)
    currency = rows.currency.astype(np.int64)
    hashes = mix(own_payer, own_payee, rows.at_us, rows.amount_minor, currency, side)
    block_rows = repeated(hashes)
    if len(block_rows):
        key = np.stack([own_payer, own_payee, rows.at_us, rows.amount_minor, currency, side], axis=1)[block_rows]
        before = _previous_touch(own_payer, own_payee, rows.file, int(max(rows.payer.max(), rows.payee.max())) + 1)
        _mark_blocks(runs(hashes[block_rows]), block_rows, key, rows.file, before, fields, root)
    _match_across_precision(rows, root, fields, own_payer, own_payee)
    return root, fields


def _fields(rows: Rows, hidden: Flags, ids: I64) -> I64:
    def known(codes: NDArray[np.int32], masked: bool) -> I64:
        unclear = (codes == UNKNOWN) | (np.append(hidden, np.True_)[codes] if masked else False)
        return np.where(unclear, MISSING, codes.astype(np.int64))

    identifier = np.where(ids != UNKNOWN, ids, known(rows.order_number, masked=False))
    return np.stack(
        [
            rows.payer_balance_minor,
            rows.payee_balance_minor,
            known(rows.serial, masked=False),
            np.where(identifier == UNKNOWN, MISSING, identifier),
            known(rows.payer, masked=True),
            known(rows.payee, masked=True),
        ],
        axis=1,
    )


@njit(cache=True)
def _previous_touch(payer: I64, payee: I64, file: NDArray[np.uint32], accounts: int) -> I64:
    # The row before this one in the same statement, per side; UNKNOWN at a statement's first row.
    last = np.full(accounts, -1, np.int64)
    before = np.full((payer.size, 2), -1, np.int64)
    for i in range(payer.size):
        for side in range(2):
            account = payer[i] if side == 0 else payee[i]
            if account >= 0 and last[account] >= 0 and file[last[account]] == file[i]:
                before[i, side] = last[account]
        for side in range(2):
            account = payer[i] if side == 0 else payee[i]
            if account >= 0:
                last[account] = i
    return before


@njit(cache=True)
def _agreement(a: I64, b: I64) -> int:
    # Fields that both give and that are equal; -1 if one contradicts.
    equal = 0
    for k in range(a.size):
        if a[k] != MISSING and b[k] != MISSING:
            if a[k] != b[k]:
                return -1
            equal += 1
    return equal


@njit(cache=True)
def _printed_twice(i: int, j: int, fields: I64, before: I64) -> bool:
    # Within one statement: the same serial or id, or a running balance that the second row did not move.
    for k in range(2, 4):
        if fields[i, k] != MISSING and fields[i, k] == fields[j, k]:
            return True
    for side in range(2):
        if before[i, side] == j and fields[i, side] != MISSING and fields[i, side] == fields[j, side]:
            return True
    return False


@njit(cache=True)
def _mark_blocks(
    starts: I64, rows: I64, key: I64, file: NDArray[np.uint32], before: I64, fields: I64, root: I64
) -> None:
    for block in range(starts.size - 1):
        start, end = starts[block], starts[block + 1]
        first = start
        while first < end:
            last = first
            while last < end and file[rows[last]] == file[rows[first]]:
                last += 1
            _mark_within_file(first, last, rows, key, before, fields, root)
            # Strong agreement (a balance, serial or id) goes first, so that a bare row cannot take a full row's place.
            for strong in (True, False):
                _mark_against_earlier(start, first, last, rows, key, file, fields, root, strong)
            first = last


@njit(cache=True)
def _mark_within_file(first: int, last: int, rows: I64, key: I64, before: I64, fields: I64, root: I64) -> None:
    for a in range(first + 1, last):
        for b in range(a - 1, first - 1, -1):
            i, j = rows[a], rows[b]
            same = np.all(key[a] == key[b]) and _agreement(fields[i], fields[j]) >= 0
            if same and _printed_twice(i, j, fields, before):
                root[i] = root[j]
                break


@njit(cache=True)
def _mark_against_earlier(
    start: int, first: int, last: int, rows: I64, key: I64, file: NDArray[np.uint32], fields: I64, root: I64,
    strong: bool,
) -> None:  # fmt: skip
    for a in range(first, last):
        i = rows[a]
        if root[i] != i:
            continue
        best, best_score = -1, 0 if strong else -1
        for b in range(start, first):
            j = rows[b]
            if root[j] != j or not np.all(key[a] == key[b]):
                continue
            score = _agreement(fields[i, :4], fields[j, :4])
            if score > best_score and _agreement(fields[i, 4:], fields[j, 4:]) >= 0:
                taken = False
                for c in range(first, last):
                    taken = taken or (root[rows[c]] == j)
                if not taken:
                    best, best_score = j, score
        if best >= 0:
            root[i] = best
            for k in range(fields.shape[1]):
                if fields[best, k] == MISSING:
                    fields[best, k] = fields[i, k]
    # Copies within this file follow their original to where it went.
    for a in range(first, last):
        while root[root[rows[a]]] != root[rows[a]]:
            root[rows[a]] = root[root[rows[a]]]


def _match_across_precision(rows: Rows, root: I64, fields: I64, own_payer: I64, own_payee: I64) -> None:
    # One export gives seconds, another only the minute or the day: the coarse row is a copy of a fine one inside it.
    if len(rows) == 0 or not rows.width_us.any() or (rows.file == rows.file[0]).all():
        return
    unique = root == np.arange(len(rows))
    for width in np.unique(rows.width_us[rows.width_us > 0]):
        coarse = np.flatnonzero(unique & (rows.width_us == width))
        fine = np.flatnonzero(unique & (rows.width_us < width))
        side = rows.payer_owned.astype(np.int64) + 2 * rows.payee_owned
        exact = np.stack([own_payer, own_payee, rows.amount_minor, rows.currency.astype(np.int64), side], axis=1)

        def sides(chosen: I64, exact: I64 = exact) -> Sides:
            return Sides(chosen, exact[chosen], rows.at_us[chosen], rows.at_us[chosen] + rows.width_us[chosen])

        def cost(left: I64, right: I64) -> tuple[I64, ...]:
            mine, theirs = fields[left], fields[right]
            both = (mine != MISSING) & (theirs != MISSING)
            clash = (both & (mine != theirs)).any(axis=1) | (rows.file[left] == rows.file[right])
            return (np.where(clash, -1, fields.shape[1] - (both & (mine == theirs)).sum(axis=1)),)

        left, right = match_one_to_one(sides(coarse), sides(fine), slack_us=0, cost=cost)
        root[left] = right
        unique[left] = False
        for k in range(fields.shape[1]):
            gap = fields[right, k] == MISSING
            fields[right[gap], k] = fields[left[gap], k]
    root[:] = root[root]
