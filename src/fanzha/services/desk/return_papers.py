"""A return's papers: who may take them, behind the mask or revealed for a purpose, and what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from fanzha.access import Action
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import Case
from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.measures import return_payments
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Signature
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.measures.words import PROCEDURE_WORDS
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.note_export import ExportNote, note_revealed
from fanzha.services.desk.open_record import purpose_of, write_reveals
from fanzha.services.desk.papers import return_paper
from fanzha.services.desk.papers.watermark import watermarked
from fanzha.services.desk.pay_return import all_payments
from fanzha.services.desk.persons import Named, one_each, persons_in
from fanzha.tracing.runs import TraceRun


@unique
class PaperKind(StrEnum):
    """The papers of a return, in the order in which they are needed."""

    REPORT = "report"  # 呈请返还资金报告书
    ANNOUNCEMENT = "announcement"  # 返还公告
    DECISION = "decision"  # 返还决定书
    NOTICE = "notice"  # 协助返还通知书


WORKSHEET: Final = "worksheet"
_WRITERS: Final[Mapping[PaperKind, Callable[[return_paper.PaperFacts], str]]] = {
    PaperKind.REPORT: return_paper.report_paper, PaperKind.ANNOUNCEMENT: return_paper.announcement_paper,
    PaperKind.DECISION: return_paper.decision_paper, PaperKind.NOTICE: return_paper.notice_papers,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenedReturn:
    """A return with what its papers say besides."""

    procedure: ReturnProcedure
    mask: Mask
    names: Mapping[str, str]  # by victim's label, as the mask lets them be seen
    case_title: str
    body: str  # the name of the body that answers for it
    decider: str  # of the body that decided it; empty before
    elsewhere: tuple[return_paper.PaidElsewhere, ...]  # payments that another officer let go to another account
    now_us: int
    note: ExportNote | None  # of the file; None behind the mask

    @property
    def watermark(self) -> str:
        """The line that stands in the file; empty behind the mask."""
        return "" if self.note is None else self.note.watermark


@dataclass(frozen=True, slots=True)
class ReturnPaper:
    """A paper's Typst source, and what was written down of it as a file (None behind the mask)."""

    source: str
    note: ExportNote | None


def paper_kind(text: str) -> PaperKind:
    """The kind that a word names. Raises BadInput where it names none."""
    try:
        return PaperKind(text)
    except ValueError:
        raise BadInput(f"{text!r} is no paper of a return; there are {', '.join(PaperKind)}") from None


def open_return(
    desk: Desk,
    actor: Actor,
    return_id: str,
    *,
    reveal: bool = False,
    case: str = "",
    reason: str = "",
    paper: str = "",
    approver: Actor | None = None,
) -> OpenedReturn:
    """The return for a paper or worksheet, which the audit notes; revealed, whose data is in it is written down.

    Raises NotFound when it may not be seen, NotAllowed when there is no purpose for the reveal, when so many persons need
    a second person, or for a letter to a bank before the decision.
    """
    subject = Subject("return", return_id)
    with acting(desk, actor, "return.print", subject) as work:
        procedure = work.load(ReturnProcedure, return_id, Action.SEE)
        if paper == PaperKind.NOTICE and procedure.status not in return_paper.DECIDED:
            stands = PROCEDURE_WORDS[procedure.status]
            raise NotAllowed("transition", f"{procedure.id} is {stands}: no bank is asked to pay yet")
        names = _names(work, procedure)
        elsewhere = _elsewhere(work, procedure)
        note = None
        if reveal:
            pay_to = {award.victim: award.pay_to for award in procedure.awards}
            victims = (Named(name, account=pay_to.get(label, "")) for label, name in names.items() if name)
            purpose = purpose_of(work, procedure, case, reason)
            others = (Named(names.get(one.victim, ""), account=one.pay_to) for one in elsewhere)
            persons = one_each((*victims, *others, *persons_in(procedure)))
            write_reveals(work, subject, persons, purpose)
            what = f"return_{paper or WORKSHEET}"
            note = note_revealed(work, what, procedure, persons, purpose, approver=approver)
        said: dict[str, DetailValue] = {"paper": paper or WORKSHEET, "revealed": reveal}
        work.unit.audit.append(done(actor, work.now_us, "return.print", subject, case=work.case, details=said))
        mask = Mask(desk.rules.access.masks, lifted=reveal)
        decided = next((each for each in reversed(procedure.approvals) if procedure.decision), None)
        return OpenedReturn(
            procedure,
            mask,
            {label: mask.name(name) for label, name in names.items()},
            mask.text(work.unit.records(Case).get(procedure.case).title),
            _body(work, procedure.organisation),
            "" if decided is None else _body(work, decided.organisation),
            elsewhere,
            work.now_us,
            note,
        )


def return_paper_of(
    desk: Desk,
    actor: Actor,
    return_id: str,
    kind: PaperKind,
    *,
    reveal: bool = False,
    case: str = "",
    reason: str = "",
    approver: Actor | None = None,
) -> ReturnPaper:
    """A paper; what hangs in public is masked, whoever asks, and what a bank is to carry out never is.

    Raises NotAllowed when the letters to the banks are asked for without a purpose that bears the reveal.
    """
    reveal = kind is PaperKind.NOTICE or (reveal and kind is not PaperKind.ANNOUNCEMENT)
    opened = open_return(
        desk, actor, return_id, reveal=reveal, case=case, reason=reason, paper=kind.value, approver=approver
    )
    facts = return_paper.PaperFacts(
        opened.procedure, opened.mask, opened.names, opened.case_title, opened.body, opened.decider,
        opened.elsewhere,
    )  # fmt: skip
    mark = "" if opened.note is None else opened.note.watermark
    if opened.note is not None and kind is PaperKind.NOTICE:
        mark = opened.note.watermark_outside
    return ReturnPaper(watermarked(_WRITERS[kind](facts), mark), opened.note)


def _names(work: Work, procedure: ReturnProcedure) -> Mapping[str, str]:
    """The victims' names by their labels, as the trace has them that the return was planned by."""
    try:
        run = work.unit.records(TraceRun).get(procedure.trace_run)
    except NotFound:
        return {}
    return {origin.label: origin.victim for origin in run.origins}


def _elsewhere(work: Work, procedure: ReturnProcedure) -> tuple[return_paper.PaidElsewhere, ...]:
    """Payments to another account than was decided, once they were approved."""
    found = []
    for payment in all_payments(work.unit, procedure):
        approved = payment.signed(Signature.APPROVED)
        if return_payments.AGAIN in payment.id and approved and payment.status is not Status.WITHDRAWN:
            request = payment.request
            found.append(
                return_paper.PaidElsewhere(
                    request.target.institution, request.target.reference, request.beneficiary, request.payee,
                    request.scope.amount_minor or 0, request.scope.currency, approved[-1].at_us,
                    _body(work, approved[-1].organisation),
                )
            )  # fmt: skip
    return tuple(found)


def _body(work: Work, organisation: str) -> str:
    try:
        return work.unit.records(Organisation).get(organisation).name
    except NotFound:
        return organisation
