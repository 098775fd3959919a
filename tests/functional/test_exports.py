"""Whatever file shows persons is counted, alarmed and marked, whoever writes it; a loud alarm reaches somebody else."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from unittest import mock

import openpyxl
import pytest
from desk_home import run
from return_day import BOTH, CITY_CHIEF, CITY_CHIEF_2, CLERK, DUTY, M, make_return_day

from fanzha.access import AlarmAction
from fanzha.casework import Case
from fanzha.cli.desk_session import write_session
from fanzha.core.actor import Role
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.orders import Incident, IncidentKind
from fanzha.ports.record_query import Query
from fanzha.services.desk.close_incident import close_incident
from fanzha.services.desk.export_list import list_exports
from fanzha.services.desk.open_for_file import open_all_for_file, open_for_file
from fanzha.services.desk.papers.order_sheet import WATERMARK, order_sheet
from fanzha.services.desk.papers.return_worksheet import return_worksheet
from fanzha.services.desk.read_notice import read_notice
from fanzha.services.desk.return_papers import PaperKind, open_return, return_paper_of

WHY = "市局复核返还方案"


@pytest.fixture(params=["memory", "sqlite"])
def day(request, tmp_path):
    made = make_return_day(request.param, tmp_path)
    yield made
    made.desk.store.close()


def steps(day, *wanted):
    """The desk as it were if exports alarmed at these numbers of persons."""
    access = day.desk.rules.access
    told = replace(access.export, steps=wanted)
    return replace(day.desk, rules=replace(day.desk.rules, access=replace(access, export=told)))


def of(day, record, **equals):
    with day.desk.store.reading() as view:
        return view.records(record).find(Query(equals=equals)).rows


def audited(day, action):
    with day.desk.store.reading() as view:
        return [event for event in view.audit.walk() if event.action == action]


def freeze_of(day, case):
    (freeze,) = of(day, Measure, case_id=case, kind=MeasureKind.FREEZE.value)
    return freeze


def test_a_worksheet_of_others_case_is_counted_marked_and_listed(day):
    procedure, _, _ = day.drafted()
    opened = open_return(day.desk, CITY_CHIEF, procedure.id, reveal=True, case=procedure.case, reason=WHY)
    book = openpyxl.load_workbook(
        io.BytesIO(return_worksheet(opened.procedure, opened.mask, opened.names, opened.watermark))
    )
    cells = [cell for page in book for row in page.iter_rows(values_only=True) for cell in row if cell is not None]
    assert M in cells
    assert opened.watermark in cells
    assert all(opened.note.export.id in page.oddFooter.left.text for page in book)
    (listed,) = list_exports(day.desk, CITY_CHIEF)
    assert (listed.what, listed.actor, listed.inside_count) == ("return_worksheet", "city-chief", 0)
    assert len(listed.outside) >= 4  # three victims and the account that they paid into
    (made,) = audited(day, "export.make")
    assert (made.subject_id, made.reason, made.case) == (listed.id, WHY, procedure.case)
    masked = open_return(day.desk, CITY_CHIEF, procedure.id)
    assert (masked.note, masked.watermark) == (None, "")
    assert len(list_exports(day.desk, CITY_CHIEF)) == 1


def test_papers_and_letters_carry_the_mark_of_their_export(day):
    procedure, _, _ = day.drafted()
    freeze = freeze_of(day, procedure.case)
    paper = return_paper_of(
        day.desk, CITY_CHIEF, procedure.id, PaperKind.REPORT, reveal=True, case=procedure.case, reason=WHY
    )
    letter = read_notice(day.desk, CITY_CHIEF, freeze.id, case=procedure.case, reason=WHY)
    for source, note in ((paper.source, paper.note), (letter.source, letter.note)):
        assert "#set page(footer:" in source
        assert note.export.id.replace("-", "\\u{2d}") in source
    assert return_paper_of(day.desk, CITY_CHIEF, procedure.id, PaperKind.REPORT).note is None
    only_read = read_notice(day.desk, CITY_CHIEF, freeze.id, case=procedure.case, reason=WHY, to_file=False)
    assert only_read.note is None
    assert [one.what for one in list_exports(day.desk, CITY_CHIEF)] == ["measure_paper", "return_report"]


def test_what_is_in_ones_own_case_is_inside_and_what_was_sent_to_a_bank_is_the_banks(day):
    procedure, _, _ = day.drafted()
    freeze = freeze_of(day, procedure.case)
    own = open_for_file(day.desk, BOTH, Case, procedure.case, "trace")
    assert (own.note.export.outside, own.note.alarm) == ((), None)
    assert own.note.export.inside_count > 0
    measures, note = open_all_for_file(day.desk, CLERK, Measure, [freeze.id], "partner_orders")
    assert (note.export.outside, note.export.inside_count > 0) == ((), True)
    table = order_sheet([(measures[0], measures[0].orders[0], "x", "y")], note.watermark).decode("utf-8-sig")
    assert WATERMARK in table.splitlines()[0]
    assert note.export.id in table.splitlines()[1]


def test_an_alarm_that_is_loud_is_an_incident_for_somebody_else(day):
    procedure, _, _ = day.drafted()
    desk = steps(day, (1, AlarmAction.LOG), (2, AlarmAction.NOTIFY), (9999, AlarmAction.SECOND_PERSON))
    made = open_return(desk, CITY_CHIEF, procedure.id, reveal=True, case=procedure.case, reason=WHY)
    assert made.note.alarm.action is AlarmAction.NOTIFY
    assert list_exports(desk, CITY_CHIEF)[0].alarm is AlarmAction.NOTIFY
    (incident,) = of(day, Incident, organisation="CITY")
    assert (incident.kind, incident.export) == (IncidentKind.MUCH_EXPORTED, made.note.export.id)
    assert "city-chief" in incident.sentence
    with pytest.raises(NotAllowed, match="somebody else looks into it"):
        close_incident(desk, CITY_CHIEF, incident.id, "自查无误")
    with pytest.raises(NotAllowed):  # who merely works there
        close_incident(
            desk, replace(CITY_CHIEF, id="city-duty", roles=frozenset({Role.DUTY_OFFICER})), incident.id, "看过"
        )
    with pytest.raises(NotFound):
        close_incident(desk, DUTY, incident.id, "与我无关")
    closed = close_incident(desk, CITY_CHIEF_2, incident.id, "经核为办案所需")
    assert closed.closed_by == "city-chief-2"


@pytest.mark.parametrize("writer", ["worksheet", "paper", "letter", "trace"])
def test_what_is_very_much_is_held_until_a_second_person_approves(day, writer):
    procedure, _, _ = day.drafted()
    freeze = freeze_of(day, procedure.case)
    desk, why = steps(day, (1, AlarmAction.SECOND_PERSON)), {"case": procedure.case, "reason": WHY}

    def write(approver):
        match writer:
            case "worksheet":
                return open_return(desk, CITY_CHIEF, procedure.id, reveal=True, approver=approver, **why).note
            case "paper":
                kind = PaperKind.DECISION
                return return_paper_of(desk, CITY_CHIEF, procedure.id, kind, reveal=True, approver=approver, **why).note
            case "letter":
                return read_notice(desk, CITY_CHIEF, freeze.id, approver=approver, **why).note
            case _:
                return open_for_file(desk, CITY_CHIEF, Case, procedure.case, "trace", approver=approver, **why).note

    for approver in (None, CITY_CHIEF, DUTY):
        with pytest.raises(NotAllowed):
            write(approver)
    assert list_exports(desk, CITY_CHIEF) == ()
    for action in ("case.reveal", "return.reveal", "measure.reveal"):
        assert [event.outcome.value for event in audited(day, action) if event.outcome.value == "done"] == []
    assert write(CITY_CHIEF_2).export.approved_by == "city-chief-2"


def test_the_verb_says_what_was_counted_and_takes_back_what_was_not_written(tmp_path):
    made = make_return_day("sqlite", tmp_path)
    procedure, _, _ = made.drafted()
    write_session(tmp_path / "home", "city-chief", "made-up-token-of-city-chief")
    words = ("return", "worksheet", procedure.id, "--reveal", "--case", procedure.case, "--reason", WHY)
    with mock.patch("fanzha.core.time.SystemClock.now_us", made.clock.now_us):
        file = tmp_path / "sheet.xlsx"
        code, out, err = run(tmp_path / "home", "--json", *words, "--out", str(file), "--as", "city-chief")
        assert code == 0, err
        told = json.loads(out)
        assert told["export"] in told["watermark"]
        assert run(tmp_path / "home", *words, "--out", str(tmp_path / "no" / "x.xlsx"), "--as", "city-chief")[0] == 2
        code, out, _ = run(tmp_path / "home", "--json", "account", "exports", "--as", "city-chief")
    lines = json.loads(out)["exports"]
    assert sorted((line["what"], bool(line["failed"]), line["alarm"]) for line in lines) == [
        ("return_worksheet", False, ""), ("return_worksheet", True, ""),
    ]  # fmt: skip
    made.desk.store.close()
