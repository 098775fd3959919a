"""What the rows above a header and the file's name say: whose account, which period, which institution."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanzha.core.errors import BadInput
from fanzha.core.time import parse_period
from fanzha.intake.rulebook import rulebook


@dataclass(frozen=True, slots=True)
class Preamble:
    """What holds for every row of a sheet."""

    account: str | None = None
    holder_name: str | None = None
    institution: str | None = None
    currency: str | None = None
    period: tuple[int, int] | None = None

    def completed_by(self, other: Preamble) -> Preamble:
        """This one with what only the other one says."""
        return Preamble(
            account=self.account or other.account,
            holder_name=self.holder_name or other.holder_name,
            institution=self.institution or other.institution,
            currency=self.currency or other.currency,
            period=self.period or other.period,
        )


def read_preamble(rows: Iterable[Sequence[str]]) -> Preamble:
    """Read the rows above the header; a cell that ends in ':' is a label of the next cell."""
    text = "\n".join(" ".join(cell for cell in map(_narrow, row) if cell) for row in rows)
    account = _first(text, "account")
    start, end = _first(text, "from"), _first(text, "to")
    window = _search(text, "window")
    return Preamble(
        account=account.replace(" ", "") if account else None,
        holder_name=_first(text, "holder"),
        institution=_first(text, "institution"),
        currency=_first(text, "currency"),
        period=_period(window[1], window[2]) if window else _period(start, end) if start and end else None,
    )


def institution_of(file_stem: str) -> str | None:
    """The institution that a file name states, in its full form."""
    rules = rulebook().institutions
    lowered = file_stem.lower()
    for word, name in rules.wallets.items():
        if word in lowered:
            return name
    found = rules.pattern.search(file_stem)
    return rules.short.get(found[0], found[0]) if found is not None else None


def _narrow(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell or "").strip()


def _search(text: str, what: str) -> re.Match[str] | None:
    return next((found for pattern in rulebook().formats.preamble[what] if (found := pattern.search(text))), None)


def _first(text: str, what: str) -> str | None:
    found = _search(text, what)
    return found[1] if found is not None else None


def _period(start: str, end: str) -> tuple[int, int] | None:
    try:
        first, last = parse_period(_iso(start))[0], parse_period(_iso(end))[1]
    except BadInput:
        return None
    return (first, last) if first <= last else None


def _iso(text: str) -> str:
    bare = re.sub(r"[年月./]", "-", text).replace("日", " ").strip()
    return re.sub(r"(?<=\d)T?\s+(?=\d)", " ", bare)
