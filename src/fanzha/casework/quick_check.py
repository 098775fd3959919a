"""快查快打: a clue is assigned, assessed, verified and acted on, or dismissed with a reason; pauses need one too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from fanzha.casework.events import EventKind, Events, WorkEvent, work_event
from fanzha.casework.lifecycle import BACK_TO, CLUE_TABLE, ClueStep, next_status
from fanzha.casework.model import Assessment, Clue, ClueKind, ClueStage, Document, Outcome, Pause
from fanzha.casework.policy import check_clue_step, check_live, check_person, check_reason, check_same_body, is_paused
from fanzha.casework.queue import DutyOfficer
from fanzha.casework.rules import ClockRules
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids

DISMISSED_PAUSE = "dismissed"  # the clock stood while a dismissed clue lay closed


def assign_clue(
    clue: Clue,
    officer: DutyOfficer,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    reason: str = "",
    superiors: Collection[str] = (),
) -> tuple[Clue, Events]:
    """Give the clue to an officer, with the body that he works for; taking it from another needs a reason."""
    check_clue_step(clue, actor, ClueStep.ASSIGN, now_us, superiors)
    if clue.officer == officer.id and clue.organisation == officer.organisation:
        return clue, ()
    if clue.officer:
        check_reason(reason, f"taking {clue.id} from {clue.officer}")
    after = next_status(CLUE_TABLE, clue.stage, ClueStep.ASSIGN, clue.id)
    event = work_event(
        EventKind.CLUE_ASSIGNED, clue.id, actor, now_us, ids, before=clue.stage, after=after,
        officer=officer.id, body=officer.organisation, taken_from=clue.officer, reason=reason,
    )  # fmt: skip
    return replace(clue, stage=after, officer=officer.id, organisation=officer.organisation), (event,)


def route_clue(
    clue: Clue,
    to_organisation: str,
    jurisdiction: str,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    reason: str,
    superiors: Collection[str] = (),
) -> tuple[Clue, Events]:
    """Send a clue to the body whose it is; it waits in that body's queue and the clock runs on."""
    check_clue_step(clue, actor, ClueStep.ROUTE, now_us, superiors)
    check_reason(reason, f"routing {clue.id}")
    if to_organisation == clue.organisation:
        raise NotAllowed("clue.route", f"{clue.id} is with {to_organisation} already: assign it to an officer there")
    after = next_status(CLUE_TABLE, clue.stage, ClueStep.ROUTE, clue.id)
    event = work_event(
        EventKind.CLUE_ROUTED, clue.id, actor, now_us, ids, before=clue.stage, after=after,
        body=to_organisation, left=clue.organisation, reason=reason,
    )  # fmt: skip
    resumed = _resumed(clue, now_us)
    return replace(resumed, stage=after, officer="", organisation=to_organisation, jurisdiction=jurisdiction), (event,)


def assess_clue(clue: Clue, finding: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Clue, Events]:
    """研判: say what the clue is about and what to check; an assessment may be written anew."""
    check_clue_step(clue, actor, ClueStep.ASSESS, now_us)
    check_reason(finding, f"the assessment of {clue.id}")
    after = next_status(CLUE_TABLE, clue.stage, ClueStep.ASSESS, clue.id)
    event = work_event(EventKind.CLUE_ASSESSED, clue.id, actor, now_us, ids, before=clue.stage, after=after)
    return replace(clue, stage=after, assessment=Assessment(actor.id, now_us, finding)), (event,)


def confirm_clue(
    clue: Clue, document: Document, finding: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[Clue, Events]:
    """Verify a clue that is no account against a document; an account is verified only by its four fields."""
    if clue.kind is ClueKind.ACCOUNT:
        raise NotAllowed(
            "fact.four_fields",
            f"{clue.id} is about an account: verify it by its four fields (户名, 账号, 金额, 时间), not by a finding",
        )
    check_clue_step(clue, actor, ClueStep.VERIFY, now_us)
    check_reason(finding, f"the verification of {clue.id}")
    after = next_status(CLUE_TABLE, clue.stage, ClueStep.VERIFY, clue.id)
    event = work_event(
        EventKind.CLUE_VERIFIED, clue.id, actor, now_us, ids, before=clue.stage, after=after,
        document=document.kind, reference=document.reference, place=document.place,
    )  # fmt: skip
    return replace(clue, stage=after), (event,)


def act_on_clue(
    clue: Clue, actions: tuple[str, ...], reason: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[Clue, Events]:
    """Follow a verified clue through: `actions` are the ids of the orders, queries or cases that came of it."""
    check_clue_step(clue, actor, ClueStep.ACT, now_us)
    if not actions:
        raise NotAllowed("clue.no_action", f"{clue.id}: name the order, query or case that came of it, or dismiss it")
    return _followed_through(clue, ClueStep.ACT, Outcome(actor.id, now_us, reason, actions), actor, now_us, ids)


def dismiss_clue(clue: Clue, reason: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Clue, Events]:
    """Close an assessed clue that leads nowhere, saying why."""
    check_clue_step(clue, actor, ClueStep.DISMISS, now_us)
    check_reason(reason, f"dismissing {clue.id}")
    return _followed_through(clue, ClueStep.DISMISS, Outcome(actor.id, now_us, reason), actor, now_us, ids)


def drop_clue(clue: Clue, reason: str, actor: Actor, now_us: int, ids: Ids, *, report: str = "") -> tuple[Clue, Events]:
    """Close a clue with the only report that it rests on, whoever has it; its clock stands, and reopening takes it back."""
    check_same_body(actor, clue)
    check_live(clue)
    check_person(actor, f"dropping {clue.id}")
    check_reason(reason, f"dropping {clue.id}")
    outcome = Outcome(actor.id, now_us, reason)
    return _followed_through(_resumed(clue, now_us), ClueStep.DROP, outcome, actor, now_us, ids, report=report)


def restore_clue(
    clue: Clue, dropped: WorkEvent, reason: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[Clue, Events]:
    """Take back that a clue was dropped with its report: it stands where it stood, with whom it was, its clock runs on.

    dropped: the event that tells of it.
    """
    check_same_body(actor, clue)
    check_live(clue)
    check_person(actor, f"bringing {clue.id} back")
    after = next_status(CLUE_TABLE, clue.stage, BACK_TO[ClueStage(dropped.before)], clue.id)
    event = work_event(
        EventKind.CLUE_REOPENED, clue.id, actor, now_us, ids, before=clue.stage, after=after,
        officer=clue.officer, report=dropped.detail("report"), reason=reason,
    )  # fmt: skip
    return _dismissal_taken_back(replace(clue, stage=after), actor, now_us), (event,)


def _followed_through(
    clue: Clue, step: ClueStep, outcome: Outcome, actor: Actor, now_us: int, ids: Ids, *, report: str = ""
) -> tuple[Clue, Events]:
    after = next_status(CLUE_TABLE, clue.stage, step, clue.id)
    event = work_event(
        EventKind.CLUE_ACTED if step is ClueStep.ACT else EventKind.CLUE_DISMISSED,
        clue.id, actor, now_us, ids, before=clue.stage, after=after,
        actions=" ".join(outcome.actions), report=report, reason=outcome.reason,
    )  # fmt: skip
    done_at_us = now_us if clue.done_at_us is None else clue.done_at_us
    acted_at_us = now_us if step is ClueStep.ACT and clue.acted_at_us is None else clue.acted_at_us
    return replace(clue, stage=after, outcome=outcome, done_at_us=done_at_us, acted_at_us=acted_at_us), (event,)


def reopen_clue(clue: Clue, reason: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Clue, Events]:
    """Open a closed clue again for the officer who asks.

    A dismissal is taken back: the clock runs on from where it stood. What was acted on in time stays so.
    """
    check_clue_step(clue, actor, ClueStep.REOPEN, now_us)
    check_reason(reason, f"reopening {clue.id}")
    after = next_status(CLUE_TABLE, clue.stage, ClueStep.REOPEN, clue.id)
    event = work_event(
        EventKind.CLUE_REOPENED, clue.id, actor, now_us, ids, before=clue.stage, after=after,
        officer=actor.id, reason=reason,
    )  # fmt: skip
    return _dismissal_taken_back(replace(clue, stage=after, officer=actor.id), actor, now_us), (event,)


def _dismissal_taken_back(clue: Clue, actor: Actor, now_us: int) -> Clue:
    if clue.acted_at_us is not None or clue.done_at_us is None:
        return clue
    closed = Pause(DISMISSED_PAUSE, clue.done_at_us, now_us, now_us, actor.id)
    return replace(clue, done_at_us=None, outcome=None, pauses=(*clue.pauses, closed))


def pause_clue(clue: Clue, reason: str, rules: ClockRules, actor: Actor, now_us: int, ids: Ids) -> tuple[Clue, Events]:
    """Let the clock stand, for a reason of the table and no longer than the table says; each reason only once.

    Raises BadInput when the table has no such reason.
    """
    check_clue_step(clue, actor, ClueStep.PAUSE, now_us)
    rule = next((rule for rule in rules.pauses if rule.reason == reason), None)
    if rule is None:
        known = ", ".join(rule.reason for rule in rules.pauses)
        raise BadInput(f"no pause for {reason!r}; the reasons are {known}")
    if any(pause.reason == reason for pause in clue.pauses):
        raise NotAllowed(
            "clue.pause_again",
            f"{clue.id} was paused for that reason ({reason.replace('_', ' ')}) before, and once is all: the clock runs on",
        )
    pause = Pause(reason, now_us, now_us + rule.max_us, None, actor.id)
    event = work_event(
        EventKind.CLUE_PAUSED, clue.id, actor, now_us, ids,
        before=clue.stage, after=clue.stage, reason=reason, ends_at_us=pause.ends_at_us,
    )  # fmt: skip
    return replace(clue, pauses=(*clue.pauses, pause)), (event,)


def resume_clue(clue: Clue, actor: Actor, now_us: int, ids: Ids) -> tuple[Clue, Events]:
    """Let the clock run again."""
    check_clue_step(clue, actor, ClueStep.RESUME, now_us)
    event = work_event(EventKind.CLUE_RESUMED, clue.id, actor, now_us, ids, before=clue.stage, after=clue.stage)
    return _resumed(clue, now_us), (event,)


def _resumed(clue: Clue, now_us: int) -> Clue:
    if not is_paused(clue, now_us):
        return clue
    return replace(clue, pauses=(*clue.pauses[:-1], replace(clue.pauses[-1], resumed_at_us=now_us)))


def reestimate_clue(
    clue: Clue, recoverable_minor: Mapping[str, int], actor: Actor, now_us: int, ids: Ids
) -> tuple[Clue, Events]:
    """What a trace now says is still recoverable of each claim (by its id); never below zero nor above the claim.

    Raises BadInput when the clue has no such claim.
    """
    check_same_body(actor, clue)
    check_live(clue)
    unknown = set(recoverable_minor) - {claim.id for claim in clue.claims}
    if unknown:
        raise BadInput(f"{clue.id} has no claim {', '.join(sorted(unknown))}")
    claims = []
    for claim in clue.claims:
        minor = recoverable_minor.get(claim.id, claim.recoverable_minor)
        if minor < 0 or (claim.amount_minor is not None and minor > claim.amount_minor):
            raise BadInput(f"{claim.id}: recoverable {minor} is not between 0 and the claim's {claim.amount_minor}")
        claims.append(replace(claim, recoverable_minor=minor))
    if tuple(claims) == clue.claims:
        return clue, ()
    event = work_event(EventKind.CLUE_REESTIMATED, clue.id, actor, now_us, ids, claims=len(recoverable_minor))
    return replace(clue, claims=tuple(claims)), (event,)


def put_clue_in_case(clue: Clue, case: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Clue, Events]:
    """Say to which case a clue belongs."""
    check_same_body(actor, clue)
    check_live(clue)
    if clue.case == case:
        return clue, ()
    event = work_event(EventKind.CLUE_PUT_IN_CASE, clue.id, actor, now_us, ids, case=case, left=clue.case)
    return replace(clue, case=case), (event,)
