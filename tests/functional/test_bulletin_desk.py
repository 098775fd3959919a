"""A bulletin from its first figures to its issue, and what stands in the way: on every store."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from desk_stores import STORES
from docx import Document
from figure_desk import ANALYST, CITY_CHIEF, NOW_US, STRANGER, make_figure_desk

from fanzha import bootstrap
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.errors import BadInput, NotAllowed, NotFound, StaleVersion
from fanzha.intake.bulletins import read_bulletin
from fanzha.services.desk.bulletin_content import first_content
from fanzha.services.desk.change_figure import change_figure
from fanzha.services.desk.check_bulletin import check_bulletin
from fanzha.services.desk.draft_bulletin import draft_bulletin, edit_bulletin
from fanzha.services.desk.issue_bulletin import issue_bulletin, revise_bulletin, withdraw_bulletin
from fanzha.services.desk.keeping_bulletins import BulletinContent
from fanzha.services.desk.open_bulletin import list_bulletins, open_bulletin
from fanzha.services.desk.open_draft_versions import list_draft_versions, open_draft_version
from fanzha.services.desk.papers.bulletin_docx import bulletin_docx
from fanzha.services.desk.papers.bulletin_paper import bulletin_paper
from fanzha.services.desk.restore_draft import restore_draft
from fanzha.statistics import Against, Base, Period, Tally, Wording
from fanzha.statistics.bulletin_checks import find_faults
from fanzha.statistics.bulletin_text import Language, bulletin_text
from fanzha.statistics.drafting import Block, BlockKind, DraftStatus, OwnBulletin, SaidFigure, SumRule, Variable

MAY = Period("2026-05-01", "2026-05-31")
READER = bootstrap.bulletin_reader()
CHIEF = Actor("chief", "COUNTY", Level.COUNTY, frozenset({Role.APPROVER}))
CATALOGUE = bootstrap.indicator_catalogue()


@pytest.fixture(params=STORES)
def desk(request, tmp_path):
    made, _ = make_figure_desk(request.param, tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def memory(tmp_path):
    made, _ = make_figure_desk("memory", tmp_path)
    return made


def content(*variables: Variable, **more) -> BulletinContent:
    names = "；".join(f"{{{one.name}}}" for one in variables)
    block = Block(BlockKind.TEXT, f"2026年5月，{names}。", more.pop("en", ""))
    return replace(BulletinContent("模拟战果通报", (block,), variables), **more)


STOPPED = Variable("stopped", "funds_stopped", MAY, (Against(Base.YEAR_BEFORE, Wording.DIFFERENCE),))


def faults(desk, bulletin) -> set[str]:
    return {one.fault.value for one in check_bulletin(desk, ANALYST, bulletin.id, READER)}


@pytest.mark.contract
def test_a_bulletin_is_drafted_checked_issued_and_frozen(desk):
    against = (Against(Base.YEAR_BEFORE, Wording.DIFFERENCE),)
    first = first_content(MAY, against, CATALOGUE, publisher_zh="模拟县反诈中心", publisher_en="Made-up centre")
    drafted = draft_bulletin(desk, ANALYST, first, request="once")
    assert draft_bulletin(desk, ANALYST, first, request="once").id == drafted.id
    assert check_bulletin(desk, ANALYST, drafted.id, READER) == ()
    with pytest.raises(NotAllowed, match="may not issue"):
        issue_bulletin(desk, ANALYST, drafted.id, READER)
    issued = issue_bulletin(desk, CHIEF, drafted.id, READER, number="模拟反诈通〔2026〕5号", version=drafted.version)
    assert issued.issued is not None
    assert open_bulletin(desk, CITY_CHIEF, issued.id).intact
    assert "止付资金11万元" in bulletin_text(issued, CATALOGUE)
    assert "money stopped: CNY 110,000" in bulletin_text(issued, CATALOGUE, Language.EN)
    with pytest.raises(NotAllowed, match="begin another edition"):
        edit_bulletin(desk, ANALYST, issued.id, first)
    with pytest.raises(NotAllowed):
        withdraw_bulletin(desk, CHIEF, issued.id, "")
    taken = withdraw_bulletin(desk, CHIEF, issued.id, "数据有误，需要更正")
    assert taken.status is DraftStatus.WITHDRAWN
    assert open_bulletin(desk, ANALYST, issued.id).intact  # what was said stays as it was
    second = revise_bulletin(desk, ANALYST, issued.id)
    assert (second.edition, second.replaces, second.status, second.number) == (2, issued.id, DraftStatus.DRAFT, "")
    assert {one.id for one in list_bulletins(desk, ANALYST).rows} == {issued.id, second.id}


def test_who_wrote_it_does_not_issue_it_and_two_editors_do_not_overwrite_each_other(memory):
    both = Actor("both", "COUNTY", Level.COUNTY, frozenset({Role.DUTY_OFFICER, Role.APPROVER}))
    drafted = draft_bulletin(memory, both, content(STOPPED))
    with pytest.raises(NotAllowed, match="another officer"):
        issue_bulletin(memory, both, drafted.id, READER)
    edit_bulletin(memory, ANALYST, drafted.id, content(STOPPED, title_zh="模拟改名"), version=drafted.version)
    with pytest.raises(StaleVersion):
        edit_bulletin(memory, both, drafted.id, content(STOPPED), version=drafted.version)


@pytest.mark.contract
def test_a_draft_goes_back_to_what_it_said_even_before_versions_were_kept(desk):
    first = draft_bulletin(desk, ANALYST, content(STOPPED))
    old = replace(first, id="BULLETIN-OLD", version=0)
    with desk.store.begin() as unit:
        unit.records(OwnBulletin).add(old)
        unit.commit()
    edit_bulletin(desk, ANALYST, old.id, content(STOPPED, title_zh="模拟改名"))
    versions = list_draft_versions(desk, ANALYST, old.id).rows
    assert [(one.number, one.said.title_zh) for one in versions] == [(2, "模拟改名"), (1, first.title_zh)]
    assert open_draft_version(desk, ANALYST, old.id, 2).said.title_zh == "模拟改名"
    back = restore_draft(desk, ANALYST, old.id, 1)
    assert (back.title_zh, back.blocks, back.figures) == (first.title_zh, first.blocks, first.figures)
    with pytest.raises(BadInput, match="no saved version 7"):
        restore_draft(desk, ANALYST, old.id, 7)
    issue_bulletin(desk, CHIEF, old.id, READER)
    with pytest.raises(NotAllowed, match="begin another edition"):
        restore_draft(desk, ANALYST, old.id, 1)


def test_a_figure_without_a_value_shows_a_dash_and_keeps_it_from_being_issued(memory):
    drafted = draft_bulletin(memory, ANALYST, content(STOPPED, Variable("warned", "people_warned", MAY)))
    assert "预警群众—" in bulletin_text(drafted, CATALOGUE)
    assert faults(memory, drafted) == {"no_value"}
    with pytest.raises(NotAllowed, match="has no value"):
        issue_bulletin(memory, CHIEF, drafted.id, READER)


def test_a_value_by_hand_is_marked_has_its_reason_and_says_no_comparison(memory):
    drafted = draft_bulletin(memory, ANALYST, content(STOPPED))
    assert "同比增加" in bulletin_text(drafted, CATALOGUE)
    with pytest.raises(NotAllowed):
        change_figure(memory, ANALYST, drafted.id, "stopped", Decimal(120_000), "")
    with pytest.raises(BadInput, match="it has stopped"):
        change_figure(memory, ANALYST, drafted.id, "nothing", Decimal(1), "补录一笔纸质回执")
    with pytest.raises(BadInput, match="no number"):
        change_figure(memory, ANALYST, drafted.id, "stopped", Decimal("NaN"), "补录一笔纸质回执")
    changed = change_figure(memory, ANALYST, drafted.id, "stopped", Decimal(120_000), "补录一笔纸质回执")
    assert (changed.figures[0].counted, changed.figures[0].value) == (110_000, 120_000)
    assert "止付资金12万元" in bulletin_text(changed, CATALOGUE)
    assert "同比" not in bulletin_text(changed, CATALOGUE)
    assert faults(memory, changed) == set()
    assert "止付资金12万元※" in bulletin_paper(changed, CATALOGUE)
    docx = bulletin_docx(changed, CATALOGUE)
    said = [one.text for one in Document(io.BytesIO(docx)).paragraphs]
    assert any("止付资金12万元※" in one for one in said)
    assert any(one.startswith("※") and "补录一笔纸质回执" in one for one in said)
    assert {one.value for one in read_bulletin(docx, "docx").figures} >= {Decimal(120_000)}
    edited = edit_bulletin(memory, ANALYST, drafted.id, content(STOPPED, title_zh="模拟改名"))
    assert edited.figures[0].by_hand == changed.figures[0].by_hand


def test_what_keeps_a_bulletin_from_being_issued(memory):
    parts = tuple(
        Variable(f"part{at}", "funds_stopped", MAY, jurisdiction=place) for at, place in enumerate(("530102",))
    )
    filed = Variable("filed", "cases_filed", MAY)
    cases = {
        "not_named": content(STOPPED, blocks=(Block(BlockKind.TEXT, "2026年5月，{stoped}。"),)),
        "reads_otherwise": content(
            STOPPED, blocks=(Block(BlockKind.TEXT, "2026年5月，{stopped}；抓获犯罪嫌疑人12名。"),)
        ),
        "person": content(
            STOPPED, blocks=(Block(BlockKind.TEXT, "2026年5月，{stopped}，涉及账户6299990000000000017。"),)
        ),
        "languages_differ": content(STOPPED, title_en="Results", en="Nothing."),
        "sum": content(STOPPED, filed, sums=(SumRule("filed", ("filed", "filed")),)),
    }
    for fault, wanted in cases.items():
        assert fault in faults(memory, draft_bulletin(memory, ANALYST, wanted)), fault
    mine = content(STOPPED, *parts, blocks=(Block(BlockKind.TEXT, "2026年5月，{stopped}；{part0}。"),))
    assert len(draft_bulletin(memory, ANALYST, mine).figures) == 2
    with pytest.raises(BadInput, match="two figures"):
        draft_bulletin(memory, ANALYST, content(STOPPED, STOPPED))


def test_a_comparison_that_its_figures_do_not_give_is_found(memory):
    drafted = draft_bulletin(memory, ANALYST, content(STOPPED))
    (figure,) = drafted.figures
    (said,) = figure.comparisons
    wrong = replace(figure, comparisons=(replace(said, value=Decimal(7)),))
    with memory.store.begin() as unit:
        unit.records(OwnBulletin).save(replace(drafted, figures=(wrong,)))
        unit.commit()
    assert "comparison" in faults(memory, drafted)


@pytest.mark.parametrize(
    "measure", sorted(one for one in CATALOGUE.own if CATALOGUE.unit_of(one) in CATALOGUE.read_units)
)
def test_every_measure_that_is_counted_can_be_said_and_issued(measure):
    known, variable = CATALOGUE.measures[measure], Variable("one", measure, MAY)
    for value in (Decimal(0), Decimal(3), Decimal(12_345)):
        figure = SaidFigure(variable, CATALOGUE.unit_of(measure), value, (), known.counts, (), NOW_US, 1, "")
        block = Block(BlockKind.TEXT, "2026年5月，{one}。")
        one = OwnBulletin(
            "B", 0, "COUNTY", "模拟通报", "模拟中心", "2026-06-03", (block,), (figure,), "analyst", NOW_US
        )
        read = READER.read_text(bulletin_text(one, CATALOGUE), "b.txt").figures
        assert find_faults(one, CATALOGUE, read) == (), value


def test_a_month_that_is_not_over_is_not_compared_with_a_whole_one(memory):
    june = Period("2026-06-01", "2026-06-30")
    against = (Against(Base.YEAR_BEFORE, Wording.DIFFERENCE),)
    text = (Block(BlockKind.TEXT, "2026年6月，{filed}。"),)
    whole = draft_bulletin(memory, ANALYST, content(Variable("filed", "cases_filed", june, against), blocks=text))
    assert "comparison" in faults(memory, whole)
    until = Period("2026-06-01", "2026-06-03")
    part = draft_bulletin(memory, ANALYST, content(Variable("filed", "cases_filed", until, against)))
    assert "comparison" not in faults(memory, part)
    alone = draft_bulletin(memory, ANALYST, content(Variable("filed", "cases_filed", june), blocks=text))
    assert faults(memory, alone) == set()


def test_what_another_room_counted_stands_in_a_bulletin_with_its_records(memory):
    caught = Variable("caught", "suspects_caught", MAY, handed_in=True)
    tally = Tally("suspects_caught", Decimal(226), ("SUSPECT-1", "SUSPECT-2"), NOW_US)
    drafted = draft_bulletin(memory, ANALYST, content(caught, STOPPED, given=(tally,)))
    assert (drafted.figures[0].value, drafted.figures[0].records) == (226, 2)
    assert faults(memory, drafted) == set()
    with pytest.raises(BadInput, match="no tally"):
        draft_bulletin(memory, ANALYST, content(caught))


def test_what_was_issued_and_changed_since_is_found(memory):
    drafted = draft_bulletin(memory, ANALYST, content(STOPPED))
    issued = issue_bulletin(memory, CHIEF, drafted.id, READER)
    with memory.store.begin() as unit:
        unit.records(OwnBulletin).save(replace(issued, title_zh="模拟另一份"))
        unit.commit()
    assert open_bulletin(memory, ANALYST, issued.id).intact is False


def test_another_body_neither_sees_nor_writes_it(memory):
    drafted = draft_bulletin(memory, ANALYST, content(STOPPED))
    with pytest.raises(NotFound):
        open_bulletin(memory, STRANGER, drafted.id)
    with pytest.raises(NotAllowed):
        draft_bulletin(memory, STRANGER, content(STOPPED), organisation="COUNTY")
