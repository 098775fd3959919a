"""`fanzha account`: what is known of an account, where a number stands, and lists of verified accounts that leave."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fanzha.cli.desk_session import AsOption, at_desk
from fanzha.cli.file_export import ApproverOption, export_document, say_alarm, second_person, write_export
from fanzha.cli.output import counted, say, show_table, write_json
from fanzha.cli.passwords import PasswordStdin
from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant

if TYPE_CHECKING:
    from fanzha.services.account_in_ledger import LedgerAccount
    from fanzha.services.desk.export_list import ExportedAccounts

FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would carry it out
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)?")

app = typer.Typer(
    name="account", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="What is known of an account: claims, facts, measures, balance, ledger.",
)  # fmt: skip

CaseOption = Annotated[str, typer.Option("--case", metavar="ID", help="The case for which it is asked.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="What for; stands in the audit.")]


@app.command()
def show(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="The whole account number, as anybody writes it.")],
    case: CaseOption = "",
    reveal: Annotated[bool, typer.Option("--reveal", help="Without the mask; written down for each person.")] = False,
    reason: ReasonOption = "",
    login: AsOption = None,
) -> None:
    """Everything known of one account that you may see. It is a search, and kept as one."""
    from fanzha.services.desk.documents.account import account_document
    from fanzha.services.desk.open_account import open_account

    with at_desk(context, login) as seat:
        dossier = open_account(seat.desk, seat.actor, number, case=case, reveal=reveal, reason=reason)
        found = account_document(dossier, _in_ledger(seat.home, dossier.number))
    if seat.json:
        write_json(found)
        return
    _show_dossier(found)


@app.command()
def search(
    context: typer.Context,
    terms: Annotated[str, typer.Argument(help="An account, line or site; or an id, acknowledgement or decision.")],
    case: CaseOption = "",
    reason: ReasonOption = "",
    login: AsOption = None,
) -> None:
    """Where it stands in the records, exactly as given; for a case or a reason also whom to ask about the rest."""
    from fanzha.services.desk.search_records import search_records

    with at_desk(context, login) as seat:
        found = search_records(seat.desk, seat.actor, terms, case=case, reason=reason)
    columns = ["kind", "organisation", "id", "case", "status"]
    hits = [{column: getattr(hit, column) for column in columns} for hit in found.hits]
    if seat.json:
        write_json({"search": found.search, "purposed": found.purposed, "hits": hits})
        return
    rows = [[hit[column] or ("(not yours to see)" if column == "id" else "") for column in columns] for hit in hits]
    show_table("Found", columns, rows, nothing="nothing that you may search holds it")
    if not found.purposed:
        say("only what you may see: whom to ask about the rest is told for a case (--case) or a reason (--reason)")
    say(f"kept as {found.search}")


@app.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Is written whole or not at all.")],
    reason: ReasonOption,
    case: CaseOption = "",
    approver: ApproverOption = "",
    password_stdin: PasswordStdin = False,
    login: AsOption = None,
) -> None:
    """The verified accounts of a case, or of your body, unmasked, marked with who took them out, when and for what."""
    from fanzha.services.desk.export_list import export_accounts

    with at_desk(context, login) as seat:
        second = second_person(seat, approver, from_stdin=password_stdin)
        exported = export_accounts(seat.desk, seat.actor, reason, case=case, approver=second)
        note = exported.note
        write_export(seat, file, _csv(exported), note)
    if seat.json:
        write_json({"file": str(file), "rows": len(exported.rows)} | export_document(note))
        return
    say(f"{file}: {counted(len(exported.rows), 'row')}, {note.export.id}")
    say_alarm(note)


@app.command()
def exports(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = 50,
    login: AsOption = None,
) -> None:
    """What left your body and those below, newest first: by whom, and how many persons outside his own cases, with what alarm."""
    from fanzha.services.desk.export_list import list_exports

    with at_desk(context, login) as seat:
        found = [
            {
                "id": one.id, "at": format_instant(one.at_us), "by": one.actor, "organisation": one.organisation,
                "what": one.what, "outside": len(one.outside), "inside": one.inside_count, "approved_by": one.approved_by,
                "alarm": "" if one.alarm is None else one.alarm.value, "failed": one.failed,
            }
            for one in list_exports(seat.desk, seat.actor, limit)
        ]  # fmt: skip
    if seat.json:
        write_json({"exports": found})
        return
    columns = ["id", "at", "by", "organisation", "what", "outside", "inside", "approved_by", "alarm", "failed"]
    rows = [[_cell(str(line[column])) for column in columns] for line in found]
    show_table("Exports", columns, rows, right=["outside", "inside"], nothing="nothing left")


def _in_ledger(home: Path, number: str) -> tuple[LedgerAccount, ...] | None:
    from fanzha import bootstrap
    from fanzha.services.account_in_ledger import account_in_ledger

    stored = bootstrap.fact_store(home).ledger()
    return None if stored is None else account_in_ledger(stored, number)


def _csv(exported: ExportedAccounts) -> bytes:
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow([_plain(exported.note.watermark)])
    lines.writerow(["account", "holder_name", "institution", "amount", "currency", "at", "hop", "case", "fact"])
    for row in exported.rows:
        fields = row.fact.fields
        amount = format_minor(fields.amount_minor, exponent_of(fields.currency))
        lines.writerow(
            _plain(cell)
            for cell in (
                fields.account, fields.holder_name, fields.institution, amount, fields.currency,
                format_instant(fields.at_us), str(row.fact.hop), row.case, row.fact.id,
            )
        )  # fmt: skip
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_BEGINS) else cell


def _show_dossier(found: Mapping[str, Any]) -> None:
    balance = found["last_balance"]
    rows = [
        ["account", found["account"]],
        ["holders", ", ".join(found["holders"]) or "nobody named one"],
        [
            "last balance",
            f"{balance['amount']} {balance['currency']}, {_cell(balance['at'])}" if balance else "unknown",
        ],
        ["held elsewhere", "yes: another body's measure stands" if found["held_elsewhere"] else "not known"],
    ]
    show_table("Account" + (" (masked)" if found["masked"] else ""), ["", ""], rows)
    _show(
        "Facts",
        found["facts"],
        ["id", "holder_name", "institution", "amount", "at", "hop", "verified_by", "withdrawn_at"],
    )
    claims = [
        {**claim, "clue": clue["id"], "stage": clue["stage"]} for clue in found["clues"] for claim in clue["claims"]
    ]
    _show("Claims, unverified", claims, ["clue", "stage", "report", "holder_name", "amount", "at"])
    _show(
        "Measures",
        found["measures"],
        ["id", "kind", "status", "organisation", "asked", "executed", "held", "ends_at", "case"],
    )
    _show("Returns", found["returns"], ["id", "status", "decision", "case"])
    _show("Incidents", found["incidents"], ["id", "kind", "measure", "at", "sentence"])
    if found["ledger_withheld"]:
        whom = ", ".join(found["ask"]) or "whoever brought the statements in"
        say(f"the ledger holds this account, but no record of it is yours to see; ask {whom}")
    else:
        _show_ledger(found["ledger"])
    if found["cut_off"]:
        say("(a thousand of a kind are shown; there are more)")


def _show_ledger(ledger: Sequence[Mapping[str, Any]] | None) -> None:
    if not ledger:
        say("there is no ledger here" if ledger is None else "the ledger does not know this account")
        return
    lines = [
        {**line, "covered": ", ".join(f"{p['from'][:10]} – {p['to'][:10]}" for p in line["covered"]) or "no statement"}
        for line in ledger
    ]
    columns = ["account", "institution", "currency", "covered", "amount_in", "amount_out", "bank_balance", "last"]
    _show("Ledger", lines, columns)


def _show(title: str, lines: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    right = [
        column for column in columns if column in {"amount", "asked", "executed", "amount_in", "amount_out", "hop"}
    ]
    rows = [["" if line[column] is None else _cell(str(line[column])) for column in columns] for line in lines]
    show_table(title, columns, rows, right=right)


def _cell(text: str) -> str:
    """Times to the minute."""
    return text[:16].replace("T", " ") if _INSTANT.fullmatch(text) else text
