"""Accounts that play one part are merged into one box, by a preset that somebody chose; each box can be opened again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from fanzha.core.time import MINUTE_US
from fanzha.services.render_trace.flow_cards import Card, size_of
from fanzha.services.render_trace.flow_draft import Draft
from fanzha.services.render_trace.flow_request import Level, Preset

CHAIN_RESIDUAL_PERCENT: Final = 1  # what an account in passing may keep, of what came in
CHAIN_DWELL_US: Final = 30 * MINUTE_US
WINDOW_US: Final = 10 * MINUTE_US  # siblings paid within it of the one before are alike in time


@dataclass(frozen=True, slots=True)
class Group:
    """A box for several accounts."""

    key: str
    kind: str  # chain, same_amount, same_window, institution, other
    code: str  # by which a request opens it again; the institution's name
    column: int
    members: tuple[str, ...]  # a chain's in the order of the money


@dataclass(frozen=True, slots=True)
class _Ways:
    """Who paid whom, accounts only."""

    sources: Mapping[str, tuple[str, ...]]
    targets: Mapping[str, tuple[str, ...]]


def merged(
    draft: Draft, preset: Preset, level: Level, *, kept: AbstractSet[str], opened: AbstractSet[str],
    institutions: Mapping[str, str],
) -> tuple[Group, ...]:  # fmt: skip
    """The boxes of a preset or of the level of groups; accounts of `kept` stay alone, `opened` boxes are left out."""
    free = [card for card in draft.parties if card.kind == "account" and card.key not in kept]
    if level is Level.GROUP:
        return tuple(_by_institution(free, institutions, opened))
    if preset is Preset.NONE:
        return ()
    ways = _ways(draft)
    groups: list[Group] = []
    if preset is Preset.MERGE:
        groups += _chains(draft, ways, free, opened)
        taken = {member for group in groups for member in group.members}
        free = [card for card in free if card.key not in taken]
    if preset in {Preset.AMOUNT, Preset.MERGE}:
        groups += _same_amount(ways, free, opened)
    if preset is Preset.TIME:
        groups += _same_window(ways, free, opened)
    return tuple(groups)


def group_card(group: Group, cards: Mapping[str, Card]) -> Card:
    """The members' sums; a chain takes in what its first took and passes on what its last passed."""
    members = [cards[key] for key in group.members]
    incoming = passed_on = held = stoppable = exited = cashed = returned = unknown = count = controlled = 0
    known = small = True
    first_us: int | None = None
    settled_us: int | None = max((card.settled_us or 0 for card in members), default=None)
    for card in members:  # one loop: a group may have thousands
        incoming += card.incoming
        passed_on += card.passed_on
        held += card.held
        stoppable += card.stoppable
        exited += card.exited
        cashed += card.cashed
        returned += card.returned
        unknown += card.unknown
        count += card.members
        controlled += card.controlled
        known = known and card.stoppable_known
        small = small and (card.small or not card.stoppable)
        if card.first_us is not None and (first_us is None or card.first_us < first_us):
            first_us = card.first_us
        if card.settled_us is None:
            settled_us = None
    if group.kind == "chain":
        incoming, passed_on = members[0].incoming, members[-1].passed_on
    return Card(
        key=group.key,
        column=group.column,
        kind=group.kind,
        code=group.code,
        incoming=incoming,
        passed_on=passed_on,
        held=held,
        stoppable=stoppable,
        stoppable_known=known,
        exited=exited,
        cashed=cashed,
        returned=returned,
        unknown=unknown,
        members=count,
        small=small,
        controlled=controlled,
        first_us=first_us,
        settled_us=settled_us,
        size=size_of(incoming, passed_on, held + exited + unknown),
    )


def _ways(draft: Draft) -> _Ways:
    sources: dict[str, list[str]] = defaultdict(list)
    targets: dict[str, list[str]] = defaultdict(list)
    for source, target in draft.payments:
        targets[source].append(target)
        sources[target].append(source)
    return _Ways({k: tuple(v) for k, v in sources.items()}, {k: tuple(v) for k, v in targets.items()})


def _named(kind: str, code: str) -> str:
    return f"\0{kind} {code}"  # no account can be called so


def _by_institution(free: Iterable[Card], institutions: Mapping[str, str], opened: AbstractSet[str]) -> list[Group]:
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for card in free:
        found[card.column, institutions.get(card.code, "")].append(card.key)
    return [
        Group(_named("institution", f"{column} {name}"), "institution", name, column, tuple(members))
        for (column, name), members in sorted(found.items())
        if len(members) > 1 and f"institution:{column}:{name}" not in opened
    ]


def _chains(draft: Draft, ways: _Ways, free: Iterable[Card], opened: AbstractSet[str]) -> list[Group]:
    """Runs of accounts with one payer and one payee each that keep next to nothing and not for long."""
    passing = {card.key: card for card in free if _only_passes(draft, ways, card)}
    groups = []
    for key in sorted(passing, key=lambda key: (passing[key].column, key)):
        if _before(ways, passing, key) is not None:
            continue
        run = [key]
        while (follower := _after(ways, passing, run[-1])) is not None:
            run.append(follower)
        if len(run) > 1 and f"chain:{key}" not in opened:
            groups.append(Group(_named("chain", key), "chain", f"chain:{key}", passing[key].column, tuple(run)))
    return groups


def _only_passes(draft: Draft, ways: _Ways, card: Card) -> bool:
    sources, targets = ways.sources.get(card.key, ()), ways.targets.get(card.key, ())
    if len(sources) != 1 or len(targets) != 1 or draft.cards[targets[0]].kind == "exit":
        return False
    kept = card.held + card.exited + card.unknown
    if kept * 100 > card.incoming * CHAIN_RESIDUAL_PERCENT:
        return False
    if not draft.cards[sources[0]].column < card.column < draft.cards[targets[0]].column:
        return False
    came = [payment.at_us for payment in draft.payments[sources[0], card.key]]
    went = [payment.at_us for payment in draft.payments[card.key, targets[0]]]
    known = [at for at in (*came, *went) if at is not None]
    return len(known) == len(came) + len(went) and max(known) - min(known) <= CHAIN_DWELL_US


def _before(ways: _Ways, passing: Mapping[str, Card], key: str) -> str | None:
    source = ways.sources[key][0]
    return source if source in passing else None


def _after(ways: _Ways, passing: Mapping[str, Card], key: str) -> str | None:
    target = ways.targets[key][0]
    return target if target in passing else None


def _same_amount(ways: _Ways, free: Iterable[Card], opened: AbstractSet[str]) -> list[Group]:
    found: dict[tuple[str, int, int], list[str]] = defaultdict(list)
    for card in free:
        sources = ways.sources.get(card.key, ())
        if len(sources) == 1:
            found[sources[0], card.column, card.incoming].append(card.key)
    return _sibling_groups("same_amount", found.values(), free, opened)


def _same_window(ways: _Ways, free: Iterable[Card], opened: AbstractSet[str]) -> list[Group]:
    found: dict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
    for card in free:
        sources = ways.sources.get(card.key, ())
        if len(sources) == 1 and card.first_us is not None:
            found[sources[0], card.column].append((card.first_us, card.key))
    runs: list[list[str]] = []
    for siblings in found.values():
        last: int | None = None
        for at, key in sorted(siblings):
            if last is None or at - last > WINDOW_US:
                runs.append([])
            runs[-1].append(key)
            last = at
    return _sibling_groups("same_window", runs, free, opened)


def _sibling_groups(
    kind: str, runs: Iterable[list[str]], free: Iterable[Card], opened: AbstractSet[str]
) -> list[Group]:
    column = {card.key: card.column for card in free}
    groups = []
    for run in runs:
        first = min(run)
        if len(run) > 1 and f"{kind}:{first}" not in opened:
            groups.append(Group(_named(kind, first), kind, f"{kind}:{first}", column[first], tuple(sorted(run))))
    return sorted(groups, key=lambda group: group.key)
