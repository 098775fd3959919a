"""Which stop or query of a case to send next, and to whom: proposals by expected recoverable money, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotFound
from fanzha.core.money import parse_minor
from fanzha.core.time import parse_instant
from fanzha.measures.interception import Candidate, Planner, Proposal, Stay, StayCurve, learn_stays
from fanzha.measures.interception_rules import BankBelief
from fanzha.measures.lifecycle import ENDED, OPEN
from fanzha.measures.model import Measure, MeasureKind, effective_status
from fanzha.measures.orders import Outcome, Verb
from fanzha.measures.purposes import Purpose
from fanzha.ports.record_query import LIMIT_MAX, Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.books import Books
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.trace_case import document_of, need_run
from fanzha.tracing.runs import RunAccount, RunQuestion, TraceRun

HOLDS_OR_ASKS = frozenset({MeasureKind.STOP_PAYMENT, MeasureKind.FREEZE, MeasureKind.QUERY})
ANSWERS_READ = 500  # of a bank, the latest


@dataclass(frozen=True, slots=True)
class InterceptionPlan:
    """The best step for each account, the best first, and what it was learnt from."""

    proposals: tuple[Proposal, ...]
    curve: StayCurve
    cases_learnt: int
    run: TraceRun


@dataclass(frozen=True, slots=True)
class _Bank:
    """What a bank's own answers say of it, and the belief where they are too few."""

    stop_takes_us: int
    query_takes_us: int
    refused: float


def plan_interception(desk: Desk, books: Books, actor: Actor, case_id: str) -> InterceptionPlan:
    """What to send next in a case, by its latest trace; nothing is drafted and nothing is sent.

    Accounts on which a measure of the case stands or waits, and queries not answered yet, are left out. How long money
    stays is learnt from the latest cases of the actor's body whose orders are all over.
    Raises NotFound where the case was never traced, NotAllowed.
    """
    with looking(desk, actor, "case.plan", Subject("case", case_id)) as look:
        case = look.load(Case, case_id, Action.TRACE)
        run = need_run(look, case.id)
        now_us = look.now_us
        rules = desk.rules.interception
        belief, rule = rules.bank(now_us), rules.planner(now_us)
        busy = _busy(look, case.id)
        methods = desk.rules.purposes.of(Purpose.STOP, now_us).methods
        institutions = {account.institution for account in run.accounts} | {
            asked.institution for asked in run.questions
        }
        banks = {name: _bank(look, name, belief) for name in sorted(institutions)}
        learnt = _closed_runs(look, case, rule.learn_from_cases)
    candidates = tuple(_candidates(desk, run, busy, methods, banks, belief))
    stays, onward = _stays(books, learnt)
    curve = learn_stays(stays, onward)
    proposals = Planner(curve, rule.price, rule.look_ahead).propose(candidates, now_us)
    return InterceptionPlan(proposals, curve, len(learnt), run)


def _busy(look: Look, case_id: str) -> Mapping[str, frozenset[MeasureKind]]:
    """By account: what is drafted, waits, was sent or stands."""
    found: dict[str, set[MeasureKind]] = {}
    for measure in every(look.unit.records(Measure), Query(equals={"case_id": case_id})):
        if measure.kind in HOLDS_OR_ASKS and effective_status(measure, look.now_us) in OPEN:
            accounts = [question.account for question in measure.request.questions] or [measure.target.reference]
            for account in accounts:
                found.setdefault(account, set()).add(measure.kind)
    return {account: frozenset(kinds) for account, kinds in found.items()}


def _candidates(
    desk: Desk, run: TraceRun, busy: Mapping[str, frozenset[MeasureKind]], methods: Sequence[str],
    banks: Mapping[str, _Bank], belief: BankBelief,
) -> Iterator[Candidate]:  # fmt: skip
    seen: set[str] = set()
    for account in run.accounts:
        stoppable = [held.stoppable_minor or 0 for held in account.held if held.method in methods]
        if max(stoppable, default=0) > 0 and not _is_busy(account, busy):
            seen.add(account.account)
            arrived_us = account.arrived_us if account.arrived_us is not None else run.at_us
            until_us = account.known_until_us if account.known_until_us is not None else arrived_us
            bank = banks[account.institution]
            yield Candidate(
                account.account, account.institution, max(stoppable), arrived_us, max(until_us, arrived_us),
                _others_minor(desk, account, max(stoppable), belief), bank.stop_takes_us, bank.query_takes_us, bank.refused,
            )  # fmt: skip
    for question in run.questions:
        if question.account not in seen and question.traced_minor > 0 and question.account not in busy:
            seen.add(question.account)
            yield _of_question(question, banks[question.institution], belief)


def _of_question(question: RunQuestion, bank: _Bank, belief: BankBelief) -> Candidate:
    return Candidate(
        question.account, question.institution, question.traced_minor, question.from_us, question.from_us,
        belief.others_minor, bank.stop_takes_us, bank.query_takes_us, bank.refused,
    )  # fmt: skip


def _is_busy(account: RunAccount, busy: Mapping[str, frozenset[MeasureKind]]) -> bool:
    return any(account.is_called(number) for number in busy)


def _others_minor(desk: Desk, account: RunAccount, traced_minor: int, belief: BankBelief) -> int:
    """What a stop would hold besides: by the last balance that a row states, else what is believed."""
    if desk.account_facts is None:
        return belief.others_minor
    facts = desk.account_facts.facts_about(account.account, account.holder, account.currency, desk.clock.now_us())
    return belief.others_minor if facts.balance_minor is None else max(facts.balance_minor - traced_minor, 0)


def _bank(look: Look, institution: str, belief: BankBelief) -> _Bank:
    """The middle of how long its latest answers took, and how often it refused."""
    records = look.unit.records(Measure)
    query = Query(
        equals={"institution": institution}, order_by="due_us", descending=True, limit=min(ANSWERS_READ, LIMIT_MAX)
    )
    stops, queries, refused = [], [], 0
    for measure in records.find(query).rows:
        sent = {order.id: order.sent_us for order in measure.orders if order.verb is Verb.BEGIN and order.sent_us}
        for receipt in measure.receipts:
            sent_us = sent.get(receipt.order)
            if sent_us is None or receipt.outcome is Outcome.RECEIVED:
                continue
            if measure.kind is MeasureKind.QUERY:
                queries.append(receipt.answered_us - sent_us)
            elif measure.kind is MeasureKind.STOP_PAYMENT:
                stops.append(receipt.answered_us - sent_us)
                refused += receipt.outcome is Outcome.REFUSED
    return _Bank(
        int(median(stops)) if len(stops) >= belief.answers_least else belief.stop_takes_us,
        int(median(queries)) if len(queries) >= belief.answers_least else belief.query_takes_us,
        refused / len(stops) if len(stops) >= belief.answers_least else belief.refused,
    )


def _closed_runs(look: Look, case: Case, most: int) -> tuple[TraceRun, ...]:
    """The latest runs of other cases of the body all of whose measures are over."""
    query = Query(equals={"organisation": case.organisation}, order_by="at_us", descending=True, limit=LIMIT_MAX)
    found: dict[str, TraceRun] = {}
    for run in look.unit.records(TraceRun).find(query).rows:
        if run.case != case.id:
            found.setdefault(run.case, run)
    return tuple(islice((run for run in found.values() if _is_over(look, run.case)), most))


def _is_over(look: Look, case_id: str) -> bool:
    measures = every(look.unit.records(Measure), Query(equals={"case_id": case_id}))
    return all(effective_status(measure, look.now_us) in ENDED for measure in measures)


def _stays(books: Books, runs: Iterable[TraceRun]) -> tuple[tuple[Stay, ...], float]:
    """How long money stayed on each account of these cases, and the share of what left that went to another account."""
    stays: list[Stay] = []
    onward = out = 0
    for run in runs:
        try:
            document = document_of(books, run)
        except (NotFound, BadInput):
            continue  # its document is lost; verify says so
        if "fifo" in document["methods"]:
            found, went_on, left = _stays_in(document["methods"]["fifo"])
            stays += found
            onward, out = onward + went_on, out + left
    return tuple(stays), onward / out if out else 0.5


def _stays_in(findings: Mapping[str, Any]) -> tuple[list[Stay], int, int]:
    """Of one trace, first in first out: each payment out takes the money that came to the account before it."""
    came: dict[str, list[list[int]]] = {}
    exits = {end["transfer"] for end in findings["exits"]}
    moved = [
        (parse_instant(flow["at"]), 0, flow["payer"], flow["payee"], parse_minor(flow["traced"]))
        for flow in findings["flows"]
        if flow["transfer"] not in exits
    ]
    moved += [
        (parse_instant(end["at"]), 1, end["account"], "", parse_minor(end["traced"]))
        for end in findings["exits"]
        if end["at"]
    ]
    stays: list[Stay] = []
    onward = out = 0
    for at_us, is_exit, payer, payee, traced in sorted(moved):
        left = traced
        lots = came.get(payer, [])
        while left > 0 and lots:
            part = min(left, lots[0][1])
            stays.append(Stay(part, at_us - lots[0][0], left=True))
            out, onward = out + part, onward + (0 if is_exit else part)
            lots[0][1] -= part
            left -= part
            if lots[0][1] == 0:
                lots.pop(0)
        if not is_exit:
            came.setdefault(payee, []).append([at_us, traced])
    last_us = max((at_us for at_us, *_ in moved), default=0)
    stays += [Stay(rest, last_us - at_us, left=False) for lots in came.values() for at_us, rest in lots]
    return stays, onward, out
