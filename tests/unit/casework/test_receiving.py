"""A report gets its number at once, whatever is missing; what comes later is added and nothing is overwritten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fanzha.casework import (
    Attachment,
    Channel,
    ClueKind,
    ClueStage,
    Document,
    DocumentKind,
    EventKind,
    Loss,
    ReportDraft,
    Reporter,
    ReporterKind,
    ReportStatus,
    ReportStep,
    add_to_report,
    assess_clue,
    assign_clue,
    change_officer,
    clues_of,
    confirm_clue,
    join_case,
    leave_case,
    put_clue_in_case,
    receive_report,
    step_report,
)
from fanzha.core.actor import MACHINE
from fanzha.core.errors import BadInput, NotAllowed

FILE = Attachment("F1", "聊天.png", "b" * 64, 9, "image/png", "P1", 0)


@pytest.mark.parametrize("channel", Channel)
def test_every_report_is_taken_in_and_acknowledged(desk, channel):
    draft = ReportDraft(channel, Reporter(ReporterKind.WITNESS), "")
    actor = MACHINE if channel is Channel.SYSTEM else desk.officer
    report, (event,) = receive_report(draft, actor, desk.at(0), desk.ids)
    assert report.acknowledgement.startswith("ACK-")
    assert (event.kind, event.detail("acknowledgement")) == (EventKind.REPORT_RECEIVED, report.acknowledgement)
    assert (report.status, report.channel) == (ReportStatus.RECEIVED, channel)


def test_the_history_carries_no_persons_data(desk):
    report, events = desk.report(narrative="我是模拟·孙三，被骗五万")
    _, told = clues_of(report, desk.officer, desk.at(0), desk.ids)
    said = " ".join(detail.value for event in (*events, *told) for detail in event.details)
    assert [part for part in ("孙三", "19900000001", "6299") if part in said] == []


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"losses": (Loss("模拟·孙三", -1),)}, "loss 1"),
        ({"attachments": (replace(FILE, sha256="B" * 64),)}, "聊天.png"),
    ],
)
def test_what_cannot_be_is_bad_input(desk, parts, message):
    with pytest.raises(BadInput, match=message):
        desk.report(**parts)
    with pytest.raises(BadInput, match="payment 2"):
        desk.report(payments=(desk.payment(), replace(desk.payment(), amount_minor=0)))
    with pytest.raises(NotAllowed, match="系统发现"):
        receive_report(ReportDraft(Channel.CALL, Reporter(ReporterKind.VICTIM), ""), MACHINE, 0, desk.ids)


def test_what_comes_later_is_added_and_has_a_clock_of_its_own(desk):
    report, _ = desk.report(narrative="第一次陈述")
    grown, (event,) = add_to_report(
        report, desk.officer, desk.at(60), desk.ids,
        payments=(desk.payment(50, 900, "6299990000000000025"),), attachments=(FILE,), narrative="补充陈述",
    )  # fmt: skip
    assert grown.narrative == "第一次陈述\n\n补充陈述"
    assert (event.detail("payments"), grown.attachments) == ("1", (FILE,))
    (clue,), _ = clues_of(grown, desk.officer, desk.at(60), desk.ids, payments=grown.payments[1:])
    assert (clue.received_at_us, len(clue.claims)) == (desk.at(60), 1)
    with pytest.raises(NotAllowed, match="belongs to"):
        add_to_report(report, desk.stranger, desk.at(60), desk.ids)


def test_a_report_is_closed_and_opened_with_a_reason(desk):
    report, _ = desk.report()
    now = (desk.officer, desk.at(9), desk.ids)
    with pytest.raises(NotAllowed, match="reason"):
        step_report(report, ReportStep.WITHDRAW, *now)
    with pytest.raises(NotAllowed, match="name the case"):
        step_report(report, ReportStep.PUT_IN_CASE, *now)
    gone, events = step_report(report, ReportStep.FIND_UNFOUNDED, *now, reason="系民间借贷纠纷")
    assert (gone.status, events[0].kind) == (ReportStatus.UNFOUNDED, EventKind.REPORT_UNFOUNDED)
    with pytest.raises(NotAllowed, match="cannot follow"):
        step_report(gone, ReportStep.PUT_IN_CASE, *now, case="CASE-1")
    again, _ = step_report(gone, ReportStep.REOPEN, *now, reason="发现新的证据")
    placed, _ = step_report(again, ReportStep.PUT_IN_CASE, *now, case="CASE-1")
    assert (placed.status, placed.case) == (ReportStatus.IN_CASE, "CASE-1")


def test_a_site_is_verified_against_a_document_of_its_own(desk):
    report, _ = desk.report(payments=())
    clue = replace(clues_of(report, desk.officer, desk.at(0), desk.ids)[0][0], kind=ClueKind.SITE)
    clue, _ = assign_clue(clue, desk.duty(), desk.officer, desk.at(1), desk.ids)
    clue, _ = assess_clue(clue, "疑似仿冒投资平台", desk.officer, desk.at(2), desk.ids)
    page = Document(DocumentKind.OTHER, "FILE-2", "截图")
    clue, (event,) = confirm_clue(clue, page, "页面要求转账至个人账户", desk.officer, desk.at(3), desk.ids)
    assert (clue.stage, clue.facts, event.detail("reference")) == (ClueStage.VERIFIED, (), "FILE-2")
    placed, events = put_clue_in_case(clue, "CASE-1", desk.officer, desk.at(4), desk.ids)
    assert (placed.case, len(events)) == ("CASE-1", 1)
    assert put_clue_in_case(placed, "CASE-1", desk.officer, desk.at(5), desk.ids)[1] == ()


def test_officers_come_and_go(desk):
    case, _, _ = desk.case()
    case, _ = join_case(case, "P3", desk.officer, desk.at(1), desk.ids)
    assert join_case(case, "P3", desk.officer, desk.at(1), desk.ids) == (case, ())
    assert case.workers == ("P1", "P3")
    given, _ = change_officer(case, "P3", "原承办人调离", desk.head, desk.at(2), desk.ids)
    assert given.workers == ("P3",)
    assert change_officer(given, "P3", "原承办人调离", desk.head, desk.at(2), desk.ids)[1] == ()
    alone, _ = leave_case(case, "P3", desk.officer, desk.at(3), desk.ids)
    assert alone.workers == ("P1",)
    assert leave_case(alone, "P3", desk.officer, desk.at(3), desk.ids)[1] == ()


def test_what_was_lost_is_what_is_said_else_what_was_paid(desk):
    report, _ = desk.report(payments=(desk.payment(yuan=30_000), desk.payment(yuan=20_000)))
    assert report.lost_minor == {"CNY": 5_000_000}
    assert replace(report, losses=(Loss("模拟·孙三", 100), Loss("模拟·孙三", 7, currency="USD"))).lost_minor == {
        "CNY": 100, "USD": 7,
    }  # fmt: skip
    assert replace(report, payments=()).lost_minor == {}
