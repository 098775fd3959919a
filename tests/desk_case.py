"""A case at a desk of `desk_home`: reported, verified, stopped at once, and answered by the bank with a balance."""

from __future__ import annotations

from fanzha.casework import (
    AccountName,
    Case,
    Channel,
    Document,
    DocumentKind,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    VerifiedFields,
)
from fanzha.core.actor import Actor
from fanzha.core.time import MINUTE_US
from fanzha.measures.model import MeasureKind
from fanzha.measures.orders import Outcome, Receipt
from fanzha.services.desk.act_first import act_first
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.assign_clue import assign_clue
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.verify_clue import verify_clue

ACCOUNT, HOLDER, VICTIM, PHONE = "6299990000000000017", "模拟·钱二", "模拟·孙三", "19900000001"


def stopped_case(desk: Desk, officer: Actor, clerk: Actor) -> Case:
    """The officer's own open case; its measure is executed, and its receipt tells of 1234.56 left."""
    at_us = desk.clock.now_us() - 30 * MINUTE_US
    paid = ReportedPayment("", VICTIM, AccountName(ACCOUNT, HOLDER, "模拟银行"), amount_minor=5_000_000, at_us=at_us)
    told = ReportDraft(
        Channel.CALL, Reporter(ReporterKind.VICTIM, VICTIM, phone=PHONE),
        f"模拟：刷单返利，付给{HOLDER} {ACCOUNT}", payments=(paid,),
    )  # fmt: skip
    received = receive_report(desk, officer, told)
    (clue,) = received.clues
    assign_clue(desk, officer, clue.id, officer.id)
    assess_clue(desk, officer, clue.id, "刚刚转出")
    fields = VerifiedFields(HOLDER, ACCOUNT, "模拟银行", 5_000_000, at_us)
    fact = verify_clue(desk, officer, clue.id, fields, Document(DocumentKind.TRANSFER_SLIP, "FILE-1")).fact
    case = open_case(desk, officer, [received.report.id], "模拟刷单案")
    stop = MeasureDraft(
        kind=MeasureKind.STOP_PAYMENT, reason="被害人刚刚转账", basis="afl-20", case=case.id, fact=fact.id,
        amount_minor=5_000_000, traced_minor=5_000_000,
    )  # fmt: skip
    begun = act_first(desk, officer, draft_measure(desk, officer, stop).id, "账户余额正在减少")
    now_us = desk.clock.now_us()
    answer = Receipt(
        "R1", begun.orders[0].id, Outcome.EXECUTED, now_us, now_us, balance_minor=123_456, balance_us=now_us
    )
    record_receipt(desk, clerk, answer)
    return case
