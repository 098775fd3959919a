"""A return with many victims is decided in one commit: an order, an audit entry and its clocks for each, once, on every store."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk_stores import STORES, empty_store
from made_desk_records import NOW, a_case, a_measure, a_return

from fanzha import bootstrap
from fanzha.audit import verify
from fanzha.audit.written import written_by
from fanzha.casework import CaseStatus, CaseStep
from fanzha.casework.case_model import Decision
from fanzha.core.actor import Actor, Level, Organisation, Role
from fanzha.core.errors import NotAllowed
from fanzha.core.ids import CountedIds
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Approval, Measure, MeasureKind, Signature
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_plan import Base, Branch, FrozenAccount, Inflow, VictimClaim, plan_return
from fanzha.services.desk.decide_return import approve_return
from fanzha.services.desk.model import Desk

VICTIMS = 130  # more than are written row by row
FILING = "模拟立字"
CHIEF = Actor("chief", "CITY", Level.CITY, frozenset({Role.APPROVER}))


class Now:
    def now_us(self) -> int:
        return NOW


def proposed(store) -> Desk:
    """A return of one frozen account to many victims, each of whom paid in last."""
    amounts = [1_000 + number for number in range(VICTIMS)]
    filed = Decision(CaseStep.FILE, "立案决定书", FILING, "", "chief", "CITY", NOW)
    freeze = a_measure("freeze", "CITY", "CASE-1", bank="模拟银行", status=Status.EXECUTED)
    scope = replace(freeze.request.scope, modes=("amount_limited",), amount_minor=sum(amounts))
    request = replace(freeze.request, kind=MeasureKind.FREEZE, scope=scope)
    freeze = replace(freeze, request=request, executed_minor=sum(amounts), starts_us=NOW)
    claims = [
        VictimClaim(f"V{n}", dict.fromkeys(Base, minor), first_inflow_us=n, pay_to=f"6299991{n:012d}")
        for n, minor in enumerate(amounts)
    ]
    inflows = tuple(Inflow(f"t{n}", n + 1, minor, f"V{n}") for n, minor in enumerate(amounts))
    account = FrozenAccount(freeze.target.reference, "模拟银行", freeze.id, sum(amounts), inflows, last_outflow_us=0)
    asked = Approval(Signature.PROPOSED, "duty", "CITY", Level.CITY, NOW)
    plans = (plan_return(account, claims, (Branch.BY_TIME,)),)
    bank = Organisation("BANK", "模拟银行", Level.PARTNER, None, institution="模拟银行")
    records = (
        Organisation("CITY", "模拟市局", Level.CITY, None, "5301"), bank, freeze,
        a_case("1", "CITY", status=CaseStatus.FILED, decisions=(filed,)),
        replace(
            a_return("1", "CITY", "CASE-1"), plans=plans, status=ProcedureStatus.PROPOSED, drafted_by="duty",
            approvals=(asked,),
        ),
    )  # fmt: skip
    with store.begin() as unit:
        for record in records:
            unit.records(type(record)).add(record)
        unit.commit()
    return Desk(store, Now(), CountedIds(), bootstrap.desk_rules())


@pytest.mark.parametrize("kind", STORES)
def test_each_payment_has_its_order_its_entry_and_its_clocks_once(kind, tmp_path):
    store = empty_store(kind, tmp_path)
    desk = proposed(store)
    approve_return(desk, CHIEF, "RETURN-1", "模拟返决字1号")
    with pytest.raises(NotAllowed, match="cannot follow"):
        approve_return(desk, CHIEF, "RETURN-1", "模拟返决字1号")
    ids = [f"RETURN-1.{number}" for number in range(1, VICTIMS + 1)]
    with store.reading() as view:
        events = list(view.audit.walk())
        assert verify(events, stored=view.audit.head()).intact
        assert sorted(event.subject_id for event in events if event.action == "measure.approve") == sorted(ids)
        assert [len(view.outbox.about(one)) for one in ids] == [1] * VICTIMS
        assert [len(view.clocks.running(one)) for one in ids] == [2] * VICTIMS
        stored = {one.id: one.fingerprint for one in view.records(Measure).walk(ids)}
        told = {one.id: one.fingerprint for event in events for one in written_by(event) if one.table == "measures"}
    assert stored == {one: told[one] for one in ids}
    store.close()
