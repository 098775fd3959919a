"""A case is given its type, in one version of the taxonomy; the older versions stay readable."""

from __future__ import annotations

from fanzha import casework
from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.time import format_instant
from fanzha.services.desk.acting import acting
from fanzha.services.desk.keeping import keep_case
from fanzha.services.desk.model import Desk


def classify_case(
    desk: Desk, actor: Actor, case_id: str, class_slug: str, subtype_slug: str = "", *, version: str = ""
) -> Case:
    """Classifies the case, in the version in force today where none is named. Raises BadInput for slugs it lacks."""
    with acting(desk, actor, "case.classify", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.CASE_WORK)
        taxonomy = work.rules.taxonomy
        named = version or taxonomy.on(format_instant(work.now_us)[:10]).version
        classified, events = casework.classify_case(
            case, class_slug, subtype_slug, taxonomy, named, actor, work.now_us, work.ids
        )
        return keep_case(work, classified, events) if events else case
