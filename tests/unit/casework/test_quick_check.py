"""The three-hour clock, the queue, and the figure that is counted from events."""

from __future__ import annotations

from dataclasses import replace

import pytest
from casework_desk import Desk
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.casework import (
    ClockState,
    ClueKind,
    ClueStage,
    ClueStep,
    Contact,
    EventKind,
    act_on_clue,
    allot_queue,
    assess_clue,
    assign_clue,
    can_clue_step,
    checks_by,
    clock_state,
    clues_of,
    dismiss_clue,
    due_marks,
    elapsed_us,
    merge_clues,
    next_due,
    pause_clue,
    queue_order,
    quick_check_figure,
    rank,
    reestimate_clue,
    reopen_clue,
    resume_clue,
    route_clue,
    strike_clock,
    unmerge_clues,
    verify_clue,
    waiting_at_night,
)
from fanzha.casework.clock import pauses_in_order
from fanzha.casework.figure import night_part_us
from fanzha.core.actor import MACHINE
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.time import MINUTE_US, parse_instant


def minutes(desk, clue):
    return {mark.name: (mark.at_us - desk.at(0)) / MINUTE_US for mark in due_marks(clue, desk.rules.clock)}


@pytest.mark.parametrize(
    ("minute", "state"),
    [
        (0, ClockState.RUNNING),
        (119.9, ClockState.RUNNING),
        (120, ClockState.WARNING),
        (180, ClockState.WARNING),
        (180.01, ClockState.BREACHED),
    ],
)
def test_the_clock_warns_and_breaches(desk, minute, state):
    clue, _ = desk.clue()
    assert clock_state(clue, desk.rules.clock, desk.at(minute)) is state


def test_a_pause_moves_every_mark_and_ends_by_itself(desk):
    clue, _ = desk.assessed()
    clue, _ = pause_clue(clue, "awaiting_reporter", desk.rules.clock, desk.officer, desk.at(30), desk.ids)
    assert clock_state(clue, desk.rules.clock, desk.at(60)) is ClockState.PAUSED
    assert minutes(desk, clue) == pytest.approx({"warn_120": 180, "warn_150": 210, "breach": 240})  # one hour at most
    assert elapsed_us(clue, desk.at(100)) == 40 * MINUTE_US  # nobody resumed it
    resumed, _ = resume_clue(clue, desk.officer, desk.at(50), desk.ids)
    assert minutes(desk, resumed) == pytest.approx({"warn_120": 140, "warn_150": 170, "breach": 200})
    with pytest.raises(NotAllowed, match="before"):
        pause_clue(resumed, "awaiting_reporter", desk.rules.clock, desk.officer, desk.at(60), desk.ids)
    with pytest.raises(BadInput, match="awaiting_institution"):
        pause_clue(resumed, "lunch", desk.rules.clock, desk.officer, desk.at(60), desk.ids)
    with pytest.raises(NotAllowed, match="paused"):
        assess_clue(clue, "不能在暂停时研判", desk.officer, desk.at(40), desk.ids)
    assert can_clue_step(clue, desk.officer, ClueStep.RESUME, desk.at(40)) == ""


def test_marks_are_told_once_and_at_their_own_instant_however_late(desk):
    clue, _ = desk.clue()
    assert next_due(clue, desk.rules.clock).name == "warn_120"
    struck, events = strike_clock(clue, desk.rules.clock, desk.at(600), desk.ids)
    assert [(event.kind, event.detail("mark")) for event in events] == [
        (EventKind.CLOCK_WARNED, "warn_120"),
        (EventKind.CLOCK_WARNED, "warn_150"),
        (EventKind.CLOCK_BREACHED, "breach"),
    ]
    assert [event.at_us for event in events] == [desk.at(120), desk.at(150), desk.at(180) + 1]
    assert strike_clock(struck, desk.rules.clock, desk.at(900), desk.ids) == (struck, ())
    assert next_due(struck, desk.rules.clock) is None


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["pause", "resume", "strike", "dismiss", "reopen"]), st.integers(1, 90))))
def test_however_it_is_paused_the_breach_comes_where_three_hours_have_run(steps):
    desk = Desk()
    clue, events = desk.assessed()
    minute, told = 2, []
    reasons = ["awaiting_reporter", "awaiting_institution", "system_outage"]
    for step, wait in steps:
        minute += wait
        now = (desk.officer, desk.at(minute), desk.ids)
        done: tuple = ()
        try:
            if step == "pause":
                clue, done = pause_clue(clue, reasons[wait % 3], desk.rules.clock, *now)
            elif step == "resume":
                clue, done = resume_clue(clue, *now)
            elif step == "dismiss":
                clue, done = dismiss_clue(clue, "查无此事，报案人撤回", *now)
            elif step == "reopen":
                clue, done = reopen_clue(clue, "出现新的付款", *now)
                clue, more = assess_clue(clue, "重新研判一次", *now)
                done += more
            else:
                clue, struck = strike_clock(clue, desk.rules.clock, desk.at(minute), desk.ids)
                told += [event.detail("mark") for event in struck]
        except NotAllowed:
            continue
        events += done
    assert pauses_in_order(clue.pauses)
    for breach in due_marks(clue, desk.rules.clock)[2:]:
        assert elapsed_us(clue, breach.at_us) == desk.rules.clock.limit_us + 1
        assert elapsed_us(clue, breach.at_us - 1) == desk.rules.clock.limit_us
    assert len(told) == len(set(told))
    # The figure, which sees events only, agrees with the record.
    figure = quick_check_figure(events, desk.rules, desk.at(0), desk.at(1), desk.at(minute))
    late = elapsed_us(clue, desk.at(minute)) > desk.rules.clock.limit_us
    assert [broken.elapsed_us for broken in figure.broke] == ([elapsed_us(clue, desk.at(minute))] if late else [])
    assert bool(figure.within) == (not late and clue.done_at_us is not None)


def test_an_action_stops_the_clock_for_good_and_a_dismissal_until_it_is_taken_back(desk):
    clue, _ = desk.assessed()
    dismissed, _ = dismiss_clue(clue, "与诈骗无关", desk.officer, desk.at(60), desk.ids)
    assert clock_state(dismissed, desk.rules.clock, desk.at(999)) is ClockState.MET
    again, _ = reopen_clue(dismissed, "出现新的付款", desk.head, desk.at(100), desk.ids)
    assert again.officer == "P9"
    assert elapsed_us(again, desk.at(110)) == 70 * MINUTE_US
    checks = checks_by(desk.officer, desk.slip(), desk.at(5))
    verified, _, _ = verify_clue(clue, desk.fields(), checks, desk.rules.fact, desk.officer, desk.at(5), desk.ids)
    with pytest.raises(NotAllowed, match="name the order"):
        act_on_clue(verified, (), "没有措施", desk.officer, desk.at(6), desk.ids)
    acted, _ = act_on_clue(verified, ("STOP-1",), "已止付", desk.officer, desk.at(6), desk.ids)
    reopened, _ = reopen_clue(acted, "又有新的付款", desk.officer, desk.at(500), desk.ids)
    assert clock_state(reopened, desk.rules.clock, desk.at(900)) is ClockState.MET


def test_priority_is_what_can_still_be_had_and_not_what_was_lost(desk):
    now_us = desk.at(0)
    fresh, _ = desk.clue(payments=(desk.payment(minute=-30, yuan=20_000),))
    stale, _ = desk.clue(payments=(desk.payment(minute=-60 * 71, yuan=300_000),))
    gone, _ = desk.clue(payments=(desk.payment(minute=-30, yuan=900_000),))
    gone, _ = reestimate_clue(gone, {gone.claims[0].id: 100_000}, desk.officer, now_us, desk.ids)
    coins, _ = desk.clue(payments=(replace(desk.payment(), amount_minor=2_900_000_000, currency="USDT"),))  # 2,900 USDT
    assert rank(fresh, desk.rules.priority, now_us).priority == 2_000_000 * (72 * 60 - 30) // (72 * 60)
    assert rank(stale, desk.rules.priority, now_us).priority == 30_000_000 * 5 // 100  # the floor
    assert rank(coins, desk.rules.priority, now_us).recoverable == 2_030_000
    order = queue_order([gone, stale, fresh, coins], desk.rules.priority, now_us)
    assert [clue.id for clue in order] == [coins.id, fresh.id, stale.id, gone.id]
    with pytest.raises(BadInput, match="not between"):
        reestimate_clue(fresh, {fresh.claims[0].id: 2_000_001}, desk.officer, now_us, desk.ids)


def test_a_clue_goes_to_who_is_closest_and_has_least(desk):
    clues = [desk.clue(payments=(desk.payment(yuan=yuan),))[0] for yuan in (1000, 2000, 3000, 4000)]
    officers = [
        desk.duty("CITY", 0, "5301"),
        desk.duty("COUNTY-A", 1, "530102", "WH"),
        desk.duty("PROVINCE", 0, "53", "YN"),
        desk.duty("CITY-2", 11, "5301"),
    ]
    taken, left = allot_queue(clues, officers, desk.rules, desk.at(0))
    assert [(one.clue, one.officer) for one in taken] == [(clue.id, "CITY") for clue in reversed(clues)]
    assert not left
    full = [replace(officer, open_clues=12) for officer in officers]
    taken, left = allot_queue(clues, full, desk.rules, desk.at(0))
    assert not taken
    assert {one.reason for one in left} == {"all who cover it are full"}
    _, left = allot_queue(clues, [desk.duty("P", 0, "4501")], desk.rules, desk.at(0))
    assert {one.reason for one in left} == {"nobody on duty covers 5301"}
    in_county = replace(clues[0], jurisdiction="530102")
    assert allot_queue([in_county], officers, desk.rules, desk.at(0))[0][0].officer == "COUNTY-A"


def test_nothing_stays_in_the_queue_overnight(desk):
    evening = parse_instant("2026-03-02T23:00:00")
    clues = [desk.clue()[0] for _ in range(3)]
    assert len(waiting_at_night(clues, desk.rules.night, evening)) == 3
    assert waiting_at_night(clues, desk.rules.night, desk.at(0)) == ()
    taken, left = allot_queue(clues, [desk.duty("P", 50), desk.duty("Q", 0, "4501", "NN")], desk.rules, evening)
    assert {one.officer for one in taken} == {"P"}  # full, but whose it is
    taken, left = allot_queue(clues, [desk.duty("Q", 0, "4501", "NN")], desk.rules, evening)
    assert (len(taken), left) == (3, ())
    assert "outside" in taken[0].reason
    assert {one.reason for one in allot_queue(clues, [], desk.rules, evening)[1]} == {"nobody is on duty"}
    given_, events = assign_clue(clues[0], desk.duty("Q", 0, "4501", "NN"), MACHINE, evening, desk.ids)
    assert (given_.stage, given_.organisation, len(events)) == (ClueStage.ASSIGNED, "NN", 1)


def test_taking_a_clue_from_somebody_needs_a_reason_and_giving_it_again_changes_nothing(desk):
    clue, _ = desk.assessed()
    assert assign_clue(clue, desk.duty(), desk.head, desk.at(9), desk.ids) == (clue, ())
    with pytest.raises(NotAllowed, match="reason"):
        assign_clue(clue, desk.duty("P2"), desk.head, desk.at(9), desk.ids)
    moved, _ = assign_clue(clue, desk.duty("P2"), desk.head, desk.at(9), desk.ids, reason="原承办人下班")
    assert (moved.officer, moved.stage) == ("P2", ClueStage.ASSESSED)
    routed, _ = route_clue(moved, "QJ", "5303", desk.head, desk.at(9), desk.ids, reason="属曲靖管辖")
    assert (routed.stage, routed.officer, routed.organisation) == (ClueStage.QUEUED, "", "QJ")


def test_a_report_becomes_one_clue_for_each_thing_it_names(desk):
    payments = (desk.payment(), desk.payment(-20, 100), desk.payment(-10, 100, "6299990000000000025"))
    contacts = (Contact(ClueKind.LINE, "19900000099"), Contact(ClueKind.SITE, "moni.invalid"))
    report, _ = desk.report(payments=payments, contacts=contacts)
    clues, events = clues_of(report, desk.officer, desk.at(0), desk.ids)
    assert [(clue.kind, len(clue.claims)) for clue in clues] == [
        (ClueKind.ACCOUNT, 2), (ClueKind.ACCOUNT, 1), (ClueKind.LINE, 0), (ClueKind.SITE, 0),
    ]  # fmt: skip
    assert len(events) == 4
    empty, _ = desk.report(payments=(), narrative="只知道被骗了")
    assert [clue.kind for clue in clues_of(empty, desk.officer, desk.at(0), desk.ids)[0]] == [ClueKind.OTHER]


def test_the_figure_names_who_broke_it(desk):
    events = []

    def course(done_at, **more):
        clue, told = desk.assessed(**more)
        events.extend(told)
        if done_at is not None:
            clue, told = dismiss_clue(clue, "查无此事", desk.officer, desk.at(done_at), desk.ids)
            events.extend(told)
        return clue

    in_time = [course(done_at) for done_at in (10, 60, 180)]
    late, still_open, young = course(181), course(None), course(None, minute=150)
    twin = course(None, minute=1)
    kept, absorbed, merge, told = merge_clues(in_time[0], twin, "同一笔付款", desk.officer, desk.at(170), desk.ids)
    events.extend(told)
    course(None, minute=-5)  # of the period before
    figure = quick_check_figure(events, desk.rules, desk.at(0), desk.at(1440), desk.at(200))
    assert figure.within == tuple(clue.id for clue in in_time)
    assert [(broken.clue, broken.why, broken.officer) for broken in figure.broke] == [
        (late.id, "late", "P1"),
        (still_open.id, "open", "P1"),
    ]
    assert (figure.pending, figure.merged) == ((young.id,), (twin.id,))
    assert (figure.counted, figure.share_basis_points, figure.met) == (5, 6000, False)
    # As it stood earlier, whatever happened since.
    before = quick_check_figure(events, desk.rules, desk.at(0), desk.at(1440), desk.at(100))
    assert (len(before.within), before.broke, before.met) == (2, (), True)
    _, _, _, told = unmerge_clues(merge, kept, absorbed, desk.officer, desk.at(190), desk.ids)
    after = quick_check_figure([*events, *told], desk.rules, desk.at(0), desk.at(1440), desk.at(200))
    assert twin.id in {broken.clue for broken in after.broke}  # merging hides no breach
    assert quick_check_figure([], desk.rules, 0, 1, 1).met is None


@pytest.mark.parametrize(
    ("start", "end", "night_minutes"),
    [
        ("2026-03-02T12:00:00", "2026-03-02T17:59:00", 0),
        ("2026-03-02T12:00:00", "2026-03-02T18:20:00", 20),
        ("2026-03-02T23:50:00", "2026-03-03T00:20:00", 30),
        ("2026-03-03T08:00:00", "2026-03-03T12:00:00", 30),
        ("2026-03-02T12:00:00", "2026-03-09T12:00:00", 870),
    ],
)
def test_how_much_of_a_wait_was_night(desk, start, end, night_minutes):
    assert max(night_part_us(desk.rules.night, parse_instant(start), parse_instant(end)), 0) == (
        night_minutes * MINUTE_US
    )


def test_the_figure_tells_what_lay_overnight(desk):
    waiting, events = desk.clue(minute=350)  # 17:50
    quick, told = desk.clue(minute=350)
    _, assigned = assign_clue(quick, desk.duty(), desk.officer, desk.at(370), desk.ids)  # 18:10
    figure = quick_check_figure([*events, *told, *assigned], desk.rules, desk.at(0), desk.at(1440), desk.at(400))
    assert figure.left_overnight == (waiting.id,)
