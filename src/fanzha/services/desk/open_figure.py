"""The list behind a figure of a bulletin, counted again as of the figure's own time, and whether it is the list of then."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework.operations import Operation
from fanzha.core.actor import Actor
from fanzha.core.errors import NotFound
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.count_figures import FiguresWanted, figures_of
from fanzha.services.desk.model import Desk
from fanzha.services.desk.operation_tally import lines_of
from fanzha.statistics.drafting import OwnBulletin, SaidFigure
from fanzha.statistics.own import digest_of_ids


@dataclass(frozen=True, slots=True)
class OpenedFigure:
    """A figure of a bulletin with its records; `as_told`: whether they are those that the bulletin was made of.

    ids is None where nobody can count again: another program handed the figure in, or its query failed.
    """

    figure: SaidFigure
    ids: tuple[str, ...] | None
    as_told: bool


def open_figure(desk: Desk, actor: Actor, bulletin_id: str, name: str) -> OpenedFigure:
    """The records that a figure counts. Raises NotFound where bulletin, figure or operation may not be seen."""
    with looking(desk, actor, "bulletin.open", Subject("bulletin", bulletin_id)) as look:
        bulletin = look.load(OwnBulletin, bulletin_id, Action.SEE)
        figure = bulletin.by_name.get(name)
        if figure is None:
            raise NotFound(f"{bulletin_id} has no figure {name!r}")
        ids = _ids(look, bulletin, figure)
        return OpenedFigure(figure, ids, ids is not None and digest_of_ids(ids) == figure.ids_sha256)


def _ids(look: Look, bulletin: OwnBulletin, figure: SaidFigure) -> tuple[str, ...] | None:
    variable = figure.variable
    if variable.handed_in:
        if not variable.operation:
            return None
        operation = look.load(Operation, variable.operation, Action.SEE)
        lines = lines_of(look, (operation,), figure.as_of_us)
        return next((line.ids for line in lines if line.measure == variable.measure), ())
    if not figure.ids_sha256:
        return None
    wanted = FiguresWanted(
        variable.period, (variable.measure,), organisation=bulletin.organisation, jurisdiction=variable.jurisdiction,
        fraud_class=variable.fraud_class, target=variable.target, as_of_us=figure.as_of_us,
    )  # fmt: skip
    return figures_of(look, wanted)[0].ids
