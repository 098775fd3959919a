"""The money-flow view: one function gives picture, table, sums and coverage of a trace, for screen, print and export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant
from fanzha.services.render_trace.account_states import small_parts
from fanzha.services.render_trace.flow_at import context_at, trace_at
from fanzha.services.render_trace.flow_choice import Choice, candidates, choice_of
from fanzha.services.render_trace.flow_draft import Draft, draft_of, within
from fanzha.services.render_trace.flow_layout import layout_of
from fanzha.services.render_trace.flow_matrix import FlowMatrix, matrix_html, matrix_of
from fanzha.services.render_trace.flow_picture import Frame, frame_of, framed_picture
from fanzha.services.render_trace.flow_request import WIDTH_MAX, FlowRequest, Shape
from fanzha.services.render_trace.flow_sums import FlowSums, HopSums, hop_sums, sums_of
from fanzha.services.render_trace.flow_table import FlowRow, flow_rows
from fanzha.services.render_trace.flow_texts import Pen, needs_name_line
from fanzha.services.render_trace.flow_words import Speech
from fanzha.services.render_trace.funds_flow_svg import coverage_words, drawing
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
STEPS_MAX: Final = 2_000  # instants of playback


@dataclass(frozen=True, slots=True)
class FlowStep:
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
    rows: tuple[FlowRow, ...]  # always all of them
    sums: FlowSums | None  # None for leads
    hops: tuple[HopSums, ...]
    matrix: FlowMatrix | None
    matrix_html: str
    coverage: str  # what is shown and what is left out, in words
    notes: tuple[str, ...]
    steps: tuple[FlowStep, ...]
    accounts: int
    shown: int


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
    as_of_us: int | None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out at the cursor."""
        return self.trace is self.whole


def flow_view(document: TraceDocument, context: TraceContext, request: FlowRequest) -> FlowView:
    """A view of a trace; the same trace, context and request give the same bytes.

    Raises BadInput where the document has no such method.
    """
    scene = _scene(document, context, request)
    picture = framed_picture(scene.draft, scene.frame, scene.choice, scene.context)
    wanted = candidates(scene.whole_draft, scene.choice)
    shape, reason = _shape(request, wanted)
    pen = Pen(scene.trace, scene.context, picture, request.prefix, {}, scene.speech)
    svg, width, height, number = _drawn(scene, pen, shape)
    matrix = matrix_of(scene.draft.parties, scene.context) if shape in {Shape.MATRIX, Shape.TABLE} else None
    say, total = scene.speech.say, picture.accounts_total
    notes = ((say(reason, count=wanted, most=PICTURE_MAX),) if reason else ()) + _notes(scene)
    now_us = request.cursor_us if request.cursor_us is not None else scene.as_of_us
    return FlowView(
        request=request,
        shape=shape,
        method=scene.trace.key,
        currency=scene.trace.currency,
        exponent=scene.trace.exponent,
        svg=svg,
        width=width,
        height=height,
        rows=flow_rows(scene.draft, picture, number, (scene.trace, scene.context, scene.speech), now_us),
        sums=sums_of(scene.trace, scene.draft.parties),
        hops=hop_sums(picture),
        matrix=matrix,
        matrix_html=matrix_html(matrix, scene.trace.exponent, scene.speech) if matrix else "",
        coverage=coverage_words(pen, short=True) if svg else say("cover_of", shown=total, total=total),
        notes=notes,
        steps=_steps(scene.whole),
        accounts=total,
        shown=picture.accounts_shown if svg else total,
    )


def _scene(document: TraceDocument, context: TraceContext, request: FlowRequest) -> _Scene:
    whole = _method(document, request.method)
    trace = trace_at(whole, request.cursor_us)
    then = context_at(context, request.cursor_us)
    kept = {*context.controls, *context.shared}
    choice = choice_of(request, kept, context.institutions)
    small = small_parts(whole, context)
    whole_draft = draft_of(whole, small, context)
    is_now = trace is whole and then is context
    return _Scene(
        request=request,
        choice=choice,
        speech=Speech(request.language),
        whole=whole,
        trace=trace,
        context=then,
        whole_draft=whole_draft,
        draft=whole_draft if is_now else within(draft_of(trace, small, then), whole_draft.cards),
        frame=frame_of(whole_draft, whole, choice),
        as_of_us=instant_of(document.as_of),
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


def _drawn(scene: _Scene, pen: Pen, shape: Shape) -> tuple[str, int, int, dict[str, int]]:
    """The picture, its size, and the number of each card in it."""
    if shape is not Shape.HOPS:
        return "", 0, 0, {}
    whole = pen.picture
    if not scene.is_whole:
        whole = framed_picture(scene.whole_draft, scene.frame, scene.choice, scene.context)
    tall = frozenset(card.key for card in whole.cards if needs_name_line(pen, card))
    layout = layout_of(whole, tall)
    if not scene.is_whole:
        layout = layout_of(pen.picture, tall, layout)
    number = {box.card.key: place for place, box in enumerate(layout.boxes)}
    width = min(WIDTH_MAX, max(scene.request.width, layout.width))
    return drawing(pen, layout, coverage_words(pen, short=True), width), width, layout.height, number


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
    moved: dict[int, list[int]] = defaultdict(list)
    for flow in trace.flows:
        if flow.at_us is not None:
            moved[flow.at_us].append(flow.traced)
    instants = sorted(moved)
    size = -(-len(instants) // STEPS_MAX) or 1
    return tuple(_step(instants[start : start + size], moved) for start in range(0, len(instants), size))


def _step(instants: Sequence[int], moved: dict[int, list[int]]) -> FlowStep:
    return FlowStep(instants[-1], sum(len(moved[at]) for at in instants), sum(sum(moved[at]) for at in instants))
