"""Somebody asks what is known of a number: verified, with its date, or nothing; never that it is safe.

Nothing unverified, nothing that is still worked on and nothing that was not decided for publication is ever told; the
way is the same whether or not the number is listed. Too many questions are turned away, and noted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fanzha.audit import AuditEntry
from fanzha.casework.indicators import Indicator, IndicatorStatus
from fanzha.casework.probing import AskingCounts, Passed, Turned
from fanzha.casework.public_terms import public_term
from fanzha.core.errors import BadInput, FanzhaError
from fanzha.measures.orders import Incident, IncidentKind
from fanzha.ports.record_query import Query
from fanzha.services.desk.model import Desk
from fanzha.services.desk.public_desk import public_actor

PROBED: Final = "indicator.probe"
_WORDS: Final = {Passed.CLIENT: "one address", Passed.TERM: "one number", Passed.TOTAL: "all together"}


@dataclass(frozen=True, slots=True)
class NumberChecked:
    """What is told: since when it is shown as verified, that nothing is known, or that too much was asked."""

    shown_us: int | None = None
    turned_away: bool = False


def check_number(desk: Desk, counts: AskingCounts, text: str, client: str) -> NumberChecked:
    """What is known of an account, a line or a site. Raises BadInput where nothing is asked."""
    term = public_term(text)
    if not term:
        raise BadInput("give a number, an account or a site")
    now_us = desk.clock.now_us()
    turned = counts.take(desk.rules.public.questions, client, term, now_us)
    if turned is not None:
        if turned.first:
            _note(desk, turned)
        return NumberChecked(turned_away=True)
    asked = Query(equals={"term": term, "status": IndicatorStatus.PUBLISHED.value}, limit=10)
    with desk.store.reading() as view:
        shown = [one.shown_us for one in view.records(Indicator).find(asked).rows if one.is_shown(now_us)]
    return NumberChecked(min((at_us for at_us in shown if at_us is not None), default=None))


def _note(desk: Desk, turned: Turned) -> None:
    """Once a window and limit: an entry in the audit and something for an officer to look into; no number stands in it."""
    now_us = desk.clock.now_us()
    sentence = f"more than {turned.count - 1} questions on the public page by {_WORDS[turned.passed]}, mark {turned.mark or '-'}"
    try:
        with desk.store.begin() as unit:
            actor = public_actor(unit)
            incident = Incident(desk.ids.new("INC"), 0, actor.organisation, IncidentKind.PROBED, sentence, now_us)
            unit.records(Incident).add(incident)
            unit.audit.append(
                AuditEntry(
                    at_us=now_us, actor=actor.id, organisation=actor.organisation, action=PROBED,
                    subject_kind="incident", subject_id=incident.id,
                    details={"passed": turned.passed.value, "mark": f"x{turned.mark}", "count": turned.count},
                )
            )  # fmt: skip
            unit.commit()
    except FanzhaError:
        return  # a busy store must not take the telephone numbers from whoever asks
