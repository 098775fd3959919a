"""What somebody asks about, written so that the same thing is always the same text: an account, a line, a site."""

from __future__ import annotations

import re
from typing import Final

from fanzha.core.identifiers import plain_identifier

TERM_MAX: Final = 200
_SITE: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_MOBILE: Final = re.compile(r"(?:\+|00)?86(1\d{10})")
_DIALLED: Final = re.compile(r"[\d()+-]+")


def public_term(text: str) -> str:
    """An account without blanks, a line by its digits, a site by its host; empty where nothing is said.

    It need not know which of them it is: an account's groups and a line's hyphens go alike.
    """
    bare = plain_identifier(text[:TERM_MAX])
    if _SITE.match(bare) or ("." in bare and not _DIALLED.fullmatch(bare) and "@" not in bare):
        return _host(bare)
    if _DIALLED.fullmatch(bare):
        digits = re.sub(r"[()-]", "", bare)
        mobile = _MOBILE.fullmatch(digits)
        return mobile[1] if mobile else digits.removeprefix("+")
    return bare.casefold()


def _host(address: str) -> str:
    rest = _SITE.sub("", address, count=1)
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    host = host.rpartition(":")[0] if re.fullmatch(r".+:\d+", host) else host
    return host.casefold().strip(".").removeprefix("www.")
