"""The queue of clues on the command line: what waits, who takes it, and how many were checked in time."""

from __future__ import annotations

from typing import Annotated

import typer

from fanzha.cli.desk_session import AsOption, at_desk
from fanzha.cli.output import counted, say, show_table, write_json
from fanzha.cli.record_options import CursorOption, LimitOption, list_mask, show_page


def list_them(
    context: typer.Context,
    stage: Annotated[list[str] | None, typer.Option("--stage", help="queued, assigned, assessed, verified, …")] = None,
    officer: Annotated[str, typer.Option("--officer", help="With this officer.")] = "",
    case: Annotated[str, typer.Option("--case", help="Of this case.")] = "",
    account: Annotated[str, typer.Option("--account", help="About this account.")] = "",
    limit: LimitOption = 50,
    cursor: CursorOption = "",
    login: AsOption = None,
) -> None:
    """The clues that you may see: first those to check, by money still recoverable × time left."""
    from fanzha.services.desk.documents.clue import clue_document
    from fanzha.services.desk.lists import ListWanted, list_clues, nothing_matches

    wanted = ListWanted(
        status=tuple(stage or ()), officer=officer, case=case, account=account,
        limit=limit, cursor=cursor or None,
    )  # fmt: skip
    with at_desk(context, login) as seat:
        page = list_clues(seat.desk, seat.actor, wanted)
        mask, rules, now_us = list_mask(seat, page.rows), seat.desk.rules.casework, seat.desk.clock.now_us()
        lines = [clue_document(clue, mask, rules, now_us) for clue in page.rows]
        shown = [
            {**line, "clock": line["clock"]["state"], "minutes": line["clock"]["elapsed_minutes"]} for line in lines
        ]
        columns = ["id", "stage", "kind", "subject", "recoverable", "clock", "minutes", "officer", "case"]
        show_page(
            seat, "clues", lines if seat.json else shown, columns, page.next_cursor,
            right=["recoverable", "minutes"], spare=["case", "kind"], nothing=nothing_matches(wanted),
        )  # fmt: skip


def allot(
    context: typer.Context,
    on_duty: Annotated[list[str] | None, typer.Argument(metavar="OFFICER…", help="Who is there; all, if none.")] = None,
    login: AsOption = None,
) -> None:
    """Give everything that waits in the queue to somebody, by jurisdiction, load and worth; at night nothing stays."""
    from fanzha.services.desk.allot_queue import allot_queue

    with at_desk(context, login) as seat:
        done = allot_queue(seat.desk, seat.actor, on_duty or ())
    if seat.json:
        taken = [
            {"clue": one.clue, "officer": one.officer, "organisation": one.organisation, "reason": one.reason}
            for one in done.taken
        ]
        write_json({"taken": taken, "left": [{"clue": one.clue, "reason": one.reason} for one in done.left]})
        return
    rows = [[one.clue, one.officer, one.organisation, one.reason] for one in done.taken]
    show_table("Allotted", ["clue", "officer", "organisation", "why"], rows)
    show_table("Still in the queue", ["clue", "why"], [[one.clue, one.reason] for one in done.left])
    if done.left:
        say(f"{counted(len(done.left), 'clue')} could be given to nobody: put more officers on duty")
    elif not done.taken:
        say("nothing waits in the queue")


def figure(
    context: typer.Context,
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="Clues received from here on.")],
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Up to here; now, if none is given.")] = "",
    body: Annotated[str, typer.Option("--body", metavar="ID", help="Of this body; your own, if none is given.")] = "",
    login: AsOption = None,
) -> None:
    """How many clues were followed through in time (the 95 % figure), naming every one that broke it."""
    from fanzha.core.time import parse_instant
    from fanzha.services.desk.documents.clue import figure_document
    from fanzha.services.desk.quick_check_figure import quick_check_figure

    with at_desk(context, login) as seat:
        until_us = parse_instant(until) if until else seat.desk.clock.now_us()
        counted_figure = quick_check_figure(seat.desk, seat.actor, parse_instant(since), until_us, organisation=body)
        document = figure_document(counted_figure, body or seat.actor.organisation)
    if seat.json:
        write_json(document)
        return
    share = "nothing to count yet" if document["share_percent"] is None else f"{document['share_percent']} %"
    say(
        f"{share}: {len(document['within'])} of {document['counted']} in time (target {document['target_percent']} %); "
        f"{len(document['pending'])} still open and in time, {len(document['merged'])} merged"
    )
    rows = [[one["clue"], one["officer"], str(one["elapsed_seconds"] // 60), one["why"]] for one in document["broke"]]
    show_table("Not in time", ["clue", "officer", "minutes", "why"], rows, right=["minutes"])
    if document["left_overnight"]:
        say(f"left in the queue at night: {', '.join(document['left_overnight'])}")
