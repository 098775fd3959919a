"""Orders that leave on paper, and answers that come back on it: sent, answered, put right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.core.money import parse_minor
from fanzha.core.time import parse_instant
from fanzha.measures.model import Measure
from fanzha.measures.orders import Channel, OnwardTransfer, OrderStatus, Outcome, Receipt
from fanzha.measures.receipts import Taken, outcomes_of
from fanzha.services.desk.correct_receipt import correct_receipt
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.record_sent import record_sent
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.measure_deed import REASON, measure_deed, measure_of
from fanzha.web.deeds.measure_hearing import kept_files
from fanzha.web.forms import Choices, Field, Kind
from fanzha.web.refusal_reasons import refusal_choices
from fanzha.web.terms import choices_of
from fanzha.web.words import N_

ONWARD_PARTS: Final = 5
ANOTHER: Final = Field(
    "another", N_("机构又答复了一次"), Kind.FLAG, sample=True,
    hint=N_("与您录过的回执结果、金额相同的，先不登记，以免一份录两次；确是另一份的，勾选后再提交。"),
)  # fmt: skip
# What is taken out of an answer that said too much; the words of `clear`.
CLEARED: Final[dict[str, dict[str, Any]]] = {
    "amount": {"amount_minor": None},
    "code": {"code": ""},
    "note": {"note": ""},
    "balance": {"balance_minor": None, "balance_us": None},
    "onward": {"onward": ()},
    "scan": {"evidence": ""},
}
_CLEAR_CHOICES: Final = (
    ("amount", N_("金额")), ("code", N_("代码")), ("note", N_("备注")), ("balance", N_("余额")), ("onward", N_("资金去向")),
    ("scan", N_("扫描件")),
)  # fmt: skip


def orders_of(measure: Measure, *, unsent: bool = False) -> Choices:
    """The orders of a measure, the newest first; unsent: those that have not left."""
    wanted = [order for order in measure.orders if not unsent or order.status is OrderStatus.PREPARED]
    return tuple((order.id, order.id) for order in reversed(wanted))


def read_onward(text: str) -> tuple[OnwardTransfer, ...]:
    """Where money went on, a line each: account, bank, holder, yuan, time. Raises BadInput for a line that is none."""
    found = []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), 1):
        parts = [part.strip() for part in line.replace("，", ",").split(",")]
        if len(parts) != ONWARD_PARTS or not parts[0]:
            raise BadInput(f"onward transfers, line {number}: write ACCOUNT,BANK,HOLDER,YUAN,TIME")
        found.append(OnwardTransfer(parts[0], parts[1], parts[2], parse_minor(parts[3]), parse_instant(parts[4])))
    return tuple(found)


def _answer_fields(*, hint: str = "") -> tuple[Field, ...]:
    return (
        Field("at", N_("机构办理时间"), Kind.INSTANT, hint=hint or N_("不填为回执到达时间。")),
        Field("amount", N_("办理金额（元）"), Kind.AMOUNT, hint=hint or N_("部分执行必填。")),
        Field("code", N_("拒绝原因"), Kind.CHOICE, hint=hint, choices=refusal_choices(), sample=""),
        Field("balance", N_("账户余额（元）"), Kind.AMOUNT, hint=hint),
        Field("balance_at", N_("余额时间"), Kind.INSTANT, hint=hint),
        Field("onward", N_("资金去向"), Kind.AREA, sample="", hint=N_("每行一笔：账号,机构,户名,金额,时间")),
        Field("note", N_("备注"), hint=hint, sample=""),
        Field("arrived", N_("回执到达时间"), Kind.INSTANT, hint=hint or N_("不填为现在。")),
        Field("scan", N_("扫描件"), Kind.FILES),
    )


def _send(doing: Doing) -> Done:
    values = doing.values
    channel = Channel(values["channel"])
    sent = record_sent(doing.desk, doing.actor, values["order"], channel, document=values["document"])
    return Done(measure_of(sent.id), N_("已记录发出"), sent)


def _send_fields(console: Console, actor: Actor, measure_id: str) -> Sequence[Field]:
    orders = orders_of(open_record(console.desk, actor, Measure, measure_id).record, unsent=True)
    by_hand = choices_of(Channel, without=(Channel.HTTP,))
    start = orders[0][0] if orders else f"{measure_id}.begin"
    return (
        Field("order", N_("指令"), Kind.CHOICE, required=True, choices=orders or ((start, start),), start=start),
        Field("channel", N_("途径"), Kind.CHOICE, required=True, choices=by_hand, start=Channel.ISSUED_ELSEWHERE.value),
        Field("document", N_("对方平台编号"), hint=N_("在其他平台签发的必填；本机关文号另存。")),
    )


def _receipt(doing: Doing) -> Done:
    values, now_us = doing.values, doing.desk.clock.now_us()
    outcome = Outcome(values["outcome"])
    if outcome is Outcome.PARTIAL and values["amount"] is None:
        raise BadInput("say how much of it the institution did, with a partial answer")
    arrived_us = _or(values["arrived"], now_us)
    answer = Receipt(
        id=values["number"], order=values["order"], outcome=outcome, answered_us=_or(values["at"], arrived_us),
        arrived_us=arrived_us, amount_minor=values["amount"], code=values["code"],
        note=values["note"], balance_minor=values["balance"], balance_us=values["balance_at"],
        onward=read_onward(values["onward"]), evidence=next(iter(kept_files(doing, "scan")), ""),
    )  # fmt: skip
    taken = record_receipt(doing.desk, doing.actor, answer, typed=True, another=values["another"])
    if taken.taken is Taken.ALREADY:
        told = N_("这份回执早已收到，没有重复办理")
    elif taken.incidents:
        told = N_("回执已录入，但与已有情况不符：已转为异常")
    elif taken.late:
        told = N_("回执已录入（逾期）")
    else:
        told = N_("回执已录入")
    return Done(measure_of(doing.id), told, taken.measure)


def _or(at_us: int | None, otherwise_us: int) -> int:
    return otherwise_us if at_us is None else at_us


def _outcomes(measure: Measure) -> Choices:
    return choices_of(Outcome, without=tuple(set(Outcome) - set(outcomes_of(measure.kind))))


def _receipt_fields(console: Console, actor: Actor, measure_id: str) -> Sequence[Field]:
    measure = open_record(console.desk, actor, Measure, measure_id).record
    orders = orders_of(measure)
    start = orders[0][0] if orders else f"{measure_id}.begin"
    return (
        Field("order", N_("指令"), Kind.CHOICE, required=True, choices=orders or ((start, start),), start=start),
        Field("outcome", N_("结果"), Kind.CHOICE, required=True, choices=_outcomes(measure), sample="received"),
        Field("number", N_("机构回执编号"), required=True, sample="rehearsal"),
        *_answer_fields(),
        ANOTHER,
    )


def _correct(doing: Doing) -> Done:
    values = doing.values
    order, _, number = values["receipt"].partition(" ")
    said: dict[str, Any] = {}
    for name in values["clear"]:
        said |= CLEARED[name]
    words = {"number": "id", "code": "code", "note": "note"}
    said |= {field: values[name] for name, field in words.items() if values[name]}
    figures = {
        "at": "answered_us", "arrived": "arrived_us", "amount": "amount_minor", "balance": "balance_minor",
        "balance_at": "balance_us",
    }  # fmt: skip
    said |= {field: values[name] for name, field in figures.items() if values[name] is not None}
    said |= {"outcome": Outcome(values["outcome"])} if values["outcome"] else {}
    said |= {"onward": read_onward(values["onward"])} if values["onward"] else {}
    scans = kept_files(doing, "scan")
    said |= {"evidence": scans[0]} if scans else {}
    if not said:
        raise BadInput("say what of the answer is to be otherwise")
    done = correct_receipt(
        doing.desk, doing.actor, doing.id, number, said, values["reason"], order=order, version=doing.version
    )
    return Done(measure_of(done.measure.id), N_("回执已更正，原来的留在历史里"), done.measure)


def _correct_fields(console: Console, actor: Actor, measure_id: str) -> Sequence[Field]:
    measure = open_record(console.desk, actor, Measure, measure_id).record
    typed = [one for one in reversed(measure.receipts) if one.entered_by]
    choices = tuple((f"{one.order} {one.id}", f"{one.id} · {one.order}") for one in typed)
    start = choices[0][0] if choices else ""
    unchanged = N_("不填则不变。")
    return (
        Field("receipt", N_("回执"), Kind.CHOICE, required=True, choices=choices, start=start),
        REASON,
        Field("outcome", N_("结果"), Kind.CHOICE, choices=_outcomes(measure), hint=unchanged, sample=""),
        Field("number", N_("机构回执编号"), hint=unchanged, sample=""),
        *(Field(f.name, f.label, f.kind, hint=f.hint, sample="更正" if f.name == "note" else f.sample)
          for f in _answer_fields(hint=unchanged)),
        Field("clear", N_("删去误填的"), Kind.MANY, choices=_CLEAR_CHOICES),
    )  # fmt: skip


ORDERS: Final[tuple[Deed, ...]] = (
    measure_deed(
        "send", N_("记录已发出"), _send, around=_send_fields, hint=N_("在线直连的机构自动发送，无须登记。"),
    ),
    measure_deed("receipt", N_("录入回执"), _receipt, around=_receipt_fields),
    measure_deed(
        "correct-receipt", N_("更正回执"), _correct, around=_correct_fields,
        hint=N_("措施按更正后的回执重新计算；机构系统发来的不能手改。"),
    ),
)  # fmt: skip
