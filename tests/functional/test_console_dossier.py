"""The dossier leaves as a workbook with the source of every row, and says where its inflows come from."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from console_day import console_of_day, downloaded, kept, opened, visiting_day
from return_day import ACCOUNTS, BOTH, CHIEF, DUTY, STRANGER, M, make_return_day

from fanzha.access import Export, Reveal
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.services.desk.account_inflows import account_inflows
from fanzha.services.desk.account_page import AccountWanted
from fanzha.services.desk.export_account import export_account
from fanzha.tracing.inflows import InflowClass

HOLDER, MASKED = "模拟·钱二", "****0017"


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    made = make_return_day("memory", tmp_path_factory.mktemp("day"))
    procedure, made.labels, _ = made.drafted()
    made.case_id = procedure.case
    yield made
    made.desk.store.close()


@pytest.fixture
def visitor(day):
    with visiting_day(console_of_day(day)) as make:
        yield make


def export(officer, query="", **fields):
    """Goes from the dossier to its export; the workbook's sheets by name, None where it was refused."""
    content = downloaded(officer, officer.address.partition("?")[0] + "/export" + query, **fields)
    if content is None:
        return None
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def column(rows, head):
    heads = [str(cell).split("\n")[0] for cell in rows[0]]
    return [row[heads.index(head)] for row in rows[1:]]


def test_the_workbook_says_what_the_page_says_with_the_source_of_every_row(day, visitor):
    officer = opened(visitor, "both")
    before = len(kept(day, Export))
    sheets = export(officer, "?rows=all", reason="移交检察院附件", case=day.case_id)
    moves = sheets["交易"]
    assert sorted(column(moves, "金额")) == sorted([30000, 50000, 40000, 20000, 45000, 10000])
    assert {(form, str(row)) for form, row in zip(column(moves, "表格形式"), column(moves, "行"), strict=True)} == {
        ("规范转账表", str(row)) for row in range(2, 8)
    }
    assert all(len(sha256) == 64 for sha256 in column(moves, "文件 SHA-256"))
    assert {name.rpartition("/")[2] for name in column(moves, "来源文件")} == {"statement.csv"}
    everything = str(sheets)
    assert not [number for number in (M, *ACCOUNTS.values()) if number in everything]
    assert (HOLDER in everything, MASKED in everything) == (False, True)
    assert "both" in str(sheets["档案"][1])  # the watermark names who took it
    made = kept(day, Export)[before:]
    assert [(one.what, one.actor, one.inside_count + len(one.outside)) for one in made] == [
        ("account_dossier", "both", 6)
    ]


def test_only_the_rows_of_the_case_and_the_holder_when_he_is_revealed(day, visitor):
    officer = opened(visitor, "both")
    reveals = len(kept(day, Reveal))
    sheets = export(officer, reason="核对户主身份", case=day.case_id, reveal="1")
    assert Decimal(str(sum(column(sheets["交易"], "金额")))) < 195000
    assert HOLDER in str(sheets["档案"])
    assert not [number for number in ACCOUNTS.values() if number in str(sheets)]
    assert len(kept(day, Reveal)) > reveals


def test_an_export_without_reason_or_record_leaves_nothing(day, visitor):
    before = len(kept(day, Export))
    assert export(opened(visitor, "both")) is None
    assert export(opened(visitor, "auditor"), reason="年度抽查核对") is None
    with pytest.raises(NotAllowed, match="not yours"):
        export_account(day.desk, day.books, STRANGER, AccountWanted(M, reason="想了解一下此户"))
    assert len(kept(day, Export)) == before


def test_many_persons_need_a_second_one_who_signs_at_the_desk(day):
    rules = day.desk.rules
    few = replace(rules.access.export, steps=((1, rules.access.export.steps[-1][1]),))
    desk = replace(day.desk, rules=replace(rules, access=replace(rules.access, export=few)))
    of_case = AccountWanted(M, reason="移交检察院附件")
    assert export_account(desk, day.books, BOTH, of_case).note.alarm is None  # everybody in it stands in his own case
    with pytest.raises(NotAllowed, match="second person"):
        export_account(desk, day.books, DUTY, of_case)
    assert export_account(desk, day.books, DUTY, of_case, CHIEF).note.export.approved_by == CHIEF.id


def test_inflows_are_known_probable_explained_or_not_and_add_up(day):
    found = account_inflows(day.desk, day.books, BOTH, M, day.case_id)
    by_class = {one.kind: one.minor for one in found.sums if one.minor}
    assert by_class[InflowClass.KNOWN_VICTIM] == 9_000_000
    assert sum(by_class.values()) == found.total_minor == 11_000_000
    assert {label for one in found.shown for label in one.victims} == set(day.labels.values())
    (merchant,) = [one for one in found.shown if one.kind is not InflowClass.KNOWN_VICTIM]
    assert merchant.amount_minor == 2_000_000
    assert ("first_payment_between_them", "") in merchant.reasons
    with pytest.raises(NotFound):
        account_inflows(day.desk, day.books, STRANGER, M)


def test_the_dossier_says_its_state_and_asks_for_the_inflows_when_they_are_opened(visitor):
    officer = opened(visitor, "both")
    assert "已冻结" in officer.words
    assert re.search(r"确认级 3 ", officer.words)
    assert "涉案上游 3 下游 1" in officer.words
    assert "来源不明流水 ¥" not in officer.words
    assert officer.words.count("导入的流水文件") > 1  # of each row, and in the list of files
    address = re.search(r'hx-get="([^"]+/inflows[^"]*)"', officer.text)[1]
    officer.get(address)
    assert "来源不明流水 ¥" in officer.words
    assert "<html" in officer.text
    officer.get(address, **{"hx-request": "true"})
    assert "<html" not in officer.text
    assert not [number for number in (M, *ACCOUNTS.values()) if number in officer.text]
