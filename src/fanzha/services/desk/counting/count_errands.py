"""What joint governance adds to figures: what was asked of other agencies, answered in time, and stands when looked at again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fanzha.casework.errand_model import Errand
from fanzha.core.actor import Organisation
from fanzha.ports.record_query import Query, Range
from fanzha.services.desk.counting.entries import Counting, Entry, Parts
from fanzha.services.desk.listing import every

NEEDS: Final = "governance"
ASKED: Final = ("matters_asked", "matters_in_time")


def count_errands(counting: Counting) -> Iterator[Entry]:
    """The entries of the matters sent in the span, and of those that were confirmed in it whenever they were sent."""
    span, look = counting.span, counting.look
    matters = look.rules.governance.matters
    sent = Range(None, min(span.until_us, span.as_of_us + 1))
    wanted = Query(
        within={"organisation": span.bodies, "matter": tuple(sorted(matters))}, ranges={"sent_at_us": sent},
        order_by="sent_at_us",
    )  # fmt: skip
    places: dict[str, str] = {}
    for errand in every(look.unit.records(Errand), wanted):
        asked = errand.organisation
        if asked not in places:
            places[asked] = next((one.jurisdiction for one in look.unit.records(Organisation).get_many((asked,))), "")
        if not span.covers(places[asked]):
            continue
        parts = Parts(asked, places[asked])
        if span.holds(errand.confirmed_at_us):
            yield Entry(matters[errand.matter].measure, errand.id, parts)
        if span.holds(errand.sent_at_us):
            yield from _asked(errand, parts, span.as_of_us, matters[errand.matter].answer_us)


def _asked(errand: Errand, parts: Parts, as_of_us: int, answer_us: int) -> Iterator[Entry]:
    if errand.recalled_at_us is not None and errand.recalled_at_us <= as_of_us:
        return
    yield Entry("matters_asked", errand.id, parts)
    first = next((answer for answer in errand.answers if answer.at_us <= as_of_us), None)
    if first is not None:
        yield Entry("matters_in_time", errand.id, parts, int(not first.late), weight=1)
    elif errand.sent_at_us + answer_us < as_of_us:
        yield Entry("matters_in_time", errand.id, parts, 0, weight=1)
