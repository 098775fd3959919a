"""What became of the cases filed in a period: by where their procedure stands, with those of which nothing is stated."""

from __future__ import annotations

from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.services.desk.acting import looking
from fanzha.services.desk.count_figures import FiguresWanted, counting_of, span_of
from fanzha.services.desk.counting.count_cases import filed_us, status_at, stepped_cases
from fanzha.services.desk.counting.entries import By, class_of
from fanzha.services.desk.model import Desk
from fanzha.statistics import Cohort, divide_cohort


def divide_cases(desk: Desk, actor: Actor, wanted: FiguresWanted) -> Cohort:
    """The cases filed in the period by status, or by class where `wanted.by` says so, as they stood.

    Raises as `count_figures`.
    """
    with looking(
        desk, actor, "figure.divide", Subject("organisation", wanted.organisation or actor.organisation)
    ) as look:
        span = span_of(look, wanted)
        filed = [case for case in stepped_cases(counting_of(look, span, ())) if span.holds(filed_us(case))]
        by_class = wanted.by is By.TYPE
        stated = {
            case.id: class_of(case, span.as_of_us) if by_class else status_at(case, span.as_of_us) for case in filed
        }
        return divide_cohort([case.id for case in filed], stated)
