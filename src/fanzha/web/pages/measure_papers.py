"""What leaves and comes in on paper: the notice and the letter, a bank's file of answers, the tally of acting first."""

from __future__ import annotations

from typing import Final

from fanzha import bootstrap
from fanzha.core.errors import BadInput, FanzhaError
from fanzha.core.time import DAY_US
from fanzha.services.desk.import_receipts import import_receipts
from fanzha.services.desk.measure_page import measure_page
from fanzha.services.desk.read_notice import read_notice
from fanzha.services.desk.receipt_files import ReceiptWords
from fanzha.services.desk.tally_emergencies import tally_emergencies
from fanzha.web.answers import Answer, Download, Page
from fanzha.web.asking import Ask, Form
from fanzha.web.forms import Field, Kind, read_fields
from fanzha.web.pages.seat import second_person
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import OFFICERS, SEERS, Route
from fanzha.web.words import N_

DAYS: Final = 30
SPAN: Final = (Field("since", N_("从"), Kind.INSTANT), Field("until", N_("到"), Kind.INSTANT))
PDF: Final = "application/pdf"


def papers(ask: Ask) -> Answer:
    """The form by which the papers of a measure are made; they name the holder, so that a purpose is asked for."""
    return _papers(ask)


def make_papers(ask: Ask) -> Answer:
    """The notice to the holder with its remedy as text, or with the letter to the institution as PDF."""
    form, measure_id = ask.form, ask.path["record_id"]
    try:
        made = read_notice(
            ask.console.desk, ask.officer, measure_id, order_id=form.text("order"), contact=form.text("contact"),
            case=form.text("case"), reason=form.text("reason"), to_file=form.text("as") == "pdf",
            approver=second_person(ask),
        )  # fmt: skip
        if form.text("as") == "pdf":
            return Download(ask.console.press().press(made.source), PDF, f"{measure_id}.pdf")
    except FanzhaError as error:
        return _papers(ask, trouble_of(error))
    found = measure_page(ask.console.desk, ask.officer, measure_id)
    return Page("measure_papers.html", {"found": found, "measure": found.measure, "made": made, "trouble": None})


def _papers(ask: Ask, trouble: Trouble | None = None) -> Answer:
    found = measure_page(ask.console.desk, ask.officer, ask.path["record_id"])
    context = {"found": found, "measure": found.measure, "made": None, "trouble": trouble}
    return Page("measure_papers.html", context, 200 if trouble is None else trouble.status)


def receipts(_ask: Ask) -> Answer:
    """The form to which a bank's file of answers is given."""
    return Page("receipts.html", {"done": None, "trouble": None})


def take_receipts(ask: Ask) -> Answer:
    """Every answer of the file, row by row: what was taken, what was there already, what was put aside and why."""
    files = ask.form.files.get("file", ())
    if not files:
        return Page("receipts.html", {"done": None, "trouble": Trouble(N_("请选择文件"), "", status=422)}, 422)
    try:
        done = import_receipts(
            ask.console.desk, ask.console.books.evidence, ask.officer, files[0].content, files[0].name, receipt_words()
        )
    except BadInput as error:
        return Page("receipts.html", {"done": None, "trouble": trouble_of(error)}, 422)
    return Page("receipts.html", {"done": done, "trouble": None})


def receipt_words() -> ReceiptWords:
    """What columns and outcomes of such files are called."""
    return ReceiptWords.from_table(bootstrap.rule_table("receipts.toml"))


def tally(ask: Ask) -> Answer:
    """How often was acted first, and what became of the countersignatures."""
    until_us = ask.console.desk.clock.now_us() + 1
    from_us = until_us - DAYS * DAY_US
    counted, trouble = None, None
    try:
        values = read_fields(SPAN, Form({field.name: [ask.query.get(field.name, "")] for field in SPAN}))
        until_us = values["until"] or until_us
        from_us = values["since"] or until_us - DAYS * DAY_US
        counted = tally_emergencies(ask.console.desk, ask.officer, from_us, until_us)
    except FanzhaError as error:
        trouble = trouble_of(error)
    context = {"counted": counted, "trouble": trouble, "from_us": from_us, "until_us": until_us}
    return Page("tally.html", context, 200 if trouble is None else trouble.status)


ROUTES: Final = (
    Route("GET", "/measures/{record_id:str}/papers", papers, SEERS),
    Route("POST", "/measures/{record_id:str}/papers", make_papers, SEERS),
    Route("GET", "/measures/receipts", receipts, OFFICERS),
    Route("POST", "/measures/receipts", take_receipts, OFFICERS),
    Route("GET", "/measures/tally", tally, SEERS),
)
