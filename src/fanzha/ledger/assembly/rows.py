"""Every row of every statement in one shape: both ends, of which the row's own statement knows one or two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.core.time import DAY_US, MINUTE_US
from fanzha.ledger.assembly.codes import UNKNOWN, Codes, encode, fingerprints
from fanzha.ledger.assembly.facts import BACKWARDS, FILE, PLACE, Facts
from fanzha.ledger.assembly.identity import Known, Numbers, inner_moves, masked
from fanzha.ledger.columns import I64, MISSING, U8, U16, U32, Flags
from fanzha.records import FactBatch, TransferKind

WIDTHS_US: Final = np.array([0, MINUTE_US - 1, DAY_US - 1], np.int64)  # by precision: how much later it may have been
PLACE_ZERO: Final = 1 << 39
TEXTS: Final = (
    "transfer_id",
    "serial",
    "order_number",
    "summary",
    "channel",
    "payer_name",
    "payee_name",
    "payer_id",
    "payee_id",
    "payer_institution",
    "payee_institution",
)


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows: those of statements first, then those of canonical tables, each in source order.

    `payer` and `payee` are accounts (UNKNOWN where the source names none), `currency` an index into `currencies`.
    A statement's row owns one end, a canonical row both.
    """

    file: U32
    row: I64
    sheet: Codes
    sheets: pl.Series
    at_us: I64
    width_us: I64
    amount_minor: I64
    currency: Codes
    currencies: tuple[str, ...]
    kind: U8
    payer: Codes
    payee: Codes
    payer_owned: Flags
    payee_owned: Flags
    payer_balance_minor: I64
    payee_balance_minor: I64
    payer_sub: U16
    payee_sub: U16
    place: U32  # in its file
    backwards: Flags  # its statement runs from the newest row to the oldest
    order: I64  # place in the source, rising with time also where the statement runs backwards
    texts: pl.DataFrame  # the columns of TEXTS
    serial: I64  # fingerprints, to be compared only
    order_number: I64
    entries: int  # how many of the rows are statements' rows

    def __len__(self) -> int:
        return len(self.at_us)


def number_texts(facts: Facts, extra: Sequence[str]) -> Numbers:
    """The distinct numbers of all facts."""
    columns = {
        f"{table}.{column}": getattr(facts, table)[column]
        for table, column in (
            ("entries", "card"),
            ("entries", "account"),
            ("entries", "counterparty"),
            ("transfers", "payer"),
            ("transfers", "payee"),
            ("accounts", "card"),
            ("accounts", "account"),
            ("sub_accounts", "account"),
            ("sub_accounts", "sub_account"),
            ("measures", "account"),
            ("queries", "subject"),
        )
    }
    texts, codes = encode([*columns.values(), pl.Series(list(extra), dtype=pl.String)])
    if len(texts) and texts[0] == "":
        # An empty text names nothing; it sorts first, so that its code is 0.
        texts = texts[1:]
        codes = [code - np.int32(1) * (code != UNKNOWN) for code in codes]
    return Numbers(texts, dict(zip(columns, codes, strict=False)), codes[-1])


def table_rows(known: Known, subs: U16, length_min: int, whole: Flags | None = None) -> Rows:
    """Statement rows and canonical rows in one table; `whole`: accounts all of whose rows are here though files are not."""
    facts = known.facts
    parts = [part for part in (_entry_rows(known, subs, length_min), _canonical_rows(known)) if part]
    parts = parts or [_tabled(known)]
    arrays = {name: np.concatenate([part[0][name] for part in parts]) for name in parts[0][0]}
    texts = parts[0][1] if len(parts) == 1 else pl.concat([part[1] for part in parts], rechunk=True)
    frames = [frame for frame in (facts.entries, facts.transfers) if len(frame)] or [facts.transfers]
    sheets, sheet = encode([pl.concat([frame["sheet"].fill_null("") for frame in frames])])
    money = pl.concat([frame["currency"].fill_null(DEFAULT_CURRENCY) for frame in frames])
    currencies, currency = encode([money])
    entries = len(facts.entries)
    backwards = _running_backwards(arrays, entries)
    if whole is not None:
        told = pl.concat([frame[BACKWARDS] for frame in frames])
        own = np.where(arrays["payer_owned"], arrays["payer"], arrays["payee"])
        own[entries:] = UNKNOWN
        found = told.is_null().to_numpy() | np.append(whole, np.False_)[own]
        backwards = np.where(found, backwards, told.fill_null(False).to_numpy())
    return Rows(
        **arrays,
        sheet=sheet[0],
        sheets=sheets,
        currency=currency[0],
        currencies=tuple(currencies.to_list()),
        backwards=backwards,
        order=source_orders(arrays["file"], arrays["place"], backwards),
        texts=texts,
        serial=fingerprints(texts["serial"]),
        order_number=fingerprints(texts["order_number"]),
        entries=entries,
    )


Part = tuple[dict[str, NDArray[Any]], pl.DataFrame]


def _balances(frame: pl.DataFrame, column: str) -> I64:
    return frame[column].fill_null(MISSING).to_numpy(writable=True)


def _common(frame: pl.DataFrame) -> dict[str, NDArray[Any]]:
    return {
        "file": frame[FILE].to_numpy(writable=True),
        "row": frame["row"].to_numpy(writable=True),
        "place": frame[PLACE].to_numpy(writable=True),
        "at_us": frame["at_us"].to_numpy(writable=True),
        "width_us": WIDTHS_US[frame["at_precision"].fill_null(0).to_numpy(writable=True)],
        "amount_minor": frame["amount_minor"].to_numpy(writable=True),
        "kind": frame["kind"].to_numpy(writable=True),
    }


def _canonical_rows(known: Known) -> Part | None:
    return _tabled(known) if len(known.facts.transfers) else None


def _tabled(known: Known) -> Part:
    frame = known.facts.transfers
    both = np.ones(len(frame), np.bool_)
    none = np.zeros(len(frame), np.uint16)
    arrays = _common(frame) | {
        "payer": known.entities("transfers.payer"),
        "payee": known.entities("transfers.payee"),
        "payer_owned": both,
        "payee_owned": both,
        "payer_balance_minor": _balances(frame, "payer_balance_minor"),
        "payee_balance_minor": _balances(frame, "payee_balance_minor"),
        "payer_sub": none,
        "payee_sub": none,
    }
    missing = [pl.lit(None, pl.String).alias(name) for name in TEXTS if name not in frame.columns]
    return arrays, frame.with_columns(missing).select(TEXTS)


def _entry_rows(known: Known, subs: U16, length_min: int) -> Part | None:
    frame, numbers = known.facts.entries, known.numbers
    if not len(frame):
        return None
    own, own_sub = own_numbers(numbers, subs)
    own_entity = known.of(own)
    other = numbers.of("entries.counterparty")
    zeros = frame["counterparty"].str.contains(r"^0+$").fill_null(False).to_numpy(writable=True)
    other = np.where(zeros, UNKNOWN, other)
    other_entity = known.of(other)
    # A move between sub-accounts of one account stays inside even where the other one is not named, or only by a number
    # so short that it counts the account's own parts.
    inner = frame["kind"].to_numpy(writable=True) == TransferKind.INTERNAL
    inside = inner & (other_entity == UNKNOWN)
    if inner.any():
        short = (frame["counterparty"].str.len_chars() < length_min).fill_null(False).to_numpy()
        inside |= inner_moves(known.facts) & short
    other_entity = np.where(inside, own_entity, other_entity)
    other_sub = np.where(other_entity == own_entity, subs[other], 0).astype(np.uint16)
    out = frame["direction"].to_numpy(writable=True) < 0
    balance = _balances(frame, "balance_minor")
    arrays = _common(frame) | {
        "payer": np.where(out, own_entity, other_entity),
        "payee": np.where(out, other_entity, own_entity),
        "payer_owned": out,
        "payee_owned": ~out,
        "payer_balance_minor": np.where(out, balance, MISSING),
        "payee_balance_minor": np.where(out, MISSING, balance),
        "payer_sub": np.where(out, own_sub, other_sub),
        "payee_sub": np.where(out, other_sub, own_sub),
    }
    is_out = pl.col("direction") < 0
    sided = [
        expression
        for name, mine, theirs in (
            ("name", "holder_name", "counterparty_name"),
            ("id", "holder_id", "counterparty_id"),
            ("institution", "institution", "counterparty_institution"),
        )
        for expression in (
            pl.when(is_out).then(mine).otherwise(theirs).alias(f"payer_{name}"),
            pl.when(is_out).then(theirs).otherwise(mine).alias(f"payee_{name}"),
        )
    ]
    texts = frame.select(
        pl.lit(None, pl.String).alias("transfer_id"), "serial", "order_number", "summary", "channel", *sided
    )
    return arrays, texts.select(TEXTS)


def own_numbers(numbers: Numbers, subs: U16) -> tuple[Codes, U16]:
    """Per statement row the number that names its account, and which of its running balances the row belongs to.

    The number is the card where there is one, unless it is masked and the account is not.
    """
    card, account = numbers.of("entries.card"), numbers.of("entries.account")
    hidden = np.append(masked(numbers.texts), np.True_)  # code -1 indexes the last element
    own = np.where(hidden[card] & (account != UNKNOWN) & ((card == UNKNOWN) | ~hidden[account]), account, card)
    return own, np.where(account != UNKNOWN, subs[account], subs[card])


def _running_backwards(arrays: dict[str, NDArray[Any]], entries: int) -> Flags:
    """Rows of accounts (for canonical rows: files) whose statement runs from the newest row to the oldest."""
    own = np.where(arrays["payer_owned"], arrays["payer"], arrays["payee"]).astype(np.int64)
    own[entries:] = UNKNOWN
    at = arrays["at_us"]
    if bool(np.all(at[1:] >= at[:-1])):
        return np.zeros(len(at), np.bool_)
    width = arrays["width_us"]
    frame = pl.DataFrame({"file": arrays["file"], "own": own, "at": at, "end": at + width, "width": width})
    if bool((width == width[0]).all()):
        step = (pl.col("at") - pl.col("at").shift(1)).sign().sum().over("file", "own")
        return frame.select((step < 0).alias("down"))["down"].to_numpy(writable=True)
    # A row that tells only the day says nothing of rows of that day; those that tell the second do among themselves.
    up, down = pl.col("at") > pl.col("end").shift(1), pl.col("end") < pl.col("at").shift(1)
    apart = (up.cast(pl.Int64) - down.cast(pl.Int64)).sum().over("file", "own")
    fine = pl.col("at").filter(pl.col("width") == pl.col("width").min()).diff().sign().sum().over("file", "own")
    return frame.select((apart + fine < 0).alias("down"))["down"].to_numpy(writable=True)


def source_orders(file: U32, place: U32, backwards: Flags) -> I64:
    """A number per row that rises with its file, and within the file with time; rows that run backwards come first.

    It depends on nothing but the row's own file.
    """
    own = place.astype(np.int64)
    return (file.astype(np.int64) << 40) + PLACE_ZERO + np.where(backwards, -1 - own, own)


def file_of(batches: Sequence[FactBatch], rows: Rows) -> pl.Series:
    """The SHA-256 of each row's file."""
    return pl.Series([batch.sha256 for batch in batches], dtype=pl.String).gather(rows.file)
