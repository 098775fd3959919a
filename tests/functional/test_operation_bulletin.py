"""A strike's tally, entered, told in a bulletin, issued, and read back from text, PDF and DOCX as the same figures (模拟)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from operation_day import AT, make_operation_day, strike_drafts
from operation_desk import STRIKE_2021

from fanzha import bootstrap
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.intake.bulletins import read_bulletin
from fanzha.services.desk.draft_operation_bulletin import draft_operation_bulletin
from fanzha.services.desk.issue_bulletin import issue_bulletin
from fanzha.services.desk.operation_tally import operation_tally
from fanzha.services.desk.papers.bulletin_docx import bulletin_docx
from fanzha.services.desk.papers.bulletin_paper import bulletin_paper
from fanzha.statistics.bulletin_text import Language, bulletin_text


@pytest.fixture
def day(tmp_path):
    made = make_operation_day("memory", tmp_path)
    yield made
    made.desk.store.close()


def test_the_strike_of_2021_is_told_and_read_back(day):
    for draft in strike_drafts():
        day.enter(draft)
    drafted = draft_operation_bulletin(day.desk, AT.duty, day.operation.id)
    issued = issue_bulletin(day.desk, AT.chief, drafted.id, bootstrap.bulletin_reader(), number="模拟〔2021〕1号")
    lines = {line.measure: line for line in operation_tally(day.desk, AT.duty, day.operation.id)}
    for name, figure in issued.by_name.items():
        assert (figure.value, figure.records) == (lines[name].value, len(lines[name].ids))
    catalogue = day.desk.rules.indicators
    papers = {
        "text": bulletin_text(issued, catalogue).encode(),
        "docx": bulletin_docx(issued, catalogue),
        "pdf": bootstrap.paper_press().press(bulletin_paper(issued, catalogue)),
    }
    for form, content in papers.items():
        read = {one.measure: one for one in read_bulletin(content, form).figures}
        assert {name: read[name].value for name in STRIKE_2021} == {k: Decimal(v) for k, v in STRIKE_2021.items()}, form
        assert {(one.period.first, one.period.last) for one in read.values()} == {("2021-05-26", "2021-05-26")}
    assert "226" in bulletin_text(issued, catalogue, Language.EN)


def test_an_operation_without_results_has_nothing_to_tell(day):
    with pytest.raises(BadInput, match="no result yet"):
        draft_operation_bulletin(day.desk, AT.duty, day.operation.id)


def test_who_drafted_it_does_not_issue_it(day):
    day.enter(next(iter(strike_drafts())))
    drafted = draft_operation_bulletin(day.desk, AT.chief, day.operation.id)
    with pytest.raises(NotAllowed, match="another officer"):
        issue_bulletin(day.desk, AT.chief, drafted.id, bootstrap.bulletin_reader())
