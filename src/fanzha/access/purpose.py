"""The mask is lifted for a purpose only: one's own open case is one by itself, elsewhere a case and a reason are named."""

from __future__ import annotations

from collections.abc import Sequence

from fanzha.access.model import Action, CaseTie, Field, Purpose, Reveal, Scope, SearchEntry
from fanzha.access.policy import check_do
from fanzha.access.rules import AccessRules
from fanzha.access.tree import OrganisationTree
from fanzha.core.actor import Actor, Role
from fanzha.core.errors import NotAllowed
from fanzha.core.ids import Ids
from fanzha.core.reasons import is_reason, reason_sentence


def bind_purpose(
    actor: Actor,
    rules: AccessRules,
    tree: OrganisationTree,
    scope: Scope,
    *,
    record_case: CaseTie | None,
    named_case: CaseTie | None = None,
    reason: str = "",
) -> Purpose:
    """What the reveal is for.

    Args:
        actor: who asks.
        rules: the table of access.
        tree: the bodies.
        scope: of the record that is to be revealed.
        record_case: the case that the record belongs to; None where it belongs to none.
        named_case: the case that the asker names; must be one that he works on, or that he may decide about.
        reason: in his words.

    Raises:
        NotAllowed: a role may not reveal there, or case or reason is missing or does not hold.
    """
    if actor.has(Role.MACHINE):
        raise NotAllowed("purpose.person", "the machine has no purpose of its own; only a person may lift the mask")
    check_do(actor, Action.REVEAL, tree, rules.permissions, scope)
    if record_case is not None and record_case.is_open and actor.id in record_case.officers:
        return Purpose(record_case.case, reason, by_itself=True)
    sent_here = actor.has(Role.PARTNER_DESK) and actor.organisation in scope.addressed_to
    if record_case is not None and record_case.is_open and sent_here:
        return Purpose(record_case.case, reason, by_itself=True)  # an order cannot be carried out behind a mask
    if record_case is None and actor.has(Role.PARTNER_DESK) and scope.organisation == actor.organisation:
        return Purpose("", reason, by_itself=True)  # a bank has no cases: its own hold is its purpose
    if named_case is None:
        raise NotAllowed(
            "purpose.case",
            f"this is not on an open case of {actor.id}: name the case for which it is needed, and why (--case, --reason)",
        )
    if not named_case.is_open:
        raise NotAllowed(
            "purpose.closed", f"{named_case.case} is closed, and a closed case is no purpose: name an open one"
        )
    tied = Scope(named_case.organisation, named_case.officers)
    if actor.id not in named_case.officers:
        # Approvers, commanders and auditors work on no case: the case must lie where they may reveal.
        check_do(actor, Action.REVEAL, tree, rules.permissions, tied)
    if not is_reason(reason):
        raise NotAllowed("purpose.reason", reason_sentence("a reveal outside your own cases"))
    return Purpose(named_case.case, reason.strip(), by_itself=False)


def make_reveal(
    purpose: Purpose,
    record: str,
    person: str,
    fields: Sequence[Field],
    rules: AccessRules,
    actor: Actor,
    now_us: int,
    ids: Ids,
) -> Reveal:
    """The entry that must be written before anything is shown; `person` is an id or hash."""
    return Reveal(
        id=ids.new("REVEAL"),
        version=0,
        organisation=actor.organisation,
        actor=actor.id,
        record=record,
        person=person,
        fields=tuple(dict.fromkeys(fields)),
        purpose=purpose,
        at_us=now_us,
        until_us=now_us + rules.reveal_us,
    )


def is_revealed(reveals: Sequence[Reveal], actor: Actor, record: str, field: Field, now_us: int) -> bool:
    """Whether the actor has the field open; after its time the mask is back by itself."""
    return any(
        one.actor == actor.id and one.record == record and field in one.fields and one.at_us <= now_us < one.until_us
        for one in reveals
    )


def log_search(terms: str, hits: int, actor: Actor, now_us: int, ids: Ids, *, case: str = "") -> SearchEntry:
    """The entry of a search, with the words as typed."""
    return SearchEntry(ids.new("SEARCH"), 0, actor.organisation, actor.id, terms, hits, now_us, case)
