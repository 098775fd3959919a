"""Which accounts have a card of their own: those that must be seen, then the largest of each hop; one box has the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from fanzha.services.render_trace.flow_cards import CARDS_MAX, Card
from fanzha.services.render_trace.flow_draft import Draft
from fanzha.services.render_trace.flow_merging import Group, group_card, merged
from fanzha.services.render_trace.flow_request import BATCH, CARDS_PER_HOP_MAX, Cell, FlowRequest, Level, Preset

SHOW_ALL_MAX: Final = 40  # so many accounts are all drawn in full
MIDDLE_MAX: Final = 300
TOP_MIDDLE: Final = 24  # cards per hop up to MIDDLE_MAX accounts
TOP_MANY: Final = 12
MUST_KEEP_PERMILLE: Final = 20  # of the traced amount, stoppable or asked for


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to see as cards of their own; by default what the number of accounts allows."""

    level: Level = Level.ACCOUNT
    preset: Preset = Preset.NONE
    least: int = 0
    cards_per_hop: int | None = None
    batches: Mapping[int, int] = field(default_factory=dict)
    folded: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()  # under a measure, shared with other cases
    pinned: frozenset[str] = frozenset()  # stay even where they would be folded away
    selected: str = ""
    cell: Cell | None = None
    institutions: Mapping[str, str] = field(default_factory=dict)
    faint: bool = False  # thin flows are drawn, to be shown when asked for


@dataclass(frozen=True, slots=True)
class Homes:
    """The card of every account: its own, or a group's; how many accounts each folded account hides."""

    home: Mapping[str, str]
    groups: Mapping[str, Group]
    hidden_by: Mapping[str, int]


def choice_of(request: FlowRequest, kept: AbstractSet[str], institutions: Mapping[str, str]) -> Choice:
    """The choice that a request makes."""
    most = request.cards_per_hop
    return Choice(
        level=request.level,
        preset=request.preset,
        least=request.least_minor,
        cards_per_hop=None if most is None else max(1, min(CARDS_PER_HOP_MAX, most)),
        batches={hop: request.batches_of(hop) for hop, _ in sorted(request.batches)},
        folded=request.folded,
        opened=request.opened,
        kept=frozenset(kept),
        pinned=request.pinned,
        selected=request.selected,
        cell=request.cell,
        institutions=institutions,
        faint=True,
    )


def homes_of(draft: Draft, choice: Choice, origin: int) -> Homes:
    """Where each card of a draft is drawn."""
    home = {key: key for key in draft.cards}
    threshold = max(1, origin * MUST_KEEP_PERMILLE // 1000)
    pinned = choice.pinned | _path_to(draft, choice.selected)
    kept = choice.kept | choice.folded | pinned
    must = {card.key for card in draft.parties if _weight(card) >= threshold} | kept
    together = merged(
        draft, choice.preset, choice.level,
        kept=kept if choice.level is Level.GROUP else must, opened=choice.opened, institutions=choice.institutions,
    )  # fmt: skip
    groups = {group.key: group for group in together}
    units = {card.key: card for card in draft.parties}
    for group in together:
        units[group.key] = group_card(group, draft.cards)
        for member in group.members:
            home[member] = group.key
            del units[member]
    hidden, hidden_by = _folded_away(draft, choice.folded, pinned, home)
    focus = _focus(draft, choice)
    exits = sum(card.kind == "exit" for card in draft.cards.values())
    chosen = _chosen(units.values(), _Rules(choice, draft.accounts, exits, kept, threshold), hidden, focus)
    rest: dict[int, list[str]] = defaultdict(list)
    for key, unit in units.items():
        if key not in chosen:
            rest[unit.column] += groups[key].members if key in groups else (key,)
            groups.pop(key, None)
    for column, members in rest.items():
        other = Group(f"\0other {column}", "other", "", column, tuple(members))
        groups[other.key] = other
        home.update(dict.fromkeys(members, other.key))
    return Homes(home, groups, hidden_by)


@dataclass(frozen=True, slots=True)
class _Rules:
    choice: Choice
    accounts: int
    exits: int
    kept: AbstractSet[str]
    threshold: int

    @property
    def top(self) -> int:
        """Cards of their own per hop."""
        if self.choice.cards_per_hop is not None:
            return self.choice.cards_per_hop
        if self.accounts <= SHOW_ALL_MAX:
            return self.accounts
        return TOP_MIDDLE if self.accounts <= MIDDLE_MAX else TOP_MANY


def _chosen(units: Iterable[Card], rules: _Rules, hidden: AbstractSet[str], focus: AbstractSet[str] | None) -> set[str]:
    """The keys of accounts and merged boxes that have a card of their own."""
    columns: dict[int, list[Card]] = defaultdict(list)
    for unit in units:
        columns[unit.column].append(unit)
    room = max(1, (CARDS_MAX - rules.exits) // max(1, len(columns)) - 1)
    ranked: dict[int, list[Card]] = {}
    keep: dict[int, int] = {}
    for column, members in sorted(columns.items()):
        worth = [unit for unit in members if unit.key not in hidden and _worth(unit, rules, focus)]
        worth.sort(key=lambda unit: (unit.key not in rules.kept, *_rank(unit)))
        must = sum(1 for unit in worth if unit.key in rules.kept or _weight(unit) >= rules.threshold)
        ranked[column], keep[column] = worth, min(max(rules.top, must), room, len(worth))
    spare = CARDS_MAX - rules.exits - len(columns) - sum(keep.values())
    for column, batches in sorted(rules.choice.batches.items()):
        more = (
            min(max(0, batches) * BATCH, max(0, spare), len(ranked[column]) - keep[column]) if column in ranked else 0
        )
        if more:
            keep[column] += more
            spare -= more
    for column, members in columns.items():
        if len(ranked[column]) == len(members) == keep[column] + 1:
            keep[column] += 1  # a group of one says less than its member, and takes as much room
    return {unit.key for column, worth in ranked.items() for unit in worth[: keep[column]]}


def _worth(unit: Card, rules: _Rules, focus: AbstractSet[str] | None) -> bool:
    """Whether the filter and the chosen cell leave it to be drawn."""
    if unit.key in rules.kept or unit.kind == "victim":
        return True
    return unit.size >= rules.choice.least and (focus is None or unit.key in focus)


def _weight(card: Card) -> int:
    return max(card.stoppable, card.unknown if card.frontier else 0, card.passed_on if card.kind == "victim" else 0)


def _rank(card: Card) -> tuple[int, int, int, str]:
    return (-card.stoppable, -(card.unknown if card.frontier else 0), -card.size, card.key)


def _path_to(draft: Draft, account: str) -> frozenset[str]:
    """The account and, step by step back to the victim, who paid it most."""
    if account not in draft.cards:
        return frozenset()
    payers: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for (source, target), traced in draft.totals.items():
        if draft.cards[source].column < draft.cards[target].column:
            payers[target].append((-traced, source))
    path = [account]
    while payers[path[-1]]:
        path.append(min(payers[path[-1]])[1])
    return frozenset(path)


def _folded_away(
    draft: Draft, folded: AbstractSet[str], pinned: AbstractSet[str], home: Mapping[str, str]
) -> tuple[frozenset[str], dict[str, int]]:
    """What can be reached through folded accounts alone, and how much of it each of them hides."""
    if not folded:
        return frozenset(), {}
    sources: dict[str, list[str]] = defaultdict(list)
    for source, target in draft.payments:
        if draft.cards[source].column < draft.cards[target].column:
            sources[target].append(source)
    behind: dict[str, str] = {}  # hidden account → the folded one that hides it
    for card in sorted(draft.parties, key=lambda card: (card.column, card.key)):
        before = [
            source if source in folded and source not in behind else behind.get(source, "")
            for source in sources[card.key]
        ]
        if before and all(before) and card.key not in pinned:
            behind[card.key] = min(before)
    hidden_by: dict[str, int] = defaultdict(int)
    for folder in behind.values():
        hidden_by[folder] += 1
    return frozenset(behind) | {home[key] for key in behind if home[key] != key}, dict(hidden_by)


def _focus(draft: Draft, choice: Choice) -> frozenset[str] | None:
    """The accounts of a chosen cell, whose money they got, and to whom they paid; None where no cell is chosen."""
    cell = choice.cell
    if cell is None:
        return None
    inside = {
        card.key
        for card in draft.parties
        if card.column == cell.hop and choice.institutions.get(card.code, "") == cell.institution
    }
    found = set(inside)
    into: dict[str, list[str]] = defaultdict(list)
    for source, target in draft.payments:
        if draft.cards[source].column < draft.cards[target].column:
            into[target].append(source)
            if source in inside:
                found.add(target)
    waiting = list(inside)
    while waiting:
        for source in into[waiting.pop()]:
            if source not in found:
                found.add(source)
                waiting.append(source)
    return frozenset(found)


def candidates(draft: Draft, choice: Choice) -> int:
    """How many accounts the filter and the chosen cell leave to be drawn."""
    if choice.cell is None and not choice.least:
        return len(draft.parties)
    focus = _focus(draft, choice)
    rules = _Rules(choice, 0, 0, frozenset(), 0)
    return sum(1 for card in draft.parties if _worth(card, rules, focus))
