"""`fanzha return`: who gets what of frozen money, the way to the decision, and whether it was paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.output import counted, invocation_of, say, show_table, write_json
from fanzha.cli.return_choices import (
    BaseOption,
    BranchOption,
    CompensatedOption,
    OnlyOption,
    OthersOption,
    PayToOption,
    WhyOption,
)
from fanzha.core.errors import BadInput

if TYPE_CHECKING:
    from fanzha.measures.return_procedure import ReturnProcedure

app = typer.Typer(
    name="return", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Bring frozen money back to its owners.",
)  # fmt: skip
ReturnId = Annotated[str, typer.Argument(metavar="RETURN", help="Its id.")]
CaseId = Annotated[str, typer.Argument(metavar="CASE", help="Its id.")]
VersionOption = Annotated[
    int | None, typer.Option("--version", metavar="N", help="The version you looked at; refused if it changed since.")
]
RevealOption = Annotated[bool, typer.Option("--reveal", help="Without the mask; written down for each person.")]
ForCaseOption = Annotated[str, typer.Option("--case", metavar="ID", help="The case for which it is revealed.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; stands in the audit.")]
SHOWN_MAX: Final = 200


@app.command()
def compute(context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE.json")]) -> None:
    """Share a frozen balance by proportion, out of {"frozen", "victims": [{"id", "loss", "returned"}]}; needs no home."""
    from fanzha.services.compute_return import compute_return

    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: cannot be read: {error.strerror}") from None
    found = compute_return(content, str(file))
    if invocation_of(context).json:
        write_json(found)
        return
    rows = [[victim, yuan] for victim, yuan in found["returns"].items()]
    show_table("Returns", ["victim", "returned"], rows, right=["returned"], nothing="nobody lacks anything")
    say(f"stays frozen: {found['remainder']}")


@app.command()
def plan(
    context: typer.Context,
    case: CaseId,
    *,
    account: OnlyOption = None,
    branch: BranchOption = None,
    base: BaseOption = None,
    why: WhyOption = None,
    third_parties: OthersOption = None,
    pay_to: PayToOption = None,
    compensated: CompensatedOption = None,
    login: AsOption = None,
) -> None:
    """What a return would give whom, by every way; nothing is written down."""
    from fanzha.services.desk.documents.return_ import planned_document
    from fanzha.services.desk.mask import Mask
    from fanzha.services.desk.methods_beside import methods_beside
    from fanzha.services.desk.plan_return import plan_return
    from fanzha.services.desk.return_choices import Typed, wanted_of

    typed = Typed(account, branch, base, why, third_parties, pay_to, compensated)
    with at_desk(context, login) as seat:
        figures = _figures(seat, case)
        planned = plan_return(seat.desk, seat.actor, wanted_of(case, typed, figures), figures)
        with seat.desk.store.reading() as view:
            beside = methods_beside(seat.desk, view, planned.trace_run, planned.plans)
        found = planned_document(planned, Mask(seat.desk.rules.access.masks), beside)
    if seat.json:
        write_json(found)
        return
    say(f"{case}: by {found['method']}, trace {found['trace_run']}")
    _show_accounts(found)


@app.command()
def draft(
    context: typer.Context,
    case: CaseId,
    *,
    account: OnlyOption = None,
    branch: BranchOption = None,
    base: BaseOption = None,
    why: WhyOption = None,
    third_parties: OthersOption = None,
    pay_to: PayToOption = None,
    compensated: CompensatedOption = None,
    earlier: Annotated[
        str, typer.Option(metavar="RETURN", help="The return that paid out before; else the last.")
    ] = "",
    login: AsOption = None,
) -> None:
    """Draft the return of a filed case as the law has it, or as you choose; for victims found later, of what is left."""
    from fanzha.services.desk.draft_return import draft_return
    from fanzha.services.desk.return_choices import Typed, wanted_of

    typed = Typed(account, branch, base, why, third_parties, pay_to, compensated)
    with at_desk(context, login) as seat:
        figures = _figures(seat, case)
        wanted = wanted_of(case, typed, figures)
        tell(seat, draft_return(seat.desk, seat.actor, wanted, figures, earlier=earlier))


@app.command()
def replan(
    context: typer.Context,
    return_id: ReturnId,
    *,
    account: OnlyOption = None,
    branch: BranchOption = None,
    base: BaseOption = None,
    why: WhyOption = None,
    third_parties: OthersOption = None,
    pay_to: PayToOption = None,
    compensated: CompensatedOption = None,
    version: VersionOption = None,
    login: AsOption = None,
) -> None:
    """Plan a return anew on today's facts; what you do not change stays as it was chosen."""
    from fanzha.access import Action
    from fanzha.audit import Subject
    from fanzha.measures.return_procedure import ReturnProcedure
    from fanzha.services.desk.acting import looking
    from fanzha.services.desk.draft_return import replan_return
    from fanzha.services.desk.return_choices import Typed, wanted_of

    typed = Typed(account, branch, base, why, third_parties, pay_to, compensated)
    with at_desk(context, login) as seat:
        with looking(seat.desk, seat.actor, "return.replan", Subject("return", return_id)) as look:
            before = look.load(ReturnProcedure, return_id, Action.RETURN_PROPOSE)
        figures = _figures(seat, before.case)
        wanted = wanted_of(before.case, typed, figures, [each.account for each in before.plans])
        tell(seat, replan_return(seat.desk, seat.actor, return_id, wanted, figures, version=version))


@app.command()
def show(
    context: typer.Context,
    return_id: ReturnId,
    *,
    reveal: RevealOption = False,
    case: ForCaseOption = "",
    reason: ReasonOption = "",
    login: AsOption = None,
) -> None:
    """One return: its plans, notice, objections, decision and payments."""
    from fanzha.measures.return_procedure import ReturnProcedure
    from fanzha.services.desk.documents.return_ import return_document
    from fanzha.services.desk.methods_beside import methods_beside
    from fanzha.services.desk.open_record import open_record
    from fanzha.services.desk.pay_return import all_payments
    from fanzha.services.desk.unpaid_freezes import ending_freezes

    with at_desk(context, login) as seat:
        opened = open_record(seat.desk, seat.actor, ReturnProcedure, return_id, reveal=reveal, case=case, reason=reason)
        with seat.desk.store.reading() as view:
            payments = all_payments(view, opened.record)
            ending = ending_freezes(view, seat.desk.rules.measures, opened.record, seat.desk.clock.now_us())
            beside = methods_beside(seat.desk, view, opened.record.trace_run, opened.record.plans)
        found = return_document(opened.record, opened.mask, payments, ending, beside)
    if seat.json:
        write_json(found)
        return
    _show_return(found)


@app.command("list")
def list_(
    context: typer.Context,
    *,
    case: Annotated[str, typer.Option("--case", metavar="ID", help="Only of this case.")] = "",
    status: Annotated[list[str] | None, typer.Option("--status", help="Only in this state; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="Where the last list ended.")] = None,
    login: AsOption = None,
) -> None:
    """Returns that you may see, newest first."""
    from fanzha.services.desk.documents.return_ import return_line
    from fanzha.services.desk.lists import ListWanted, list_returns

    with at_desk(context, login) as seat:
        wanted = ListWanted(status=tuple(status or ()), case=case, limit=limit, cursor=cursor)
        page = list_returns(seat.desk, seat.actor, wanted)
    lines = [return_line(procedure) for procedure in page.rows]
    if seat.json:
        write_json({"returns": lines, "next_cursor": page.next_cursor})
        return
    amounts = ["frozen", "planned", "paid", "remainder"]
    columns = ["return", "case", "status", "victims", "currency", *amounts, "decision", "drafted"]
    rows = [
        [
            line["id"], line["case"], line["status"], str(line["victims"]), one["currency"],
            *(one[name] for name in amounts), line["decision"], line["drafted_at"],
        ]
        for line in lines
        for one in line["sums"]
    ]  # fmt: skip
    show_table(
        "Returns", columns, rows, right=["victims", *amounts], spare=["drafted", "currency"], nothing="no return yet"
    )
    if page.next_cursor:
        say(f"more: --cursor {page.next_cursor}")


@app.command()
def sums(context: typer.Context, case: CaseId, login: AsOption = None) -> int:
    """The books of a case: what each victim lost, and where it is now; exit 1 when the two sides differ."""
    from fanzha import bootstrap
    from fanzha.services.desk.documents.return_ import law_document
    from fanzha.services.desk.read_case_law import read_case_law

    with at_desk(context, login) as seat:
        found = law_document(read_case_law(seat.desk, bootstrap.books(seat.home), seat.actor, case))
    if seat.json:
        write_json(found)
    else:
        figures = ["lost", "reattributed", "held", "returned", "exited", "unknown", "difference"]
        lines = [*found["victims"], *({"victim": "all", **total} for total in found["totals"])]
        rows = [[line["victim"], line["currency"], *(line[name] for name in figures)] for line in lines]
        show_table(
            f"{case} by {found['method']}", ["victim", "currency", *figures], rows, right=figures,
            nothing="nobody reported a loss",
        )  # fmt: skip
        for fault in found["faults"]:
            say(f"does not add up: {fault}")
        for note in found["notes"]:
            say(f"note: {note}")
    return 1 if found["faults"] else 0


def _figures(seat: AtDesk, case: str) -> Any:
    from fanzha import bootstrap
    from fanzha.services.desk.read_return_figures import read_return_figures

    return read_return_figures(seat.desk, bootstrap.books(seat.home), seat.actor, case)


def tell(seat: AtDesk, procedure: ReturnProcedure) -> None:
    """The return as it stands after a step, behind the mask."""
    from fanzha.services.desk.documents.return_ import return_document
    from fanzha.services.desk.methods_beside import methods_beside
    from fanzha.services.desk.open_record import mask_for
    from fanzha.services.desk.pay_return import all_payments
    from fanzha.services.desk.unpaid_freezes import ending_freezes

    with seat.desk.store.reading() as view:
        payments = all_payments(view, procedure)
        ending = ending_freezes(view, seat.desk.rules.measures, procedure, seat.desk.clock.now_us())
        beside = methods_beside(seat.desk, view, procedure.trace_run, procedure.plans)
    mask = mask_for(seat.desk, seat.actor, [procedure])
    shown = replace(mask, names=(*mask.names, *_objectors(procedure)))
    found = return_document(procedure, shown, payments, ending, beside)
    if seat.json:
        write_json(found)
        return
    _show_return(found)


def _objectors(procedure: ReturnProcedure) -> tuple[str, ...]:
    return tuple(objection.by for objection in procedure.objections)


def _show_return(found: Mapping[str, Any]) -> None:
    notice = found["notice"]
    lines = [
        ["return", f"{found['id']} (version {found['version']})"], ["status", found["status"]],
        ["case", f"{found['case']}, {found['filing']}"], ["method", f"{found['method']}, trace {found['trace_run']}"],
        ["earlier", found["earlier"]], ["decision", found["decision"]],
        ["public notice", "" if notice is None else f"{notice['from']} to {notice['until']}"],
    ]  # fmt: skip
    show_table("Return", ["", ""], [line for line in lines if line[1]])
    _show_accounts(found)
    columns = ["id", "by", "received_at", "upheld", "finding"]
    rows = [[str("" if each[c] is None else each[c]) for c in columns] for each in found["objections"]]
    show_table("Objections", columns, rows)
    columns = ["id", "victim", "pay_to", "amount", "paid", "status"]
    rows = [[each[column] for column in columns] for each in found["payments"][:SHOWN_MAX]]
    show_table("Payments", columns, rows, right=["amount", "paid"])
    for one in found["freezes_ending"]:
        freeze, ends = one["measure"], one["ends_at"][:16]
        say(f"{freeze} may end before it is paid, at {ends}: fanzha measure renew {freeze} --reason …")


def _show_accounts(found: Mapping[str, Any]) -> None:
    for one in found["accounts"]:
        title = f"{one['account']} {one['institution']}: {one['frozen']} frozen, by {'+'.join(one['branches'])}"
        ways = [way for way in one["ways"] if not way["chosen"] and way["paid"]]
        columns = ["victim", "branch", "returned", *("+".join(way["branches"]) for way in ways), "to"]
        rows = [
            [
                award["victim"], award["branch"], award["amount"],
                *(way["paid"].get(award["victim"], "") for way in ways), award["pay_to"] or "(nobody knows)",
            ]
            for award in one["awards"][:SHOWN_MAX]
        ]  # fmt: skip
        show_table(title, columns, rows, right=columns[2:-1], nothing=f"{title}: nobody gets anything")
        if len(one["awards"]) > SHOWN_MAX:
            say(f"… and {counted(len(one['awards']) - SHOWN_MAX, 'more payment')}; see --json")
        say(f"third parties' {one['third_parties']}, stays frozen {one['remainder']} {one['currency']}")
        if Decimal(one["strangers"]) > Decimal(one["third_parties"]):
            say(
                f"by the time stamps {one['strangers']} on the account came from nobody who claims here: what of it is "
                "frozen too is not the victims'; leave it out with --third-parties, or find out whose it is"
            )
        if one["unseen"] is not None:
            _say_unseen(one)
        for claim in one["claims"]:
            if claim["goes_elsewhere"]:
                say(
                    f"{claim['victim']}'s money came from {claim['came_from']} and goes elsewhere, as was said or paid before"
                )
        if one["methods_disagree"]:
            held = ", ".join(f"{name} {amount}" for name, amount in one["held_by_method"].items())
            say(f"the methods disagree on what is held of the victims' money: {held}")
        for way in one["ways"]:
            if way["refused_because"]:
                say(f"not {'+'.join(way['branches'])}: {way['refused_because']}")


def _say_unseen(one: Mapping[str, Any]) -> None:
    ends, begins = one["unseen"]["from"], one["unseen"]["until"]
    moved = "a stop let nothing out, what came in" if one["unseen"]["stopped"] else "what came in or went out"
    say(f"its statement ends at {ends}, the freeze began at {begins}: {moved} between nobody has seen")
    go_on = "; to go on without it: --reason" if one["unseen"]["needs_reason"] else ""
    say(
        f"next question to {one['institution']}: fanzha measure draft query --account NUMBER --institution "
        f"{one['institution']} --question NUMBER,{ends},{begins} …{go_on}"
    )
