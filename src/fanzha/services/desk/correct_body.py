"""A body's name or division was written down wrong, or has changed: it is corrected, and the audit keeps both."""

from __future__ import annotations

from dataclasses import replace

from fanzha.access import Action, Scope, keeping_place
from fanzha.audit import DetailValue, Subject, done
from fanzha.core.actor import Actor, Level, Organisation
from fanzha.core.divisions import check_division
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk


def correct_body(
    desk: Desk, actor: Actor, body_id: str, reason: str, *, name: str | None = None, jurisdiction: str | None = None
) -> Organisation:
    """Gives a body another name or division; its id, its level and its place in the tree stay.

    Raises BadInput when nothing is named, or when the division does not lie in that of the body above or leaves one below
    outside; NotAllowed when the actor does not keep the body, or gives no reason.
    """
    if name is None and jurisdiction is None:
        raise BadInput("nothing to correct: give --name or --jurisdiction")
    subject = Subject("organisation", body_id)
    with acting(desk, actor, "organisation.correct", subject) as work:
        records = work.unit.records(Organisation)
        try:
            body = records.get(body_id)
        except NotFound:
            raise NotFound(f"there is no body {body_id}; see: fanzha office body list") from None
        work.check(Action.PEOPLE_KEEP, Scope(keeping_place(body, actor, work.tree())))
        if not is_reason(reason):
            raise NotAllowed("reason.needed", reason_sentence(f"correcting {body_id}"))
        corrected = replace(
            body,
            name=body.name if name is None else name.strip(),
            jurisdiction=body.jurisdiction if jurisdiction is None else check_division(jurisdiction, "--jurisdiction"),
        )
        _check(work, corrected)
        if corrected == body:
            return body
        said: dict[str, DetailValue] = {
            "name_before": body.name, "name": corrected.name,
            "jurisdiction_before": body.jurisdiction, "jurisdiction": corrected.jurisdiction,
        }  # fmt: skip
        kept = records.save(corrected)
        work.unit.audit.append(done(actor, work.now_us, "organisation.correct", subject, reason=reason, details=said))
        return kept


def _check(work: Work, body: Organisation) -> None:
    if not body.name:
        raise BadInput("a body needs a name")
    if body.level is Level.PARTNER:
        return
    if body.parent is not None:
        check_lies_in(body, work.unit.records(Organisation).get(body.parent))
    for below in every(work.unit.records(Organisation), Query(equals={"parent": body.id})):
        check_lies_in(below, body)


def check_lies_in(body: Organisation, above: Organisation) -> None:
    """Raises BadInput when the body's division does not lie in that of the one above it."""
    if not body.jurisdiction.startswith(above.jurisdiction):
        raise BadInput(
            f"the division {body.jurisdiction or '(none)'} of {body.id} does not lie in {above.jurisdiction}, that of "
            f"{above.id}"
        )
