"""The papers of the morning: the PDF and the picture of each analysis that the clock made, without anybody's hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from fanzha.audit import Subject
from fanzha.core.actor import MACHINE
from fanzha.core.time import DAY_US
from fanzha.ports.paper_press import PaperPress
from fanzha.ports.record_query import Query, Range
from fanzha.services.desk.acting import looking
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.papers.bulletin_paper import bulletin_paper, bulletin_picture_page
from fanzha.statistics.drafting import OwnBulletin

BACK_US: Final = 2 * DAY_US  # a machine that stood still for longer makes no papers of days gone by


def morning_papers(desk: Desk, press: PaperPress, there: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each paper that is not there yet, of the analyses of the last two days.

    Raises BadInput where a paper cannot be set.
    """
    with looking(desk, MACHINE, "bulletin.press", Subject("organisation", "")) as look:
        since = Query(ranges={"drafted_us": Range(look.now_us - BACK_US, None)}, order_by="drafted_us")
        drafted = tuple(one for one in every(look.unit.records(OwnBulletin), since) if one.drafted_by == MACHINE.id)
    catalogue = desk.rules.indicators
    for one in drafted:
        name = f"{one.organisation}-{one.id}"
        if not there(f"{name}.pdf"):
            yield f"{name}.pdf", press.press(bulletin_paper(one, catalogue))
        if not there(f"{name}.png"):
            yield f"{name}.png", press.picture(bulletin_picture_page(one, catalogue))
