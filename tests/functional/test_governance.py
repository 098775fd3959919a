"""Joint governance: matters asked of agencies, meetings, accounts under control with the bank's answers; on every store."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from desk_home import make_desk_home, run, seat_people
from desk_stores import STORES, empty_store
from measure_home import make_fact
from operation_day import AT, StandingClock, sheet_of

from fanzha import bootstrap
from fanzha.casework import WorkEvent
from fanzha.casework.errand_model import Errand, ErrandKind, ErrandOutcome, ErrandStatus
from fanzha.casework.events import EventKind
from fanzha.casework.governance import ControlDraft, Meeting, MeetingDraft, MeetingStatus
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.core.ids import CountedIds
from fanzha.core.time import DAY_US, parse_instant
from fanzha.measures.orders import Outcome, Receipt
from fanzha.ports.record_query import Query
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.control_account import (
    control_list,
    draft_control,
    import_controls,
    list_corporate_account,
    one_control,
    strike_off_control,
)
from fanzha.services.desk.errands import (
    ErrandWanted,
    answer_errand,
    confirm_errand,
    send_back_errand,
    send_errand,
    sign_for_errand,
)
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.governance_page import governance_page
from fanzha.services.desk.import_seizures import SheetFile
from fanzha.services.desk.lists import ListWanted, list_errands, list_meetings
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.services.desk.run_meeting import (
    ResolutionDraft,
    call_meeting,
    hold_meeting,
    resolve_at_meeting,
    send_resolution,
)

HEAD = Actor("head", "COUNTY", Level.COUNTY, frozenset({Role.COMMANDER}))
CLERK = Actor("clerk", "BANK", Level.PARTNER, frozenset({Role.PARTNER_DESK}))
STRANGER = AT.stranger
OUTLET = ErrandWanted(
    ErrandKind.ORDER, "BANK", "网点整改", "请整改模拟路网点的开户审核", "模拟督字1号", matter="outlet_rectified",
    about="模拟路网点",
)  # fmt: skip
ACCOUNT = "6299990000000000017"
LISTED = ControlDraft(ACCOUNT, "模拟银行", "模拟商贸有限公司", "second", ("address_void",), "91530100MA6K0000X0")


@dataclass
class Room:
    desk: Desk
    clock: StandingClock
    evidence: object

    def answered(self, outcome: ErrandOutcome = ErrandOutcome.DONE) -> Errand:
        sent = send_errand(self.desk, self.evidence, HEAD, OUTLET)
        sign_for_errand(self.desk, CLERK, sent.id)
        return answer_errand(self.desk, self.evidence, CLERK, sent.id, outcome, "已整改，附照片")

    def told(self, record: str) -> list[str]:
        with self.desk.store.reading() as view:
            rows = view.records(WorkEvent).find(Query(equals={"record": record}, order_by="at_us")).rows
            return [event.detail("mark") for event in rows if event.kind is EventKind.CLOCK_BREACHED]


@pytest.fixture(params=STORES)
def room(request, tmp_path):
    store, clock = empty_store(request.param, tmp_path), StandingClock()
    desk = Desk(store, clock, CountedIds(), bootstrap.desk_rules())
    seat_people(desk)
    yield Room(desk, clock, bootstrap.evidence_store(tmp_path))
    store.close()


def test_a_matter_takes_as_long_as_its_table_says_and_is_looked_at_again(room):
    matter = room.desk.rules.governance.matters["outlet_rectified"]
    sent = send_errand(room.desk, room.evidence, HEAD, OUTLET)
    assert sent.answer_due_us == room.clock.at_us + matter.answer_us
    sign_for_errand(room.desk, CLERK, sent.id)
    done = answer_errand(room.desk, room.evidence, CLERK, sent.id, ErrandOutcome.DONE, "已整改")
    assert done.follow_due_us == room.clock.at_us + matter.follow_us
    run_clocks(room.desk, "w")
    assert room.told(sent.id) == []
    room.clock.at_us += matter.follow_us
    run_clocks(room.desk, "w")
    run_clocks(room.desk, "w")
    assert room.told(sent.id) == ["due:errand:follow"]
    (tally,) = [one for one in governance_page(room.desk, HEAD).matters if one.matter is matter]
    assert (tally.answered, tally.to_follow, tally.confirmed) == ((sent.id,), (sent.id,), ())
    with pytest.raises(NotAllowed):  # who asked looks again, not who was asked
        confirm_errand(room.desk, CLERK, sent.id, "看过了没有问题")
    assert confirm_errand(room.desk, HEAD, sent.id, "回头看：审核到位").status is ErrandStatus.CONFIRMED
    (tally,) = [one for one in governance_page(room.desk, HEAD).matters if one.matter is matter]
    assert (tally.answered, tally.confirmed) == ((), (sent.id,))
    with room.desk.store.reading() as view:
        assert view.clocks.running(sent.id) == ()


def test_what_does_not_stand_goes_back_and_what_was_not_done_is_not_confirmed(room):
    errand = room.answered()
    again = send_back_errand(room.desk, HEAD, errand.id, "回头看发现仍有假实名")
    matter = room.desk.rules.governance.matters["outlet_rectified"]
    assert (again.answer_due_us, again.follow_due_us) == (room.clock.at_us + matter.answer_us, None)
    refused = room.answered(ErrandOutcome.NOT_DONE)
    assert refused.follow_due_us is None
    with pytest.raises(NotAllowed) as refusal:
        confirm_errand(room.desk, HEAD, refused.id, "看过了没有问题")
    assert refusal.value.rule == "errand.follow"


def test_a_late_matter_is_late_in_the_tally_and_every_number_is_its_list(room):
    late = send_errand(room.desk, room.evidence, HEAD, OUTLET)
    room.clock.at_us += DAY_US
    sent = send_errand(room.desk, room.evidence, HEAD, OUTLET)
    page = governance_page(room.desk, HEAD)
    (tally,) = [one for one in page.matters if one.matter.slug == "outlet_rectified"]
    assert (tally.late, tally.waiting) == ((late.id,), (sent.id,))
    listed = list_errands(room.desk, HEAD, ListWanted(matter="outlet_rectified")).rows
    assert {one.id for one in listed} == {late.id, sent.id}
    assert all(not (one.waiting or one.late) for one in governance_page(room.desk, STRANGER).matters)
    with pytest.raises(BadInput, match="there are"):
        send_errand(room.desk, room.evidence, HEAD, ErrandWanted(ErrandKind.ORDER, "BANK", "x", "x", "1号", matter="x"))


def test_what_a_meeting_resolves_leaves_as_an_order_once(room):
    draft = MeetingDraft("模拟联席会议", room.clock.at_us + DAY_US, "模拟会议室", "网点整改", ("BANK", "OTHER"))
    meeting = call_meeting(room.desk, AT.duty, draft, request="m1")
    assert call_meeting(room.desk, AT.duty, draft, request="m1").id == meeting.id
    assert [one.id for one in list_meetings(room.desk, CLERK).rows] == [meeting.id]  # the sheet is theirs too
    with pytest.raises(NotFound):
        open_record(
            room.desk, Actor("clerk2", "BANK2", Level.PARTNER, frozenset({Role.PARTNER_DESK})), Meeting, meeting.id
        )
    with pytest.raises(NotAllowed) as refusal:
        hold_meeting(room.desk, AT.duty, meeting.id, "各方同意")
    assert refusal.value.rule == "meeting.time"
    room.clock.at_us += 2 * DAY_US
    resolution = ResolutionDraft("整改模拟路网点", "outlet_rectified", "BANK", "模拟路网点")
    with pytest.raises(NotAllowed) as refusal:
        resolve_at_meeting(room.desk, AT.duty, meeting.id, resolution)
    assert refusal.value.rule == "meeting.held"
    hold_meeting(room.desk, AT.duty, meeting.id, "各方同意")
    assert "补记" in hold_meeting(room.desk, AT.duty, meeting.id, "补记：下月再会").minutes.said
    with pytest.raises((NotAllowed, NotFound)):  # who was asked to come writes no minutes
        hold_meeting(room.desk, STRANGER, meeting.id, "改写")
    resolved = resolve_at_meeting(room.desk, AT.duty, meeting.id, resolution)
    (made,) = resolved.resolutions
    with pytest.raises(NotAllowed):  # an order is a commander's
        send_resolution(room.desk, room.evidence, AT.duty, meeting.id, made.id, "模拟督字2号")
    sent = send_resolution(room.desk, room.evidence, HEAD, meeting.id, made.id, "模拟督字2号")
    assert (sent.matter, sent.about, sent.meeting) == ("outlet_rectified", "模拟路网点", meeting.id)
    with pytest.raises(NotAllowed) as refusal:
        send_resolution(room.desk, room.evidence, HEAD, meeting.id, made.id, "模拟督字3号")
    assert refusal.value.rule == "meeting.sent"
    assert len(list_errands(room.desk, HEAD).rows) == 1  # the second left nothing half-written
    kept = open_record(room.desk, AT.duty, Meeting, meeting.id).record
    assert (kept.status, kept.resolutions[0].errand) == (MeetingStatus.HELD, sent.id)


def test_a_shared_representative_alone_raises_nothing(room):
    with pytest.raises(NotAllowed) as refusal:
        list_corporate_account(room.desk, AT.duty, _with(risk="third", reasons=("same_representative",)))
    assert refusal.value.rule == "control.risk"
    with pytest.raises(NotAllowed):
        list_corporate_account(room.desk, AT.duty, _with(risk="first"))
    listed = list_corporate_account(room.desk, AT.duty, _with(reasons=("same_representative", "address_void")))
    assert listed.draft.risk == "second"
    with pytest.raises(NotAllowed) as refusal:
        list_corporate_account(room.desk, AT.duty, LISTED)
    assert refusal.value.rule == "control.there"
    with pytest.raises(NotFound):
        one_control(room.desk, STRANGER, listed.id)


def _with(**changes) -> ControlDraft:
    said = {name: getattr(LISTED, name) for name in ControlDraft.__dataclass_fields__}
    return ControlDraft(**said | changes)


def test_control_is_a_measure_whose_receipt_stands_on_the_list(room):
    room.clock.at_us = parse_instant("2026-11-20T09:00:00")  # the law of measures is that of its day
    case, _ = make_fact(room.desk)
    file_case(room.desk, AT.chief, case, "模拟立字〔2021〕1号")
    listed = list_corporate_account(room.desk, AT.both, _with(case=case))
    drafted = draft_control(room.desk, AT.both, listed.id, "模拟认定1号", "经认定为涉案账户，须控制")
    assert drafted.request.scope.modes == ("credit_only",)
    with pytest.raises(NotAllowed) as refusal:
        strike_off_control(room.desk, AT.both, listed.id, "列入有误须移出")
    assert refusal.value.rule == "control.holds"
    assert one_control(room.desk, AT.both, listed.id).receipt is None
    city = Actor("city-duty", "CITY", Level.CITY, frozenset({Role.APPROVER}))
    propose_measure(room.desk, AT.both, drafted.id)
    approved = approve_measure(room.desk, city, drafted.id)
    receipt = Receipt("R-1", approved.orders[0].id, Outcome.EXECUTED, room.clock.at_us, room.clock.at_us)
    record_receipt(room.desk, CLERK, receipt)
    page, (shown,) = control_list(room.desk, AT.both, ListWanted(risk="second"))
    assert page.rows == (shown.control,)
    assert (shown.status, shown.receipt.outcome) == ("executed", Outcome.EXECUTED)


def test_a_sheet_lists_what_it_can_and_puts_the_rest_aside_with_field_and_reason(room):
    rows = [
        (ACCOUNT, "模拟银行", "模拟商贸有限公司", "二类（中风险）", "注册地址不存在"),
        ("6299990000000000025", "模拟银行", "模拟科技有限公司", "一类（高风险）", "法定代表人同时任职其他公司"),
        ("6299990000000000033", "", "模拟贸易有限公司", "third", "registered_in_bulk"),
        (ACCOUNT, "模拟银行", "模拟商贸有限公司", "second", "address_void"),
    ]
    content = sheet_of(rows, ("账号", "开户行", "单位名称", "风险等级", "列入理由"))
    done = import_controls(room.desk, bootstrap.table_reader(), AT.duty, SheetFile("清单.xlsx", content))
    assert ([one.draft.account for one in done.listed], done.again) == ([ACCOUNT], 1)
    assert [(one.row, one.field) for one in done.aside] == [(3, ""), (4, "institution")]
    again = import_controls(room.desk, bootstrap.table_reader(), AT.duty, SheetFile("清单.xlsx", content))
    assert (again.listed, again.again) == ((), 2)
    with pytest.raises(BadInput, match="账号"):
        import_controls(room.desk, bootstrap.table_reader(), AT.duty, SheetFile("x.csv", "甲,乙\n1,2\n".encode()))


def test_the_verbs(tmp_path: Path):
    home = make_desk_home(tmp_path / "home")

    def document(*words: str) -> dict:
        code, out, err = run(home, "governance", *words, "--json")
        assert code == 0, err + out
        return json.loads(out)

    assert len(document("table")["matters"]) == 5
    called = document(
        "meeting", "call", "模拟会商", "--at", "2021-01-01 09:00", "--agenda", "售卡", "--body", "BANK", "--as", "duty"
    )
    held = document("meeting", "hold", called["id"], "--said", "同意", "--as", "duty")
    assert held["status"] == "held"
    resolved = document(
        "meeting", "resolve", called["id"], "核查售卡", "--matter", "sim_sales_checked", "--body", "BANK", "--as", "duty"
    )  # fmt: skip
    assert resolved["resolutions"][0]["errand"] == ""
    assert document("meeting", "list", "--as", "duty")["meetings"][0]["id"] == called["id"]
    assert document("meeting", "show", called["id"], "--as", "clerk")["minutes"] == "同意"
    added = document(
        "control", "add", ACCOUNT, "--institution", "模拟银行", "--company", "模拟商贸有限公司", "--risk", "third", "--because",
        "dormant_then_active", "--as", "duty",
    )  # fmt: skip
    assert ACCOUNT not in json.dumps(added)
    assert document("control", "list", "--as", "duty")["controls"][0]["id"] == added["id"]
    assert (
        document("control", "strike-off", added["id"], "--reason", "核实后无异常", "--as", "duty")["state"]
        == "struck_off"
    )
    assert document("control", "list", "--as", "duty")["controls"] == []
    assert {one["matter"] for one in document("matters", "--as", "duty")["matters"]} >= {"company_swept"}
    code, out, err = run(home, "governance", "matters", "--as", "duty")
    assert code == 0
    assert "网点整改" in out + err
