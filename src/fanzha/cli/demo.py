"""`fanzha demo`: a made city (模拟) lives through a month, a desk of scripted officers works on its reports, and it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from fanzha.cli.interrupting import interrupted_by_sigterm
from fanzha.cli.main import verb_function
from fanzha.cli.output import Invocation, invocation_of, say, several_bars, show_table, write_json
from fanzha.core.errors import Refused

AMOUNTS = ("lost", "reattributed", "held", "returned", "exited", "unknown", "difference")


def demo(
    context: typer.Context,
    *,
    city: Annotated[str, typer.Option("--city", metavar="SIZE", help="small, medium or large.")] = "small",
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed makes the same demo.")] = 1,
    reports: Annotated[
        int | None,
        typer.Option("--reports", metavar="N", min=1, help="End with so many reports; the whole month else."),
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Take the former demo away and make it anew.")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Of the console; 0 takes a free one.")] = 8024,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only make it and tell what came of it.")] = False,
) -> int:
    """Make a city (模拟), let scripted officers work for a month on what is reported, show the result, open the console.

    It is made once, in the home (--home DIR, else ./fanzha-demo); the next start shows it at once.
    """
    from fanzha.simulation.demo.demo_home import demo_there

    invocation = invocation_of(context)
    home = demo_home(invocation)
    document = None if reset else demo_there(home)
    if document is not None and not _is_asked(document, city, seed, reports):
        limit = f" and at most {document['at_most']} reports" if document.get("at_most") else ""
        raise Refused(
            f"{home} holds the demo of the {document['city']} city with seed {document['seed']}{limit}; "
            "make this one in its place with --reset, or in another folder with --home DIR"
        )
    if document is None:
        from fanzha.simulation.city.assumptions import size_named
        from fanzha.simulation.demo.demo import make_demo

        with interrupted_by_sigterm(), several_bars() as told:
            document = make_demo(home, size_named(city), seed, told, reports=reports, anew=reset)
    if invocation.json:
        write_json(document)
        return 0
    _show(document)
    if not no_serve:
        from fanzha.simulation.demo.demo import demo_logins, demo_password

        rows = [(one.login, one.body.name, " ".join(role.value for role in one.roles)) for one in demo_logins()]
        show_table("Logins (模拟)", ["login", "body", "roles"], rows)
        say(f"password of everybody: {demo_password()}")
        context.obj = replace(invocation, home=home)
        verb_function("serve")(context, port=port)
    return 0


def _is_asked(document: Mapping[str, Any], city: str, seed: int, reports: int | None) -> bool:
    """Whether a demo that is there is the one that was named; of a limit that nobody names, any will do."""
    same = (document["city"], document["seed"]) == (city, seed)
    return same and (reports is None or document.get("at_most") == reports)


def demo_home(invocation: Invocation) -> Path:
    """Where the demo lies: the home that somebody named, else a folder of its own."""
    return invocation.home if invocation.home_named else Path("fanzha-demo")


def _show(document: Mapping[str, Any]) -> None:
    rows = [[name, document[name]] for name in AMOUNTS]
    show_table("Victims' money in yuan (模拟)", ["what", "yuan"], rows, right=["yuan"])
    minutes, share = document["median_minutes_to_stop"], document["clues_within_3h"]
    if document.get("waiting_for"):
        say(f"a report has just come in and waits for you: sit down as {document['waiting_for']}")
    say(f"{document['reports']} reports in {document['cases']} cases, {document['orders']} orders")
    say(f"from a report to its first stop that held: {minutes} minutes (median of {document['reports_with_a_stop']})")
    say(f"clues within 3 hours: {share:.1%} of {document['clues']}" if share is not None else "no clue was decided")
    if shown := document.get("shown"):
        say(
            f"to look at as commander: the strike /operations/{shown['operation']}, the day's analysis "
            f"/bulletins/{shown['daily_analysis']}, the issued bulletin /bulletins/{shown['bulletin']}"
        )
    rows = [
        [kind, ", ".join(f"{count} {state}" for state, count in states.items())]
        for kind, states in document["measures"].items()
    ]
    show_table("Measures", ["kind", "how many"], rows)
    for fault in document["faults"]:
        say(f"wrong: {fault}")
