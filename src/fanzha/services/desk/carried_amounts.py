"""What facts and the last trace of a case carry to the account of a stop or a freeze, by the dated rule of its purpose."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from fanzha.casework import Case, Clue, Fact
from fanzha.core.errors import NotFound, Refused
from fanzha.core.identifiers import plain_identifier
from fanzha.measures.carried import PURPOSES, Carried
from fanzha.measures.model import FactCheck, Measure, OriginKind, Request, TargetKind
from fanzha.measures.purposes import AmountChoice, PurposeRule, choose_amount
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look
from fanzha.services.desk.listing import every
from fanzha.services.desk.trace_case import last_run
from fanzha.tracing.runs import RunAccount, TraceRun


def carried_on(look: Look, request: Request, case: Case | None = None) -> Carried | None:
    """The figures beside a request; None where its kind holds no traced money, or it serves no case.

    case: its case, where that was read already.
    """
    purpose, target = PURPOSES.get(request.kind), request.target
    if purpose is None or target.kind is not TargetKind.ACCOUNT or not (target.reference and request.case):
        return None
    case = look.unit.records(Case).get(request.case) if case is None else case
    rule, currency = look.rules.purposes.of(purpose, look.now_us), request.scope.currency
    run = last_run(look, case.id)
    account = None if run is None else _account(run, target.reference, currency)
    names = {plain_identifier(target.reference)} | (set() if account is None else {account.account, *account.also})
    paid = tuple(_paid_in(look, case, request, names))
    choice = None if account is None else _choice(account, rule, case)
    return Carried(
        purpose,
        rule,
        currency,
        facts_minor=sum(each.minor for each in paid) if paid else None,
        newer_minor=0 if run is None else sum(each.minor for each in paid if each.is_news_to(run)),
        method="" if choice is None else choice.method,
        method_minor=None if choice is None else choice.amount_minor,
        by_method={} if choice is None else choice.by_method,
        unknown_minor=0 if run is None else _unknown(run, names, currency),
        run="" if run is None else run.id,
        traced_us=None if run is None else run.at_us,
        before_minor=_before(look, request),
        known_until_us=None if account is None else account.known_until_us,
        hop=None if account is None else account.hop,
    )


@dataclass(frozen=True, slots=True)
class _PaidIn:
    """A payment into the account that is a fact."""

    fact: str
    hop: int
    minor: int
    checked_us: int

    def is_news_to(self, run: TraceRun) -> bool:
        """Whether a victim's payment was verified after the trace; what came further on, only a trace can tell."""
        return self.hop == 1 and self.checked_us > run.at_us and self.fact not in {one.fact for one in run.origins}


def _paid_in(look: Look, case: Case, request: Request, names: Collection[str]) -> Iterator[_PaidIn]:
    """Each payment once, however often it was verified; the request's own too, where it is kept elsewhere."""
    known: set[tuple[str, int, int]] = set()
    ids: set[str] = set()
    for fact in _facts(look, case, names):
        fields = fact.fields
        if fields.currency != request.scope.currency:
            continue
        ids.add(fact.id)
        payment = fact.clue, fields.amount_minor, fields.at_us
        if payment not in known:
            known.add(payment)
            yield _PaidIn(fact.id, fact.hop, fields.amount_minor, fact.verified_at_us)
    own = request.fact
    if own is not None and own.evidence not in ids and not _is_withdrawn(look, own):
        yield _PaidIn(own.evidence, own.hop, own.fields.amount_minor, own.checked_us)


def _facts(look: Look, case: Case, names: Collection[str]) -> Iterator[Fact]:
    """The facts of the case on the account that were not withdrawn."""
    records = look.unit.records(Fact)
    found = [fact for name in names for fact in every(records, Query(equals={"account": name}))]
    standing = [fact for fact in found if fact.withdrawn_at_us is None]
    clues = look.unit.records(Clue).get_many({fact.clue for fact in standing})
    own = {clue.id for clue in clues if clue.case == case.id}
    return (fact for fact in standing if fact.clue in own)


def _is_withdrawn(look: Look, own: FactCheck) -> bool:
    try:
        return look.unit.records(Fact).get(own.evidence).withdrawn_at_us is not None
    except NotFound:
        return False  # a bank's receipt, which is kept elsewhere


def _account(run: TraceRun, number: str, currency: str) -> RunAccount | None:
    plain = plain_identifier(number)
    return next((one for one in run.accounts if one.currency == currency and one.is_called(plain)), None)


def _choice(account: RunAccount, rule: PurposeRule, case: Case) -> AmountChoice | None:
    working = None if case.working_method is None else case.working_method.method
    try:
        return choose_amount(rule, {held.method: held.held_minor for held in account.held}, working)
    except Refused:
        return None  # the method that decides was not run


def _unknown(run: TraceRun, names: Collection[str], currency: str) -> int:
    asked = (one for one in run.questions if one.currency == currency and one.account in names)
    return sum(one.traced_minor for one in asked)


def _before(look: Look, request: Request) -> int | None:
    origin = request.origin
    if origin is None or origin.kind is not OriginKind.CONVERSION:
        return None
    return look.unit.records(Measure).get(origin.id).request.scope.traced_minor
