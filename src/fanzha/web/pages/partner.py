"""2.9 The partner's desk: what was sent to a bank or an operator, and its answers; works without script."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from fanzha.core.errors import BadInput, FanzhaError
from fanzha.measures.model import Measure
from fanzha.measures.orders import Answered, Outcome, Receipt
from fanzha.measures.receipts import Taken, outcomes_of
from fanzha.services.desk.import_receipts import import_receipts
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.open_for_file import open_all_for_file
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.services.desk.papers.order_sheet import order_sheet, slip_checksum
from fanzha.services.desk.partner_inbox import institution_of, partner_inbox, partner_order
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.settled_questions import settled_questions
from fanzha.web.answers import Answer, Download, GoTo, Page
from fanzha.web.asking import Ask, Upload
from fanzha.web.deeds.measure_orders import ANOTHER, read_onward
from fanzha.web.deeds.reports import brought
from fanzha.web.forms import Faults, Field, Kind, Values, read_fields
from fanzha.web.pages.measure_papers import receipt_words
from fanzha.web.refusal_reasons import OTHER, refusal_choices
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import PARTNERS, Route
from fanzha.web.terms import TERMS
from fanzha.web.words import N_, sayer

VERB_KEYS: Final = {"received": "r", "executed": "y", "partial": "p", "refused": "n"}
ANSWER: Final = (
    Field("amount", N_("办理金额（元）"), Kind.AMOUNT, hint=N_("部分执行必填。")),
    Field("code", N_("拒绝原因"), Kind.CHOICE, hint=N_("拒绝必填。"), choices=refusal_choices()),
    Field("at", N_("执行时间"), Kind.INSTANT, hint=N_("不填为打开本页的时间。")),
    Field("balance", N_("账户余额（元）"), Kind.AMOUNT),
    Field("balance_at", N_("余额时间"), Kind.INSTANT),
    Field("onward", N_("资金去向"), Kind.AREA, hint=N_("每行一笔：账号,机构,户名,金额,时间")),
    Field("note", N_("备注")),
    Field("number", N_("本机构回执编号"), hint=N_("不填由系统编号。")),
    Field("file", N_("流水或附件"), Kind.FILES, hint=N_("登录过期后须重新选择。")),
    ANOTHER,
)
TABS: Final = ("open", "answered", "own")


def inbox(ask: Ask) -> Answer:
    """The orders that wait for an answer, the next due first; those answered; and the institution's own measures."""
    desk, actor = ask.console.desk, ask.officer
    tab = ask.query.get("tab", "") if ask.query.get("tab") in TABS else "open"
    found = partner_inbox(desk, actor, answered=tab == "answered")
    shown = [*(one.measure for one in found.orders), *found.own]
    context = {
        "inbox": found, "tab": tab, "mask": mask_for(desk, actor, shown), "body": institution_of(desk, actor),
        "open_count": sum(found.counts.values()), "done": None, "trouble": None,
        "outcomes_of": outcomes_of, "verb_keys": VERB_KEYS,
    }  # fmt: skip
    return Page("partner.html", context)


def order(ask: Ask) -> Answer:
    """An order behind the mask, with its answers and the forms to answer it."""
    return _order(ask)


def open_order(ask: Ask) -> Answer:
    """The order with whole number and name: it cannot be carried out behind a mask; that it was opened is noted."""
    found = partner_order(ask.console.desk, ask.officer, ask.path["order_id"])
    try:
        opened = open_record(ask.console.desk, ask.officer, Measure, found.measure.id, reveal=True)
    except FanzhaError as error:
        return _order(ask, trouble=trouble_of(error))
    return _order(ask, mask=opened.mask)


def answer(ask: Ask) -> Answer:
    """The institution's word: received, done, done in part, refused, nothing found; the same form twice is one answer."""
    order_id = ask.path["order_id"]
    try:
        values = read_fields(ANSWER, ask.form, ask.console.desk.clock.now_us())
        receipt = _receipt(ask, order_id, values)
        taken = record_receipt(ask.console.desk, ask.officer, receipt, typed=True, another=values["another"])
    except Faults as faults:
        headline = N_("请改正标出的项目；尚未提交，已填内容都在")
        return _order(ask, trouble=Trouble(headline, "", status=422), faults=faults.faults)
    except FanzhaError as error:
        return _order(ask, trouble=trouble_of(error))
    if taken.taken is Taken.ALREADY:
        told = N_("这份回执早已收到，没有重复办理")
    elif taken.incidents:
        told = N_("回执已收下，但与已有情况不符，已转专人核查")
    else:
        told = N_("回执已收下（逾期）") if taken.late else N_("回执已收下")
    return GoTo(f"/partner/orders/{order_id}", told)


def _receipt(ask: Ask, order_id: str, values: Values) -> Receipt:
    outcome = next((one for one in Outcome if one.value == ask.form.text("outcome")), None)
    if outcome is None:
        raise BadInput("choose what was done: received, executed, partial, refused or nothing found")
    if outcome is Outcome.PARTIAL and values["amount"] is None:
        raise Faults({"amount": N_("必填")})
    if outcome is Outcome.REFUSED:
        _check_reason(values)
    begun, now_us = ask.form.text("begun"), ask.console.desk.clock.now_us()
    opened_us = min(int(begun), now_us) if begun.isascii() and begun.isdigit() else now_us
    measure = partner_order(ask.console.desk, ask.officer, order_id).measure
    answered = _answered(ask, measure, outcome, values["file"]) if measure.request.questions else ()
    files = [ask.console.books.evidence.put(file.content, file.name) for file in values["file"]]
    # The form's own mark numbers the answer, so that the same form sent again is the same answer.
    number = values["number"] or f"W-{ask.form.text('request')[:24] or secrets.token_hex(6)}-{outcome.value}"
    return Receipt(
        id=number, order=order_id, outcome=outcome, answered_us=opened_us if values["at"] is None else values["at"],
        arrived_us=now_us, amount_minor=values["amount"], code=values["code"], note=values["note"],
        balance_minor=values["balance"],
        balance_us=opened_us if values["balance_at"] is None and values["balance"] is not None else values["balance_at"],
        onward=read_onward(values["onward"]), evidence=files[0] if files else "",
        answered=answered,
    )  # fmt: skip


def _check_reason(values: Values) -> None:
    """A refusal has its reason, and one that is in no list has it in words."""
    if not values["code"]:
        raise Faults({"code": N_("必填")})
    if values["code"] == OTHER and not values["note"]:
        raise Faults({"note": N_("选其他的，在此写明原因")})


def _answered(ask: Ask, measure: Measure, outcome: Outcome, files: Sequence[Upload]) -> tuple[Answered, ...]:
    """Which questions an answer settles. Raises Faults where nothing comes with it, or a file is no statement."""
    if outcome is Outcome.EXECUTED and not files:
        raise Faults({"file": N_("查询已办理：须上传流水；没有记录请选查无")})
    if outcome not in {Outcome.EXECUTED, Outcome.NOTHING_FOUND}:
        return ()
    statements = [brought(file) for file in files] if outcome is Outcome.EXECUTED else []
    try:
        return settled_questions(ask.console.books, measure, statements, ask.console.desk.clock.now_us())
    except BadInput as error:
        raise Faults({"file": str(error)}) from None


def _order(
    ask: Ask, *, mask: Mask | None = None, trouble: Trouble | None = None, faults: dict[str, str] | None = None
) -> Answer:
    desk, actor = ask.console.desk, ask.officer
    found = partner_order(desk, actor, ask.path["order_id"])
    kept = [replace(field, start="\n".join(ask.form.fields.get(field.name, ()))) for field in ANSWER]
    context = {
        "one": found, "measure": found.measure, "mask": mask or mask_for(desk, actor, [found.measure]), "fields": kept,
        "outcomes": outcomes_of(found.measure.kind), "outcome": ask.form.text("outcome") or ask.query.get("outcome", ""),
        "verb_keys": VERB_KEYS,
        "trouble": trouble, "faults": faults or {},
        "request": ask.form.text("request") or secrets.token_urlsafe(12),
        "begun": ask.form.text("begun") or str(desk.clock.now_us()),
    }  # fmt: skip
    return Page("partner_order.html", context, 200 if trouble is None else trouble.status)


def slip(ask: Ask) -> Answer:
    """The slip of what was answered, to be printed: request id, times, and a checksum over them."""
    desk, actor = ask.console.desk, ask.officer
    found = partner_order(desk, actor, ask.path["order_id"])
    context = {
        "one": found, "measure": found.measure, "mask": mask_for(desk, actor, [found.measure]),
        "checksum": slip_checksum(found.order, found.receipts), "body": institution_of(desk, actor),
    }  # fmt: skip
    return Page("partner_slip.html", context)


def download(ask: Ask) -> Answer:
    """All orders that wait for an answer as a table to be filled in; whoever is in them is written down as revealed."""
    desk, actor = ask.console.desk, ask.officer
    say = sayer(ask.language)
    rows, waiting = [], partner_inbox(desk, actor).orders
    measures, note = open_all_for_file(desk, actor, Measure, [one.measure.id for one in waiting], "partner_orders")
    for one, opened in zip(waiting, measures, strict=True):
        words = TERMS[type(one.order.verb)][one.order.verb.value], TERMS[type(opened.kind)][opened.kind.value]
        rows.append((opened, one.order, say(words[0]), say(words[1])))
    return Download(order_sheet(rows, note.watermark), "text/csv; charset=utf-8", "orders.csv")


def take_back(ask: Ask) -> Answer:
    """The filled table comes back: each row is checked by itself, good ones are taken, bad ones named; nothing twice."""
    desk, actor, files = ask.console.desk, ask.officer, ask.form.files.get("file", ())
    done, trouble = None, None
    if not files:
        trouble = Trouble(N_("请选择文件"), "", status=422)
    else:
        try:
            done = import_receipts(
                desk, ask.console.books.evidence, actor, files[0].content, files[0].name, receipt_words()
            )
        except BadInput as error:
            trouble = trouble_of(error)
    found = partner_inbox(desk, actor)
    context = {
        "inbox": found, "tab": "open", "mask": mask_for(desk, actor, [one.measure for one in found.orders]),
        "body": institution_of(desk, actor), "open_count": sum(found.counts.values()), "done": done, "trouble": trouble,
        "outcomes_of": outcomes_of, "verb_keys": VERB_KEYS,
    }  # fmt: skip
    return Page("partner.html", context, 200 if trouble is None else trouble.status)


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/partner", inbox, PARTNERS),
    Route("GET", "/partner/orders/{order_id:str}", order, PARTNERS),
    Route("POST", "/partner/orders/{order_id:str}/open", open_order, PARTNERS),
    Route("POST", "/partner/orders/{order_id:str}/answer", answer, PARTNERS),
    Route("GET", "/partner/orders/{order_id:str}/slip", slip, PARTNERS),
    Route("POST", "/partner/sheet", download, PARTNERS),
    Route("POST", "/partner/receipts", take_back, PARTNERS),
)
