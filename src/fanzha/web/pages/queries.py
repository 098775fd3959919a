"""Queries: what institutions were asked and have not answered, the letters and sheets, and the statements that came."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from fanzha.core.errors import BadInput, FanzhaError
from fanzha.measures.model import Measure, MeasureKind
from fanzha.services.desk.answer_query import QueryAnswered, answer_nothing, answer_query, open_queries
from fanzha.services.desk.draft_queries import QueriesDrafted, draft_queries
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.services.desk.papers.query_form import query_sheet, query_text
from fanzha.services.desk.query_for_file import query_for_file
from fanzha.services.desk.read_notice import read_notice
from fanzha.web.answers import XLSX, Answer, Download, Page
from fanzha.web.asking import Ask, Upload
from fanzha.web.deeds.measure_drafting import bases_of
from fanzha.web.forms import Field, Kind, read_fields
from fanzha.web.pages.measure_papers import PDF
from fanzha.web.pages.seat import second_person
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import OFFICERS, SEERS, Route
from fanzha.web.words import N_

REASON: Final = "查明涉案资金去向"
ANSWER: Final = (
    Field("files", N_("机构回复的流水"), Kind.FILES, required=True),
    Field("case", N_("案件")),
    Field("query", N_("只答复这一件查询")),
    Field("complete", N_("机构已说明没有更多记录"), Kind.FLAG),
    Field("although", N_("未问及账户为何一并收入"), hint=N_("文件里有未查询的他行账户时必填。")),
)
PURPOSE: Final = (
    Field("contact", N_("联系人与电话")), Field("case", N_("为哪个案件")), Field("reason", N_("用途")),
)  # fmt: skip


def waiting(ask: Ask) -> Answer:
    """What waits for an answer, with the form that takes statements in, and that drafts more queries."""
    return _page(ask)


def draft(ask: Ask) -> Answer:
    """One draft for each institution whose statements the last trace of the case lacks."""
    try:
        values = read_fields(_draft_fields(ask), ask.form, ask.console.desk.clock.now_us())
        drafted = draft_queries(
            ask.console.desk, ask.officer, values["case"], basis=values["basis"], reason=values["reason"],
            documents=tuple(line.strip() for line in values["documents"].splitlines() if line.strip()),
            least_minor=values["least"] or 0,
        )  # fmt: skip
    except FanzhaError as error:
        return _page(ask, trouble_of(error))
    return _page(ask, drafted=drafted)


def take_answer(ask: Ask) -> Answer:
    """Statements go into the ledger as the answer to open queries, and their cases are traced again."""
    try:
        values = read_fields(ANSWER, ask.form, ask.console.desk.clock.now_us())
        with _on_disk(values["files"]) as paths:
            told = answer_query(
                ask.console.desk, ask.console.books, ask.officer, paths, case=values["case"], query=values["query"],
                complete=values["complete"], although=values["although"],
            )  # fmt: skip
        for file in values["files"]:
            ask.console.books.evidence.put(file.content, file.name)
    except FanzhaError as error:
        return _page(ask, trouble_of(error))
    return _page(ask, answered=told)


def nothing_found(ask: Ask) -> Answer:
    """The institution found nothing; the case is traced again."""
    asked = open_record(ask.console.desk, ask.officer, Measure, ask.path["record_id"]).record.request.questions
    ticked = {number for number in ask.form.all("account") if number.isdigit() and int(number) < len(asked)}
    accounts = tuple(asked[int(number)].account for number in sorted(ticked))
    scans = [ask.console.books.evidence.put(file.content, file.name) for file in ask.form.files.get("scan", ())]
    try:
        told = answer_nothing(
            ask.console.desk, ask.console.books, ask.officer, ask.path["record_id"],
            accounts=accounts, evidence=next(iter(scans), ""),
        )  # fmt: skip
    except FanzhaError as error:
        return _page(ask, trouble_of(error))
    return _page(ask, answered=told)


def letter(ask: Ask) -> Answer:
    """One query: its letter, its sheet, and the note that nothing was found."""
    return _letter(ask)


def make_letter(ask: Ask) -> Answer:
    """The letter as PDF or text, or the questions as a workbook; whoever is in them is revealed for the case."""
    query, wanted = ask.path["record_id"], ask.form.text("as")
    try:
        values = read_fields(PURPOSE, ask.form, ask.console.desk.clock.now_us())
        if wanted == "pdf":
            made = read_notice(
                ask.console.desk, ask.officer, query, contact=values["contact"], case=values["case"],
                reason=values["reason"], approver=second_person(ask),
            )  # fmt: skip
            return Download(ask.console.press().press(made.source), PDF, f"{query}.pdf")
        asked = query_for_file(
            ask.console.desk, ask.officer, query, "query_sheet" if wanted == "xlsx" else "query_letter",
            case=values["case"], reason=values["reason"], approver=second_person(ask),
        )  # fmt: skip
        if wanted == "xlsx":
            return Download(
                query_sheet(asked.measure, asked.rules, asked.body, asked.note.watermark_outside), XLSX, f"{query}.xlsx"
            )
        text = query_text(asked.measure, asked.rules, asked.body, values["contact"], asked.note.watermark_outside)
        return Download(text.encode(), "text/plain; charset=utf-8", f"{query}.txt")
    except FanzhaError as error:
        return _letter(ask, trouble_of(error))


def _letter(ask: Ask, trouble: Trouble | None = None) -> Answer:
    opened = open_record(ask.console.desk, ask.officer, Measure, ask.path["record_id"])
    if not opened.record.request.questions:
        raise BadInput(f"{opened.record.id} asks no questions")
    context = {"measure": opened.record, "mask": opened.mask, "fields": PURPOSE, "trouble": trouble}
    return Page("query_letter.html", context, 200 if trouble is None else trouble.status)


@contextmanager
def _on_disk(files: tuple[Upload, ...]) -> Iterator[tuple[Path, ...]]:
    """The files as the readers of statements take them; gone when the answer was read."""
    with TemporaryDirectory(prefix="fanzha-answer-") as folder:
        paths = []
        for number, file in enumerate(files):
            place = Path(folder) / str(number)
            place.mkdir()
            path = place / (Path(file.name.replace("\\", "/")).name or "statement")
            path.write_bytes(file.content)
            paths.append(path)
        yield tuple(paths)


def _draft_fields(ask: Ask) -> tuple[Field, ...]:
    rules = ask.console.desk.rules.measures.of(MeasureKind.QUERY, ask.console.desk.clock.now_us())
    return (
        Field("case", N_("案件"), required=True, hint=N_("须已查过流向。"), start=ask.query.get("case", "")),
        Field("basis", N_("法律依据"), Kind.CHOICE, required=True, choices=bases_of(rules), start="procedure-238"),
        Field("reason", N_("理由"), required=True, start=REASON),
        Field("documents", N_("文号"), Kind.AREA, hint=N_("每行一个，按拟稿顺序；可以以后再编。")),
        Field("least", N_("涉案不足此数的不问（元）"), Kind.AMOUNT),
    )


def _page(
    ask: Ask,
    trouble: Trouble | None = None,
    *,
    drafted: QueriesDrafted | None = None,
    answered: QueryAnswered | None = None,
) -> Answer:
    desk, actor, case = ask.console.desk, ask.officer, ask.query.get("case", "") or ask.form.text("case")
    found = open_queries(desk, actor, case=case if trouble is None else "")
    mask: Mask = mask_for(desk, actor, [one.measure for one in found])
    fields: Mapping[str, Any] = {"answer_fields": ANSWER, "draft_fields": _draft_fields(ask)}
    context = {
        **fields, "found": found, "mask": mask, "case": case, "trouble": trouble, "drafted": drafted,
        "answered": answered, "request": secrets.token_urlsafe(12),
    }  # fmt: skip
    return Page("queries.html", context, 200 if trouble is None else trouble.status)


ROUTES: Final = (
    Route("GET", "/queries/open", waiting, SEERS),
    Route("POST", "/queries/draft", draft, OFFICERS),
    Route("POST", "/queries/answer", take_answer, OFFICERS),
    Route("GET", "/queries/{record_id:str}", letter, SEERS),
    Route("POST", "/queries/{record_id:str}/letter", make_letter, SEERS),
    Route("POST", "/queries/{record_id:str}/nothing", nothing_found, OFFICERS),
)
