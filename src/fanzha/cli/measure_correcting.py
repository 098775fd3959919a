"""`fanzha measure correct-receipt`: an answer that was typed in wrongly is put right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.measure_words import (
    Amount,
    MeasureId,
    Reason,
    Version,
    read_amount,
    read_word,
    shown_measure,
    tell_measure,
)
from fanzha.cli.output import say, write_json
from fanzha.cli.receipt_options import (
    AnsweredAt,
    AnswerNote,
    AnswerNumber,
    ArrivedAt,
    Balance,
    BalanceAt,
    Onward,
    OutcomeWord,
    RefusalCode,
    Scan,
)
from fanzha.core.errors import BadInput

if TYPE_CHECKING:
    from fanzha.services.desk.correct_receipt import ReceiptCorrected

NOTHING: Final[dict[str, dict[str, Any]]] = {  # what --clear leaves of an answer
    "amount": {"amount_minor": None},
    "code": {"code": ""},
    "note": {"note": ""},
    "balance": {"balance_minor": None, "balance_us": None},
    "onward": {"onward": ()},
    "scan": {"evidence": ""},
}


def correct_receipt(
    context: typer.Context,
    measure: MeasureId,
    receipt: Annotated[
        str, typer.Argument(metavar="RECEIPT", help="The institution's number of the answer, as typed.")
    ],
    *,
    reason: Reason,
    outcome: OutcomeWord = "",
    number: AnswerNumber = "",
    at_time: AnsweredAt = "",
    arrived: ArrivedAt = "",
    amount: Amount = "",
    code: RefusalCode = "",
    note: AnswerNote = "",
    balance: Balance = "",
    balance_at: BalanceAt = "",
    onward: Onward = None,
    clear: Annotated[
        list[str] | None,
        typer.Option(
            "--clear", metavar="WHAT", help="It says no amount, code, note, balance, onward or scan; repeatable."
        ),
    ] = None,
    scan: Scan = "",
    order: Annotated[str, typer.Option("--order", help="Where answers to two orders have one number.")] = "",
    version: Version = None,
    login: AsOption = None,
) -> None:
    """Put right an answer that somebody typed in wrongly; what is not named stays, and the first stays in the history.

    The measure is made anew from the answers that stand. What a bank's own system sent is not changed by hand.
    """
    from fanzha.cli.measure_appeals import keep_file
    from fanzha.cli.measure_orders import read_onward
    from fanzha.core.time import parse_instant
    from fanzha.measures.orders import Outcome
    from fanzha.services.desk.correct_receipt import correct_receipt as put_right

    given = [
        (balance, "balance"),
        (amount, "amount"),
        (code, "code"),
        (note, "note"),
        (onward, "onward"),
        (scan, "scan"),
    ]
    said = _cleared(clear or [], {name for value, name in given if value})
    for text, field in ((number, "id"), (code, "code"), (note, "note")):
        said |= {field: text} if text else {}
    for text, field in ((at_time, "answered_us"), (arrived, "arrived_us"), (balance_at, "balance_us")):
        said |= {field: parse_instant(text)} if text else {}
    said |= {"outcome": read_word(outcome, Outcome, "--outcome")} if outcome else {}
    said |= {"amount_minor": read_amount(amount)} if amount else {}
    said |= {"balance_minor": read_amount(balance, "--balance")} if balance else {}
    said |= {"onward": tuple(read_onward(text) for text in onward)} if onward else {}
    if not said and not scan:
        raise BadInput("say what of the answer is to be otherwise: --outcome, --amount, --at, --onward, --clear …")
    with at_desk(context, login) as at:
        said |= {"evidence": keep_file(at, Path(scan))} if scan else {}
        done = put_right(at.desk, at.actor, measure, receipt, said, reason, order=order, version=version)
        _tell(at, done)


def _cleared(clear: list[str], given: set[str]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name in clear:
        if name not in NOTHING:
            raise BadInput(f"--clear {name!r} is not one of {', '.join(NOTHING)}")
        if name in given:
            raise BadInput(f"--clear {name}: it is also given anew; leave one of the two out")
        said |= NOTHING[name]
    return said


def _tell(at: AtDesk, done: ReceiptCorrected) -> None:
    incidents = [{"id": each.id, "kind": each.kind.value, "sentence": each.sentence} for each in done.incidents]
    restored = None if done.restored is None else done.restored.id
    if at.json:
        document = {"incidents": incidents, "goes_on": restored, "followed": list(done.followed)}
        write_json({**document, "measure": shown_measure(at, done.measure.id)})
        return
    tell_measure(at, done.measure, f"{len(done.measure.corrections)} corrected")
    for each in incidents:
        say(f"incident {each['id']}: {each['sentence']}")
    if restored:
        say(f"{restored} goes on: what it turned into does not hold")
    for draft in done.followed:
        say(f"{draft} was worded for a payment that no answer tells of any more: look at it")
    if done.measure.request.case:
        say(f"the ledger follows with: fanzha trace --case {done.measure.request.case}")
