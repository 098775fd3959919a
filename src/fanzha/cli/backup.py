"""`fanzha backup`: everything that a home holds in one file, while work goes on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.output import counted, invocation_of, say, write_json

if TYPE_CHECKING:
    from fanzha.ports.backup_contents import Contents


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A new file; it is never written over.")],
    files_only: Annotated[
        bool,
        typer.Option("--files-only", help="The ledger and the evidence; the records are in PostgreSQL, use pg_dump."),
    ] = False,
) -> None:
    """Write the records, the ledger and the evidence into one file, with the hash of each part; no key is in it."""
    from fanzha import bootstrap

    invocation = invocation_of(context)
    contents = bootstrap.back_up_home(invocation.home, file, invocation.database, records=not files_only)
    if invocation.json:
        write_json(contents_document(file, contents))
        return
    say(f"{file}: {counted(len(contents.files), 'file')}, {contents.size} bytes; the keys are not in it")


def contents_document(file: Path, contents: Contents) -> dict[str, Any]:
    """What a backup holds: counts, and the hash of its own list, which names every file with size and SHA-256."""
    return {
        "file": str(file),
        "made_at": contents.made_at,
        "version": contents.version,
        "rules": dict(contents.rules),
        "files": len(contents.files),
        "bytes": contents.size,
        "folders": dict(contents.counts),
        "list": {"member": contents.list_name, "sha256": contents.list_sha256},
    }
