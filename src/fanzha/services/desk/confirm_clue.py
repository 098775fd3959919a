"""A clue about a line, a site or anything else is verified against a document; an account needs its four fields."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Clue, Document
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_clue
from fanzha.services.desk.model import Desk


def confirm_clue(desk: Desk, actor: Actor, clue_id: str, document: Document, finding: str) -> Clue:
    """Verifies a clue that is no account. Raises NotAllowed for an account: `verify_clue` makes its fact."""
    with acting(desk, actor, "clue.verify", Subject("clue", clue_id)) as work:
        clue = work.load(Clue, clue_id, Action.CLUE_WORK)
        return keep_clue(work, *casework.confirm_clue(clue, document, finding, actor, work.now_us, work.ids))
