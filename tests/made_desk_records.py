"""Records of a desk made for lists: each kind at each place, by hand and all made up (模拟)."""

from __future__ import annotations

from dataclasses import replace

from made_measures import stop_request

from fanzha.casework import (
    Case,
    Channel,
    Claim,
    Clue,
    ClueKind,
    Report,
    Reporter,
    ReporterKind,
    Task,
)
from fanzha.core.time import MINUTE_US, parse_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Approval, Measure, Override, Signature
from fanzha.measures.orders import Incident, IncidentKind, Order, OrderStatus, Verb
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_procedure import ReturnProcedure

NOW = parse_instant("2026-11-21T12:00:00")


def a_case(name: str, body: str, officer: str = "", **changes) -> Case:
    case = Case(
        id=f"CASE-{name}", version=0, organisation=body, jurisdiction="5301", title="模拟案件", opened_by="模拟",
        officer=officer or f"officer-of-{body}", opened_at_us=NOW,
    )  # fmt: skip
    return replace(case, **changes)


def a_report(name: str, body: str, case: str = "", **changes) -> Report:
    report = Report(
        id=f"REPORT-{name}", version=0, organisation=body, acknowledgement=f"ACK-{name}", channel=Channel.CALL,
        jurisdiction="5301", received_at_us=NOW, received_by="模拟", reporter=Reporter(ReporterKind.VICTIM, "模拟·孙三"),
        narrative="模拟", case=case,
    )  # fmt: skip
    return replace(report, **changes)


def a_clue(name: str, body: str, case: str = "", *, yuan: int = 100, **changes) -> Clue:
    claim = Claim(f"CLAIM-{name}", "", "模拟", "6299990000000000017", "模拟银行", yuan * 100, "CNY", None, yuan * 100)
    clue = Clue(
        id=f"CLUE-{name}", version=0, organisation=body, jurisdiction="5301", kind=ClueKind.ACCOUNT,
        subject="6299990000000000017", received_at_us=NOW - 30 * MINUTE_US, claims=(claim,), case=case,
    )  # fmt: skip
    return replace(clue, **changes)


def a_measure(
    name: str, body: str, case: str = "", *, status: Status = Status.SENT, bank: str = "别行", **changes
) -> Measure:
    request = stop_request(case=case, reason="案情：模拟", overrides=(Override("stops_on_account", "案情：第三次"),))
    request = replace(request, target=replace(request.target, institution=bank), filing="模拟立字〔2026〕9号")
    identity = f"MEAS-{name}"
    order = Order(f"{identity}.begin", Verb.BEGIN, bank, OrderStatus.SENT, NOW, sent_by="案情：某民警")
    measure = Measure(
        id=identity, version=0, organisation=body, request=request, status=status, drafted_by="案情：起草人",
        drafted_us=NOW, ends_us=NOW + 60 * MINUTE_US, orders=() if status in (Status.DRAFT, Status.PROPOSED) else (order,),
        approvals=(Approval(Signature.PROPOSED, "案情：起草人", body, 2, NOW, "案情"),), end_reason="案情",
    )  # fmt: skip
    return replace(measure, **changes)


def a_return(name: str, body: str, case: str = "") -> ReturnProcedure:
    return ReturnProcedure(f"RETURN-{name}", 0, body, case, "模拟立字", (), ProcedureStatus.DRAFT, "模拟", NOW)


def a_task(name: str, body: str, case: str = "", **changes) -> Task:
    return replace(Task(f"TASK-{name}", 0, body, case, "模拟", f"officer-of-{body}", None, "模拟", NOW), **changes)


def an_incident(name: str, body: str, measure: str = "") -> Incident:
    return Incident(f"INC-{name}", 0, body, IncidentKind.CONTRADICTION, "模拟", NOW, measure=measure)
