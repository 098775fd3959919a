"""A trace for people: the flow of funds as a picture, a page and a workbook, made from the trace document alone.

`flow_view` gives a view of the console from a `FlowRequest`; `prepare_flow` and `prepared_view` give one view after another.
`funds_flow_page` and `funds_flow_workbook` give whole files.
"""

from fanzha.services.render_trace.flow_histogram import histogram
from fanzha.services.render_trace.flow_request import Cell, FlowRequest, Level, Preset, Shape
from fanzha.services.render_trace.flow_view import FlowView, PreparedFlow, flow_view, prepare_flow, prepared_view
from fanzha.services.render_trace.flow_words import Language
from fanzha.services.render_trace.funds_flow_svg import funds_flow_svg
from fanzha.services.render_trace.funds_flow_xlsx import funds_flow_workbook
from fanzha.services.render_trace.held_by_receipt import with_receipts
from fanzha.services.render_trace.html_page import funds_flow_page
from fanzha.services.render_trace.methods_apart import MethodsApart, methods_apart, stoppable_by
from fanzha.services.render_trace.trace_document import (
    BankBalance,
    Control,
    Hold,
    SmallPart,
    Strength,
    TraceContext,
    TraceDocument,
    read_trace_document,
)

__all__ = [
    "BankBalance",
    "Cell",
    "Control",
    "FlowRequest",
    "FlowView",
    "Hold",
    "Language",
    "Level",
    "MethodsApart",
    "PreparedFlow",
    "Preset",
    "Shape",
    "SmallPart",
    "Strength",
    "TraceContext",
    "TraceDocument",
    "flow_view",
    "funds_flow_page",
    "funds_flow_svg",
    "funds_flow_workbook",
    "histogram",
    "methods_apart",
    "prepare_flow",
    "prepared_view",
    "read_trace_document",
    "stoppable_by",
    "with_receipts",
]
