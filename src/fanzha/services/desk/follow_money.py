"""A receipt says where the money went: it feeds the ledger, extends the trace, and the follow-on stop is drafted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, Clue, Document, DocumentKind, Fact, VerifiedFields, checks_by
from fanzha.casework.facts import FOLLOW_ON_HOP, follow_on_fact
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed, NotFound
from fanzha.core.identifiers import plain_identifier
from fanzha.core.money import exponent_of, parse_minor
from fanzha.core.time import parse_instant
from fanzha.measures.following import (
    draft_follow_on,
    follow_on_draft,
    follows_already,
    grow_follow_on,
    stopped_since,
)
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.orders import OnwardTransfer, Receipt
from fanzha.measures.purposes import AmountChoice, Purpose, choose_amount
from fanzha.measures.receipts import follow_on_request
from fanzha.ports.fact_store import StoredLedger
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, Work, acting, looking
from fanzha.services.desk.amounts import CaseAmounts, amounts_of
from fanzha.services.desk.books import Books
from fanzha.services.desk.case_origins import origins_of
from fanzha.services.desk.draft_stops import WORDED, amount_minor, closes_account
from fanzha.services.desk.generated_file import take_in
from fanzha.services.desk.keeping import keep_clue, keep_measure, tell
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.receipt_rows import (
    ReceiptFile,
    file_of_receipt,
    path_of_receipt,
    receipts_outdone,
    says_of_money,
    told_periods,
)
from fanzha.services.desk.trace_case import CaseTrace, trace_case
from fanzha.services.desk.traced_accounts import RECEIPT_PATH
from fanzha.services.trace_money import account_named
from fanzha.tracing.runs import RunOrigin


@dataclass(frozen=True, slots=True)
class FollowOn:
    """An onward transfer, what of it each method traces, and the stop that was drafted for it."""

    measure: str  # whose receipt said it
    onward: OnwardTransfer
    choice: AmountChoice | None
    draft: Measure | None  # None: nothing of it is traced, or the kind of measure has no follow-on
    new: bool


@dataclass(frozen=True, slots=True)
class MoneyFollowed:
    """The trace as it stands with the receipts, and the stops that follow the money."""

    trace: CaseTrace
    follow_ons: tuple[FollowOn, ...]

    @property
    def drafted(self) -> tuple[Measure, ...]:
        """The stops that were drafted now."""
        return tuple(each.draft for each in self.follow_ons if each.new and each.draft is not None)


@dataclass(frozen=True, slots=True)
class _Told:
    """A receipt that says something of money, and the measure that it answers."""

    measure: Measure
    receipt: Receipt


def follow_money(desk: Desk, books: Books, actor: Actor, case_id: str) -> MoneyFollowed:
    """Takes every receipt of the case that says a balance or an onward transfer into the ledger, traces, and drafts.

    All of it is done once, however often it is called, by an officer or by the machine as a receipt comes in.

    Raises NotFound, NotAllowed when the actor may not trace the case.
    """
    told = bring_in_receipts(desk, books, actor, case_id)
    trace = trace_case(desk, books, actor, case_id)
    found: list[FollowOn] = []
    stored, flows = books.ledger(), _Flows.of(trace.document)
    with acting(desk, actor, "money.follow", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.TRACE)
        work.unit.hold(f"drafts of {case_id}")
        amounts = amounts_of(work, books.trace_rules, case, Purpose.STOP) if told else None
        for each in told:
            found += [
                _follow(work, case, _Found(each, onward, trace, flows, books, stored, amounts))
                for onward in each.receipt.onward
            ]
    return MoneyFollowed(trace, tuple(found))


def bring_in_receipts(desk: Desk, books: Books, actor: Actor, case_id: str) -> tuple[_Told, ...]:
    """The receipts of a case that speak of money, each in the ledger as far as no statement says the same."""
    with looking(desk, actor, "money.follow", Subject("case", case_id)) as look:
        case = look.load(Case, case_id, Action.TRACE)
        told, origins = _receipts(look, case), origins_of(look, case)
        corrected = tuple(measure for measure in _measures(look, case) if measure.corrections)
    drop_corrected(books, corrected)
    stored = books.ledger()
    files = [file.file for each in told if (file := _file(stored, each, origins)) is not None]
    # What a receipt says gives way where a statement of the account covers a part of its time by now.
    outdone = receipts_outdone(stored).difference(file.sha256 for file in files)
    take_in(books, files, outdone, "账户流水已到")
    return told


def drop_corrected(books: Books, corrected: Sequence[Measure]) -> None:
    """Takes rows out of the ledger that a receipt brought which was put right since.

    corrected: measures with such receipts.
    """
    stored = books.facts.ledger() if corrected else None
    if stored is None:
        return
    stands = {path_of_receipt(measure, receipt) for measure in corrected for receipt in measure.receipts}
    theirs = tuple(f"{RECEIPT_PATH}{measure.id}/" for measure in corrected)
    gone = [
        sha256
        for path, sha256 in zip(stored.assembly.sources.paths, stored.assembly.sources.sha256s, strict=True)
        if path.startswith(theirs) and path not in stands
    ]
    take_in(books, (), gone, "回执已更正")


def _measures(look: Look, case: Case) -> tuple[Measure, ...]:
    return tuple(every(look.unit.records(Measure), Query(equals={"case_id": case.id}, order_by="drafted_us")))


def _receipts(look: Look, case: Case) -> tuple[_Told, ...]:
    return tuple(
        _Told(measure, receipt)
        for measure in _measures(look, case)
        if not measure.request.questions
        for receipt in measure.receipts
        if says_of_money(measure, receipt)
    )


def _file(stored: StoredLedger, told: _Told, origins: Sequence[RunOrigin]) -> ReceiptFile | None:
    account = plain_identifier(told.measure.target.reference)
    return file_of_receipt(told.measure, told.receipt, origins, told_periods(stored, account))


@dataclass(frozen=True, slots=True)
class _Found:
    told: _Told
    onward: OnwardTransfer
    trace: CaseTrace
    flows: _Flows
    books: Books
    stored: StoredLedger
    amounts: CaseAmounts | None


def _follow(work: Work, case: Case, found: _Found) -> FollowOn:
    measure, onward = found.told.measure, found.onward
    choice = _traced(work, case, found)
    if choice is None or not choice.amount_minor:
        return FollowOn(measure.id, onward, choice, None, new=False)
    request = follow_on_request(
        measure, onward, choice.amount_minor, found.told.receipt, work.rules.measures, work.now_us
    )
    if request is None:
        return FollowOn(measure.id, onward, choice, None, new=False)
    account = plain_identifier(onward.account)
    records = work.unit.records(Measure)
    tellers = tuple(every(records, Query(equals={"account": measure.target.reference})))
    on_account = tuple(every(records, Query(equals={"account": request.target.reference})))
    of_case = tuple(each for each in on_account if each.request.case == case.id)
    there = (
        follows_already(on_account, request, {each.id for each in tellers})
        or closes_account(work, of_case)
        or stopped_since(of_case, onward.time_us, _first_told_us(tellers, found), work.rules.measures)
    )
    if there is not None:
        return FollowOn(measure.id, onward, choice, there, new=False)
    left_minor = _left_to_stop(found, account, choice.amount_minor, on_account)
    drafted = follow_on_draft(on_account, case.id, request.scope.currency)
    if left_minor <= 0:
        return FollowOn(measure.id, onward, choice, drafted, new=False)
    if drafted is not None:
        more = grow_follow_on(drafted, min(left_minor, choice.amount_minor), measure, work.actor, work.now_us)
        return FollowOn(measure.id, onward, choice, keep_measure(work, more), new=False)
    fact = _fact(work, found, account)
    if fact is not None and request.fact is not None:
        request = replace(request, fact=replace(request.fact, evidence=fact.id, checked_by=fact.verified_by))
    request = replace(request, scope=replace(request.scope, amount_minor=left_minor, traced_minor=left_minor))
    change = draft_follow_on(measure, request, work.actor, work.rules.measures, work.now_us, work.ids)
    return FollowOn(measure.id, onward, choice, keep_measure(work, change, new=True), new=True)


def _first_told_us(tellers: Sequence[Measure], found: _Found) -> int:
    """When the first answer that tells of the payment came in; later ones may repeat it."""
    told = [
        receipt.arrived_us
        for measure in tellers
        for receipt in measure.receipts
        if any(_is_onward(each, found.onward) for each in receipt.onward)
    ]
    return min(told, default=found.told.receipt.arrived_us)


def _is_onward(one: OnwardTransfer, other: OnwardTransfer) -> bool:
    same = (one.amount_minor, one.time_us) == (other.amount_minor, other.time_us)
    return same and plain_identifier(one.account) == plain_identifier(other.account)


def _left_to_stop(found: _Found, account: str, told_minor: int, on_account: Sequence[Measure]) -> int:
    """What of the account's traced money no stop takes yet, by the purpose's method and after the receipt's rows.

    Every payment that went there counts, and what went on from there does not. told_minor: what of the one payment is
    traced, for an account that is in no trace by itself.
    """
    currency = found.told.measure.request.scope.currency
    places = () if found.amounts is None else found.amounts.accounts
    here = [each for each in places if each.account.is_called(account) and each.account.currency == currency]
    if not here:
        return told_minor
    worded = sum(
        each.request.scope.amount_minor or 0
        for each in on_account
        if each.kind is MeasureKind.STOP_PAYMENT
        and each.status in WORDED
        and (each.request.case, each.request.scope.currency) == (found.trace.run.case, currency)
    )
    return amount_minor(here[0]) - worded


def _traced(work: Work, case: Case, found: _Found) -> AmountChoice | None:
    """What of the onward transfer is traced money, by every method that may say how much of a stop."""
    rule = work.rules.purposes.of(Purpose.STOP, work.now_us)
    working = None if case.working_method is None else case.working_method.method
    onward, currency = found.onward, found.told.measure.request.scope.currency
    ends = _named(found.stored, found.told.measure.target.reference), _named(found.stored, onward.account)
    by_method: dict[str, int] = {}
    for key, part in found.trace.document["methods"].items():
        name = key.partition("@")[0]
        if name in rule.methods and part["currency"] == currency:
            between = found.flows.between(key, *ends)
            by_method[name] = sum(
                parse_minor(each["traced"], exponent_of(currency)) for each in between if _is_it(each, found)
            )
    return choose_amount(rule, by_method, working) if by_method else None


@dataclass(frozen=True, slots=True)
class _Flows:
    """The flows of a trace by method and by the accounts between which they went."""

    by_ends: Mapping[tuple[str, str, str], Sequence[Mapping[str, Any]]]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> _Flows:
        """Those of a trace's document."""
        found: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
        for key, part in document["methods"].items():
            for flow in part["flows"]:
                found.setdefault((key, flow["payer"], flow["payee"]), []).append(flow)
        return cls(found)

    def between(self, key: str, payer: str, payee: str) -> Sequence[Mapping[str, Any]]:
        """What went from one account to another, by one method."""
        return self.by_ends.get((key, payer, payee), ())


def _is_it(flow: Mapping[str, Any], found: _Found) -> bool:
    onward, currency = found.onward, found.told.measure.request.scope.currency
    apart_us = abs(parse_instant(flow["at"]) - onward.time_us)
    return bool(
        apart_us <= found.books.trace_rules.origin_tolerance_us
        and parse_minor(flow["amount"], exponent_of(currency)) == onward.amount_minor
    )


def _named(stored: StoredLedger, number: str) -> str:
    return account_named(stored, number) or plain_identifier(number)


def _fact(work: Work, found: _Found, account: str) -> Fact | None:
    """The fact by the bank's receipt; None where the measure rests on no record of a fact that it could follow."""
    before = found.told.measure.request.fact
    known = _get_fact(work, found.told.measure.fact_id)
    file = file_of_receipt(found.told.measure, found.told.receipt, found.trace.run.origins)
    if known is None or before is None or file is None:
        return None
    sha256 = found.books.evidence.put(file.file.content, file.file.path)
    document = Document(DocumentKind.BANK_RECEIPT, sha256, str(file.row_of[found.onward]))
    for each in every(work.unit.records(Fact), Query(equals={"account": account})):
        if each.withdrawn_at_us is None and any(check.document == document for check in each.checks):
            return each
    onward = found.onward
    fields = VerifiedFields(
        onward.holder, account, onward.institution, onward.amount_minor, onward.time_us,
        found.told.measure.request.scope.currency,
    )  # fmt: skip
    try:
        clue, fact, events = follow_on_fact(
            work.unit.records(Clue).get(known.clue), fields, checks_by(work.actor, document, work.now_us),
            work.rules.casework.fact, work.actor, work.now_us, work.ids, hop=max(before.hop + 1, FOLLOW_ON_HOP),
            latest_us=work.latest_us,
        )  # fmt: skip
    except NotAllowed:
        return None  # the bank left one of the four fields out: the stop is drafted, and cannot be proposed without
    fact = work.unit.records(Fact).add(fact)
    keep_clue(work, clue, ())
    tell(work, events, "fact")
    return fact


def _get_fact(work: Work, fact_id: str) -> Fact | None:
    try:
        return work.unit.records(Fact).get(fact_id) if fact_id else None
    except NotFound:
        return None
