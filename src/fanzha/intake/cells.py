"""Cells into values, a column at a time: the usual form for all rows first, then the leftovers with more patience.

Every reader takes a Polars series of any type and gives values and, for cells that hold something unreadable, a reason.
A blank cell is null with no reason. Amounts never pass through a float unless the file itself stores floats.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import polars as pl

from fanzha.core.money import AMOUNT_MAX
from fanzha.core.time import DAY_US, SHANGHAI_OFFSET_US
from fanzha.intake.rulebook import TimeForm, TimeRules, squeeze

BLANK_CHARACTERS: Final = " \t\r\n\f\v\u3000\xa0\u200b\u200c\u200d\ufeff\x00"
BLANK_PATTERN: Final = r"[\s\u200b\u200c\u200d\ufeff\x00]+"
_EMPTY_ID: Final = r"(?i)^(?:null|none|nan|n/a|\\n|[-/]+|无|空)$"
_ODD_ID: Final = r"(?i)[^0-9A-Z*_-]|^(?:null|none|nan|-+|)$|^\de\d{1,3}$|^\d{4}(?:-\d{4}){2}"
# What a spreadsheet leaves of a long number: 6.22202E+18, 6.22202123456789e18, 6E+18.
_SCIENTIFIC: Final = r"^[+-]?\d(?:\.\d+)?[eE]\+?\d{1,3}$"
_GROUPED: Final = r"^\d{4}(?:-\d{4}){2,4}(?:-\d{1,3})?$"
_WIDE_SCALE: Final = 16
_WIDE_LENGTH: Final = 18  # a decimal of at most 18 characters is exact at 16 decimals, unless it has an exponent
_FLOAT_EXACT: Final = 2**53
_FLOAT_DIGITS: Final = 1e15  # a float, and so a spreadsheet's number, vouches for 15 digits
# Thousands, or 万: 1,234.50 and 1,0000. Any other comma may be a decimal mark, and 1000,50 is not 100050.
_GROUPED_AMOUNT: Final = r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,4}(?:,\d{4})+)(?:\.\d*)?$"
_NUMBER: Final = r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$"
_EXCEL_EPOCH_DAYS: Final = 25569


class Reading(NamedTuple):
    """Values of a column and why some cells gave none (null where nothing is wrong)."""

    values: pl.Series
    problem: pl.Series | None = None


class Moments(NamedTuple):
    """Times: microseconds since 1970 UTC, how much of them was written, and what was wrong."""

    at_us: pl.Series
    precision: pl.Series
    problem: pl.Series | None = None


def as_text(cells: pl.Series) -> pl.Series:
    """The cells as text; floats keep every digit that they can vouch for and turn scientific beyond."""
    if cells.dtype == pl.String:
        return cells
    if cells.dtype.is_float():
        text = cells.cast(pl.Float64).cast(pl.String)
        exact = (cells.abs() < _FLOAT_DIGITS).fill_null(value=False) & (cells == cells.floor()).fill_null(value=False)
        text = text.zip_with(~exact, cells.set(~exact, None).cast(pl.Int64).cast(pl.String))
        large = (cells.abs() >= _FLOAT_DIGITS).fill_null(value=False).arg_true()
        return text.scatter(large, [f"{value:.14E}" for value in cells.gather(large).to_list()]) if len(large) else text
    if cells.dtype == pl.Binary or cells.dtype.is_nested() or cells.dtype == pl.Object:
        return pl.Series(cells.name, [None if value is None else str(value) for value in cells.to_list()], pl.String)
    return cells.cast(pl.String, strict=False)


def read_text(cells: pl.Series) -> pl.Series:
    """Free text without blanks around it; empty cells are null."""
    text = as_text(cells)
    if text.null_count() == len(text):
        return text
    text = text.str.strip_chars(BLANK_CHARACTERS)
    return text.set((text == "").fill_null(value=False), None)


def _odd_ids(text: pl.Series) -> pl.Series:
    """Where numbers stand that are not plain; the costly look is at those only."""
    odd = (text.cast(pl.UInt64, strict=False).is_null() | text.str.starts_with("+")).arg_true()
    return odd.filter(text.gather(odd).str.contains(_ODD_ID)) if len(odd) else odd


def read_ids(cells: pl.Series) -> Reading:
    """Account, card and identity numbers: narrow, without blanks and `.0`; a number that lost digits is a problem."""
    text = as_text(cells)
    if text.null_count() == len(text):
        return Reading(text)
    odd = _odd_ids(text)
    if len(odd):
        # Mostly it is the tab behind every number of an export, which needs none of the patience below.
        text = text.scatter(odd, text.gather(odd).str.strip_chars(BLANK_CHARACTERS))
        odd = odd.gather(_odd_ids(text.gather(odd)))
    if len(odd) == 0:
        return Reading(text)
    tidy = text.gather(odd).str.normalize("NFKC").str.replace_all(BLANK_PATTERN, "").str.strip_chars("\"'`=")
    tidy = tidy.str.replace(r"^(\d+)\.0+$", "$1")
    tidy = tidy.zip_with(~tidy.str.contains(_GROUPED), tidy.str.replace_all("-", "", literal=True))
    tidy = tidy.set((tidy == "") | tidy.str.contains(_EMPTY_ID), None)
    lost = tidy.str.contains(_SCIENTIFIC).fill_null(value=False)
    garbled = tidy.str.contains("\ufffd", literal=True).fill_null(value=False)
    values = text.scatter(odd, tidy.set(lost | garbled, None))
    if not (lost.any() or garbled.any()):
        return Reading(values)
    problem = pl.Series("problem", [None], pl.String).new_from_index(0, len(text))
    problem = problem.scatter(odd.filter(lost), "id_lost_precision").scatter(odd.filter(garbled), "id_unreadable")
    return Reading(values, problem)


def read_amounts(cells: pl.Series, exponent: int) -> Reading:
    """Signed minor units, exactly.

    Reasons: amount_unreadable, amount_comma, amount_decimals, amount_too_large, amount_precision.
    """
    if cells.null_count() == len(cells):
        return Reading(pl.Series("", [None], pl.Int64).new_from_index(0, len(cells)))
    if cells.dtype.is_integer():
        return _whole_amounts(cells, 10**exponent)
    if cells.dtype.is_float():
        return _float_amounts(cells, exponent)
    text = as_text(cells)
    quick = _quick_amounts(text, exponent)
    odd = (quick.values.is_null() & text.is_not_null()).arg_true()
    if len(odd) == 0:
        return quick
    patient = _patient_amounts(text.gather(odd), exponent)
    values = quick.values.scatter(odd, patient.values)
    if patient.problem is None or patient.problem.null_count() == len(odd):
        return Reading(values)
    problem = pl.Series("problem", [None], pl.String).new_from_index(0, len(text)).scatter(odd, patient.problem)
    return Reading(values, problem)


def _quick_amounts(text: pl.Series, exponent: int) -> Reading:
    """Plain decimals in one pass; whatever is not plainly exact is left null for the patient reader."""
    wide = text.cast(pl.Decimal(38, _WIDE_SCALE), strict=False).to_physical()
    unit = pl.Series([10 ** (_WIDE_SCALE - exponent)], dtype=pl.Int128)
    quotient = wide // unit
    values = quotient.cast(pl.Int64, strict=False)
    doubtful = (quotient * unit != wide) | text.str.contains("[eE]")
    longest, most, least = text.str.len_bytes().max(), values.max(), values.min()
    if longest is None or most is None or least is None:
        return Reading(values)
    assert isinstance(longest, int)
    assert isinstance(most, int)
    assert isinstance(least, int)
    if longest > _WIDE_LENGTH:
        doubtful |= text.str.len_bytes() > _WIDE_LENGTH
    if most > AMOUNT_MAX or least < -AMOUNT_MAX:
        doubtful |= ~values.is_between(-AMOUNT_MAX, AMOUNT_MAX)
    return Reading(values.set(doubtful.fill_null(value=False), None) if doubtful.any() else values)


def _patient_amounts(text: pl.Series, exponent: int) -> Reading:
    """Amounts with signs, separators, currency marks, brackets or full-width digits; judges what cannot be read."""
    bare = text.str.normalize("NFKC").str.replace_all(BLANK_PATTERN, "").str.replace_all(r"['\"=`]", "")
    bare = bare.str.replace(r"^\(([\d.,]+)\)$", "-$1").str.replace(r"(?i)^([+-]?)(?:[¥￥$]|rmb|cny)([+-]?)", "$1$2")
    bare = bare.str.replace(r"元$", "").str.replace(r"^−", "-")
    bare = bare.zip_with(~bare.str.contains(_GROUPED_AMOUNT), bare.str.replace_all(",", "", literal=True))
    bare = bare.set((bare == "") | bare.str.contains(r"(?i)^(?:null|none|nan|n/a|\\n|-+|/|无)$"), None)
    quick = _quick_amounts(bare, exponent)
    odd = (quick.values.is_null() & bare.is_not_null()).arg_true()
    if len(odd) == 0:
        return quick
    judged = [_judge_amount(value, exponent) for value in bare.gather(odd).to_list()]
    values = quick.values.scatter(odd, pl.Series([value for value, _ in judged], dtype=pl.Int64))
    problem = pl.Series("problem", [None], pl.String).new_from_index(0, len(bare))
    return Reading(values, problem.scatter(odd, pl.Series([reason for _, reason in judged], dtype=pl.String)))


def _judge_amount(text: str, exponent: int) -> tuple[int | None, str | None]:
    """One amount digit by digit: its minor units, or why it has none."""
    if "," in text:
        return None, "amount_comma"
    sign, digits = (-1 if text.startswith("-") else 1), text.lstrip("+-")
    whole, _, part = digits.partition(".")
    if len(text) - len(digits) > 1 or not (whole + part).isdigit() or not (whole + part).isascii():
        mantissa = digits.lower().partition("e")
        looks_scientific = mantissa[1] == "e" and mantissa[0].replace(".", "", 1).isdigit()
        return None, "amount_precision" if looks_scientific else "amount_unreadable"
    if len(part.rstrip("0")) > exponent:
        return None, "amount_decimals"
    if len(whole.lstrip("0")) > len(str(AMOUNT_MAX)):
        return None, "amount_too_large"
    minor = int(whole or "0") * 10**exponent + int(part.rstrip("0").ljust(exponent, "0") or "0")
    return (None, "amount_too_large") if minor > AMOUNT_MAX else (sign * minor, None)


def _whole_amounts(cells: pl.Series, unit: int) -> Reading:
    """Amounts that the file stores as whole major units."""
    limit = AMOUNT_MAX // unit
    fits = cells.is_between(-limit, limit).fill_null(value=True)
    values = cells.set(~fits, None).cast(pl.Int64) * unit
    if fits.all():
        return Reading(values)
    return Reading(values, pl.select(pl.when(~fits).then(pl.lit("amount_too_large"))).to_series())


def _float_amounts(cells: pl.Series, exponent: int) -> Reading:
    """Amounts that the file stores as floats: taken only where the float can mean one amount only."""
    scaled = cells.cast(pl.Float64) * 10**exponent
    near = (scaled - scaled.round()).abs() <= 1e-6
    sure = (near & (scaled.abs() < _FLOAT_EXACT)).fill_null(value=False) & cells.is_finite().fill_null(value=False)
    values = scaled.round().set(~sure, None).cast(pl.Int64)
    bad = ~sure & cells.is_not_null()
    if not bad.any():
        return Reading(values)
    return Reading(values, pl.select(pl.when(bad).then(pl.lit("amount_precision"))).to_series())


def read_times(cells: pl.Series, rules: TimeRules, own_form: TimeForm | None = None) -> Moments:
    """Instants in any of the written forms, or as the file's own dates; reason date_unreadable."""
    if cells.null_count() == len(cells):
        none = pl.Series("at_us", [None], pl.Int64).new_from_index(0, len(cells))
        return Moments(none, pl.Series("precision", [0], pl.UInt8).new_from_index(0, len(cells)))
    if cells.dtype.is_temporal():
        return _stored_times(cells)
    text = as_text(cells)
    forms = (own_form, *rules.forms) if own_form is not None else rules.forms
    sample = text.drop_nulls().head(32)
    first = max(forms, key=lambda form: _try_form(sample, form, rules).null_count() * -1)
    at_us = _try_form(text, first, rules)
    precision = pl.Series("precision", [first.precision], pl.UInt8).new_from_index(0, len(text))
    odd = (at_us.is_null() & text.is_not_null()).arg_true()
    if len(odd) == 0:
        return Moments(at_us, precision)
    patient = _patient_times(text.gather(odd), forms, rules)
    at_us, precision = at_us.scatter(odd, patient.at_us), precision.scatter(odd, patient.precision)
    if patient.problem is None:
        return Moments(at_us, precision)
    problem = pl.Series("problem", [None], pl.String).new_from_index(0, len(text)).scatter(odd, patient.problem)
    return Moments(at_us, precision, problem)


def _patient_times(text: pl.Series, forms: tuple[TimeForm, ...], rules: TimeRules) -> Moments:
    """The same forms again on tidied text, then spreadsheet day numbers; what is left is empty or unreadable."""
    tidy = text.str.normalize("NFKC").str.strip_chars(BLANK_CHARACTERS + "\"'`=")
    tidy = _spelled_clocks(tidy.str.replace_all(r"[/年月]", "-").str.replace(r"日\s*", " "))
    tidy = tidy.str.replace_all(r"\s+", " ")
    tidy = tidy.str.replace(r"^(\d{4})\.(\d{1,2})\.(\d{1,2})", "$1-$2-$3").str.replace(r"^(\d{8,14})\.0+$", "$1")
    tidy = tidy.str.strip_chars()
    at_us = pl.Series("at_us", [None], pl.Int64).new_from_index(0, len(text))
    precision = pl.Series("precision", [0], pl.UInt8).new_from_index(0, len(text))
    open_rows = pl.Series(range(len(text)), dtype=pl.get_index_type())
    for form in forms:
        found = _try_form(tidy.gather(open_rows), form, rules)
        hit = found.is_not_null()
        if hit.any():
            at_us = at_us.scatter(open_rows.filter(hit), found.filter(hit))
            precision = precision.scatter(open_rows.filter(hit), form.precision)
            open_rows = open_rows.filter(~hit)
        if len(open_rows) == 0:
            return Moments(at_us, precision)
    days = _day_numbers(tidy.gather(open_rows), rules)
    hit = days.is_not_null()
    at_us = at_us.scatter(open_rows.filter(hit), days.filter(hit))
    whole_day = ((days.filter(hit) + SHANGHAI_OFFSET_US) % DAY_US == 0).cast(pl.UInt8) * 2
    precision = precision.scatter(open_rows.filter(hit), whole_day.cast(pl.UInt8))
    left = open_rows.filter(~hit)
    if len(left) == 0:
        return Moments(at_us, precision)
    unreadable = [rules.empty.fullmatch(value) is None for value in tidy.gather(left).to_list()]
    problem = pl.Series("problem", [None], pl.String).new_from_index(0, len(text))
    return Moments(
        at_us, precision, problem.scatter(left.filter(pl.Series(unreadable, dtype=pl.Boolean)), "date_unreadable")
    )


def _spelled_clocks(text: pl.Series) -> pl.Series:
    """Times of day with 时, 点, 分 and 秒 as they are written with colons: 9时30分05秒 is 9:30:05, 9时 is 9:00."""
    text = text.str.replace(r"(\d)\s*[时点]\s*整?\s*$", "${1}:00")
    text = text.str.replace(r"(\d)\s*[时点]\s*(\d{1,2})", "${1}:${2}").str.replace(r"(:\d{1,2})\s*分\s*$", "$1")
    return text.str.replace(r"(:\d{1,2})\s*分\s*(\d{1,2}(?:\.\d+)?)\s*秒?\s*$", "${1}:${2}")


def join_day_and_clock(day: pl.Series, clock: pl.Series) -> pl.Series:
    """The written times of a table that has a column for the day and one for the time of day (or for the whole time).

    Digits alone are HHMMSS whose leading zeros a spreadsheet dropped; where none of a column has more than four, and some
    have four, they are HHMM.
    """
    whole = (
        clock.str.normalize("NFKC").str.strip_chars(BLANK_CHARACTERS + "'\"`=").str.replace(r"^(\d{1,6})\.0+$", "$1")
    )
    whole = _spelled_clocks(whole).set((whole == "").fill_null(value=False), None)
    digits = whole.str.contains(r"^\d{1,6}$").fill_null(value=False)
    only_clock = digits | whole.str.contains(r"^\d{1,2}[:.]\d{1,2}(?:[:.]\d{1,2}(?:\.\d+)?)?$").fill_null(value=False)
    text = day.str.strip_chars()
    if not only_clock.any():
        return whole.fill_null(text)
    bare = whole.filter(digits)
    hours_and_minutes = (
        bare.str.len_bytes().max() == 4 and bare.str.zfill(4).str.contains(r"^(?:[01]\d|2[0-3])[0-5]").all()
    )
    width = 4 if hours_and_minutes else 6
    parts = [whole.str.zfill(width).str.slice(place, 2) for place in range(0, width, 2)]
    spelled = pl.select(pl.concat_str(parts, separator=":")).to_series()
    time_of_day = spelled.zip_with(digits, whole.str.replace_all(".", ":", literal=True))
    date = text.str.replace(r"[ T]0?0:00(?::00)?(?:\.0+)?$", "").str.replace(r"\.0$", "")
    date = date.str.replace(r"^(\d{4})(\d{2})(\d{2})$", "$1-$2-$3")
    return (date + " " + time_of_day).zip_with(only_clock, whole.fill_null(text))


def _try_form(text: pl.Series, form: TimeForm, rules: TimeRules) -> pl.Series:
    """Microseconds since 1970 UTC where the text has this form and lies in the years that are believed."""
    zone = "UTC" if form.offset else None
    moment = text.str.to_datetime(form.pattern, time_unit="us", time_zone=zone, strict=False, cache=False)
    at_us = moment.to_physical() - (0 if form.offset else SHANGHAI_OFFSET_US)
    earliest, latest = at_us.min(), at_us.max()
    if earliest is None:
        return at_us
    if not (rules.earliest_us <= earliest and latest <= rules.latest_us):  # type: ignore[operator]
        at_us = at_us.set(~at_us.is_between(rules.earliest_us, rules.latest_us), None)
    doubtful = text.str.ends_with(":60") if "%S" in form.pattern else None
    if form.length:
        doubtful = text.str.len_bytes() != form.length
    return at_us.set(doubtful.fill_null(value=False), None) if doubtful is not None and doubtful.any() else at_us


def _day_numbers(text: pl.Series, rules: TimeRules) -> pl.Series:
    """Spreadsheet day numbers such as 46024.5, rounded to the second, as Shanghai time."""
    days = text.set(~text.str.contains(r"^\d{5,6}(?:\.\d+)?$"), None).cast(pl.Float64, strict=False)
    days = days.set(~days.is_between(rules.serial_day_min, rules.serial_day_max).fill_null(value=False), None)
    seconds = ((days - _EXCEL_EPOCH_DAYS) * 86_400).round().cast(pl.Int64)
    return seconds * 1_000_000 - SHANGHAI_OFFSET_US


def _stored_times(cells: pl.Series) -> Moments:
    """Times that the file stores as such; without a zone they are Shanghai time, with one they are exact."""
    precision = 2 if cells.dtype == pl.Date else 0
    if cells.dtype in {pl.Time, pl.Duration}:
        values = pl.Series("at_us", [None], pl.Int64).new_from_index(0, len(cells))
        problem = pl.select(pl.when(cells.is_not_null()).then(pl.lit("date_unreadable"))).to_series()
        return Moments(values, pl.Series([0], dtype=pl.UInt8).new_from_index(0, len(cells)), problem)
    zone = getattr(cells.dtype, "time_zone", None)
    moment = cells.cast(pl.Datetime("us", zone))
    at_us = moment.to_physical() - (0 if zone else SHANGHAI_OFFSET_US)
    return Moments(at_us, pl.Series("precision", [precision], pl.UInt8).new_from_index(0, len(cells)))


def map_words(cells: pl.Series, meaning: Callable[[str], object], dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Each cell's meaning, worked out once for every different text; blank cells are null."""
    text = as_text(cells)
    different = text.drop_nulls().unique()
    if len(different) == 0:
        return pl.Series(cells.name, [None], dtype).new_from_index(0, len(cells))
    meanings = pl.Series([meaning(word) for word in different.to_list()], dtype=dtype)
    return text.replace_strict(different, meanings, default=None, return_dtype=dtype)


def blank_to_none(word: str) -> str | None:
    """A word as rules compare it, None where nothing is written."""
    return squeeze(word) or None
