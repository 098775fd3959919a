"""A clue becomes a fact: an officer read the four fields in a document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Clue, Document, EventKind, Fact, Report, VerifiedFields, checks_by
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.core.identifiers import plain_identifier
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping import keep_clue, tell
from fanzha.services.desk.lift_unrelated import ground_is_back
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk

_SHA256: Final = re.compile(r"[0-9A-Fa-f]{64}")


@dataclass(frozen=True, slots=True)
class Verified:
    """The clue as it stands now, the fact that was made of it, and which of its fields every claim says otherwise."""

    clue: Clue
    fact: Fact
    differs: tuple[str, ...] = ()
    to_open: tuple[str, ...] = ()  # the reports of which a case is to be opened, where the clue is in none
    related: tuple[str, ...] = ()  # measures that were to be lifted, and rest on this fact from now on


def verify_clue(
    desk: Desk,
    actor: Actor,
    clue_id: str,
    fields: VerifiedFields,
    document: Document,
    *,
    hop: int = 1,
    reason: str = "",
    another: bool = False,
    evidence: EvidenceStore | None = None,
) -> Verified:
    """Makes the fact that all four fields stand so in the document that the actor looked at.

    What was found unrelated because an earlier fact of the same account was withdrawn rests on this one, and need not be
    lifted any more.

    reason: why it is another account than the clue's. another: it is a payment of its own, though a fact of its case says the
    same of that instant. evidence: where a document that is named by its SHA-256 must lie.

    Raises NotAllowed when a field is empty, the document is not enough at this hop, the account is another one without a
    reason, or the payment has its fact already or may have it (fact.again); BadInput when no file with that SHA-256 is kept.
    """
    named = document.reference.strip()
    if evidence is not None and _SHA256.fullmatch(named) and not evidence.has(named.lower()):
        raise BadInput(f"--reference {named}: no file with this SHA-256 is kept; attach it to the report first")
    with acting(desk, actor, "clue.verify", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_WORK)
        standing = tuple(every(work.unit.records(Fact), Query(equals={"clue": clue.id})))
        elsewhere = _of_its_case(work, clue, plain_identifier(fields.account))
        checks = checks_by(actor, document, work.now_us)
        clue, fact, events = casework.verify_clue(
            clue, fields, checks, work.rules.casework.fact, actor, work.now_us, work.ids,
            hop=hop, reason=reason, standing=standing, elsewhere=elsewhere, another=another,
            latest_us=work.latest_us,
        )  # fmt: skip
        fact = work.unit.records(Fact).add(fact)
        made = tuple(event for event in events if event.kind is EventKind.FACT_MADE)
        clue = keep_clue(work, clue, tuple(event for event in events if event not in made))
        tell(work, made, "fact")
        account = fact.fields.account
        gone = {each.id: each for each in standing if each.withdrawn_at_us and each.fields.account == account}
        related = ground_is_back(work, gone, fact, f"{fact.id} was verified in the place of {' '.join(gone)}")
        differs = next((event.detail("corrected") for event in events if event.kind is EventKind.CLUE_VERIFIED), "")
        to_open = () if clue.case else tuple(dict.fromkeys(_root(work, report) for report in clue.reports))
    return Verified(clue, fact, tuple(differs.split()), to_open, related)


def _of_its_case(work: Work, clue: Clue, account: str) -> tuple[Fact, ...]:
    """The facts on the account of the other clues of the clue's case."""
    if not clue.case:
        return ()
    clues = work.unit.records(Clue)
    found = every(work.unit.records(Fact), Query(equals={"account": account}))
    return tuple(fact for fact in found if fact.clue != clue.id and clues.get(fact.clue).case == clue.case)


def _root(work: Work, report_id: str) -> str:
    """The report, or the one that it was merged into."""
    report = work.unit.records(Report).get(report_id)
    return _root(work, report.merged_into) if report.merged_into else report.id
