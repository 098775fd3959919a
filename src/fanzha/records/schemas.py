"""Column names and types of every kind of fact, in one place.

Identifiers are normalised text (no blanks, full-width digits made narrow, no `.0` tail). `at_us` is microseconds since
1970 UTC. `at_precision` is 0 where the source gives seconds, 1 minutes, 2 only the day. Amounts are positive minor units;
a null balance means that the source states none. `row` is the 1-based physical row in the sheet (the header counts).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

Schema = Mapping[str, pl.DataType | type[pl.DataType]]

# Ends the name of the account through which a wallet's bound-card payments pass: they never touch the wallet's balance.
CARD_PAYMENTS: Final = "+card"

# One row of an account's own statement: this account's side of one movement.
ENTRY: Final[Schema] = {
    "sheet": pl.String,
    "row": pl.Int64,
    "card": pl.String,
    "account": pl.String,  # at least one of card and account is there
    "holder_name": pl.String,
    "holder_id": pl.String,
    "institution": pl.String,
    "direction": pl.Int8,  # +1 money in, -1 money out
    "at_us": pl.Int64,
    "at_precision": pl.UInt8,
    "amount_minor": pl.Int64,
    "currency": pl.String,
    "balance_minor": pl.Int64,
    "counterparty": pl.String,
    "counterparty_name": pl.String,
    "counterparty_id": pl.String,
    "counterparty_institution": pl.String,
    "counterparty_balance_minor": pl.Int64,
    "kind": pl.UInt8,  # TransferKind
    "serial": pl.String,  # the bank's own transaction serial
    "order_number": pl.String,  # 网联/银联 order number, the same on both sides of a bank–wallet move
    "summary": pl.String,
    "channel": pl.String,
}

# One row of the canonical table: both sides of one movement. A blank payer or payee is an unnamed outside party.
TRANSFER: Final[Schema] = {
    "sheet": pl.String,
    "row": pl.Int64,
    "transfer_id": pl.String,
    "at_us": pl.Int64,
    "at_precision": pl.UInt8,
    "payer": pl.String,
    "payee": pl.String,
    "amount_minor": pl.Int64,
    "currency": pl.String,
    "kind": pl.UInt8,
    "payer_balance_minor": pl.Int64,
    "payee_balance_minor": pl.Int64,
    "payer_institution": pl.String,
    "payee_institution": pl.String,
    "payer_name": pl.String,
    "payee_name": pl.String,
    "channel": pl.String,
    "summary": pl.String,
    "serial": pl.String,
}

ACCOUNT: Final[Schema] = {
    "sheet": pl.String,
    "row": pl.Int64,
    "card": pl.String,
    "account": pl.String,
    "holder_name": pl.String,
    "holder_id": pl.String,
    "institution": pl.String,
    "outlet": pl.String,
    "account_kind": pl.String,
    "currency": pl.String,
    "balance_minor": pl.Int64,
    "available_minor": pl.Int64,
    "status": pl.String,
    "opened_at_us": pl.Int64,
    "closed_at_us": pl.Int64,
    "last_at_us": pl.Int64,
}

SUB_ACCOUNT: Final[Schema] = {
    "sheet": pl.String,
    "row": pl.Int64,
    "institution": pl.String,
    "account": pl.String,
    "sub_account": pl.String,
    "sub_kind": pl.String,
    "currency": pl.String,
    "balance_minor": pl.Int64,
    "available_minor": pl.Int64,
    "status": pl.String,
}

HOLDER: Final[Schema] = {
    "sheet": pl.String,
    "row": pl.Int64,
    "name": pl.String,
    "id_kind": pl.String,
    "id_number": pl.String,
    "phone": pl.String,
    "address": pl.String,
    "employer": pl.String,
    "representative": pl.String,
    "representative_id": pl.String,
}

MEASURE: Final[Schema] = {
    "sheet": pl.String,
    "row": pl.Int64,
    "institution": pl.String,
    "account": pl.String,
    "kind": pl.String,
    "amount_minor": pl.Int64,  # null: the whole account
    "authority": pl.String,
    "from_us": pl.Int64,
    "to_us": pl.Int64,
    "serial": pl.String,
}

# One question put to an institution and what it answered.
QUERY: Final[Schema] = {
    "sheet": pl.String,
    "row": pl.Int64,
    "serial": pl.String,
    "institution": pl.String,
    "subject": pl.String,  # the account, card or identity number asked for
    "sent_us": pl.Int64,
    "answered_us": pl.Int64,
    "succeeded": pl.Boolean,
    "found_nothing": pl.Boolean,  # the institution answered, and has no rows
    "answer": pl.String,
    "from_us": pl.Int64,
    "to_us": pl.Int64,
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "entries": ENTRY,
    "transfers": TRANSFER,
    "accounts": ACCOUNT,
    "sub_accounts": SUB_ACCOUNT,
    "holders": HOLDER,
    "measures": MEASURE,
    "queries": QUERY,
}
