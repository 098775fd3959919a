"""A traced case, its amounts, its queries and what follows the money as documents, accounts shown through a mask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.measures.orders import Question
from fanzha.services.desk.amounts import AccountAmount, CaseAmounts
from fanzha.services.desk.answer_query import OpenQuery, QueryAnswered
from fanzha.services.desk.draft_stops import StopsDrafted
from fanzha.services.desk.follow_money import FollowOn
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.trace_case import CaseTrace
from fanzha.tracing.runs import RunOrigin, RunQuestion

Document = dict[str, Any]
# As the trace writes them; between blanks, so that no part of an account's number can be taken for one.
_TIME_OR_AMOUNT = re.compile(
    r"(?<!\S)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[+-]\d\d:\d\d|Z)|\d{1,13}\.\d\d)(?=[\s,;:)]|\.?(?:\s|$))"
)


def case_trace_document(trace: CaseTrace, mask: Mask) -> Document:
    """The trace document as `trace` without a case gives it, with the case, the run, and what changed since the last."""
    run = trace.run
    return {
        **masked_trace(trace.document, mask),
        "case": run.case,
        "run": run.id,
        "run_is_new": trace.new,
        "origins": [_origin(origin, mask) for origin in run.origins],
        "questions": [question_document(question, mask) for question in run.questions],
        "changes": None if trace.changes is None else _masked(trace.changes, mask),
    }


def masked_trace(document: Mapping[str, Any], mask: Mask) -> Document:
    """A trace document with its accounts behind the mask; labels of a case's victims are reports' ids."""
    shown: Document = _masked(document, mask)
    parameters = dict(shown["parameters"])
    parameters["origins"] = [
        {**origin, "from": mask.account(origin["from"]), "to": mask.account(origin["to"] or "")}
        for origin in parameters["origins"]
    ]
    return {
        **shown,
        "parameters": parameters,
        "warnings": [masked_warning(text, mask) for text in document["warnings"]],
    }


def masked_warning(text: str, mask: Mask) -> str:
    """A warning with its numbers and names behind the mask, its times and amounts as they are."""
    parts = _TIME_OR_AMOUNT.split(text)
    return "".join(part if place % 2 else mask.text(part) for place, part in enumerate(parts))


def _masked(part: Any, mask: Mask) -> Any:
    if mask.lifted:
        return dict(part)
    if isinstance(part, Mapping):
        return {
            name: mask.account(value)
            if name in {"account", "payer", "payee"} and isinstance(value, str)
            else _masked(value, mask)
            for name, value in part.items()
        }
    return [_masked(each, mask) for each in part] if isinstance(part, list) else part


def _origin(origin: RunOrigin, mask: Mask) -> Document:
    return {
        "label": origin.label,
        "victim": mask.name(origin.victim),
        "report": origin.report,
        "fact": origin.fact,
        "payer": mask.account(origin.payer),
        "payee": mask.account(origin.payee),
        "institution": origin.institution,
        "at": format_instant(origin.at_us),
        "amount": _money(origin.amount_minor, origin.currency),
        "currency": origin.currency,
    }


def question_document(question: RunQuestion, mask: Mask) -> Document:
    """Whose statement would tell more."""
    return {
        "account": mask.account(question.account),
        "institution": question.institution,
        "holder_name": mask.name(question.holder),
        "from": format_instant(question.from_us),
        "until": format_instant(question.until_us),
        "reason": question.reason,
        "traced": _money(question.traced_minor, question.currency),
        "currency": question.currency,
    }


def amounts_document(amounts: CaseAmounts, mask: Mask) -> Document:
    """How much for a purpose, account by account, every method's amount beside the one that decides."""
    return {
        "case": amounts.run.case,
        "run": amounts.run.id,
        "purpose": amounts.purpose,
        "accounts": [amount_document(each, mask) for each in amounts.accounts],
    }


def amount_document(each: AccountAmount, mask: Mask) -> Document:
    """How much on one account; null: not known."""
    account, choice = each.account, each.choice
    currency = account.currency
    return {
        "account": mask.account(account.account),
        "institution": account.institution,
        "holder_name": mask.name(account.holder),
        "hop": account.hop,
        "currency": currency,
        "method": choice.method,
        "amount": _money(choice.amount_minor, currency),
        "by_method": {name: _money(minor, currency) for name, minor in choice.by_method.items()},
        "disagree": choice.disagree,
        "spread": _money(choice.spread_minor, currency),
        "bound": _money(each.bound_minor, currency),
        "balance": None if each.balance_minor is None else _money(each.balance_minor, currency),
        "shortfall": _money(each.shortfall_minor, currency),
        "stoppable": None if each.stoppable_minor is None else _money(each.stoppable_minor, currency),
        "asked": _money(each.asked_minor, currency),
        "why_unknown": each.why_unknown,
        "measures": list(each.measures),
        "arrived_at": None if account.arrived_us is None else format_instant(account.arrived_us),
    }


def stops_document(stops: StopsDrafted, mask: Mask) -> Document:
    """The drafts, and what was left out with its reason."""
    return {
        "drafted": [
            {"measure": measure.id, "fact": _fact(measure.request.fact), **amount_document(each, mask)}
            for each, measure in stops.drafted
        ],
        "left_out": [{**amount_document(each, mask), "reason": mask.text(why)} for each, why in stops.left_out],
    }


def _fact(fact: Any) -> str:
    return "" if fact is None else fact.evidence


def follow_on_document(each: FollowOn, mask: Mask) -> Document:
    """An onward transfer that an institution told, and the stop that follows it."""
    onward = each.onward
    return {
        "after": each.measure,
        "account": mask.account(onward.account),
        "holder_name": mask.name(onward.holder),
        "institution": onward.institution,
        "amount": format_minor(onward.amount_minor),
        "at": format_instant(onward.time_us),
        "traced": "0.00" if each.choice is None else format_minor(each.choice.amount_minor),
        "method": "" if each.choice is None else each.choice.method,
        "measure": "" if each.draft is None else each.draft.id,
        "new": each.new,
    }


def open_query_document(query: OpenQuery, mask: Mask) -> Document:
    """A query and what of it is open."""
    measure = query.measure
    return {
        "query": measure.id,
        "status": measure.status,
        "case": measure.request.case,
        "institution": measure.target.institution,
        "document": measure.request.document,
        "order": measure.orders[0].id if measure.orders else "",
        "questions": [_question(question, mask) for question in query.questions],
    }


def _question(question: Question, mask: Mask) -> Document:
    traced = question.traced_minor
    return {
        "account": mask.account(question.account),
        "holder_name": mask.name(question.holder),
        "from": format_instant(question.from_us),
        "until": format_instant(question.until_us),
        "traced": None if traced is None else format_minor(traced),
    }


def answered_document(told: QueryAnswered, mask: Mask) -> Document:
    """What an answer brought."""
    return {
        "files": [_file(file, mask) for file in told.files],
        "answered": [
            {
                "query": measure.id,
                "status": measure.status,
                "receipt": measure.receipts[-1].id,
                "questions": len({answer.account for answer in measure.receipts[-1].answered}),
            }
            for measure in told.answered
        ],
        "not_needed": list(told.not_needed),
        "not_sent": list(told.not_sent),
        "unasked": [
            {
                "path": each.path,
                "account": mask.account(each.account),
                "institution": each.institution,
                "rows": each.rows,
                "elsewhere": each.elsewhere,
            }
            for each in told.unasked
        ],
        "still_open": [open_query_document(query, mask) for query in told.still_open],
        "traces": [
            {"case": trace.run.case, "run": trace.run.id, "new": trace.new, "result_hash": trace.run.result_hash}
            for trace in told.traces
        ],
    }


def _file(file: Mapping[str, Any], mask: Mask) -> Document:
    """A file of the Ingest document; of its rows put aside it tells no more than the ends of numbers already."""
    shown: Document = _masked(file, mask)
    for asked in ("answered_nothing", "not_answered"):
        if asked in file:
            shown[asked] = [mask.account(account) for account in file[asked]]
    return shown


def _money(minor: int, currency: str) -> str:
    return format_minor(minor, exponent_of(currency))
