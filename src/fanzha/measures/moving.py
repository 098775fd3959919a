"""A measure follows its case: into another case by a merge or a split, or to the body that takes the case over."""

from __future__ import annotations

from dataclasses import replace

from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.measures.changes import Change, Happening, happened
from fanzha.measures.lifecycle import OPEN, Status
from fanzha.measures.model import Measure, effective_status
from fanzha.measures.words import STATUS_WORDS


def move_to_case(
    measure: Measure, case: str, filing: str, actor: Actor, now_us: int, *, merged: bool = False
) -> Change:
    """The measure under another case's number; what was decided, and by which papers, stays as it is.

    A draft is worded anew with the other case's filing. What was decided by one filing does not go to a case that has
    another, unless the two cases are one from now on (`merged`).

    Raises NotAllowed where a filing stands against it.
    """
    named, status = measure.request.filing, effective_status(measure, now_us)
    if status is Status.DRAFT:
        named = filing
    elif named and named != filing and status in OPEN and (status is Status.PROPOSED or not merged):
        raise NotAllowed(
            "case.filing",
            f"{measure.id} is {STATUS_WORDS[status]} by the filing {named}, which is not {case}'s; decide, withdraw or lift "
            "it first",
        )
    request = replace(measure.request, case=case, filing=named)
    moved = replace(measure, request=request)
    return Change(moved, (happened(Happening.MOVED, moved, actor, now_us, left=measure.request.case, case=case),))


def hand_over_measure(measure: Measure, organisation: str, actor: Actor, now_us: int) -> Change:
    """The measure with another body, which answers for it from now on: renewals, lifting, appeals; who signed stays."""
    moved = replace(measure, organisation=organisation)
    told = happened(Happening.MOVED, moved, actor, now_us, left_body=measure.organisation, body=organisation)
    return Change(moved, (told,))
