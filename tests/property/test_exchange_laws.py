"""Whatever is lost, repeated, delayed or killed between a desk and a bank: done at most once, and both agree at the end."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from partner_banks import CHIEF, make_town, open_mule_bank

from fanzha.measures.lifecycle import HOLDING, Status
from fanzha.measures.model import Measure, holds
from fanzha.measures.orders import Incident, IncidentKind, OrderStatus
from fanzha.ports.record_query import Query
from fanzha.ports.work_queues import Delivery
from fanzha.services.desk.lift_measure import lift_measure
from fanzha.services.desk.orders_out import ORDER_TOPIC
from fanzha.simulation.banks import Faults

pytestmark = pytest.mark.property
ALARMS = {IncidentKind.CONTRADICTION, IncidentKind.IMPOSSIBLE_TIME, IncidentKind.UNKNOWN_ORDER, IncidentKind.UNREADABLE}
STEPS = ("stop", "lift", "send", "send", "collect", "collect", "turn", "kill desk", "kill reader", "kill bank", "cut")
chances = st.sampled_from((0.0, 0.3, 0.6))
faults = st.builds(
    Faults, lose_request=chances, lose_answer=chances, refuse=st.sampled_from((0.0, 0.3)), duplicate=chances, reorder=chances,
    forge=st.sampled_from((0.0, 0.5)), delay_s=st.sampled_from(((0, 0), (0, 300), (600, 4000))),
)  # fmt: skip


class Killed(BaseException):
    """The process is gone; nothing below an entry point catches this."""


class Dying:
    """Does its work, and dies before anybody hears of it."""

    def __init__(self, inner, verb: str) -> None:
        self._inner, self._verb = inner, verb

    def __getattr__(self, name: str):
        done = getattr(self._inner, name)
        if name != self._verb:
            return done

        def dies(*args, **kwargs):
            done(*args, **kwargs)
            raise Killed

        return dies


def step(town, name: str) -> None:
    match name:
        case "stop" if len(town.cases) < 2:  # a third on one account asks for a reason
            town.stop()
        case "lift":
            with town.desk.store.reading() as view:
                open_ones = [
                    m
                    for m in view.records(Measure).find(Query()).rows
                    if m.status not in {Status.LIFTED, Status.REFUSED}
                ]
            for measure in open_ones[:1]:
                lift_measure(town.desk, CHIEF, measure.id, "经核实与案件无关")
        case "send":
            town.send()
        case "collect":
            town.collect()
        case "turn":
            town.clock.turn(200)
        case "kill desk":
            alive, town.partners = town.partners, Dying(town.partners, "send")
            with suppress(Killed):
                town.send()
            town.partners = alive
        case "kill reader":
            alive = town.receiving
            town.receiving = replace(alive, evidence=Dying(alive.evidence, "put"))
            with suppress(Killed):
                town.collect()
            town.receiving = alive
        case "kill bank":
            town.restart(9001)
        case "cut":
            town.wire.down ^= {9001}


def settle(town) -> None:
    """The weather clears, and the machines go on until nothing is left to do."""
    town.wire.down.clear()
    bank = town.bank(9001)
    bank.config = replace(bank.config, faults=Faults())
    for _ in range(12):
        town.round()
    with town.desk.store.reading() as view:
        waiting = [one for one in view.outbox.undelivered() if one.delivery is Delivery.WAITING]
    assert [one for one in waiting if one.message.topic.startswith(ORDER_TOPIC)] == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(faults, st.integers(0, 10**6), st.lists(st.sampled_from(STEPS), min_size=4, max_size=24))
def test_each_order_is_done_at_most_once_and_both_agree(faults, seed, steps):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        town = make_town(path)
        try:
            open_mule_bank(town, path, faults=faults, seed=seed)
            for name in ("stop", *steps):
                step(town, name)
            settle(town)
            check(town)
        finally:
            town.close()


def check(town) -> None:
    book, now_us = town.bank(9001).book, town.clock.at_us
    assert {row[0] for row in book.ask("SELECT executions FROM orders")} <= {0, 1}
    standing = {hold.original: hold for hold in book.holds()}
    with town.desk.store.reading() as view:
        measures = view.records(Measure).find(Query()).rows
        found = [incident.kind for incident in view.records(Incident).find(Query()).rows]
    assert not ALARMS & set(found)
    for measure in measures:
        begin = measure.orders[0]
        assert (begin.id in standing) == holds(measure, now_us)
        if holds(measure, now_us):
            hold = standing[begin.id]
            assert (measure.executed_minor, measure.starts_us, measure.ends_us) == (
                hold.amount_minor, hold.begun_us, hold.until_us,
            )  # fmt: skip
        assert measure.status in HOLDING | {Status.REFUSED, Status.LIFTED}
        assert all(order.status is OrderStatus.DONE for order in measure.orders[1:])
