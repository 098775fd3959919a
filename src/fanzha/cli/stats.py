"""`fanzha stats`: own figures, counted out of the records of work."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.output import counted, say, show_table, write_json
from fanzha.cli.whole_file import write_whole
from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant, parse_instant

if TYPE_CHECKING:
    from fanzha.services.desk.count_figures import FiguresWanted
    from fanzha.statistics import OwnFigure, Population

PeriodOption = Annotated[
    str,
    typer.Option(
        "--period", metavar="PERIOD", help="2026-05, 2026-W21, 2026-Q2, 2026-H1, 2026, 2026-05-31, A..B, this-month, …"
    ),
]
ByOption = Annotated[
    str | None, typer.Option("--by", metavar="WHAT", help="Divide by jurisdiction, type, body, theme or target.")
]
MeasureOption = Annotated[
    list[str] | None, typer.Option("--measure", metavar="ID", help="Only this measure; repeatable.")
]
AgainstOption = Annotated[
    list[str] | None,
    typer.Option(
        "--against", metavar="BASE[:WORDING]",
        help="Compare with yoy 同比, mom 环比 or prev_full_year; as change, multiple, increase, difference, points.",
    ),
]  # fmt: skip
POPULATION_KEYS: Final = ("place", "year", "people", "source")


def stats(
    context: typer.Context,
    *,
    period: PeriodOption = "this-month",
    by: ByOption = None,
    measure: MeasureOption = None,
    against: AgainstOption = None,
    body: Annotated[
        str, typer.Option("--body", metavar="ID", help="Whose records; your own body's if not given.")
    ] = "",
    alone: Annotated[bool, typer.Option("--alone", help="Without the bodies below it.")] = False,
    place: Annotated[
        str, typer.Option("--place", metavar="CODE", help="Only of this jurisdiction and those below it.")
    ] = "",
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="TIME", help="As the records stood then; now if not given.")
    ] = None,
    population: Annotated[
        Path | None,
        typer.Option("--population", metavar="FILE", help="People of each place (TOML), for figures per 100,000."),
    ] = None,
    funnel: Annotated[
        bool, typer.Option("--funnel", help="Follow the stopped money: asked, stopped, frozen, returned.")
    ] = False,
    cohort: Annotated[
        bool, typer.Option("--cohort", help="What became of the cases filed in the period; with --by type by class.")
    ] = False,
    ids: Annotated[
        bool, typer.Option("--ids", help="With --json: every id that a figure counts, however many.")
    ] = False,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="Write a workbook.")] = None,
    chart: Annotated[Path | None, typer.Option("--chart", metavar="FILE", help="Draw it, as SVG.")] = None,
    login: AsOption = None,
) -> None:
    """Count what was done: figures with their period, comparison, definition and the records behind them."""
    from fanzha.services.desk.bulletin_content import read_against
    from fanzha.services.desk.count_figures import FiguresWanted
    from fanzha.services.desk.counting.entries import By
    from fanzha.statistics import day_of, read_period

    if by is not None and by not in {one.value for one in By}:
        raise BadInput(f"--by {by}: take one of {', '.join(By)}")
    if (funnel or cohort) and (xlsx or chart):
        raise BadInput("--funnel and --cohort are shown or given as --json; leave --xlsx and --chart away")
    with at_desk(context, login) as seat:
        wanted = FiguresWanted(
            read_period(period, day_of(seat.desk.clock.now_us())),
            tuple(measure or ()),
            None if by is None else By(by),
            body,
            alone,
            place,
            as_of_us=None if as_of is None else parse_instant(as_of),
            against=tuple(read_against(one) for one in against or ()),
            population=() if population is None else read_population(population),
        )
        if funnel:
            _funnel(seat, wanted)
        elif cohort:
            _cohort(seat, wanted)
        else:
            _figures(seat, wanted, ids_max=None if ids else 1000, xlsx=xlsx, chart=chart)


def read_population(path: Path) -> tuple[Population, ...]:
    """The deployer's dated table of people. Raises BadInput that names the file, the entry and the field."""
    from fanzha.statistics import Population

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path}: is no TOML: {error}") from None
    found = []
    for at, row in enumerate(table.get("population", ()), start=1):
        kinds = {"place": str, "year": int, "people": int, "source": str}
        wrong = [key for key in POPULATION_KEYS if not isinstance(row.get(key), kinds[key])]
        if wrong:
            raise BadInput(f"{path}: [[population]] {at}: {wrong[0]} is missing or no {kinds[wrong[0]].__name__}")
        found.append(Population(*(row[key] for key in POPULATION_KEYS)))
    if not found:
        raise BadInput(f"{path}: no [[population]] with place, year, people and source")
    return tuple(found)


def _figures(
    seat: AtDesk, wanted: FiguresWanted, *, ids_max: int | None, xlsx: Path | None, chart: Path | None
) -> None:
    from fanzha.services.desk.count_figures import count_figures
    from fanzha.services.desk.documents.figures import figures_document
    from fanzha.services.figure_book import figure_book
    from fanzha.services.figure_chart import figure_chart
    from fanzha.statistics import period_zh

    catalogue = seat.desk.rules.indicators
    figures = count_figures(seat.desk, seat.actor, wanted)
    title = f"{period_zh(wanted.period)}指标"
    if xlsx is not None:
        write_whole(xlsx, figure_book(title, figures, catalogue))
    if chart is not None:
        drawn = figure_chart(title, figures[0].scope.organisation, figures, catalogue, class_names(seat))
        write_whole(chart, drawn.encode("utf-8"), public=True)
    if seat.json:
        write_json(figures_document(figures, catalogue, ids_max=ids_max))
        return
    _show(figures, title)
    for path in (xlsx, chart):
        if path is not None:
            say(f"written: {path}")


def class_names(seat: AtDesk) -> Mapping[str, str]:
    """What the classes and themes are called, of every version of the taxonomy."""
    rules = seat.desk.rules
    named = {one.slug: one.name for version in rules.taxonomy.versions for one in version.classes}
    return named | {theme.id: theme.zh for theme in rules.indicators.themes} | {"not_stated": "未载明"}


def _show(figures: Sequence[OwnFigure], title: str) -> None:
    from fanzha.statistics import NOT_RECORDED
    from fanzha.statistics.wording import UNSAID_EN, comparison_zh, number_zh

    rows = []
    for one in figures:
        said = [
            comparison_zh(each, one.unit) or (UNSAID_EN[each.unsaid] if each.unsaid else "") for each in one.comparisons
        ]
        value = NOT_RECORDED if NOT_RECORDED in one.notes else number_zh(one.value, one.unit)
        per = "" if one.per_head is None else f"{one.per_head.value} ({one.per_head.year})"
        rows.append([one.measure, one.group, value, str(len(one.ids)), "; ".join(said), per])
    show_table(
        f"{title}  as of {format_instant(figures[0].as_of_us)}",
        ["measure", "part", "value", "records", "comparison", "per 100,000"], rows,
        right=["value", "records"], spare=["part", "comparison", "per 100,000"],
    )  # fmt: skip
    for one in figures:
        if not one.group:
            for note in one.notes:
                if note != NOT_RECORDED:
                    say(f"{one.measure}: {note}")


def _funnel(seat: AtDesk, wanted: FiguresWanted) -> None:
    from fanzha.services.desk.documents.figures import funnel_document
    from fanzha.services.desk.follow_stopped_money import follow_stopped_money

    document = funnel_document(follow_stopped_money(seat.desk, seat.actor, wanted))
    if seat.json:
        write_json(document)
        return
    for stage in document["stages"]:
        rows = [
            [way, part["part"], part["amount"], str(len(part["ids"]))] for way in ("from", "to") for part in stage[way]
        ]
        show_table(
            f"{stage['stage']}  {stage['amount']}",
            ["", "part", "amount", "measures"],
            rows,
            right=["amount", "measures"],
        )
    _beside(document)


def _beside(document: Mapping[str, Any]) -> None:
    for key, words in (("no_amount_named", "asked for a whole balance"), ("other_currencies", "in other currencies")):
        if document[key]:
            say(f"{counted(len(document[key]), 'measure')} {words}: {', '.join(document[key][:10])}")


def _cohort(seat: AtDesk, wanted: FiguresWanted) -> None:
    from fanzha.services.desk.divide_cases import divide_cases
    from fanzha.services.desk.documents.figures import cohort_document

    cohort = divide_cases(seat.desk, seat.actor, wanted)
    if seat.json:
        write_json(cohort_document(cohort))
        return
    parts = (*cohort.parts, cohort.not_stated)
    show_table(
        f"cases filed: {cohort.whole}",
        ["part", "cases"],
        [[one.name, str(one.count)] for one in parts],
        right=["cases"],
    )
