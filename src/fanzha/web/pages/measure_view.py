"""One measure with what stands for and against it: the review of who decides, and its whole life."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.measures.appeals import Appeal
from fanzha.measures.lifecycle import ENDED, Status
from fanzha.measures.model import Measure, Origin, OriginKind
from fanzha.measures.orders import Incident, Outcome, Receipt
from fanzha.services.desk.match_institution import known_institutions
from fanzha.services.desk.measure_page import MeasurePage, measure_page
from fanzha.services.desk.open_record import open_record
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.deed import Able, Deed, able, named
from fanzha.web.deeds.measure_deed import shown_page
from fanzha.web.deeds.measures import MEASURE_DEEDS
from fanzha.web.pages.measure_new import MADE_HERE
from fanzha.web.pages.revealing import TOLD
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import OFFICERS, PARTNERS, SEERS, Route
from fanzha.web.terms import TERMS
from fanzha.web.words import N_

WHO: Final = SEERS | PARTNERS
OF_MEASURES: Final = named([deed for deed in MEASURE_DEEDS if deed.kind == "measures"])
# What is likely to be done next, by the state: shown on the page itself; all others are on a page of their own.
NEXT: Final = {
    Status.DRAFT: ("propose", "amend", "act-first", "withdraw"),
    Status.PROPOSED: ("approve", "told", "reject", "act-first", "withdraw"),
    Status.APPROVED: ("send", "receipt", "countersign", "withdraw", "lift"),
    Status.SENT: ("receipt", "countersign", "lift", "appeal"),
    Status.ACKNOWLEDGED: ("receipt", "countersign", "lift", "appeal"),
    Status.EXECUTED: ("renew", "approve-renewal", "countersign", "convert", "told", "release-part", "lift"),
    Status.PARTIAL: ("renew", "approve-renewal", "countersign", "convert", "receipt", "told", "release-part", "lift"),
    Status.REFUSED: ("correct-receipt", "appeal"),
    Status.LIFTED: ("told", "appeal"),
}
# What is done on the page itself, in one press: it shows all that a page of its own would show again.
SIGNED_HERE: Final = ("propose", "approve")
PARTS: Final = {
    "reason": N_("理由"), "basis": N_("法律依据"), "amount_minor": N_("金额"), "traced_minor": N_("其中涉案资金"),
    "modes": N_("方式"), "term": N_("期别"), "period": N_("期限"), "document": N_("文号"), "overrides": N_("说明理由"),
    "finding": N_("认定"),
}  # fmt: skip
LATER: Final = ("appeal",)  # of what is over
STEPS: Final = (Status.DRAFT, Status.PROPOSED, Status.APPROVED, Status.SENT, Status.ACKNOWLEDGED, Status.EXECUTED)


@dataclass(frozen=True, slots=True)
class Step:
    """A state of the line at the top: reached or not, and when."""

    status: Status
    reached: bool
    at_us: int | None = None
    now: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the history."""

    at_us: int
    what: str  # to be translated
    by: str = ""
    note: str = ""
    words: tuple[str, ...] = ()  # of what it was about, to be translated


def measure(ask: Ask) -> Answer:
    """The page of a measure."""
    return _page(ask, shown_page(ask.console, ask.officer, ask.path["record_id"]))


def reveal(ask: Ask) -> Answer:
    """The mask is off for a while, once it is written down what for; what stands against that is said above a form."""
    measure_id = ask.path["record_id"]
    case, reason = ask.form.text("case"), ask.form.text("reason")
    desk, actor = ask.console.desk, ask.officer
    try:
        open_record(desk, actor, Measure, measure_id, reveal=True, case=case, reason=reason)
    except (NotAllowed, NotFound) as error:
        return _page(ask, measure_page(desk, actor, measure_id), trouble_of(error), asks_purpose=True)
    return GoTo(f"/measures/{measure_id}", TOLD)


def verbs(ask: Ask) -> Answer:
    """Everything that can be done to a measure, each with the reason where it cannot be done now."""
    console, actor, measure_id = ask.console, ask.officer, ask.path["record_id"]
    found = measure_page(console.desk, actor, measure_id)
    deeds = able(tuple(OF_MEASURES.values()), console, actor, measure_id)
    context = {**_context(found, actor), "deeds": sorted(deeds, key=lambda one: one.trouble is not None)}
    return Page("measure_verbs.html", context)


def _page(ask: Ask, found: MeasurePage, trouble: Trouble | None = None, *, asks_purpose: bool = False) -> Answer:
    names = NEXT.get(found.status, LATER)
    deeds: Sequence[Able] = able(
        [OF_MEASURES[name] for name in names if _fits(name, found)], ask.console, ask.officer, found.measure.id
    )
    context = {
        **_context(found, ask.officer), "deeds": deeds, "trouble": trouble, "asks_purpose": asks_purpose,
        "sign": next((one for one in deeds if one.deed.name in SIGNED_HERE and one.trouble is None), None),
        "outcome": _outcome(found), "traces": _traces_next(found, ask.officer),
        "request": secrets.token_urlsafe(12), "institutions": known_institutions(ask.console.desk, ask.officer),
        "refusal": refusal_of(found.measure), "redraft": _redraft_of(ask, found),
    }  # fmt: skip
    return Page("measure.html", context, 200 if trouble is None else trouble.status)


def _outcome(found: MeasurePage) -> Receipt | None:
    """The answer by which the institution carried it out, while nothing further was done upon it."""
    one = found.measure
    if found.status not in {Status.EXECUTED, Status.PARTIAL} or found.continues_in or one.renewals or one.part_releases:
        return None
    return one.receipts[-1] if one.receipts else None


def _traces_next(found: MeasurePage, actor: Actor) -> bool:
    """Whether the money was never followed, so that following it comes next: the receipt is taken into account first."""
    carried = found.preview.carried
    return carried is not None and not carried.run and bool(actor.roles & OFFICERS)


def refusal_of(one: Measure) -> Receipt | None:
    """The answer by which the institution refused it; None where it did not."""
    refusals = [receipt for receipt in one.receipts if receipt.outcome is Outcome.REFUSED]
    return refusals[-1] if refusals and one.status is Status.REFUSED else None


def _redraft_of(ask: Ask, found: MeasurePage) -> str:
    """Where a new draft begins that puts right what was refused; empty for who drafts none, or where there is one already."""
    one = found.measure
    drafts = found.whole and one.kind in MADE_HERE and one.organisation == ask.officer.organisation
    again = any(_is_redraft(next_one, one) for next_one in found.continues_in)
    if refusal_of(one) is None or not drafts or not ask.officer.roles & OFFICERS or again:
        return ""
    request = one.request
    wanted = {
        "kind": one.kind.value, "case": request.case, "fact": "" if request.fact is None else request.fact.evidence,
        "redrafts": one.id, "basis": "" if request.basis is None else request.basis.id, "term": request.term,
        "document": request.document,
    }  # fmt: skip
    return f"/measures/new?{urlencode({name: value for name, value in wanted.items() if value})}"


def _is_redraft(later: Measure, earlier: Measure) -> bool:
    origin = later.request.origin
    return origin == Origin(OriginKind.REDRAFT, earlier.id) and later.status not in {Status.WITHDRAWN, Status.REJECTED}


def _fits(name: str, found: MeasurePage) -> bool:
    """What has no object is not offered beside the measure, though it is on the page of all verbs."""
    if name == "countersign":
        return found.measure.acted_first
    if name == "approve-renewal":
        return any(renewal.approved_us is None for renewal in found.measure.renewals)
    if name == "told" and found.status in {Status.PROPOSED, Status.LIFTED}:
        return found.preview.told_due_us is not None
    return True


def _context(found: MeasurePage, actor: Actor) -> dict[str, object]:
    return {
        "found": found, "measure": found.measure, "mask": found.mask, "steps": tuple(steps_of(found)),
        "history": tuple(sorted((*history_of(found.measure), *_amended(found)), key=lambda one: one.at_us)),
        "me": actor.id,
    }  # fmt: skip


def steps_of(found: MeasurePage) -> Iterator[Step]:
    """The line of states: those that were reached, where it stands, and what comes if all goes well."""
    one, status = found.measure, found.status
    reached: dict[Status, int | None] = {Status.DRAFT: one.drafted_us}
    for sign in one.approvals:
        state = {"proposed": Status.PROPOSED, "approved": Status.APPROVED, "acted_first": Status.APPROVED}.get(
            sign.signature
        )
        if state is not None:
            reached[state] = sign.at_us
    if one.sent_us is not None:
        reached[Status.SENT] = one.sent_us
    begun = [receipt for receipt in one.receipts if one.orders and receipt.order == one.orders[0].id]
    if begun:
        reached[Status.ACKNOWLEDGED] = min(receipt.arrived_us for receipt in begun)
    if one.starts_us is not None:
        reached[Status.EXECUTED] = one.starts_us
    if status in STEPS:
        reached.setdefault(status, None)
    for step in STEPS:
        if step not in reached and status in ENDED:
            continue  # what never came about is not promised any more
        yield Step(step, step in reached, reached.get(step), now=step is status)
    if status not in STEPS:
        yield Step(status, reached=True, at_us=one.ended_us or one.starts_us, now=True)


def _amended(found: MeasurePage) -> Iterator[Happened]:
    """How the draft was worded anew before it was proposed."""
    for each in found.amended:
        words = tuple(dict.fromkeys(PARTS[name] for name in each.changed if name in PARTS))
        yield Happened(each.at_us, N_("改写草稿"), each.by, words=words)


def history_of(one: Measure) -> Iterator[Happened]:
    """Everything that is written down of a measure, with its time."""
    yield Happened(one.drafted_us, N_("已拟稿"), one.drafted_by)
    for sign in one.approvals:
        yield Happened(sign.at_us, TERMS[type(sign.signature)][sign.signature.value], sign.by, sign.note)
    for order in one.orders:
        if order.sent_us is not None:
            yield Happened(order.sent_us, N_("指令发出"), order.sent_by, order.elsewhere)
    for receipt in one.receipts:
        yield Happened(receipt.arrived_us, TERMS[Outcome][receipt.outcome.value], receipt.entered_by, receipt.note)
    for correction in one.corrections:
        yield Happened(correction.corrected_us, N_("更正回执"), correction.corrected_by, correction.reason)
    yield from _later_of(one)
    if one.ended_us is not None:
        yield Happened(one.ended_us, N_("结束"), "", one.end_reason)


def _later_of(one: Measure) -> Iterator[Happened]:
    """What happens to a measure that is out: renewals, what is brought against it, who was called and told."""
    for renewal in one.renewals:
        yield Happened(renewal.proposed_us, N_("申请续期"), renewal.proposed_by, renewal.reason)
        if renewal.approved_us is not None:
            yield Happened(renewal.approved_us, N_("同意续期"), renewal.approved_by)
    for evidence in one.counter_evidence:
        yield Happened(evidence.given_us, N_("收下反证"), evidence.given_by, evidence.text)
        if evidence.looked_at_us is not None:
            yield Happened(evidence.looked_at_us, N_("审看反证"), evidence.looked_at_by, evidence.finding)
    for call in one.call_backs:
        yield Happened(call.at_us, N_("记录回访"), call.by, call.note)
    for telling in one.told:
        yield Happened(telling.at_us, N_("告知当事人"), telling.by, telling.note)


def appeal(ask: Ask) -> Answer:
    """An appeal with its clock, beside the measure that it is about."""
    desk, actor = ask.console.desk, ask.officer
    opened = open_record(desk, actor, Appeal, ask.path["record_id"])
    found = measure_page(desk, actor, opened.record.measure)
    context = {
        **_context(found, actor), "appeal": opened.record, "mask": opened.mask,
        "deeds": able(_of_kind("appeals"), ask.console, actor, opened.record.id),
    }  # fmt: skip
    return Page("appeal.html", context)


def incident(ask: Ask) -> Answer:
    """What does not fit, with what came in, and who may close it."""
    desk, actor = ask.console.desk, ask.officer
    opened = open_record(desk, actor, Incident, ask.path["record_id"])
    deeds = able(_of_kind("incidents"), ask.console, actor, opened.record.id)
    return Page("incident.html", {"incident": opened.record, "mask": opened.mask, "deeds": deeds})


def _of_kind(kind: str) -> list[Deed]:
    return [deed for deed in MEASURE_DEEDS if deed.kind == kind]


ROUTES: Final = (
    Route("GET", "/measures/{record_id:str}", measure, WHO),
    Route("POST", "/measures/{record_id:str}/reveal", reveal, WHO),
    Route("GET", "/measures/{record_id:str}/verbs", verbs, WHO),
    Route("GET", "/appeals/{record_id:str}", appeal, WHO),
    Route("GET", "/incidents/{record_id:str}", incident, SEERS),
)
