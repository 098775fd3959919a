"""Reporting without an account: one question a page, on a sheet that is found again by its save code alone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from fanzha.casework.sheets import ReportSheet, SheetAnswers
from fanzha.core.errors import BadInput, FanzhaError, NotAllowed, NotFound
from fanzha.core.ids import ALPHABET
from fanzha.core.money import format_minor
from fanzha.core.time import parse_instant
from fanzha.services.desk.add_to_report import BroughtFile
from fanzha.services.desk.report_by_sheet import (
    add_to_sent,
    attach_to_sheet,
    begin_sheet,
    drop_sheet,
    open_sheet,
    save_sheet,
    send_sheet,
)
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.forms import said_amount
from fanzha.web.pages.public import busy, public_page
from fanzha.web.routes import Route
from fanzha.web.show import field_instant
from fanzha.web.words import N_

STEPS: Final = ("what", "when", "whom", "evidence", "contact")
REVIEW: Final = "review"
CODE_GROUPS, GROUP_SIGNS = 4, 5  # 100 bits: nobody finds another's by trying
_SHORT: Final = 200
_WHOM: Final = ("account", "holder", "institution", "line", "site")


def new_code() -> str:
    """A save code that can be read aloud."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_SIGNS)) for _ in range(CODE_GROUPS))


def start(ask: Ask) -> Answer:
    """The first question, on a sheet that is not kept yet."""
    return _step(ask, "what", "", SheetAnswers())


def resume_form(ask: Ask) -> Answer:
    """The save code."""
    return public_page(ask, "public/resume.html", {"dropped": False})


def resume(ask: Ask) -> Answer:
    """Goes on where the sheet was left: at the first question that has no answer."""
    if ask.form.text("go") == "show":
        return resume_form(ask)
    code = ask.form.text("code")
    try:
        sheet = open_sheet(ask.console.desk, code)
    except NotFound:
        return _unknown(ask)
    if sheet.report:
        return _sent(ask, code, sheet)
    return _show(ask, _unanswered(sheet), code, sheet)


def report(ask: Ask) -> Answer:
    """One step: what was answered is kept, and the next question asked."""
    code = ask.form.text("code")
    try:
        return _begin(ask) if not code else _go(ask, code, open_sheet(ask.console.desk, code))
    except NotFound:
        return _unknown(ask)
    except FanzhaError:
        return busy(ask)


def _begin(ask: Ask) -> Answer:
    if ask.form.text("go") == "show":
        return start(ask)
    answers, faults = _read(ask, "what", SheetAnswers())
    if faults:
        return _step(ask, "what", "", answers, faults=faults)
    desk = ask.console.desk
    if ask.console.sheets.take(desk.rules.public.sheets.limits, ask.client, "", desk.clock.now_us()):
        return busy(ask, 429)
    code = new_code()
    return _show(ask, "when", code, begin_sheet(desk, code, answers))


def _go(ask: Ask, code: str, sheet: ReportSheet) -> Answer:
    """What was pressed, on a sheet that is there."""
    go, step = ask.form.text("go"), ask.form.text("step")
    step = step if step in (*STEPS, REVIEW) else _unanswered(sheet)
    if sheet.report:
        return _add(ask, code, sheet) if go == "add" else _sent(ask, code, sheet)
    if go == "drop":
        drop_sheet(ask.console.desk, code)
        return public_page(ask, "public/resume.html", {"dropped": True})
    if go == "send":
        return _send(ask, code, sheet)
    if go == "show" or step == REVIEW:
        return _show(ask, step, code, sheet)
    if go.removeprefix("to-") in STEPS:
        return _show(ask, go.removeprefix("to-"), code, sheet)
    return _answer(ask, code, sheet, step, back=go == "back")


def _answer(ask: Ask, code: str, sheet: ReportSheet, step: str, *, back: bool) -> Answer:
    """Keeps the answers of a step; who goes back loses nothing that could be read, and is told of no fault."""
    desk, place = ask.console.desk, (*STEPS, REVIEW).index(step)
    answers, faults = _read(ask, step, sheet.answers)
    files = [BroughtFile(file.name[:_SHORT], file.content) for file in ask.form.files.get("files", ())]
    try:
        if not faults and answers != sheet.answers:
            sheet = save_sheet(desk, code, answers)
        if files and step == "evidence":
            sheet = attach_to_sheet(desk, ask.console.books.evidence, code, files)
    except NotFound:
        raise
    except BadInput:
        faults = {"files" if step == "evidence" else step: _FILES if step == "evidence" else _TOO_LONG}
    if back:
        return _show(ask, STEPS[max(place - 1, 0)], code, sheet)
    if faults:
        return _step(ask, step, code, answers, sheet=sheet, faults=faults)
    return _show(ask, (*STEPS, REVIEW)[place + 1], code, sheet)


def _send(ask: Ask, code: str, sheet: ReportSheet) -> Answer:
    try:
        sent = send_sheet(ask.console.desk, code)
    except NotFound:
        raise
    except BadInput:
        return _review(ask, code, sheet, {"what": N_("请先说发生了什么")})
    return _sent(ask, code, sent.sheet)


def _add(ask: Ask, code: str, sheet: ReportSheet) -> Answer:
    files = [BroughtFile(file.name[:_SHORT], file.content) for file in ask.form.files.get("files", ())]
    more = ask.form.text("more")
    faults: dict[str, str] = {}
    try:
        if not more and not files:
            faults = {"more": N_("请写明要补充什么，或者选择文件")}
        elif len(more) > _LONGEST:
            faults = {"more": _TOO_LONG}
        else:
            add_to_sent(ask.console.desk, ask.console.books.evidence, code, more, files)
    except NotAllowed:
        faults = {"more": N_("这份举报已经转到别的单位，请打电话补充")}
    except BadInput:
        faults = {"files": _FILES}
    return _sent(ask, code, sheet, faults=faults, added=not faults)


_LONGEST: Final = 20_000
_TOO_LONG: Final = N_("太长：请控制在两万字以内")
_FILES: Final = N_("文件太多、太大，或者是空文件：请看上面的限制")


def _unanswered(sheet: ReportSheet) -> str:
    told = sheet.answers
    answered = {
        "what": bool(told.what), "when": told.paid is not None, "whom": any(getattr(told, name) for name in _WHOM),
    }  # fmt: skip
    return next((step for step in STEPS if not answered.get(step)), REVIEW)


def _read(ask: Ask, step: str, before: SheetAnswers) -> tuple[SheetAnswers, dict[str, str]]:
    """The answers with those of a step put in, and what of it cannot be read."""
    form, faults = ask.form, dict[str, str]()

    def short(name: str) -> str:
        text = form.text(name)
        if len(text) > _SHORT:
            faults[name] = N_("太长：请控制在两百字以内")
        return text[:_SHORT]

    match step:
        case "what":
            what = form.text("what").replace("\r\n", "\n")
            if not what or len(what) > _LONGEST:
                faults["what"] = _TOO_LONG if what else N_("请先说发生了什么")
            return replace(before, what=what[:_LONGEST]), faults
        case "when":
            return _read_when(ask, before)
        case "whom":
            return replace(
                before, account=short("account"), holder=short("holder"), institution=short("institution"),
                line=short("line"), site=short("site"),
            ), faults  # fmt: skip
        case "contact":
            kept = form.text("secret") == "1"
            return replace(before, name=short("name"), phone=short("phone"), secret=kept), faults
        case _:
            return before, faults


def _read_when(ask: Ask, before: SheetAnswers) -> tuple[SheetAnswers, dict[str, str]]:
    form, faults = ask.form, dict[str, str]()
    paid = {"yes": True, "no": False}.get(form.text("paid"))
    if paid is None:
        faults["paid"] = N_("请选择转了还是没有转")
    try:
        amount_minor = said_amount(form.text("amount")) if form.text("amount") else None
    except BadInput:
        amount_minor = 0
    if amount_minor is not None and not 0 < amount_minor < _AMOUNT_MAX:
        faults["amount"] = N_("请填写金额（元），如 38000、3.8万 或 三万八千")
    try:
        at_us = parse_instant(form.text("at")) if form.text("at") else None
    except BadInput:
        at_us = 0
    if at_us is not None and not 0 < at_us <= ask.console.desk.clock.now_us():
        faults["at"] = N_("请填写已经过去的时间：年-月-日 时:分")
    if faults:
        return before, faults
    return replace(before, paid=paid, amount_minor=amount_minor, at_us=at_us), faults


_AMOUNT_MAX: Final = 10**15  # 分: more than anybody ever paid, and far from the end of a column


def _show(ask: Ask, step: str, code: str, sheet: ReportSheet) -> Page:
    if step == REVIEW:
        return _review(ask, code, sheet)
    return _step(ask, step, code, sheet.answers, sheet=sheet)


def _step(
    ask: Ask,
    step: str,
    code: str,
    answers: SheetAnswers,
    *,
    sheet: ReportSheet | None = None,
    faults: Mapping[str, str] | None = None,
) -> Page:
    told = _told(answers)
    if faults:
        told |= {
            name: ask.form.text(name) for name in told if name in ask.form.fields and name not in ("paid", "secret")
        }
    context = {
        "step": step, "number": STEPS.index(step) + 1, "steps": len(STEPS), "limits": ask.console.desk.rules.public.sheets,
        "code": code, "told": told, "faults": faults or {},
        "files": () if sheet is None else sheet.files,
    }  # fmt: skip
    kept = {"code": code, "step": step} if code else {}
    return public_page(ask, "public/report.html", context, kept=kept, status=422 if faults else 200)


def _review(ask: Ask, code: str, sheet: ReportSheet, faults: Mapping[str, str] | None = None) -> Page:
    context = {"code": code, "told": _told(sheet.answers), "files": sheet.files, "faults": faults or {}}
    kept = {"code": code, "step": REVIEW}
    return public_page(ask, "public/review.html", context, kept=kept, status=422 if faults else 200)


def _sent(
    ask: Ask, code: str, sheet: ReportSheet, *, faults: Mapping[str, str] | None = None, added: bool = False
) -> Page:
    context = {
        "code": code, "acknowledgement": sheet.acknowledgement, "sent_us": sheet.sent_us, "faults": faults or {},
        "added": added,
    }  # fmt: skip
    return public_page(ask, "public/sent.html", context, kept={"code": code}, status=422 if faults else 200)


def _unknown(ask: Ask) -> Page:
    faults = {"code": N_("没有这个保存码，或者已经超过保存时间")}
    return public_page(ask, "public/resume.html", {"dropped": False, "faults": faults}, status=404)


def _told(answers: SheetAnswers) -> dict[str, Any]:
    """The answers as fields hold them."""
    amount = "" if answers.amount_minor is None else format_minor(answers.amount_minor)
    told = {name: getattr(answers, name) for name in ("what", "paid", *_WHOM, "name", "phone", "secret")}
    return {**told, "amount": amount, "at": field_instant(answers.at_us)[:16]}


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/public/report", start, None),
    Route("POST", "/public/report", report, None, csrf=False),
    Route("GET", "/public/resume", resume_form, None),
    Route("POST", "/public/resume", resume, None, csrf=False),
)
