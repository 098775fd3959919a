"""Account numbers as people type them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_BLANKS: Final = re.compile(r"[\s\u200b\u200c\u200d\ufeff\x00]+")
_GROUPED: Final = re.compile(r"\d{4}(?:-\d{4}){2,4}(?:-\d{1,3})?")


def plain_identifier(text: str) -> str:
    """The number as statements are read: full-width digits narrow, without blanks, quotes and dashes between groups."""
    bare = _BLANKS.sub("", unicodedata.normalize("NFKC", text)).strip("\"'`=")
    return bare.replace("-", "") if _GROUPED.fullmatch(bare) else bare
