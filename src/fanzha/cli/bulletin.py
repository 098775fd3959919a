"""`fanzha bulletin`: published bulletins of others, read into figures and set side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from fanzha.cli.output import counted, invocation_of, say, show_table, write_json
from fanzha.cli.whole_file import write_whole
from fanzha.core.errors import BadInput

app = typer.Typer(
    name="bulletin", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Bulletins: read the figures of others and set them side by side; write, check and issue one's own.",
)  # fmt: skip
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE…", help="Bulletins: text, Markdown, HTML, PDF, DOCX, pictures.")
]
NOT_ALL_READ: Final = 3
SERIES_SHOWN_MAX: Final = 40
KINDS: Final[Mapping[str, str]] = {
    "yoy": "同比", "mom": "环比", "wow": "比上周", "prev_full_year": "比上年全年", "versus": "比",
    "multiple_yoy": "为去年同期", "multiple_mom": "为上期", "multiple_prev_full_year": "为上年全年", "multiple_versus": "为",
    "yoy_difference": "同比增减", "mom_difference": "环比增减", "wow_difference": "比上周增减",
    "prev_full_year_difference": "比上年全年增减", "versus_difference": "增减，比", "yoy_points": "同比", "mom_points": "环比",
    "wow_points": "比上周", "prev_full_year_points": "比上年全年", "versus_points": "比",
}  # fmt: skip
FAULTS: Final[Mapping[str, str]] = {
    "longer_is_smaller": "a longer period counts less than one inside it",
    "same_period_differs": "the same period, two values",
    "part_exceeds_whole": "a part is more than the whole",
}


@app.command()
def read(context: typer.Context, files: Files) -> int:
    """Read the figures of published bulletins, each with its period, its comparison and where it is said.

    Of several files, one that cannot be read is said and keeps its place (exit code 3).
    """
    from fanzha import bootstrap
    from fanzha.services.read_bulletin import bulletin_document, read_bulletins

    documents = [bulletin_document(one) for one in read_bulletins(bootstrap.bulletin_reader(), files)]
    if invocation_of(context).json:
        write_json(documents[0] if len(documents) == 1 else documents)
    else:
        catalogue = bootstrap.indicator_catalogue()
        for document in documents:
            _show(document, catalogue.name_of)
    whole = all("error" not in one and not one["source"].get("notes") for one in documents)
    return 0 if whole else NOT_ALL_READ


@app.command()
def series(
    context: typer.Context,
    files: Files,
    measure: Annotated[
        list[str] | None, typer.Option("--measure", metavar="ID", help="Only this measure; repeatable.")
    ] = None,
    chart: Annotated[Path | None, typer.Option("--chart", metavar="FILE", help="Draw it, as SVG.")] = None,
) -> int:
    """Set the figures of many bulletins side by side: series, contradictions, and which comparisons hold.

    A file that cannot be read is said and left out (exit code 3).
    """
    from fanzha import bootstrap
    from fanzha.services.bulletin_picture import bulletin_picture
    from fanzha.services.compare_bulletins import compare_bulletins
    from fanzha.services.read_bulletin import read_bulletins

    catalogue = bootstrap.indicator_catalogue()
    unknown = [one for one in measure or () if one not in catalogue.measures and not one.startswith("proposed:")]
    if unknown:
        raise BadInput(f"--measure {unknown[0]}: the catalogue has no such measure; see docs/reference/rules.md")
    document = compare_bulletins(read_bulletins(bootstrap.bulletin_reader(), files), catalogue, measure or ())
    if chart is not None:
        write_whole(chart, bulletin_picture(document).encode("utf-8"), public=True)
    if invocation_of(context).json:
        write_json(document)
    else:
        _show_series(document)
        if chart is not None:
            say(f"drawn: {chart}")
    return NOT_ALL_READ if document["unread"] else 0


def _show(document: Mapping[str, Any], name_of: Callable[[str], str]) -> None:
    source = document["source"]
    if "error" in document:
        say(f"not read: {document['error']}")
        return
    for note in source.get("notes", ()):
        say(f"{source['file']}: {note}")
    title = (
        f"{source['title'] or source['file']}  ({source['publisher'] or '?'}, {source['published'] or 'day unknown'})"
    )
    rows = [
        [
            str(place),
            name_of(figure["measure"]) + (" *" if figure["measure"].startswith("proposed:") else ""),
            said_value(figure),
            said_period(figure["period"]),
            "; ".join(said_comparison(one) for one in figure["comparison"]),
            "" if figure["part_of"] is None else str(figure["part_of"]),
            figure["place"] or "",
        ]
        for place, figure in enumerate(document["figures"])
    ]
    show_table(
        title, ["#", "measure", "value", "period", "comparison", "part of", "place"], rows,
        right=["#", "value", "part of"], spare=["place", "part of"], nothing=f"{source['file']}: no figures",
    )  # fmt: skip
    if any(figure["measure"].startswith("proposed:") for figure in document["figures"]):
        say("* not in the catalogue: named by the words of the text")


def _show_series(document: Mapping[str, Any]) -> None:
    several = [one for one in document["series"] if len(one["points"]) > 1]
    for one in several[:SERIES_SHOWN_MAX]:
        show_table(
            f"{one['name']}  {one['place'] or ''}",
            ["period", "value", "bulletin"],
            [
                [
                    said_period(point["closed_period"] or point["period"]),
                    said_value(point),
                    document["bulletins"][point["bulletin"]]["title"],
                ]
                for point in one["points"]
            ],
            right=["value"],
        )
    say(
        f"{counted(len(document['bulletins']), 'bulletin')}, {len(several)} of {counted(len(document['series']), 'measure')} "
        "said more than once"
        + (f"; {len(several) - SERIES_SHOWN_MAX} not shown" if len(several) > SERIES_SHOWN_MAX else "")
    )
    for one in document["unread"]:
        say(f"not read: {one['reason']}")
    for one in document["contradictions"]:
        say(f"contradiction: {FAULTS[one['fault']]}: {_point(one['one'], document)} / {_point(one['other'], document)}")
    told = [one for one in document["comparisons"] if one["holds"] is not None]
    for one in told:
        if not one["holds"]:
            said = said_comparison(one["said"])
            say(f"comparison: {one['measure']} is said to be {said}, the figures give {one['recomputed']}")
    say(
        f"comparisons: {len(document['comparisons'])} said, {len(told)} recomputed, {sum(one['holds'] for one in told)} hold"
    )


def _point(point: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    title = document["bulletins"][point["bulletin"]]["title"]
    return f"{said_value(point)} ({said_period(point['closed_period'])}, {title})"


def said_value(figure: Mapping[str, Any]) -> str:
    """The value with its unit and how sure it is: ≥ at least, ≈ about."""
    sure = ("≥" if figure["at_least"] else "") + ("≈" if figure["approximate"] else "")
    per = {"day": "/日", "month": "/月"}.get(figure.get("average_per") or "", "")
    return f"{sure}{figure['value']:,} {figure['unit']}{per}"


def said_period(period: Mapping[str, str | None] | None) -> str:
    """The first and the last day, … where it is open."""
    return "" if period is None else f"{period['from'] or '…'} – {period['to'] or '…'}"


def said_comparison(said: Mapping[str, Any]) -> str:
    """A comparison in a few signs."""
    code, value = said["kind"], said["value"]
    words = KINDS[code] + (f" {said['against']}" if code.startswith(("versus", "multiple_versus")) else "")
    if code.startswith("multiple"):
        return f"{words} ×{value}"
    return f"{words} {value:+}" + ("" if code.endswith("difference") else " pp" if code.endswith("points") else " %")
