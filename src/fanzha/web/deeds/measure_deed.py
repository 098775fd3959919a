"""What every deed on a measure has: the measure beside the form, and the page that is gone back to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from fanzha.core.actor import Actor
from fanzha.measures.model import Measure
from fanzha.services.desk.match_institution import known_institutions
from fanzha.services.desk.measure_page import MeasurePage, measure_page
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_revealed import open_revealed
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.forms import Field, Kind
from fanzha.web.routes import OFFICERS, PARTNERS
from fanzha.web.words import N_

HANDS: Final = OFFICERS | PARTNERS  # an institution's own holds are worded, lifted and noted by its own desk
REASON: Final = Field("reason", N_("理由"), Kind.AREA, required=True, hint=N_("写进卷宗，审批人和审计员都会看到。"))


class Changes(Protocol):
    """A use case that decides on one measure without more words."""

    def __call__(
        self, desk: Desk, actor: Actor, measure_id: str, /, *, version: int | None = None, request: str = ""
    ) -> Measure:
        """The measure as it stands then."""
        ...


class ChangesWithReason(Protocol):
    """A use case that decides on one measure and says why."""

    def __call__(
        self,
        desk: Desk,
        actor: Actor,
        measure_id: str,
        reason: str,
        /,
        *,
        version: int | None = None,
        request: str = "",
    ) -> Measure:
        """The measure as it stands then."""
        ...


def measure_of(measure_id: str) -> str:
    """The address of a measure."""
    return f"/measures/{measure_id}"


def changing(use_case: Changes, told: str) -> Callable[[Doing], Done]:
    """A deed that carries out such a use case, and says so."""

    def carry_out(doing: Doing) -> Done:
        done = use_case(doing.desk, doing.actor, doing.id, version=doing.version, request=doing.request)
        return Done(measure_of(done.id), told, done)

    return carry_out


def changing_with_reason(use_case: ChangesWithReason, told: str) -> Callable[[Doing], Done]:
    """The same with the reason of the form."""

    def carry_out(doing: Doing) -> Done:
        done = use_case(
            doing.desk, doing.actor, doing.id, doing.values["reason"], version=doing.version, request=doing.request
        )
        return Done(measure_of(done.id), told, done)

    return carry_out


def shown_page(console: Console, actor: Actor, measure_id: str) -> MeasurePage:
    """The measure as the actor may see it; without its mask while a reveal of his holds, so that he decides on what he reads."""
    page = measure_page(console.desk, actor, measure_id)
    mask = open_revealed(console.desk, actor, Measure, measure_id).mask
    return replace(page, mask=mask) if mask.lifted else page


def review(console: Console, actor: Actor, measure_id: str) -> Mapping[str, Any]:
    """The measure as it stands now; the form carries the version that is shown."""
    page = shown_page(console, actor, measure_id)
    return {
        "found": page, "measure": page.measure, "mask": page.mask, "version": str(page.measure.version),
        "institutions": known_institutions(console.desk, actor),
    }  # fmt: skip


def measure_deed(name: str, label: str, carry_out: Callable[[Doing], Done], **more: Any) -> Deed:
    """A deed on a measure, with the measure shown beside its form."""
    told = {"roles": HANDS, "template": "measure_deed.html", "review": review, **more}
    return Deed("measures", name, label, carry_out=carry_out, **told)
