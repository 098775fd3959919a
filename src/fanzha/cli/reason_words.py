"""What the codes of an import's report mean, in a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REASON_WORDS: Final[Mapping[str, str]] = {
    "account_missing": "no account or card number in the row",
    "amount_comma": "a comma that parts no thousands (1000,50); if it is the decimal mark, say so: decimal_mark, --map",
    "amount_decimals": "more decimals than the currency has",
    "amount_missing": "no amount in the row",
    "amount_negative": "a negative amount where only positive ones make sense",
    "amount_precision": "a spreadsheet kept too few digits of the amount",
    "amount_too_large": "larger than any real amount",
    "amount_unreadable": "no number that can be read",
    "amount_zero": "an amount of zero moves no money",
    "counterparty_lost_precision": "a spreadsheet cut the other side's number; the row counts without it",
    "currency_unknown": "a currency word that no rule knows",
    "date_missing": "no time in the row",
    "date_unreadable": "no date that can be read",
    "direction_unknown": "a word for in or out that no rule knows; it blocks the account's totals",
    "failed": "the bank says that the payment did not go through",
    "holder_missing": "neither name nor number of the holder",
    "id_lost_precision": "a spreadsheet cut the number (6.22E+18); ask for the export as text",
    "id_unreadable": "the number's letters were lost with the encoding",
    "kind_unknown": "a kind of movement that no rule knows",
    "line_unreadable": "the message's line breaks its format",
    "no_data": "the institution sent a row without data",
    "not_booked": "announced but not booked yet",
    "sub_account_missing": "no number of the sub-account",
    "subject_missing": "it does not say whom it is about",
}


def reason_words(reason: str) -> str:
    """The sentence for a code; the code itself with blanks where there is none."""
    return REASON_WORDS.get(reason, reason.replace("_", " "))
