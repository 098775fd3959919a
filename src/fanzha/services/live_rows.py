"""Rows of a stream made ready for a live trace: accounts numbered, rows that were sent again recognised."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.ledger.assembly import HubRules, PairingRules
from fanzha.ledger.assembly.identity import MASK
from fanzha.ledger.assembly.reversals import says_reversal
from fanzha.ledger.columns import I64, MISSING, OUTSIDE, POCKET_HUB, POCKET_MASKED, U8, U32, Flags
from fanzha.ports.live_log import AsideRow, LiveEntry, LiveWriter
from fanzha.ports.transfer_stream import StreamBlock
from fanzha.records import QuarantinedRow, TransferKind
from fanzha.tracing.live_ledger import LiveBatch, LiveRows

BESIDE_NAME: Final = "\t"  # between an account's name and its currency; no name has one
_MERGE_RATIO: Final = 3
_RAW: Final = ("transfer_id", "at_us", "payer", "payee", "amount_minor")
_CONTENT: Final = ("at_us", "payer", "payee", "amount_minor", "kind", "payer_balance_minor", "payee_balance_minor")

Hashes = NDArray[np.uint64]


def account_key(name: str, currency: str) -> str:
    """How an account's pocket of one currency is called here."""
    bare = unicodedata.normalize("NFKC", name).replace(" ", "")
    return bare if currency == DEFAULT_CURRENCY else f"{bare}{BESIDE_NAME}{currency}"


@dataclass(slots=True)
class AccountNumbers:
    """Accounts by name; the first is 1, and 0 is a party that no row names."""

    hubs: HubRules
    names: list[str] = field(default_factory=lambda: [""])
    _number: dict[str, int] = field(default_factory=dict)

    def adopt(self, names: Sequence[str]) -> None:
        """Numbers further accounts."""
        self._number.update(zip(names, range(len(self.names), len(self.names) + len(names)), strict=True))
        self.names += names

    def get(self, name: str) -> int:
        """An account's number, 0 if there is none."""
        return self._number.get(name, OUTSIDE)

    def shown(self, number: int) -> str:
        """An account's name without its currency."""
        return self.names[number].partition(BESIDE_NAME)[0]

    def number_rows(self, facts: pl.DataFrame) -> tuple[U32, U32, tuple[str, ...], U8]:
        """Payers and payees of rows; the accounts that they are the first to name, numbered on, and their flags."""
        sides = [_keys(facts["payer"], facts["currency"]), _keys(facts["payee"], facts["currency"])]
        n = len(facts)
        # Row by row, so that a number does not depend on where a block begins.
        both = pl.concat(sides).gather(np.arange(2 * n).reshape(2, n).T.reshape(-1))
        distinct = both.drop_nulls().unique(maintain_order=True)
        texts = distinct.to_list()
        numbers = np.array([self._number.get(text, OUTSIDE) for text in texts], np.uint32)
        fresh = np.flatnonzero(numbers == OUTSIDE)
        numbers[fresh] = np.arange(len(self.names), len(self.names) + len(fresh))
        names = tuple(texts[place] for place in fresh.tolist())
        self.adopt(names)
        if len(texts):
            coded = both.replace_strict(distinct, pl.Series(numbers), default=OUTSIDE, return_dtype=pl.UInt32)
            codes = coded.fill_null(OUTSIDE).to_numpy().reshape(n, 2)
        else:
            codes = np.zeros((n, 2), np.uint32)
        payer, payee = np.ascontiguousarray(codes[:, 0]), np.ascontiguousarray(codes[:, 1])
        return payer, payee, names, self.flags_of(names, facts, both)

    def flags_of(self, names: Sequence[str], facts: pl.DataFrame | None = None, both: pl.Series | None = None) -> U8:
        """Hub and mask of accounts, by their number and by what the first row that names them says of them."""
        keys = pl.Series(names, dtype=pl.String)
        hub = np.zeros(len(names), np.bool_)
        if not len(names):
            return hub.astype(np.uint8)
        for rule in self.hubs.rules:
            if rule.match == "prefix":
                hub |= keys.str.starts_with(rule.pattern).to_numpy()
        if facts is not None and both is not None:
            hub |= self._hubs_by_words(keys, facts, both)
        mask = keys.str.contains(MASK, literal=True).to_numpy()
        return (np.where(hub, POCKET_HUB, 0) | np.where(mask, POCKET_MASKED, 0)).astype(np.uint8)

    def _hubs_by_words(self, keys: pl.Series, facts: pl.DataFrame, both: pl.Series) -> Flags:
        found = np.zeros(len(keys), np.bool_)
        order = np.arange(2 * len(facts)).reshape(2, len(facts)).T.reshape(-1)
        first = None
        for match, what in (("name", "name"), ("institution", "institution")):
            sides = [facts[f"payer_{what}"], facts[f"payee_{what}"]]
            if all(side.null_count() == len(side) for side in sides):
                continue
            if first is None:
                place = both.arg_unique()
                at = dict(zip(both.gather(place).to_list(), place.to_list(), strict=True))
                first = pl.Series([at[key] for key in keys.to_list()], dtype=pl.UInt32)
            words = pl.concat(sides).gather(order).gather(first).fill_null("")
            for rule in self.hubs.rules:
                if rule.match == match:
                    same = words == rule.pattern if what == "institution" else None
                    hit = words.str.contains(rule.pattern, literal=True) if same is None else same
                    found |= hit.to_numpy()
        return found


def _keys(names: pl.Series, currency: pl.Series) -> pl.Series:
    other = currency != DEFAULT_CURRENCY
    return names.zip_with(~other, names + BESIDE_NAME + currency) if other.any() else names


class SeenIds:
    """Which ids came before, and in which row; sorted runs of hashes, each at least three times as long as the next."""

    def __init__(self) -> None:
        self._runs: list[tuple[Hashes, I64]] = []

    def add(self, hashes: Hashes, rows: I64) -> None:
        """Takes the ids of further rows."""
        if not len(hashes):
            return
        run = (hashes, rows)
        while self._runs and len(self._runs[-1][0]) < _MERGE_RATIO * len(run[0]):
            older = self._runs.pop()
            run = (np.concatenate([older[0], run[0]]), np.concatenate([older[1], run[1]]))
        order = np.argsort(run[0], kind="stable")
        self._runs.append((run[0][order], run[1][order]))

    def find(self, hashes: Hashes) -> tuple[I64, I64]:
        """Pairs of a place in the hashes and an earlier row that has this one."""
        order = np.argsort(hashes)
        wanted = hashes[order]
        places, rows = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for held, row in self._runs:
            begin = np.searchsorted(held, wanted, side="left")
            hit = np.flatnonzero(held[np.minimum(begin, len(held) - 1)] == wanted)
            if not len(hit):
                continue
            counts = np.searchsorted(held, wanted[hit], side="right") - begin[hit]
            places.append(np.repeat(order[hit], counts))
            inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            rows.append(row[np.repeat(begin[hit], counts) + inside])
        return np.concatenate(places), np.concatenate(rows)


@dataclass(slots=True)
class RowTaker:
    """Makes entries of blocks; knows every id and every account that came before."""

    numbers: AccountNumbers
    pairing: PairingRules
    texts: tuple[str, ...]  # which columns of words the stream has
    resent: bool  # rows need ids, because a sender that starts again sends them again
    writer: LiveWriter
    rows: LiveRows
    repeated: int = 0
    _seen: SeenIds = field(default_factory=SeenIds)
    _aside: set[str] = field(default_factory=set)

    def remember(self, entry: LiveEntry, first_row: int) -> None:
        """Takes up what an entry of an earlier start holds; its accounts are adopted by whoever reads it."""
        if "transfer_id" in entry.texts.columns:
            self._remember_ids(entry.texts["transfer_id"], first_row)
        self._aside |= {aside.row.raw for aside in entry.aside}

    def take(self, block: StreamBlock, first_row: int) -> LiveEntry:
        """The rows of a block that are new, to be numbered from `first_row`; repeated ones are counted, or put aside."""
        facts, aside = block.facts, list(block.quarantine)
        ids = facts["transfer_id"]
        if self.resent:
            aside = [row for row in aside if row.raw not in self._aside]
            nameless = ids.is_null()
            if nameless.any():
                aside += _set_aside(facts.filter(nameless), "transfer_id_missing")
                facts = facts.filter(~nameless)
        payer, payee, names, flags = self.numbers.number_rows(facts)
        batch = self._batch(facts, payer, payee)
        keep = self._new_rows(facts, batch, aside)
        if not keep.all():
            facts = facts.filter(pl.Series(keep))
            batch = _some_of(batch, keep)
        source_row = facts["row"].to_numpy()
        if "transfer_id" in self.texts:
            self._remember_ids(facts["transfer_id"], first_row)
        self._aside |= {row.raw for row in aside}
        aside.sort(key=lambda row: row.row)
        before = np.searchsorted(source_row, [row.row for row in aside])
        last_id = ids.drop_nulls().tail(1).to_list()
        return LiveEntry(
            position=block.position,
            rows=batch,
            source_row=source_row,
            texts=facts.select(self.texts),
            accounts=names,
            account_flags=flags,
            aside=tuple(AsideRow(int(place), row) for place, row in zip(before.tolist(), aside, strict=True)),
            last_id=last_id[0] if last_id else "",
        )

    def _batch(self, facts: pl.DataFrame, payer: U32, payee: U32) -> LiveBatch:
        kind = facts["kind"].to_numpy()
        reversal = says_reversal(facts["summary"], kind, self.pairing)
        if reversal.any():
            kind = np.where(reversal, np.uint8(TransferKind.REVERSAL), kind)
        balances: list[I64 | None] = [None, None]
        if self.rows.with_balances:
            balances = [facts[f"{side}_balance_minor"].fill_null(MISSING).to_numpy() for side in ("payer", "payee")]
        return LiveBatch(facts["at_us"].to_numpy(), payer, payee, facts["amount_minor"].to_numpy(), kind, *balances)

    def _remember_ids(self, ids: pl.Series, first_row: int) -> None:
        known = ids.is_not_null().to_numpy()
        rows = np.arange(first_row, first_row + len(ids))
        self._seen.add(ids.hash().to_numpy()[known], rows[known])

    def _new_rows(self, facts: pl.DataFrame, batch: LiveBatch, aside: list[QuarantinedRow]) -> Flags:
        """Which rows did not come before; the same id with other content is put aside."""
        keep = np.ones(len(facts), np.bool_)
        ids = facts["transfer_id"]
        if "transfer_id" not in self.texts or ids.null_count() == len(ids):
            return keep
        place, earlier = self._seen.find(ids.hash().to_numpy())
        known = ids.is_not_null().to_numpy()[place]
        place, earlier = place[known], earlier[known]
        if len(place):
            told = self.writer.texts_of(earlier, ["transfer_id"])["transfer_id"]
            same_id = (told == ids.gather(place)).to_numpy()
            place, earlier = place[same_id], earlier[same_id]
            self._judge(facts, place, _same_as(batch, place, self.rows, earlier), keep, aside)
        first = ids.is_first_distinct() | ids.is_null()
        if not first.all():
            again = np.flatnonzero(~first.to_numpy() & keep)
            root_of = {text: row for row, text in enumerate(ids.to_list()) if first[row]}
            root = np.array([root_of[text] for text in ids.gather(again).to_list()], np.int64)
            self._judge(facts, again, _same_as(batch, again, batch, root), keep, aside)
        return keep

    def _judge(self, facts: pl.DataFrame, place: I64, same: Flags, keep: Flags, aside: list[QuarantinedRow]) -> None:
        keep[place] = False
        self.repeated += int(same.sum())
        if not same.all():
            found = _set_aside(facts[place[~same]], "transfer_id_repeated_with_other_content")
            aside += [row for row in found if not self.resent or row.raw not in self._aside]


def _some_of(batch: LiveBatch, keep: Flags) -> LiveBatch:
    return LiveBatch(
        batch.at_us[keep], batch.payer[keep], batch.payee[keep], batch.amount_minor[keep], batch.kind[keep],
        None if batch.payer_balance_minor is None else batch.payer_balance_minor[keep],
        None if batch.payee_balance_minor is None else batch.payee_balance_minor[keep],
    )  # fmt: skip


def _same_as(batch: LiveBatch, place: I64, rows: LiveRows | LiveBatch, earlier: I64) -> Flags:
    same = np.ones(len(place), np.bool_)
    for name in _CONTENT:
        column, other = getattr(batch, name), getattr(rows, name)
        if column is not None:
            same &= column[place] == other[earlier]
    return same


def _set_aside(facts: pl.DataFrame, reason: str) -> list[QuarantinedRow]:
    cells = facts.select(pl.col(_RAW).cast(pl.String)).rows()
    return [
        QuarantinedRow("", row, "transfer_id", reason, json.dumps(cell, ensure_ascii=False))
        for row, cell in zip(facts["row"].to_list(), cells, strict=True)
    ]
