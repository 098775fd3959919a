"""开户登记: who opened a card, a SIM or a corporate account, at which outlet, by which clerk, and when; as it was received."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Final

from fanzha.casework.operations import Identifier, IdentifierKind
from fanzha.casework.operations.entering import check_shape
from fanzha.core.errors import BadInput
from fanzha.core.identifiers import doubt_about, plain_identifier

_PHONE: Final = re.compile(r"(?:86)?1\d{10}")


@unique
class OpeningKind(StrEnum):
    """What was opened."""

    ACCOUNT = "account"  # 银行卡、支付账户
    LINE = "line"  # 电话卡
    CORPORATE = "corporate"  # 对公账户


@dataclass(frozen=True, slots=True)
class Opener:
    """Who came to open it, and who came for him 代办人."""

    name: str = ""
    id_number: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class OpeningDraft:
    """One row of an institution's table."""

    number: str
    institution: str
    opener: Opener
    kind: OpeningKind | None = None  # None: by its numbers
    outlet: str = ""
    clerk: str = ""
    opened_us: int | None = None
    others: tuple[Identifier, ...] = ()  # ICCID, IMSI, IMEI of a SIM; the licence of a company


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row stands: the file by its SHA-256, its sheet and row."""

    sha256: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening as an institution told it; never changed, another table may tell it again."""

    id: str
    version: int
    organisation: str  # the body that was told
    draft: OpeningDraft
    source: Source
    brought_by: str
    brought_us: int

    @property
    def kind(self) -> OpeningKind:
        """What was opened."""
        return kind_of(self.draft)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number by which it is found."""
        return tuple(dict.fromkeys((self.draft.number, *(one.value for one in self.draft.others))))


def kind_of(draft: OpeningDraft) -> OpeningKind:
    """What was opened: as the table says, else by the numbers that stand there."""
    if draft.kind is not None:
        return draft.kind
    kinds = {one.kind for one in draft.others}
    if IdentifierKind.LICENCE in kinds:
        return OpeningKind.CORPORATE
    is_line = kinds & {IdentifierKind.ICCID, IdentifierKind.IMSI} or _PHONE.fullmatch(draft.number)
    return OpeningKind.LINE if is_line else OpeningKind.ACCOUNT


def plain_opening(draft: OpeningDraft) -> OpeningDraft:
    """The row with its numbers as they are compared.

    Raises BadInput, which names the field, where it says no number, a masked or cut one, or no institution.
    """
    number = plain_identifier(draft.number)
    if not number:
        raise BadInput("number: the row says none")
    if "*" in number or "E+" in number.upper():
        raise BadInput(f"number: {doubt_about(number)}")
    if not draft.institution.strip():
        raise BadInput(
            "institution: the row does not say where it was opened; add the column, or say it for the whole table"
        )
    others = tuple(
        Identifier(one.kind, plain_identifier(one.value).upper()) for one in draft.others if one.value.strip()
    )
    for one in others:
        check_shape(one)
    opener = replace(draft.opener, id_number=plain_identifier(draft.opener.id_number).upper())
    return replace(draft, number=number, institution=draft.institution.strip(), opener=opener, others=others)


def opening_key(organisation: str, draft: OpeningDraft) -> str:
    """By what an opening is known to be the same again: the body, the institution, the number and the time."""
    return f"{organisation}:{draft.institution}:{draft.number}:{'' if draft.opened_us is None else draft.opened_us}"
