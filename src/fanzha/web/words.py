"""The console's words: written in Chinese where they stand, and in English by `locale/en/*.po`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final, Protocol, Self

from babel.messages.pofile import read_po

CHINESE: Final = "zh"
ENGLISH: Final = "en"
LANGUAGES: Final = (CHINESE, ENGLISH)
TAGS: Final = {CHINESE: "zh-CN", ENGLISH: "en"}
CONTEXT_END: Final = "\x04"  # between the context of a text and the text, as gettext has it


class Say(Protocol):
    """Says a text in a language; a context tells apart two meanings of one Chinese word."""

    def __call__(self, text: str, context: str = "") -> str:
        """The text in the language, or as it stands where it has no translation."""


class InBoth(str):
    """A text that brings its own English: a word of a dated table, or what stands in a field before anybody has written."""

    __slots__ = ("english",)
    english: str

    def __new__(cls, chinese: str, english: str) -> Self:
        """In Chinese as it stands."""
        made = super().__new__(cls, chinese)
        made.english = english
        return made


def N_(text: str) -> str:  # noqa: N802 - the name by which text tools know it
    """Marks a text that is put into the reader's language where it is shown."""
    return text


@cache
def catalogue(language: str) -> dict[str, str]:
    """Chinese text, behind its context where it has one → text in the language; empty for Chinese itself."""
    if language == CHINESE:
        return {}
    parts = sorted((files("fanzha.web") / "locale" / language).iterdir(), key=lambda part: part.name)
    return {
        in_context(message.id, message.context or ""): message.string
        for part in parts
        if part.name.endswith(".po")
        for message in read_po(BytesIO(part.read_bytes()), locale=language)
        if isinstance(message.id, str) and message.id and isinstance(message.string, str) and message.string
    }


def sayer(language: str) -> Say:
    """Says a text in a language; one that has no translation is said in Chinese."""
    known = catalogue(language)

    def say(text: str, context: str = "") -> str:
        return own_words(text, language) if isinstance(text, InBoth) else known.get(in_context(text, context), text)

    return say


def in_context(text: str, context: str) -> str:
    """The key of a text in a catalogue."""
    return f"{context}{CONTEXT_END}{text}" if context else text


def own_words(text: str, language: str) -> str:
    """A text that brings its own English, in the language; any other as it stands."""
    return text.english if isinstance(text, InBoth) and language != CHINESE else text


def language_of(asked: str, kept: str, accepted: str) -> str:
    """The language: as asked for now, else as kept, else as the browser prefers; Chinese where nothing is said."""
    for wish in (asked, kept):
        if wish in LANGUAGES:
            return wish
    first = accepted.split(",", 1)[0].strip().lower()
    return ENGLISH if first.startswith("en") else CHINESE
