"""The 资金流向表 read back: every amount of the document is there, exactly, and nothing became a formula."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl
from fixtures.trace_documents import case_context, case_document

from fanzha.services.render_trace import TraceContext, funds_flow_page, funds_flow_workbook, read_trace_document

FIRST = ["概览", "账户", "流向", "去向", "待查", "未知", "按被害人", "口径对照"]
FURTHER = ["账户 后进先出", "流向 后进先出", "账户 全额污染", "流向 全额污染"]
SUFFIXES = {"fifo": "", "lifo": " 后进先出"}
PARTS = (
    ("账户", "accounts", (("转入", "traced_in"), ("转出", "traced_out"), ("留存", "held"))),
    ("流向", "flows", (("金额", "amount"), ("其中追踪", "traced"))),
    ("去向", "exits", (("追踪金额", "traced"),)),
    ("待查", "frontier", (("追踪金额", "traced"),)),
    ("未知", "unknown", (("追踪金额", "traced"),)),
)


def _rows(data: bytes) -> dict[str, list[dict[str, Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames[: len(FIRST)] == FIRST
    sheets = {}
    for sheet in book:
        lines = list(sheet.iter_rows(values_only=True))
        heads = [str(head).split("\n")[0] for head in lines[0]]
        sheets[sheet.title] = [dict(zip(heads, line, strict=True)) for line in lines[1:]]
    return sheets


def _exact(cell: object) -> Decimal:
    """What a reader of the file sees: the shortest decimal of the stored number."""
    return Decimal(str(cell))


def test_every_amount_reads_back_exactly() -> None:
    document = case_document()
    sheets = _rows(funds_flow_workbook(read_trace_document(document), TraceContext(**case_context())))
    assert list(sheets) == FIRST + FURTHER
    for key, suffix in SUFFIXES.items():
        found = document["methods"][key]
        for name, part, fields in PARTS if not suffix else PARTS[:2]:
            for column, field in fields:
                read = sorted(_exact(row[column]) for row in sheets[name + suffix])
                assert read == sorted(Decimal(item[field]) for item in found[part]), (name, column)
    compared = {row["账户"]: row for row in sheets["口径对照"]}
    for account in document["methods"]["lifo"]["accounts"]:
        assert _exact(compared[account["account"]]["后进先出"]) == Decimal(account["held"])


def test_lines_carry_their_source_rows_and_victims_balance() -> None:
    context = case_context()
    sheets = _rows(funds_flow_workbook(read_trace_document(case_document()), TraceContext(**context)))
    assert all(row["来源行"] == context["sources"][row["交易"]][0] for row in sheets["流向"])
    assert {row["校验"] for row in sheets["按被害人"]} == {"✔"}
    paid = {row["被害人"]: row["被骗"] for row in sheets["按被害人"]}
    assert paid == {"模拟·王甲": 380_000, "模拟·李乙": 96_500, "模拟·赵丙": 52_800}
    for name, rows in sheets.items():
        assert len({row["口径"] for row in rows if "口径" in row}) <= 1, name  # a sum adds no two methods up


def test_accounts_questions_and_victims_lead_back_to_rows_too() -> None:
    document, context = case_document(), case_context()
    flows = document["methods"]["fifo"]["flows"]
    document["parameters"]["origins"] = [{"transfer": flow["transfer"]} for flow in flows if flow["hop"] == 1]
    sheets = _rows(funds_flow_workbook(read_trace_document(document), TraceContext(**context)))
    came = defaultdict(set)
    for flow in flows:
        came[flow["payee"]].update(context["sources"][flow["transfer"]])
    for name in ("账户", "待查", "未知"):
        reached = {row["账户"]: set(row["来源行"].split("\n")) for row in sheets[name] if row["账户"] in came}
        assert reached
        assert reached == {account: came[account] for account in reached}, name
    [paid] = [flow for flow in flows if flow["hop"] == 1 and "模拟·赵丙" in flow["by_victim"]]
    [victim] = [row for row in sheets["按被害人"] if row["被害人"] == "模拟·赵丙"]
    assert victim["来源行"] == context["sources"][paid["transfer"]][0]


def test_many_source_rows_are_cut_and_counted() -> None:
    context = case_context()
    context["sources"] = {transfer: [f"{transfer}·{n:02}" for n in range(25)] for transfer in context["sources"]}
    sheets = _rows(funds_flow_workbook(read_trace_document(case_document()), TraceContext(**context)))
    lines = [row["来源行"].split("\n") for row in sheets["待查"]]
    assert lines
    assert all(len(cell) == 21 and cell[-1] == "… 另 5 行，见“流向”表" for cell in lines)


def test_times_are_dates_and_states_are_said_as_on_the_page() -> None:
    trace, context = read_trace_document(case_document()), TraceContext(**case_context())
    sheets = _rows(funds_flow_workbook(trace, context))
    first = min(flow.at for flow in trace.methods[0].flows)
    assert min(row["时间"] for row in sheets["流向"]).isoformat() == first.removesuffix("+08:00")
    assert all(isinstance(row["查询起"], datetime) for row in sheets["待查"])
    page = funds_flow_page(trace, context)
    assert all(str(row["状态"]) in page for row in sheets["账户"])


def test_sheets_print_on_a4_across_with_their_heads_and_digests() -> None:
    book = openpyxl.load_workbook(io.BytesIO(funds_flow_workbook(read_trace_document(case_document()))))
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert bool(sheet.auto_filter.ref) == (sheet.title != "概览")
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.print_title_rows == "$1:$1"
        assert "数据截至 2026-03-21 23:59:59" in sheet.oddFooter.left.text
        assert "ab12ab12ab12ab12" in sheet.oddFooter.left.text
    formats = {cell.number_format for cell in book["账户"]["G"][1:]}
    assert formats == {"#,##0.00"}


def test_text_that_looks_like_a_formula_stays_text() -> None:
    document = case_document()
    document["methods"]["fifo"]["accounts"][0]["account"] = "=HYPERLINK(0)"
    document["warnings"] = ["=1+1", "+cmd", "@x"]
    book = openpyxl.load_workbook(io.BytesIO(funds_flow_workbook(read_trace_document(document))))
    kinds: dict[str, int] = defaultdict(int)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                kinds[cell.data_type] += 1
    assert kinds["f"] == 0


def test_the_same_trace_gives_the_same_bytes() -> None:
    assert funds_flow_workbook(read_trace_document(case_document())) == funds_flow_workbook(
        read_trace_document(case_document())
    )


def test_amounts_with_six_decimals_and_beyond_fifteen_digits_stay_exact() -> None:
    document = case_document()
    found = document["methods"].pop("fifo")
    found["currency"] = "USDT"
    found["accounts"][0]["held"] = "0.000001"
    found["accounts"][1]["held"] = "12345678901.123456"
    document["methods"] = {"fifo@USDT": found}
    sheets = _rows(funds_flow_workbook(read_trace_document(document)))
    held = {row["账户"]: str(row["留存"]) for row in sheets["账户"]}
    assert Decimal(held[found["accounts"][0]["account"]]) == Decimal("0.000001")
    assert held[found["accounts"][1]["account"]] == "12345678901.123456"
