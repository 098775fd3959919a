"""Special operations at the console, without script: entered once, corrected, carried on, and every number opens its list."""

from __future__ import annotations

import io
import re
from html import unescape

import openpyxl
import pytest
from console_home import open_console, visiting
from console_operation import begun
from operation_day import sheet_of
from typer.main import get_command

from fanzha.cli.campaign import app as campaign_verbs
from fanzha.cli.operation import app as operation_verbs
from fanzha.web.deeds.operations import OPERATION_DEEDS
from fanzha.web.pages import ROUTES

CARD = "6299990000000000017"
# Every verb of the command line and where the console has it: a deed's name, or a page's address; `None`: only there.
PLACES = {
    "plan": "plan-new", "amend": None, "list": "/operations", "show": "/operations/{record_id:str}", "step": "step",
    "body": "body", "point": "point", "team": "team", "case": "case", "task": "task", "remark": "remark",
    "history": "/operations/{record_id:str}", "take-down": "take-down", "suspect": "suspect", "seize": "seize",
    "force": "force", "correct": "correct", "advance": "advance", "custody": "custody", "entry": "/results/{record_id:str}",
    "tally": "/operations/{record_id:str}", "entries": "/operations/{record_id:str}/entries", "year": None,
    "catalogue": None, "template": "/operations/template.xlsx", "import": "import", "export": "export", "bulletin": "bulletin",
}  # fmt: skip
CAMPAIGN_PLACES = {
    "open": "open-new", "list": "/operations", "show": "/campaigns/{record_id:str}", "days": "/campaigns/{record_id:str}",
    "body": "body", "step": "step",
}  # fmt: skip


@pytest.fixture
def visitor(tmp_path):
    with open_console(tmp_path / "home") as console, visiting(console) as made:
        yield made


def numbers_of(seat, address) -> dict[str, str]:
    """What stands in the table of numbers."""
    page = seat.get(address)
    rows = re.findall(r'<th scope="row">([^<]+)</th><td class="num"><a[^>]*>([^<]+)</a></td><td class="num"><a', page)
    return dict(rows)


@pytest.mark.parametrize(("verbs", "places"), [(operation_verbs, PLACES), (campaign_verbs, CAMPAIGN_PLACES)])
def test_every_verb_of_the_command_line_has_its_place(verbs, places):
    assert set(get_command(verbs).commands) == set(places)
    there = {deed.name for deed in OPERATION_DEEDS} | {route.address for route in ROUTES}
    assert {place for place in places.values() if place is not None} <= there


def test_a_form_that_is_sent_twice_over_a_poor_line_is_one_entry(visitor):
    address = begun(visitor)
    duty = visitor("duty")
    form = duty.get(f"{address}/seize")
    request = re.search(r'name="request" value="([^"]+)"', form)[1]
    fields = {"item": "phone", "quantity": "3", "numbers": "imei:860000000000011", "request": request, "at": ""}
    first = duty.post(f"{address}/seize", **fields)
    assert "已录入" in first
    entry = duty.address
    duty.get(f"{address}/seize")
    again = duty.post(f"{address}/seize", **fields)
    assert "此前已录入" in again
    assert duty.address == entry
    assert numbers_of(duty, address) == {"缴获手机": "3"}
    duty.get(f"{address}/seize")
    refused = duty.post(f"{address}/seize", **{**fields, "request": "另一个"})
    assert "同一物品或同一人已录入" in refused
    assert 'value="3"' in refused  # what was written is still there


def test_every_number_opens_its_entries_and_corrections_stand_beside_them(visitor):
    address = begun(visitor)
    duty, neighbour = visitor("duty"), visitor("stranger")
    duty.get(f"{address}/seize")
    duty.post(f"{address}/seize", item="sim", quantity="2733")
    entry = duty.address
    neighbour.get(f"{entry}/correct")
    neighbour.post(f"{entry}/correct", change="−2", reason="重复清点两张")
    assert "重复清点两张" in neighbour.words
    assert numbers_of(duty, address) == {"缴获电话卡": "2,731"}
    link = re.search(r'href="(/operations/[^"]+/entries\?measure=seized_sims[^"]*)"', duty.text)[1]
    duty.get(unescape(link))
    assert re.findall(r'<td class="num">([^<]+)</td>', duty.text) == ["2,733", "-2"]
    duty.get(f"{entry}/correct")
    assert "增减" in duty.words
    for login in ("clerk", "admin"):
        outsider = visitor(login)
        outsider.get(address)
        assert outsider.status in (403, 404)
        assert "模拟收网一号" not in outsider.text


def test_a_suspect_is_masked_and_goes_on_by_papers_and_a_phone_by_hands(visitor):
    address = begun(visitor)
    duty = visitor("duty")
    duty.get(f"{address}/suspect")
    duty.post(
        f"{address}/suspect", name="模拟·嫌一", id_number="53010219900101001Z", charges=["fraud"], arrival="caught"
    )
    person = duty.address
    assert "嫌一" not in duty.text
    assert "诈骗罪" in duty.words
    duty.get(f"{person}/advance")
    assert "必填" in duty.post(f"{person}/advance", step="detain", number="")
    duty.post(f"{person}/advance", step="detain", number="模拟拘字1号")
    assert "拘留证 模拟拘字1号" in duty.words
    assert "批准逮捕" in duty.get(f"{person}/advance")
    assert "当前阶段不能办理这一步" in duty.post(f"{person}/advance", step="sentence", number="1号")
    shown = duty.get(address)
    assert "刑事拘留" in shown
    duty.get(f"{address}/seize")
    duty.post(f"{address}/seize", item="phone", quantity="1")
    phone = duty.address
    neighbour = visitor("stranger")
    neighbour.get(f"{phone}/custody")
    neighbour.post(f"{phone}/custody", step="hand_over", receiver="stranger")
    assert "duty → stranger" in neighbour.words


def test_a_sheet_is_imported_its_faults_are_named_and_the_workbook_leaves_masked(visitor):
    address = begun(visitor)
    duty, both = visitor("duty"), visitor("both")
    duty.get("/operations/template.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(visitor("duty").client.get(
        "/operations/template.xlsx", headers=duty._headers()).content)).sheetnames[0] == "缴获清单"  # fmt: skip
    rows = [("1", "银行卡", 1, CARD, "", "2021-05-26 05:30"), ("2", "钢琴", 1, "", "", "2021-05-26 05:30")]
    duty.get(f"{address}/import")
    duty.post(f"{address}/import", files={"file": ("清单.xlsx", sheet_of(rows))})
    assert "钢琴" in duty.words
    assert "未录入 1" in duty.words
    both.get(f"{address}/export")
    both.post(f"{address}/export", reason="上报战果统计")
    assert both.headers["content-type"].startswith("application/vnd.openxml")


def test_a_campaign_shows_its_days_and_english_readers_read_english(visitor):
    analyst = visitor("analyst")
    analyst.get("/campaigns/open-new")
    analyst.post("/campaigns/open-new", title="模拟百日行动", first_day="2021-03-01", last_day="2021-03-03")
    campaign = analyst.address
    assert analyst.words.count("2021-03-0") >= 3
    assert "2021-03-02" in visitor("analyst", "en").get(campaign)
    listed = visitor("analyst", "en").get("/operations?tab=campaigns")
    assert "Campaigns" in listed
    assert campaign in listed
    english = visitor("duty", "en")
    address = begun(visitor)
    english.get(f"{address}/take-down")
    english.post(f"{address}/take-down", target="laundering_den", place="模拟路1号")
    assert "laundering den" in english.words
    assert "dens destroyed" in english.get(address)
