"""`fanzha trace`: where the money went, what can still be stopped, whom to ask next."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.desk_session import AsOption, at_office
from fanzha.cli.file_export import ApproverOption
from fanzha.cli.output import Invocation, counted, invocation_of, say, show_table, write_json
from fanzha.cli.passwords import PasswordStdin
from fanzha.cli.show_trace import ROWS_SHOWN, show_changes, show_trace, write_trace_files
from fanzha.cli.trace_case import (
    AmountsFor,
    Basis,
    CaseOptions,
    CaseWanted,
    DraftStops,
    Reveal,
    StopReason,
    Unknown,
    refuse_with_case,
    refuse_without_case,
    trace_of_case,
)
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.identifiers import plain_identifier

if TYPE_CHECKING:
    from fanzha.services.trace_money import ReportedPayment

ORIGIN_COLUMNS = ("label", "from", "to", "at", "amount")


def trace(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH…", help="Statements to read in first, as `ingest` does.")
    ] = None,
    *,
    from_: Annotated[str | None, typer.Option("--from", help="Account that paid (the victim's).")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Account that was paid.")] = None,
    at: Annotated[str | None, typer.Option(help="When: 2026-03-01T13:52:10, to the minute, or a day.")] = None,
    amount: Annotated[str | None, typer.Option(help="How much, in yuan.")] = None,
    label: Annotated[str | None, typer.Option(help="A name for the payment; the paying account by default.")] = None,
    origins: Annotated[Path | None, typer.Option(help="Many payments: CSV with label,from,to,at,amount.")] = None,
    into: Annotated[str | None, typer.Option(help="Backward: explain what came into this account.")] = None,
    until: Annotated[str | None, typer.Option(help="Look no further than this time.")] = None,
    method: Annotated[str, typer.Option(help="all, or some of fifo,lifo,prorata,own_first,libr,poison.")] = "all",
    max_hops: Annotated[int | None, typer.Option(help="Follow at most so many transfers.")] = None,
    dust: Annotated[
        str | None, typer.Option(help="Do not follow transfers that carry less than this, in yuan.")
    ] = None,
    nested: Annotated[list[str] | None, typer.Option(help="This label's payer is a relay, not a victim.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write the funds-flow workbook (资金流向表) here.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write one self-contained page with the picture here.")] = None,
    diff: Annotated[Path | None, typer.Option(help="Compare with an earlier trace document.")] = None,
    case: CaseWanted = None,
    reveal: Reveal = False,
    approver: ApproverOption = "",
    password_stdin: PasswordStdin = False,
    amounts: AmountsFor = None,
    draft_stops: DraftStops = False,
    unknown: Unknown = False,
    basis: Basis = "afl-20",
    reason: StopReason = "被害人资金仍在账",
    login: AsOption = None,
) -> int:
    """Follow stolen money: where it is, where it left, whom to ask next."""
    invocation = invocation_of(context)
    if case is not None:
        refuse_with_case(context)
        code = _read_in(context, login, paths) if paths else 0
        relays = None if nested is None else tuple(nested)
        options = CaseOptions(
            relays, reveal, amounts, draft_stops, unknown, basis, reason, xlsx, html, approver, password_stdin
        )
        trace_of_case(context, case, login, options)
        return code
    refuse_without_case(context)
    _refuse_in_an_office(context, login)
    from fanzha.bootstrap import open_ledger, rule_table
    from fanzha.services.trace_money import TraceRequest, read_trace_rules, trace_money

    if into is not None:
        source = context.get_parameter_source("method")
        chosen = method if source is not None and source.name != "DEFAULT" else None
        forward_only = {"--method": chosen, "--max-hops": max_hops, "--dust": dust, "--nested": nested or None}
        _refuse_with_into({**forward_only, "--xlsx": xlsx, "--html": html, "--diff": diff})
    rules = read_trace_rules(rule_table("tracing.toml"))
    # The question is read first: a slip in it must not cost the time of a folder of statements.
    payments = tuple(reported_payments(from_, to, at, amount, label, origins, required=into is None))
    request = TraceRequest(payments, _methods(method), tuple(nested or ()), until, max_hops, dust)
    earlier = _read_document(diff) if diff is not None else None
    code = _read_in(context, login, paths) if paths else 0
    stored = open_ledger(invocation.home)
    if into is not None:
        _backward(invocation, stored, into, payments, until, rules)
        return code
    document = trace_money(stored, request, rules)
    write_trace_files(stored, document, xlsx, html)
    _answer(document, earlier, as_json=invocation.json)
    return code


def _answer(document: dict[str, Any], earlier: dict[str, Any] | None, *, as_json: bool) -> None:
    if earlier is not None:
        from fanzha.services.compare_traces import compare_traces

        document = compare_traces(earlier, document)
    if as_json:
        write_json(document)
    elif earlier is not None:
        show_changes(document)
    else:
        show_trace(document)


def _refuse_with_into(given: Mapping[str, object]) -> None:
    """What only a forward trace answers to; silence would let the reader think that it counted."""
    without = [name for name, value in given.items() if value is not None]
    if without:
        raise BadInput(
            f"{', '.join(without)} cannot go with --into, which explains inflows by FIFO without limits; "
            f"with it go --origins FILE (or --from, --to, --at, --amount, --label) and --until"
        )


def _refuse_in_an_office(context: typer.Context, login: str | None) -> None:
    """Whose statements are read is for a case there, and is written down with it."""
    with at_office(context, login) as seat:
        if seat is not None:
            raise NotAllowed(
                "trace.case",
                "in an office money is traced for a case: fanzha trace --case CASE; without one, in a home of its own: "
                "fanzha --home DIR trace PATH…",
            )


def _read_in(context: typer.Context, login: str | None, paths: Sequence[Path]) -> int:
    """Reads the statements into the ledger; gives the exit code that says whether all of it could be read."""
    from fanzha.cli.ingest import ROWS_PUT_ASIDE, read_in_by

    missing = [path for path in paths if not path.exists()]
    if missing:
        raise BadInput(f"{missing[0]}: there is no such file or folder; nothing was read in")
    report = read_in_by(context, login, paths)
    read = [file for file in report.document["files"] if "sha256" in file]
    rows, put_aside = (sum(file[name] for file in read) for name in ("accepted", "quarantined"))
    say(f"{len(read)} files: {rows} rows accepted, {put_aside} put aside")
    for file in report.document["files"]:
        if "error" in file:
            say(f"not read: {file['path']}: {file['error']}")
    if report.put_aside:
        say("what was put aside, and why: fanzha ingest PATH…")
    return ROWS_PUT_ASIDE if report.put_aside else 0


def _methods(text: str) -> tuple[Any, ...]:
    from fanzha.tracing.model import Method

    if text == "all":
        return tuple(Method)
    chosen = [name.strip() for name in text.split(",")]
    unknown = [name for name in chosen if name not in set(Method)]
    if unknown:
        raise BadInput(f"--method {', '.join(unknown)} is not known; choose of {', '.join(Method)} or all")
    return tuple(Method(name) for name in dict.fromkeys(chosen))


def reported_payments(
    from_: str | None,
    to: str | None,
    at: str | None,
    amount: str | None,
    label: str | None,
    origins: Path | None,
    *,
    required: bool = True,
) -> Sequence[ReportedPayment]:
    """The payments that the options name, or the file of --origins.

    Raises BadInput when they make no sense.
    """
    from fanzha.services.trace_money import ReportedPayment

    given = {"--from": from_, "--at": at, "--amount": amount}
    if origins is not None:
        if any(value is not None for value in (*given.values(), to, label)):
            raise BadInput("give either --origins FILE or --from, --at, --amount (and --to, --label), not both")
        return _read_origins(origins)
    missing = [name for name, value in given.items() if value is None]
    if not required and len(missing) == len(given):
        return ()
    if from_ is None or at is None or amount is None:
        raise BadInput(f"a payment needs {' and '.join(missing)} too; or give --origins FILE")
    return (ReportedPayment(label or plain_identifier(from_), from_, to, at, amount),)


def _read_origins(path: Path) -> list[ReportedPayment]:
    from fanzha.services.trace_money import ReportedPayment

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: is not UTF-8 text; save it as CSV UTF-8") from None
    reader = csv.DictReader(text.splitlines())
    missing = [name for name in ORIGIN_COLUMNS if name not in (reader.fieldnames or ()) and name != "to"]
    if missing:
        raise BadInput(f"{path}: row 1: the header lacks {', '.join(missing)}; it must be {','.join(ORIGIN_COLUMNS)}")
    payments = []
    for number, row in enumerate(reader, start=2):
        empty = [name for name in ORIGIN_COLUMNS if name != "to" and not (row.get(name) or "").strip()]
        if empty:
            raise BadInput(f"{path}: row {number}: {empty[0]} is empty")
        cells = {name: (row.get(name) or "").strip() for name in ORIGIN_COLUMNS}
        place = f"{path}: row {number}"
        payments.append(
            ReportedPayment(cells["label"], cells["from"], cells["to"] or None, cells["at"], cells["amount"], place)
        )
    if not payments:
        raise BadInput(f"{path}: has no payment below its header")
    return payments


def _read_document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise BadInput(f"{path}: is not JSON; write it with: fanzha trace … --json > {path.name}") from None
    if not isinstance(document, dict):
        raise BadInput(f"{path}: is not a trace document")
    return document


def _backward(
    invocation: Invocation, stored: Any, into: str, known: Sequence[ReportedPayment], until: str | None, rules: Any
) -> None:
    from fanzha.bootstrap import rule_table
    from fanzha.services.explain_inflows import explain_inflows, read_inflow_rules

    document = explain_inflows(stored, into, known, until, read_inflow_rules(rule_table("inflows.toml")), rules)
    if invocation.json:
        write_json(document)
        return
    for part in (document, *document["other_currencies"]):
        _show_inflows(document["account"], part)
    for warning in document["warnings"]:
        say(f"note: {warning}")


def _show_inflows(account: str, part: Mapping[str, Any]) -> None:
    """What came in in one currency, by class, and its largest payments."""
    show_table(
        f"Inflows of {account} in {part['currency']}",
        ["class", "count", "amount"],
        [[name, str(row["count"]), row["amount"]] for name, row in part["totals"].items()],
        right=["count", "amount"],
    )
    show_table(
        f"The largest inflows in {part['currency']}",
        ["at", "payer", "name", "amount", "class", "why"],
        [
            [r["at"], r["payer"], r["payer_name"], r["amount"], r["class"], "; ".join(r["reasons"])]
            for r in part["inflows"][:ROWS_SHOWN]
        ],
        right=["amount"],
    )
    left = len(part["inflows"]) - ROWS_SHOWN
    if left > 0:
        say(f"… and {counted(left, 'more inflow')}; --json has every one")
