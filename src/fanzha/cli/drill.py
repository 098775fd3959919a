"""`fanzha drill`: which way of deciding stops most money, on made cities; and a scripted case, calm or with all going wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from fanzha.cli.interrupting import interrupted_by_sigterm
from fanzha.cli.output import invocation_of, progress, say, show_table, write_json
from fanzha.cli.whole_file import write_whole
from fanzha.core.errors import BadInput

FAILED = 1
AMOUNTS = ("lost", "reattributed", "held", "returned", "exited", "unknown", "difference")

app = typer.Typer(
    name="drill", add_completion=False, rich_markup_mode=None, invoke_without_command=True,
    help="Compare ways of deciding which order to send next, on made cities (模拟); or play a made case against simulated banks.",
)  # fmt: skip
Script = Annotated[
    Path | None, typer.Argument(metavar="[FIXTURE]", help="A script in TOML; a built-in one if left out.")
]
Seed = Annotated[int, typer.Option("--seed", help="Of everything that chance decides.")]
Keep = Annotated[
    Path | None,
    typer.Option("--keep", metavar="DIR", help="An empty folder in which the drill stays, to look into it."),
]


@app.callback()
def interception(
    context: typer.Context,
    *,
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=1000, help="How many cities.")] = 10,
    seed: Seed = 1,
    small: Annotated[
        bool, typer.Option("--small", help="Small cities, for a quick look; results are less sure.")
    ] = False,
    sensitivity: Annotated[
        bool,
        typer.Option(
            "--sensitivity", help="Each assumption halved and doubled too; takes up to sixteen times as long."
        ),
    ] = False,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="The picture.")] = None,
) -> int:
    """Of the money reported, how much does each way stop, and at what price? See docs/drill.md for what it rests on."""
    if context.invoked_subcommand is not None:
        return 0
    import os

    from fanzha.simulation.interception.picture import drill_picture
    from fanzha.simulation.interception.report import Wanted, drill_document

    if (
        svg is not None and not svg.resolve().parent.is_dir()
    ):  # said before the run, which may take a quarter of an hour
        raise BadInput(f"{svg}: there is no folder {svg.resolve().parent} to write it into")
    invocation = invocation_of(context)
    wanted = Wanted(
        range(seed, seed + seeds), "small_city" if small else "city", sensitivity, min(os.cpu_count() or 1, seeds)
    )
    with interrupted_by_sigterm(), progress("drill") as step:
        document = drill_document(wanted, lambda _done, _total: step(1))
    if svg is not None:
        write_whole(svg, drill_picture(document).encode("utf-8"))
    if invocation.json:
        write_json(document)
    else:
        _show_drill(document)
    return 0


@app.command()
def case(
    context: typer.Context,
    script: Script = None,
    *,
    seed: Seed = 1,
    delay: Annotated[
        int, typer.Option("--delay", metavar="SECONDS", help="Banks take up to so long for an order.")
    ] = 0,
    loss: Annotated[float, typer.Option("--loss", metavar="SHARE", help="Of messages that are lost, 0 to 0.9.")] = 0.0,
    refusals: Annotated[float, typer.Option("--refusals", metavar="SHARE", help="Of orders that are refused.")] = 0.0,
    keep: Keep = None,
) -> int:
    """One scripted case from report to return; exit 1 unless every 分 is accounted for."""
    from fanzha.simulation.banks import Faults
    from fanzha.simulation.drill.case_drill import case_drill_document, drill_case
    from fanzha.simulation.drill.scenario import read_scenario

    if not (0 <= loss <= 0.9 and 0 <= refusals <= 1 and delay >= 0):
        raise BadInput("--loss is a share from 0 to 0.9, --refusals one from 0 to 1, --delay seconds from 0 on")
    scenario = read_scenario(script)
    faults = Faults(lose_request=loss, lose_answer=loss, refuse=refusals, delay_s=(0, delay))
    invocation = invocation_of(context)
    with interrupted_by_sigterm(), _home(keep) as home, progress(f"drill: {scenario.name}") as step:
        document = case_drill_document(drill_case(scenario, home, faults, seed, lambda _instant: step(1)))
    document = {"case": scenario.name, "seed": seed, **document}
    if invocation.json:
        write_json(document)
    else:
        _show_case(document)
    return FAILED if document["faults"] else 0


@app.command()
def chaos(
    context: typer.Context,
    script: Script = None,
    *,
    runs: Annotated[int, typer.Option("--runs", min=1, max=1000, help="How many, each with a seed of its own.")] = 20,
    seed: Seed = 1,
    keep: Keep = None,
) -> int:
    """The same case with kill -9, lost, repeated, late messages; exit 1 unless every run ends as the calm one does."""
    from fanzha.simulation.drill.chaos import ChaosRun, chaos_runs, chaos_summary

    invocation = invocation_of(context)
    with interrupted_by_sigterm(), _home(keep) as folder, progress("drill chaos", runs) as step:

        def told(run: ChaosRun) -> None:
            step(1)
            if not invocation.json:
                say(
                    f"run {run.seed}: {run.kills} kills, {run.bank_kills} of the banks: {'same' if run.same else 'OTHER'}"
                )

        calm, done = chaos_runs(folder, runs, seed, script, told)
    document = chaos_summary(calm, done)
    if invocation.json:
        write_json(document)
    else:
        say(f"{document['same']} of {document['runs']} runs ended as the calm one")
        for other in document["others"]:
            say(f"run {other['seed']}: {'; '.join(other['differences'])}")
    return FAILED if document["others"] else 0


@contextmanager
def _home(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with TemporaryDirectory(prefix="fanzha-drill-") as folder:
            yield Path(folder)
        return
    if keep.exists() and any(keep.iterdir()):
        raise BadInput(f"{keep} is not empty; a drill begins in an empty folder")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep


def _show_tiny(worlds: Sequence[Mapping[str, Any]]) -> None:
    """How near each policy comes to the exact optimum, where every way can be tried."""
    rows = [[name, *(f"{one['of_optimum'][name]:.1%}" for one in worlds)] for name in worlds[0]["of_optimum"]]
    heads = [f"reports x {one['report_delay']} ({one['frauds']} frauds)" for one in worlds]
    most = worlds[0]["accounts_most"]
    title = f"Of the exact optimum: single frauds of {most} accounts at most, one officer"
    show_table(title, ["policy", *heads], rows, right=heads)


def _show_drill(document: Mapping[str, Any]) -> None:
    rows = [
        [
            one["policy"], _share(one["stopped_share"]), _times(one["innocent_share"]), f"{one['orders']['mean']:.0f}",
            f"{one['empty_share']:.0%}", f"{one['first_order_min']:.0f} min",
        ]
        for one in document["policies"]
    ]  # fmt: skip
    heads = [
        "policy",
        "stopped of reported",
        "innocent held by reported",
        "orders",
        "stops on nothing",
        "first order after",
    ]
    show_table(f"Interception drill (模拟), {len(document['seeds'])} cities", heads, rows, right=heads[1:])
    rows = [
        [other, _share(gain["stopped_share"]), "yes" if gain["stopped_share"]["excludes_zero"] else "no",
         _times(gain["innocent_share"])]
        for other, gain in document["ours_less_other"].items()
    ]  # fmt: skip
    heads = ["ours less", "stopped of reported", "beyond chance", "innocent held by reported"]
    show_table("Paired differences, 95 % intervals", heads, rows, right=heads[1:])
    _show_tiny(document["tiny_worlds"])
    if "sensitivity" not in document:
        return
    rows = [
        [
            f"{one['of']} x {one['times']}",
            _share(one["ours_less_by_hand"]),
            _share(one["ours_less_everything_at_our_harm"]),
        ]
        for one in document["sensitivity"]
    ]
    heads = ["assumption", "ours less by hand", "ours less everything at our harm"]
    show_table("Each assumption by itself", heads, rows, right=heads[1:])
    found = document["break_even"]["break_even_min"]
    say(
        "an order may take us "
        + (
            f"{found} min"
            if found is not None
            else f"over {document['break_even']['handling_min'][-1]['minutes']:.0f} min"
        )
        + f" before the desk by hand ({document['break_even']['by_hand_min']:.0f} min) stops as much"
    )


def _share(interval: Mapping[str, float]) -> str:
    return f"{interval['mean']:.1%} [{interval['low']:.1%}, {interval['high']:.1%}]"


def _times(interval: Mapping[str, float]) -> str:
    return f"{interval['mean']:.2f} [{interval['low']:.2f}, {interval['high']:.2f}]"


def _show_case(document: Mapping[str, Any]) -> None:
    victims = [[name, *(row[amount] for amount in AMOUNTS)] for name, row in document["victims"].items()]
    show_table(f"{document['case']}, by victim", ["victim", *AMOUNTS], victims, right=AMOUNTS)
    measures = [[str(count), what] for what, count in document["measures"].items()]
    show_table("What was done", ["", "measure"], measures, right=[""])
    returns = [[to, amount] for to, amount in document["returns"].items()]
    show_table("Returned", ["to, from", "amount"], returns, right=["amount"])
    minutes = ", ".join(str(each) for each in document["minutes_to_stop"])
    say(f"{document['orders']} orders; minutes from report to stop: {minutes or 'none'}; ended {document['ended']}")
    for fault in document["faults"]:
        say(f"WRONG: {fault}")
