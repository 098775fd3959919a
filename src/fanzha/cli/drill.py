"""`fanzha drill`: a scripted case from its reports to the money's return, calm or with everything going wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from fanzha.cli.output import invocation_of, progress, say, show_table, write_json
from fanzha.core.errors import BadInput

FAILED = 1
AMOUNTS = ("lost", "reattributed", "held", "returned", "exited", "unknown", "difference")

app = typer.Typer(
    name="drill", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Play a made case (模拟) against simulated banks on this machine.",
)  # fmt: skip
Script = Annotated[
    Path | None, typer.Argument(metavar="[FIXTURE]", help="A script in TOML; a built-in one if left out.")
]
Seed = Annotated[int, typer.Option("--seed", help="Of everything that chance decides.")]
Keep = Annotated[
    Path | None,
    typer.Option("--keep", metavar="DIR", help="An empty folder in which the drill stays, to look into it."),
]


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
    with _home(keep) as home, progress(f"drill: {scenario.name}") as step:
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
    with _home(keep) as folder, progress("drill chaos", runs) as step:

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
