"""What one edition of a bulletin says otherwise than another: blocks and figures that came, went or changed."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum, unique

from fanzha.statistics.bulletin_text import Language, body_lines
from fanzha.statistics.catalogue import Catalogue
from fanzha.statistics.drafting import OwnBulletin, SaidFigure


@unique
class Changed(StrEnum):
    """What became of a line or a figure."""

    SAME = "same"
    CAME = "came"
    WENT = "went"


@dataclass(frozen=True, slots=True)
class ChangedFigure:
    """A figure that the editions say otherwise; None where one of them does not have it."""

    name: str
    before: SaidFigure | None
    after: SaidFigure | None


@dataclass(frozen=True, slots=True)
class EditionDiff:
    """The lines of both in one order, and the figures whose value is another."""

    lines: tuple[tuple[Changed, str], ...]
    figures: tuple[ChangedFigure, ...]


def diff_editions(
    before: OwnBulletin, after: OwnBulletin, catalogue: Catalogue, language: Language = Language.ZH
) -> EditionDiff:
    """How the later edition differs, title and body as they read, each figure by the name that the text calls it."""
    old, new = (_lines(one, catalogue, language) for one in (before, after))
    lines: list[tuple[Changed, str]] = []
    for step, old_from, old_to, new_from, new_to in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if step == "equal":
            lines += [(Changed.SAME, text) for text in new[new_from:new_to]]
        else:
            lines += [(Changed.WENT, text) for text in old[old_from:old_to]]
            lines += [(Changed.CAME, text) for text in new[new_from:new_to]]
    names = dict.fromkeys((*before.by_name, *after.by_name))
    pairs = (ChangedFigure(name, before.by_name.get(name), after.by_name.get(name)) for name in names)
    return EditionDiff(tuple(lines), tuple(one for one in pairs if _differs(one)))


def _lines(bulletin: OwnBulletin, catalogue: Catalogue, language: Language) -> list[str]:
    title = bulletin.title_zh if language is Language.ZH else bulletin.title_en
    return [title, *(line.text for line in body_lines(bulletin, catalogue, language) if line.text)]


def _differs(one: ChangedFigure) -> bool:
    if one.before is None or one.after is None:
        return True
    return (one.before.value, one.before.ids_sha256) != (one.after.value, one.after.ids_sha256)
