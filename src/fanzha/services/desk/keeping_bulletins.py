"""What every use case of a bulletin does: its figures counted, the record saved with its audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from fanzha.audit import DetailValue, Subject, done
from fanzha.core.actor import Organisation
from fanzha.core.errors import BadInput, FanzhaError
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Look, Work
from fanzha.services.desk.bodies import bodies_below, place_names
from fanzha.services.desk.count_figures import FiguresWanted, figures_of
from fanzha.statistics import NOT_STATED, Catalogue, OwnFigure, Tally
from fanzha.statistics.draft_versions import DraftVersion, next_version
from fanzha.statistics.drafting import (
    Block,
    DraftStatus,
    OwnBulletin,
    SaidFigure,
    SumRule,
    Variable,
    check_content,
    said_figure,
)
from fanzha.statistics.own import CountScope

_SUBJECT = "bulletin"
UNCLASSIFIED: Final = "尚未分类"


@dataclass(frozen=True, slots=True)
class BulletinContent:
    """What somebody writes: titles, blocks, which figures stand in them under which names, and which are sums of which.

    publisher: empty for the name of the body. given: tallies of other rooms, for the variables that are handed in.
    """

    title_zh: str
    blocks: tuple[Block, ...]
    variables: tuple[Variable, ...]
    published: str = ""  # the day that it bears, ISO; empty: today
    title_en: str = ""
    publisher_zh: str = ""
    publisher_en: str = ""
    sums: tuple[SumRule, ...] = ()
    given: tuple[Tally, ...] = ()


def count_variables(look: Look, body: str, content: BulletinContent) -> tuple[SaidFigure, ...]:
    """The figures of a bulletin, counted now; one whose query failed has no value, and says why.

    Raises BadInput for names given twice and for a handed-in figure of which no tally was given.
    """
    check_content(content.blocks, content.variables)
    found: dict[str, SaidFigure] = {}
    given = {one.measure: one for one in content.given}
    counted = [one for one in content.variables if not one.handed_in]
    for variable in content.variables:
        if variable.handed_in:
            found[variable.name] = _handed_in(variable, given, look.rules.indicators)

    def query(variable: Variable) -> str:
        return f"{variable.period} {variable.against} {variable.jurisdiction} {variable.fraud_class} {variable.target}"

    for _, group in groupby(sorted(counted, key=query), key=query):
        alike = list(group)
        found |= {one.variable.name: one for one in _counted(look, body, alike)}
    return tuple(found[variable.name] for variable in content.variables)


def _keep_version(
    work: Work, draft: OwnBulletin, action: str, *, writing: bool = False, only_first: bool = False
) -> None:
    """Keeps what a draft says; only_first: where nothing is kept of it yet, as of one that is older than the versions."""
    versions = work.unit.records(DraftVersion)
    last = versions.find(Query(equals={"bulletin": draft.id}, order_by="number", descending=True, limit=1)).rows
    if draft.status is not DraftStatus.DRAFT or (only_first and last):
        return
    made = next_version(last[0] if last else None, draft, work.actor, action, work.now_us, writing=writing)
    if made is None:
        return
    if last and made.id == last[0].id:
        versions.save(made)
    else:
        versions.add(made)


def _counted(look: Look, body: str, alike: Sequence[Variable]) -> list[SaidFigure]:
    first = alike[0]
    measures = tuple(dict.fromkeys(one.measure for one in alike))
    wanted = FiguresWanted(
        first.period,
        measures,
        organisation=body,
        jurisdiction=first.jurisdiction,
        fraud_class=first.fraud_class,
        target=first.target,
        against=first.against,
    )
    try:
        figures = {one.measure: one for one in figures_of(look, wanted)}
    except FanzhaError as failure:
        return [_failed(one, look.now_us, str(failure), look.rules.indicators) for one in alike]
    label = _label(look, body, first)
    return [replace(said_figure(one, figures[one.measure]), label=label) for one in alike]


def _label(look: Look, body: str, variable: Variable) -> str:
    """What a figure is limited to, in words: a class, a kind of den, a place by the body that is responsible for it."""
    classes = class_names(look) | {NOT_STATED: UNCLASSIFIED}
    named = [classes.get(variable.fraud_class, variable.fraud_class)] if variable.fraud_class else []
    if variable.target:
        target = look.rules.operations.targets.get(variable.target)
        named.append(variable.target if target is None else target.zh)
    if variable.jurisdiction:
        names = place_names(
            look.unit.records(Organisation), (body, *bodies_below(look.unit.records(Organisation), body))
        )
        named.append(names.get(variable.jurisdiction, variable.jurisdiction))
    return "、".join(named)


def class_names(look: Look) -> dict[str, str]:
    """What the classes of every version of the taxonomy are called."""
    return {one.slug: one.name for version in look.rules.taxonomy.versions for one in version.classes}


def _failed(variable: Variable, now_us: int, why: str, catalogue: Catalogue) -> SaidFigure:
    known = catalogue.measures.get(variable.measure)
    counts = "" if known is None else known.counts
    unit = catalogue.unit_of(variable.measure)
    return SaidFigure(variable, unit, None, (), counts, (why,), now_us, 0, "")


def _handed_in(variable: Variable, given: dict[str, Tally], catalogue: Catalogue) -> SaidFigure:
    tally, known = given.get(variable.measure), catalogue.measures.get(variable.measure)
    if tally is None or known is None:
        raise BadInput(f"figure {variable.name!r}: no tally of {variable.measure!r} was handed in")
    figure = OwnFigure(
        tally.measure, tally.value, catalogue.unit_of(tally.measure), variable.period, CountScope("", ()),
        tally.as_of_us, tally.ids, known.counts, known.excludes,
    )  # fmt: skip
    return said_figure(variable, figure)


def keep_bulletin(
    work: Work, bulletin: OwnBulletin, action: str, reason: str = "", *, new: bool = False, writing: bool = False
) -> OwnBulletin:
    """Saves it with its audit, and what a draft says as a version; an issue is written down with the hash of what it says.

    writing: it is saved by itself while somebody is writing.
    """
    records = work.unit.records(OwnBulletin)
    if not new:
        _keep_version(work, records.get(bulletin.id), "bulletin.draft", only_first=True)
    kept = records.add(bulletin) if new else records.save(bulletin)
    _keep_version(work, kept, action, writing=writing)
    said: dict[str, DetailValue] = {"after": kept.status.value, "edition": kept.edition, "figures": len(kept.figures)}
    if kept.issued is not None:
        said["sha256"] = kept.issued.sha256
    subject = Subject(_SUBJECT, kept.id)
    work.unit.audit.append(done(work.actor, work.now_us, action, subject, reason=reason, details=said))
    return kept
