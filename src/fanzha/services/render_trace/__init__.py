"""A trace for people: the flow of funds as a picture, a page and a workbook, made from the trace document alone."""

from fanzha.services.render_trace.funds_flow_svg import funds_flow_svg
from fanzha.services.render_trace.funds_flow_xlsx import funds_flow_workbook
from fanzha.services.render_trace.html_page import funds_flow_page
from fanzha.services.render_trace.trace_document import SmallPart, TraceContext, TraceDocument, read_trace_document

__all__ = [
    "SmallPart",
    "TraceContext",
    "TraceDocument",
    "funds_flow_page",
    "funds_flow_svg",
    "funds_flow_workbook",
    "read_trace_document",
]
