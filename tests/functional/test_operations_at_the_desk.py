"""An operation of several bodies at the desk: entered once, matched at once, corrected visibly, tallied to the entry."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import openpyxl
import pytest
from desk_stores import STORES
from operation_day import (
    AT,
    HEADS,
    PEOPLE_HEADS,
    OperationDay,
    card,
    make_operation_day,
    people_rows,
    sheet_of,
    strike_drafts,
    strike_rows,
)
from operation_desk import PLAN, STRIKE_2021, den, seized, suspect

from fanzha import bootstrap
from fanzha.audit import Outcome
from fanzha.casework import (
    AccountName,
    CaseStatus,
    CaseStep,
    Channel,
    Clue,
    Loss,
    Report,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    TaskStatus,
    TaskStep,
)
from fanzha.casework.operations import (
    CampaignStep,
    Category,
    Correction,
    CustodyMove,
    CustodyStep,
    IdentifierKind,
    Operation,
    OperationResult,
    OperationStep,
    SuspectMove,
    SuspectStatus,
    SuspectStep,
    days_between,
)
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.core.time import DAY_US, MINUTE_US
from fanzha.ports.account_facts import AccountFacts
from fanzha.ports.record_query import Query
from fanzha.services.desk.advance_suspect import advance_suspect
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.case_tasks import step_task
from fanzha.services.desk.claim_clue import claim_clue
from fanzha.services.desk.close_clue import dismiss_clue
from fanzha.services.desk.correct_result import correct_result
from fanzha.services.desk.enter_result import enter_result
from fanzha.services.desk.export_operation import export_operation
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.import_seizures import SheetFile, import_seizures
from fanzha.services.desk.lists import ListWanted, list_campaigns, list_operations
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.move_evidence import move_evidence
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.operation_page import operation_page
from fanzha.services.desk.operation_tally import campaign_tally, operation_tally, year_tally
from fanzha.services.desk.operation_tasks import create_operation_task
from fanzha.services.desk.papers.operation_book import operation_book, seizure_template
from fanzha.services.desk.plan_operation import amend_operation, plan_operation
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.remark_operation import remark_operation
from fanzha.services.desk.run_campaign import CampaignDraft, add_campaign_body, open_campaign, step_campaign
from fanzha.services.desk.search_records import search_records
from fanzha.services.desk.special_cases import special_cases
from fanzha.services.desk.staff_operation import TeamDraft, add_operation_body, add_operation_case, add_point, add_team
from fanzha.services.desk.step_case import step_case
from fanzha.services.desk.step_operation import step_operation
from fanzha.statistics import Period
from fanzha.storage.memory import MemoryEvidenceStore

CARD = "6299990000000000017"
OTHER_CARD = "6299990000000000033"
READER = bootstrap.table_reader()


@pytest.fixture(params=STORES)
def day(request, tmp_path):
    made = make_operation_day(request.param, tmp_path)
    yield made
    made.desk.store.close()


@pytest.fixture
def quick(tmp_path):
    """In memory, for what no store decides."""
    made = make_operation_day("memory", tmp_path)
    yield made
    made.desk.store.close()


def values(lines) -> dict[str, int]:
    return {line.measure: line.value for line in lines}


def reported(day: OperationDay, account: str = CARD, yuan: int = 1_000_000, actor=AT.both) -> Report:
    paid = ReportedPayment("", "模拟·孙三", AccountName(account, "模拟·钱二", "模拟银行"), amount_minor=yuan * 100)
    victim = Reporter(ReporterKind.VICTIM, "模拟·孙三", phone="19900000001")
    losses = (Loss("模拟·孙三", yuan * 100),)
    return receive_report(
        day.desk, actor, ReportDraft(Channel.CALL, victim, "模拟", payments=(paid,), losses=losses)
    ).report


def of(day: OperationDay, kind, record_id):
    with day.desk.store.reading() as view:
        return view.records(kind).get(record_id)


# --- the tally of 2021 ------------------------------------------------------------------------------------------------


def test_the_tally_of_2021_is_entered_one_by_one_by_two_bodies_and_every_number_opens_its_list(day):
    for number, draft in enumerate(strike_drafts()):
        day.enter(draft, AT.stranger if number % 3 == 0 else AT.duty)
    lines = operation_tally(day.desk, AT.duty, day.operation.id)
    assert values(lines) == STRIKE_2021
    page = operation_page(day.desk, AT.stranger, day.operation.id)
    assert page.lines == lines
    for line in lines:
        listed = page.behind(line.measure)
        assert tuple(one.id for one in listed) == line.ids
        assert sum(one.quantity for one in listed) == line.value
    assert page.suspects == {
        SuspectStatus.BROUGHT_IN: next(line.ids for line in lines if line.measure == "suspects_caught")
    }
    assert {one.body for one in page.results} == {"COUNTY", "OTHER"}


@pytest.mark.slow
def test_the_tally_of_2021_is_entered_by_sheet_and_the_same_sheet_again_changes_nothing(tmp_path):
    quick = make_operation_day("sqlite", tmp_path)
    evidence = MemoryEvidenceStore()
    file = SheetFile("缴获清单.xlsx", sheet_of(strike_rows()))
    first = import_seizures(quick.desk, evidence, READER, AT.duty, quick.operation.id, file)
    people = SheetFile("人员.xlsx", sheet_of(people_rows(), PEOPLE_HEADS))
    more = import_seizures(quick.desk, evidence, READER, AT.duty, quick.operation.id, people)
    assert more.aside == ()
    assert (first.aside, first.unknown_columns, first.left_out) == ((), (), ())
    lines = operation_tally(quick.desk, AT.duty, quick.operation.id)
    assert values(lines) == STRIKE_2021
    assert sum(len(line.ids) for line in lines) == len(first.lines) + len(more.lines)
    assert len(first.lines) == len(strike_rows())
    again = import_seizures(quick.desk, evidence, READER, AT.stranger, quick.operation.id, file)
    assert all(line.entered.again for line in again.lines)
    assert operation_tally(quick.desk, AT.duty, quick.operation.id) == lines
    assert first.sha256 == again.sha256
    quick.desk.store.close()


def test_rows_that_cannot_be_entered_are_put_aside_by_field_and_the_others_count(day):
    rows = [
        ("1", "手机", 2, "imei:8600000000000011 imei:8600000000000029", "", "2021-05-26 05:30"),
        ("2", "钢琴", 1, "", "", "2021-05-26 05:30"),
        ("3", "银行卡", "两", "", "", "2021-05-26 05:30"),
        ("4", "银行卡", 1, "iccid:898600", "", "2021-05-26 05:30"),
        ("5", "银行卡", 1, CARD, "", ""),
        ("6", "现金", "12345.60", "", "", "2021-05-26 05:30"),
        ("8", "U盾", 1, "", "", "昨天"),
        ("7", "手机", 1, "8600000000000011", "", "2021-05-26 05:30"),
        ("1", "手机", 3, "", "", "2021-05-26 05:30"),
    ]
    file = SheetFile("清单.xlsx", sheet_of([(*row, "x") for row in rows], (*HEADS, "备注")))
    done = import_seizures(day.desk, MemoryEvidenceStore(), READER, AT.duty, day.operation.id, file)
    assert [line.row for line in done.lines] == [2, 7]
    assert [(one.row, one.field) for one in done.aside] == [
        (3, "item"), (4, "quantity"), (5, "identifiers"), (6, "at"), (8, "at"), (9, ""), (10, "")
    ]  # fmt: skip
    assert "same number" in done.aside[5].reason
    assert "with other content" in done.aside[6].reason
    assert done.unknown_columns == ("备注",)
    assert values(operation_tally(day.desk, AT.duty, day.operation.id)) == {
        "seized_cash": 1_234_560,
        "seized_phones": 2,
    }


def test_a_file_without_the_column_of_things_or_by_somebody_elsewhere_enters_nothing(quick):
    evidence = MemoryEvidenceStore()
    for content, name in ((sheet_of([("1", "手机")], ("编号", "东西")), "x.xlsx"), (b"\x00\x01\x02", "x.bin")):
        with pytest.raises(BadInput, match=name):
            import_seizures(quick.desk, evidence, READER, AT.duty, quick.operation.id, SheetFile(name, content))
    with pytest.raises(NotFound):
        import_seizures(
            quick.desk, evidence, READER, AT.clerk, quick.operation.id, SheetFile("y", sheet_of(strike_rows()[:1]))
        )
    assert operation_tally(quick.desk, AT.duty, quick.operation.id) == ()


def test_the_template_is_filled_in_and_read_again(quick):
    template = seizure_template(quick.desk.rules.operations)
    assert template == seizure_template(quick.desk.rules.operations)
    book = openpyxl.load_workbook(io.BytesIO(template))
    page = book["缴获清单"]
    heads = [str(cell.value).splitlines()[0] for cell in page[1]]
    for head, value in (("编号", "A1"), ("名称", "U盾"), ("数量", 23), ("时间", "2021-05-26 05:30")):
        page.cell(2, heads.index(head) + 1, value)
    memory = io.BytesIO()
    book.save(memory)
    file = SheetFile("模板.xlsx", memory.getvalue())
    done = import_seizures(quick.desk, MemoryEvidenceStore(), READER, AT.duty, quick.operation.id, file)
    assert (done.aside, done.left_out) == ((), ("目录",))
    assert values(operation_tally(quick.desk, AT.duty, quick.operation.id)) == {"seized_ukeys": 23}


def test_dens_and_suspects_are_entered_by_sheet_too_and_a_wrong_word_is_named(day):
    wrong = [("x", "", "", "", "", "2021-05-26 05:30", "模拟·嫌", "", "偷懒罪")]
    file = SheetFile("人员.xlsx", sheet_of([*people_rows()[18:30], *wrong], PEOPLE_HEADS))
    done = import_seizures(day.desk, MemoryEvidenceStore(), READER, AT.duty, day.operation.id, file)
    assert [(one.row, one.field) for one in done.aside] == [(14, "charges")]
    assert values(operation_tally(day.desk, AT.duty, day.operation.id)) == {"dens_destroyed": 3, "suspects_caught": 9}
    page = operation_page(day.desk, AT.duty, day.operation.id)
    assert {one.draft.suspect.charges for one in page.results if one.draft.suspect} == {("fraud", "laundering")}


def test_what_is_exported_comes_in_again_as_it_was_and_a_mask_is_no_number(day):
    day.enter(den())
    day.enter(suspect(5))
    day.enter(card(CARD))
    day.enter(seized("cash", 123_456))
    more = day.enter(seized("phone", 5, request="line-1")).result
    correct_result(day.desk, AT.duty, more.id, Correction(-2, "清点时多计了两部"))
    before = operation_tally(day.desk, AT.both, day.operation.id)
    catalogue, evidence = bootstrap.indicator_catalogue(), MemoryEvidenceStore()

    def book(*, lifted: bool = False) -> SheetFile:
        done = export_operation(day.desk, AT.both, day.operation.id, "上报战果统计")
        done = replace(done, mask=Mask(day.desk.rules.access.masks, lifted=True)) if lifted else done
        return SheetFile("战果.xlsx", operation_book(done, day.desk.rules.operations, catalogue))

    for one in (book(), book(lifted=True)):
        again = import_seizures(day.desk, evidence, READER, AT.duty, day.operation.id, one)
        assert (again.aside, [line.entered.again for line in again.lines]) == ((), [True] * 6)
    assert operation_tally(day.desk, AT.both, day.operation.id, as_of_us=before[0].as_of_us) == before
    assert values(operation_tally(day.desk, AT.both, day.operation.id)) == values(before)
    other = plan_operation(day.desk, AT.analyst, replace(PLAN, title="模拟二号"))
    add_operation_body(day.desk, AT.analyst, other.id, day.operation.bodies[0])
    step_operation(day.desk, AT.chief, other.id, OperationStep.APPROVE, number="模拟方案〔2026〕2号")
    step_operation(day.desk, AT.chief, other.id, OperationStep.BEGIN)
    hidden = import_seizures(day.desk, evidence, READER, AT.duty, other.id, book())
    assert {one.field for one in hidden.aside if one.field != "quantity"} == {"identifiers", "name"}
    shown = import_seizures(day.desk, evidence, READER, AT.duty, other.id, book(lifted=True))
    assert [one.field for one in shown.aside] == ["quantity"], "the correction is of the operation that it corrects"
    assert values(operation_tally(day.desk, AT.both, other.id)) == values(before) | {"seized_phones": 5}


# --- entering ---------------------------------------------------------------------------------------------------------


def test_an_entry_that_is_sent_again_is_the_same_entry_whoever_sends_it(day):
    draft = card(CARD, request="手机-0001")
    first = day.enter(draft)
    again = day.enter(replace(draft, goods=draft.goods), AT.stranger)
    assert (again.result, again.again) == (first.result, True)
    with pytest.raises(NotAllowed, match=first.result.id):
        day.enter(replace(draft, quantity=2))
    with pytest.raises(NotAllowed, match=first.result.id):
        day.enter(card(CARD))
    assert values(operation_tally(day.desk, AT.duty, day.operation.id)) == {"seized_bank_cards": 1}


def test_two_telephones_that_send_the_same_entry_at_once_make_one(day):
    both = threading.Barrier(2)

    def send(actor):
        both.wait()
        return day.enter(suspect(1, request="同一条"), actor)

    with ThreadPoolExecutor(2) as pool:
        made = [done.result() for done in [pool.submit(send, actor) for actor in (AT.duty, AT.stranger)]]
    assert made[0].result.id == made[1].result.id
    assert sorted(one.again for one in made) == [False, True]
    assert values(operation_tally(day.desk, AT.duty, day.operation.id)) == {"suspects_caught": 1}


def test_a_corrected_number_says_what_it_was_and_what_was_taken_away(day):
    held = day.enter(seized("sim", 30)).result
    day.wait(10)
    before_us = day.clock.at_us
    day.wait(10)
    less = correct_result(day.desk, AT.stranger, held.id, Correction(-2, "重复清点两张", "更1"))
    assert correct_result(day.desk, AT.duty, held.id, Correction(-2, "重复清点两张", "更1")).id == less.id
    (now,) = operation_tally(day.desk, AT.duty, day.operation.id)
    assert [(one.id, one.value) for one in now.counted] == [(held.id, 30), (less.id, -2)]
    (before,) = operation_tally(day.desk, AT.duty, day.operation.id, as_of_us=before_us)
    assert (before.value, before.ids) == (30, (held.id,))
    assert of(day, OperationResult, held.id) == held
    other = day.enter(seized("sim", 30, request="另一条")).result
    with pytest.raises(NotAllowed, match="with other content"):
        correct_result(day.desk, AT.duty, other.id, Correction(-2, "重复清点两张", "更1"))


def test_a_corrected_card_may_be_entered_where_it_belongs(quick):
    held = quick.enter(card(CARD)).result
    correct_result(quick.desk, AT.duty, held.id, Correction(-1, "录错行动条目"))
    assert quick.enter(card(CARD)).result.id != held.id


def test_what_is_seized_is_matched_at_once_and_whose_case_it_is_gets_a_clue_with_its_source(day):
    report = reported(day)
    case = open_case(day.desk, AT.both, [report.id], "模拟案")
    (held,) = clues_about(day, CARD)
    assert day.enter(card("6299990000000000025")).matches == ()
    found = day.enter(card(CARD, request="卡1"))
    assert {(one.kind, one.id, one.case) for one in found.matches} == {
        ("report", report.id, case.id), ("clue", held.id, case.id)
    }  # fmt: skip
    assert found.result.clues == (held.id,)  # it is checked already
    neighbours = reported(day, OTHER_CARD, actor=AT.stranger)
    (theirs,) = clues_about(day, OTHER_CARD)
    dismissed(day, theirs)
    hidden = day.enter(card(OTHER_CARD, request="卡2"))
    assert (hidden.matches, hidden.result.clues) == ((), ())  # what OTHER knows is OTHER's
    (drafted,) = [one for one in clues_about(day, OTHER_CARD) if one.id != theirs.id]
    assert (drafted.organisation, drafted.jurisdiction) == ("OTHER", "530103")
    source = of(day, Report, drafted.reports[0])
    assert (source.source_reference, source.channel, source.organisation) == (hidden.result.id, Channel.SYSTEM, "OTHER")
    assert day.operation.id in source.narrative
    assert neighbours.id not in source.narrative
    assert operation_page(day.desk, AT.stranger, day.operation.id).results[-1].clues == (drafted.id,)
    assert operation_page(day.desk, AT.duty, day.operation.id).results[-1].clues == ()


def test_what_another_operation_seized_and_what_the_ledger_knows_is_told_too(quick):
    class Ledger:
        def facts_about(self, account, holder, currency, until_us):
            return AccountFacts(last_movement_us=1 if account == CARD else None)

    quick.desk = replace(quick.desk, account_facts=Ledger())
    found = quick.enter(card(CARD))
    assert [(one.kind, one.id) for one in found.matches] == [("ledger", "")]
    (clue,) = clues_about(quick, CARD)
    assert found.result.clues == (clue.id,)
    assert clue.organisation == "COUNTY"
    phone = quick.enter(seized("phone", 1, "860000000000011", kind=IdentifierKind.IMEI)).result
    second = plan_operation(quick.desk, AT.analyst, replace(PLAN, title="模拟收网二号"))
    for step, number in ((OperationStep.APPROVE, "2号"), (OperationStep.BEGIN, "")):
        step_operation(quick.desk, AT.chief, second.id, step, number=number)
    again = enter_result(
        quick.desk, AT.duty, second.id, seized("phone", 1, "860000000000011", kind=IdentifierKind.IMEI)
    )
    assert [(one.kind, one.id) for one in again.matches] == [("result", phone.id)]


def clues_about(day: OperationDay, subject: str) -> tuple[Clue, ...]:
    with day.desk.store.reading() as view:
        return view.records(Clue).find(Query(equals={"subject": subject})).rows


def dismissed(day: OperationDay, clue: Clue) -> None:
    claim_clue(day.desk, AT.stranger, clue.id)
    assess_clue(day.desk, AT.stranger, clue.id, "无关账户，已核")
    dismiss_clue(day.desk, AT.stranger, clue.id, "经核实与案件无关")


# --- suspects and evidence --------------------------------------------------------------------------------------------


def test_a_suspects_procedure_is_kept_with_its_papers_and_he_is_masked_until_a_purpose_is_written_down(day):
    report = reported(day)
    case = open_case(day.desk, AT.both, [report.id], "模拟案")
    draft = suspect(7)
    held = day.enter(replace(draft, suspect=replace(draft.suspect, case=case.id)), AT.both).result
    move = SuspectMove(SuspectStep.DETAIN, "模拟拘字〔2021〕7号", day.clock.at_us)
    detained = advance_suspect(day.desk, AT.duty, held.id, move)
    assert (detained.status, detained.decisions[0].document) == (SuspectStatus.DETAINED, "拘留证")
    page = operation_page(day.desk, AT.duty, day.operation.id)
    assert page.suspects == {SuspectStatus.DETAINED: (held.id,)}
    masked = open_record(day.desk, AT.duty, OperationResult, held.id).mask
    named = detained.draft.suspect
    assert named.name not in masked.name(named.name)
    assert named.id_number not in masked.identity(named.id_number)
    with pytest.raises(NotAllowed):
        open_record(day.desk, AT.duty2, OperationResult, held.id, reveal=True)
    shown = open_record(day.desk, AT.both, OperationResult, held.id, reveal=True)  # on his own open case
    assert (shown.purpose.case, shown.mask.name(named.name)) == (case.id, named.name)
    with pytest.raises(NotAllowed, match=held.id):
        day.enter(suspect(7))


def test_a_seized_thing_has_its_chain_of_custody(day):
    held = day.enter(seized("phone")).result
    for minute, (step, receiver, actor, paper) in enumerate((
        (CustodyStep.HAND_OVER, "stranger", AT.stranger, ""), (CustodyStep.STORE, "模拟物证室", AT.stranger, ""),
        (CustodyStep.EXAMINE, "模拟鉴定中心", AT.duty, "模拟鉴字1号"),
    )):  # fmt: skip
        move = CustodyMove(step, receiver, day.clock.at_us + minute * MINUTE_US, document=paper)
        if step is CustodyStep.EXAMINE:
            with pytest.raises(NotAllowed, match="he or who gets it"):
                move_evidence(day.desk, actor, held.id, move)
            add_team(day.desk, AT.analyst, day.operation.id, TeamDraft("保管组", "COUNTY", "duty"))
        held = move_evidence(day.desk, actor, held.id, move)
    assert [(one.giver, one.receiver) for one in held.custody] == [
        ("duty", "stranger"), ("stranger", "模拟物证室"), ("模拟物证室", "模拟鉴定中心")
    ]  # fmt: skip


# --- the operation ----------------------------------------------------------------------------------------------------


def test_who_takes_part_sees_it_and_nobody_else_and_every_refusal_is_written_down(day):
    ours = day.operation.id
    for actor in (AT.duty, AT.analyst, AT.stranger, AT.city_chief):
        assert [one.id for one in list_operations(day.desk, actor).rows] == [ours]
        assert operation_page(day.desk, actor, ours).operation.id == ours
    alone = plan_operation(day.desk, AT.analyst, replace(PLAN, title="模拟二号"))
    assert [one.id for one in list_operations(day.desk, AT.stranger).rows] == [ours]
    for refused in (
        lambda: operation_page(day.desk, AT.stranger, alone.id), lambda: operation_tally(day.desk, AT.clerk, ours),
        lambda: enter_result(day.desk, AT.stranger, alone.id, den()), lambda: operation_page(day.desk, AT.admin, ours),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            refused()
    with pytest.raises(NotAllowed):
        step_operation(day.desk, AT.duty, alone.id, OperationStep.APPROVE, number="1号")
    with pytest.raises(NotAllowed):
        add_point(day.desk, AT.stranger, ours, "模拟市模拟路9号")
    with day.desk.store.reading() as view:
        refusals = [event.action for event in view.audit.walk() if event.outcome is Outcome.REFUSED]
    assert refusals == [
        "operation.see", "operation.tally", "operation.enter", "operation.see", "operation.step", "operation.add_point"
    ]  # fmt: skip


def test_teams_points_tasks_and_remarks_make_the_timeline(day):
    ours = day.operation.id
    pointed = add_point(day.desk, AT.analyst, ours, "模拟市模拟路1号", note="二楼")
    team = TeamDraft("第一组", "OTHER", "stranger", point=pointed.points[0].id)
    staffed = add_team(day.desk, AT.analyst, ours, team)
    assert staffed.members == ("stranger",)
    for wrong in (replace(team, leader="duty"), replace(team, leader="nobody"), replace(team, body="BANK")):
        with pytest.raises(BadInput):
            add_team(day.desk, AT.analyst, ours, wrong)
    task = create_operation_task(
        day.desk, AT.duty, ours, "核查全部电话卡", officer="stranger", due_us=day.clock.at_us + 1
    )
    assert (task.organisation, task.operation) == ("OTHER", ours)
    done = step_task(day.desk, AT.stranger, task.id, TaskStep.FINISH, result="已核查")
    assert done.status is TaskStatus.DONE
    with pytest.raises(NotAllowed, match="takes no part"):
        create_operation_task(day.desk, AT.duty, ours, "核查", officer="city-chief")
    remark_operation(day.desk, AT.stranger, ours, "五点整各组到位")
    day.enter(den(team=staffed.teams[0].id), AT.stranger)
    page = operation_page(day.desk, AT.duty, ours)
    assert [event.kind.value for event in reversed(page.events)] == [
        "operation.planned", "operation.body_added", "operation.stepped", "operation.stepped", "operation.point_added",
        "operation.team_added", "operation.remarked", "operation.result_entered",
    ]  # fmt: skip
    assert (page.tasks[0].id, page.operation.remarks[0].text) == (task.id, "五点整各组到位")
    assert values(page.lines) == {"capture_points": 1, "dens_destroyed": 1}


def test_a_plan_is_amended_while_it_is_a_draft_and_asked_for_twice_it_is_one(quick):
    first = plan_operation(quick.desk, AT.analyst, PLAN, request="方案1")
    assert plan_operation(quick.desk, AT.analyst, PLAN, request="方案1").id == first.id
    assert amend_operation(quick.desk, AT.analyst, first.id, replace(PLAN, text="四个方向")).plan.text == "四个方向"
    with pytest.raises(BadInput, match="class"):
        plan_operation(quick.desk, AT.analyst, replace(PLAN, category=Category.CLUSTER, class_slug="no-such"))
    with pytest.raises(NotFound):
        plan_operation(quick.desk, AT.analyst, replace(PLAN, campaign="CAMPAIGN-9"))
    with pytest.raises(NotAllowed):
        plan_operation(quick.desk, AT.duty, PLAN)


def test_major_cases_of_an_operation_are_counted_once_they_are_solved(day):
    cases = []
    for number, yuan in enumerate((1_000_000, 999_999)):
        report = reported(day, f"629999000000000{number:04d}", yuan)
        case = open_case(day.desk, AT.both, [report.id], "模拟案")
        file_case(day.desk, AT.chief, case.id, f"模拟刑立字〔2021〕{number}号")
        add_operation_case(day.desk, AT.duty, day.operation.id, case.id)
        cases.append(case.id)
    before = values(operation_tally(day.desk, AT.duty, day.operation.id))
    assert before == {"cases_involved": 2, "amount_involved": 199_999_900}
    for case in cases:
        step_case(day.desk, AT.both, case, CaseStep.SOLVE, reason="嫌疑人已到案")
    lines = {line.measure: line for line in operation_tally(day.desk, AT.stranger, day.operation.id)}
    assert lines["cases_solved"].ids == tuple(sorted(cases))
    assert lines["major_cases_solved"].ids == (cases[0],)


def test_major_cluster_and_cross_border_cases_stand_by_their_status_and_are_seen_by_whom_they_concern(day):
    cases = {}
    for number, yuan in enumerate((1_000_000, 999_999)):
        report = reported(day, f"629999000000000{number:04d}", yuan)
        cases[yuan] = open_case(day.desk, AT.both, [report.id], "模拟案").id
    file_case(day.desk, AT.chief, cases[999_999], "模拟刑立字〔2021〕1号")
    slug = day.desk.rules.taxonomy.versions[-1].classes[0].slug
    for category, case in ((Category.CLUSTER, cases[999_999]), (Category.CROSS_BORDER, cases[1_000_000])):
        plan = replace(PLAN, category=category, class_slug=slug if category is Category.CLUSTER else "")
        made = plan_operation(day.desk, AT.analyst, plan)
        step_operation(day.desk, AT.chief, made.id, OperationStep.APPROVE, number="模拟方案2号")
        add_operation_case(day.desk, AT.duty, made.id, case)
        step_operation(day.desk, AT.chief, made.id, OperationStep.BEGIN)
        enter_result(day.desk, AT.duty, made.id, suspect(7, arrival="sent_back", request="r"))
    found = special_cases(day.desk, AT.chief, Period("2021-01-01", "2021-12-31"))
    assert [one.id for one in found.major.cases] == [cases[1_000_000]]
    assert found.major.by_status == {CaseStatus.ACCEPTED: (cases[1_000_000],)}
    (cluster,) = found.clusters
    assert (cluster.class_slug, cluster.by_status) == (slug, {CaseStatus.FILED: (cases[999_999],)})
    assert cluster.loss_minor == 99_999_900
    abroad = values(found.cross_border.lines)
    assert (abroad["repatriated"], abroad["cases_involved"]) == (1, 1)
    assert "模拟·嫌7" not in repr(found)
    elsewhere = special_cases(day.desk, AT.stranger, Period("2021-01-01", "2021-12-31"))
    assert (elsewhere.major.cases, elsewhere.clusters, elsewhere.cross_border.cases) == ((), (), ())
    later = special_cases(day.desk, AT.chief, Period("2022-01-01", "2022-12-31"))
    assert (later.major.cases, later.clusters) == ((), ())


def test_a_campaign_holds_operations_and_a_year_counts_them_once(day):
    draft = CampaignDraft("模拟百日行动", "2021-05-20", "2021-06-20", "压降发案", "模拟方案1号")
    campaign = open_campaign(day.desk, AT.analyst, draft, request="活动1")
    assert open_campaign(day.desk, AT.analyst, draft, request="活动1").id == campaign.id
    add_campaign_body(day.desk, AT.analyst, campaign.id, "OTHER")
    with pytest.raises(BadInput, match="partner"):
        add_campaign_body(day.desk, AT.analyst, campaign.id, "BANK")
    inside = plan_operation(day.desk, AT.analyst, replace(PLAN, campaign=campaign.id))
    theirs = plan_operation(day.desk, replace(AT.stranger), replace(PLAN, campaign=campaign.id))
    for step, number in ((OperationStep.APPROVE, "2号"), (OperationStep.BEGIN, "")):
        step_operation(day.desk, AT.chief, inside.id, step, number=number)
    day.enter(suspect(1))
    day.clock.at_us += DAY_US
    for number in (2, 3):
        enter_result(day.desk, AT.duty, inside.id, suspect(number, at_us=day.clock.at_us))
    told = campaign_tally(day.desk, AT.duty, campaign.id)
    assert (values(told.lines), told.unseen) == ({"suspects_caught": 2}, 1)
    assert {name: values(lines) for name, lines in told.days.items() if lines} == {"2021-05-27": {"suspects_caught": 2}}
    assert tuple(told.days) == tuple(days_between("2021-05-20", "2021-05-27"))
    year = year_tally(day.desk, AT.duty, 2021)
    assert values(year.total) == {"suspects_caught": 3}
    assert {name: values(part)["suspects_caught"] for name, part in year.parts.items()} == {"": 1, campaign.id: 2}
    assert [one.id for one in list_operations(day.desk, AT.duty, ListWanted(campaign=campaign.id)).rows] == [inside.id]
    assert [one.id for one in list_campaigns(day.desk, AT.stranger).rows] == [campaign.id]
    assert of(day, Operation, theirs.id).organisation == "OTHER"
    step_campaign(day.desk, AT.chief, campaign.id, CampaignStep.END)
    with pytest.raises(NotAllowed, match="ended"):
        plan_operation(day.desk, AT.analyst, replace(PLAN, campaign=campaign.id))
    for actor in (AT.clerk, AT.admin):
        with pytest.raises(NotFound):
            campaign_tally(day.desk, actor, campaign.id)


# --- out and found again ----------------------------------------------------------------------------------------------


def test_an_export_is_marked_masked_and_written_down_and_has_every_number_of_the_tally(day):
    day.enter(suspect(5))
    held = day.enter(card(CARD)).result
    correct_result(day.desk, AT.duty, held.id, Correction(-1, "录错行动条目"))
    with pytest.raises(BadInput):
        export_operation(day.desk, AT.both, day.operation.id, "")
    done = export_operation(day.desk, AT.both, day.operation.id, "上报战果统计")
    catalogue = bootstrap.indicator_catalogue()
    book = operation_book(done, day.desk.rules.operations, catalogue)
    assert book == operation_book(done, day.desk.rules.operations, catalogue)
    sheets = {
        page.title: [[str(cell) for cell in row if cell is not None] for row in page.iter_rows(values_only=True)]
        for page in openpyxl.load_workbook(io.BytesIO(book))
    }
    told = {row[2]: int(row[1]) for row in sheets["战果"][2:]}
    assert (
        told
        == values(operation_tally(day.desk, AT.both, day.operation.id))
        == {"seized_bank_cards": 0, "suspects_caught": 1}
    )
    everything = repr(sheets)
    assert done.note.export.id in everything
    for secret in (CARD, "模拟·嫌5", "53010219900101005Z"):
        assert secret not in everything
    assert "-1" in repr(sheets["缴获物品"])
    with pytest.raises(NotFound):
        export_operation(day.desk, AT.clerk, day.operation.id, "上报战果统计")


def test_a_seized_number_is_found_by_the_search_box(quick):
    held = quick.enter(card(CARD)).result
    assert ("result", held.id) in {(hit.kind, hit.id) for hit in search_records(quick.desk, AT.duty, CARD).hits}
    assert search_records(quick.desk, AT.duty, quick.operation.id).hits[0].kind == "operation"
