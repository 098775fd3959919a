"""Own figures: counted out of the records of work, each with its period, its comparison, and every record behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import BadInput
from fanzha.core.money import DEFAULT_CURRENCY, exponent_of, format_minor
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.bodies import bodies_below
from fanzha.services.desk.counting.counters import counters_of, unkept
from fanzha.services.desk.counting.entries import By, Counting, Entry, Span, Sum, Sums, sum_up
from fanzha.services.desk.model import Desk
from fanzha.services.desk.sight import Sight
from fanzha.statistics import (
    NOT_RECORDED,
    NOT_STATED,
    Against,
    BaseCount,
    Catalogue,
    CountScope,
    OwnFigure,
    OwnMeasure,
    PerHead,
    Period,
    Population,
    base_period_of,
    compare,
    instants_of,
    per_head,
)

WIDE_FROM: Final = 100  # bodies


@dataclass(frozen=True, slots=True)
class FiguresWanted:
    """Which figures, over what.

    measures: ids of the catalogue; none: all that are counted here, with those that are not recorded yet. organisation:
    whose records, with those of the bodies below it unless `alone`; empty: the actor's own. jurisdiction: only records of
    that place or below it. fraud_class: only those of cases of that class, or of none (NOT_STATED). target: only dens and
    gangs of that kind. as_of_us: as the records stood then; None: now.
    """

    period: Period
    measures: tuple[str, ...] = ()
    by: By | None = None
    organisation: str = ""
    alone: bool = False
    jurisdiction: str = ""
    fraud_class: str = ""
    target: str = ""
    as_of_us: int | None = None
    against: tuple[Against, ...] = ()
    population: tuple[Population, ...] = ()


def count_figures(desk: Desk, actor: Actor, wanted: FiguresWanted) -> tuple[OwnFigure, ...]:
    """The figures in the order asked for; of each measure the whole first, then its parts in their order.

    A measure that no record here tells has no value. Raises BadInput for a measure that the catalogue does not have, and
    for an instant to come; NotAllowed where the actor may not see the body's records.
    """
    with looking(
        desk, actor, "figure.count", Subject("organisation", wanted.organisation or actor.organisation)
    ) as look:
        return figures_of(look, wanted)


def figures_of(look: Look, wanted: FiguresWanted) -> tuple[OwnFigure, ...]:
    """The same for a use case that is at work already."""
    catalogue = look.rules.indicators
    measures = wanted.measures or catalogue.listed
    _check_known(measures, catalogue)
    span = span_of(look, wanted)
    found = _counted(look, span, measures, wanted)
    bases = {
        against: (base_period_of(against.base, wanted.period), *_bases(look, span, wanted, against, measures))
        for against in wanted.against
    }
    made = []
    for measure in measures:
        groups = sorted({group for known, group in found.sums if known == measure} | {""})
        for group in groups:
            figure = _figure(catalogue, measure, group, found, wanted, span)
            compared = tuple(
                compare(
                    figure.value,
                    wanted.period,
                    _base(catalogue, measure, group, now, then),
                    against,
                    catalogue.base_min,
                )
                for against, (_, now, then) in bases.items()
            )
            made.append(replace(figure, comparisons=compared, per_head=_per_head(figure, wanted)))
    return tuple(made)


def span_of(look: Look, wanted: FiguresWanted) -> Span:
    """Whose records are counted, and over what time; of the bodies below only those whose records the actor sees."""
    body = wanted.organisation or look.actor.organisation
    look.check(Action.SEE, Scope(body))
    bodies = [body]
    if not wanted.alone:
        if body not in look.bodies_seen:
            look.bodies_seen[body] = _seen_below(look, body)
        bodies += look.bodies_seen[body]
    as_of_us = look.now_us if wanted.as_of_us is None else wanted.as_of_us
    if as_of_us > look.now_us:
        raise BadInput("figures are counted as of now or an earlier instant, not of one to come")
    wide = len(bodies) >= WIDE_FROM and 2 * len(bodies) > look.unit.records(Organisation).count(Query())
    return Span(tuple(bodies), *instants_of(wanted.period), as_of_us, wanted.jurisdiction, wide)


def _seen_below(look: Look, body: str) -> tuple[str, ...]:
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    below = bodies_below(look.unit.records(Organisation), body)
    sight.know(below)
    return tuple(one for one in below if sight.sees_body(one))


def counting_of(look: Look, span: Span, measures: Iterable[str], by: By | None = None) -> Counting:
    """What the counters are given."""
    return Counting(look, span, look.rules.indicators, frozenset(measures), by)


def _check_known(measures: Iterable[str], catalogue: Catalogue) -> None:
    unknown = [one for one in measures if one not in catalogue.measures]
    if unknown:
        raise BadInput(f"the catalogue has no measure {unknown[0]!r}; see docs/reference/indicators.md")


@dataclass(frozen=True, slots=True)
class _Counted:
    """The sums of a span, and the measures of records that nobody kept in it."""

    sums: Sums
    unkept: frozenset[str]

    def of(self, measure: str, group: str) -> Sum:
        return self.sums.get((measure, group)) or Sum()

    def value(self, own: OwnMeasure | None, group: str) -> Decimal | None:
        unknown = own is None or own.measure in self.unkept
        return None if unknown or own is None else self.of(own.measure, group).value(own.fold)


def _counted(look: Look, span: Span, measures: tuple[str, ...], wanted: FiguresWanted) -> _Counted:
    counting = counting_of(look, span, measures, wanted.by)

    def is_wanted(entry: Entry) -> bool:
        parts = entry.parts
        limited = wanted.fraud_class in {"", parts.fraud_class or NOT_STATED} and wanted.target in {"", parts.target}
        return limited and entry.measure in counting.wanted

    def entries() -> Iterator[Entry]:
        for told, counter in counters_of(counting.catalogue):
            if counting.wants(*told):
                yield from filter(is_wanted, counter(counting))

    return _Counted(sum_up(entries(), wanted.by), unkept(look, span, measures))


def _bases(
    look: Look, span: Span, wanted: FiguresWanted, against: Against, measures: tuple[str, ...]
) -> tuple[_Counted, _Counted]:
    """The base period as it is counted now, and as it was when it was over."""
    from_us, until_us = instants_of(base_period_of(against.base, wanted.period))
    now = replace(span, from_us=from_us, until_us=until_us)
    then = replace(now, as_of_us=min(span.as_of_us, until_us))
    return _counted(look, now, measures, wanted), _counted(look, then, measures, wanted)


def _base(catalogue: Catalogue, measure: str, group: str, now: _Counted, then: _Counted) -> BaseCount:
    own = catalogue.own.get(measure)
    if own is None or measure in now.unkept:
        return BaseCount(None, 0)
    told = None if own.history else then.value(own, group)
    return BaseCount(now.value(own, group), len(now.of(measure, group).ids), told)


def _figure(
    catalogue: Catalogue, measure: str, group: str, counted: _Counted, wanted: FiguresWanted, span: Span
) -> OwnFigure:
    known, own = catalogue.measures[measure], catalogue.own.get(measure)
    scope = CountScope(span.bodies[0], span.bodies, wanted.jurisdiction, wanted.fraud_class)
    found, untold = counted.of(measure, group), own is None or measure in counted.unkept
    return OwnFigure(
        measure,
        counted.value(own, group),
        catalogue.unit_of(measure),
        wanted.period,
        scope,
        span.as_of_us,
        tuple(found.ids),
        known.counts,
        known.excludes,
        group,
        (NOT_RECORDED,) if untold or own is None else _notes(own, found, span),
    )


def _notes(own: OwnMeasure, found: Sum, span: Span) -> tuple[str, ...]:
    """What a reader of the figure must know besides."""
    notes = [own.history] if own.history else []
    if found.unsaid:
        notes.append(f"{found.unsaid} of the records do not say how much: they are not in the value")
    for currency, minor in sorted(found.other_money.items()):
        notes.append(
            f"besides: {format_minor(minor, exponent_of(currency))} {currency}, not in the {DEFAULT_CURRENCY} value"
        )
    if span.as_of_us < span.until_us:
        notes.append("the period was not over at the instant of counting")
    return tuple(notes)


def _per_head(figure: OwnFigure, wanted: FiguresWanted) -> PerHead | None:
    """Only of a whole place, by its code; of a part by jurisdiction that part's."""
    place = figure.group if wanted.by is By.JURISDICTION and figure.group else wanted.jurisdiction
    return per_head(figure.value, place, int(wanted.period.last[:4]), wanted.population)
