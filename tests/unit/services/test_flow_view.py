"""The money-flow view by example: what each size shows, what a request changes, and that no text becomes markup."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fixtures.flow_documents import (
    FIRST,
    FOURTH,
    GOLDEN,
    SECOND,
    SMALL_CASE,
    THIRD,
    VICTIM,
    flow_document,
    golden_pictures,
    small_context,
)
from fixtures.trace_documents import case_context, case_document, layered_document

from fanzha.core.errors import BadInput
from fanzha.core.time import parse_instant
from fanzha.services.render_trace import (
    Cell,
    Control,
    FlowRequest,
    FlowView,
    Hold,
    Language,
    Level,
    Preset,
    Shape,
    TraceContext,
    flow_view,
    histogram,
    methods_apart,
    read_trace_document,
)
from fanzha.services.render_trace.flow_words import PHRASES, Speech
from fanzha.services.render_trace.page_style import STYLE

BYTES_MAX = 150_000
HOSTILE = "<script>alert(1)</script>\"'&]]>\x00\x07\u202e--"
BANKS = ("模拟甲银行", "模拟乙银行", "模拟丙银行")


def small(**changes: Any) -> FlowView:
    document = read_trace_document(flow_document(SMALL_CASE, unknown_at=[FOURTH]))
    return flow_view(document, small_context(), FlowRequest(**changes))


def many(accounts: int, **changes: Any) -> FlowView:
    document = layered_document(accounts)
    names = [row["account"] for row in document["methods"]["fifo"]["accounts"]]
    context = TraceContext(institutions={name: BANKS[int(name[-4:]) % len(BANKS)] for name in names})
    return flow_view(read_trace_document(document), context, FlowRequest(**changes))


@pytest.mark.parametrize("name", ["hops.zh-CN.svg", "hops.en.svg", "lanes.zh-CN.svg"])
def test_the_small_case_is_drawn_as_it_was(name: str) -> None:
    """To keep a picture that changed on purpose: `PYTHONPATH=src:tests python tests/fixtures/flow_documents.py`."""
    assert golden_pictures()[name] == (GOLDEN / name).read_text(encoding="utf-8")


def test_the_sums_balance_and_measures_count_once() -> None:
    sums = small().sums
    assert sums is not None
    assert (sums.origin, sums.stoppable, sums.controlled, sums.held_other) == (
        5_000_000,
        2_200_000,
        1_000_000,
        1_000_000,
    )
    assert (sums.gone, sums.cashed, sums.unknown, sums.stoppable_unknown) == (0, 800_000, 0, 1)
    assert sums.holds
    assert not replace(sums, cashed=0).holds


def test_money_given_back_is_neither_moved_on_nor_left() -> None:
    back = [
        ("10:00:00", VICTIM, FIRST, 900), ("10:01:00", FIRST, SECOND, 500), ("10:02:00", FIRST, "exit:pos", 100),
        ("11:00:00", FIRST, "exit:returned", 300), ("11:01:00", SECOND, "exit:returned", 400),
    ]  # fmt: skip
    view = flow_view(read_trace_document(flow_document(back)), TraceContext(), FlowRequest(shape=Shape.HOPS))
    assert view.sums is not None
    assert (view.sums.returned, view.sums.gone, view.sums.stoppable) == (70_000, 10_000, 10_000)
    assert view.sums.holds
    assert not replace(view.sums, returned=0).holds
    assert [hop.returned for hop in view.hops] == [0, 30_000, 40_000]
    rows = {row.account: row for row in view.rows}
    assert (rows[FIRST].returned, rows[FIRST].state, rows[SECOND].returned) == (30_000, "gone", 40_000)
    assert sorted(re.findall(r'class="card exit (\w+)"', view.svg)) == ["returned", "returned", "spent"]
    assert "返还 300.00 元" in view.svg
    whole = [*back, ("11:02:00", SECOND, "exit:returned", 100)]
    found = flow_view(read_trace_document(flow_document(whole)), TraceContext(), FlowRequest())
    assert {row.account: row.state_words for row in found.rows}[SECOND] == "◁ 已返还"


def test_the_table_says_what_is_known_and_unknown_is_no_zero() -> None:
    rows = {row.account: row for row in small().rows}
    assert rows[FOURTH].stoppable is None
    assert (rows[FOURTH].parent, rows[FOURTH].hop, rows[FOURTH].shared) == (SECOND, 3, 2)
    assert rows[THIRD].state == "stopped_part"
    assert (rows[THIRD].stoppable, rows[THIRD].controlled) == (500_000, 1_000_000)
    balance = rows[SECOND].balance
    assert balance is not None
    assert balance.amount == 1_050_000
    assert rows[FIRST].balance is None
    assert (rows[SECOND].incoming, rows[SECOND].outgoing, rows[SECOND].cashed) == (3_000_000, 2_000_000, 800_000)
    assert rows[SECOND].dwell_words == "已留存 7 小时 55 分钟"
    assert rows[VICTIM].dwell_us is None
    assert [row.account for row in small().rows][:2] == [SECOND, FIRST]  # what can be stopped first


def test_an_instant_knows_nothing_of_later() -> None:
    view = small(cursor_us=parse_instant("2026-03-01T10:10:00"))
    rows = {row.account: row for row in view.rows}
    assert FOURTH not in rows
    assert (rows[SECOND].held, rows[SECOND].cashed, rows[SECOND].balance) == (3_000_000, 0, None)
    assert view.sums is not None
    assert view.sums.cashed == 0
    assert "其后 3 笔未计" in view.notes[0]
    assert view.svg.count("<path") == 3
    assert [step.transfers for step in view.steps] == [1] * 6


@pytest.mark.parametrize(
    ("accounts", "shape", "strip"),
    [(5, Shape.HOPS, False), (40, Shape.HOPS, False), (300, Shape.HOPS, False), (1_000, Shape.HOPS, True)],
)
def test_each_size_has_its_view(accounts: int, shape: Shape, strip: bool) -> None:
    view = many(accounts)
    assert view.shape is shape
    assert bool(view.strip) == strip
    assert ("其他 " in view.svg) == (accounts > 40)
    assert len(view.svg.encode()) < BYTES_MAX * (2 if accounts == 300 else 1)


def test_thousands_are_a_matrix_first_and_a_cell_leads_to_its_flow() -> None:
    view = many(5_000)
    assert (view.shape, view.svg) == (Shape.MATRIX, "")
    assert view.matrix is not None
    assert view.sums is not None
    assert view.matrix.stoppable == view.sums.stoppable == sum(row.stoppable for row in view.matrix.rows)
    assert "层级 × 机构" in view.notes[0]
    assert re.search(r'<td class="number[^"]*"><button [^>]*>¥[\d,]+\.\d\d ', view.matrix_html)
    assert all('class="number"' in head for head in re.findall(r'<th scope="col"[^>]*>', view.matrix_html))
    hop = view.matrix.hops[2]
    flow = many(5_000, cell=Cell(hop, BANKS[1]))
    own = [row for row in flow.rows if row.own_card and row.hop == hop]
    assert flow.shape is Shape.HOPS
    assert own
    assert {row.institution for row in own} == {BANKS[1]}
    assert flow.sums == view.sums
    for shape in (Shape.HOPS, Shape.LANES):
        assert len(many(5_000, shape=shape).svg.encode()) < BYTES_MAX


def test_beyond_five_thousand_a_filter_is_asked_for() -> None:
    view = many(6_000, shape=Shape.HOPS)
    assert view.accounts > 5_000
    assert (view.shape, view.svg) == (Shape.MATRIX, "")
    assert "超过 5,000 户不画图" in view.notes[0]
    assert many(6_000, shape=Shape.HOPS, least_minor=100_000).shape is Shape.HOPS


def test_every_cap_says_how_much_it_leaves_out() -> None:
    view = many(1_000)
    rest = sum(hop.rest.accounts for hop in view.hops if hop.rest)
    assert view.coverage.startswith(f"显示 {view.shown:,} / 共 {view.accounts:,} 户")
    assert f"{rest:,} 户归入各层“其他”" in view.coverage
    assert view.shown + rest == view.accounts
    assert all(0 < hop.share_permille <= 1000 for hop in view.hops)
    more = many(1_000, batches=frozenset({(3, 2)}))
    assert more.shown == view.shown + 20


CHAIN = (
    ("10:00:00", "V", "A", 900),
    ("10:01:00", "A", "B", 900),
    ("10:02:00", "B", "C", 900),
    ("10:03:00", "C", "D", 900),
)
FAN = (("10:00:00", "V", "A", 900), *((f"10:{m:02d}:00", "A", f"B{m}", 100) for m in (1, 2, 40)))


@pytest.mark.parametrize(
    ("payments", "preset", "code", "members"),
    [
        (CHAIN, Preset.MERGE, "chain:A", {"A", "B", "C"}),
        (FAN, Preset.AMOUNT, "same_amount:B1", {"B1", "B2", "B40"}),
        (FAN, Preset.TIME, "same_window:B1", {"B1", "B2"}),
        (FAN, Preset.MERGE, "same_amount:B1", {"B1", "B2", "B40"}),
    ],
)
def test_a_preset_merges_says_how_many_and_can_be_undone(
    payments: Any, preset: Preset, code: str, members: set[str]
) -> None:
    # A large unrelated payment keeps every one of these below what must be seen alone.
    document = read_trace_document(flow_document([("09:00:00", "V", "BIG", 1_000_000), *payments]))
    plain = flow_view(document, TraceContext(), FlowRequest())
    merged = flow_view(document, TraceContext(), FlowRequest(preset=preset))
    assert {row.account for row in merged.rows if not row.own_card} == members
    assert f'data-group="{code}"' in merged.svg
    assert f"{len(members)} 户" in merged.svg
    assert merged.sums == plain.sums
    assert flow_view(document, TraceContext(), FlowRequest(preset=preset, opened=frozenset({code}))).svg == plain.svg
    pinned = flow_view(document, TraceContext(), FlowRequest(preset=preset, pinned=frozenset({min(members)})))
    assert min(members) in {row.account for row in pinned.rows if row.own_card}


def test_levels_are_payments_accounts_and_institutions() -> None:
    twice = [*SMALL_CASE, ("10:06:00", FIRST, SECOND, 1_000)]
    document = read_trace_document(flow_document(twice))
    by_account, by_transfer, by_group = (
        flow_view(document, small_context(), FlowRequest(level=level))
        for level in (Level.ACCOUNT, Level.TRANSFER, Level.GROUP)
    )
    assert by_transfer.svg.count("<path") == by_account.svg.count("<path") + 1
    assert by_group.sums == by_account.sums
    grouped = many(120, level=Level.GROUP)
    assert "institution:3:模拟甲银行" in grouped.svg
    assert grouped.svg.count("<g role=") < many(120).svg.count("<g role=")


def test_folding_an_account_hides_what_only_it_leads_to() -> None:
    view = small(folded=frozenset({SECOND}))
    assert "▸ 已收起 1 户" in view.svg
    assert [row.account for row in view.rows if not row.own_card] == [FOURTH]
    pinned = small(folded=frozenset({SECOND}), pinned=frozenset({FOURTH}))
    assert pinned.shown == pinned.accounts
    assert "已收起" not in pinned.svg


def test_a_thin_flow_waits_until_somebody_asks_and_a_return_is_a_stub() -> None:
    view = many(1_000)
    assert 'data-faint=""' in view.svg
    assert "↩ 回流 2,000.00 → 尾0027" in small().svg
    assert re.search(r'<path class="inferred"[^>]* data-from="\d+" data-to="\d+" data-t="\d+"', small().svg)
    assert 'class="stated"' in small().svg


def test_idle_time_is_folded_and_said() -> None:
    view = small(shape=Shape.LANES)
    assert view.svg.count('class="fold"') == 1
    assert "空闲 2 小时 20 分钟，已折叠" in view.svg
    assert view.notes[0] == "超过 30 分钟的空闲已折叠 1 处"
    assert 'class="cursor"' in small(shape=Shape.LANES, cursor_us=parse_instant("2026-03-01T12:40:00")).svg


def test_hostile_text_stays_text_in_every_view() -> None:
    document = flow_document(SMALL_CASE)
    found = document["methods"]["fifo"]
    for part in ("accounts", "flows", "exits"):
        for item in found[part]:
            for key in ("account", "payer", "payee"):
                if item.get(key) == FIRST:
                    item[key] = HOSTILE
    found["exits"][0]["kind"] = found["accounts"][2]["state"] = HOSTILE
    found["flows"][0]["by_victim"] = {HOSTILE: "50000.00"}
    context = TraceContext(names={THIRD: HOSTILE, HOSTILE: HOSTILE}, institutions={HOSTILE: HOSTILE, THIRD: HOSTILE})
    for shape in (Shape.HOPS, Shape.LANES, Shape.MATRIX):
        request = FlowRequest(shape=shape, preset=Preset.AMOUNT, level=Level.GROUP, folded=frozenset({HOSTILE}))
        view = flow_view(read_trace_document(document), context, request)
        for text in filter(None, (view.svg, view.matrix_html, view.strip)):
            for element in ET.fromstring(text).iter():
                assert not element.tag.endswith("script")
                assert not {name for name in element.attrib if name == "style" or name.startswith("on")}


def test_both_languages_say_the_same_things() -> None:
    chinese, english = PHRASES[Language.CHINESE], PHRASES[Language.ENGLISH]
    assert set(chinese) == {phrase for phrase in english if not phrase.endswith("_one")}
    for phrase, text in chinese.items():
        assert _fields(english[phrase]) <= _fields(text), phrase
    assert {phrase.removesuffix("_one") for phrase in english if phrase.endswith("_one")} <= set(chinese)
    assert not re.search(r"[\u4e00-\u9fff]", "".join(english.values()))


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [(59, "59 秒", "59 s"), (3_660, "1 小时 1 分钟", "1 h 1 min"), (172_800, "2 天", "2 d")],
)
def test_a_time_span_is_said_in_its_largest_units(seconds: int, chinese: str, english: str) -> None:
    assert Speech(Language.CHINESE).length(seconds * 1_000_000) == chinese
    assert Speech(Language.ENGLISH).length(seconds * 1_000_000) == english


def test_the_methods_are_compared_in_words() -> None:
    document, context = read_trace_document(case_document()), TraceContext(**case_context())
    apart = methods_apart(document, context, Language.CHINESE)
    fifo, lifo = document.methods[0], document.methods[1]
    assert [figure.stoppable for figure in apart.totals] == [fifo.stoppable, lifo.stoppable]  # poison says no amount
    assert apart.sentence.startswith("按先进先出（工作口径）可止付 300,895.86；按后进先出 ")
    first = apart.accounts[0]
    held = {account.account: account.held for account in fifo.accounts}
    assert first.figures[0].held == held.get(first.account, 0)
    assert first.spread == max(account.spread for account in apart.accounts)
    assert "the working method" in methods_apart(document, context, Language.ENGLISH).sentence
    alone = read_trace_document(flow_document(SMALL_CASE))
    assert methods_apart(alone, TraceContext(), Language.CHINESE).sentence == ""


def test_what_the_methods_say_is_stoppable_is_what_the_view_says() -> None:
    raw = case_document()
    document = read_trace_document(raw)
    held = max(document.methods[0].accounts, key=lambda account: account.stoppable or 0)
    context = TraceContext(controls={held.account: Control(Hold.STOPPED, (held.stoppable or 0) - 1)})
    apart = methods_apart(document, context, Language.CHINESE)
    for figure, method in zip(apart.totals, document.methods, strict=False):
        sums = flow_view(document, context, FlowRequest(method=method.key, shape=Shape.TABLE)).sums
        assert sums is not None
        assert figure.stoppable == sums.stoppable < method.stoppable


def test_a_method_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match="it has: fifo"):
        small(method="lifo")


def test_the_style_knows_every_state_that_a_card_can_have() -> None:
    for state in ("stoppable", "stopped_part", "stopped", "frozen", "gone", "cashed", "unknown"):
        assert f".{state} " in STYLE


@pytest.mark.parametrize("hops", [5, 6, 7, 9, 11, 16])
def test_a_picture_is_one_sheet_while_its_words_are_readable_then_cut_so_that_neighbours_stay_together(
    hops: int,
) -> None:
    names = [VICTIM, *(f"62999900000000{hop:05d}" for hop in range(1, hops + 1))]
    chain = [(f"10:{hop:02d}:00", names[hop], names[hop + 1], 1000) for hop in range(hops)]
    view = flow_view(read_trace_document(flow_document(chain)), TraceContext(), FlowRequest(shape=Shape.HOPS))
    spans = [(sheet.first_hop, sheet.last_hop) for sheet in view.sheets]
    assert all(sheet.points_tenths >= 60 for sheet in view.sheets)
    assert all(f'id="{sheet.whole}"' in view.svg for sheet in view.sheets)
    assert (len(spans) == 1) == (hops < 7)
    together = {(hop, hop + 1) for first, last in spans for hop in range(first, last)}
    assert together == {(hop, hop + 1) for hop in range(hops)}
    assert [left[1] for left in spans[:-1]] == [right[0] for right in spans[1:]]
    widths = [last - first for first, last in spans]
    assert max(widths) - min(widths) <= max(1, len(spans) - 1)
    assert all(sheet.x >= 0 and sheet.x + sheet.width <= sheet.whole_width for sheet in view.sheets)


def test_what_is_too_tall_for_paper_goes_there_in_short_cards() -> None:
    fan = [("10:00:00", VICTIM, FIRST, 1500), *((f"10:{m:02d}:00", FIRST, f"B{m:02d}", 100) for m in range(1, 16))]
    document = read_trace_document(flow_document(fan))
    view = flow_view(document, TraceContext(), FlowRequest(shape=Shape.HOPS, cards_per_hop=25))
    (sheet,) = view.sheets
    assert sheet.points_tenths >= 60
    assert view.height > sheet.height
    assert f'id="{sheet.whole}"' in view.paper_svg
    assert view.paper_svg.count('<g class="card account') == view.svg.count('class="card account')
    assert not re.search('tabindex|data-account|aria-label="B', view.paper_svg)
    assert small().paper_svg == ""


def test_a_card_says_what_went_out_what_is_left_and_what_the_bank_said_when() -> None:
    svg = small(acts=True).svg
    card = re.search(rf'data-account="{SECOND}".*?</g>', svg)
    assert card
    said = re.findall(r">([^<>]+)</text>", card[0])
    assert {"出 20,000.00", "余 10,000.00", "银行 10,500.00", "03-01 13:00", "[止付 s]"} <= set(said)
    fourth = re.search(rf'data-account="{FOURTH}".*?</g>', svg)
    assert fourth
    assert "止付 s" not in fourth[0]
    assert "止付 s" not in small().svg


def test_no_card_is_three_quarters_empty() -> None:
    chain = [
        ("10:00:00", VICTIM, FIRST, 9_000),
        ("10:01:00", FIRST, SECOND, 6_000),
        ("10:02:00", FIRST, "exit:pos", 3_000),
    ]
    view = flow_view(read_trace_document(flow_document(chain)), TraceContext(), FlowRequest(shape=Shape.HOPS))
    found = re.findall(r'class="box" y="(\d+)" width="100%" height="(\d+)".*?</g>', view.svg)
    texts = [re.findall(r'<text [^>]* y="(\d+)"', part) for part in view.svg.split('class="card ')[1:]]
    assert len(found) == len(texts) == 4
    for (y, height), lines in zip(found, texts, strict=True):
        assert (max(int(line) for line in lines) + 4 - int(y)) * 4 >= int(height)
    assert "○ 已转出" in view.svg
    assert "▷ 已流出" in view.svg


def test_the_time_bar_shows_how_much_each_step_moves() -> None:
    steps = small().steps
    bars = [int(height) for height in re.findall(r'height="(\d+)"/>', histogram(steps))]
    assert len(bars) == len(steps)
    assert bars.index(max(bars)) == max(range(len(steps)), key=lambda place: steps[place].traced)
    assert min(bars) >= 1
    assert histogram(()) == ""
    assert histogram([*steps] * 100).count("<rect") <= 120
