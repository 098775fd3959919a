"""A case and its papers, its times, its way to another body, and going together and apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fanzha.casework import (
    Attachment,
    CaseContent,
    CaseStatus,
    CaseStep,
    EventKind,
    HandOverStatus,
    TaskStatus,
    TaskStep,
    accept_hand_over,
    add_file,
    add_report,
    can_decide,
    can_merge_cases,
    case_clocks,
    case_marks,
    classify_case,
    comment_on,
    create_task,
    decline_hand_over,
    extend_review,
    is_overdue,
    join_case,
    join_series,
    leave_series,
    merge_cases,
    offer_hand_over,
    open_case,
    recall_hand_over,
    serve_notice,
    set_working_method,
    split_case,
    start_series,
    step_case,
    step_task,
    strike_case_clocks,
    strike_out_comment,
    undo_move,
)
from fanzha.casework.cases import check_filed
from fanzha.core.actor import MACHINE, Level
from fanzha.core.errors import BadInput, NotAllowed

DAY = 24 * 60


def filed(desk, case, minute=10, actor=None, number="模拟刑立字〔2026〕1号"):
    who = actor or desk.head
    return step_case(case, CaseStep.FILE, desk.rules.steps, who, desk.at(minute), desk.ids, number=number)[0]


def test_filing_needs_a_head_a_paper_and_another_person(desk):
    case, reports, events = desk.case(reports=2)
    assert [event.kind for event in events] == [EventKind.CASE_OPENED, *[EventKind.REPORT_PUT_IN_CASE] * 2]
    assert {report.case for report in reports} == {case.id}
    with pytest.raises(NotAllowed, match="立案"):
        check_filed(case)
    refusals = {
        "level.too_low": replace(desk.head, level=Level.STATION),
        "head.needed": replace(desk.officer, id="P2"),
        "four_eyes": replace(desk.head, id=case.officer),
        "organisation.other": desk.stranger,
        "person.needed": MACHINE,
    }
    for rule, actor in refusals.items():
        with pytest.raises(NotAllowed) as refused:
            filed(desk, case, actor=actor)
        assert refused.value.rule == rule
    with pytest.raises(NotAllowed, match="文号"):
        filed(desk, case, number=" ")
    assert "四" not in can_decide(case, desk.head, desk.rules.steps[CaseStep.FILE], "1号")
    done = filed(desk, case)
    assert (done.status, check_filed(done).number, done.filing.by) == (CaseStatus.FILED, "模拟刑立字〔2026〕1号", "P9")
    with pytest.raises(NotAllowed, match="cannot follow"):
        filed(desk, done)
    gone, _ = step_case(
        done, CaseStep.WITHDRAW, desk.rules.steps, desk.head, desk.at(20), desk.ids, number="2号", reason="没有犯罪事实"
    )
    assert gone.filing is None
    assert filed(desk, gone, 30, number="3号").filing.number == "3号"  # Art. 190: filed anew


@pytest.mark.parametrize(
    ("status", "extended", "name", "days"),
    [
        (CaseStatus.ACCEPTED, False, "review", 3),
        (CaseStatus.VERIFYING, False, "review_verifying", 7),
        (CaseStatus.VERIFYING, True, "review_extended", 30),
    ],
)
def test_the_review_before_filing_has_its_time(desk, status, extended, name, days):
    case, _, _ = desk.case()
    case = replace(case, status=status)
    if extended:
        case, _ = extend_review(case, desk.rules, "被害人众多，案情重大", desk.head, desk.at(60), desk.ids)
    (clock,) = case_clocks(case, desk.rules)
    assert (clock.name, clock.due_us) == (name, desk.at(days * DAY))
    struck, events = strike_case_clocks(case, desk.rules, desk.at(40 * DAY), desk.ids)
    assert [event.kind for event in events] == [EventKind.CLOCK_WARNED, EventKind.CLOCK_BREACHED]
    assert [event.at_us for event in events] == [clock.warn_us, clock.due_us]
    assert strike_case_clocks(struck, desk.rules, desk.at(50 * DAY), desk.ids)[1] == ()
    assert case_clocks(filed(desk, case), desk.rules) == ()


def test_a_refusal_to_file_is_served_in_three_days(desk):
    case, _, _ = desk.case()
    declined, _ = step_case(
        case, CaseStep.DECLINE, desk.rules.steps, desk.head, desk.at(60), desk.ids, number="1号", reason="无犯罪事实"
    )
    assert [mark.at_us for mark in case_marks(declined, desk.rules)] == [desk.at(60 + 2 * DAY), desk.at(60 + 3 * DAY)]
    served, _ = serve_notice(declined, CaseStep.DECLINE, desk.officer, desk.at(90), desk.ids)
    assert case_marks(served, desk.rules) == ()
    with pytest.raises(NotAllowed, match="notice"):
        serve_notice(served, CaseStep.DECLINE, desk.officer, desk.at(91), desk.ids)


def test_a_report_is_in_one_case_only(desk):
    case, reports, _ = desk.case()
    with pytest.raises(NotAllowed, match=case.id):
        open_case(reports, "又一案", desk.officer, desk.at(1), desk.ids)
    other, _ = desk.report(5)
    grown, placed, _ = add_report(case, other, desk.officer, desk.at(6), desk.ids)
    assert (grown.reports[-1], placed.case) == (other.id, case.id)
    with pytest.raises(NotAllowed, match="merge or split"):
        add_report(grown, placed, desk.officer, desk.at(7), desk.ids)


def test_what_hangs_on_a_case(desk):
    case, _, _ = desk.case()
    case, _ = comment_on(case, "已联系模拟银行", desk.officer, desk.at(1), desk.ids)
    with pytest.raises(NotAllowed, match="only he"):
        strike_out_comment(case, case.comments[0].id, desk.head, desk.at(2), desk.ids)
    case, events = strike_out_comment(case, case.comments[0].id, desk.officer, desk.at(2), desk.ids)
    assert (case.comments[0].text, case.comments[0].struck_out_by, len(events)) == ("已联系模拟银行", "P1", 1)
    file = Attachment("F1", "流水.xlsx", "a" * 64, 9, "application/octet-stream", "P1", desk.at(1))
    case, events = add_file(case, file, desk.officer, desk.at(3), desk.ids)
    assert len(events) == 1
    assert add_file(case, replace(file, id="F2"), desk.officer, desk.at(3), desk.ids) == (case, ())
    case, _ = set_working_method(case, "fifo", "账户无其他资金混入", desk.officer, desk.at(4), desk.ids)
    assert case.working_method.method == "fifo"
    task, _ = create_task(case, "调取流水", "P1", desk.officer, desk.at(5), desk.ids, due_us=desk.at(60))
    assert (is_overdue(task, desk.at(60)), is_overdue(task, desk.at(61))) == (False, True)
    done, _ = step_task(task, TaskStep.FINISH, desk.officer, desk.at(62), desk.ids)
    assert (done.status, is_overdue(done, desk.at(99))) == (TaskStatus.DONE, False)
    with pytest.raises(NotAllowed, match="reason"):
        step_task(done, TaskStep.REOPEN, desk.officer, desk.at(63), desk.ids)


def test_a_series_links_and_unlinks_with_a_reason(desk):
    case, _, _ = desk.case()
    series = start_series("同一收款账户", desk.officer, desk.ids)
    series, linked, events = join_series(series, case, "收款账户相同", ("FACT-1",), desk.officer, desk.at(1), desk.ids)
    assert (linked.series, series.members[0].evidence, len(events)) == ((series.id,), ("FACT-1",), 1)
    assert join_series(series, linked, "收款账户相同", (), desk.officer, desk.at(2), desk.ids)[2] == ()
    with pytest.raises(NotAllowed, match="belongs to"):
        leave_series(series, linked, "并非同一案", desk.stranger, desk.at(3), desk.ids)
    series, alone, _ = leave_series(series, linked, "并非同一案", desk.officer, desk.at(3), desk.ids)
    assert (series.members, alone) == ((), case)


def test_a_case_is_classified_in_the_list_of_its_year(desk, taxonomy):
    case, _, _ = desk.case()
    case, events = classify_case(case, "brushing", "part-time", taxonomy, "2025", desk.officer, desk.at(1), desk.ids)
    assert events[0].after == "brushing/part-time@2025"
    with pytest.raises(BadInput, match="loan-credit"):
        classify_case(case, "loan", "", taxonomy, "2025", desk.officer, desk.at(2), desk.ids)


def offered(desk, case, actor=None):
    return offer_hand_over(
        case, "QJ", desk.rules.hand_over, actor or desk.head, desk.at(60), desk.ids,
        document_number="模拟移字1号", reason="主要犯罪地在曲靖",
    )  # fmt: skip


def test_a_case_is_handed_over_when_the_other_side_takes_it(desk):
    case, reports, _ = desk.case()
    case, _ = join_case(case, "P3", desk.officer, desk.at(1), desk.ids)
    with pytest.raises(NotAllowed, match="approver"):
        offered(desk, case, desk.officer)
    offer, _ = offered(desk, case)
    assert offer.due_us == desk.at(60 + DAY)
    content = CaseContent(reports)
    with pytest.raises(NotAllowed, match="answers it, nobody else"):
        accept_hand_over(offer, case, "P5", desk.head, desk.at(70), desk.ids, content=content)
    with pytest.raises(BadInput, match=reports[0].id):
        accept_hand_over(offer, case, "P5", desk.stranger, desk.at(70), desk.ids, content=CaseContent(()))
    answered, taken, moved, events = accept_hand_over(
        offer, case, "P5", desk.stranger, desk.at(70 + DAY), desk.ids, content=content
    )
    assert {report.organisation for report in moved.reports} == {"QJ"}
    assert (answered.status, taken.organisation, taken.officer, taken.officers) == (
        HandOverStatus.ACCEPTED, "QJ", "P5", (),
    )  # fmt: skip
    assert events[0].detail("late") == "yes"
    with pytest.raises(NotAllowed, match="cannot follow"):
        recall_hand_over(answered, taken, "反悔了不行", desk.head, desk.at(80), desk.ids)
    with pytest.raises(NotAllowed, match="void"):
        accept_hand_over(offer, taken, "P5", desk.stranger, desk.at(90), desk.ids, content=moved)
    declined, _ = decline_hand_over(offer, case, "不属本地管辖", desk.stranger, desk.at(70), desk.ids)
    assert declined.status is HandOverStatus.DECLINED


def test_merging_cases_and_undoing_it_gives_back_both(desk):
    kept, _, _ = desk.case()
    other, reports, _ = desk.case(5, reports=2)
    other, _ = join_case(other, "P3", desk.officer, desk.at(6), desk.ids)
    task, _ = create_task(other, "调取流水", "P3", desk.officer, desk.at(7), desk.ids)
    now = (desk.officer, desk.at(20), desk.ids)
    with pytest.raises(BadInput, match="exactly these"):
        merge_cases(kept, other, reports[:1], [task], "同一团伙作案", *now)
    moved = merge_cases(kept, other, reports, [task], "同一团伙作案", *now)
    assert moved.target.reports == kept.reports + other.reports
    assert moved.target.officers == ("P3",)
    assert {one.case for one in (*moved.reports, *moved.tasks)} == {kept.id}
    assert (moved.source.merged_into, moved.source.is_open) == (kept.id, False)
    with pytest.raises(NotAllowed, match=kept.id):
        comment_on(moved.source, "不应写在这里", *now)
    back = undo_move(
        moved.move, moved.source, moved.target, *now, reports=moved.reports, tasks=moved.tasks, reason="并案有误"
    )
    assert (back.source, back.target, back.reports, back.tasks) == (other, kept, reports, (task,))
    with pytest.raises(NotAllowed, match="undone before"):
        undo_move(back.move, back.source, back.target, *now, reports=(), tasks=(), reason="再来一次")


def test_what_came_after_the_merge_stays_with_the_kept_case(desk):
    kept, _, _ = desk.case()
    other, reports, _ = desk.case(5)
    now = (desk.officer, desk.at(20), desk.ids)
    moved = merge_cases(kept, other, reports, [], "同一团伙作案", *now)
    late, _ = desk.report(30)
    target, _, _ = add_report(moved.target, late, *now)
    back = undo_move(moved.move, moved.source, target, *now, reports=moved.reports, tasks=(), reason="并案有误")
    assert back.target.reports == (*kept.reports, late.id)
    assert back.source.reports == other.reports


def test_a_filed_case_does_not_vanish_into_an_unfiled_one(desk):
    kept, _, _ = desk.case()
    other, _, _ = desk.case(5)
    assert "other way round" in can_merge_cases(kept, filed(desk, other), desk.officer)
    assert can_merge_cases(filed(desk, kept), other, desk.officer) == ""
    assert "belongs to" in can_merge_cases(kept, replace(other, organisation="QJ"), desk.officer)
    assert "itself" in can_merge_cases(kept, kept, desk.officer)


def test_splitting_a_case_and_undoing_it_gives_back_the_whole(desk):
    case, reports, _ = desk.case(reports=3)
    case = filed(desk, case)
    now = (desk.officer, desk.at(20), desk.ids)
    for leaving in ((), reports):
        with pytest.raises(NotAllowed, match="some must stay"):
            split_case(case, leaving, [], "另案", "与主案无关", *now)
    moved = split_case(case, reports[:1], [], "另案", "与主案无关", *now)
    assert (moved.source.reports, moved.target.reports) == (case.reports[1:], case.reports[:1])
    assert moved.target.filing == case.filing
    back = undo_move(moved.move, moved.source, moved.target, *now, reports=moved.reports, tasks=(), reason="分案有误")
    assert set(back.source.reports) == set(case.reports)
    assert back.target.merged_into == case.id
    assert {report.case for report in back.reports} == {case.id}


def test_a_limit_that_no_primary_text_sets_is_passed_over_with_a_reason(desk):
    case, _, _ = desk.case()
    case = filed(desk, case)
    low = replace(desk.head, level=Level.STATION)
    now = (desk.rules.steps, low, desk.at(50), desk.ids)
    with pytest.raises(NotAllowed, match="level or above"):
        step_case(case, CaseStep.PROSECUTE, *now, number="1号")
    sent, events = step_case(case, CaseStep.PROSECUTE, *now, number="1号", reason="县局授权派出所办理")
    assert (sent.status, events[0].detail("overridden")) == (CaseStatus.PROSECUTED, "level.too_low")
    with pytest.raises(NotAllowed, match="level"):  # a primary text sets this one
        step_case(case, CaseStep.WITHDRAW, *now, number="1号", reason="县局授权派出所办理")


def test_a_body_above_decides_for_a_station_but_does_not_work_on_its_case(desk):
    case, _, _ = desk.case()
    case = replace(case, organisation="PS")
    number = {"number": "模拟刑立字〔2026〕1号"}
    now = (desk.rules.steps, desk.head, desk.at(5), desk.ids)
    with pytest.raises(NotAllowed, match="belongs to PS"):
        step_case(case, CaseStep.FILE, *now, **number)
    filed_above, _ = step_case(case, CaseStep.FILE, *now, **number, superiors=("WH", "KM"))
    assert filed_above.filing.organisation == "KM"
    with pytest.raises(NotAllowed, match="belongs to PS"):
        comment_on(filed_above, "上级不在本案工作", *now[1:])
    with pytest.raises(NotAllowed, match="belongs to PS"):  # no decision of a head: the owner's own step
        step_case(filed_above, CaseStep.SOLVE, *now, reason="嫌疑人到案", superiors=("WH", "KM"))
