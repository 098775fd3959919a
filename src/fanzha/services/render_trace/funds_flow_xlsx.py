"""The 资金流向表 as an XLSX workbook, in memory; the same trace gives the same bytes."""

from __future__ import annotations

from fanzha.services.render_trace.funds_flow_sheets import sheets_of
from fanzha.services.render_trace.sheet_book import sheet_book
from fanzha.services.render_trace.trace_document import TraceContext, TraceDocument
from fanzha.services.render_trace.wording import clock


def funds_flow_workbook(trace: TraceDocument, context: TraceContext | None = None) -> bytes:
    """The workbook of a trace, the working method's rows first."""
    context = context or TraceContext()
    digests = f"账本 {trace.ledger_digest[:16]}　结果 {trace.result_hash[:16]}"
    foot = "　".join(part for part in (context.watermark, f"数据截至 {clock(trace.as_of)}", digests) if part)
    return sheet_book(context.title or "资金流向表", trace.as_of, foot, sheets_of(trace, context))
