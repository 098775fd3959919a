"""What the victims of several cases lost by their own word: beside each case of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fanzha.casework import Report
from fanzha.core.actor import Actor
from fanzha.ports.record_query import Query
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight


def losses_of_cases(desk: Desk, actor: Actor, cases: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
    """By case and currency, minor units, of the reports that the actor may see; a case without any is left out.

    A report that was found to be another one's repeat is not counted a second time.
    """
    lost: dict[str, dict[str, int]] = {}
    with desk.store.reading() as view:
        sight = Sight(view, actor, desk.rules.access.permissions)
        for report in every(view.records(Report), Query(within={"case_id": tuple(cases)})):
            if report.merged_into or not sight.sees(report):
                continue
            sums = lost.setdefault(report.case, {})
            for currency, minor in report.lost_minor.items():
                sums[currency] = sums.get(currency, 0) + minor
    return lost
