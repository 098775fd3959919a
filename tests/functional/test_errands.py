"""What one body asks of another: orders down, help from the side, notices; with both clocks, on every store."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pytest
from console_home import open_console, visiting
from desk_home import make_desk_home, run
from desk_stores import STORES, empty_store
from hypothesis import given
from hypothesis import strategies as st
from made_desk_records import NOW, a_case

from fanzha import bootstrap
from fanzha.access import Person
from fanzha.casework import WorkEvent
from fanzha.casework.errand_model import Errand, ErrandKind, ErrandOutcome, ErrandStatus
from fanzha.casework.errands import check_errand_step
from fanzha.casework.events import EventKind
from fanzha.casework.lifecycle import ERRAND_TABLE, ErrandStep
from fanzha.core.actor import Actor, Level, Organisation, Role
from fanzha.core.errors import BadInput, FanzhaError, NotAllowed, NotFound
from fanzha.core.ids import CountedIds
from fanzha.core.time import MINUTE_US
from fanzha.ports.record_query import Query
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk.add_to_report import BroughtFile
from fanzha.services.desk.attached_file import take_file
from fanzha.services.desk.errands import (
    ErrandWanted,
    answer_errand,
    confirm_errand,
    recall_errand,
    send_back_errand,
    send_errand,
    sign_for_errand,
)
from fanzha.services.desk.lists import ListWanted, list_errands
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.storage.memory import MemoryWorkStore

HOUR_US = 60 * MINUTE_US
BODIES = (
    Organisation("PROVINCE", "模拟省厅", Level.PROVINCE, None),
    Organisation("CITY", "模拟市局", Level.CITY, "PROVINCE"),
    Organisation("COUNTY", "模拟县局", Level.COUNTY, "CITY"),
    Organisation("OTHER", "模拟邻市局", Level.CITY, "PROVINCE"),
    Organisation("BANK", "模拟银行", Level.PARTNER, None, institution="模拟银行"),
    Organisation("BANK2", "模拟二行", Level.PARTNER, None, institution="模拟二行"),
)
OFFICER = Actor("officer", "CITY", Level.CITY, frozenset({Role.DUTY_OFFICER}))
COMMANDER = Actor("head", "CITY", Level.CITY, frozenset({Role.COMMANDER}))
THERE = Actor("there", "OTHER", Level.CITY, frozenset({Role.DUTY_OFFICER}))
BESIDE = Actor("beside", "OTHER", Level.CITY, frozenset({Role.ANALYST}))
CLERK = Actor("clerk", "BANK", Level.PARTNER, frozenset({Role.PARTNER_DESK}))
NEXT_CLERK = Actor("next-clerk", "BANK2", Level.PARTNER, frozenset({Role.PARTNER_DESK}))
BELOW = Actor("below", "COUNTY", Level.COUNTY, frozenset({Role.DUTY_OFFICER}))
ACCOUNT = "6299990000000000017"
ASKED = ErrandWanted(
    ErrandKind.HELP_REQUEST, "OTHER", "请查开户网点", f"请到网点核实账户 {ACCOUNT} 的开户资料", "模拟协字1号", "CASE-ours"
)  # fmt: skip


@dataclass
class Moving:
    at_us: int = NOW

    def now_us(self) -> int:
        return self.at_us


@dataclass
class Room:
    desk: Desk
    clock: Moving
    evidence: object

    def send(self, actor=OFFICER, wanted=ASKED) -> Errand:
        return send_errand(self.desk, self.evidence, actor, wanted)

    def answer(self, errand_id, actor=THERE, outcome=ErrandOutcome.DONE, text="已到网点核实", files=()) -> Errand:
        return answer_errand(self.desk, self.evidence, actor, errand_id, outcome, text, files)

    def events(self, errand_id: str) -> list[WorkEvent]:
        with self.desk.store.reading() as view:
            return list(view.records(WorkEvent).find(Query(equals={"record": errand_id}, order_by="at_us")).rows)


def room_on(store, folder) -> Room:
    clock = Moving()
    with store.begin() as unit:
        for body in BODIES:
            unit.records(Organisation).add(body)
        for actor in (OFFICER, COMMANDER, THERE, BESIDE, BELOW, CLERK, NEXT_CLERK):
            unit.records(Person).add(
                Person(actor.id, 0, actor.organisation, actor.id, f"模拟·{actor.id}", tuple(actor.roles))
            )
        unit.records(type(CASE)).add(CASE)
        unit.commit()
    return Room(
        Desk(store, clock, CountedIds(), bootstrap.desk_rules()),
        clock,
        None if folder is None else bootstrap.evidence_store(folder),
    )


ASKERS = (ErrandStep.SEND_BACK, ErrandStep.RECALL, ErrandStep.CONFIRM)
CASE = a_case("ours", "CITY", "officer")


@pytest.fixture(params=STORES)
def room(request, tmp_path):
    store = empty_store(request.param, tmp_path)
    yield room_on(store, tmp_path)
    store.close()


def test_help_is_asked_signed_for_answered_and_sent_back(room):
    slip = BroughtFile("模拟凭证.txt", b"slip")
    errand = room.send(wanted=ErrandWanted(**{**_said(ASKED), "files": (slip,)}))
    assert (errand.status, errand.due_us) == (ErrandStatus.SENT, NOW + 12 * HOUR_US)
    assert [one.id for one in list_errands(room.desk, THERE).rows] == [errand.id]
    sign_for_errand(room.desk, BESIDE, errand.id, officer="there")
    with pytest.raises(NotAllowed, match="is with"):
        room.answer(errand.id, BESIDE)
    assert ACCOUNT not in open_record(room.desk, BESIDE, Errand, errand.id).mask.text(errand.text)

    revealed = open_record(room.desk, THERE, Errand, errand.id, reveal=True)  # it is in his hand: no further purpose
    assert revealed.purpose.by_itself
    assert ACCOUNT in revealed.mask.text(revealed.record.text)
    assert take_file(room.desk, room.evidence, THERE, Errand, errand.id, errand.files[0].id).content == b"slip"
    with pytest.raises(NotFound):
        open_record(room.desk, THERE, type(CASE), "CASE-ours")  # what is asked shows nothing of the case

    answered = room.answer(errand.id, files=(BroughtFile("模拟开户资料.txt", b"form"),))
    assert (answered.status, answered.due_us, answered.answers[0].late) == (ErrandStatus.ANSWERED, None, False)
    assert take_file(
        room.desk, room.evidence, OFFICER, Errand, errand.id, answered.answers[0].files[0].id
    ).content == b"form"  # fmt: skip
    room.clock.at_us += 80 * HOUR_US
    again = send_back_errand(room.desk, OFFICER, errand.id, "缺少开户影像资料")
    assert (again.status, again.officer, again.due_us) == (
        ErrandStatus.SIGNED_FOR, "there", room.clock.at_us + 72 * HOUR_US,
    )  # fmt: skip
    final = room.answer(errand.id, outcome=ErrandOutcome.NOT_DONE, text="网点已撤销，影像不存")
    assert [one.sent_back_reason for one in final.answers] == ["缺少开户影像资料", ""]
    assert [event.kind for event in room.events(errand.id)] == [
        EventKind.ERRAND_SENT, EventKind.ERRAND_SIGNED_FOR, EventKind.ERRAND_ANSWERED, EventKind.ERRAND_SENT_BACK,
        EventKind.ERRAND_ANSWERED,
    ]  # fmt: skip
    with pytest.raises(NotAllowed):
        recall_errand(room.desk, OFFICER, errand.id, "不再需要协助了")


def test_an_order_runs_down_from_who_commands_and_help_does_not_run_down(room):
    order = ErrandWanted(ErrandKind.ORDER, "COUNTY", "核查两卡", "请当日核查", "模拟督字1号")
    for actor, wanted, rule in (
        (OFFICER, order, "access.order_send"),
        (COMMANDER, ErrandWanted(ErrandKind.ORDER, "OTHER", "核查", "请核查", "1号"), "access.order_send"),
        (OFFICER, ErrandWanted(ErrandKind.HELP_REQUEST, "COUNTY", "核查", "请核查", "1号"), "route.help_request"),
        (OFFICER, ErrandWanted(ErrandKind.HELP_REQUEST, "BANK", "核查", "请核查", "1号"), "route.help_request"),
        (OFFICER, ErrandWanted(ErrandKind.HELP_REQUEST, "OTHER", "核查", "请核查"), "errand.document_number"),
        (OFFICER, ErrandWanted(ErrandKind.NOTICE, "CITY", "通报", "请知悉"), "errand.same"),
    ):
        with pytest.raises(NotAllowed) as refusal:
            room.send(actor, wanted)
        assert refusal.value.rule == rule
    for wanted in (
        ErrandWanted(ErrandKind.NOTICE, "NOWHERE", "通报", "请知悉"), ErrandWanted(ErrandKind.NOTICE, "OTHER", " ", "x"),
        ErrandWanted(ErrandKind.NOTICE, "OTHER", "长" * 201, "x"),
    ):  # fmt: skip
        with pytest.raises(BadInput):
            room.send(OFFICER, wanted)
    errand = room.send(COMMANDER, order)
    with pytest.raises(NotFound):  # the next city sees nothing of it
        open_record(room.desk, THERE, Errand, errand.id)
    sign_for_errand(room.desk, BELOW, errand.id)
    room.answer(errand.id, BELOW, text="已核查，无异常")
    with pytest.raises(NotAllowed):  # he may see it, but it is no order of his
        send_back_errand(room.desk, OFFICER, errand.id, "请再核查一遍")
    assert list_errands(room.desk, THERE).rows == ()
    assert [one.id for one in list_errands(room.desk, COMMANDER, ListWanted(status=("answered",))).rows] == [errand.id]


def test_each_clock_is_told_once_however_late_and_as_of_its_instant(room):
    errand = room.send()
    room.clock.at_us += 100 * HOUR_US  # the machine was down while both times passed
    run_clocks(room.desk, "w1")
    run_clocks(room.desk, "w2")
    sign_for_errand(room.desk, THERE, errand.id)
    for _ in range(3):
        run_clocks(room.desk, "w1")
    told = [event for event in room.events(errand.id) if event.kind is EventKind.CLOCK_BREACHED]
    assert [(event.detail("mark"), event.at_us) for event in told] == [
        ("due:errand:sign", errand.sign_due_us), ("due:errand:answer", errand.answer_due_us),
    ]  # fmt: skip
    assert room.answer(errand.id).answers[-1].late
    with room.desk.store.reading() as view:
        assert view.clocks.running(errand.id) == ()


def test_a_notice_is_signed_for_and_no_more(room):
    notice = room.send(OFFICER, ErrandWanted(ErrandKind.NOTICE, "PROVINCE", "通报新手法", "冒充客服有新话术"))
    above = Actor("above", "PROVINCE", Level.PROVINCE, frozenset({Role.DUTY_OFFICER}))
    with room.desk.store.begin() as unit:
        unit.records(Person).add(Person("above", 0, "PROVINCE", "above", "模拟·above", tuple(above.roles)))
        unit.commit()
    signed = sign_for_errand(room.desk, above, notice.id)
    assert (signed.is_open, signed.due_us) == (False, None)
    with pytest.raises(NotAllowed, match="asks for no answer"):
        room.answer(notice.id, above)


def test_a_case_of_others_is_no_reason_to_ask(room):
    with pytest.raises(NotFound):
        room.send(THERE, ErrandWanted(ErrandKind.HELP_REQUEST, "CITY", "x", "x", "1号", "CASE-ours"))
    named = ListWanted(case="CASE-ours")
    errand = room.send()
    assert [one.id for one in list_errands(room.desk, OFFICER, named).rows] == [errand.id]


def test_an_order_runs_out_to_a_partner_who_signs_for_and_answers_it(room):
    asked = ErrandWanted(
        ErrandKind.ORDER, "BANK", "核查网点", f"请核查账户 {ACCOUNT} 的开户网点", "模拟督字2号", "CASE-ours",
        (BroughtFile("模拟函.txt", b"letter"),),
    )  # fmt: skip
    with pytest.raises(NotAllowed) as refusal:  # who commands nobody orders no partner
        room.send(OFFICER, asked)
    assert refusal.value.rule == "access.order_send"
    with pytest.raises(NotAllowed):
        room.send(CLERK, replace(asked, body="CITY", case=""))
    errand = room.send(COMMANDER, asked)
    assert (errand.due_us, errand.answer_due_us) == (NOW + 2 * HOUR_US, NOW + 24 * HOUR_US)
    assert [one.id for one in list_errands(room.desk, CLERK).rows] == [errand.id]
    assert list_errands(room.desk, NEXT_CLERK).rows == ()
    for step in (
        lambda: open_record(room.desk, NEXT_CLERK, Errand, errand.id),
        lambda: sign_for_errand(room.desk, NEXT_CLERK, errand.id),
        lambda: room.answer(errand.id, NEXT_CLERK),
    ):
        with pytest.raises(NotFound):
            step()
    assert ACCOUNT not in open_record(room.desk, CLERK, Errand, errand.id).mask.text(errand.text)
    signed = sign_for_errand(room.desk, CLERK, errand.id)
    assert (signed.officer, signed.due_us) == ("clerk", errand.answer_due_us)
    assert open_record(room.desk, CLERK, Errand, errand.id, reveal=True).purpose.by_itself  # it is in his hand
    assert take_file(room.desk, room.evidence, CLERK, Errand, errand.id, errand.files[0].id).content == b"letter"
    with pytest.raises(NotFound):
        open_record(room.desk, CLERK, type(CASE), "CASE-ours")
    room.answer(errand.id, CLERK, text="网点已撤并")
    with pytest.raises(NotAllowed):
        send_back_errand(room.desk, OFFICER, errand.id, "请补充撤并文件")
    with pytest.raises(NotAllowed):
        recall_errand(room.desk, CLERK, errand.id, "不是他的请求")
    assert send_back_errand(room.desk, COMMANDER, errand.id, "请补充撤并文件").status is ErrandStatus.SIGNED_FOR
    assert room.answer(errand.id, CLERK, text="附撤并文件").answers[-1].by == "clerk"
    with pytest.raises(NotAllowed) as refusal:  # help is asked from the side, not from a partner
        room.send(COMMANDER, replace(asked, kind=ErrandKind.HELP_REQUEST))
    assert refusal.value.rule == "route.help_request"


def test_a_notice_to_a_partner_by_the_verbs_and_on_his_page_without_script(tmp_path):
    home = make_desk_home(tmp_path / "home")
    words = ("--kind", "notice", "--title", "通报新手法", "--text", f"注意账户 {ACCOUNT}", "--as", "both", "--json")
    sent = [json.loads(run(home, "errand", "send", "BANK", *words)[1])["id"] for _ in range(2)]
    code, out, _ = run(home, "errand", "list", "--as", "clerk", "--json")
    assert (code, {one["id"] for one in json.loads(out)["errands"]}) == (0, set(sent))
    assert ACCOUNT not in out
    assert json.loads(run(home, "errand", "list", "--as", "clerk2", "--json")[1])["errands"] == []
    code, out, err = run(home, "errand", "sign-for", sent[0], "--as", "clerk", "--json")
    assert (code, json.loads(out)["officer"]) == (0, "clerk"), err
    with open_console(home) as console, visiting(console) as visitor:
        clerk = visitor("clerk")
        assert "/errands" in clerk.get("/partner")
        assert sent[1] in clerk.get("/errands")
        assert "/errands/new" not in clerk.text
        assert ACCOUNT not in clerk.get(f"/errands/{sent[1]}").replace(" ", "")
        clerk.get(f"/errands/{sent[1]}/sign-for")
        clerk.post(f"/errands/{sent[1]}/sign-for", version="0")
        assert "已签收" in clerk.words
        other = visitor("clerk2")
        other.get(f"/errands/{sent[1]}")
        assert other.status == 404


def step_by(room: Room, errand_id: str, actor: Actor, step: ErrandStep) -> Errand:
    match step:
        case ErrandStep.SIGN_FOR:
            return sign_for_errand(room.desk, actor, errand_id)
        case ErrandStep.ANSWER:
            return room.answer(errand_id, actor)
        case ErrandStep.SEND_BACK:
            return send_back_errand(room.desk, actor, errand_id, "材料不全请补")
        case ErrandStep.RECALL:
            return recall_errand(room.desk, actor, errand_id, "不再需要协助了")
        case ErrandStep.CONFIRM:
            return confirm_errand(room.desk, actor, errand_id, "回头看，仍然如此")


@given(st.lists(st.tuples(st.sampled_from(tuple(ErrandStep)), st.sampled_from((OFFICER, THERE))), max_size=12))
def test_no_chain_of_steps_leaves_the_table(steps):
    store = MemoryWorkStore(TABLES)
    room = room_on(store, None)
    errand = room.send(wanted=replace(ASKED, matter="market_inspected"))
    for step, actor in steps:
        room.clock.at_us += HOUR_US
        before = errand
        allowed = ERRAND_TABLE[before.status][step] is not None
        rightly = actor.organisation == ("CITY" if step in ASKERS else "OTHER")
        try:
            errand = step_by(room, errand.id, actor, step)
        except FanzhaError:
            assert not (allowed and rightly)
            with store.reading() as view:
                assert view.records(Errand).get(before.id) == before
        else:
            assert errand.status is ERRAND_TABLE[before.status][step]
            assert rightly
            check_errand_step(before, actor, step)
    store.close()


def test_the_verbs(tmp_path):
    home = make_desk_home(tmp_path / "home")

    def document(*words):
        code, out, err = run(home, *words, "--json")
        assert code == 0, err
        return json.loads(out)

    bodies = {one["id"]: one for one in document("office", "body", "list", "--as", "both")["bodies"]}
    other = next(one for one in bodies if one not in ("COUNTY", "BANK") and bodies[one]["level"] != "partner")
    sent = document(
        "errand", "send", other, "--kind", "notice", "--title", "通报", "--text", f"账户 {ACCOUNT}", "--as", "both"
    )  # fmt: skip
    assert ACCOUNT not in json.dumps(sent)
    assert document("errand", "list", "--as", "both")["errands"][0]["id"] == sent["id"]
    code, out, _ = run(
        home, "errand", "answer", sent["id"], "--outcome", "done", "--text", "x", "--as", "both", "--json"
    )
    assert (code, json.loads(out)["error"]["exit_code"]) == (1, 1)
    assert (
        document("errand", "recall", sent["id"], "--reason", "发错单位了请忽略", "--as", "both")["status"] == "recalled"
    )
    code, out, err = run(home, "errand", "show", sent["id"], "--as", "both")
    assert code == 0
    assert "recalled" in out + err


def _said(wanted: ErrandWanted) -> dict:
    return {name: getattr(wanted, name) for name in ("kind", "body", "title", "text", "document_number", "case")}
