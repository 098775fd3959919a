"""Columns of the index's tables, by number, as kernels and their callers read them."""

from __future__ import annotations

from typing import Final

# A row of the index: where it ends on the payer's outflow line, its time, payee << 32 | transfer, where it ends on the
# payee's inflow line (or a negative reason why it has no place there), and jumps: next << 32 | last | after. `next` is the
# payee's first outflow that reaches beyond where it begins there (NO_ROW: none does), `after` his first outflow after the
# arrival (AFTER: none), LAST marks the last row of the payer's own line. Money in a payment is counted from its end: then
# one row says where its money lies, and a chase need not look up where the next one begins.
ROW_OUT_HI: Final = 0
ROW_AT: Final = 1
ROW_ENDS: Final = 2
ROW_IN_HI: Final = 3
ROW_JUMPS: Final = 4
LOW_32: Final = 0xFFFFFFFF
LAST: Final = 0x80000000
AFTER: Final = 0x7FFFFFFF
NO_ROW: Final = 0xFFFFFFFF
NO_JUMPS: Final = (NO_ROW - 2**32 << 32) | AFTER
SPECIAL: Final = 0xFFFFFFFE  # in place of `next`: the payment was reversed, its pieces lie in the table

# An event that no row shows: gap, credit or repayment.
SYN_POCKET: Final = 0
SYN_PLACE: Final = 1
SYN_STEP: Final = 2
SYN_AMOUNT: Final = 3
SYN_LINE: Final = 4
SYN_ANCHOR: Final = 5

# A piece of a reversed payment: units [offset, offset + length) of payment `SEG_EID` lie at `SEG_BASE` of the line
# (SEG_REVERSAL = -1), or went back with the row SEG_REVERSAL, at `SEG_BASE` of it.
SEG_EID: Final = 0
SEG_OFFSET: Final = 1
SEG_LENGTH: Final = 2
SEG_REVERSAL: Final = 3
SEG_BASE: Final = 4
SEG_BY_SHARES: Final = -3  # a part came back from an account without a statement: shares, not pieces
