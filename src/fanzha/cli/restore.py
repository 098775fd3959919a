"""`fanzha restore`: makes a home of a backup, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fanzha.cli.backup import contents_document
from fanzha.cli.output import counted, invocation_of, say, write_json
from fanzha.core.errors import Refused


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A backup (fanzha backup).")],
    into: Annotated[Path | None, typer.Option(metavar="DIR", help="A new directory; else the home, if empty.")] = None,
) -> None:
    """Check every byte of a backup and make a home of it in one instant; nothing is ever restored over anything."""
    from fanzha import bootstrap

    invocation = invocation_of(context)
    if invocation.database is not None:
        raise Refused(
            "FANZHA_DATABASE names a database, which has its own tools: pg_restore --clean --if-exists "
            "--single-transaction --dbname=DATABASE FILE; unset it to restore the files of a home"
        )
    home = into or invocation.home
    contents = bootstrap.restore_home(file, home)
    changed = sorted(
        name for name, digest in bootstrap.rule_digests(home).items() if contents.rules.get(name) != digest
    )
    if invocation.json:
        write_json({**contents_document(file, contents), "home": str(home), "rules_changed": changed})
        return
    say(f"{home}: {counted(len(contents.files), 'file')} of {contents.made_at}; prove it: fanzha verify --head FILE")
    if changed:
        say(f"note: made by other rules than this version has: {', '.join(changed)}")
    say("note: keys and sessions are in no backup; put the keys back from where you keep them, and sign in again")
