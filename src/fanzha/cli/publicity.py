"""`fanzha publicity`: where to go and what to say, what was done, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.output import say, show_table, write_json
from fanzha.cli.record_options import (
    CursorOption,
    LimitOption,
    ReasonOption,
    RequestOption,
    answer,
    list_mask,
    show_page,
)

if TYPE_CHECKING:
    from fanzha.casework.publicity import PublicityEntry

app = typer.Typer(
    name="publicity", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="宣传: where to go and what to say, what was done, what came of it.",
)  # fmt: skip
EntryArgument = Annotated[str, typer.Argument(metavar="ENTRY", help="Id of the entry.")]


@app.command()
def where(context: typer.Context, login: AsOption = None) -> None:
    """Of the last whole week: places and types, surges first, with what to say there."""
    from fanzha.services.desk.advise_publicity import advise_publicity
    from fanzha.services.desk.documents.publicity import advice_document

    with at_desk(context, login) as seat:
        found = advise_publicity(seat.desk, seat.actor)
        if seat.json:
            write_json(advice_document(found))
            return
        rows = [
            [
                "surge" if one.surge.is_surge else "", one.area, one.class_slug, str(one.surge.count),
                f"{one.surge.expected:.1f}", "" if one.rate is None else "{:.1f} ({:.1f}–{:.1f})".format(*one.rate),
                one.message.zh,
            ]
            for one in found.advice
        ]  # fmt: skip
        columns = ["", "area", "class", "week", "expected", "per 100,000", "say"]
        show_table("Where to go", columns, rows, right=["week", "expected"], nothing="no report in the last week")
        say(f"{found.tested} cells tested; {found.false_expected:.2f} false alarms are to be expected among them")


@app.command()
def add(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="event, material, message, volunteers, community.")],
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What it was.")],
    area: Annotated[str, typer.Option("--area", metavar="CODE", help="Where: an administrative division.")],
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="When; now, if left out.")] = "",
    quantity: Annotated[int, typer.Option("--quantity", help="Events, copies, messages, volunteers, communities.")] = 1,
    reached: Annotated[int | None, typer.Option("--reached", help="People, where somebody counted them.")] = None,
    venue: Annotated[str, typer.Option("--venue", metavar="VENUE", help="五进: community, village, school, …")] = "",
    class_slug: Annotated[str, typer.Option("--class", metavar="SLUG", help="The type that it was about.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What to know.")] = "",
    request: RequestOption = "",
    login: AsOption = None,
) -> None:
    """Enter what was done; groups and places, nobody's name."""
    from fanzha.casework.publicity import PublicityDraft, PublicityKind
    from fanzha.cli.operation_words import chosen
    from fanzha.core.time import parse_instant
    from fanzha.services.desk.enter_publicity import enter_publicity

    with at_desk(context, login) as seat:
        at_us = parse_instant(at) if at else seat.desk.clock.now_us()
        draft = PublicityDraft(
            chosen(PublicityKind, kind, "kind"), area, at_us, title, quantity, reached, venue, class_slug, note
        )
        made = enter_publicity(seat.desk, seat.actor, draft, request=request)
        _tell(seat, made, f"{made.id} is entered")


@app.command()
def recognise(
    context: typer.Context,
    entry: EntryArgument,
    document: Annotated[str, typer.Option("--document", metavar="文号", help="Number of the decision.")],
    login: AsOption = None,
) -> None:
    """认定: decide that a proposed community is fraud-free; it counts from then on. Another officer proposed it."""
    from fanzha.services.desk.enter_publicity import recognise_community

    with at_desk(context, login) as seat:
        _tell(seat, recognise_community(seat.desk, seat.actor, entry, document), f"{entry} is recognised and counts")


@app.command()
def withdraw(context: typer.Context, entry: EntryArgument, reason: ReasonOption, login: AsOption = None) -> None:
    """Take back what was entered wrongly, or a community that is none any more; it stays readable."""
    from fanzha.services.desk.enter_publicity import withdraw_publicity

    with at_desk(context, login) as seat:
        _tell(seat, withdraw_publicity(seat.desk, seat.actor, entry, reason), f"{entry} counts no more")


@app.command("list")
def list_all(
    context: typer.Context,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only these; repeatable.")] = None,
    limit: LimitOption = 50,
    cursor: CursorOption = "",
    login: AsOption = None,
) -> None:
    """What was done, the last first."""
    from fanzha.services.desk.documents.publicity import publicity_document
    from fanzha.services.desk.lists import ListWanted, list_publicity

    with at_desk(context, login) as seat:
        wanted = ListWanted(status=tuple(kind or ()), limit=limit, cursor=cursor or None)
        page = list_publicity(seat.desk, seat.actor, wanted)
        mask = list_mask(seat, page.rows)
        lines = [publicity_document(one, mask) for one in page.rows]
        columns = [
            "id",
            "kind",
            "title",
            "jurisdiction",
            "at",
            "quantity",
            "reached",
            "venue",
            "class",
            "status",
            "withdrawn_at",
        ]
        show_page(seat, "publicity", lines, columns, page.next_cursor)


@app.command()
def tally(
    context: typer.Context,
    period: Annotated[
        str, typer.Option("--period", metavar="PERIOD", help="As of: fanzha stats --period.")
    ] = "this-month",
    login: AsOption = None,
) -> None:
    """What was done in a period by measure; people reached as far as they were counted."""
    from fanzha.services.desk.advise_publicity import publicity_tally
    from fanzha.services.desk.documents.publicity import tally_document
    from fanzha.statistics import day_of, read_period

    with at_desk(context, login) as seat:
        wanted = read_period(period, day_of(seat.desk.clock.now_us()))
        lines = publicity_tally(seat.desk, seat.actor, wanted)
        if seat.json:
            write_json({"period": {"from": wanted.first, "to": wanted.last}, "figures": tally_document(lines)})
            return
        rows = [[one.measure, str(one.value), str(len(one.ids)), str(len(one.uncounted) or "")] for one in lines]
        show_table("Done", ["measure", "value", "entries", "not counted"], rows, right=["value", "entries"])


@app.command()
def effect(context: typer.Context, entry: EntryArgument, login: AsOption = None) -> None:
    """What came of an entry beside areas where nothing of the kind was done, with its interval; or why it cannot be told."""
    from fanzha.services.desk.advise_publicity import publicity_effect
    from fanzha.services.desk.documents.publicity import effect_document
    from fanzha.statistics.surveillance import UNTOLD_WORDS

    with at_desk(context, login) as seat:
        found = publicity_effect(seat.desk, seat.actor, entry)
        document = effect_document(found)
        if seat.json:
            write_json(document)
        elif found.effect.untold is not None:
            say(f"cannot be told: {UNTOLD_WORDS[found.effect.untold]}")
        else:
            low, high = document["interval"]
            word = "a change" if found.effect.is_told else "no change that can be told"
            say(
                f"{document['ratio']} times what {len(found.others)} areas lead to expect (95 %: {low} to {high}): {word}"
            )


def _tell(seat: AtDesk, entry: PublicityEntry, *sentences: str) -> None:
    from fanzha.services.desk.documents.publicity import publicity_document

    answer(seat, publicity_document(entry, list_mask(seat, [entry])), *sentences)
