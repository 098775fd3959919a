"""The money-flow view: one function gives picture, table, sums and coverage of a trace, for screen, print and export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant
from fanzha.services.render_trace.account_states import small_parts
from fanzha.services.render_trace.flow_at import context_at, trace_at
from fanzha.services.render_trace.flow_cards import FlowPicture
from fanzha.services.render_trace.flow_choice import Choice, candidates, choice_of
from fanzha.services.render_trace.flow_draft import Draft, draft_of, within
from fanzha.services.render_trace.flow_lanes import lane_number, lanes_of, time_scale
from fanzha.services.render_trace.flow_lanes_svg import gap_words, lanes_drawing
from fanzha.services.render_trace.flow_layout import layout_of
from fanzha.services.render_trace.flow_matrix import FlowMatrix, matrix_html, matrix_of
from fanzha.services.render_trace.flow_order import order_of
from fanzha.services.render_trace.flow_picture import Frame, frame_of, framed_picture
from fanzha.services.render_trace.flow_request import WIDTH_MAX, FlowRequest, Shape
from fanzha.services.render_trace.flow_sheets import FlowSheet, sheets_of, too_tall
from fanzha.services.render_trace.flow_strip import overview_strip
from fanzha.services.render_trace.flow_sums import FlowSums, HopSums, hop_sums, sums_of
from fanzha.services.render_trace.flow_table import FlowRow, flow_rows
from fanzha.services.render_trace.flow_texts import Pen
from fanzha.services.render_trace.flow_words import Speech
from fanzha.services.render_trace.funds_flow_svg import coverage_words, drawing, laid_out
from fanzha.services.render_trace.trace_document import (
    MethodTrace,
    Strength,
    TraceContext,
    TraceDocument,
    instant_of,
)
from fanzha.services.render_trace.wording import clock

PICTURE_MAX: Final = 5_000  # accounts; beyond them a filter is asked for
MATRIX_FIRST: Final = 1_000
LANES_ALL_MAX: Final = 40  # accounts that have lanes of their own
LANES_PER_HOP: Final = 8
STEPS_MAX: Final = 2_000  # instants of playback


class FlowStep(NamedTuple):
    """An instant at which money moved, for the time scale and for playback."""

    at_us: int
    transfers: int
    traced: int


@dataclass(frozen=True, slots=True)
class FlowView:
    """What the request asked for, ready to be shown; amounts in minor units of `currency`."""

    request: FlowRequest
    shape: Shape  # what is shown: never AUTO
    method: str
    currency: str
    exponent: int
    svg: str  # '' where a table or a matrix is shown
    width: int
    height: int
    strip: str  # the overview by hop as SVG, where there are too many accounts to see it in the picture
    rows: tuple[FlowRow, ...]  # always all of them
    sums: FlowSums | None  # None for leads
    hops: tuple[HopSums, ...]
    matrix: FlowMatrix | None
    matrix_html: str
    coverage: str  # what is shown and what is left out, in words
    notes: tuple[str, ...]
    sheets: tuple[FlowSheet, ...]  # of paper; none where it is printed as it is
    paper_svg: str  # the picture in short cards, where on paper the full ones would be too small; else ''
    steps: tuple[FlowStep, ...]
    accounts: int
    shown: int


@dataclass(frozen=True, slots=True)
class _Drawn:
    svg: str = ""
    width: int = 0
    height: int = 0
    number: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    sheets: tuple[FlowSheet, ...] = ()
    paper_svg: str = ""


@dataclass(frozen=True, slots=True)
class PreparedFlow:
    """What every view of one method's result needs, made once: to be kept as long as trace and context stay the same."""

    trace: MethodTrace
    context: TraceContext
    small: frozenset[str]
    draft: Draft
    order: Mapping[str, int]
    steps: tuple[FlowStep, ...]
    as_of_us: int | None


@dataclass(frozen=True, slots=True)
class _Scene:
    """The whole trace, framed, and the part of it up to the cursor."""

    request: FlowRequest
    choice: Choice
    speech: Speech
    whole: MethodTrace
    trace: MethodTrace
    context: TraceContext
    whole_draft: Draft
    draft: Draft
    frame: Frame

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out at the cursor."""
        return self.trace is self.whole


def flow_view(document: TraceDocument, context: TraceContext, request: FlowRequest) -> FlowView:
    """A view of a trace; the same trace, context and request give the same bytes.

    Raises BadInput where the document has no such method.
    """
    return prepared_view(prepare_flow(document, context, request.method), request)


def prepare_flow(document: TraceDocument, context: TraceContext, method: str = "") -> PreparedFlow:
    """The part of the work that no request changes, for who asks for one view after another.

    Raises BadInput where the document has no such method; '' is the working one.
    """
    trace = _method(document, method)
    small = small_parts(trace, context)
    draft = draft_of(trace, small, context)
    return PreparedFlow(trace, context, small, draft, order_of(draft), _steps(trace), instant_of(document.as_of))


def prepared_view(prepared: PreparedFlow, request: FlowRequest) -> FlowView:
    """A view of what was prepared; the method is the one that it was prepared for."""
    scene = _scene(prepared, request)
    picture = framed_picture(scene.draft, scene.frame, scene.choice, scene.context)
    wanted = candidates(scene.whole_draft, scene.choice)
    shape, reason = _shape(request, wanted)
    instants = tuple(step.at_us for step in prepared.steps)
    pen = Pen(
        scene.trace, scene.context, picture, request.prefix, {}, scene.speech, steps=instants, acts=request.acts
    )  # fmt: skip
    drawn, hops = _drawn(scene, pen, shape), hop_sums(picture)
    matrix = matrix_of(scene.draft.parties, scene.context) if shape in {Shape.MATRIX, Shape.TABLE} else None
    say, total = scene.speech.say, picture.accounts_total
    notes = ((say(reason, count=wanted, most=PICTURE_MAX),) if reason else ()) + drawn.notes + _notes(scene)
    now_us = request.cursor_us if request.cursor_us is not None else prepared.as_of_us
    return FlowView(
        request=request,
        shape=shape,
        method=scene.trace.key,
        currency=scene.trace.currency,
        exponent=scene.trace.exponent,
        svg=drawn.svg,
        width=drawn.width,
        height=drawn.height,
        strip=overview_strip(hops, scene.trace.exponent, scene.speech, request.prefix) if picture.strip else "",
        rows=flow_rows(scene.draft, picture, drawn.number, (scene.trace, scene.context, scene.speech), now_us),
        sums=sums_of(scene.trace, scene.draft.parties),
        hops=hops,
        matrix=matrix,
        matrix_html=matrix_html(matrix, scene.trace.currency, scene.speech) if matrix else "",
        coverage=coverage_words(pen, short=True) if drawn.svg else say("cover_of", shown=total, total=total),
        notes=notes,
        sheets=drawn.sheets,
        paper_svg=drawn.paper_svg,
        steps=prepared.steps,
        accounts=total,
        shown=picture.accounts_shown if drawn.svg else total,
    )


def _scene(prepared: PreparedFlow, request: FlowRequest) -> _Scene:
    whole, context = prepared.trace, prepared.context
    trace = trace_at(whole, request.cursor_us)
    then = context_at(context, request.cursor_us)
    choice = choice_of(request, {*context.controls, *context.shared}, context.institutions)
    if request.shape is Shape.LANES and choice.cards_per_hop is None and len(whole.accounts) > LANES_ALL_MAX:
        choice = replace(choice, cards_per_hop=LANES_PER_HOP)
    draft = prepared.draft
    if trace is not whole or then is not context:
        draft = within(draft_of(trace, prepared.small, then), draft.cards)
    return _Scene(
        request=request,
        choice=choice,
        speech=Speech(request.language),
        whole=whole,
        trace=trace,
        context=then,
        whole_draft=prepared.draft,
        draft=draft,
        frame=frame_of(prepared.draft, whole, choice, prepared.order),
    )


def _method(document: TraceDocument, wanted: str) -> MethodTrace:
    for method in document.methods:
        if wanted in {"", method.key}:
            return method
    known = ", ".join(method.key for method in document.methods)
    raise BadInput(f"the trace has no method {wanted!r}; it has: {known}")


def _shape(request: FlowRequest, accounts: int) -> tuple[Shape, str]:
    """What is shown, and the phrase that says why it is not what was asked for."""
    if request.shape in {Shape.TABLE, Shape.MATRIX}:
        return request.shape, ""
    if accounts > PICTURE_MAX:
        return Shape.MATRIX, "filter_wanted"
    if request.shape is Shape.AUTO:
        if accounts > MATRIX_FIRST and request.cell is None:
            return Shape.MATRIX, "matrix_first"
        return Shape.HOPS, ""
    return request.shape, ""


def _drawn(scene: _Scene, pen: Pen, shape: Shape) -> _Drawn:
    """The picture, its size, the number of each card in it, and what else is to be said of it."""
    if shape not in {Shape.HOPS, Shape.LANES}:
        return _Drawn()
    whole = pen.picture
    if not scene.is_whole:
        whole = framed_picture(scene.whole_draft, scene.frame, scene.choice, scene.context)
    if shape is Shape.LANES:
        return _lanes(scene, pen, whole)
    layout = laid_out(replace(pen, picture=whole))
    if not scene.is_whole:
        layout = layout_of(pen.picture, frame=layout)
    number = {box.card.key: place for place, box in enumerate(layout.boxes)}
    width = min(WIDTH_MAX, max(scene.request.width, layout.width))
    svg = drawing(pen, layout, coverage_words(pen, short=True), width)
    paper_svg, on_paper, prefix = "", layout, pen.prefix
    if too_tall(layout) and not whole.compact:
        paper = replace(pen, picture=replace(whole, compact=True), prefix=f"{pen.prefix}-paper", paper=True)
        on_paper, prefix = laid_out(paper), paper.prefix
        if not scene.is_whole:
            paper = replace(paper, picture=replace(pen.picture, compact=True))
            on_paper = layout_of(paper.picture, frame=on_paper)
        paper_svg = drawing(paper, on_paper, coverage_words(pen, short=True), on_paper.width)
    return _Drawn(
        svg, width, layout.height, number, sheets=sheets_of(on_paper, f"{prefix}-whole"), paper_svg=paper_svg
    )  # fmt: skip


def _lanes(scene: _Scene, pen: Pen, whole: FlowPicture) -> _Drawn:
    instants = (payment.at_us for found in scene.whole_draft.payments.values() for payment in found)
    scale = time_scale((at for at in instants if at is not None), min(WIDTH_MAX, scene.request.width))
    layout = lanes_of(whole, scale, pen.picture, scene.draft, scene.request.cursor_us)
    svg = lanes_drawing(pen, layout, coverage_words(pen, short=True), scene.request.cursor_us)
    notes = [gap_words(pen, layout)]
    if layout.jumps_left_out:
        notes.append(pen.speech.say("links_left_out", count=layout.jumps_left_out))
    return _Drawn(svg, layout.width, layout.height, lane_number(layout), tuple(note for note in notes if note))


def _notes(scene: _Scene) -> tuple[str, ...]:
    """What a reader must know before he relies on the picture."""
    say, notes = scene.speech.say, []
    undated = sum(1 for flow in scene.whole.flows if flow.at_us is None)
    if scene.request.cursor_us is not None:
        later = len(scene.whole.flows) - len(scene.trace.flows) - (0 if scene.is_whole else undated)
        notes.append(say("at_instant", at=clock(format_instant(scene.request.cursor_us)), count=later))
        if undated and not scene.is_whole:
            notes.append(say("undated", count=undated))
    inferred = sum(1 for flow in scene.trace.flows if scene.context.strengths.get(flow.transfer) is Strength.INFERRED)
    if inferred:
        notes.append(say("inferred", count=inferred))
    return tuple(notes)


def _steps(trace: MethodTrace) -> tuple[FlowStep, ...]:
    """The instants at which money moved, in order; beyond the limit neighbours share a step."""
    moved: dict[int, tuple[int, int]] = {}
    for flow in trace.flows:
        if flow.at_us is not None:
            count, traced = moved.get(flow.at_us, (0, 0))
            moved[flow.at_us] = (count + 1, traced + flow.traced)
    instants = sorted(moved)
    if len(instants) <= STEPS_MAX:
        return tuple(FlowStep(at, *moved[at]) for at in instants)
    size = -(-len(instants) // STEPS_MAX)
    return tuple(_step(instants[start : start + size], moved) for start in range(0, len(instants), size))


def _step(instants: Sequence[int], moved: Mapping[int, tuple[int, int]]) -> FlowStep:
    return FlowStep(instants[-1], sum(moved[at][0] for at in instants), sum(moved[at][1] for at in instants))
