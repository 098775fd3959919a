"""Options that several verbs of `fanzha measure` share, how their texts are read, and how a measure is told."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fanzha.cli.desk_session import AtDesk
from fanzha.cli.output import say, show_table, write_json
from fanzha.core.errors import BadInput
from fanzha.core.money import parse_minor
from fanzha.core.time import format_instant, parse_instant

if TYPE_CHECKING:
    from pathlib import Path

    from fanzha.measures.model import Measure, Override
    from fanzha.measures.terms import Span

MeasureId = Annotated[str, typer.Argument(metavar="MEASURE", help="Id of the measure.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")]
Version = Annotated[
    int | None,
    typer.Option("--version", metavar="N", help="The version you looked at; refused if somebody changed it since."),
]
RequestKey = Annotated[
    str, typer.Option("--request", metavar="KEY", help="Your own key: the same command sent again is done once.")
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--override", metavar="RULE=REASON", help="A reason against a limit that gives way; repeatable."),
]
Period = Annotated[
    str, typer.Option("--period", metavar="SPAN", help="Such as 48h, 30d, 3w (working days), 6m (months), 1y.")
]
Amount = Annotated[str, typer.Option("--amount", metavar="YUAN", help="The amount, such as 50000.00.")]
Document = Annotated[str, typer.Option("--document", metavar="文号", help="Number of the notice.")]
Modes = Annotated[list[str] | None, typer.Option("--mode", help="How it holds, by the rules; repeatable.")]
FILE_MAX: Final = 64 << 20  # bytes of a scan, a slip or a table of answers
UNITS: Final = {"min": "minutes", "h": "hours", "d": "days", "w": "workdays", "m": "months", "y": "years"}
_SPAN: Final = re.compile(r"(\d{1,4})\s*([a-z]+)")


def read_overrides(texts: list[str] | None) -> tuple[Override, ...]:
    """Reasons against limits. Raises BadInput for what is not RULE=REASON."""
    from fanzha.measures.model import Override

    pairs = [text.partition("=") for text in texts or ()]
    for rule, equals, reason in pairs:
        if not (rule.strip() and equals and reason.strip()):
            raise BadInput(f"--override {rule!r}: write RULE=REASON, such as stops_on_account=新的被害人刚刚转入")
    return tuple(Override(rule.strip(), reason.strip()) for rule, _, reason in pairs)


def read_span(text: str) -> Span | None:
    """A length of time; None for an empty text. Raises BadInput when it is none."""
    from fanzha.measures.terms import Span, Unit

    if not text:
        return None
    match = _SPAN.fullmatch(text.strip().lower())
    unit = "" if match is None else UNITS.get(match[2], match[2])
    if match is None or unit not in {each.value for each in Unit} or int(match[1]) < 1:
        raise BadInput(f"--period {text!r} is no length of time; write 48h, 30d, 3w, 6m or 1y")
    return Span(int(match[1]), Unit(unit))


def read_amount(text: str, option: str = "--amount") -> int | None:
    """Minor units of an amount in yuan; None for an empty text. Raises BadInput when it is none."""
    if not text:
        return None
    try:
        minor = parse_minor(text)
    except BadInput as wrong:
        raise BadInput(f"{option}: {wrong}") from None
    if minor < 0:
        raise BadInput(f"{option}: {text!r} is below zero")
    return minor


def read_instant(text: str, otherwise_us: int) -> int:
    """An instant; `otherwise_us` for an empty text. Raises BadInput when it is none."""
    return parse_instant(text) if text else otherwise_us


def read_word(text: str, words: Any, option: str, among: Collection[Any] | None = None) -> Any:
    """One of a set of words, or of those among them that can be meant here. Raises BadInput, which lists them."""
    meant = [word for word in words if among is None or word in among]
    found = next((word for word in meant if word.value == text), None)
    if found is None:
        raise BadInput(f"{option} {text!r} is not one of {', '.join(word.value for word in meant)}")
    return found


def read_file(path: Path) -> bytes:
    """The whole content of a file that somebody brought. Raises BadInput when it cannot be read, or is too large."""
    try:
        if path.stat().st_size > FILE_MAX:
            raise BadInput(f"{path}: larger than {FILE_MAX >> 20} MiB; statements are read by: fanzha ingest")
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None


def tell_measure(at: AtDesk, measure: Measure, said: str = "") -> None:
    """What became of a measure: its document, or a line with what can be done next."""
    from fanzha.measures.model import effective_status

    if at.json:
        write_json(shown_measure(at, measure.id))
        return
    status = effective_status(measure, at.desk.clock.now_us())
    say(
        f"{measure.id}  {measure.kind.value}  {status.value}  version {measure.version}" + (f"  {said}" if said else "")
    )
    until_us = measure.void_from_us
    if until_us is not None and not measure.ended_us:
        say(f"holds until {format_instant(until_us)[:16]}")
    answered_by_files = status.value == "sent" and measure.kind.value == "query"
    following = _QUERY_SENT if answered_by_files else _before_decision(at, measure) or _NEXT.get(status.value)
    if following:
        say(following.format(id=measure.id))


def _before_decision(at: AtDesk, measure: Measure) -> str:
    """What comes before the approval where somebody is to be heard first; empty where nobody is, or he was."""
    from fanzha.measures.hearing import heard_us, told_before_due_us

    rules = at.desk.rules.measures
    due_us, may_us = told_before_due_us(measure, rules), heard_us(measure, rules)
    if measure.status.value != "proposed":
        return ""
    if due_us is not None:
        return f"next: tell whom it hits by {format_instant(due_us)[:16]}, in writing: {_TELL}"
    if may_us is not None and at.desk.clock.now_us() < may_us:
        return f"he may speak for himself until {format_instant(may_us)[:16]}; after that another officer approves"
    return ""


def shown_measure(at: AtDesk, measure_id: str) -> dict[str, Any]:
    """The measure's document as the actor may see it."""
    from fanzha.measures.model import Measure
    from fanzha.services.desk.documents.measure import measure_document, preview_document
    from fanzha.services.desk.open_record import open_record
    from fanzha.services.desk.preview_measure import preview_measure

    mask = open_record(at.desk, at.actor, Measure, measure_id).mask
    preview = preview_measure(at.desk, at.actor, measure_id)
    document = measure_document(preview.measure, mask, at.desk.clock.now_us())
    return {**document, "preview": preview_document(preview, mask)}


_TELL: Final = "fanzha measure notice {id}, then fanzha measure told {id} --how in_person, letter or public_notice"
_NEXT: Final = {
    "draft": "next: fanzha measure preview {id}, then fanzha measure propose {id}",
    "proposed": "next: another officer approves: fanzha measure approve {id}",
    "approved": "its order waits to leave: fanzha exchange send; issued elsewhere: "
    "fanzha measure send {id} --platform-number NUMBER",
    "sent": "when the institution has answered on paper: fanzha measure receipt {id} --outcome … --platform-number …",
}
_QUERY_SENT: Final = (
    "when statements came: fanzha measure query answer FILE…; when there are none: fanzha measure query nothing {id}"
)


def show_pairs(title: str, pairs: list[tuple[str, Any]]) -> None:
    """Names and values, those that are empty left out."""
    rows = [[name, _text(value)] for name, value in pairs if value not in (None, "", [], ())]
    show_table(title, ["", " "], rows)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(str(one) for one in value)
    return str(value)
