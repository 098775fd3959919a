"""Everything that stands against a request: what the law forbids, and what it allows only with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fanzha.core.money import format_minor
from fanzha.core.reasons import REASON_LENGTH_MIN
from fanzha.measures.carried import Carried
from fanzha.measures.guard import AccountView, holds_whole, weigh
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import (
    Measure,
    MeasureKind,
    OriginKind,
    Request,
    Target,
    TargetKind,
    effective_status,
    stands,
)
from fanzha.measures.rules import Counts, KindRules, LimitRule, MeasureRules, Need, TermRule
from fanzha.measures.terms import day_of
from fanzha.measures.together import too_long_together
from fanzha.measures.words import FACT_SOURCE_WORDS, KIND_WORDS, TARGET_WORDS

REASON_MIN = REASON_LENGTH_MIN
# Asked for and not turned down; a stop that a bank refused was none.
NEVER_DONE = frozenset({Status.DRAFT, Status.REJECTED, Status.WITHDRAWN, Status.REFUSED})


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands against a request, named by its rule; some give way to a reason."""

    rule: str
    sentence: str
    gives_way: bool = False


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """What a measure needs to know of its case."""

    id: str
    organisation: str
    filing: str = ""  # 立案决定书文号; empty before 立案
    over: str = ""  # how it ended without a prosecution: not filed, withdrawn, referred elsewhere


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand around a target: the case, the other measures on it, what is known of the account."""

    case: CaseStanding | None = None
    others: tuple[Measure, ...] = ()
    account: AccountView | None = None
    by_institution: bool | None = None  # whether a bank or an operator asks, by itself; None: not known
    carried: Carried | None = None  # None: the kind follows no traced money


def obstacles(
    request: Request, rules: MeasureRules, standing: Standing, now_us: int, itself: str = ""
) -> tuple[Obstacle, ...]:
    """All that stands against the request, first what forbids it. `itself`: the id of its measure, once it has one."""
    kind = rules.of(request.kind, now_us)
    found = [
        *_basis(request, kind, standing, now_us),
        *_target(request, kind),
        *_modes(request, kind),
        *_case(request, kind, standing),
        *_papers(request, kind, standing, now_us),
        *_questions(request),
        *_term(request, kind, now_us),
        *_limits(request, kind, standing, now_us, itself),
        *_together(request, kind, standing, now_us, itself),
        *_origin(request, standing, rules, now_us),
        *_carried(request, kind, standing),
        *_queue(request, kind, standing, now_us),
        *_guard(request, kind, rules, standing, now_us),
    ]
    return tuple(sorted(found, key=lambda obstacle: obstacle.gives_way))


def standing_in_the_way(request: Request, found: tuple[Obstacle, ...]) -> Obstacle | None:
    """The first obstacle that no reason of the request overcomes."""
    reasoned = {override.rule for override in request.overrides if len(override.reason.strip()) >= REASON_MIN}
    return next((each for each in found if not (each.gives_way and each.rule in reasoned)), None)


def _basis(request: Request, kind: KindRules, standing: Standing, now_us: int) -> Iterator[Obstacle]:
    basis = request.basis
    if basis is None:
        known_ids = ", ".join(basis.id for basis in kind.bases)
        yield Obstacle("legal_basis", f"{kind.label} needs a legal basis: name its article ({known_ids})")
        return
    known = kind.basis(basis.id)
    if known is None:
        yield Obstacle("legal_basis", f"{basis} is no basis for {kind.label}")
    elif basis != known:
        yield Obstacle("legal_basis", f"{basis} was read in another version than the one in force; choose it again")
    elif known.effective_from > day_of(now_us):
        yield Obstacle("legal_basis", f"{basis} is in force only from {known.effective_from.isoformat()}")
    elif known.id in kind.institutions_bases and standing.by_institution is False:
        others = ", ".join(each.id for each in kind.bases if each.id not in kind.institutions_bases)
        sentence = f"{basis} speaks of what an institution does by itself: name another basis ({others})"
        yield Obstacle("institutions_basis", sentence, gives_way=True)


def _target(request: Request, kind: KindRules) -> Iterator[Obstacle]:
    if request.target.kind not in kind.targets:
        yield Obstacle("target", f"{kind.label} does not act on {TARGET_WORDS[request.target.kind]}")
    if not request.target.reference.strip():
        yield Obstacle("target", "the target has no number or name")
    if request.target.kind is TargetKind.ACCOUNT and not request.target.institution:
        yield Obstacle("target", "which institution keeps the account? an order goes to its head office")
    if request.target.kind is TargetKind.PERSON:
        yield from _person(request.target)


def _modes(request: Request, kind: KindRules) -> Iterator[Obstacle]:
    scope = request.scope
    if not scope.modes:
        yield Obstacle("mode", f"{kind.label} needs a mode: {', '.join(mode.words for mode in kind.modes)}")
    if len(scope.modes) > 1 and not kind.several_modes:
        yield Obstacle("mode", f"{kind.label} takes one mode")
    for name in scope.modes:
        mode = kind.mode(name)
        if mode is None:
            known = ", ".join(each.words for each in kind.modes)
            yield Obstacle("mode", f"{name!r} is no mode of {kind.label}; there are: {known}")
            continue
        if mode.needs_reason and len(scope.reason.strip()) < REASON_MIN:
            yield Obstacle("mode_reason", f"{mode.words} is more than the least: say why it must be so")
        if mode.needs_amount and scope.amount_minor is None:
            yield Obstacle("amount", f"{mode.words} needs an amount")
    if any(minor is not None and minor < 0 for minor in (scope.traced_minor, scope.innocent_minor)):
        yield Obstacle("amount", "an amount cannot be below zero")
    if scope.amount_minor is not None and scope.amount_minor <= 0:
        yield Obstacle("amount", "the amount must be above zero")


_PERSONS_NUMBER: Final = re.compile(r"(?=.*\d)[0-9A-Z]{8,18}")


def _person(target: Target) -> Iterator[Obstacle]:
    """Years are counted for the person, whoever asks and at whichever bank: only his own number tells who he is."""
    if not _PERSONS_NUMBER.fullmatch(target.reference):
        sentence = (
            "which person or unit? give the number of the identity document, of a unit its 统一社会信用代码: "
            "by it the years are counted"
        )
        yield Obstacle("person", sentence)
    if not target.holder.strip():
        yield Obstacle("person", "the name of the person or the unit is missing: the order and the notice state it")
    if not target.institution:
        yield Obstacle("target", "which institution carries it out? the order goes to its head office")


def _case(request: Request, kind: KindRules, standing: Standing) -> Iterator[Obstacle]:
    case, needs = standing.case, needs_of(kind, standing)
    if Need.CASE in needs and (not request.case or case is None or case.id != request.case):
        yield Obstacle("case", f"{kind.label} needs the case that it serves")
    if case is not None and case.over:
        yield Obstacle("case", f"{case.id} is {case.over}: nothing is asked for in it any more")
    if Need.FILED_CASE in needs:
        yield from filing_obstacles(request, kind.label, case)
    elif standing.by_institution is False:
        modes = [kind.mode(name) for name in request.scope.modes]
        for mode in modes:
            if mode is not None and mode.filed_first and (case is None or not case.filing):
                yield Obstacle(
                    "filed_case",
                    f"{mode.words} binds the money as a freeze does, and no freeze is allowed before 立案: file the case "
                    "first, or stop the payment for now",
                )


def needs_of(kind: KindRules, standing: Standing) -> frozenset[Need]:
    """What a request must bring by who asks: an institution that acts by itself has no case."""
    return kind.needs | (kind.police_needs if standing.by_institution is False else frozenset())


def filing_obstacles(request: Request, label: str, case: CaseStanding | None) -> Iterator[Obstacle]:
    """No freeze before 立案 (程序规定 174): the case is filed, and the request names the filing."""
    if case is None or not case.filing:
        yield Obstacle(
            "filed_case", f"{label} before 立案 is not allowed: file the case first, a stop may hold until then"
        )
    elif request.filing != case.filing:
        yield Obstacle(
            "filed_case", f"the request names filing {request.filing!r}; the case was filed as {case.filing}"
        )


def _papers(request: Request, kind: KindRules, standing: Standing, now_us: int) -> Iterator[Obstacle]:
    if len(request.reason.strip()) < REASON_MIN:
        yield Obstacle("reason", "say in a sentence why this is asked for")
    if Need.DOCUMENT in kind.needs and not request.document.strip():
        yield Obstacle("document", f"{kind.label} needs the number of its notice (文号): amend the draft with it")
    if Need.AMOUNT in kind.needs and request.scope.amount_minor is None:
        yield Obstacle("amount", f"{kind.label} must state the amount (冻结数额)")
    if Need.TRACED in kind.needs and request.scope.traced_minor is None:
        yield Obstacle("traced", f"{kind.label} records how much traced money it follows")
    if Need.PAYEE in kind.needs and not request.payee.strip():
        sentence = (
            f"{kind.label}: which payment? name the account to which it goes, or the bank cannot tell it from others"
        )
        yield Obstacle("payee", sentence, gives_way=True)
    if Need.FINDING in kind.needs:
        yield from _finding(request, now_us)
    if Need.PLAN in kind.needs and (request.origin is None or request.origin.kind is not OriginKind.RETURN_PLAN):
        yield Obstacle("plan", "a return comes out of an approved return plan")
    term = kind.term(request.term)
    by_finding = term is not None and term.by_finding and bool(request.document.strip())
    if Need.FACT in needs_of(kind, standing) and not by_finding:
        yield from _fact(request, kind)


def _finding(request: Request, now_us: int) -> Iterator[Obstacle]:
    """Nobody is disciplined upon a suspicion: an organ has found what he did, in a document that can be looked up."""
    finding = request.finding
    if finding is None or not finding.is_whole:
        sentence = (
            "it rests on a finding (认定文书、判决书): say which organ found it, under which number, on which day"
        )
        yield Obstacle("finding", sentence)
    elif finding.found_on > day_of(now_us):
        yield Obstacle("finding", f"the finding is of {finding.found_on.isoformat()}, a day that is still to come")


def _fact(request: Request, kind: KindRules) -> Iterator[Obstacle]:
    fact = request.fact
    if fact is None:
        yield Obstacle(
            "fact", "a clue is not enough: check 户名, 账号, 金额 and 时间 against the slip, statement or screen"
        )
        return
    onward = fact.hop > 1
    allowed = kind.fact_sources_onward if onward else kind.fact_sources_first
    if fact.source not in allowed:
        where = " or ".join(FACT_SOURCE_WORDS[source] for source in sorted(allowed))
        yield Obstacle(
            "fact", f"at hop {fact.hop} the four fields must come from {where}, not {FACT_SOURCE_WORDS[fact.source]}"
        )
    if not fact.checked_by and not onward:
        yield Obstacle("fact", "an officer must have checked the four fields; nobody is named")
    fields = fact.fields
    if not (fields.holder.strip() and fields.account.strip() and fields.amount_minor > 0):
        yield Obstacle("fact", "one of 户名, 账号 and 金额 is empty; the bank would have to refuse")
    if fields.account != request.target.reference:
        yield Obstacle("fact", "the four fields speak of another account than the target")


ROWS_MODES = frozenset({"transactions", "dynamic"})  # of a query: its answer is a statement


def _questions(request: Request) -> Iterator[Obstacle]:
    whole = request.kind is MeasureKind.QUERY and request.target.kind is TargetKind.INSTITUTION
    if whole and not request.questions:
        yield Obstacle("question", "which accounts, and from when to when? a query to an institution says so")
    elif request.kind is MeasureKind.QUERY and ROWS_MODES & set(request.scope.modes) and not request.questions:
        yield Obstacle(
            "question", "from when to when? a query for an account's rows says so: --question ACCOUNT,FROM,UNTIL"
        )
    for question in request.questions:
        if not question.account.strip() or question.from_us >= question.until_us:
            yield Obstacle("question", "a question names an account and a time that begins before it ends")
            return


def _term(request: Request, kind: KindRules, now_us: int) -> Iterator[Obstacle]:
    term = kind.term(request.term)
    if term is None:
        yield Obstacle("term", f"{request.term!r} is no term of {kind.label}: {', '.join(t.name for t in kind.terms)}")
        return
    if term.modes and not term.modes.issuperset(request.scope.modes):
        modes = ", ".join(mode.words for mode in kind.modes if mode.name in term.modes)
        yield Obstacle("term", f"term {term.name} is for {modes} only")
    if not term.modes and any(other.modes & set(request.scope.modes) for other in kind.terms):
        yield Obstacle("term", f"one of the modes asks for a term of its own, not {term.name}")
    if term.needs_reason and len(request.reason.strip()) < REASON_MIN:
        yield Obstacle("term", f"term {term.name} needs a reason")
    yield from _period(request, term, now_us)


def _period(request: Request, term: TermRule, now_us: int) -> Iterator[Obstacle]:
    if term.period is None:
        if request.period is not None:
            yield Obstacle("period", f"term {term.name} has no period")
    elif request.period is None:
        yield Obstacle("period", f"state the period; at most {term.period}")
    elif request.period.count < 1:
        yield Obstacle("period", "a period must be at least one")
    elif request.period.is_longer_than(term.period, now_us):
        sentence = f"{request.period} is longer than {term.period} ({term.text.source})"
        yield Obstacle("period", sentence, gives_way=not term.text.binds)


def _limits(request: Request, kind: KindRules, standing: Standing, now_us: int, itself: str) -> Iterator[Obstacle]:
    for limit in kind.limits:
        same = [
            m
            for m in standing.others
            if m.id != itself and m.kind in limit.kinds and m.target.is_same_as(request.target)
            if not limit.same_amount or _amount_of(m.request) == _amount_of(request)
            if not limit.same_finding or _rests_on_the_same(m.request, request)
        ]
        count = 1 + sum(_counted(measure, limit, now_us) for measure in same)
        if count > limit.most:
            sentence = f"{limit.sentence.format(count=count)} ({limit.text.source})"
            yield Obstacle(limit.name, sentence, gives_way=not limit.text.binds)


def _queue(request: Request, kind: KindRules, standing: Standing, now_us: int) -> Iterator[Obstacle]:
    """Who queues behind nothing holds nothing: what he wants is a freeze."""
    if kind.kind is not MeasureKind.QUEUED_FREEZE:
        return
    ahead = (m for m in standing.others if m.kind is MeasureKind.FREEZE and m.target.is_same_as(request.target))
    if not any(stands(measure, now_us) for measure in ahead):
        sentence = (
            "no freeze ahead is known here: a queued freeze holds nothing by itself; propose a freeze, or say why"
        )
        yield Obstacle("nothing_ahead", sentence, gives_way=True)


def _amount_of(request: Request) -> tuple[str, int | None, str]:
    """What tells one payment from another out of the same account."""
    return request.scope.currency, request.scope.amount_minor, request.payee


def _rests_on_the_same(one: Request, other: Request) -> bool:
    """Whether both do the same to a person for what was found once; a bank and an operator each do their own part."""
    found = one.finding is not None and other.finding is not None and one.finding.is_same_as(other.finding)
    there = one.target.institution, other.target.institution
    same_place = there[0] in there[1] or there[1] in there[0]
    return found and same_place and not set(one.scope.modes).isdisjoint(other.scope.modes)


def _together(request: Request, kind: KindRules, standing: Standing, now_us: int, itself: str) -> Iterator[Obstacle]:
    """One after another on one person they may be no longer than a term's whole."""
    term = kind.term(request.term)
    if term is None:
        return
    same = [
        m for m in standing.others if m.id != itself and m.kind is kind.kind and m.target.is_same_as(request.target)
    ]
    sentence = too_long_together(request, term, same, now_us)
    if sentence:
        yield Obstacle("together", sentence, gives_way=not term.text.binds)


def _counted(measure: Measure, limit: LimitRule, now_us: int) -> bool:
    if limit.counts is Counts.EVER:
        return measure.status not in NEVER_DONE
    return stands(measure, now_us) or effective_status(measure, now_us) in {Status.PROPOSED, Status.APPROVED}


def _origin(request: Request, standing: Standing, rules: MeasureRules, now_us: int) -> Iterator[Obstacle]:
    origin = request.origin
    if origin is None or origin.kind is not OriginKind.CONVERSION:
        return
    earlier = next((measure for measure in standing.others if measure.id == origin.id), None)
    if earlier is None:
        yield Obstacle("conversion", f"measure {origin.id}, which this one continues, does not stand on this target")
        return
    yield from conversion_obstacles(earlier, request, rules, standing.case, now_us)


def _carried(request: Request, kind: KindRules, standing: Standing) -> Iterator[Obstacle]:
    """No order for more than facts and trace carry to the account, unless somebody says why."""
    carried = standing.carried
    objection = "" if carried is None else carried.objection(request.scope, whole=holds_whole(request.scope, kind))
    if carried is not None and objection:
        yield Obstacle("more_than_carried", objection, gives_way=not carried.rule.text.binds)


def conversion_obstacles(
    earlier: Measure, request: Request, rules: MeasureRules, case: CaseStanding | None, now_us: int
) -> Iterator[Obstacle]:
    """What stands against turning a measure into the one that is asked for."""
    rule = rules.of(earlier.kind, now_us).conversion(request.kind)
    if rule is None:
        yield Obstacle("conversion", f"a {KIND_WORDS[earlier.kind]} does not turn into a {KIND_WORDS[request.kind]}")
        return
    if Need.FILED_CASE in rule.needs:
        yield from filing_obstacles(request, rules.of(request.kind, now_us).label, case)


GUARDED = frozenset({MeasureKind.STOP_PAYMENT, MeasureKind.FREEZE, MeasureKind.QUEUED_FREEZE, MeasureKind.RESTRICTION})


def _guard(
    request: Request, kind: KindRules, rules: MeasureRules, standing: Standing, now_us: int
) -> Iterator[Obstacle]:
    if standing.account is None or request.kind not in GUARDED:
        return
    advice = weigh(request.scope, standing.account, rules.guard(now_us), whole=holds_whole(request.scope, kind))
    least = "" if advice.least_minor is None else f"; the least that serves is {format_minor(advice.least_minor)}"
    for found in advice.hazards:
        if found.needs_reason:
            yield Obstacle(found.hazard.value, found.sentence + least, gives_way=True)
