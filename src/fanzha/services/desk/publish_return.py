"""公告: a plan by proportion is published, and the thirty days for objections run."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.core.time import format_instant
from fanzha.measures import return_procedure
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping_returns import keep_return
from fanzha.services.desk.model import Desk


def publish_return(desk: Desk, actor: Actor, return_id: str, *, version: int | None = None) -> ReturnProcedure:
    """Begins the public notice and sets its clock. Raises NotAllowed when nothing is divided by proportion."""
    with acting(desk, actor, "return.publish", Subject("return", return_id)) as work:
        procedure = work.load(ReturnProcedure, return_id, Action.RETURN_PROPOSE, version)
        published = return_procedure.publish_return(procedure, actor, work.rules.measures, work.now_us)
        assert published.notice_until_us is not None, "a public notice has an end"
        until = format_instant(published.notice_until_us)
        return keep_return(work, published, "publish", details={"until": until})
