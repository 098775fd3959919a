"""The wall: every number opens the list that it counts, as of one instant, and equals it; nobody's data stand there."""

from __future__ import annotations

import re
from html import unescape

import pytest
from console_home import open_console, visiting
from console_operation import begun

TILE = re.compile(
    r'<a href="([^"]+)"[^>]*><span class="wall-name">([^<]+)</span> <b[^>]*>([^<]+)</b>', re.DOTALL
)  # fmt: skip


@pytest.fixture
def visitor(tmp_path):
    with open_console(tmp_path / "home") as console, visiting(console) as made:
        yield made


def tiles(page: str) -> list[tuple[str, str, str]]:
    """Address, name and value of everything on the wall."""
    return [(unescape(address), name, value.strip()) for address, name, value in TILE.findall(page)]


def test_every_number_of_the_wall_equals_the_list_that_it_opens(visitor):
    address = begun(visitor)
    duty = visitor("duty")
    for kind, fields in (
        ("seize", {"item": "phone", "quantity": "439"}), ("seize", {"item": "sim", "quantity": "2733"}),
        ("seize", {"item": "cash", "quantity": "12345"}), ("take-down", {"target": "laundering_den", "place": "模拟路1号"}),
        ("suspect", {"name": "模拟·嫌一", "charges": "fraud", "arrival": "caught"}),
    ):  # fmt: skip
        duty.get(f"{address}/{kind}")
        duty.post(f"{address}/{kind}", **fields)
    shown = tiles(duty.get("/wall"))
    assert len(shown) > 5 + 9
    assert {value for _, _, value in shown} >= {"439", "2,733"}
    for where, name, value in shown:
        listed = duty.get(where)
        head = re.search(r"<h1>(.*?)</h1>", listed, re.DOTALL)[1]
        assert name in head, where
        assert value in unescape(head), where
        rows = re.findall(r'<td class="num">([^<]+)</td><td class="number">', listed)
        if "/entries" in where:
            assert sum(_number(row) for row in rows) == _number(value), where
        else:
            counted = re.search(r'<dt>记录数</dt><dd data-list="(\d+)">', listed)[1]
            assert int(counted) == len(re.findall(r"<a data-row", listed)), where


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("¥", ""))


def test_a_link_of_the_wall_shows_what_it_counted_whatever_came_since(visitor):
    address = begun(visitor)
    duty = visitor("duty")
    duty.get(f"{address}/seize")
    duty.post(f"{address}/seize", item="phone", quantity="3")
    ((where, _, value),) = [one for one in tiles(duty.get("/wall")) if "seized_phones" in one[0]]
    duty.get(f"{address}/seize")
    duty.post(f"{address}/seize", item="phone", quantity="4")
    assert value == "3"
    assert re.search(r"<h1>[^<]*3</h1>", duty.get(where))
    assert [one[2] for one in tiles(duty.get("/wall")) if "seized_phones" in one[0]] == ["7"]


def test_a_correction_is_seen_beside_the_number(visitor):
    address = begun(visitor)
    duty = visitor("duty")
    duty.get(f"{address}/seize")
    duty.post(f"{address}/seize", item="phone", quantity="5")
    entry = duty.address
    duty.get(f"{entry}/correct")
    duty.post(f"{entry}/correct", change="-2", reason="清点时多计了两部")
    page = duty.get("/wall")
    assert re.search(r"<b class=\"wall-value\">3</b> <span class=\"wall-corrected\">修正 -2</span>", page)


def test_nobody_stands_on_the_wall(visitor):
    address = begun(visitor)
    duty = visitor("duty")
    duty.get(f"{address}/suspect")
    duty.post(f"{address}/suspect", name="模拟·嫌一", id_number="53010219900101001Z", charges="fraud", arrival="caught")
    duty.get(f"{address}/seize")
    duty.post(f"{address}/seize", item="bank_card", quantity="1", numbers="6299990000000000017", note="模拟·嫌一随身")
    page = duty.get("/wall")
    assert "脱敏" in page
    for hidden in ("嫌一", "53010219900101001Z", "6299990000000000017", "duty2"):
        assert hidden not in page


def test_without_an_operation_the_day_of_the_desk_stands_there_and_another_bodys_operation_does_not(visitor):
    duty = visitor("duty")
    assert "没有正在进行的行动" in duty.get("/wall")
    assert {value for _, name, value in tiles(duty.text) if name == "劝阻群众"} == {"未记录"}
    assert len(tiles(duty.text)) == 9 + 4  # and the way of the money
    begun(visitor)
    analyst = visitor("analyst")
    analyst.get("/operations/plan-new")
    analyst.post(
        "/operations/plan-new", title="模拟不公开行动", aims="模拟", basis="模拟", kind="strike", category="ordinary"
    )
    ours = analyst.address.rpartition("/")[2]
    stranger = visitor("stranger")
    stranger.get(f"/wall?operation={ours}")
    assert stranger.status == 404
    assert "模拟不公开行动" not in stranger.text
    assert "行动尚未开始" in visitor("duty").get(f"/wall?operation={ours}")
    english = visitor("duty", "en").get("/wall")
    assert "Figures of the day" in english
    assert "模拟收网一号" in english


def test_a_list_as_of_no_instant_is_refused(visitor):
    address = begun(visitor)
    duty = visitor("duty")
    duty.get(f"{address}/entries?measure=seized_phones&at=yesterday")
    assert duty.status == 422
    assert "no instant" in duty.words


def test_teams_tell_how_far_they_are_and_each_number_opens_its_list(visitor):
    address = begun(visitor)
    planner, duty = visitor("analyst"), visitor("duty")
    planner.get(f"{address}/team")
    planner.post(f"{address}/team", title="模拟一组", body="COUNTY", leader="duty", members="", point="")
    duty.get(f"{address}/seize")
    team = re.search(r'name="team".*?value="(TEAM-[\w-]+)"', duty.text, re.DOTALL)[1]
    duty.post(f"{address}/seize", item="phone", quantity="3", team=team)
    page = duty.get("/wall")
    row = re.search(r'<ul class="wall-teams">(.*?)</ul>', page, re.DOTALL)[1]
    assert "模拟一组" in row
    links = re.findall(r'href="([^"]+)" data-records="(\d+)"', row)
    assert [int(count) for _, count in links] == [1, 0, 0]
    assert "RESULT-" in duty.get(unescape(links[0][0]))
    assert len(_funnel(page)) == 4


def _funnel(page: str) -> list[str]:
    return re.findall(
        r"<li>(.*?)</li>", re.search(r'<ul class="wall-funnel">(.*?)</ul>', page, re.DOTALL)[1], re.DOTALL
    )
