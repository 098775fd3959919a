"""`fanzha measure send|receipt|receipts|notice`: orders that leave on paper, and answers that come back on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.file_export import ApproverOption, export_document, say_alarm, second_person, write_export
from fanzha.cli.measure_words import (
    Amount,
    MeasureId,
    read_amount,
    read_file,
    read_instant,
    read_word,
    shown_measure,
    tell_measure,
)
from fanzha.cli.output import counted, say, show_table, write_json
from fanzha.cli.passwords import PasswordStdin
from fanzha.cli.receipt_options import (
    AnotherAnswer,
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
from fanzha.cli.record_options import ForCaseOption, WhyOption
from fanzha.core.errors import BadInput

if TYPE_CHECKING:
    from fanzha.measures.orders import OnwardTransfer
    from fanzha.services.desk.import_receipts import ReceiptsImported
    from fanzha.services.desk.record_receipt import ReceiptTaken

PUT_ASIDE = 3
OrderId = Annotated[
    str, typer.Argument(metavar="ORDER", help="Request id of the order; a measure's id means its first order.")
]


def send(
    context: typer.Context,
    order: OrderId,
    *,
    number: Annotated[
        str, typer.Option("--platform-number", metavar="NUMBER", help="Its number on the other platform.")
    ] = "",
    channel: Annotated[
        str, typer.Option("--channel", help="issued_elsewhere (needs --platform-number) or signed_file.")
    ] = "issued_elsewhere",
    login: AsOption = None,
) -> None:
    """Note that an approved order left on paper or by another platform, under its number there; its own 文号 stays.

    To connected partners it leaves by itself: fanzha exchange send.
    """
    from fanzha.measures.orders import Channel
    from fanzha.services.desk.record_sent import record_sent

    how = read_word(channel, Channel, "--channel")
    with at_desk(context, login) as at:
        tell_measure(at, record_sent(at.desk, at.actor, _order(order), how, document=number))


def receipt(
    context: typer.Context,
    order: OrderId,
    *,
    outcome: OutcomeWord,
    number: AnswerNumber,
    at_time: AnsweredAt = "",
    arrived: ArrivedAt = "",
    amount: Amount = "",
    code: RefusalCode = "",
    note: AnswerNote = "",
    balance: Balance = "",
    balance_at: BalanceAt = "",
    onward: Onward = None,
    scan: Scan = "",
    another: AnotherAnswer = False,
    login: AsOption = None,
) -> None:
    """Enter an answer that came on paper: who entered it, when it came, and the scan are kept with it.

    Without --arrived it came now; without --at the institution did it when its answer came. One that says what you entered
    before is asked about, not recorded: it may be the same paper.
    """
    from fanzha.cli.measure_appeals import keep_file
    from fanzha.measures.orders import Outcome, Receipt
    from fanzha.services.desk.record_receipt import record_receipt

    said = read_word(outcome, Outcome, "--outcome")
    if said is Outcome.PARTIAL and not amount:
        raise BadInput("--amount: say how much of it the institution did, with --outcome partial")
    went = tuple(read_onward(text) for text in onward or ())
    with at_desk(context, login) as at:
        now_us = at.desk.clock.now_us()
        arrived_us = read_instant(arrived, now_us)
        answer = Receipt(
            id=number,
            order=_order(order),
            outcome=said,
            answered_us=read_instant(at_time, arrived_us),
            arrived_us=arrived_us,
            amount_minor=read_amount(amount),
            code=code,
            note=note,
            balance_minor=read_amount(balance, "--balance"),
            balance_us=read_instant(balance_at, now_us) if balance_at else None,
            onward=went,
            evidence=keep_file(at, Path(scan)) if scan else "",
        )
        _tell_taken(at, record_receipt(at.desk, at.actor, answer, typed=True, another=another))


def receipts(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A bank's answers as CSV or JSON.")],
    *,
    login: AsOption = None,
) -> int:
    """Enter a bank's file of answers; the file is kept, and a row that cannot be an answer is put aside with its reason."""
    from fanzha import bootstrap
    from fanzha.services.desk.import_receipts import import_receipts
    from fanzha.services.desk.receipt_files import ReceiptWords

    words = ReceiptWords.from_table(bootstrap.rule_table("receipts.toml"))
    path = Path(file)
    with at_desk(context, login) as at:
        store = bootstrap.evidence_store(at.home)
        done = import_receipts(at.desk, store, at.actor, read_file(path), path.name, words)
        if at.json:
            write_json(_import_document(path, done))
        else:
            _show_import(done)
    return PUT_ASIDE if done.aside else 0


def notice(
    context: typer.Context,
    measure: MeasureId,
    *,
    pdf: Annotated[str, typer.Option("--pdf", metavar="FILE", help="The letter and the notice as PDF.")] = "",
    order: Annotated[
        str, typer.Option("--order", help="The order that the letter carries; the last if left out.")
    ] = "",
    contact: Annotated[str, typer.Option("--contact", help="Where the holder can object.")] = "",
    for_case: ForCaseOption = "",
    why: WhyOption = "",
    approver: ApproverOption = "",
    password_stdin: PasswordStdin = False,
    login: AsOption = None,
) -> None:
    """The notice to the holder with its remedy; --pdf sets it and the letter to the institution. Both name the holder."""
    from fanzha import bootstrap
    from fanzha.services.desk.read_notice import read_notice

    with at_desk(context, login) as at:
        made = read_notice(
            at.desk, at.actor, measure, order_id=order, contact=contact, case=for_case, reason=why, to_file=bool(pdf),
            approver=second_person(at, approver, from_stdin=password_stdin),
        )  # fmt: skip
        if pdf:
            write_export(at, Path(pdf), bootstrap.paper_press().press(made.source), made.note)
        if at.json:
            carried = None if made.order is None else made.order.id
            document = {"id": measure, "order": carried, "text": made.text, "remedy": made.remedy, "pdf": pdf or None}
            write_json(document | export_document(made.note))
            return
        say(made.text or f"the holder is not told of this measure; remedy: {made.remedy}")
        if pdf:
            say(f"written: {pdf}" + ("" if made.note is None else f", {made.note.export.id}"))
            say_alarm(made.note)


def _order(text: str) -> str:
    """The request id of an order; a bare id of a measure means its first order. A return's payment has a dot in its id."""
    from fanzha.measures.orders import Verb

    return text if any(verb.value in text.split(".") for verb in Verb) else f"{text}.begin"


def read_onward(text: str) -> OnwardTransfer:
    """Where money went on: ACCOUNT,BANK,HOLDER,YUAN,TIME. Raises BadInput when it is none."""
    from fanzha.core.money import parse_minor
    from fanzha.core.time import parse_instant
    from fanzha.measures.orders import OnwardTransfer

    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 5 or not (parts[0] and parts[3] and parts[4]):
        raise BadInput(f"--onward {text!r}: write ACCOUNT,BANK,HOLDER,YUAN,TIME")
    return OnwardTransfer(parts[0], parts[1], parts[2], parse_minor(parts[3]), parse_instant(parts[4]))


def _tell_taken(at: AtDesk, done: ReceiptTaken) -> None:
    incidents = [{"id": each.id, "kind": each.kind.value, "sentence": each.sentence} for each in done.incidents]
    if at.json:
        measure = None if done.measure is None else shown_measure(at, done.measure.id)
        document = {"taken": done.taken, "late": done.late, "onward": len(done.onward), "incidents": incidents}
        write_json({**document, "measure": measure})
        return
    if done.measure is not None:
        tell_measure(at, done.measure, f"{done.taken.value}{', late' if done.late else ''}")
    for each in incidents:
        say(f"incident {each['id']}: {each['sentence']}")
    if done.onward:
        say(f"{counted(len(done.onward), 'onward transfer')}: trace again, and draft the stop that follows the money")


def _import_document(path: Path, done: ReceiptsImported) -> dict[str, object]:
    return {
        "file": {"path": str(path), "sha256": done.sha256, "unknown_columns": list(done.unknown_columns)},
        "receipts": [
            {
                "row": line.row,
                "receipt": line.receipt.id,
                "order": line.receipt.order,
                "taken": line.taken.taken,
                "measure": "" if line.taken.measure is None else line.taken.measure.id,
                "status": None if line.taken.measure is None else line.taken.measure.status,
                "late": line.taken.late,
                "incidents": [incident.id for incident in line.taken.incidents],
                "onward": len(line.taken.onward),
            }
            for line in done.lines
        ],
        "quarantined": [{"row": row.row, "field": row.field, "reason": row.reason} for row in done.aside],
    }


def _show_import(done: ReceiptsImported) -> None:
    rows = [
        [
            str(line.row), line.receipt.order, line.receipt.id, line.taken.taken.value,
            "" if line.taken.measure is None else line.taken.measure.status.value,
            " ".join(incident.id for incident in line.taken.incidents),
        ]
        for line in done.lines
    ]  # fmt: skip
    show_table("Answers", ["row", "order", "answer", "taken", "measure is", "incidents"], rows, right=["row"])
    aside = [[str(row.row), row.field, row.reason] for row in done.aside]
    show_table("Put aside", ["row", "field", "reason"], aside, right=["row"])
    if done.unknown_columns:
        say(f"columns left aside: {', '.join(done.unknown_columns)}")
    say(f"kept as {done.sha256}")
