"""The tables of `rules/*.toml` that reading needs, loaded once and checked on the way in."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from fanzha.core.time import parse_instant
from fanzha.records import TransferKind

_BLANKS: Final = re.compile(r"[\s\u200b\u200c\u200d\ufeff\x00]+")
_TAIL_NOTE: Final = re.compile(r"\(([^()]*)\)$")
FEN: Final = "fen"
YUAN: Final = "yuan"


def squeeze(text: str) -> str:
    """A cell as words are compared: narrow, without blanks, lower-case."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).strip("\"'`=").lower()


@lru_cache(4096)
def split_header(text: str) -> tuple[str, str]:
    """A column's name as aliases are compared, and the unit that it states: '' , 'fen' or 'yuan'."""
    name, unit = squeeze(text).lstrip("*").rstrip(":"), ""
    while (note := _TAIL_NOTE.search(name)) is not None and note.start() > 0:
        unit = {"分": FEN, "元": YUAN}.get(note[1], unit)
        name = name[: note.start()]
    return name, unit


@dataclass(frozen=True, slots=True)
class TableRules:
    """How one table is recognised: which header names mean which field."""

    key: str
    title: str
    suffixes: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]  # of every group at least one field must be there
    fields: Mapping[str, tuple[str, ...]]
    unused: frozenset[str]

    def names(self) -> frozenset[str]:
        """Every header name that this table knows."""
        return self.unused.union(*self.fields.values())


@dataclass(frozen=True, slots=True)
class KindRule:
    """Words in a bank row that tell what sort of movement it is."""

    kind: TransferKind
    directions: frozenset[int]
    words: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimeForm:
    """One written form of a time: a strptime pattern and what it leaves open."""

    pattern: str
    precision: int  # 0 second, 1 minute, 2 day
    offset: bool
    length: int  # exact length of the text, 0 where it varies


@dataclass(frozen=True, slots=True)
class TimeRules:
    """The written forms of times and the texts that mean none."""

    forms: tuple[TimeForm, ...]
    empty: re.Pattern[str]
    earliest_us: int
    latest_us: int
    serial_day_min: int
    serial_day_max: int


@dataclass(frozen=True, slots=True)
class FormatRules:
    """Words of the formats themselves: currencies, flags, feedback, titles, files to leave alone."""

    currencies: Mapping[str, str]
    failed: frozenset[str]
    done: frozenset[str]
    found_nothing: tuple[str, ...]
    not_answered: tuple[str, ...]
    footer: re.Pattern[str]
    preamble: Mapping[str, tuple[re.Pattern[str], ...]]
    to_own_card: tuple[str, ...]
    from_own_card: tuple[str, ...]
    skipped_names: frozenset[str]
    skipped_extensions: frozenset[str]
    archives: frozenset[str]


@dataclass(frozen=True, slots=True)
class InstitutionRules:
    """How an institution is told from a file name."""

    pattern: re.Pattern[str]
    short: Mapping[str, str]
    wallets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Every rule that reading needs."""

    tables: Mapping[str, TableRules]
    known_headers: frozenset[str]
    directions: Mapping[str, int]  # word → +1 in, -1 out
    format_directions: Mapping[str, Mapping[str, int]]
    kinds: tuple[KindRule, ...]
    cash_flags: frozenset[str]
    canonical_kinds: Mapping[str, int]
    iso_kinds: Mapping[str, TransferKind]
    times: TimeRules
    formats: FormatRules
    institutions: InstitutionRules


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(files("fanzha").joinpath("rules", f"{name}.toml").read_text("utf-8"))


def _words(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(squeeze(word) for word in words)


def _directions(table: Mapping[str, Any]) -> dict[str, int]:
    return dict.fromkeys(_words(table["in"]), 1) | dict.fromkeys(_words(table["out"]), -1)


def _tables() -> dict[str, TableRules]:
    tables = {}
    for key, table in _load("headers").items():
        if not isinstance(table, dict):
            continue
        tables[key] = TableRules(
            key=key,
            title=table["title"],
            suffixes=_words(table["suffixes"]),
            required=tuple(tuple(group.split("|")) for group in table["required"]),
            fields={
                name: tuple(split_header(alias)[0] for alias in aliases) for name, aliases in table["fields"].items()
            },
            unused=frozenset(split_header(name)[0] for name in table.get("unused", {}).get("names", ())),
        )
    return tables


def _kinds(table: Mapping[str, Any]) -> tuple[KindRule, ...]:
    sides = {"in": frozenset({1}), "out": frozenset({-1}), "both": frozenset({1, -1})}
    return tuple(
        KindRule(
            TransferKind[rule["kind"].upper()], sides[rule["direction"]], tuple(rule["words"]), tuple(rule["unless"])
        )
        for rule in table["rules"]
    )


def _times(table: Mapping[str, Any]) -> TimeRules:
    return TimeRules(
        forms=tuple(
            TimeForm(form["pattern"], form["precision"], form.get("offset", False), form.get("length", 0))
            for form in table["forms"]
        ),
        empty=re.compile(table["empty"], re.IGNORECASE),
        earliest_us=parse_instant(f"{table['year_min']}-01-01"),
        latest_us=parse_instant(f"{table['year_max'] + 1}-01-01") - 1,
        serial_day_min=table["serial_day_min"],
        serial_day_max=table["serial_day_max"],
    )


def _formats(table: Mapping[str, Any]) -> FormatRules:
    date = r"(\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?(?:[ T]*\d{1,2}:\d{2}(?::\d{2})?)?)"
    return FormatRules(
        currencies={squeeze(word): code for code, words in table["currencies"].items() for word in words},
        failed=frozenset(_words(table["result"]["failed"])),
        done=frozenset(_words(table["result"]["done"])),
        found_nothing=tuple(table["feedback"]["nothing"]),
        not_answered=tuple(table["feedback"]["failed"]),
        footer=re.compile("|".join(table["footer"]["patterns"])),
        preamble={
            what: tuple(re.compile(pattern.replace("{date}", date)) for pattern in patterns)
            for what, patterns in table["preamble"].items()
        },
        to_own_card=_words(table["tenpay"]["to_own_card"]),
        from_own_card=_words(table["tenpay"]["from_own_card"]),
        skipped_names=frozenset(table["skipped"]["names"]),
        skipped_extensions=frozenset(table["skipped"]["extensions"]),
        archives=frozenset(table["skipped"]["archives"]),
    )


def _institutions(table: Mapping[str, Any]) -> InstitutionRules:
    endings = "|".join(sorted((*table["endings"], *table["short"]), key=len, reverse=True))
    return InstitutionRules(
        pattern=re.compile(rf"[\u4e00-\u9fff]*?(?:{endings})"),
        short=table["short"],
        wallets=table["wallets"],
    )


@cache
def rulebook() -> Rulebook:
    """The rules as they ship."""
    directions, kinds = _load("directions"), _load("kinds")
    tables = _tables()
    return Rulebook(
        tables=tables,
        known_headers=frozenset().union(*(table.names() for table in tables.values())),
        directions=_directions(directions),
        format_directions={name: _directions(table) for name, table in directions["formats"].items()},
        kinds=_kinds(kinds),
        cash_flags=frozenset(_words(kinds["cash_flag"]["cash"])),
        canonical_kinds=kinds["canonical"],
        iso_kinds={code: TransferKind[kind.upper()] for code, kind in kinds["iso"].items()},
        times=_times(_load("dates")),
        formats=_formats(_load("formats")),
        institutions=_institutions(_load("institutions")),
    )
