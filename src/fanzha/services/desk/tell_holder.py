"""The holder was told: by whom, when and how is written down, and the task that asked for it is done."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.core.actor import Actor
from fanzha.measures import telling
from fanzha.measures.changes import Change
from fanzha.measures.model import Measure, Telling, TellingWay
from fanzha.services.desk.acting import Work
from fanzha.services.desk.after_answer import end_tellings
from fanzha.services.desk.change_measure import change_measure
from fanzha.services.desk.model import Desk


def tell_holder(
    desk: Desk,
    actor: Actor,
    measure_id: str,
    how: TellingWay,
    *,
    at_us: int | None = None,
    whom: str = "",
    note: str = "",
    version: int | None = None,
    request: str = "",
) -> Measure:
    """Writes down that the holder was told of a measure.

    Args:
        desk: the desk.
        actor: who told him, of the body that answers for the measure.
        measure_id: of the measure.
        how: by which way.
        at_us: when; None: now.
        whom: who was told in the holder's place; empty: the holder whom the order names.
        note: what is to be kept of it, such as the number of the paper.
        version: the version that the actor looked at; None: whatever stands now.
        request: the caller's own key of the command.

    Raises:
        NotAllowed: nobody is told of such a measure, it is not carried out yet, or nobody can have been told then.
        StaleVersion: somebody else changed it meanwhile.
    """

    def decide(work: Work, measure: Measure) -> Change:
        at = work.now_us if at_us is None else at_us
        said = Telling(how, actor.id, at, work.now_us, whom.strip(), note.strip())
        change = telling.tell_holder(measure, said, actor, work.rules.measures, work.now_us)
        end_tellings(work, change.measure, how.value)
        return change

    return change_measure(
        desk, actor, "measure.tell_holder", measure_id, Action.MEASURE_PROPOSE, decide,
        content=(how, at_us, whom, note), version=version, request=request,
    )  # fmt: skip
