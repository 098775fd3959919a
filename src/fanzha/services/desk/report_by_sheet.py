"""A report of somebody without an account: written page by page, found again by a code, sent once, added to later."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final

from fanzha.access import Action, Scope
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import Report
from fanzha.casework.public_rules import SheetRules
from fanzha.casework.sheets import (
    ReportSheet,
    SheetAnswers,
    check_writable,
    draft_of,
    empty_sheet,
    write_sheet,
)
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.ports.record_query import Query
from fanzha.ports.work_queues import DueClock
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.actor_from_token import token_hash
from fanzha.services.desk.add_to_report import Addition, BroughtFile, attachment_of, check_adds, take_addition
from fanzha.services.desk.model import Desk
from fanzha.services.desk.public_desk import public_actor
from fanzha.services.desk.receive_report import receive_report

SHEET_CLOCK: Final = "report_sheet.end"


@dataclass(frozen=True, slots=True)
class SheetSent:
    """What is told to whoever sent it."""

    sheet: ReportSheet
    received_us: int


def begin_sheet(desk: Desk, code: str, answers: SheetAnswers) -> ReportSheet:
    """A new sheet, found again by the code alone."""
    with desk.store.reading() as view:
        actor = public_actor(view)
    with acting(desk, actor, "report_sheet.begin", Subject("report_sheet", "")) as work:
        work.check(Action.REPORT_RECEIVE, Scope(actor.organisation))
        ends_us = work.now_us + work.rules.public.sheets.kept_us
        made = ReportSheet(work.ids.new("SHEET"), 0, actor.organisation, token_hash(_plain(code)), work.now_us, ends_us)
        return _keep(work, write_sheet(made, answers, work.now_us), "report_sheet.begin", new=True)


def open_sheet(desk: Desk, code: str) -> ReportSheet:
    """The sheet of a code. Raises NotFound for a code that nobody has, or whose sheet was emptied unsent."""
    with desk.store.reading() as view:
        return _found(view, code)


def save_sheet(desk: Desk, code: str, answers: SheetAnswers) -> ReportSheet:
    """Puts down what was answered. Raises NotFound, NotAllowed where it was sent, BadInput for too much."""
    with _at_sheet(desk, code, "report_sheet.write") as work:
        sheet = _found(work.unit, code)
        written = write_sheet(sheet, answers, work.now_us)
        return sheet if written == sheet else _keep(work, written, "report_sheet.write")


def attach_to_sheet(desk: Desk, evidence: EvidenceStore, code: str, files: Sequence[BroughtFile]) -> ReportSheet:
    """Puts files on the sheet. Raises BadInput for one that is too large, or one too many."""
    with _at_sheet(desk, code, "report_sheet.attach") as work:
        sheet = _found(work.unit, code)
        check_writable(sheet, work.now_us)
        check_files(files, work.rules.public.sheets, there=len(sheet.files))
        made = tuple(attachment_of(work, evidence, file) for file in files)
        known = {file.sha256 for file in sheet.files}
        new = tuple(file for file in made if file.sha256 not in known)
        return _keep(work, replace(sheet, files=sheet.files + new), "report_sheet.attach")


def drop_sheet(desk: Desk, code: str) -> None:
    """Empties a sheet that was not sent, because its writer wants so."""
    with _at_sheet(desk, code, "report_sheet.drop") as work:
        sheet = _found(work.unit, code)
        check_writable(sheet, work.now_us)
        _keep(work, empty_sheet(sheet), "report_sheet.drop")


def send_sheet(desk: Desk, code: str) -> SheetSent:
    """Takes the report in, once, however often it is sent. Raises BadInput for a sheet without words."""
    with desk.store.reading() as view:
        sheet, actor = _found(view, code), public_actor(view)
    if not sheet.report:
        check_writable(sheet, desk.clock.now_us())
        received = receive_report(desk, actor, draft_of(sheet), request=sheet.id)
        with _at_sheet(desk, code, "report_sheet.send") as work:
            held = _found(work.unit, code)
            sent = replace(
                held, report=received.report.id, acknowledgement=received.report.acknowledgement,
                sent_us=received.report.received_at_us,
            )  # fmt: skip
            sheet = held if held.report else _keep(work, empty_sheet(sent), "report_sheet.send")
    assert sheet.sent_us is not None, "a sent sheet has its time"
    return SheetSent(sheet, sheet.sent_us)


def add_to_sent(
    desk: Desk, evidence: EvidenceStore, code: str, narrative: str, files: Sequence[BroughtFile] = ()
) -> ReportSheet:
    """Adds words or files to a report that was sent with this code; who has the code may, and sees nothing of it."""
    with _at_sheet(desk, code, "report.add_to") as work:
        sheet = _found(work.unit, code)
        if not sheet.report:
            raise NotAllowed("sheet.unsent", "this report was not sent yet: go on writing it")
        check_files(files, work.rules.public.sheets)
        report = work.unit.records(Report).get(sheet.report)
        work.check(Action.REPORT_RECEIVE, Scope(work.actor.organisation))
        added = Addition(
            narrative=narrative.strip(), attachments=tuple(attachment_of(work, evidence, file) for file in files)
        )
        check_adds(added)
        if report.organisation != work.actor.organisation or report.merged_into:
            raise NotAllowed("sheet.moved", "this report is worked on elsewhere by now; call the number on this page")
        take_addition(work, report, added)
        return sheet


def check_files(files: Sequence[BroughtFile], rules: SheetRules, *, there: int = 0) -> None:
    """Raises BadInput for one too many, one too large, and an empty one."""
    if there + len(files) > rules.files_max:
        raise BadInput(f"at most {rules.files_max} files")
    for file in files:
        if not 0 < len(file.content) <= rules.file_bytes_max:
            raise BadInput(f"a file has at most {rules.file_bytes_max // 1024 // 1024} MB, and is not empty")


def ring_sheet(work: Work, sheet_id: str) -> None:
    """The time of a sheet is over: what was written is gone."""
    sheet = work.unit.records(ReportSheet).get(sheet_id)
    if not sheet.emptied:
        _keep(work, empty_sheet(sheet), "report_sheet.end")


def _at_sheet(desk: Desk, code: str, action: str) -> AbstractContextManager[Work]:
    with desk.store.reading() as view:
        sheet, actor = _found(view, code), public_actor(view)
    return acting(desk, actor, action, Subject("report_sheet", sheet.id))


def _found(view: WorkView, code: str) -> ReportSheet:
    query = Query(equals={"code_hash": token_hash(_plain(code))}, limit=1)
    sheet = next(iter(view.records(ReportSheet).find(query).rows), None)
    if sheet is None or (sheet.emptied and not sheet.report):
        raise NotFound("there is no report with this code, or it was not sent in time; begin a new one")
    return sheet


def _plain(code: str) -> str:
    return "".join(sign for sign in code.upper() if sign.isalnum())[:100]


def _keep(work: Work, sheet: ReportSheet, action: str, *, new: bool = False) -> ReportSheet:
    records = work.unit.records(ReportSheet)
    kept = records.add(sheet) if new else records.save(sheet)
    clock = sheet_clock(kept)
    if kept.emptied:
        work.unit.clocks.cancel(clock.id)
    else:
        work.unit.clocks.set(clock)
    said: dict[str, DetailValue] = {"files": len(kept.files), "sent": bool(kept.report)}
    subject = Subject("report_sheet", kept.id)
    work.unit.audit.append(done(work.actor, work.now_us, action, subject, details=said))
    return kept


def sheet_clock(sheet: ReportSheet) -> DueClock:
    """The clock at which a sheet is emptied, as long as it is not."""
    return DueClock(
        id=f"{sheet.id}:{SHEET_CLOCK}", kind=SHEET_CLOCK, subject_kind="report_sheet", subject_id=sheet.id,
        due_us=sheet.ends_us,
    )  # fmt: skip
