"""Two officers decide on two measures of one account at the same instant: the limit holds on every store."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from desk_home import seat_people
from measure_home import ACCOUNT, HOLDER, actor_of, make_fact
from postgres_server import new_database

from fanzha import bootstrap
from fanzha.core.errors import NotAllowed
from fanzha.core.ids import CountedIds
from fanzha.measures.model import MeasureKind, Override, Target, TargetKind
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.model import Desk
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.storage.memory import MemoryWorkStore
from tests.functional.test_desk_day import StandingClock

ROUNDS = 4


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def desk(request, tmp_path):
    if request.param == "memory":
        store = MemoryWorkStore(TABLES)
    else:
        store = bootstrap.work_store(tmp_path, new_database() if request.param == "postgresql" else None)
    desk = Desk(store, StandingClock(), CountedIds(), bootstrap.desk_rules())
    seat_people(desk)
    yield desk
    store.close()


def test_one_account_is_never_frozen_twice_by_two_at_once(desk):
    duty, chief, other = (actor_of(desk, login) for login in ("duty", "chief", "both"))
    case, _ = make_fact(desk, "duty")
    file_case(desk, chief, case, "模拟立字〔2026〕1号")
    for number in range(ROUNDS):
        account = f"{ACCOUNT[:-2]}{number:02}"
        wanted = MeasureDraft(
            kind=MeasureKind.FREEZE, reason="涉案资金在账", basis="procedure-239", case=case,
            target=Target(TargetKind.ACCOUNT, account, "模拟银行", HOLDER),
            amount_minor=5_000_000, traced_minor=5_000_000, document="模拟冻字〔2026〕1号",
            overrides=(Override("more_than_carried", "银行来函：钱已转入"),),
        )  # fmt: skip
        drafts = [(actor, draft_measure(desk, actor, wanted).id) for actor in (duty, other)]
        ready = threading.Barrier(2)

        def propose(named, ready=ready):
            ready.wait()
            try:
                propose_measure(desk, *named)
            except NotAllowed as refused:
                return refused.rule
            return "proposed"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(propose, drafts)) == ["double_freeze", "proposed"]
