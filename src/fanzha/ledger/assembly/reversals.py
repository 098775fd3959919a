"""Which transfer a reversal (冲正, 退汇) takes back: the latest earlier one with its ends swapped."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from fanzha.core.time import DAY_US
from fanzha.ledger.assembly.duplicates import PAYEE, PAYER
from fanzha.ledger.assembly.rows import Rows
from fanzha.ledger.assembly.rules import PairingRules
from fanzha.ledger.columns import I64, MISSING, NONE, U8, U32, Flags
from fanzha.records import TransferKind

LOOK_BACK_MAX: Final = 10_000  # earlier transfers of one pair of accounts looked at for one reversal
SERIAL_CITED_MIN: Final = 6  # a shorter serial inside a summary may be any number


@dataclass(frozen=True, slots=True)
class _Asked:
    """A reversal that looks for what it takes back."""

    key: tuple[int, int]  # time, then place in the source
    amount_minor: int
    since_us: int
    serial: str | None
    summary: str | None

    def cites(self, serial: str | None) -> bool:
        """Whether the reversal names the serial, as its own or in its summary."""
        if not serial:
            return False
        return serial == self.serial or (len(serial) >= SERIAL_CITED_MIN and serial in (self.summary or ""))


@dataclass(slots=True)
class _Open:
    """Transfers of one pair of accounts that can still be taken back, in time order."""

    places: list[int] = field(default_factory=list)
    keys: list[tuple[int, int]] = field(default_factory=list)
    left_minor: list[int] = field(default_factory=list)
    serials: list[str | None] = field(default_factory=list)

    def add(self, place: int, key: tuple[int, int], amount_minor: int, serial: str | None) -> None:
        """The next transfer in time."""
        self.places.append(place)
        self.keys.append(key)
        self.left_minor.append(amount_minor)
        self.serials.append(serial)

    def take(self, asked: _Asked) -> int | None:
        """The transfer taken back: the latest whose serial it cites, else of its amount, else of a larger one."""
        best, best_score = -1, -1
        score_max = 3 if asked.serial or asked.summary else 1
        end = bisect_left(self.keys, asked.key)
        for k in range(end - 1, max(-1, end - 1 - LOOK_BACK_MAX), -1):
            if self.keys[k][0] < asked.since_us or best_score == score_max:
                break
            if self.left_minor[k] < asked.amount_minor:
                continue
            score = 2 * asked.cites(self.serials[k]) + (self.left_minor[k] == asked.amount_minor)
            if score > best_score:
                best, best_score = k, score
        if best < 0:
            return None
        self.left_minor[best] -= asked.amount_minor
        return self.places[best]


def says_reversal(summary: pl.Series, kind: U8, rules: PairingRules) -> Flags:
    """Rows of kind `reversal`, and plain transfers whose summary has one of the words for it."""
    marked: Flags = kind == np.uint8(TransferKind.REVERSAL)
    if summary.null_count() == len(summary) or not rules.reversal_words:
        return marked
    worded: Flags = summary.str.contains_any(list(rules.reversal_words)).fill_null(False).to_numpy()
    plain: Flags = kind == np.uint8(TransferKind.TRANSFER)
    return marked | (worded & plain)


def inherit_counterparties(rows: Rows, unique: Flags, fields: I64, rules: PairingRules) -> None:
    """Gives a statement's reversal row that names nobody the counterparty of the row that it takes back."""
    entries = slice(0, rows.entries)
    own_is_payer = rows.payer_owned[entries]
    other = np.where(own_is_payer, fields[entries, PAYEE], fields[entries, PAYER])
    marked = says_reversal(rows.texts["summary"][: rows.entries], rows.kind[entries], rules) & unique[entries]
    asking = np.flatnonzero(marked & (other == MISSING))
    if not len(asking):
        return
    own = np.where(own_is_payer, rows.payer[entries], rows.payee[entries])
    wanted = np.isin(own, own[asking]) & unique[entries] & ~marked & (other != MISSING)
    open_rows: dict[tuple[int, int, bool], _Open] = {}
    for i in _in_time(rows, np.flatnonzero(wanted)):
        known = open_rows.setdefault((int(own[i]), int(rows.currency[i]), bool(own_is_payer[i])), _Open())
        key = int(rows.at_us[i]), int(rows.order[i])
        known.add(i, key, int(rows.amount_minor[i]), rows.texts["serial"][i])
    for i in _in_time(rows, asking):
        candidates = open_rows.get((int(own[i]), int(rows.currency[i]), not own_is_payer[i]))
        at_us = int(rows.at_us[i])
        asked = _Asked(
            (at_us + int(rows.width_us[i]), int(rows.order[i])),
            int(rows.amount_minor[i]),
            at_us - rules.reversal_window_days * DAY_US,
            rows.texts["serial"][i],
            rows.texts["summary"][i],
        )
        taken = candidates.take(asked) if candidates else None
        if taken is not None:
            fields[i, PAYEE if own_is_payer[i] else PAYER] = other[taken]


def _in_time(rows: Rows, chosen: I64) -> list[int]:
    return [int(i) for i in chosen[np.lexsort((rows.order[chosen], rows.at_us[chosen]))]]


def match_reversals(
    ends: tuple[U32, U32], at_us: I64, amount_minor: I64, *, marked: Flags, texts: pl.DataFrame, rules: PairingRules
) -> I64:
    """Per transfer the earlier one that it takes back, or NONE; transfers are in time order.

    `ends`: pockets of payer and payee. `texts`: columns serial and summary. No transfer is taken back beyond its amount.
    """
    payer, payee = ends
    reverses = np.full(len(at_us), NONE, np.int64)
    asking = np.flatnonzero(marked & (payer != payee))
    if not len(asking):
        return reverses
    wanted = (payee[asking].astype(np.int64) << 32) | payer[asking]
    pair = (payer.astype(np.int64) << 32) | payee
    chosen = np.flatnonzero(np.isin(pair, wanted) & ~marked)
    open_rows: dict[int, _Open] = {}
    for i, serial in zip(chosen.tolist(), texts["serial"].gather(chosen).to_list(), strict=True):
        key = int(at_us[i]), i
        open_rows.setdefault(int(pair[i]), _Open()).add(i, key, int(amount_minor[i]), serial)
    for k, i in enumerate(asking.tolist()):
        candidates = open_rows.get(int(wanted[k]))
        now = int(at_us[i])
        since_us = now - rules.reversal_window_days * DAY_US
        amount, serial, summary = int(amount_minor[i]), texts["serial"][i], texts["summary"][i]
        asked = _Asked((now, i), amount, since_us, serial, summary)
        taken = candidates.take(asked) if candidates else None
        reverses[i] = NONE if taken is None else taken
    return reverses
