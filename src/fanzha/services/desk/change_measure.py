"""One decision on one measure: loaded, decided, saved with all that belongs to it; sent again under its key, done once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import StaleVersion
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure, TargetKind
from fanzha.ports.record_table import version_of
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.bodies import lineage_of
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once
from fanzha.services.desk.weighing import numbers_of

Decide = Callable[[Work, Measure], Change]


def change_measure(
    desk: Desk,
    actor: Actor,
    verb: str,
    measure_id: str,
    action: Action,
    decide: Decide,
    *,
    content: Sequence[object] = (),
    version: int | None = None,
    request: str = "",
) -> Measure:
    """Carries out a decision.

    Args:
        desk: the desk.
        actor: who decides.
        verb: what the audit calls it: measure.approve, …
        measure_id: of the measure.
        action: what the actor must be allowed to do with it.
        decide: the change; one without events changes nothing.
        content: what was asked besides, by which the same command is known when it is sent again.
        version: the version that the actor looked at; None: whatever stands now.
        request: the caller's own key of the command; empty: it is carried out each time.

    Raises:
        NotAllowed: a rule forbids it, which is named.
        StaleVersion: somebody else changed it meanwhile.
    """
    with acting(desk, actor, verb, Subject("measure", measure_id)) as work:
        measure = work.load(Measure, measure_id, action)

        def carry_out() -> Measure:
            check_read(measure, version)
            change = decide(work, measure)
            return keep_measure(work, change) if change.events else measure

        return once(work, request, fingerprint_of(verb, measure_id, *content), Measure, carry_out)


def check_read(record: Any, version: int | None) -> None:
    """Raises StaleVersion when the record is not the version that the actor looked at any more."""
    stands = version_of(record)
    if version is not None and version != stands:
        raise StaleVersion(
            f"{record.id} was changed since you read it (version {version}; it is {stands} now): read it again"
        )


def lineage_around(work: Work, measure: Measure) -> tuple[Organisation, ...]:
    """The body that answers for the measure and those above it."""
    return lineage_of(work.tree(measure.organisation), measure.organisation)


def hold_target(work: Work, measure: Measure) -> None:
    """Waits until nobody else decides on the same account, or on the same person; what is read afterwards is what stands.

    So two measures on one account are never approved at the same instant, each unaware of the other.
    """
    if measure.target.kind in {TargetKind.ACCOUNT, TargetKind.PERSON} and measure.target.reference:
        work.unit.hold(f"{measure.target.kind}:{numbers_of(work, measure.target)[0]}")
