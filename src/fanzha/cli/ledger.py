"""`fanzha ledger`: what the ledger holds, whether it adds up, who was taken for whom, where a transfer came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fanzha.cli.desk_session import AsOption, at_office
from fanzha.cli.output import counted, invocation_of, say, show_table, write_json

if TYPE_CHECKING:
    from fanzha.services.desk.mask import Mask

BROKEN: Final = 1
ACCOUNTS_SHOWN_MAX: Final = 100
SHOWN: Final = (
    "digest", "files", "transfers", "accounts", "covered_accounts", "joins", "joins_refused", "inferred", "reversals",
    "first", "last",
)  # fmt: skip

app = typer.Typer(
    name="ledger", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Look at the ledger: what it holds, and whether it adds up.",
)  # fmt: skip


ForCase = Annotated[
    str,
    typer.Option("--case", metavar="CASE", help="Show accounts and names unmasked, for this case; written down."),
]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, where the case is none of yours.")]


def _mask(context: typer.Context, login: str | None, case: str, why: str) -> Mask | None:
    """Behind what the ledger is shown; None in a home without an office, where nobody signs in."""
    with at_office(context, login) as seat:
        if seat is None:
            return None
        from fanzha.services.desk.keep_ledger import ledger_mask

        return ledger_mask(seat.desk, seat.actor, case=case, reason=why)


@app.command()
def info(context: typer.Context, *, for_case: ForCase = "", why: Why = "", login: AsOption = None) -> None:
    """Digest, counts, currencies; coverage, gaps and totals of every account."""
    from fanzha import bootstrap
    from fanzha.services.describe_ledger import describe_ledger
    from fanzha.services.desk.masked_ledger import masked_description

    invocation = invocation_of(context)
    mask = _mask(context, login, for_case, why)
    found = describe_ledger(bootstrap.open_ledger(invocation.home))
    found["forgotten"] = [asdict(file) for file in bootstrap.fact_store(invocation.home).choices().forgotten]
    found = found if mask is None else masked_description(found, mask)
    if invocation.json:
        write_json(found)
        return
    show_table(
        "Ledger",
        ["", ""],
        [[name, "–" if found[name] is None else str(found[name])] for name in SHOWN],
    )
    amounts = ["transfers", "turnover"]
    show_table(
        "Currencies",
        ["currency", *amounts],
        [[str(v) for v in line.values()] for line in found["currencies"]],
        right=amounts,
    )
    figures = ["opening", "in", "out", "gaps", "gap_in", "gap_out", "closing"]
    show_table(
        "Covered accounts",
        ["account", "institution", "period", *figures, "state"],
        [_account_line(line, figures) for line in found["coverage"][:ACCOUNTS_SHOWN_MAX]],
        right=figures,
        spare=["opening", "gap_in", "gap_out", "gaps", "institution", "period"],
    )
    if found["covered_accounts"] > ACCOUNTS_SHOWN_MAX:
        say(f"… and {counted(found['covered_accounts'] - ACCOUNTS_SHOWN_MAX, 'more account')}; see --json")
    for hub in found["hubs"]:
        say(f"hub: {hub['account']}: {hub['reason']}")
    for file in found["forgotten"]:
        say(f"taken out: {file['path']} ({file['sha256'][:12]}): {file['reason']}")


def _account_line(line: Mapping[str, Any], figures: list[str]) -> list[str]:
    periods = ", ".join(f"{p['from'][:16]} – {p['to'][:16]}" for p in line["periods"])
    name = line["account"] if line["currency"] == "CNY" else f"{line['account']} {line['currency']}"
    return [name, line["institution"], periods, *(str(line[figure]) for figure in figures), " ".join(line["state"])]


@app.command()
def check(context: typer.Context, *, for_case: ForCase = "", why: Why = "", login: AsOption = None) -> int:
    """Recompute the ledger from its facts; exit 1 unless digest, files and every account hold."""
    from fanzha import bootstrap
    from fanzha.services.check_ledger import check_ledger
    from fanzha.services.desk.masked_ledger import masked_description

    invocation = invocation_of(context)
    mask = _mask(context, login, for_case, why)
    found = check_ledger(bootstrap.fact_store(invocation.home), bootstrap.ledger_rules())
    if found is None:
        raise bootstrap.no_ledger(invocation.home)
    found = found if mask is None else masked_description(found, mask)
    if invocation.json:
        write_json(found)
    else:
        names = ("files_intact", "columns_match_digest", "facts_match_digest", "accounts_conserved")
        words = {True: "yes", False: "NO", None: "not looked at"}
        show_table("Check", ["", ""], [[name.replace("_", " "), words[found[name]]] for name in names])
        for damage in found["damages"]:
            say(f"damaged: {damage}")
        for line in found["not_conserved"]:
            say(f"does not add up: {line['account']}: {line['difference']}")
    return 0 if found["ok"] else BROKEN


@app.command()
def joins(context: typer.Context, *, for_case: ForCase = "", why: Why = "", login: AsOption = None) -> None:
    """Numbers taken for one account, with the row that shows it; refused joins; rows inferred or confirmed to be one."""
    from fanzha import bootstrap
    from fanzha.services.describe_ledger import list_joins
    from fanzha.services.desk.masked_ledger import masked_joins

    invocation = invocation_of(context)
    mask = _mask(context, login, for_case, why)
    store = bootstrap.fact_store(invocation.home)
    found = list_joins(bootstrap.open_ledger(invocation.home), store.choices().pairs)
    found = found if mask is None else masked_joins(found, mask)
    if invocation.json:
        write_json(found)
        return
    columns = ["account", "first", "second", "reason", "file", "sheet", "row"]
    rows = [[str(join[column] or "") for column in columns] for join in found["joins"]]
    show_table(
        "Joined", columns, rows, right=["row"], paths=["file"], spare=["sheet", "account"],
        nothing="nothing was joined: every number is an account of its own",
    )  # fmt: skip
    if found["refused"]:
        rows = [[str(join[c] or "") for c in [*columns[1:], "refused"]] for join in found["refused"]]
        show_table("Refused", [*columns[1:], "refused"], rows, right=["row"], paths=["file"], spare=["sheet"])
    if found["inferred"]:
        columns = ["outgoing", "incoming", "payer", "payee", "at", "amount", "basis"]
        lines = [[str(pair[column]) for column in columns] for pair in found["inferred"]]
        show_table("Inferred, in no amount", columns, lines, right=["amount"])
        say('The same transfer? fanzha ledger join OUTGOING INCOMING --reason "…"')
    if found["confirmed"]:
        columns = ["outgoing", "incoming", "transfer", "reason"]
        lines = [[str(pair[column] or "not applied") for column in columns] for pair in found["confirmed"]]
        show_table("Confirmed", columns, lines)
    say("Wrong? fanzha ledger unjoin NUMBER NUMBER")


@app.command()
def join(
    context: typer.Context,
    outgoing: Annotated[str, typer.Argument(metavar="TRANSFER")],
    incoming: Annotated[str, typer.Argument(metavar="TRANSFER")],
    *,
    reason: Annotated[str, typer.Option(help="By what it is known that the two rows are one transfer.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take it back: let the pair be a suggestion again.")] = False,
    login: AsOption = None,
) -> None:
    """Confirm that two rows inferred to be one transfer are one (see joins), and make the ledger anew."""
    from fanzha import bootstrap
    from fanzha.services.confirm_pair import confirm_pair, part_pair
    from fanzha.services.desk.keep_ledger import join_in_office

    invocation = invocation_of(context)
    store, rules = bootstrap.fact_store(invocation.home), bootstrap.ledger_rules()
    with at_office(context, login) as seat:
        if seat is not None:
            books = bootstrap.books(seat.home)
            found = join_in_office(seat.desk, books, seat.actor, outgoing, incoming, reason, undo=undo)
        elif undo:
            found = part_pair(store, outgoing, incoming, rules=rules)
        else:
            found = confirm_pair(store, outgoing, incoming, reason, rules=rules)
    if invocation.json:
        write_json(found)
        return
    pair = found["pair"]
    say(f"{pair['payer']} → {pair['payee']}  {pair['amount']}  {pair['transfer'] or 'two transfers'}")
    say(f"Ledger: {counted(found['ledger']['transfers'], 'transfer')}, digest {found['ledger']['digest'][:16]}…")


@app.command()
def unjoin(
    context: typer.Context,
    first: Annotated[str, typer.Argument(metavar="NUMBER")],
    second: Annotated[str, typer.Argument(metavar="NUMBER")],
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Take it back: let the two be joined as the rows show.")
    ] = False,
    login: AsOption = None,
) -> None:
    """Set two numbers apart that were taken for one account, and make the ledger anew."""
    from fanzha import bootstrap
    from fanzha.services.desk.keep_ledger import unjoin_in_office
    from fanzha.services.unjoin_accounts import unjoin_accounts

    invocation = invocation_of(context)
    store = bootstrap.fact_store(invocation.home)
    with at_office(context, login) as seat:
        if seat is not None:
            found = unjoin_in_office(seat.desk, bootstrap.books(seat.home), seat.actor, first, second, again=again)
        else:
            found = unjoin_accounts(store, first, second, rules=bootstrap.ledger_rules(), again=again)
    if invocation.json:
        write_json(found)
        return
    say(f"{first} → {found['accounts'][0]}")
    say(f"{second} → {found['accounts'][1]}")
    say(f"Ledger: {counted(found['ledger']['transfers'], 'transfer')}, digest {found['ledger']['digest'][:16]}…")


@app.command()
def forget(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Its path, or how its SHA-256 begins.")],
    *,
    reason: Annotated[str, typer.Option(help="Why it does not belong here, or was read wrongly.")] = "",
    although: Annotated[
        str,
        typer.Option("--although", metavar="TEXT", help="Why it goes though an answer, fact or return rests on it."),
    ] = "",
    login: AsOption = None,
) -> None:
    """Take a file out of the ledger again, with everything that it said, and make the ledger anew."""
    from fanzha import bootstrap
    from fanzha.services.desk.keep_ledger import forget_in_office
    from fanzha.services.forget_file import forget_file

    invocation = invocation_of(context)
    with at_office(context, login) as seat:
        if seat is not None:
            found = forget_in_office(seat.desk, bootstrap.books(seat.home), seat.actor, file, reason, although)
        else:
            found = forget_file(bootstrap.fact_store(invocation.home), file, reason, rules=bootstrap.ledger_rules())
    if invocation.json:
        write_json(found)
        return
    gone = found["forgotten"]
    say(f"taken out: {gone['path']}, {counted(gone['rows'], 'row')}; to have it again: fanzha ingest FILE")
    for account in found["coverage_dropped"]:
        say(f"note: the coverage stated for {account} is gone with it; no other file names the account")
    say(f"Ledger: {counted(found['ledger']['transfers'], 'transfer')}, digest {found['ledger']['digest'][:16]}…")


@app.command()
def sources(
    context: typer.Context,
    transfer: Annotated[str, typer.Argument(metavar="TRANSFER")],
    *,
    for_case: ForCase = "",
    why: Why = "",
    login: AsOption = None,
) -> None:
    """Every row of every file that shows a transfer."""
    from fanzha import bootstrap
    from fanzha.services.describe_ledger import show_sources
    from fanzha.services.desk.masked_ledger import masked_sources

    invocation = invocation_of(context)
    mask = _mask(context, login, for_case, why)
    found = show_sources(bootstrap.open_ledger(invocation.home), transfer)
    found = found if mask is None else masked_sources(found, mask)
    if invocation.json:
        write_json(found)
        return
    for line in found["transfers"]:
        ends = f"{line['payer'] or '?'} → {line['payee'] or '?'}"
        say(f"{line['at']}  {ends}  {line['amount']} {line['currency']}  {line['kind']}")
        rows = [[row["file"], row["sheet"], str(row["row"])] for row in line["sources"]]
        show_table("Rows", ["file", "sheet", "row"], rows, right=["row"], paths=["file"])
