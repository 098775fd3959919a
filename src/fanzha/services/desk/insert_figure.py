"""A figure put into a draft by its id of the catalogue and its period: counted now, the others stay as they are."""

from __future__ import annotations

from dataclasses import replace

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping_bulletins import BulletinContent, count_variables, keep_bulletin
from fanzha.services.desk.model import Desk
from fanzha.statistics.drafting import DraftStep, OwnBulletin, Variable, check_content, step_of


def insert_figure(desk: Desk, actor: Actor, bulletin_id: str, variable: Variable) -> OwnBulletin:
    """The draft that has the figure under the variable's name; a block says it as `{name}`.

    Raises BadInput for a measure that nobody counts and for a name that is taken, NotAllowed after the issue.
    """
    with acting(desk, actor, "bulletin.insert_figure", Subject("bulletin", bulletin_id)) as work:
        held = work.load(OwnBulletin, bulletin_id, Action.BULLETIN_DRAFT, None)
        step_of(held, DraftStep.EDIT)
        if variable.measure not in work.rules.indicators.own:
            raise BadInput(
                f"measure {variable.measure!r} is none that is counted here; see docs/reference/indicators.md"
            )
        check_content(held.blocks, [*(one.variable for one in held.figures), variable])
        counted = count_variables(work, held.organisation, BulletinContent(held.title_zh, (), (variable,)))
        editors = tuple(dict.fromkeys((*held.editors, actor.id)))
        return keep_bulletin(
            work,
            replace(held, figures=(*held.figures, *counted), editors=editors),
            "bulletin.insert_figure",
            variable.name,
        )
