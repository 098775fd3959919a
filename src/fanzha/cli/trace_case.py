"""`fanzha trace --case ID`: the money of a case's victims, how much can be stopped, and the stops in one action."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fanzha.cli.desk_session import AtDesk, at_desk
from fanzha.cli.file_export import not_written, second_person
from fanzha.cli.output import counted, say, show_table, write_json
from fanzha.cli.show_trace import show_changes, show_trace, write_trace_files
from fanzha.core.errors import BadInput

if TYPE_CHECKING:
    from fanzha.services.desk.books import Books
    from fanzha.services.desk.mask import Mask
    from fanzha.services.desk.note_export import ExportNote
    from fanzha.services.desk.trace_case import CaseTrace

CaseWanted = Annotated[str | None, typer.Option("--case", metavar="ID", help="Trace this case from its facts.")]
Reveal = Annotated[bool, typer.Option("--reveal", help="With --case: show persons unmasked; it is written down.")]
AmountsFor = Annotated[
    str | None, typer.Option("--amounts", metavar="PURPOSE", help="With --case: how much to stop, freeze or return.")
]
DraftStops = Annotated[
    bool, typer.Option("--draft-stops", help="With --case: draft a stop wherever something can be stopped.")
]
Unknown = Annotated[
    bool, typer.Option("--unknown", help="With --draft-stops: also where it is not known what is left.")
]
Basis = Annotated[str, typer.Option("--basis", help="With --draft-stops: the article.")]
StopReason = Annotated[str, typer.Option("--reason", help="With --draft-stops: why.")]
# What goes with a case; every other option says from where or how far to trace, which a case says itself.
WITH_CASE: Final = frozenset({"paths", "nested", "xlsx", "html", "login"})
ONLY_CASE: Final = frozenset({"case", "reveal", "amounts", "draft_stops", "unknown", "basis", "reason"})


def _given(context: typer.Context) -> dict[str, str]:
    """The options that were given, as they are typed, by their names here."""
    named = {param.name: param.opts[0] for param in context.command.params}
    typed = {
        name for name in named if (of := context.get_parameter_source(name)) is not None and of.name == "COMMANDLINE"
    }
    return {name: text for name, text in named.items() if name in typed}


def refuse_with_case(context: typer.Context) -> None:
    """Raises BadInput for options that would be passed over in silence."""
    without = [text for name, text in _given(context).items() if name not in WITH_CASE | ONLY_CASE]
    if without:
        raise BadInput(f"{', '.join(without)} cannot go with --case, which begins with the facts of the case")


def refuse_without_case(context: typer.Context) -> None:
    """Raises BadInput for what only the trace of a case can do."""
    without = [text for name, text in _given(context).items() if name in ONLY_CASE]
    if without:
        raise BadInput(f"{', '.join(without)} needs --case ID")


@dataclass(frozen=True, slots=True)
class CaseOptions:
    """What was asked besides the case."""

    nested: tuple[str, ...] | None
    reveal: bool
    amounts: str | None
    draft_stops: bool
    unknown: bool
    basis: str
    reason: str
    xlsx: Path | None
    html: Path | None
    approver: str = ""
    stdin: bool = False  # whether the approver's password is a line of standard input


def trace_of_case(context: typer.Context, case: str, login: str | None, options: CaseOptions) -> None:
    """Traces the case with what receipts say, and does what was asked with it."""
    from fanzha import bootstrap
    from fanzha.services.desk.documents.trace import case_trace_document

    with at_desk(context, login) as at:
        books = bootstrap.books(at.home)
        trace, followed = _trace(at, books, case, options)
        mask, note = _mask(at, case, trace, options)
        try:
            mark = "" if note is None else note.watermark
            write_trace_files(books.ledger(), trace.document, options.xlsx, options.html, mark)
        except BadInput as failure:
            not_written(at, note, failure)
            raise
        document = case_trace_document(trace, mask) | _besides(at, books, case, options, mask)
        if followed:
            document["follow_ons"] = followed(mask)
        if at.json:
            write_json(document)
        else:
            _show(document)


def _trace(at: AtDesk, books: Books, case: str, options: CaseOptions) -> tuple[CaseTrace, Any]:
    from fanzha.services.desk.documents.trace import follow_on_document
    from fanzha.services.desk.follow_money import bring_in_receipts, follow_money
    from fanzha.services.desk.trace_case import trace_case

    bring_in_receipts(at.desk, books, at.actor, case)
    trace = trace_case(at.desk, books, at.actor, case, nested=options.nested)
    if not options.draft_stops:
        return trace, None
    money = follow_money(at.desk, books, at.actor, case)
    return trace, lambda mask: [follow_on_document(each, mask) for each in money.follow_ons]


def _mask(at: AtDesk, case: str, trace: CaseTrace, options: CaseOptions) -> tuple[Mask, ExportNote | None]:
    """What is shown of persons; files show them whole, and are counted as an export."""
    from fanzha.casework import Case
    from fanzha.services.desk.open_for_file import open_for_file, persons_named
    from fanzha.services.desk.open_record import open_record

    if options.xlsx is None and options.html is None:
        return open_record(at.desk, at.actor, Case, case, reveal=options.reveal).mask, None
    also = persons_named((each.holder, each.account) for each in trace.run.accounts)
    opened = open_for_file(
        at.desk, at.actor, Case, case, "trace", approver=second_person(at, options.approver, from_stdin=options.stdin),
        also=also,
    )  # fmt: skip
    return opened.mask, opened.note


def _besides(at: AtDesk, books: Books, case: str, options: CaseOptions, mask: Mask) -> dict[str, Any]:
    from fanzha.measures.purposes import Purpose
    from fanzha.services.desk.amounts import case_amounts
    from fanzha.services.desk.documents.trace import amounts_document, stops_document
    from fanzha.services.desk.draft_stops import draft_stops

    more: dict[str, Any] = {}
    if options.draft_stops:
        stops = draft_stops(
            at.desk, books, at.actor, case, basis=options.basis, reason=options.reason, unknown=options.unknown
        )
        more["stops"] = stops_document(stops, mask)
    if options.amounts is not None:
        if options.amounts not in set(Purpose):
            raise BadInput(f"--amounts {options.amounts} is not known; choose of {', '.join(Purpose)}")
        purpose = Purpose(options.amounts)
        found = case_amounts(at.desk, books.trace_rules, at.actor, case, purpose)
        more["amounts"] = amounts_document(found, mask)
    return more


def _show(document: dict[str, Any]) -> None:
    show_trace(document)
    changes = document["changes"]
    if changes is not None and document["run_is_new"]:
        first = next(iter(changes["methods"]))
        show_changes({**changes, "same_question": True, "methods": {first: changes["methods"][first]}})
    if "amounts" in document:
        _show_amounts(f"How much to {document['amounts']['purpose']}", document["amounts"]["accounts"])
    for each in document.get("follow_ons", ()):
        word = "drafted" if each["new"] else "drafted before"
        say(f"{each['traced']} of {each['amount']} went on to {each['account']}: {each['measure'] or 'no stop'} {word}")
    if "stops" in document:
        _show_stops(document["stops"])
    state = "a new run" if document["run_is_new"] else "nothing changed since"
    say(f"{document['case']}: {document['run']}, {state}")


def _show_amounts(title: str, accounts: list[dict[str, Any]]) -> None:
    rows = [
        [
            each["account"], each["institution"], each["method"], each["amount"], each["bound"],
            each["stoppable"] or "unknown", _others(each), each["why_unknown"],
        ]
        for each in accounts
    ]  # fmt: skip
    columns = ["account", "institution", "method", "held", "bound", "stoppable", "other methods", "why unknown"]
    show_table(title, columns, rows, right=["held", "bound", "stoppable"], nothing="no account holds any of it")


def _others(each: dict[str, Any]) -> str:
    others = {name: text for name, text in each["by_method"].items() if name != each["method"]}
    return ", ".join(f"{name} {text}" for name, text in others.items()) if each["disagree"] else "agree"


def _show_stops(stops: dict[str, Any]) -> None:
    rows = [
        [
            each["measure"],
            each["account"],
            each["institution"],
            each["stoppable"] or "unknown",
            each["method"],
            _others(each),
        ]
        for each in stops["drafted"]
    ]
    columns = ["measure", "account", "institution", "amount", "method", "other methods"]
    show_table("Stops drafted", columns, rows, right=["amount"], nothing="no stop was drafted")
    for each in stops["left_out"]:
        say(f"left out: {each['account']} ({each['institution'] or 'institution unknown'}): {each['reason']}")
    if stops["drafted"]:
        say(f"{counted(len(stops['drafted']), 'draft')}; propose each with: fanzha measure propose MEASURE")
