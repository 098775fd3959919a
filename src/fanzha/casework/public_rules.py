"""The dated table of the public pages, parsed: publication, objections, how often may be asked, the telephones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fanzha.casework.dated_table import part_of
from fanzha.casework.rules import HOUR_US
from fanzha.core.errors import BadInput
from fanzha.core.time import DAY_US, MINUTE_US

TABLE: Final = "public.toml"
MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PublicationRules:
    """When a decided number is shown, when it is looked at again, and for how long it stands."""

    delay_us: int
    again_us: int
    length_us: int


@dataclass(frozen=True, slots=True)
class AskingLimits:
    """How many questions within a window are answered; `term` 0: not counted by what is asked."""

    window_us: int
    client: int
    total: int
    term: int = 0


@dataclass(frozen=True, slots=True)
class SheetRules:
    """Reports without an account: how long a sheet is kept, and what may be attached."""

    limits: AskingLimits
    kept_us: int
    files_max: int
    file_bytes_max: int


@dataclass(frozen=True, slots=True)
class PublicRules:
    """Everything that the public pages go by."""

    publication: PublicationRules
    objection_us: int
    questions: AskingLimits
    sheets: SheetRules
    programs: AskingLimits
    police: str
    hotline: str

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> PublicRules:
        """The rules of a parsed `public.toml`.

        Raises BadInput that names the table, the place and what is expected there.
        """
        names = ("publication", "objection", "questions", "reports", "programs", "telephones")
        parts = {name: _Part(table, name) for name in names}
        publication, questions, reports = parts["publication"], parts["questions"], parts["reports"]
        return cls(
            publication=PublicationRules(
                publication.whole("delay_hours") * HOUR_US,
                publication.whole("again_hours") * HOUR_US,
                publication.whole("days") * DAY_US,
            ),
            objection_us=parts["objection"].whole("answer_days") * DAY_US,
            questions=_limits(questions, questions.whole("term")),
            sheets=SheetRules(
                _limits(reports),
                reports.whole("kept_days") * DAY_US,
                reports.whole("files"),
                reports.whole("file_mb") * MEGABYTE,
            ),
            programs=_limits(parts["programs"]),
            police=parts["telephones"].text("police"),
            hotline=parts["telephones"].text("hotline"),
        )


def _limits(part: _Part, term: int = 0) -> AskingLimits:
    window_us = part.whole("window_minutes") * MINUTE_US
    return AskingLimits(window_us, part.whole("client"), part.whole("total"), term)


class _Part:
    """One part of the table, with its source."""

    def __init__(self, table: Mapping[str, Any], name: str) -> None:
        self._found, self._name = part_of(TABLE, table, name), name

    def whole(self, name: str) -> int:
        value = self._found.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise BadInput(f"{TABLE}: {self._name}.{name}: {value!r} is no whole number of at least 1")
        return value

    def text(self, name: str) -> str:
        value = self._found.get(name)
        if not isinstance(value, str) or not value:
            raise BadInput(f"{TABLE}: {self._name}.{name}: needs a text")
        return value
