"""Tables of openings: taken in once, row by row; what is seized is compared with them at once and becomes a clue."""

from __future__ import annotations

import json

import pytest
from desk_home import make_desk_home, run
from desk_stores import STORES
from operation_day import AT, card, make_operation_day, sheet_of
from operation_desk import seized

from fanzha import bootstrap
from fanzha.casework import Clue, EventKind, WorkEvent
from fanzha.casework.openings import Opening, OpeningKind
from fanzha.casework.operations import IdentifierKind, OperationResult
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.ports.record_query import Query
from fanzha.services.desk.import_openings import import_openings
from fanzha.services.desk.import_seizures import SheetFile
from fanzha.services.desk.lists import ListWanted, list_openings
from fanzha.services.desk.open_record import open_record

CARD, SIM, ICCID, LICENCE = "6299990000000000017", "19900000012", "89860099000000000012", "91530100MA6K0000X0"
HEADS = (
    "号码",
    "开户机构",
    "开户人",
    "开户人证件号码",
    "开户网点",
    "开户柜员",
    "开户时间",
    "ICCID",
    "统一社会信用代码",
)
ROWS = (
    (CARD, "模拟银行", "模拟·开一", "53010219900101001Z", "模拟路网点", "柜01", "2021-01-05 10:00", "", ""),
    (SIM, "模拟通信", "模拟·开二", "53010219900101002Z", "模拟街营业厅", "工02", "2021-02-06 11:00", ICCID, ""),
    ("6299990000000000025", "模拟银行", "模拟商贸有限公司", "", "模拟路网点", "柜01", "", "", LICENCE),
    ("6.29999E+18", "模拟银行", "", "", "", "", "", "", ""),
    ("6299990000000000033", "", "", "", "", "", "", "", ""),
    ("6299990000000000041", "模拟银行", "", "", "", "", "昨天", "", ""),
)  # fmt: skip


@pytest.fixture(params=STORES)
def day(request, tmp_path):
    made = make_operation_day(request.param, tmp_path)
    made.evidence = bootstrap.evidence_store(tmp_path)
    yield made
    made.desk.store.close()


def bring(day, actor=AT.duty, rows=ROWS, heads=HEADS, **more):
    file = SheetFile("开户.xlsx", sheet_of(rows, heads))
    return import_openings(day.desk, day.evidence, bootstrap.table_reader(), actor, file, **more)


def test_each_row_is_taken_in_once_with_its_source_and_what_cannot_be_is_put_aside(day):
    done = bring(day)
    assert (done.taken, done.again) == (3, 0)
    assert [(one.row, one.field) for one in done.aside] == [(5, "number"), (6, "institution"), (7, "opened")]
    again = bring(day)
    assert (again.taken, again.again) == (0, 3)
    kinds = {one.draft.number: one.kind for one in list_openings(day.desk, AT.duty).rows}
    assert kinds == {
        CARD: OpeningKind.ACCOUNT, SIM: OpeningKind.LINE, "6299990000000000025": OpeningKind.CORPORATE,
    }  # fmt: skip
    (sim,) = list_openings(day.desk, AT.duty, ListWanted(account=ICCID)).rows
    assert (sim.draft.clerk, sim.source.row, day.evidence.get(sim.source.sha256)[:2]) == ("工02", 3, b"PK")
    assert len(list_openings(day.desk, AT.duty, ListWanted(institution="模拟银行", outlet="模拟路网点")).rows) == 2
    whole = bring(day, rows=(("6299990000000000033", ""),), heads=("号码", "开户机构"), institution="模拟二行")
    assert (whole.taken, whole.aside) == (1, ())
    with pytest.raises(BadInput, match="号码"):
        bring(day, heads=("甲", "乙"), rows=(("1", "2"),))


def test_openings_are_masked_and_stay_with_their_body(day):
    bring(day)
    (sim,) = list_openings(day.desk, AT.duty, ListWanted(account=SIM)).rows
    masked = open_record(day.desk, AT.duty, Opening, sim.id).mask
    assert "开二" not in masked.name(sim.draft.opener.name)
    with pytest.raises(NotAllowed):
        open_record(day.desk, AT.duty, Opening, sim.id, reveal=True)
    with pytest.raises(NotFound):
        open_record(day.desk, AT.stranger, Opening, sim.id)
    assert list_openings(day.desk, AT.stranger).rows == ()
    with pytest.raises(NotAllowed):
        bring(day, AT.admin)


@pytest.mark.parametrize(
    "draft",
    [
        card(CARD), seized("sim", 1, ICCID, kind=IdentifierKind.ICCID), seized("sim", 1, SIM, kind=IdentifierKind.PHONE),
        seized("licence", 1, LICENCE, kind=IdentifierKind.LICENCE),
    ],
    ids=["card", "sim", "phone number", "licence"],
)  # fmt: skip
def test_what_is_seized_is_found_among_the_openings_and_becomes_a_clue(day, draft):
    bring(day)
    entered = day.enter(draft)
    assert [match.kind for match in entered.matches] == ["opening"]
    (clue,) = entered.result.clues
    with day.desk.store.reading() as view:
        held = view.records(Clue).get(clue)
    assert (held.organisation, held.subject) == ("COUNTY", draft.numbers[0])


def test_who_helps_from_another_body_learns_only_whom_to_ask(day):
    bring(day)
    entered = day.enter(card(CARD), AT.stranger)
    assert [(match.kind, match.id) for match in entered.matches if match.id] == []
    assert "开一" not in repr(entered)
    with day.desk.store.reading() as view:
        assert [clue.organisation for clue in view.records(Clue).find(Query()).rows] == ["COUNTY"]


def test_the_verbs(tmp_path):
    home = make_desk_home(tmp_path / "home")
    file = tmp_path / "开户.xlsx"
    file.write_bytes(sheet_of(ROWS, HEADS))
    code, out, err = run(home, "opening", "import", str(file), "--as", "duty", "--json")
    assert (code, json.loads(out)["taken"]) == (3, 3), err
    code, out, _ = run(home, "opening", "list", "--number", SIM, "--as", "duty", "--json")
    (found,) = json.loads(out)["openings"]
    assert SIM not in out
    assert "开二" not in out
    assert found["outlet"] == "模拟街营业厅"
    assert json.loads(run(home, "opening", "show", found["id"], "--as", "duty", "--json")[1])["clerk"] == "工02"


def test_what_was_seized_before_is_compared_with_openings_that_come_later(day):
    entered = day.enter(card("6299990000000000066", request="before"))
    assert entered.result.clues == ()
    value = entered.result.draft.identifiers[0].value
    bring(day, rows=((value, "模拟银行"),), heads=("号码", "开户机构"))
    with day.desk.store.reading() as view:
        result = view.records(OperationResult).get(entered.result.id)
        clues = view.records(Clue).get_many(result.clues)
        told = view.records(WorkEvent).find(Query(equals={"kind": EventKind.OPERATION_NUMBERS_MATCHED.value})).rows
    assert [(clue.subject, clue.organisation) for clue in clues] == [(value, result.organisation)]
    assert len(told) == 1
    bring(
        day, rows=((value, "模拟二行"),), heads=("号码", "开户机构")
    )  # told again elsewhere: the clue is open already
    with day.desk.store.reading() as view:
        assert view.records(OperationResult).get(entered.result.id) == result


@pytest.mark.parametrize("number", ["12345", "86000000000001Z", "86000000000000111"])
def test_an_imei_has_the_shape_of_one(day, number):
    with pytest.raises(BadInput, match="IMEI has 15 digits"):
        day.enter(seized("phone", 1, number, kind=IdentifierKind.IMEI, request="shape"))
