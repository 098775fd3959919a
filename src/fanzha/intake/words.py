"""Words of bank rows into meanings: direction, currency, success, kind of movement."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

import polars as pl

from fanzha.core.money import DEFAULT_CURRENCY, EXPONENTS, exponent_of
from fanzha.intake.cells import Reading, map_words, read_amounts
from fanzha.intake.rulebook import FEN, rulebook, squeeze
from fanzha.records import TransferKind

_DONE: Final = 1
_FAILED: Final = -1
_UNSAID: Final = 0


def read_directions(cells: pl.Series, own: Mapping[str, int]) -> pl.Series:
    """+1 money in, -1 money out, null where the word is blank or unknown; a format's own words go first."""
    known = {**rulebook().directions, **own}
    return map_words(cells, lambda word: known.get(squeeze(word)), pl.Int8)


def read_currencies(cells: pl.Series, default: str | None) -> pl.Series:
    """ISO codes (tokens by their own name), the default where blank, null where the word is unknown."""
    known = rulebook().formats.currencies
    usual = pl.Series([default or DEFAULT_CURRENCY]).new_from_index(0, len(cells))
    if cells.null_count() == len(cells):
        return usual

    def meaning(word: str) -> str | None:
        bare = squeeze(word)
        if not bare:
            return default or DEFAULT_CURRENCY
        code = known.get(bare)
        return code if code is not None or bare.upper() not in EXPONENTS else bare.upper()

    codes = map_words(cells, meaning, pl.String)
    return codes.zip_with(cells.is_not_null(), usual)


def read_money(cells: pl.Series, currency: pl.Series, unit: str) -> Reading:
    """Signed minor units by each row's currency; a column in 分 is already in minor units."""
    if unit == FEN:
        return read_amounts(cells, 0)
    one = len(currency) > 0 and currency[0] is not None and bool((currency == currency[0]).all())
    codes = [currency[0]] if one else currency.drop_nulls().unique().to_list()
    exponents = sorted({exponent_of(code) for code in codes}) or [exponent_of(DEFAULT_CURRENCY)]
    if len(exponents) == 1:
        return read_amounts(cells, exponents[0])
    values = pl.Series("", [None], pl.Int64).new_from_index(0, len(cells))
    problem = pl.Series("", [None], pl.String).new_from_index(0, len(cells))
    for exponent in exponents:
        places = currency.is_in([code for code in codes if exponent_of(code) == exponent]).arg_true()
        part = read_amounts(cells.gather(places), exponent)
        values = values.scatter(places, part.values)
        if part.problem is not None:
            problem = problem.scatter(places, part.problem)
    return Reading(values, problem)


def read_success(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Which rows did not go through, and which have a flag that no rule knows (taken as gone through)."""
    rules = rulebook().formats

    def meaning(word: str) -> int:
        bare = squeeze(word)
        if bare in rules.failed or ("失败" in bare and bare not in rules.done):
            return _FAILED
        return _DONE if bare in rules.done or not bare else _UNSAID

    verdict = map_words(cells, meaning, pl.Int8)
    return (verdict == _FAILED).fill_null(value=False), (verdict == _UNSAID).fill_null(value=False)


def read_kinds(texts: list[pl.Series], direction: pl.Series, cash_flag: pl.Series | None) -> pl.Series:
    """TransferKind of each row by the words in its texts and its direction."""
    if not texts and cash_flag is None:
        return pl.Series("kind", [int(TransferKind.TRANSFER)], pl.UInt8).new_from_index(0, len(direction))
    joined = (
        pl.select(pl.concat_str(texts, separator=" ", ignore_nulls=True)).to_series()
        if texts
        else direction.cast(pl.String)
    )
    if len(joined) != len(direction):
        joined = joined.new_from_index(0, len(direction))
    if joined.n_unique() > max(1000, len(joined) // 4):
        kinds = _kinds_by_pattern(joined, direction)
    else:
        inflow = map_words(joined, lambda text: int(kind_of_text(text, 1)), pl.UInt8)
        outflow = map_words(joined, lambda text: int(kind_of_text(text, -1)), pl.UInt8)
        kinds = inflow.zip_with((direction == 1).fill_null(value=False), outflow)
    kinds = kinds.fill_null(int(TransferKind.TRANSFER))
    if cash_flag is not None:
        words = rulebook().cash_flags
        cash = map_words(cash_flag, lambda word: squeeze(word) in words, pl.Boolean).fill_null(value=False)
        kinds = kinds.set(cash & (kinds == int(TransferKind.TRANSFER)), int(TransferKind.CASH))
    return kinds


def kind_of_text(text: str, direction: int) -> TransferKind:
    """TransferKind of one row by its text and direction."""
    bare = unicodedata.normalize("NFKC", text).lower()
    for rule in rulebook().kinds:
        if direction in rule.directions and any(word in bare for word in rule.words):
            if any(word in bare for word in rule.unless):
                continue
            return rule.kind
    return TransferKind.TRANSFER


def _kinds_by_pattern(joined: pl.Series, direction: pl.Series) -> pl.Series:
    """The same rules for texts that hardly repeat, one pass over all rows for each rule."""
    bare = joined.str.normalize("NFKC").str.to_lowercase()
    frame = pl.DataFrame({"text": bare, "direction": direction})
    kind = pl.lit(None, pl.UInt8)
    for rule in reversed(rulebook().kinds):
        text = pl.col("text")
        hit = text.str.contains_any(list(rule.words)) & pl.col("direction").is_in(list(rule.directions))
        if rule.unless:
            hit &= ~text.str.contains_any(list(rule.unless))
        kind = pl.when(hit.fill_null(value=False)).then(pl.lit(int(rule.kind), pl.UInt8)).otherwise(kind)
    return frame.select(kind.alias("kind")).to_series()
