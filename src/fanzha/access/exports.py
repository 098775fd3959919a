"""What leaves on paper or as a file: counted by distinct persons outside one's own cases, alarmed, and marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from fanzha.access.model import AlarmAction, Export, ExportedPerson
from fanzha.access.rules import ExportRules
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.core.ids import Ids
from fanzha.core.time import clock_text


@dataclass(frozen=True, slots=True)
class ExportAlarm:
    """The thresholds that an export crosses, the highest last, and what the highest asks for."""

    crossed: tuple[int, ...]
    action: AlarmAction
    distinct: int  # persons outside one's own cases within the window, this export included


def export_alarm(
    earlier: Iterable[Export], outside: Collection[str], rules: ExportRules, actor: Actor, now_us: int
) -> ExportAlarm | None:
    """The alarm that this export raises; None where it crosses no threshold that was not crossed before.

    A person counts once however often he is exported within the window, in however many small files. From the last
    threshold on every export that adds a person alarms again.
    """
    before: set[str] = set()
    for export in earlier:
        if export.actor == actor.id and now_us - rules.window_us < export.at_us <= now_us:
            before.update(export.outside)
    distinct = len(before | set(outside))
    reached = [step for step in rules.steps if step[0] <= distinct]
    crossed = [step for step in reached if step[0] > len(before)]
    beyond_last = bool(reached) and reached[-1] == rules.steps[-1] and distinct > len(before)
    if not crossed and not beyond_last:
        return None
    return ExportAlarm(tuple(number for number, _ in crossed or reached[-1:]), reached[-1][1], distinct)


def persons_outside(persons: Iterable[ExportedPerson], own_cases: Collection[str]) -> tuple[tuple[str, ...], int]:
    """(distinct persons outside one's own open cases, how many are inside); who is in both counts as inside."""
    inside = {one.person for one in persons if one.case in own_cases}
    outside = {one.person for one in persons} - inside
    return tuple(sorted(outside)), len(inside)


def make_export(
    what: str,
    persons: Sequence[ExportedPerson],
    own_cases: Collection[str],
    earlier: Iterable[Export],
    rules: ExportRules,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    approved_by: str = "",
) -> tuple[Export, ExportAlarm | None]:
    """The entry of an export and its alarm.

    Raises NotAllowed when the alarm asks for a second person and none, or the exporter himself, approved.
    """
    outside, inside_count = persons_outside(persons, own_cases)
    alarm = export_alarm(earlier, outside, rules, actor, now_us)
    if alarm is not None and alarm.action is AlarmAction.SECOND_PERSON and approved_by in {"", actor.id}:
        raise NotAllowed(
            "export.second_person",
            f"{alarm.distinct} persons outside the own cases of {actor.id}: a second person, "
            "another approver (审批人) or commander (指挥长), "
            "must approve this export: let him sign in, and name him with --approver",
        )
    export = Export(
        ids.new("EXPORT"), 0, actor.organisation, actor.id, now_us, what, outside, inside_count, approved_by,
        alarm=None if alarm is None else alarm.action,
    )  # fmt: skip
    return export, alarm


def watermark_text(actor: Actor, now_us: int, reference: str, case: str = "") -> str:
    """The line that stands on every page and in every file that leaves: who, of which body, when, for which case."""
    # A display name that says the login already, as those of a made-up city do, is not followed by it once more.
    who = actor.display_name if actor.id in actor.display_name else f"{actor.display_name} {actor.id}".strip()
    parts = (who, actor.organisation, clock_text(now_us), case, reference)
    return " · ".join(part for part in parts if part)
