"""2.3 Where the money went: picture, table and playback of the last trace of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from fanzha.core.errors import BadInput, NotFound
from fanzha.core.money import parse_minor
from fanzha.core.time import parse_instant
from fanzha.services.desk.case_flow import CaseFlow, case_flow
from fanzha.services.render_trace import (
    Cell,
    FlowRequest,
    Language,
    Level,
    Preset,
    Shape,
    TraceDocument,
    flow_view,
    funds_flow_workbook,
    histogram,
    methods_apart,
    stoppable_by,
)
from fanzha.services.render_trace.flow_style import FLOW_STYLE
from fanzha.tracing.runs import LEADS_METHOD
from fanzha.web import show
from fanzha.web.account_reference import account_address
from fanzha.web.answers import XLSX, Answer, Download, Page
from fanzha.web.asking import Ask
from fanzha.web.routes import SEERS, Route
from fanzha.web.terms import METHOD_WORDS
from fanzha.web.words import CHINESE, N_

WIDTH: Final = 1300  # pixels of the picture on an officer's screen
SHAPES: Final = (
    (Shape.HOPS, N_("层级")), (Shape.LANES, N_("时间轴")), (Shape.TABLE, N_("表格")), (Shape.MATRIX, N_("层级×机构")),
)  # fmt: skip
LEVELS: Final = ((Level.ACCOUNT, N_("账户间")), (Level.TRANSFER, N_("逐笔")), (Level.GROUP, N_("分组")))
PRESETS: Final = (
    (Preset.NONE, N_("不合并")), (Preset.AMOUNT, N_("按金额合并")), (Preset.TIME, N_("按时间合并")),
    (Preset.MERGE, N_("合并过账")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MethodLine:
    """A method's figures beside the others."""

    key: str
    name: str
    currency: str
    held: int
    stoppable: int
    unknown: int
    leads_only: bool


def flow_page(ask: Ask) -> Answer:
    """The picture of a case's last trace, as the address asks for it; the address can be cited."""
    console = ask.console
    flow = case_flow(console.desk, console.books, ask.officer, ask.path["record_id"])
    if flow.document is None:
        return Page("flow_none.html", {"flow": flow})
    request = request_of(ask.query, ask.language)
    view = flow_view(flow.document, flow.context, request)
    apart = methods_apart(flow.document, flow.context, request.language)
    lines = method_lines(flow)
    # Beyond the cursor nothing is drawn that playback could show.
    steps = [step for step in view.steps if request.cursor_us is None or step.at_us <= request.cursor_us]
    context = {
        "flow": flow, "view": view, "request": request, "link": Links(flow.case.id, request), "shapes": SHAPES,
        "levels": LEVELS, "differences": apart.sentence, "presets": PRESETS, "lines": lines, "Shape": Shape,
        "method_word": next(line.name for line in lines if line.key == view.method), "as_of": as_of,
        "histogram": histogram(steps), "first_us": steps[0].at_us if steps else None,
        "account_at": lambda shown: account_address(console, ask.officer, flow.number_of(shown), flow.case.id),
        "Level": Level, "Preset": Preset, "steps_ms": [step.at_us // 1000 for step in steps],
    }  # fmt: skip
    return Page("parts/flow_body.html" if ask.fragment else "flow.html", context)


def as_of(document: TraceDocument) -> str:
    """Until when the statements tell."""
    return document.as_of.replace("T", " ")[:19]


def request_of(query: Mapping[str, str], language: str) -> FlowRequest:
    """The view that an address asks for. Raises BadInput, which names the part that makes no sense."""
    try:
        return FlowRequest(
            method=query.get("method", ""),
            shape=Shape(query.get("shape", Shape.AUTO.value)),
            level=Level(query.get("level", Level.ACCOUNT.value)),
            preset=Preset(query.get("preset", Preset.NONE.value)),
            least_minor=parse_minor(query.get("least") or "0"),
            cards_per_hop=int(query["k"]) if query.get("k") else None,
            batches=frozenset(_pair(text) for text in _parts(query.get("more", ""))),
            folded=frozenset(_parts(query.get("folded", ""))),
            opened=frozenset(_parts(query.get("opened", ""))),
            pinned=frozenset(_parts(query.get("pinned", ""))),
            selected=query.get("account", ""),
            cell=_cell(query.get("cell", "")),
            cursor_us=parse_instant(query["at"]) if query.get("at") else None,
            language=Language.CHINESE if language == CHINESE else Language.ENGLISH,
            width=WIDTH,
            acts=True,
        )
    except ValueError as error:
        raise BadInput(f"this address asks for no view of the money: {error}") from None


def _parts(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _pair(text: str) -> tuple[int, int]:
    hop, _, count = text.partition("x")
    return int(hop), int(count or "1")


def _cell(text: str) -> Cell | None:
    hop, _, institution = text.partition("~")
    return Cell(int(hop), institution) if text else None


def query_of(request: FlowRequest) -> dict[str, str]:
    """What an address says to ask for the view; what is as usual is left out."""
    usual = FlowRequest()
    said: dict[str, Any] = {
        "method": request.method,
        "shape": "" if request.shape is usual.shape else request.shape.value,
        "level": "" if request.level is usual.level else request.level.value,
        "preset": "" if request.preset is usual.preset else request.preset.value,
        "least": "" if not request.least_minor else f"{request.least_minor / 100:.2f}",
        "k": "" if request.cards_per_hop is None else str(request.cards_per_hop),
        "more": ",".join(f"{hop}x{count}" for hop, count in sorted(request.batches)),
        "folded": ",".join(sorted(request.folded)),
        "opened": ",".join(sorted(request.opened)),
        "pinned": ",".join(sorted(request.pinned)),
        "account": request.selected,
        "cell": "" if request.cell is None else f"{request.cell.hop}~{request.cell.institution}",
        "at": "" if request.cursor_us is None else show.field_instant(request.cursor_us),
    }
    return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of views that are one step away from this one."""

    case: str
    request: FlowRequest

    def to(self, **changes: Any) -> str:
        """The same view with something changed."""
        said = urlencode(query_of(replace(self.request, **changes)))
        return f"/cases/{self.case}/flow" + (f"?{said}" if said else "")

    def more(self, hop: int) -> str:
        """One batch more of a hop's rest."""
        return self.to(batches=self.request.expanded(hop).batches)

    def less(self, hop: int) -> str:
        """One batch less."""
        return self.to(batches=self.request.collapsed(hop).batches)

    def fields(self, *without: str) -> Mapping[str, str]:
        """What a form must carry on besides its own fields."""
        return {name: value for name, value in query_of(self.request).items() if name not in without}


def method_lines(flow: CaseFlow) -> tuple[MethodLine, ...]:
    """Each method's sums, the working one first."""
    assert flow.document is not None
    lines = []
    for method in flow.document.methods:
        balance = None if method.key == LEADS_METHOD else method.balance
        lines.append(
            MethodLine(
                method.key, METHOD_WORDS.get(method.key.split("@")[0], method.key), method.currency,
                sum(account.held for account in method.accounts),
                stoppable_by(method, flow.context), 0 if balance is None else balance.unknown, balance is None,
            )
        )  # fmt: skip
    return tuple(lines)


def flow_workbook(ask: Ask) -> Answer:
    """Every method's tables as a workbook, accounts as the page shows them."""
    flow = case_flow(ask.console.desk, ask.console.books, ask.officer, ask.path["record_id"])
    if flow.document is None:
        raise NotFound(f"{flow.case.id} was never traced")
    content = funds_flow_workbook(flow.document, flow.context)
    return Download(content, XLSX, f"{flow.case.id}-flow.xlsx")


def picture_style(_ask: Ask) -> Answer:
    """The style of the picture, which pages and files share."""
    return Download(FLOW_STYLE.encode(), "text/css")


ROUTES: Final = (
    Route("GET", "/flow-picture.css", picture_style, None),
    Route("GET", "/cases/{record_id:str}/flow", flow_page, SEERS),
    Route("GET", "/cases/{record_id:str}/flow.xlsx", flow_workbook, SEERS),
)
