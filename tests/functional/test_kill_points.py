"""The desk's machines are killed at every point at which they can be: nothing is lost, nothing done twice, one end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from desk_stores import STORES
from partner_banks import BOTH, CHIEF, MULE, NOON_US, PAID_US, Town, make_town, open_mule_bank

from fanzha.audit import Outcome, verify
from fanzha.measures.model import Measure, MeasureKind, Target, TargetKind
from fanzha.measures.orders import Incident, Question
from fanzha.ports.record_query import Query
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.lift_measure import lift_measure
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.run_clocks import run_clocks

ROUNDS = 3


class Killed(BaseException):
    """The process is gone; nothing below an entry point catches this."""


class Points:
    """Counts where a kill could fall, and kills at one of them."""

    def __init__(self, at: int) -> None:
        self.at, self.count, self.counting = at, 0, False

    def __call__(self) -> None:
        if self.counting:
            self.count += 1
            if self.count == self.at:
                raise Killed


class KilledStore:
    """A store whose user dies before a commit, or right behind it."""

    def __init__(self, inner, points: Points) -> None:
        self._inner, self._points = inner, points

    def __getattr__(self, name: str):
        return getattr(self._inner, name)

    @contextmanager
    def begin(self) -> Iterator:
        with self._inner.begin() as unit:
            commit = unit.commit

            def counted() -> None:
                self._points()
                commit()

            unit.commit = counted
            yield unit
        self._points()


class KilledWire:
    """A partner whose caller dies before it asks, or before it hears the answer."""

    def __init__(self, inner, points: Points) -> None:
        self._inner, self._points = inner, points

    def __getattr__(self, name: str):
        asked = getattr(self._inner, name)

        def counted(*args, **kwargs):
            self._points()
            said = asked(*args, **kwargs)
            self._points()
            return said

        return counted


def played(path, kind: str, at: int) -> tuple[dict, int]:
    """How a day ends that is killed at one point: a stop and a query are sent, answered, and the stop lifted."""
    points = Points(at)
    town = make_town(path, kind)
    town.desk = replace(town.desk, store=KilledStore(town.desk.store, points))
    town.partners = KilledWire(town.partners, points)
    town.receiving = replace(town.receiving, source=town.partners, evidence=KilledWire(town.receiving.evidence, points))
    try:
        bank = open_mule_bank(town, path)
        stop = town.stop()
        query = asked(town)
        run(town, points)
        lift_measure(town.desk, CHIEF, stop.id, "与案件无关")
        run(town, points)
        return ending(town, bank, (stop, query)), points.count
    finally:
        town.close()


def asked(town: Town) -> Measure:
    draft = MeasureDraft(
        kind=MeasureKind.QUERY, reason="查明资金去向", basis="cpl-144", case=town.cases[0], document="模拟查字〔2026〕1号",
        target=Target(TargetKind.INSTITUTION, "模拟银行", "模拟银行"), modes=("transactions",),
        questions=(Question(MULE, PAID_US, NOON_US),),
    )  # fmt: skip
    return approve_measure(
        town.desk, CHIEF, propose_measure(town.desk, BOTH, draft_measure(town.desk, BOTH, draft).id).id
    )


def run(town: Town, points: Points) -> None:
    """Rounds of the machines, each a process of its own; a lease is over before the next."""
    points.counting = True
    for _ in range(ROUNDS):
        for machine in (lambda: run_clocks(town.desk, "w"), town.send, town.collect):
            with suppress(Killed):
                machine()
        town.clock.turn(600)
    points.counting = False


def ending(town: Town, bank, measures) -> dict:
    """What must be the same however often somebody died."""
    with town.desk.store.reading() as view:
        kept = [view.records(Measure).get(one.id) for one in measures]
        audit = list(view.audit.walk())
        assert not verify(iter(audit), stored=view.audit.head()).findings
        deeds = Counter(event.action for event in audit if event.outcome is Outcome.DONE and event.actor != "admin")
        return {
            "measures": [
                (one.status, one.executed_minor, [(o.id, o.status) for o in one.orders], [r.id for r in one.receipts])
                for one in kept
            ],
            "deeds": {name: count for name, count in deeds.items() if name.partition(".")[0] in {"measure", "receipt"}},
            "messages": [
                sorted((state.message.topic, state.delivery) for state in view.outbox.about(one.id)) for one in kept
            ],
            "incidents": view.records(Incident).find(Query()).rows,
            "bank": bank.book.ask("SELECT id, executions, outcome FROM orders ORDER BY id"),
            "holds": bank.book.is_blocked(MULE),
        }


@pytest.mark.parametrize("kind", [STORES[0], pytest.param("sqlite", marks=pytest.mark.slow), STORES[2]])
def test_killed_at_every_point_the_day_ends_the_same(tmp_path, kind):
    whole, count = played(tmp_path / "whole", kind, 0)
    assert whole["incidents"] == ()
    assert count > 40
    for at in range(1, count + 1):
        killed, _ = played(tmp_path / f"{at}", kind, at)
        assert killed == whole, f"killed at point {at} of {count}"
