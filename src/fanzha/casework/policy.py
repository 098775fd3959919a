"""Who may do what in casework, as far as the record itself tells; roles and scope are asked elsewhere.

Every rule comes twice: `check_x` raises NotAllowed with its reason, `why_not` gives the reason to a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from fanzha.casework.case_model import Case
from fanzha.casework.lifecycle import CLUE_TABLE, ClueStep, next_status
from fanzha.casework.model import Clue, Report
from fanzha.casework.rules import StepRule
from fanzha.casework.words import in_words
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.actor_words import LEVEL_WORDS
from fanzha.core.errors import NotAllowed
from fanzha.core.reasons import is_reason, reason_sentence


class Owned(Protocol):
    """A record that a body owns."""

    @property
    def id(self) -> str:
        """The record's own id."""

    @property
    def organisation(self) -> str:
        """The owning body."""


def why_not(check: Callable[[], None]) -> str:
    """The reason why a check refuses; empty where it does not."""
    try:
        check()
    except NotAllowed as refusal:
        return str(refusal)
    return ""


def check_same_body(actor: Actor, record: Owned, superiors: Collection[str] = ()) -> None:
    """Only the owning body works on a record, and the machine for it; for decisions also the given bodies above it.

    A verb that takes `superiors` is one that a body above may take part in: the caller, who knows the tree, names them.
    """
    known = actor.organisation == record.organisation or actor.organisation in superiors
    if not known and not actor.has(Role.MACHINE):
        raise NotAllowed(
            "organisation.other",
            f"{record.id} belongs to {record.organisation}, and only its officers may work on it; {actor.id} acts for "
            f"{actor.organisation or 'no body'}: ask {record.organisation}, or have it handed over",
        )


def check_person(actor: Actor, what: str) -> None:
    """Judgement is a person's: the machine assigns and tells the time, no more."""
    if actor.has(Role.MACHINE):
        raise NotAllowed(
            "person.needed", f"{what} is a person's judgement; the machine may not: an officer has to do it"
        )


def check_reason(reason: str, what: str) -> None:
    """Whoever reads the file later must understand why."""
    if not is_reason(reason):
        raise NotAllowed("reason.needed", reason_sentence(what))


def check_level(actor: Actor, level: Level, what: str, article: str) -> None:
    """Some decisions are for a head of a body of some level; a higher one may as well."""
    if actor.level < level:
        raise NotAllowed(
            "level.too_low",
            f"{what} is decided at {level.name.lower()} level or above ({LEVEL_WORDS[level]}以上, {article}); "
            f"{actor.id} is of a {actor.level.name.lower()}: ask the body above",
        )


def check_live(record: Clue | Report | Case) -> None:
    """A merged record rests; its work goes on in the one that was kept."""
    if record.merged_into:
        raise NotAllowed("merged", f"{record.id} was merged into {record.merged_into}; work there, or undo the merge")


def check_clue_step(clue: Clue, actor: Actor, step: ClueStep, now_us: int, superiors: Collection[str] = ()) -> None:
    """The officer of a clue takes it forward; others of the body, and of bodies above, may assign and route it."""
    check_same_body(actor, clue, superiors if step in {ClueStep.ASSIGN, ClueStep.ROUTE} else ())
    check_live(clue)
    next_status(CLUE_TABLE, clue.stage, step, clue.id)
    if step in {ClueStep.ASSIGN, ClueStep.ROUTE}:
        return
    check_person(actor, f"{in_words(step)} of {clue.id}")
    if step is not ClueStep.REOPEN and actor.id != clue.officer:
        raise NotAllowed(
            "clue.officer",
            f"{clue.id} is with {clue.officer}, and only he takes it forward; have it assigned to {actor.id} first (分派)",
        )
    paused = is_paused(clue, now_us)
    if step is ClueStep.RESUME and not paused:
        raise NotAllowed("clue.not_paused", f"{clue.id} is not paused: there is nothing to resume")
    if step is not ClueStep.RESUME and paused:
        raise NotAllowed(
            "clue.paused", f"{clue.id} is paused ({clue.pauses[-1].reason.replace('_', ' ')}): resume it first"
        )


def is_paused(clue: Clue, at_us: int) -> bool:
    """Whether the clock stands still at the instant; a pause past its longest time is over."""
    return bool(clue.pauses) and clue.pauses[-1].from_us <= at_us < clue.pauses[-1].until_us


def can_clue_step(clue: Clue, actor: Actor, step: ClueStep, now_us: int) -> str:
    """The reason why not; empty where the step may be taken."""
    return why_not(lambda: check_clue_step(clue, actor, step, now_us))


def check_case_work(case: Case, actor: Actor, superiors: Collection[str] = ()) -> None:
    """Officers of the owning body work on a case that has not been merged away."""
    check_same_body(actor, case, superiors)
    check_live(case)


def can_case_work(case: Case, actor: Actor) -> str:
    """The reason why not; empty where the officer may."""
    return why_not(lambda: check_case_work(case, actor))


def check_head(actor: Actor, what: str) -> None:
    """What the law leaves to a 负责人 is for an approver or a commander."""
    check_person(actor, what)
    if not (actor.has(Role.APPROVER) or actor.has(Role.COMMANDER)):
        raise NotAllowed(
            "head.needed",
            f"{what} is for an approver (审批人) or a commander (指挥长); {actor.id} is neither: ask one of them",
        )


def check_decides(case: Case, actor: Actor, rule: StepRule, number: str) -> None:
    """A head of the body decides, by a numbered paper."""
    check_head(actor, f"{in_words(rule.step)} of {case.id}")
    if not number.strip():
        raise NotAllowed(
            "case.document_number",
            f"{in_words(rule.step)} of {case.id} needs the number (文号) of the {rule.document}: --document NUMBER",
        )


def check_limits(case: Case, actor: Actor, rule: StepRule) -> None:
    """The table's limits of a step: the level that decides, and that it is not the officer whose case it is."""
    what = f"{in_words(rule.step)} of {case.id}"
    check_level(actor, rule.level, what, rule.article)
    if rule.four_eyes and actor.id == case.officer:
        raise NotAllowed(
            "four_eyes", f"{what} is not decided by {actor.id}, whose case it is: another approver or commander must"
        )


def can_decide(case: Case, actor: Actor, rule: StepRule, number: str) -> str:
    """The reason why not; empty where the actor may."""
    return why_not(lambda: check_decides(case, actor, rule, number)) or why_not(lambda: check_limits(case, actor, rule))
