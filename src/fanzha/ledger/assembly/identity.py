"""Which numbers name one account: cards, accounts, sub-accounts and wallets joined by the rows that show both."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fanzha.ledger.assembly.codes import UNKNOWN, Codes
from fanzha.ledger.assembly.facts import FILE, Facts
from fanzha.ledger.columns import U16
from fanzha.records import TransferKind

MASK: Final = "*"
FOUND_MAX: Final = 100_000  # numbers that a ledger remembers the accounts of
SUBS_MAX: Final = np.iinfo(np.uint16).max


@dataclass(frozen=True, slots=True)
class Join:
    """Two numbers taken for one account, and the first row that shows it; `refused` says why they were not."""

    first: str
    second: str
    reason: str  # 'row_shows_both', 'account_table', 'sub_account_table' or 'internal_move'
    sha256: str
    sheet: str
    row: int
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Every number that was seen, sorted, and the account it names."""

    aliases: pl.Series
    entity: Codes  # per alias
    name: pl.Series  # per entity, sorted: the smallest card, else the smallest number
    joins: tuple[Join, ...]
    refused: tuple[Join, ...]
    found: dict[str, int | None] = field(default_factory=dict[str, "int | None"], compare=False, repr=False)  # so far

    def entity_of(self, text: str) -> int | None:
        """The account that a number names; None if the ledger has never seen it."""
        if text not in self.found:
            if len(self.found) >= FOUND_MAX:
                self.found.clear()
            self.found[text] = self._look_up(text)
        return self.found[text]

    def _look_up(self, text: str) -> int | None:
        bare = text.strip().replace(" ", "")
        for spelling in dict.fromkeys((text, bare)):
            place = int(self.aliases.search_sorted(spelling, side="left")) if len(self.aliases) else 0
            if place < len(self.aliases) and self.aliases[place] == spelling:
                return int(self.entity[place])
        return None

    def entities_of(self, texts: Collection[str]) -> dict[str, int]:
        """The accounts that numbers, spelt as in the facts, name; those that no file names are left out."""
        if not texts or not len(self.aliases):
            return {}
        wanted = pl.Series(list(texts), dtype=pl.String)
        place = np.minimum(self.aliases.search_sorted(wanted, side="left").to_numpy(), len(self.aliases) - 1)
        there = (self.aliases.gather(place) == wanted).to_numpy()
        found = zip(texts, self.entity[place].tolist(), there.tolist(), strict=True)
        return {text: entity for text, entity, known in found if known}

    def resolve(self, text: str) -> str | None:
        """The account's name for any of its numbers; None if the ledger has never seen it."""
        entity = self.entity_of(text)
        return None if entity is None else str(self.name[entity])

    def aliases_of(self, text: str) -> tuple[str, ...]:
        """Every number of the account that `text` names."""
        entity = self.entity_of(text)
        return () if entity is None else tuple(self.aliases.filter(pl.Series(self.entity == entity)).to_list())


@dataclass(frozen=True, slots=True)
class Numbers:
    """The distinct numbers of all facts, and where each stands in the facts, by code."""

    texts: pl.Series
    columns: Mapping[str, Codes]  # 'entries.card' and so on
    extra: Codes  # numbers named beside the facts (quarantine, windows, overrides)

    def of(self, column: str) -> Codes:
        """Codes of one column of the facts."""
        return self.columns[column]


@dataclass(frozen=True, slots=True)
class Known:
    """The facts, the numbers in them, and the account that each number names."""

    facts: Facts
    numbers: Numbers
    identity: Identity

    def entities(self, column: str) -> Codes:
        """The account that each element of a column of numbers names, UNKNOWN where it names none."""
        return self.of(self.numbers.of(column))

    def of(self, numbers: Codes) -> Codes:
        """The accounts that numbers name."""
        # Code -1 indexes the last element.
        return np.append(self.identity.entity, np.int32(UNKNOWN))[numbers]

    def listed(self) -> Codes:
        """The account that each row of the account tables describes."""
        card = self.entities("accounts.card")
        return np.where(card != UNKNOWN, card, self.entities("accounts.account"))


def usable(texts: pl.Series, length_min: int) -> NDArray[np.bool_]:
    """Numbers that may be joined: long enough, not masked, not all zeros."""
    if not len(texts):
        return np.zeros(0, np.bool_)
    keep = (texts.str.len_chars() >= length_min) & ~texts.str.contains(MASK, literal=True)
    return (keep & ~texts.str.contains(r"^0*$")).to_numpy()


def masked(texts: pl.Series) -> NDArray[np.bool_]:
    """Numbers of which a part is hidden."""
    return texts.str.contains(MASK, literal=True).to_numpy() if len(texts) else np.zeros(0, np.bool_)


def person_keys(ids: pl.Series) -> pl.Series:
    """Id numbers made comparable: an 18-digit one and the 15-digit one it grew from are the same person."""
    if ids.null_count() == len(ids):
        return ids
    upper = ids.str.to_uppercase()
    return upper.str.replace(r"^(\d{6})\d\d(\d{9})[\dX]$", "${1}${2}")


def find_joins(facts: Facts, numbers: Numbers, *, length_min: int) -> list[tuple[int, int, Join]]:
    """Pairs of numbers shown together, each once with its first row, sorted by the two numbers; and their codes."""
    fit = usable(numbers.texts, length_min)
    shown = [
        ("entries", "entries.card", "entries.account", "row_shows_both"),
        ("accounts", "accounts.card", "accounts.account", "account_table"),
        ("sub_accounts", "sub_accounts.account", "sub_accounts.sub_account", "sub_account_table"),
    ]
    parts = []
    for rank, (table, left, right, reason) in enumerate(shown):
        a, b = numbers.of(left), numbers.of(right)
        both = (a != UNKNOWN) & (b != UNKNOWN) & (a != b)
        both[both] &= fit[a[both]] & fit[b[both]]
        rows = np.flatnonzero(both)
        if not len(rows):
            continue
        pair = pl.DataFrame({"first": np.minimum(a, b)[rows], "second": np.maximum(a, b)[rows]})
        where = getattr(facts, table).select(FILE, "sheet", "row")[rows]
        parts.append(
            pl.concat([pair, where], how="horizontal")
            .unique(["first", "second"], keep="first", maintain_order=True)
            .with_columns(pl.lit(reason).alias("reason"), pl.lit(rank).alias("rank"))
        )
    if not parts:
        return []
    found = pl.concat(parts).sort("first", "second", "rank").unique(["first", "second"], keep="first")
    found = found.sort("first", "second")
    texts = [numbers.texts.gather(found[column]).to_list() for column in ("first", "second")]
    return [
        (
            row["first"],
            row["second"],
            Join(a, b, row["reason"], facts.batches[row[FILE]].sha256, row["sheet"] or "", row["row"]),
        )
        for a, b, row in zip(*texts, found.iter_rows(named=True), strict=True)
    ]


def join_numbers(facts: Facts, numbers: Numbers, *, rejected: Collection[tuple[str, str]], length_min: int) -> Identity:
    """Accounts as entities: the joins that the rows show, without those that were rejected or that contradict.

    A join is refused if it would put two different holders' id numbers into one account (the number that both claim
    then stays apart from both), or two numbers that were set apart by hand. A number that only moves within an account name
    is joined last, and only if it has no statement of its own and no second account claims it.
    """
    parent = np.arange(len(numbers.texts), dtype=np.int64)
    apart = _set_apart(numbers.texts, rejected)
    holder_ids = _holder_ids(facts, numbers)
    made: list[Join] = []
    refused: list[Join] = []
    members: dict[int, list[int]] = {}

    def judge(a: int, b: int, join: Join, objection: str = "") -> None:
        low, high = sorted((_root(parent, a), _root(parent, b)))
        if low == high:
            made.append(join)
            return
        groups = members.get(low, [low]), members.get(high, [high])
        ids = holder_ids.get(low, frozenset()), holder_ids.get(high, frozenset())
        why = objection or _objection(groups, apart, ids)
        if why:
            refused.append(replace(join, refused=why))
            return
        parent[high] = low
        smaller, larger = sorted(groups, key=len)
        larger.extend(smaller)
        members[low] = larger
        members.pop(high, None)
        holder_ids[low] = ids[0] | ids[1]
        made.append(join)

    for a, b, join in find_joins(facts, numbers, length_min=length_min):
        judge(a, b, join)
    inner = find_inner_moves(facts, numbers, length_min=length_min)
    for a, b, join, why in _inner_objections(inner, numbers, parent, members):
        judge(a, b, join, why)
    if inner:
        made.sort(key=lambda join: (join.first, join.second))
        refused.sort(key=lambda join: (join.first, join.second))
    entity, name = _name_entities(numbers, members)
    return Identity(numbers.texts, entity, name, tuple(made), tuple(refused))


def _inner_objections(
    inner: Sequence[tuple[int, int, Join]],
    numbers: Numbers,
    parent: NDArray[np.int64],
    members: Mapping[int, Sequence[int]],
) -> list[tuple[int, int, Join, str]]:
    """The moves to numbers that are not in the account already, each with what speaks against a join."""
    open_moves = [move for move in inner if _root(parent, move[0]) != _root(parent, move[1])]
    if not open_moves:
        return []
    shown = np.zeros(len(numbers.texts) + 1, np.bool_)  # the last element answers for UNKNOWN
    for column in ("entries.card", "entries.account", "transfers.payer", "transfers.payee"):
        shown[numbers.of(column)] = True
    claims: dict[int, set[int]] = {}
    for own, other, _ in open_moves:
        claims.setdefault(_root(parent, other), set()).add(_root(parent, own))
    found = []
    for own, other, join in open_moves:
        there = _root(parent, other)
        why = "claimed_by_several" if len(claims[there]) > 1 else ""
        if shown[np.array(members.get(there, [there]))].any():
            why = "own_statement"
        found.append((own, other, join, why))
    return found


def inner_moves(facts: Facts) -> NDArray[np.bool_]:
    """Statement rows that their bank calls a move within the account (活期转定期 …) and that name no other holder."""
    entries = facts.entries
    inner: NDArray[np.bool_] = entries["kind"].to_numpy() == np.uint8(TransferKind.INTERNAL)
    rows = np.flatnonzero(inner)
    if not len(rows):
        return inner
    told = entries.select("holder_name", "counterparty_name", own=pl.coalesce("card", "account"))[rows].with_row_index(
        "i"
    )
    # Where the row does not say whose it is, the account table may.
    listed = pl.concat(
        [facts.accounts.select(own=number, listed="holder_name").drop_nulls() for number in ("card", "account")]
    )
    names = told.join(listed.unique(), on="own", how="left").with_columns(
        holder=pl.coalesce("holder_name", "listed").fill_null(pl.col("counterparty_name"))
    )
    same = names.group_by("i").agg(
        (pl.col("counterparty_name").is_null() | (pl.col("counterparty_name") == pl.col("holder"))).any().alias("same")
    )
    inner[rows] = same.sort("i")["same"].to_numpy()
    return inner


def find_inner_moves(facts: Facts, numbers: Numbers, *, length_min: int) -> list[tuple[int, int, Join]]:
    """The account's own number and the other one of each move within it, once with its first row, sorted by these."""
    rows = np.flatnonzero(inner_moves(facts))
    if not len(rows):
        return []
    card, account = (numbers.of(f"entries.{name}")[rows] for name in ("card", "account"))
    own, other = np.where(card != UNKNOWN, card, account), numbers.of("entries.counterparty")[rows]
    fit = np.append(usable(numbers.texts, length_min), np.False_)
    both = fit[own] & fit[other] & (own != other)
    where = facts.entries.select(FILE, "sheet", "row")[rows[both]]
    pair = pl.DataFrame({"own": own[both], "other": other[both]})
    found = pl.concat([pair, where], how="horizontal").unique(["own", "other"], keep="first", maintain_order=True)
    joins = []
    for row in found.sort("own", "other").iter_rows(named=True):
        first, second = (numbers.texts[code] for code in sorted((row["own"], row["other"])))
        sha256 = facts.batches[row[FILE]].sha256
        join = Join(first, second, "internal_move", sha256, row["sheet"] or "", row["row"])
        joins.append((row["own"], row["other"], join))
    return joins


def _root(parent: NDArray[np.int64], at: int) -> int:
    while parent[at] != at:
        parent[at] = parent[parent[at]]
        at = int(parent[at])
    return at


def _set_apart(texts: pl.Series, rejected: Collection[tuple[str, str]]) -> set[tuple[int, int]]:
    known = {text: code for code, text in enumerate(texts)} if rejected else {}
    return {
        (min(known[a], known[b]), max(known[a], known[b])) for a, b in rejected if a in known and b in known and a != b
    }


def _objection(
    groups: tuple[Sequence[int], Sequence[int]],
    apart: Collection[tuple[int, int]],
    ids: tuple[frozenset[str], frozenset[str]],
) -> str:
    if apart:
        inside = {*groups[0], *groups[1]}
        if any(a in inside and b in inside for a, b in apart):
            return "set_apart_by_hand"
    if ids[0] and ids[1] and len(ids[0] | ids[1]) > 1:
        return "holder_ids_differ"
    return ""


def _holder_ids(facts: Facts, numbers: Numbers) -> dict[int, frozenset[str]]:
    parts = []
    for table, columns in (("entries", ("card", "account")), ("accounts", ("card", "account"))):
        ids = getattr(facts, table)["holder_id"]
        parts += [pl.DataFrame({"number": numbers.of(f"{table}.{name}"), "id": person_keys(ids)}) for name in columns]
    known = (
        pl.concat(parts)
        .filter((pl.col("number") != UNKNOWN) & pl.col("id").is_not_null())
        .filter((pl.col("id") != "") & ~pl.col("id").str.contains(MASK, literal=True))
        .unique()
    )
    found: dict[int, set[str]] = {}
    for number, text in known.iter_rows():
        found.setdefault(number, set()).add(text)
    return {number: frozenset(ids) for number, ids in found.items()}


def _name_entities(numbers: Numbers, members: Mapping[int, Sequence[int]]) -> tuple[Codes, pl.Series]:
    count = len(numbers.texts)
    if not members:
        return np.arange(count, dtype=np.int32), numbers.texts
    cards = np.zeros(count, np.bool_)
    for column in ("entries.card", "accounts.card"):
        codes = numbers.of(column)
        cards[codes[codes != UNKNOWN]] = True
    named = np.arange(count, dtype=np.int64)
    for group in members.values():
        inside = np.array(sorted(group))
        named[inside] = inside[cards[inside]][0] if cards[inside].any() else inside[0]
    # Numbers are sorted, so that places of the naming numbers give the names in order.
    names, entity = np.unique(named, return_inverse=True)
    return entity.astype(np.int32), numbers.texts.gather(names)


def number_subs(known: Known) -> U16:
    """Per number, which running balance of its account it has: 0 the main one, from 1 each sub-account's own.

    A declared sub-account has its own. Where rows of one account show several account numbers that no table explains,
    the number with the most rows is the main one and each other has its own.
    """
    numbers, identity = known.numbers, known.identity
    subs = np.zeros(len(numbers.texts) + 1, np.uint16)  # the last element answers for UNKNOWN
    declared = numbers.of("sub_accounts.sub_account")
    main = numbers.of("sub_accounts.account")
    declared = np.unique(declared[(declared != UNKNOWN) & (declared != main)])
    own = numbers.of("entries.account")
    own_cards = numbers.of("entries.card")
    shown = own[(own != UNKNOWN) & (own != own_cards)]
    undeclared, rows = np.unique(shown[~np.isin(shown, declared)], return_counts=True)
    by_entity: dict[int, list[int]] = {}
    # The one that sub-accounts hang on, then most rows, then the smallest number: the first of each entity is main.
    for number in undeclared[np.lexsort((undeclared, -rows, ~np.isin(undeclared, main)))]:
        by_entity.setdefault(int(identity.entity[number]), []).append(int(number))
    numbered: dict[int, list[int]] = {entity: sorted(found[1:]) for entity, found in by_entity.items()}
    for number in declared:
        numbered.setdefault(int(identity.entity[number]), []).append(int(number))
    for found in numbered.values():
        for sub, number in enumerate(sorted(found), start=1):
            assert sub <= SUBS_MAX
            subs[number] = sub
    return subs
