"""Reads the dated tables of rules, and says which table, entry and key is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from fanzha.core.errors import BadInput
from fanzha.measures.terms import Certainty, Span, Unit

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Text:
    """How sure a rule is, and where it was read."""

    certainty: Certainty
    source: str

    @property
    def binds(self) -> bool:
        """Whether its limits refuse; the others warn and take a reason."""
        return self.certainty is Certainty.PRIMARY


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of a rules file, which knows its own place for the errors."""

    values: Mapping[str, object]
    place: str

    def text(self, key: str, default: str | None = None) -> str:
        """A text; BadInput when it is missing and has no default."""
        return self._typed(key, str, default)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """True or false."""
        return self._typed(key, bool, default)

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number, not below zero."""
        found = self._typed(key, int, default)
        if isinstance(found, bool) or found < 0:
            raise self.wrong(key, "must be a whole number, not below zero")
        return found

    def day(self, key: str) -> date:
        """A date."""
        return self._typed(key, date, None)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where it is missing."""
        found = self._typed(key, list, [])
        if not all(isinstance(item, str) for item in found):
            raise self.wrong(key, "must be a list of texts")
        return tuple(found)

    def days(self, key: str) -> frozenset[date]:
        """A list of dates; empty where it is missing."""
        found = self._typed(key, list, [])
        if not all(isinstance(item, date) for item in found):
            raise self.wrong(key, "must be a list of dates")
        return frozenset(found)

    def word(self, key: str, words: type[Word]) -> Word:
        """One of a set of words."""
        return self._word(key, self.text(key), words)

    def words(self, key: str, words: type[Word]) -> tuple[Word, ...]:
        """Several of a set of words; empty where it is missing."""
        return tuple(self._word(key, text, words) for text in self.texts(key))

    def span(self, key: str) -> Span:
        """A length of time such as { hours = 48 }; BadInput when it is missing."""
        found = self.span_or_none(key)
        if found is None:
            raise self.wrong(key, "is missing; write for example { hours = 48 }")
        return found

    def span_or_none(self, key: str) -> Span | None:
        """A length of time, or None where the key is missing."""
        if key not in self.values:
            return None
        found = self._typed(key, dict, None)
        pairs = list(found.items())
        if len(pairs) != 1 or pairs[0][0] not in {unit.value for unit in Unit}:
            raise self.wrong(key, "must be one span, such as { hours = 48 } or { months = 6 }")
        unit, count = pairs[0]
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise self.wrong(key, f"must count at least one of {unit}")
        return Span(count, Unit(unit))

    def source(self) -> Text:
        """Its certainty and source, which every entry must state."""
        return Text(self.word("certainty", Certainty), self.text("source"))

    def entry(self, key: str) -> Entry | None:
        """A table inside, or None where it is missing."""
        found = self._typed(key, dict, {})
        return Entry(found, f"{self.place}.{key}") if found else None

    def entries(self, key: str, *, needed: bool = True) -> tuple[Entry, ...]:
        """A list of tables inside; BadInput when it is needed and empty."""
        found = self._typed(key, list, [])
        if needed and not found:
            raise self.wrong(key, "needs at least one entry")
        return self._numbered(key, found)

    def wrong(self, key: str, reason: str) -> BadInput:
        """The error that names the place."""
        return BadInput(f"rules: {self.place}: {key} {reason}")

    def _numbered(self, key: str, found: Sequence[object]) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        for number, item in enumerate(found, 1):
            if not isinstance(item, dict):
                raise self.wrong(key, "must be a list of tables")
            entries.append(Entry(item, f"{self.place}.{key}[{number}]"))
        return tuple(entries)

    def _word(self, key: str, text: str, words: type[Word]) -> Word:
        try:
            return words(text)
        except ValueError:
            known = ", ".join(word.value for word in words)
            raise self.wrong(key, f"{text!r} is not one of {known}") from None

    def _typed(self, key: str, kind: type[Kind], default: Kind | None) -> Kind:
        found = self.values.get(key, default)
        if found is None:
            raise self.wrong(key, "is missing")
        if not isinstance(found, kind):
            raise self.wrong(key, f"must be a {kind.__name__}, not {type(found).__name__}")
        return found


Kind = TypeVar("Kind")
