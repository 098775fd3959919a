"""What a holder's name says about whose account it is."""

from __future__ import annotations

import re
from collections.abc import Iterable


def is_company(name: str, words: Iterable[str]) -> bool | None:
    """Whether the name is of no natural person, by the words of the rules; None without a name.

    Latin words count only where they stand alone.
    """
    bare = name.strip().lower()
    if not bare:
        return None
    return any(re.search(rf"\b{re.escape(word)}\b", bare) if word.isascii() else word in bare for word in words)
