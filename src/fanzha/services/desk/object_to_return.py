"""Whoever is concerned objects to a return, and is answered in writing before anything is paid."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import DetailValue, Subject
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.measures import return_procedure
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping_returns import keep_return
from fanzha.services.desk.model import Desk


def receive_objection(desk: Desk, actor: Actor, return_id: str, by: str, text: str) -> ReturnProcedure:
    """Takes an objection in; the actor writes down what `by`, a victim or anybody concerned, says.

    The same words of the same person once more, while the first wait for an answer, are that objection.

    Raises NotAllowed before the notice and after the decision, BadInput when nobody says anything.
    """
    with acting(desk, actor, "return.object", Subject("return", return_id)) as work:
        procedure = work.load(ReturnProcedure, return_id, Action.RETURN_PROPOSE)
        if not by.strip() or not text.strip():
            raise BadInput("say who objects, and what he says")
        said = by.strip(), text.strip()
        if any((one.by, one.text) == said and one.decided_us is None for one in procedure.objections):
            return procedure
        objected = return_procedure.receive_objection(procedure, by.strip(), text.strip(), work.now_us, work.ids)
        return keep_return(work, objected, "object", details={"objection": objected.objections[-1].id})


def decide_objection(
    desk: Desk, actor: Actor, return_id: str, objection_id: str, finding: str, *, upheld: bool
) -> ReturnProcedure:
    """Writes down what was found; one that is upheld asks for a corrected plan (`replan_return`).

    Raises NotAllowed when it does not wait, or nothing was found in writing.
    """
    with acting(desk, actor, "return.decide_objection", Subject("return", return_id)) as work:
        procedure = work.load(ReturnProcedure, return_id, Action.RETURN_PROPOSE)
        decided = return_procedure.decide_objection(procedure, objection_id, actor, finding, work.now_us, upheld=upheld)
        said: dict[str, DetailValue] = {"objection": objection_id, "upheld": upheld}
        return keep_return(work, decided, "decide_objection", reason=finding.strip(), details=said)
