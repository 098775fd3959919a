"""Numbers on their way to the public page: verified, acted upon, their case closed; all 模拟."""

from __future__ import annotations

from return_day import BOTH, CHIEF, DUTY

from fanzha.casework import (
    AccountName,
    CaseStep,
    Channel,
    Clue,
    ClueKind,
    Contact,
    Document,
    DocumentKind,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    VerifiedFields,
)
from fanzha.casework.indicators import Indicator
from fanzha.core.actor import Actor
from fanzha.core.time import MINUTE_US
from fanzha.services.desk.act_on_clue import act_on_clue
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.assign_clue import assign_clue
from fanzha.services.desk.confirm_clue import confirm_clue
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.publish_indicator import approve_indicator, propose_indicator
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.services.desk.step_case import step_case
from fanzha.services.desk.verify_clue import verify_clue

NUMBER, SITE = "6299990000000000066", "https://www.moni-licai.example/app?x=1"
WHY = "已核实涉诈，提醒公众"


def reported(desk: Desk, *, site: str = "", account: str = "", officer: Actor = DUTY) -> Clue:
    """The clue of a new report about a site or an account, in the hands of the officer."""
    at_us = desk.clock.now_us() - 30 * MINUTE_US
    payee = AccountName(account, "模拟·钱二", "模拟银行")
    draft = ReportDraft(
        Channel.TIP, Reporter(ReporterKind.VICTIM, "模拟·孙三"), "模拟：被骗到假理财",
        contacts=(Contact(ClueKind.SITE, site),) if site else (),
        payments=(ReportedPayment("", "模拟·孙三", payee, amount_minor=500_000, at_us=at_us),) if account else (),
    )  # fmt: skip
    (clue,) = receive_report(desk, officer, draft).clues
    assign_clue(desk, officer, clue.id, officer.id)
    return assess_clue(desk, officer, clue.id, "模拟：确有诈骗")


def acted(desk: Desk, *, site: str = "", account: str = "", officer: Actor = DUTY) -> Clue:
    """The same after it was verified and a case was opened upon it, which is open still."""
    clue = reported(desk, site=site, account=account, officer=officer)
    slip = Document(DocumentKind.TRANSFER_SLIP, "FILE-1")
    if account:
        claim = clue.claims[0]
        assert claim.at_us is not None
        fields = VerifiedFields("模拟·钱二", account, "模拟银行", 500_000, claim.at_us)
        verify_clue(desk, officer, clue.id, fields, slip)
    else:
        confirm_clue(desk, officer, clue.id, Document(DocumentKind.OTHER, "FILE-1"), "模拟：已访问核实")
    case = open_case(desk, officer, [clue.reports[0]], "模拟假理财案")
    return act_on_clue(desk, officer, clue.id, (case.id,))


def close(desk: Desk, case_id: str) -> None:
    """The case is filed, prosecuted and closed."""
    file_case(desk, CHIEF, case_id, "模拟立字1号")
    step_case(desk, CHIEF, case_id, CaseStep.PROSECUTE, number="模拟诉字1号")
    step_case(desk, DUTY, case_id, CaseStep.CLOSE, reason="法院已判决")


def approved(desk: Desk, *, site: str = "", account: str = "") -> Indicator:
    """Proposed by the officer and decided by the head; waits for its delay."""
    clue = acted(desk, site=site, account=account)
    close(desk, clue.case)
    return approve_indicator(desk, BOTH, propose_indicator(desk, DUTY, clue.id, WHY).id, "同意公示")


def ring_all(desk: Desk) -> None:
    """Every clock that is due rings."""
    while run_clocks(desk, "worker").rang:
        pass
