"""The blocks of a bulletin edited at the console, without a line of JavaScript, by two officers at once (模拟)."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from console_day import console_of_day, visiting_day
from figure_desk import NOW_US, add_records
from return_day import make_return_day


@pytest.fixture
def visitor(tmp_path):
    made = make_return_day("memory", tmp_path)
    made.clock.at_us = NOW_US
    add_records(made.desk)
    with visiting_day(console_of_day(made)) as make:
        yield make
    made.desk.store.close()


@pytest.fixture
def drafted(visitor):
    analyst = visitor("analyst")
    analyst.get("/bulletins/draft-new")
    page = analyst.post("/bulletins/draft-new", period="2026-05", against="")
    return analyst, re.search(r'href="(/bulletins/[A-Z]+-[0-9A-Z-]+)/as/pdf"', page)[1]


def said(page):
    """A page without the marks around the places of figures."""
    return page.replace("<code>", "").replace("</code>", "")


def key_of(page, text):
    """The key of the first block that says the text."""
    page = said(page)
    block = next(one for one in re.findall(r'<li class="card" id="b-.*?</li>', page, re.DOTALL) if text in one)
    return re.search(r'id="b-([0-9a-f]{12}-\d+)"', block)[1]


def act(seat, address, deed, key="", **fields):
    seat.get(f"{address}/edit")
    return seat.post(f"{address}/edit", act=deed, key=key, **fields)


def test_blocks_are_written_put_in_moved_and_taken_out(drafted):
    seat, address = drafted
    assert f'href="{address}/edit"' in seat.get(address)
    page = seat.get(f"{address}/edit")
    key = key_of(page, "{cases_filed}")
    assert 'name="zh"' in act(seat, address, "hold", key)
    page = act(seat, address, "change", key, kind="text", zh="本月{cases_filed}。", en="This month: {cases_filed}.")
    assert "本月{cases_filed}。" in said(page)
    page = act(
        seat, address, "insert", key_of(page, "本月{cases_filed}"), kind="heading", zh="模拟小标题", en="A heading"
    )
    assert said(page).index("模拟小标题") > said(page).index("本月{cases_filed}。")
    page = act(seat, address, "move_up", key_of(page, "模拟小标题"))
    assert said(page).index("模拟小标题") < said(page).index("本月{cases_filed}。")
    page = act(seat, address, "remove", key_of(page, "模拟小标题"))
    assert "模拟小标题" not in page


def test_a_figure_is_put_in_by_its_id_and_period_and_goes_when_nothing_says_it(drafted):
    seat, address = drafted
    page = act(seat, address, "insert_figure", measure="cases_filed", period="2026-04", name="april", against="")
    assert "{april}" in page
    assert "两个" not in page
    assert "two figures are called" in unescape(
        act(seat, address, "insert_figure", measure="cases_filed", period="2026-04", name="april", against="")
    )
    assert "is no period" in unescape(act(seat, address, "insert_figure", measure="cases_filed", period="x", name="y"))
    assert "{april}" not in act(seat, address, "remove_figure", "april")
    assert "still says" in unescape(act(seat, address, "remove_figure", "cases_filed"))


def test_two_officers_at_once_lose_nothing_and_see_each_other(drafted, visitor):
    seat, address = drafted
    chief = visitor("chief")
    key = key_of(seat.get(f"{address}/edit"), "{cases_filed}")
    act(seat, address, "hold", key)
    assert "正在编辑：analyst" in chief.get(f"{address}/edit")
    refused = act(chief, address, "change", key, kind="text", zh="主管所写{cases_filed}", en="{cases_filed}")
    assert "他人正在编辑这一段" in refused
    assert "主管所写" in refused
    act(seat, address, "change", key, kind="text", zh="分析员所写{cases_filed}", en="{cases_filed}")
    late = act(chief, address, "change", key, kind="text", zh="主管所写{cases_filed}", en="{cases_filed}")
    assert "这一段已被他人修改或删除" in late
    assert "分析员所写" in late
    assert "主管所写" in late
    saved = act(chief, address, "insert", "", kind="text", zh="主管所写{cases_filed}", en="{cases_filed}")
    assert "分析员所写" in saved
    assert "主管所写" in saved
    chief.get(f"{address}/issue")
    assert "须由另一人审批" in chief.post(f"{address}/issue", number="")


def test_the_editor_speaks_english_and_an_issued_bulletin_has_no_button(drafted, visitor):
    seat, address = drafted
    assert "Insert a block at the end" in visitor("analyst", "en").get(f"{address}/edit")
    chief = visitor("chief")
    chief.get(f"{address}/issue")
    chief.post(f"{address}/issue", number="模拟〔2026〕1号")
    page = seat.get(f"{address}/edit")
    assert "已签发或撤回的通报不再更改" in page
    assert 'name="act"' not in page
    assert "issued" in act(seat, address, "insert", "", kind="note", zh="迟到", en="")


def test_what_is_being_written_is_kept_under_the_key_of_what_it_says_by_then(drafted, visitor):
    seat, address = drafted
    page = seat.get(f"{address}/edit")
    key = key_of(page, "{cases_filed}")
    act(seat, address, "hold", key)
    for text in ("本月", "本月{cases_filed}"):
        told = json.loads(seat.post(f"{address}/edit", act="keep", key=key, kind="text", zh=text, en=text))
        assert told["key"] != key
        key = told["key"]
        seat.get(f"{address}/edit")
    assert "本月{cases_filed}" in said(seat.get(f"{address}/edit"))
    assert "正在编辑" in seat.text
    late = visitor("chief")
    late.get(f"{address}/edit")
    late.post(f"{address}/edit", act="keep", key=key, kind="text", zh="他人", en="x")
    assert late.status in (403, 409)


def test_the_page_is_seen_as_it_will_be_set(drafted):
    seat, address = drafted
    answer = seat.client.get(f"{address}/preview", headers=seat._headers())
    assert answer.content[:4] == b"\x89PNG"
    assert f'src="{address}/preview"' in seat.get(f"{address}/edit")


def test_every_saved_version_is_seen_compared_and_gone_back_to(drafted, visitor):
    seat, address = drafted
    key = key_of(seat.get(f"{address}/edit"), "{cases_filed}")
    page = act(seat, address, "change", key, kind="text", zh="改过一次：{cases_filed}。", en="Once: {cases_filed}.")
    act(seat, address, "remove", key_of(page, "改过一次"))
    assert f'href="{address}/versions"' in seat.get(address)
    listed = seat.get(f"{address}/versions")
    assert re.findall(r"<td>(改段落|起草)</td>", listed) == ["改段落", "改段落", "起草"]
    second = seat.get(f"{address}/versions/2")
    assert "<del>改过一次" in second
    first = seat.get(f"{address}/versions/1")
    assert re.search(r"<del>[^<]*立案2起", first), "the text that it began with"
    link = unescape(re.search(rf'href="({address}/restore[^"]+)"', first)[1])
    assert 'value="1" selected' in seat.get(link)
    back = seat.post(link, number="1")
    assert "立案2起" in back
    assert "<del>" not in seat.get(f"{address}/versions/1")
    assert re.findall(r"<td>(恢复旧版本|改段落|起草)</td>", seat.get(f"{address}/versions"))[0] == "恢复旧版本"
    other = visitor("both")
    act(other, address, "hold", key_of(other.get(f"{address}/edit"), "{cases_filed}"))
    seat.get(f"{address}/restore?number=2")
    assert "both" in seat.post(f"{address}/restore", number="2")
    seat.get(f"{address}/versions/9")
    assert seat.status == 422
    assert "Go back to this version" in visitor("analyst", "en").get(f"{address}/versions/2")


def test_what_is_written_in_one_go_is_one_version(drafted):
    seat, address = drafted
    key = key_of(seat.get(f"{address}/edit"), "{cases_filed}")
    act(seat, address, "hold", key)
    for text in ("甲{cases_filed}。", "甲乙{cases_filed}。", "甲乙丙{cases_filed}。"):
        key = json.loads(act(seat, address, "keep", key, kind="text", zh=text, en=""))["key"]
    assert len(re.findall(r"<td>改段落</td>", seat.get(f"{address}/versions"))) == 1
    assert "甲乙丙" not in seat.get(f"{address}/versions/1").split("<ins>", maxsplit=1)[0]


def test_an_edition_says_what_it_says_otherwise_than_the_one_before(drafted, visitor):
    _, address = drafted
    chief = visitor("chief")
    for verb in ("issue", "revise"):
        chief.get(f"{address}/{verb}")
        version = re.search(r'name="version" value="(\d+)"', chief.text)
        page = chief.post(f"{address}/{verb}", number="", **({"version": version[1]} if version else {}))
    again = re.search(r'href="(/bulletins/[A-Z]+-[0-9A-Z-]+)/diff"', page)[1]
    assert "数字都相同" in chief.get(f"{again}/diff")
    key = key_of(chief.get(f"{again}/edit"), "{cases_filed}")
    act(chief, again, "change", key, kind="text", zh="本月{cases_filed}。", en="This month: {cases_filed}.")
    found = chief.get(f"{again}/diff")
    assert re.search(r"<ins>本月立案2起", found)
    assert re.search(r"<del>[^<]*立案2起", found)
