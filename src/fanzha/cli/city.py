"""`fanzha city`: a made city on disk, with what its institutions know and, apart from it, the truth."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from fanzha.cli.output import invocation_of, several_bars, show_table, write_json
from fanzha.core.errors import BadInput

THREADS_MOST = 4  # each takes the memory of a day


def city(
    context: typer.Context,
    size: Annotated[str, typer.Argument(metavar="SIZE", help="small, medium or large.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder, or an empty one.")],
    *,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed makes the same bytes.")] = 1,
    threads: Annotated[
        int | None,
        typer.Option("--threads", min=1, max=64, help="Days made at once; as many as cores, at most 4, if left out."),
    ] = None,
) -> int:
    """Write a made city (模拟) into a folder: accounts, transfers, log-ins, calls, registers; the truth apart from them.

    FOLDER/institutions is what a desk may see, FOLDER/truth what it may not. See docs/city.md.
    """
    from fanzha.simulation.city.assumptions import size_named
    from fanzha.simulation.city.build import build_city
    from fanzha.simulation.city.write import refuse_full, write_city

    wanted = size_named(size)
    refuse_full(folder)
    if not folder.resolve().parent.is_dir():
        raise BadInput(f"{folder}: there is no folder {folder.resolve().parent} to write it into")
    with several_bars() as told:
        told("people", 0, 1)
        made = build_city(wanted, seed)
        told("people", 1, 1)
        document = {
            **write_city(made, folder, told, threads or min(os.cpu_count() or 1, THREADS_MOST)),
            "folder": str(folder),
        }
    if invocation_of(context).json:
        write_json(document)
    else:
        _show(document)
    return 0


def _show(document: dict[str, Any]) -> None:
    counted = [(name, f"{value:,}") for name, value in document.items() if isinstance(value, int) and name != "seed"]
    title = f"模拟 city {document['size']}, seed {document['seed']}, in {document['folder']}"
    show_table(title, ["what", "number"], counted, right=["number"])
