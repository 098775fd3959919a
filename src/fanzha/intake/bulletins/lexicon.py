"""The words of `rules/bulletins.toml`, compiled once: what is counted, what was done, and which measure that makes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from fanzha.statistics import Catalogue, read_catalogue

NO_NOUN: Final = "none"
_NOT: Final = ("不", "未")


@dataclass(frozen=True, slots=True)
class Word:
    """What one word means to the reader; a word may be a noun and a verb at once (破案)."""

    nouns: frozenset[str]
    verbs: frozenset[str]
    marks: frozenset[str]


@dataclass(slots=True)  # thousands are made a second, and freezing costs a third of that time
class Token:
    """A known word where it stands."""

    start: int
    end: int
    word: Word


@dataclass(frozen=True, slots=True)
class Reading:
    """Which words make a measure."""

    measure: str
    units: frozenset[str]
    heads: frozenset[str]
    verbs: frozenset[str]
    verbs_all: frozenset[str]
    marks: frozenset[str]
    without: frozenset[str]

    def fits(self, head: str, verbs: frozenset[str], marks: frozenset[str]) -> bool:
        """Whether these words make this measure; the unit was looked at before."""
        return (
            (not self.heads or head in self.heads)
            and (not self.verbs or not self.verbs.isdisjoint(verbs))
            and self.verbs_all <= verbs
            and self.marks <= marks
            and self.without.isdisjoint(verbs)
        )


@dataclass(frozen=True, slots=True)
class Titles:
    """Words of the head of a page."""

    original: tuple[str, ...]
    source: re.Pattern[str]
    not_publishers: frozenset[str]
    published: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that reading needs, ready to use."""

    catalogue: Catalogue
    words: Mapping[str, Word]
    pattern: re.Pattern[str]
    readings: Mapping[str, tuple[Reading, ...]]  # by unit
    heads: Mapping[str, frozenset[str]]  # nouns that a unit can count
    units: tuple[str, ...]
    certainty: Mapping[str, tuple[str, ...]]
    average: re.Pattern[str]
    averages: Mapping[str, str]  # word, per what
    proposed_verbs: frozenset[str]
    proposed_words: re.Pattern[str]
    titles: Titles
    body: re.Pattern[str]
    here: re.Pattern[str]
    told: re.Pattern[str]
    holidays: Mapping[str, Mapping[int, tuple[str, str]]]  # by name and year, first and last day

    def tokens(self, text: str) -> list[Token]:
        """The known words of a text, longest first, none over another."""
        words = self.words
        found = [Token(*found.span(), words[found[0]]) for found in self.pattern.finditer(text)]
        if "不" in text or "未" in text:  # 不批准逮捕38人: what was not done
            return [token for token in found if not token.word.verbs or text[token.start - 1 : token.start] not in _NOT]
        return found

    def measure(self, unit: str, head: str, verbs: frozenset[str], marks: frozenset[str]) -> str:
        """The first measure that these words make; empty where they make none."""
        return _measure(unit, head, verbs, marks)


@cache
def lexicon() -> Lexicon:
    """The words as they ship."""
    table, catalogue = _load("bulletins"), read_catalogue(_load("statistics"))
    words = _words(table)
    readings = [_reading(row, catalogue) for row in table["reading"]["rules"]]
    units = sorted(set(catalogue.read_units), key=lambda unit: (-len(unit), unit))
    by_unit = {unit: tuple(one for one in readings if unit in one.units) for unit in units}
    titles = table["titles"]
    averages = {word: per for per, said in table["average"].items() for word in said}
    return Lexicon(
        catalogue=catalogue,
        words=words,
        pattern=re.compile(trie_pattern(words)),
        readings=by_unit,
        heads={unit: frozenset().union(*(one.heads for one in ones)) for unit, ones in by_unit.items()},
        units=tuple(units),
        certainty={key: tuple(value) for key, value in table["certainty_words"].items()},
        average=re.compile(trie_pattern(averages)),
        averages=averages,
        proposed_verbs=frozenset(table["reading"]["proposed_verbs"]),
        proposed_words=re.compile(trie_pattern(table["reading"]["proposed_words"])),
        titles=Titles(
            tuple(titles["original"]),
            re.compile(rf"(?:{trie_pattern(titles['sources'])})[:：]?(?P<name>[\u4e00-\u9fffA-Za-z]{{2,24}})"),
            frozenset(titles["not_publishers"]),
            re.compile(rf"(?:{trie_pattern(titles['published'])})[:：]"),
        ),
        body=re.compile(trie_pattern(table["bodies"]["endings"])),
        here=re.compile(trie_pattern([*table["bodies"]["everywhere"], *table["bodies"]["here"]])),
        told=re.compile(trie_pattern(table["told"]["words"])),
        holidays={
            name: {int(year): (days[0], days[1]) for year, days in row.items()}
            for name, row in table["holidays"]["days"].items()
        },
    )


@lru_cache(1 << 14)  # bulletins say the same things
def _measure(unit: str, head: str, verbs: frozenset[str], marks: frozenset[str]) -> str:
    readings = lexicon().readings.get(unit, ())
    return next((one.measure for one in readings if one.fits(head, verbs, marks)), "")


def trie_pattern(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first, that looks at each sign once."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for sign in word:
            node = node.setdefault(sign, {})
        node[""] = True
    return _branches(root)


def _branches(node: Mapping[str, Any]) -> str:
    further = [re.escape(sign) + _branches(below) for sign, below in node.items() if sign]
    if not further:
        return ""
    joined = further[0] if len(further) == 1 and "" not in node else f"(?:{'|'.join(further)})"
    return f"{joined}?" if "" in node else joined


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(files("fanzha").joinpath("rules", f"{name}.toml").read_text("utf-8"))


def _words(table: Mapping[str, Any]) -> dict[str, Word]:
    found: dict[str, dict[str, set[str]]] = {}
    for group in ("nouns", "verbs", "words"):
        for concept, words in table[group].items():
            for word in words:
                found.setdefault(word, {}).setdefault(group, set()).add(concept)
    return {
        word: Word(*(frozenset(groups.get(group, ())) for group in ("nouns", "verbs", "words")))
        for word, groups in found.items()
    }


def _reading(row: Mapping[str, Any], catalogue: Catalogue) -> Reading:
    assert row["measure"] in catalogue.measures, f"{row['measure']} is not in the catalogue"
    return Reading(
        row["measure"],
        frozenset(unit for name in row["units"] for unit in catalogue.units[name]),
        *(frozenset(row.get(key, ())) for key in ("heads", "verbs", "verbs_all", "words", "without")),
    )
