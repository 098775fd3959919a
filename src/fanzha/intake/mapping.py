"""A mapping file says what the columns of a table mean that no rule knows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from fanzha.core.errors import BadInput
from fanzha.intake.panics import turning_panics_into
from fanzha.intake.rulebook import FEN, YUAN, TimeForm, rulebook, squeeze

MAPPED_TABLES: Final = ("entries", "transfers")
_CONSTANTS: Final = (
    "card", "account", "holder_name", "holder_id", "institution", "currency", "direction", "payer", "payee", "kind",
    "payer_institution", "payee_institution", "payer_name", "payee_name", "channel", "summary",
)  # fmt: skip
_AMOUNTS: Final = frozenset(
    {"amount", "amount_in", "amount_out", "balance", "counterparty_balance", "payer_balance", "payee_balance"}
)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which header holds which field, and what the file does not say itself."""

    table: str
    columns: Mapping[str, str]  # field → header as written in the file
    constants: Mapping[str, str] = field(default_factory=dict)
    amount_unit: str = YUAN
    decimal_mark: str = "."
    time_form: TimeForm | None = None
    directions: Mapping[str, int] = field(default_factory=dict)

    def with_point(self, name: str, cells: pl.Series) -> pl.Series:
        """The cells of a field with `.` before the decimals, as every reader of amounts expects them."""
        if self.decimal_mark == "." or name not in _AMOUNTS or cells.dtype != pl.String:
            return cells
        # A number cell of a workbook comes as 1000.5, whatever mark the file's own texts have.
        marked = cells.str.contains(r",|^\s*[+-]?\d{1,3}(?:\.\d{3})+\s*$").fill_null(value=False)
        return cells.str.replace_many([".", ","], [",", "."]).zip_with(marked, cells)


def load_mapping(path: Path) -> ColumnMapping:
    """The mapping of a TOML file.

    ```toml
    [table]
    kind = "entries"            # or "transfers"
    amount_unit = "yuan"        # or "fen"
    decimal_mark = ","          # where amounts are written as 1.234,50
    date_format = "%d.%m.%Y"    # only for forms that are not known anyway
    account = "6299990000000000001"   # where no column holds the own account
    [columns]
    at = "Datum"
    amount = "Betrag"
    [directions]
    in = ["H"]
    out = ["S"]
    [constants]
    currency = "EUR"
    ```

    Raises BadInput when it cannot be read or names an unknown field.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: the mapping file cannot be opened ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: the mapping file is not valid TOML ({error})") from None
    return _checked(path, document)


def _checked(path: Path, document: Mapping[str, Any]) -> ColumnMapping:
    table = _section(path, document, "table")
    kind = table.get("kind")
    if kind not in MAPPED_TABLES:
        raise BadInput(f"{path}: [table] kind is {kind!r}; write one of {', '.join(MAPPED_TABLES)}")
    columns, constants = _section(path, document, "columns"), _section(path, document, "constants")
    known = rulebook().tables[kind].fields
    for name in columns:
        if name not in known:
            raise BadInput(f"{path}: [columns] has no field {name!r} in {kind}; it knows {', '.join(known)}")
    constants = {**constants, **{name: table[name] for name in ("account", "card") if name in table}}
    for name in constants:
        if name not in _CONSTANTS:
            raise BadInput(f"{path}: [constants] has no field {name!r}; it knows {', '.join(_CONSTANTS)}")
    present = {*columns, *constants}
    for group in rulebook().tables[kind].required:
        if present.isdisjoint(group):
            raise BadInput(f"{path}: [columns] lacks {' or '.join(group)}, without which {kind} make no sense")
    unit = table.get("amount_unit", YUAN)
    if unit not in {YUAN, FEN}:
        raise BadInput(f"{path}: [table] amount_unit is {unit!r}; write yuan or fen")
    mark = table.get("decimal_mark", ".")
    if mark not in {".", ","}:
        raise BadInput(f"{path}: [table] decimal_mark is {mark!r}; write '.' or ','")
    return ColumnMapping(
        table=kind,
        columns={name: str(header) for name, header in columns.items()},
        constants={name: str(value) for name, value in constants.items()},
        amount_unit=unit,
        decimal_mark=mark,
        time_form=_time_form(path, table.get("date_format")),
        directions=_directions(path, _section(path, document, "directions")),
    )


def _section(path: Path, document: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = document.get(name, {})
    if not isinstance(section, dict):
        raise BadInput(f"{path}: {name} must be a section [{name}]")
    return section


def _directions(path: Path, section: Mapping[str, Any]) -> dict[str, int]:
    words: dict[str, int] = {}
    for side, value in (("in", 1), ("out", -1)):
        listed = section.get(side, [])
        if not isinstance(listed, list):
            raise BadInput(f'{path}: [directions] {side} must be a list such as ["H"]')
        words |= {squeeze(str(word)): value for word in listed}
    return words


def _time_form(path: Path, pattern: object) -> TimeForm | None:
    if pattern is None:
        return None
    if not isinstance(pattern, str) or "%" not in pattern:
        raise BadInput(f"{path}: [table] date_format is {pattern!r}; write a strptime pattern such as %d.%m.%Y %H:%M")
    if not _comes_back(pattern):
        raise BadInput(f"{path}: [table] date_format {pattern!r} is no strptime pattern for dates")
    has_time = any(mark in pattern for mark in ("%H", "%I", "%T", "%X"))
    precision = 0 if "%S" in pattern or "%T" in pattern else 1 if has_time else 2
    return TimeForm(pattern=pattern, precision=precision, offset="%z" in pattern or "%#z" in pattern, length=0)


def _comes_back(pattern: str) -> bool:
    """Whether a date written with the pattern can be read with it."""
    moment = pl.Series([datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)])
    zone = "UTC" if "z" in pattern else None
    try:
        with turning_panics_into(BadInput("no pattern")):
            written = moment.dt.strftime(pattern)
            read = written.str.to_datetime(pattern, strict=False, time_unit="us", time_zone=zone)
    except (pl.exceptions.PolarsError, BadInput, ValueError):
        return False
    return read.null_count() == 0
