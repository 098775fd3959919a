"""Who is who after more files or fewer: accounts that nothing new touches stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from fanzha.ledger.assembly.assemble import NotExtendable
from fanzha.ledger.assembly.codes import UNKNOWN, Codes
from fanzha.ledger.assembly.identity import Identity, Join, Numbers
from fanzha.ledger.columns import I64, Flags


@dataclass(frozen=True, slots=True)
class ExtendedIdentity:
    """The identity of the larger set of files, and how to get to it from the former one and from a part of the facts."""

    identity: Identity
    numbers: Numbers  # of the part of the facts, by place in the whole identity
    entity: Codes  # by former account: its number now, UNKNOWN where it was touched
    touched: Flags  # by account now


@dataclass(frozen=True, slots=True)
class LetGo:
    """Numbers that removed files name, and which of them may be joined with others."""

    texts: pl.Series
    usable: Flags


def places_in(texts: pl.Series, wanted: pl.Series) -> I64:
    """Where each wanted text stands among sorted texts, UNKNOWN where it does not."""
    if not len(texts):
        return np.full(len(wanted), UNKNOWN, np.int64)
    place = texts.search_sorted(wanted, side="left").to_numpy().astype(np.int64)
    inside = np.minimum(place, len(texts) - 1)
    hit = (texts.gather(inside) == wanted).to_numpy()
    return np.where(hit, place, UNKNOWN)


def touched_by(identity: Identity, texts: pl.Series) -> Flags:
    """Accounts that one of the numbers names."""
    place = places_in(identity.aliases, texts)
    touched = np.zeros(len(identity.name), np.bool_)
    touched[identity.entity[place[place != UNKNOWN]]] = True
    return touched


def with_refused(identity: Identity, touched: Flags) -> Flags:
    """The accounts, and those that were nearly joined with them: what is shown anew may settle it otherwise."""
    if not identity.refused:
        return touched
    ends = [
        pl.Series([getattr(join, end) for join in identity.refused], dtype=pl.String) for end in ("first", "second")
    ]
    first, second = (identity.entity[places_in(identity.aliases, texts)] for texts in ends)
    wider = touched.copy()
    while True:
        near = wider[first] | wider[second]
        before = np.count_nonzero(wider)
        wider[first[near]] = wider[second[near]] = True
        if np.count_nonzero(wider) == before:
            return wider


def extend_identity(
    former: Identity, touched: Flags, part: Identity, numbers: Numbers, let_go: LetGo
) -> ExtendedIdentity:
    """The former identity with the touched accounts as the part of the facts shows them, which must tell all of them.

    `part`, `numbers`: what a part of the facts says by itself. Raises NotExtendable when a number of a touched account of
    several is not in that part, or when it cannot be told whether a number that was let go is still named.
    """
    lost = _lost(former, part, let_go)
    place = places_in(former.aliases, part.aliases)
    fresh = part.aliases.filter(pl.Series(place == UNKNOWN))
    before = former.aliases.search_sorted(fresh, side="left").to_numpy().astype(np.int64) if len(former.aliases) else 0
    order = np.insert(
        np.arange(len(former.aliases)), np.broadcast_to(before, len(fresh)), len(former.aliases) + np.arange(len(fresh))
    )
    order = order[~np.isin(order, lost)]
    aliases = pl.concat([former.aliases, fresh]).gather(order).alias(former.aliases.name)
    # By former place, then by fresh number: place now; UNKNOWN where the number is lost.
    moved = np.full(len(former.aliases) + len(fresh), UNKNOWN, np.int64)
    moved[order] = np.arange(len(order))
    now = moved[: len(former.aliases)]
    here = place.copy()
    here[place == UNKNOWN] = len(former.aliases) + np.arange(len(fresh))
    here = moved[here]  # by number of the part
    own = touched[former.entity]
    naming = np.empty(len(aliases), np.int64)
    stays = now != UNKNOWN
    naming[now[stays]] = now[_named_by(former)[former.entity]][stays]
    free = np.ones(len(aliases), np.bool_)
    free[now[~own]] = False
    mine = free[here]
    naming[here[mine]] = here[_named_by(part)[part.entity]][mine]
    _check(former, own, now, here, naming, free)
    named = np.zeros(len(aliases), np.bool_)
    named[naming] = True
    entity_named = np.cumsum(named, dtype=np.int32) - np.int32(1)
    entity = entity_named[naming]
    identity = Identity(
        aliases,
        entity,
        aliases.gather(np.flatnonzero(named)),
        _joins(former.joins, part.joins, former, own, aliases, free),
        _joins(former.refused, part.refused, former, own, aliases, free),
    )
    kept = np.where(touched, UNKNOWN, entity_named[now[_named_by(former)]]).astype(np.int32)
    inside = np.zeros(len(identity.name), np.bool_)
    inside[entity[free]] = True
    codes = np.append(here, UNKNOWN).astype(np.int32)
    columns = {name: codes[column] for name, column in numbers.columns.items()}
    return ExtendedIdentity(identity, Numbers(aliases, columns, codes[numbers.extra]), kept, inside)


def _lost(former: Identity, part: Identity, let_go: LetGo) -> I64:
    """Former places of the numbers that nobody names any more."""
    place = places_in(former.aliases, let_go.texts)
    unnamed = (place != UNKNOWN) & (places_in(part.aliases, let_go.texts) == UNKNOWN)
    if bool((unnamed & ~let_go.usable).any()):
        raise NotExtendable("a number let go that may stand in a row beside another")
    lost: I64 = place[unnamed]
    return lost


def _named_by(identity: Identity) -> I64:
    """Per account the place of the number that it is named by."""
    if len(identity.name) == len(identity.aliases):
        return np.arange(len(identity.name), dtype=np.int64)
    naming = np.flatnonzero((identity.aliases == identity.name.gather(identity.entity)).to_numpy())
    found = np.empty(len(identity.name), np.int64)
    found[identity.entity[naming]] = naming
    return found


def _check(former: Identity, own: Flags, now: I64, here: I64, naming: I64, free: Flags) -> None:
    unseen = own.copy()
    unseen[np.isin(now, here)] = False
    numbers = np.bincount(former.entity, minlength=len(former.name))
    if bool((numbers[former.entity[unseen]] > 1).any()):
        raise NotExtendable("an account whose numbers do not all stand in its own rows")
    if not bool(free[naming[free]].all()):
        raise NotExtendable("an account that joins one which nothing names anew")


def _joins(
    former: Sequence[Join], part: Sequence[Join], identity: Identity, own: Flags, aliases: pl.Series, free: Flags
) -> tuple[Join, ...]:
    def chosen(joins: Sequence[Join], texts: pl.Series, wanted: Flags) -> list[Join]:
        place = places_in(texts, pl.Series([join.first for join in joins], dtype=pl.String))
        return [join for join, at in zip(joins, place.tolist(), strict=True) if wanted[at]]

    kept = chosen(former, identity.aliases, ~own) + chosen(part, aliases, free)
    return tuple(sorted(kept, key=lambda join: (join.first, join.second)))
