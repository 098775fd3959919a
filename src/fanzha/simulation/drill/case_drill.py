"""One scripted case from its reports to the return, undisturbed: what the desk did, and where every 分 is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanzha.core.time import MINUTE_US, format_instant
from fanzha.measures.model import Measure, MeasureKind
from fanzha.ports.record_query import Query
from fanzha.services.desk.listing import every
from fanzha.simulation.banks import Faults
from fanzha.simulation.drill.banks_process import addresses_of, running_banks
from fanzha.simulation.drill.play import play
from fanzha.simulation.drill.scenario import Scenario
from fanzha.simulation.drill.stage import Stage, open_stage, prepare_home
from fanzha.simulation.drill.tally import Tally, tally


@dataclass(frozen=True, slots=True)
class CaseDrill:
    """The end, when it came, and how fast the first orders were carried out."""

    end: Tally
    ended_us: int
    orders: int
    minutes_to_stop: tuple[float, ...]  # from the report to the bank's execution, for each stop of a first account


def drill_case(
    scenario: Scenario, home: Path, faults: Faults, seed: int, told: Callable[[str], None] = lambda _line: None
) -> CaseDrill:
    """Plays the script in an empty home against banks on this machine's own address.

    Raises Refused when the script comes to no end.
    """
    prepare_home(scenario, home)
    with running_banks(scenario, home, faults, seed) as banks, open_stage(scenario, home) as stage:
        play(stage, told, lambda: addresses_of(banks))
        return CaseDrill(tally(stage), stage.clock.now_us(), *_orders(stage))


def _orders(stage: Stage) -> tuple[int, tuple[float, ...]]:
    begins = {paid.payee: report.at_us for report in reversed(stage.scenario.reports) for paid in report.payments}
    with stage.desk.store.reading() as view:
        measures = tuple(every(view.records(Measure), Query(order_by="drafted_us")))
    firsts: dict[str, float] = {}
    for measure in measures:
        account, starts_us = measure.target.reference, measure.starts_us
        if measure.kind is MeasureKind.STOP_PAYMENT and account in begins and starts_us is not None:
            firsts.setdefault(account, (starts_us - begins[account]) / MINUTE_US)
    return sum(len(measure.orders) for measure in measures), tuple(firsts.values())


def case_drill_document(drill: CaseDrill) -> dict[str, Any]:
    """As JSON."""
    return {
        **drill.end.document(), "ended": format_instant(drill.ended_us), "orders": drill.orders,
        "minutes_to_stop": [round(minutes, 1) for minutes in drill.minutes_to_stop],
    }  # fmt: skip
