"""`fanzha office rules`: the tables of law, limits and rights that the centre sets, in place of those that are installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanzha.cli.desk_session import AsOption, at_desk
from fanzha.cli.output import invocation_of, say, show_table, write_json
from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant

if TYPE_CHECKING:
    from fanzha.services.desk.keep_rules import RuleTable

rules = typer.Typer(
    name="rules", rich_markup_mode=None, no_args_is_help=True, help="The centre's own tables of law, limits and rights."
)
TableFile = Annotated[Path, typer.Argument(metavar="FILE.toml", help="Called like the table whose place it takes.")]
DIGEST_SHOWN = 12


@rules.command("list")
def list_tables(context: typer.Context, login: AsOption = None) -> None:
    """Every table that a centre may set: the installed one, the centre's own, which counts and since when."""
    from fanzha import bootstrap
    from fanzha.services.desk.keep_rules import list_rules

    with at_desk(context, login) as seat:
        own = bootstrap.own_rule_digests(seat.home)
        tables = list_rules(seat.desk, seat.actor, bootstrap.desk_rule_digests(), own)
    lines = [_document(table) for table in tables]
    if seat.json:
        write_json({"rules": lines})
        return
    rows = [
        [
            table.name, "own" if table.own else "installed", (table.own or table.installed)[:DIGEST_SHOWN],
            "" if table.since_us is None else format_instant(table.since_us),
        ]
        for table in tables
    ]  # fmt: skip
    show_table("Rules", ["table", "which", "sha256", "since"], rows)


@rules.command("check")
def check_table(context: typer.Context, file: TableFile) -> None:
    """Whether a table can be put in place: its file, field and reason where it makes no sense. Changes nothing."""
    from fanzha import bootstrap

    digest = bootstrap.check_rule_table(file.name, _read(file), str(file))
    if invocation_of(context).json:
        write_json({"file": str(file), "table": file.name, "sha256": digest})
        return
    say(f"{file}: can take the place of {file.name}, {digest}")


@rules.command("set")
def set_table(
    context: typer.Context,
    file: TableFile,
    reason: Annotated[str, typer.Option("--reason", help="Why; stands in the audit.")],
    login: AsOption = None,
) -> None:
    """Put a table in place of the installed one; it counts in every process from its next start."""
    from fanzha import bootstrap
    from fanzha.services.desk.keep_rules import set_rules

    content = _read(file)
    with at_desk(context, login) as seat:
        bootstrap.check_rule_table(file.name, content, str(file))
        digest = set_rules(seat.desk, seat.actor, file.name, content, bootstrap.rule_files(seat.home), reason)
    if seat.json:
        write_json({"table": file.name, "sha256": digest})
        return
    say(f"{file.name}: {digest} counts from the next start of each process: restart those that run")


def _document(table: RuleTable) -> dict[str, str | None]:
    return {
        "name": table.name, "installed": table.installed, "own": table.own or None, "counts": table.counts or table.installed,
        "since": None if table.since_us is None else format_instant(table.since_us),
    }  # fmt: skip


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: cannot be read: {error.strerror}") from None
