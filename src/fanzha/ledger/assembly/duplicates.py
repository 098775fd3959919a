"""One row that came several times: overlapping statements, the same statement in two formats, a row printed twice.

Files are compared as multisets over their overlap: what one file has twice and another twice is there twice, not four
times. A field that a source does not give agrees with anything.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.ledger.assembly.codes import UNKNOWN, repeated, runs
from fanzha.ledger.assembly.kernels import mark_blocks, mix, previous_touch
from fanzha.ledger.assembly.matching import Sides, match_one_to_one
from fanzha.ledger.assembly.rows import Rows
from fanzha.ledger.columns import I64, MISSING, Flags

# Columns of the fields in which two copies of a row must not contradict each other.
PAYER_BALANCE: Final = 0
PAYEE_BALANCE: Final = 1
SERIAL: Final = 2  # then the row's own id or order number
PAYER: Final = 4
PAYEE: Final = 5


def find_duplicates(rows: Rows, hidden: Flags, ids: I64) -> tuple[I64, I64]:
    """For each row the row that it is a copy of (itself where it is none), and the fields filled from all copies.

    `hidden`: accounts known by a masked number only. `ids`: fingerprint of each row's own transfer id, UNKNOWN without.
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
        before = previous_touch(own_payer, own_payee, rows.file, int(max(rows.payer.max(), rows.payee.max())) + 1)
        mark_blocks(runs(hashes[block_rows]), block_rows, key, rows.file, before, fields, root)
    _match_across_precision(rows, root, fields, own_payer, own_payee)
    return root, fields


def _fields(rows: Rows, hidden: Flags, ids: I64) -> I64:
    def known(fingerprints: I64) -> I64:
        return np.where(fingerprints == UNKNOWN, MISSING, fingerprints)

    def clear(codes: NDArray[np.int32]) -> I64:
        unclear = np.append(hidden, np.True_)[codes]
        return np.where(unclear, MISSING, codes.astype(np.int64))

    identifier = np.where(ids != UNKNOWN, ids, known(rows.order_number))
    return np.stack(
        [
            rows.payer_balance_minor,
            rows.payee_balance_minor,
            known(rows.serial),
            np.where(identifier == UNKNOWN, MISSING, identifier),
            clear(rows.payer),
            clear(rows.payee),
        ],
        axis=1,
    )


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
