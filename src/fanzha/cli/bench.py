"""`fanzha bench`: speed beside other engines, from a checkout (the benches are not part of the package)."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

import fanzha
from fanzha.cli.output import invocation_of, say, show_table, write_json
from fanzha.core.errors import BadInput

BENCHES: Final = {
    "trace": "reachability and FIFO tracing",
    "index": "building the index",
    "live": "traces kept up to date while transfers stream in",
    "ingest": "files into the ledger",
    "desk": "the desk's lists and pages on SQLite and PostgreSQL",
    "flow": "the money-flow view of a large trace",
    "console": "the console's pages on the desk of a made city",
    "figures": "a month's figures, the funnel and a day's analysis, counted on SQLite and PostgreSQL",
    "bulletin": "bulletins read as text, HTML, PDF, DOCX and pictures",
}
UNITS: Final = {
    "desk": "cases",
    "flow": "accounts",
    "console": "accounts of the city",
    "bulletin": "bulletins",
    "figures": "cases",
}  # what --size counts; transfers where nothing is said
SIZES: Final = {"flow": "5000", "bulletin": "1000"}  # where --size says nothing
SIZE: Final = "1e6"
ON_A_CITY: Final = ("trace", "index", "live", "console")
ENGINES: Final = ("duckdb", "igraph", "polars")
SIZE_MIN: Final = 1_000
SIZE_MAX: Final = 1_000_000_000


def bench(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of: " + ", ".join(BENCHES) + ".")],
    *,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Transfers, of desk cases, of flow and console accounts, of bulletin files, as 1e6 or 1000000; 1e6, of flow "
            "5000, of bulletin 1000 by default.",
        ),
    ] = None,
    queries: Annotated[
        int, typer.Option(min=1, help="Payments that trace asks about; times that desk and console ask each.")
    ] = 100,
    engine: Annotated[
        list[str] | None, typer.Option(metavar="PEER", help="Only these peers (repeatable): duckdb, igraph, polars.")
    ] = None,
    alone: Annotated[bool, typer.Option("--alone", help="No peers: for sizes that they cannot hold.")] = False,
    balances: Annotated[bool, typer.Option("--balances", help="index: rows state running balances.")] = False,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="desk: this empty database; without it SQLite and PostgreSQL in a folder that goes."
        ),
    ] = None,
    city: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE|FOLDER",
            help="trace, index, live: the ledger of a made city (small, medium, large, or what `fanzha city` wrote) in place "
            "of a drawn one of --size; hubs, pay-days and gangs as they are there. console: the city, or a demo's folder.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same ledger.")] = 1,
) -> int:
    """Measure speed side by side with other engines, in one process and random order, and compare the answers."""
    if name not in BENCHES:
        raise BadInput(f"no bench {name!r}; there are: {', '.join(BENCHES)}")
    rows = _size(size or SIZES.get(name, SIZE))
    peers = () if alone else tuple(engine or ENGINES)
    strangers = [peer for peer in peers if peer not in ENGINES]
    if strangers:
        raise BadInput(f"no peer {strangers[0]!r}; there are: {', '.join(ENGINES)}")
    if city is not None and name not in ON_A_CITY:
        raise BadInput(f"--city is for {', '.join(ON_A_CITY)}; {name} makes its own")
    options: dict[str, Any] = {"seed": seed, **({"city": city} if city is not None else {})}
    if name == "trace":
        options |= {"queries": queries, "engines": peers}
    elif name == "index":
        options |= {"engines": peers, "balances": balances}
    elif name == "desk":
        options |= {"url": database, "rounds": queries}
    elif name == "figures":
        options |= {"url": database, "rounds": min(queries, 3)}
    elif name == "console":
        options |= {"rounds": queries}
    on = f"{rows:,} {UNITS.get(name, 'transfers')}" if city is None else f"the city {city}"
    say(f"bench {name}: {BENCHES[name]}, {on} …")
    document = _bench_module(name).run(rows, **options)
    if city is not None:
        document = {"bench": name, "city": city, **document}
    if invocation_of(context).json:
        write_json(document)
    else:
        _show(document)
    return 0 if document["equal_answers"] else 1


def _size(text: str) -> int:
    try:
        size = int(float(text))
    except (ValueError, OverflowError):
        raise BadInput(f"--size {text!r} is not a number; give 1e6 or 1000000") from None
    if not SIZE_MIN <= size <= SIZE_MAX:
        raise BadInput(f"--size {text} is out of range: {SIZE_MIN:,} to {SIZE_MAX:,} transfers")
    return size


def _bench_module(name: str) -> Any:
    """The bench of that name from the folder beside the sources.

    Raises BadInput outside a checkout, and where a peer is not installed.
    """
    root = Path(fanzha.__file__).resolve().parents[2]
    if not (root / "bench" / "measure.py").is_file():
        raise BadInput("benches run from a checkout only: get the sources and call ./run bench there")
    if not (root / "bench" / f"{name}.py").is_file():
        raise BadInput(f"the bench {name!r} is not part of this build (bench/{name}.py is missing)")
    sys.path.insert(0, str(root))
    try:
        return importlib.import_module(f"bench.{name}")
    except ModuleNotFoundError as error:
        raise BadInput(f"the bench needs {error.name}; ./run bench installs what the peers need") from None
    finally:
        sys.path.remove(str(root))


def _show(document: dict[str, Any]) -> None:
    tail = ("p95", "p99") if "p95_s" in document["results"][0] else ("p99",)
    rows = [
        (
            result["question"], result["engine"], _duration(result["median_s"]),
            *(_duration(result[f"{name}_s"]) for name in tail),
            f"{result['per_s']:,.0f}", f"{result['ratio']:,.1f} ×" if "ratio" in result else "",
        )
        for result in document["results"]
    ]  # fmt: skip
    columns = ("question", "engine", "median", *tail, "per second", "times ours")
    unit = UNITS.get(document["bench"], "transfers")
    of = f" of the city {document['city']} (模拟)" if "city" in document else ""
    show_table(f"{document['bench']}, {document['size']:,} {unit}{of}", columns, rows, right=columns[2:])
    facts = {key: value for key, value in document.items() if isinstance(value, float)} | document["limit"]
    for key, value in facts.items():
        say(
            f"{key.replace('_', ' ')}: {value:,.1f}"
            if isinstance(value, float)
            else f"{key.replace('_', ' ')}: {value:,}"
        )
    say("all answers are equal" if document["equal_answers"] else "THE ANSWERS DIFFER")
    say(f"{document['machine']['cpu']}, {document['machine']['cores']} cores, load {document['machine']['load_1m']}")


def _duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:,.2f} {unit}"
    return f"{seconds * 1e6:,.1f} µs"
