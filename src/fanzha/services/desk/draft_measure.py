"""A measure is worded: from a fact, an earlier measure or a target; the dated rules fill in what nobody says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fanzha import casework
from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework import Case, CheckedField, Clue, DocumentKind, Fact, in_words
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.identifiers import plain_identifier
from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.measures import deciding, ending
from fanzha.measures import model as measures
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import (
    FactCheck,
    FactSource,
    Finding,
    FourFields,
    Measure,
    MeasureKind,
    Origin,
    OriginKind,
    Override,
    Request,
    Target,
)
from fanzha.measures.obstacles import CaseStanding
from fanzha.measures.orders import Question
from fanzha.measures.rules import KindRules, Need
from fanzha.measures.terms import Span
from fanzha.measures.words import KIND_WORDS
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.carried_amounts import carried_on
from fanzha.services.desk.case_family import family_of
from fanzha.services.desk.keeping import keep_measure
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once
from fanzha.services.desk.standing import case_standing

_FIRST_HOP = {
    DocumentKind.TRANSFER_SLIP: FactSource.TRANSFER_SLIP,
    DocumentKind.STATEMENT: FactSource.STATEMENT,
    DocumentKind.VICTIM_SCREEN: FactSource.VICTIM_SCREEN,
    DocumentKind.BANK_RECEIPT: FactSource.BANK_RECEIPT,
}
_LATER_HOPS = {**_FIRST_HOP, DocumentKind.STATEMENT: FactSource.BANK_STATEMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDraft:
    """What an officer asks for. Four fields come only from a fact's id; term and mode are the kind's first if left out."""

    kind: MeasureKind
    reason: str
    basis: str  # id of an article in the rules: afl-20, procedure-239, …
    case: str = ""
    fact: str = ""  # id; its account is the target
    continues: str = ""  # id of the measure that this one takes over from; its target is the target
    redrafts: str = ""  # id of the measure that the institution refused and this one puts right
    target: Target | None = None  # where there is neither
    modes: tuple[str, ...] = ()
    amount_minor: int | None = None
    traced_minor: int | None = None  # None: by the purpose's method of the last trace, else by the facts
    currency: str = ""  # empty: that of the fact, or of the earlier measure
    mode_reason: str = ""
    term: str = ""
    period: Span | None = None  # None: the longest of the term
    document: str = ""  # 文号
    overrides: tuple[Override, ...] = ()
    questions: tuple[Question, ...] = ()
    payee: str = ""  # of the payment that is held at the payer's bank
    finding: Finding | None = None  # on which a discipline rests


def draft_measure(desk: Desk, actor: Actor, draft: MeasureDraft, *, request: str = "") -> Measure:
    """Words a measure of the actor's body; nothing is asked of anybody yet.

    request: the caller's own key of the command; sent again, it gives the measure that was made. Raises BadInput when it
    has no target, NotAllowed when its fact was withdrawn or its role may not propose it.
    """
    with acting(desk, actor, "measure.draft", Subject("measure", "")) as work:
        command = fingerprint_of("measure.draft", draft)
        return once(work, request, command, Measure, lambda: draft_within(work, draft))


def draft_within(work: Work, draft: MeasureDraft) -> Measure:
    """Words a measure as a part of another use case."""
    if draft.case:
        work.load(Case, draft.case, Action.MEASURE_PROPOSE)
    else:
        work.check(Action.MEASURE_PROPOSE, Scope(work.actor.organisation))
    change = deciding.draft_measure(_request(work, draft), work.actor, work.rules.measures, work.now_us, work.ids)
    return keep_measure(work, change, new=True)


def check_words(rules: KindRules, basis: str, term: str) -> None:
    """Raises BadInput for an article or a term that the kind does not have, and names those that it has.

    What is left out is no fault yet: what the law asks for is said when the draft is proposed.
    """
    known = {
        "basis": ([each.id for each in rules.bases], basis),
        "term": ([each.name for each in rules.terms], term),
    }
    for name, (there, said) in known.items():
        if said and said not in there:
            raise BadInput(f"{name}: {said!r} is none of {rules.label}; there are: {', '.join(there)}")


def modes_named(rules: KindRules, said: Sequence[str]) -> tuple[str, ...]:
    """The modes of a kind, called by their names or by the law's words: credit_only, 只收不付. Raises BadInput for others."""
    names = {each.words: each.name for each in rules.modes} | {each.name: each.name for each in rules.modes}
    wrong = next((word for word in said if word not in names), "")
    if wrong:
        there = ", ".join(f"{each.name} ({each.words})" for each in rules.modes)
        raise BadInput(f"mode: {wrong!r} is none of {rules.label}; there are: {there}")
    return tuple(names[word] for word in said)


def _request(work: Work, draft: MeasureDraft) -> Request:
    rules = work.rules.measures.of(draft.kind, work.now_us)
    check_words(rules, draft.basis, draft.term)
    case = case_standing(work, draft.case)
    fact = work.load(Fact, draft.fact, Action.MEASURE_PROPOSE) if draft.fact else None
    _check_fact_of_case(work, fact, draft.case)
    earlier = work.load(Measure, draft.continues, Action.MEASURE_PROPOSE) if draft.continues else None
    term = rules.term(draft.term or rules.terms[0].name)
    period = draft.period or (None if term is None else term.period)
    worded = Request(
        draft.kind,
        _target(draft, fact, earlier),
        measures.Scope(
            modes_named(rules, draft.modes) or _least_mode(rules), draft.amount_minor, draft.traced_minor,
            currency=_currency(draft, fact, earlier), reason=draft.mode_reason,
        ),
        rules.basis(draft.basis),
        draft.term or rules.terms[0].name,
        period,
        draft.reason,
        case=draft.case,
        filing="" if case is None else case.filing,
        document=draft.document,
        fact=None if fact is None else fact_check(fact),
        overrides=draft.overrides,
        questions=draft.questions,
        payee=plain_identifier(draft.payee),
        finding=draft.finding,
    )  # fmt: skip
    if earlier is not None:
        worded = _continued(work, earlier, worded, case)
    elif draft.redrafts:
        worded = replace(worded, origin=_refused(work, draft))
    return _with_amounts(work, worded, rules, earlier)


def _with_amounts(work: Work, request: Request, rules: KindRules, earlier: Measure | None) -> Request:
    """Where nobody says how much: by the purpose's method of the last trace, else by the facts, else as the earlier said.

    It states as much as its amount, as far as the measure that it continues holds it.
    """
    carried = carried_on(work, request)
    if carried is None:
        return request
    scope = request.scope
    traced = scope.traced_minor
    if traced is None:
        traced = carried.before_minor if carried.follows_minor is None else carried.follows_minor
    amount = scope.amount_minor
    if amount is None and traced and rules.needs & {Need.AMOUNT, Need.TRACED}:
        held = traced if earlier is None or earlier.executed_minor is None else _held_by(earlier)
        amount = min(traced, held) or None
    return replace(request, scope=replace(scope, traced_minor=traced, amount_minor=amount))


def _held_by(earlier: Measure) -> int:
    return max((earlier.executed_minor or 0) - earlier.released_minor, 0)


def _check_fact_of_case(work: Work, fact: Fact | None, case_id: str) -> None:
    """A case's order rests on that case's facts; a clue that is in no case yet may serve any."""
    if fact is None or not case_id:
        return
    theirs = work.unit.records(Clue).get(fact.clue).case
    family = family_of(work.unit, work.unit.records(Case).get(case_id))
    if theirs and theirs not in {member.id for member in family}:
        raise NotAllowed("fact.case", f"{fact.id} is of {theirs}, not of {case_id}: draft it there, or merge the cases")


def _refused(work: Work, draft: MeasureDraft) -> Origin:
    """The measure that is drafted anew. Raises BadInput where no institution refused it, or it asked for something else."""
    refused = work.load(Measure, draft.redrafts, Action.MEASURE_PROPOSE)
    if refused.status is not Status.REFUSED or (refused.kind, refused.request.case) != (draft.kind, draft.case):
        raise BadInput(
            f"redrafts: {refused.id} is no {KIND_WORDS[draft.kind]} of this case that an institution refused; leave it out"
        )
    return Origin(OriginKind.REDRAFT, refused.id)


def _target(draft: MeasureDraft, fact: Fact | None, earlier: Measure | None) -> Target:
    if fact is not None:
        target = casework.order_target_of(fact)
        return Target(measures.TargetKind.ACCOUNT, target.account, target.institution, target.holder_name)
    if earlier is not None:
        return earlier.target
    if draft.target is None:
        raise BadInput(
            f"a {KIND_WORDS[draft.kind]} needs a target: name a fact, an earlier measure, or an account, line or site"
        )
    plain = plain_identifier(draft.target.reference)  # as facts and statements spell it
    if draft.target.kind is measures.TargetKind.PERSON:
        return replace(draft.target, reference=plain.replace("-", "").upper())
    return replace(draft.target, reference=plain) if draft.target.kind is measures.TargetKind.ACCOUNT else draft.target


def _currency(draft: MeasureDraft, fact: Fact | None, earlier: Measure | None) -> str:
    known = fact.fields.currency if fact is not None else "" if earlier is None else earlier.request.scope.currency
    if draft.currency and known and draft.currency != known:
        raise BadInput(f"currency: the money is in {known}, not in {draft.currency}")
    return draft.currency or known or DEFAULT_CURRENCY


def _least_mode(rules: KindRules) -> tuple[str, ...]:
    return tuple(mode.name for mode in rules.modes[:1])


def _continued(work: Work, earlier: Measure, request: Request, case: CaseStanding | None) -> Request:
    return ending.conversion_request(earlier, request, work.rules.measures, case, work.now_us)


def fact_check(fact: Fact) -> FactCheck:
    """What an order says of the fact that it rests on; its evidence is the fact itself, which names the documents.

    Raises NotAllowed when the fact was withdrawn, BadInput when its account was read in nothing that an order may name.
    """
    target = casework.order_target_of(fact)
    read_in = next(check for check in fact.checks if check.field is CheckedField.ACCOUNT)
    source = (_FIRST_HOP if fact.hop == 1 else _LATER_HOPS).get(read_in.document.kind)
    if source is None:
        raise BadInput(f"{fact.id} was checked against a {in_words(read_in.document.kind)}, which no order may name")
    fields = FourFields(target.holder_name, target.account, target.amount_minor, target.at_us)
    return FactCheck(fields, source, read_in.checked_by, read_in.checked_at_us, fact.hop, fact.id)
