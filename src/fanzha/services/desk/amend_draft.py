"""A draft is worded anew: a reason more, an amount less, another term; once proposed it stands as it was proposed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fanzha.access import Action
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.measures import deciding
from fanzha.measures.changes import Change
from fanzha.measures.model import Finding, Measure, Override, Request
from fanzha.measures.rules import KindRules
from fanzha.measures.terms import Span
from fanzha.services.desk.acting import Work
from fanzha.services.desk.change_measure import change_measure
from fanzha.services.desk.draft_measure import check_words, modes_named
from fanzha.services.desk.model import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What is worded anew; what is left out stays. Reasons against limits are added to those that stand."""

    reason: str | None = None
    basis: str | None = None
    modes: tuple[str, ...] = ()
    mode_reason: str | None = None
    amount_minor: int | None = None
    traced_minor: int | None = None
    term: str | None = None
    period: Span | None = None
    document: str | None = None
    overrides: tuple[Override, ...] = ()
    finding: Finding | None = None


def amend_draft(
    desk: Desk, actor: Actor, measure_id: str, amendment: Amendment, *, version: int | None = None, request: str = ""
) -> Measure:
    """Words a draft anew. Raises NotAllowed once it was proposed, BadInput when nothing is to be worded anew."""
    if amendment == Amendment():
        raise BadInput("say what of the draft is to be worded anew: its reason, amount, term, document, …")

    def decide(work: Work, measure: Measure) -> Change:
        rules = work.rules.measures.of(measure.kind, work.now_us)
        check_words(rules, amendment.basis or "", amendment.term or "")
        worded = _worded(measure.request, amendment, rules)
        return deciding.amend_draft(measure, worded, actor, work.rules.measures, work.now_us)

    return change_measure(
        desk, actor, "measure.amend", measure_id, Action.MEASURE_PROPOSE, decide,
        content=(amendment,), version=version, request=request,
    )  # fmt: skip


def _worded(before: Request, new: Amendment, rules: KindRules) -> Request:
    scope = replace(
        before.scope,
        modes=modes_named(rules, new.modes) or before.scope.modes,
        amount_minor=before.scope.amount_minor if new.amount_minor is None else new.amount_minor,
        traced_minor=before.scope.traced_minor if new.traced_minor is None else new.traced_minor,
        reason=before.scope.reason if new.mode_reason is None else new.mode_reason,
    )
    reasoned = {override.rule for override in new.overrides}
    return replace(
        before,
        scope=scope,
        basis=before.basis if new.basis is None else rules.basis(new.basis),
        term=before.term if new.term is None else new.term,
        period=_period(before, new, rules),
        reason=before.reason if new.reason is None else new.reason,
        document=before.document if new.document is None else new.document,
        finding=new.finding or before.finding,
        overrides=(*(each for each in before.overrides if each.rule not in reasoned), *new.overrides),
    )


def _period(before: Request, new: Amendment, rules: KindRules) -> Span | None:
    """Another term brings its own longest period, unless one is named."""
    term = None if new.term is None else rules.term(new.term)
    return new.period or (before.period if term is None else term.period)
