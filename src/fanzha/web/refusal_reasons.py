"""Why an institution says no: the codes of rules/receipts.toml, to be chosen from a list and shown in words."""

from __future__ import annotations

from functools import cache
from typing import Final

from fanzha import bootstrap
from fanzha.web.forms import Choices
from fanzha.web.words import InBoth, Say

OTHER: Final = "OTHER"  # the one reason that wants words of its own


@cache
def refusal_choices() -> Choices:
    """Code and words, in the order of the table."""
    rows = bootstrap.rule_table("receipts.toml")["refusals"]
    return tuple((row["code"], InBoth(row["zh"], row["en"])) for row in rows)


def refusal_words(say: Say, code: str) -> str:
    """A code with its words in the reader's language; one that came by wire and is in no table stands as it came."""
    words = dict(refusal_choices()).get(code)
    return code if words is None else f"{say(words)} {code}"
