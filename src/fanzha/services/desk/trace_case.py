"""A case is traced: from its first-hop facts through the home's ledger, by every method, and the run is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from fanzha.access import Action
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed, NotFound, Refused
from fanzha.core.identifiers import plain_identifier
from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.measures.model import Measure, TargetKind
from fanzha.ports.fact_store import StoredLedger
from fanzha.ports.record_query import Query
from fanzha.services.compare_traces import compare_traces
from fanzha.services.desk.acting import Look, acting, looking
from fanzha.services.desk.books import Books
from fanzha.services.desk.case_origins import facts_of, origins_of
from fanzha.services.desk.case_returns import returned_rows
from fanzha.services.desk.listing import every
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.reestimate_from_trace import reestimate_from_trace
from fanzha.services.desk.traced_accounts import CalledAccount, Named, accounts_of, questions_of, totals_of
from fanzha.services.trace_money import ReportedPayment, TraceRequest, TraceRules, pockets_named, trace_money
from fanzha.tracing.origins import Claim, find_payment
from fanzha.tracing.runs import DEFAULT_METHOD, RunOrigin, TraceRun


@dataclass(frozen=True, slots=True)
class CaseTrace:
    """The run, its whole document, and what changed since the run before (None where there was none, or it is lost)."""

    run: TraceRun
    document: dict[str, Any]
    changes: dict[str, Any] | None
    new: bool  # False: the same question on the same ledger gave the same answer, and the former run stands


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be traced."""

    origins: tuple[RunOrigin, ...]
    former: TraceRun | None
    measures: tuple[Measure, ...]  # of the case
    called: tuple[CalledAccount, ...]  # accounts as facts and measures of the case call them


def trace_case(
    desk: Desk, books: Books, actor: Actor, case_id: str, *, nested: Sequence[str] | None = None
) -> CaseTrace:
    """Traces the money of a case's victims, and keeps the run with what it found.

    A payment to which no row answers yet is in the trace as a question. `nested`: labels whose payer is a relay and no
    victim; None: as in the run before.

    Raises NotFound, NotAllowed when the actor may not trace the case or no payment of it is a fact yet, BadInput when
    `nested` names no label.
    """
    with looking(desk, actor, "case.trace", Subject("case", case_id)) as look:
        asked = _asked(look, look.load(Case, case_id, Action.TRACE))
    relays = tuple(sorted(set(nested if nested is not None else asked.former.nested if asked.former else ())))
    stored = books.ledger()
    origins = tuple(_with_payer(stored, origin, books.trace_rules) for origin in asked.origins)
    request = replace(_request(origins, relays), returned=returned_rows(stored, asked.measures))
    document = _traced(desk, stored, request, books)
    changes = None
    if asked.former is not None and books.evidence.has(asked.former.document):
        changes = compare_traces(document_of(books, asked.former), document)
    if asked.former is not None and _same(asked.former, origins, document):
        run, new = asked.former, False
    else:
        named = Named(stored, asked.called, origins)
        run, new = _keep(desk, books, actor, case_id, _Found(origins, relays, document, named)), True
    return CaseTrace(run, document, changes, new)


def _traced(desk: Desk, stored: StoredLedger, request: TraceRequest, books: Books) -> dict[str, Any]:
    try:
        return trace_money(stored, request, books.trace_rules)
    except Refused as refusal:  # it names rows of the ledger with their numbers: nobody has lifted a mask here
        raise Refused(Mask(desk.rules.access.masks).text(str(refusal))) from None


def last_run(look: Look, case_id: str) -> TraceRun | None:
    """The latest run of a case; None where it was never traced."""
    runs = look.unit.records(TraceRun)
    found = runs.find(Query(equals={"case_id": case_id}, order_by="at_us", descending=True, limit=1)).rows
    return found[0] if found else None


def need_run(look: Look, case_id: str) -> TraceRun:
    """The latest run. Raises NotFound where the case was never traced."""
    run = last_run(look, case_id)
    if run is None:
        raise NotFound(f"{case_id} was never traced; run: fanzha trace --case {case_id}")
    return run


def document_of(books: Books, run: TraceRun) -> dict[str, Any]:
    """The whole document of a run. Raises NotFound, BadInput when it is gone or damaged."""
    document: dict[str, Any] = msgspec.json.decode(books.evidence.get(run.document))
    return document


def _asked(look: Look, case: Case) -> _Asked:
    facts = facts_of(look, case)
    origins = origins_of(look, case)
    if not origins:
        raise NotAllowed(
            "trace.fact",
            f"no payment of {case.id} is a fact yet: verify a clue (户名, 账号, 金额, 时间), then trace from it",
        )
    called = {}
    for _, fact in facts:
        fields = fact.fields
        called[plain_identifier(fields.account), fields.holder_name] = fields.institution
    measures = tuple(every(look.unit.records(Measure), Query(equals={"case_id": case.id}, order_by="drafted_us")))
    for measure in measures:
        target = measure.target
        if target.kind is TargetKind.ACCOUNT:
            called.setdefault((plain_identifier(target.reference), target.holder), target.institution)
        for question in measure.request.questions:
            called.setdefault((plain_identifier(question.account), question.holder), target.institution)
    names = tuple(CalledAccount(number, holder, bank) for (number, holder), bank in called.items())
    return _Asked(origins, last_run(look, case.id), measures, names)


def _request(origins: Sequence[RunOrigin], relays: Sequence[str]) -> TraceRequest:
    payments = tuple(
        ReportedPayment(
            origin.label, origin.payer, origin.payee, format_instant(origin.at_us),
            format_minor(origin.amount_minor, exponent_of(origin.currency)), origin.fact,
        )
        for origin in origins
    )  # fmt: skip
    return TraceRequest(payments, nested=tuple(relays), unmatched_asked=True)


def _with_payer(stored: StoredLedger, origin: RunOrigin, rules: TraceRules) -> RunOrigin:
    """Where the report does not say from which account was paid, the one row that answers says it."""
    if origin.payer:
        return origin
    columns = stored.assembly.columns
    payees = pockets_named(stored, origin.payee)
    claim = Claim(range(1, len(columns.pockets)), payees, origin.at_us, origin.at_us, origin.amount_minor)
    found = find_payment(columns, claim, rules.origin_tolerance_us).eids if payees else ()
    if len(found) != 1:
        return origin
    payer = str(columns.pockets.account[int(columns.transfers.payer[found[0]])] or "")
    return replace(origin, payer=payer)


def _same(former: TraceRun, origins: Sequence[RunOrigin], document: dict[str, Any]) -> bool:
    return former.result_hash == document["result_hash"] and former.origins == tuple(origins)


@dataclass(frozen=True, slots=True)
class _Found:
    origins: tuple[RunOrigin, ...]
    nested: tuple[str, ...]
    document: dict[str, Any]
    named: Named


def _keep(desk: Desk, books: Books, actor: Actor, case_id: str, found: _Found) -> TraceRun:
    document = found.document
    sha256 = books.evidence.put(msgspec.json.encode(document), f"trace of {case_id}.json")
    with acting(desk, actor, "case.trace", Subject("case", case_id)) as work:
        case = work.load(Case, case_id, Action.TRACE)
        before = last_run(work, case.id)
        run = TraceRun(
            id=work.ids.new("RUN"),
            version=0,
            organisation=case.organisation,
            case=case.id,
            # Runs of one instant are told apart: the last one is the one that counts.
            at_us=work.now_us if before is None else max(work.now_us, before.at_us + 1),
            by=actor.id,
            ledger_digest=document["ledger"]["digest"],
            result_hash=document["result_hash"],
            document=sha256,
            origins=found.origins,
            nested=found.nested,
            totals=totals_of(document),
            accounts=accounts_of(found.named, document),
            questions=questions_of(found.named, document),
            warnings=tuple(document["warnings"]),
        )
        run = work.unit.records(TraceRun).add(run)
        method = DEFAULT_METHOD if case.working_method is None else case.working_method.method
        reestimate_from_trace(work, run, document, method)
        said: dict[str, DetailValue] = {
            "run": run.id, "ledger": run.ledger_digest, "result": run.result_hash, "origins": len(run.origins),
        }  # fmt: skip
        subject = Subject("case", case.id)
        work.unit.audit.append(done(actor, work.now_us, "case.trace", subject, case=case.id, details=said))
    return run
