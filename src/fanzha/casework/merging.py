"""Two reports, or two clues, that are one: the younger points to the older, and can be taken out again."""

from __future__ import annotations

from dataclasses import replace

from fanzha.casework.case_model import Merge, MergedKind
from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.model import OPEN_STAGES, Claim, Clue, ClueStage, Report
from fanzha.casework.policy import check_live, check_person, check_reason, check_same_body, why_not
from fanzha.casework.words import in_words
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids


def check_can_merge(kept: Report | Clue, absorbed: Report | Clue, actor: Actor) -> None:
    """An officer of the body that owns both may merge the younger into the older, so that no clock starts anew."""
    check_person(actor, "merging")
    if kept.id == absorbed.id:
        raise NotAllowed("merge.itself", f"{kept.id} cannot be merged with itself")
    for record in (kept, absorbed):
        check_same_body(actor, record)
        check_live(record)
    if (kept.received_at_us, kept.id) > (absorbed.received_at_us, absorbed.id):
        raise NotAllowed("merge.older_kept", f"{absorbed.id} came in before {kept.id}; merge {kept.id} into it instead")
    if kept.case and absorbed.case and kept.case != absorbed.case:
        raise NotAllowed("merge.cases", f"they are in cases {kept.case} and {absorbed.case}; merge the cases first")


def can_merge(kept: Report | Clue, absorbed: Report | Clue, actor: Actor) -> str:
    """The reason why not; empty where the two may be merged."""
    return why_not(lambda: check_can_merge(kept, absorbed, actor))


def merge_reports(
    kept: Report, absorbed: Report, reason: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[Report, Merge, Events]:
    """The absorbed report, pointing to the kept one (which stays as it is), and the merge that can be undone.

    What the two say together is `combined(kept, [absorbed])`: nothing is copied, so nothing has to be taken apart.
    """
    check_can_merge(kept, absorbed, actor)
    check_reason(reason, f"merging {absorbed.id}")
    merge = Merge(
        ids.new("MERGE"), 0, kept.organisation, MergedKind.REPORT, kept.id, absorbed.id, reason, actor.id, now_us
    )
    return replace(absorbed, merged_into=kept.id), merge, _merge_events(merge, actor, now_us, ids)


def unmerge_reports(
    merge: Merge, absorbed: Report, actor: Actor, now_us: int, ids: Ids
) -> tuple[Report, Merge, Events]:
    """The absorbed report as it was, and the merge marked as undone."""
    undone = _undone(merge, absorbed, MergedKind.REPORT, actor, now_us)
    return replace(absorbed, merged_into=""), undone, _unmerge_events(merge, actor, now_us, ids)


def combined(kept: Report, absorbed: tuple[Report, ...]) -> Report:
    """What a report and the duplicates merged into it say together; what was told twice stands once."""
    told = kept
    for report in absorbed:
        hashes = {file.sha256 for file in told.attachments}
        payments = {replace(paid, id="") for paid in told.payments}
        told = replace(
            told,
            attachments=told.attachments + tuple(file for file in report.attachments if file.sha256 not in hashes),
            losses=told.losses + tuple(loss for loss in report.losses if loss not in told.losses),
            payments=told.payments + tuple(paid for paid in report.payments if replace(paid, id="") not in payments),
            contacts=told.contacts + tuple(contact for contact in report.contacts if contact not in told.contacts),
        )
    return told


def merge_clues(
    kept: Clue, absorbed: Clue, reason: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[Clue, Clue, Merge, Events]:
    """(kept with the other's reports, claims and facts, absorbed pointing to it, the merge); for clues about one thing.

    A claim that says the same payment as one of the kept clue is not moved: its money must not count twice. A clue with
    payments of its own does not go into one whose clock stands. What was verified stays verified: the kept clue has the
    other's facts, and with them its stage and officer where it had not come so far.
    """
    check_can_merge(kept, absorbed, actor)
    check_reason(reason, f"merging {absorbed.id}")
    if kept.kind is not absorbed.kind:
        raise NotAllowed(
            "merge.kind",
            f"{kept.id} is about a {in_words(kept.kind)}, {absorbed.id} about a {in_words(absorbed.kind)}: "
            "only clues about the same are merged",
        )
    known = {_payment(claim) for claim in kept.claims}
    claims = tuple(claim for claim in absorbed.claims if claim.at_us is None or _payment(claim) not in known)
    if claims and kept.done_at_us is not None:
        # Its clock stands: a payment that comes in by a merge would be nobody's to follow.
        raise NotAllowed("merge.done", f"{kept.id} was followed through; {absorbed.id} has payments that it had not")
    _check_facts_stay_seen(kept, absorbed)
    reports = tuple(report for report in absorbed.reports if report not in kept.reports)
    further = bool(absorbed.facts) and kept.stage in _BEFORE_VERIFIED
    merge = Merge(
        ids.new("MERGE"), 0, kept.organisation, MergedKind.CLUE, kept.id, absorbed.id, reason, actor.id, now_us,
        moved_reports=reports, moved_claims=tuple(claim.id for claim in claims), moved_facts=absorbed.facts,
        kept_stage=kept.stage if further else "", kept_officer=kept.officer if further else "",
    )  # fmt: skip
    grown = replace(
        kept, reports=kept.reports + reports, claims=kept.claims + claims, facts=kept.facts + absorbed.facts
    )
    if further:
        grown = replace(grown, stage=ClueStage.VERIFIED, officer=kept.officer or absorbed.officer)
    return grown, replace(absorbed, merged_into=kept.id, facts=()), merge, _merge_events(merge, actor, now_us, ids)


_BEFORE_VERIFIED = OPEN_STAGES - {ClueStage.VERIFIED}


def _check_facts_stay_seen(kept: Clue, absorbed: Clue) -> None:
    """A fact must not leave the case that rests on it, nor rest with a clue that nobody follows any more."""
    if not absorbed.facts:
        return
    if absorbed.case and not kept.case:
        raise NotAllowed(
            "merge.cases",
            f"{absorbed.id} is verified in {absorbed.case}, {kept.id} is in no case: put its report there first "
            f"(fanzha case add-report {absorbed.case} {next(iter(kept.reports), 'REPORT')})",
        )
    if kept.stage is ClueStage.DISMISSED:
        raise NotAllowed(
            "merge.done", f"{kept.id} was dismissed, and {absorbed.id} is verified: open {kept.id} again first"
        )


def _payment(claim: Claim) -> tuple[str, int | None, str, int | None]:
    return claim.account, claim.amount_minor, claim.currency, claim.at_us


def unmerge_clues(
    merge: Merge, kept: Clue, absorbed: Clue, actor: Actor, now_us: int, ids: Ids
) -> tuple[Clue, Clue, Merge, Events]:
    """Both clues with what was theirs; the absorbed one's clock runs from its own receipt, as if never merged."""
    undone = _undone(merge, absorbed, MergedKind.CLUE, actor, now_us)
    if kept.id != merge.kept:
        raise BadInput(f"{merge.id} kept {merge.kept}, not {kept.id}")
    check_live(kept)
    shrunk = replace(
        kept,
        reports=tuple(report for report in kept.reports if report not in merge.moved_reports),
        claims=tuple(claim for claim in kept.claims if claim.id not in merge.moved_claims),
        facts=tuple(fact for fact in kept.facts if fact not in merge.moved_facts),
    )
    if merge.kept_stage and shrunk.stage is ClueStage.VERIFIED and not shrunk.facts:
        shrunk = replace(shrunk, stage=ClueStage(merge.kept_stage), officer=merge.kept_officer)
    back = replace(absorbed, merged_into="", facts=absorbed.facts + merge.moved_facts)
    return shrunk, back, undone, _unmerge_events(merge, actor, now_us, ids)


def _undone(merge: Merge, absorbed: Report | Clue, kind: MergedKind, actor: Actor, now_us: int) -> Merge:
    check_person(actor, "undoing a merge")
    check_same_body(actor, merge)
    if merge.undone_at_us is not None:
        raise NotAllowed("merge.undone", f"{merge.id} was undone before")
    if merge.kind is not kind or absorbed.id != merge.absorbed or absorbed.merged_into != merge.kept:
        raise BadInput(f"{merge.id} merged {merge.absorbed} into {merge.kept}, not {absorbed.id}")
    return replace(merge, undone_by=actor.id, undone_at_us=now_us)


def _merge_events(merge: Merge, actor: Actor, now_us: int, ids: Ids) -> Events:
    return (
        work_event(
            EventKind.MERGED, merge.absorbed, actor, now_us, ids, into=merge.kept, merge=merge.id, reason=merge.reason
        ),
        work_event(EventKind.MERGED, merge.kept, actor, now_us, ids, absorbed=merge.absorbed, merge=merge.id),
    )


def _unmerge_events(merge: Merge, actor: Actor, now_us: int, ids: Ids) -> Events:
    return (
        work_event(EventKind.UNMERGED, merge.absorbed, actor, now_us, ids, left=merge.kept, merge=merge.id),
        work_event(EventKind.UNMERGED, merge.kept, actor, now_us, ids, released=merge.absorbed, merge=merge.id),
    )
