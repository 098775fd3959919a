"""What went wrong, as a reader of the page is told it: a line in his language, and the rule's own sentence beside it."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.core.errors import BadInput, FanzhaError, NotAllowed, NotFound, Refused, StaleVersion
from fanzha.web.refusal_words import ANY, BY_FAMILY, BY_RULE
from fanzha.web.words import N_


@dataclass(frozen=True, slots=True)
class Trouble:
    """A headline to be translated, the exact sentence, the rule that says so, and the status of the answer."""

    headline: str
    sentence: str
    rule: str = ""
    status: int = 400


def trouble_of(error: FanzhaError) -> Trouble:
    """What an error is for whoever asked."""
    match error:
        case NotFound():
            return Trouble(N_("没有这条记录，或您无权查看"), str(error), status=404)
        case StaleVersion():
            return Trouble(N_("他人刚刚改过这条记录：请重新查看后再决定"), str(error), "stale_version", 409)
        case NotAllowed():
            return Trouble(headline_of(error.rule), str(error), error.rule, 403)
        case Refused():
            return Trouble(ANY, str(error), status=409)
        case BadInput():
            return Trouble(N_("填写有误"), str(error), status=422)
        case _:
            return Trouble(N_("未能办理"), str(error))


def headline_of(rule: str) -> str:
    """The rule in a few words; those without words of their own by their family."""
    return BY_RULE.get(rule) or BY_FAMILY.get(rule.split(".", 1)[0], ANY)
