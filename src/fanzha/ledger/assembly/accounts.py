"""What is known of each account apart from its rows: holder, institution, the bank's own balance, hub or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fanzha.core.money import DEFAULT_CURRENCY, exponent_of
from fanzha.ledger.assembly.codes import UNKNOWN, Codes, encode, runs
from fanzha.ledger.assembly.identity import MASK, Identity, Known, masked, person_keys
from fanzha.ledger.assembly.rows import Rows
from fanzha.ledger.assembly.rules import HubRules
from fanzha.ledger.columns import (
    I64,
    POCKET_BLOCKED,
    POCKET_HUB,
    POCKET_MASKED,
    U32,
    Flags,
    Pockets,
)

NAME_LENGTH_MIN = 2


@dataclass(frozen=True, slots=True)
class PocketMap:
    """Pockets by account and currency: `of` gives the pocket, 0 where there is none."""

    currencies: tuple[str, ...]
    entity: Codes  # per pocket; UNKNOWN for pocket 0
    currency: Codes
    of_pair: NDArray[np.int32]  # per entity × currency

    def of(self, entity: Codes, currency: Codes) -> I64:
        """The pocket of each (account, currency); 0, the outside, where the account is unknown."""
        pair = entity.astype(np.int64) * len(self.currencies) + currency
        return np.where(entity == UNKNOWN, 0, self.of_pair[np.where(entity == UNKNOWN, 0, pair)]).astype(np.int64)

    def places_of(self, currencies: Sequence[str]) -> Codes:
        """Where other lists' currencies stand in this one."""
        return np.array([self.currencies.index(currency) for currency in currencies] or [0], np.int32)

    def of_entity(self, entity: int) -> list[int]:
        """Every pocket of an account."""
        wide = len(self.currencies)
        return [int(p) for p in self.of_pair[entity * wide : (entity + 1) * wide] if p]

    def __len__(self) -> int:
        return len(self.entity)


def map_pockets(
    currencies: Sequence[str], entities: int, pairs: Sequence[tuple[Codes, Codes]], alone: Sequence[int]
) -> PocketMap:
    """Numbers the pockets by account and then currency; `alone`: accounts that need one even if no row has them."""
    named = tuple(sorted({*currencies, DEFAULT_CURRENCY})) if len(alone) else tuple(currencies)
    count = max(1, len(named))
    place = np.array([named.index(currency) for currency in currencies], np.int64)
    there = np.zeros(max(1, entities * count), np.bool_)
    for entity, currency in pairs:
        known = entity != UNKNOWN
        there[entity[known].astype(np.int64) * count + place[currency[known]]] = True
    if len(alone):
        lacking = np.array(sorted(set(alone)), np.int64)
        lacking = lacking[~there.reshape(-1, count)[lacking].any(axis=1)]
        there[lacking * count + named.index(DEFAULT_CURRENCY)] = True
    of_pair = np.where(there, np.cumsum(there, dtype=np.int32), 0).astype(np.int32)
    found = np.flatnonzero(there)
    entity = np.concatenate([[UNKNOWN], found // count]).astype(np.int32)
    return PocketMap(named, entity, np.concatenate([[0], found % count]).astype(np.int32), of_pair)


def most_frequent(owner: NDArray[np.integer], code: Codes, rank: I64 | None = None) -> tuple[I64, I64, Flags]:
    """Per owner its most frequent code; ties go to the smaller code, a lower `rank` beats any count.

    Returns owners (rising), their code, and whether a second code of the same rank was seen.
    """
    known = (code != UNKNOWN) & (owner >= 0)
    level = np.zeros(len(code), np.int64) if rank is None else rank
    packed = (owner[known].astype(np.int64) << 32) | (level[known] << 31) | code[known]
    packed.sort()
    starts = runs(packed)
    distinct, counts = packed[starts[:-1]], np.diff(starts)
    best = np.lexsort((distinct & (2**31 - 1), -counts, (distinct >> 31) & 1, distinct >> 32))
    distinct = distinct[best]
    first = runs(distinct >> 32)
    owners, codes = distinct[first[:-1]] >> 32, distinct[first[:-1]] & (2**31 - 1)
    second = np.minimum(first[:-1] + 1, max(0, len(distinct) - 1))
    several = (first[:-1] + 1 < first[1:]) & (distinct[second] >> 31 == distinct[first[:-1]] >> 31)
    return owners, codes, several


@dataclass(frozen=True, slots=True)
class Holders:
    """Per account: what tells its holder from others (null where nothing does) and the name most often given."""

    key: pl.Series
    name: pl.Series


def holder_numbers(keys: pl.Series) -> U32:
    """Holders numbered from 1 in the order of their keys; 0 for unknown."""
    _, codes = encode([keys])
    return (codes[0] + 1).astype(np.uint32)


def find_holders(known: Known, rows: Rows) -> Holders:
    """One key per holder: the same id number, or, where no id is known, the same full name."""
    entities, facts, accounts = len(known.identity.name), known.facts, known.listed()
    owners = np.concatenate([rows.payer, rows.payee, accounts])
    # What an account's own statement says goes before what the other side says of it.
    listed = np.zeros(len(accounts), np.int64)
    foreign = np.concatenate([(~rows.payer_owned).astype(np.int64), (~rows.payee_owned).astype(np.int64), listed])
    names, name_of, _ = _best_text(
        owners, foreign, entities, [rows.texts["payer_name"], rows.texts["payee_name"], facts.accounts["holder_name"]]
    )
    ids, id_of, id_several = _best_text(
        owners,
        foreign,
        entities,
        [person_keys(ids) for ids in (rows.texts["payer_id"], rows.texts["payee_id"], facts.accounts["holder_id"])],
    )
    full = ((names.str.len_chars() >= NAME_LENGTH_MIN) & ~names.str.contains(MASK, literal=True)).to_numpy()
    full = np.append(full, np.False_)
    clear_id = np.append((~ids.str.contains(MASK, literal=True)).to_numpy(), np.False_)
    by_id = (id_of != UNKNOWN) & clear_id[id_of]
    by_name = (id_of == UNKNOWN) & (name_of != UNKNOWN) & full[name_of]
    # Two id numbers given for one account: nobody else is taken for its holder.
    alone = by_id & id_several
    names, ids = (pl.concat([texts, pl.Series([""], dtype=pl.String)]) for texts in (names, ids))
    name = names.gather(np.where(name_of == UNKNOWN, len(names) - 1, name_of))
    key = pl.Series([None], dtype=pl.String).new_from_index(0, entities)
    if by_id.any():
        number = ids.gather(np.where(id_of == UNKNOWN, len(ids) - 1, id_of))
        key = ("1" + number).zip_with(pl.Series(by_id), key)
        key = ("3" + known.identity.name).zip_with(pl.Series(alone), key)
    if by_name.any():
        key = ("2" + name).zip_with(pl.Series(by_name), key)
    return Holders(key, name)


def _best_text(owners: Codes, rank: I64, entities: int, texts: Sequence[pl.Series]) -> tuple[pl.Series, I64, Flags]:
    distinct, codes = encode(texts)
    best = np.full(entities, UNKNOWN, np.int64)
    several = np.zeros(entities, np.bool_)
    if len(distinct):
        found, code, more = most_frequent(owners, np.concatenate(codes), rank)
        best[found], several[found] = code, more
    return distinct, best, several


def find_institutions(known: Known, rows: Rows) -> pl.Series:
    """Per account the institution most often given for it, '' where none is."""
    owners = np.concatenate([rows.payer, rows.payee, known.listed()])
    texts, best, _ = _best_text(
        owners,
        np.zeros(len(owners), np.int64),
        len(known.identity.name),
        [rows.texts["payer_institution"], rows.texts["payee_institution"], known.facts.accounts["institution"]],
    )
    return pl.concat([texts, pl.Series([""], dtype=pl.String)]).gather(np.where(best == UNKNOWN, len(texts), best))


def hub_reasons(identity: Identity, holders: Holders, institutions: pl.Series, hubs: HubRules) -> dict[int, str]:
    """Accounts that the rules name as hubs, and why."""
    found: dict[int, str] = {}
    for rule in hubs.rules:
        if rule.match == "prefix":
            hit = identity.name.str.starts_with(rule.pattern)
        elif rule.match == "name":
            hit = holders.name.str.contains(rule.pattern, literal=True)
        else:
            hit = institutions == rule.pattern
        for entity in hit.arg_true().to_list():
            found.setdefault(entity, rule.reason)
    return found


@dataclass(frozen=True, slots=True)
class Balances:
    """Per pocket what its institution states apart from the rows, as of when, and how much of it is bound."""

    balance_minor: I64
    at_us: I64
    bound_minor: I64


def describe_pockets(
    pockets: PocketMap, identity: Identity, holders: pl.Series, institutions: pl.Series, balances: Balances,
    *, hub_entities: Sequence[int], blocked_entities: Sequence[int],
) -> Pockets:  # fmt: skip
    """The pockets as columns; the first is the outside. `holders`: the key of each account's holder."""
    entity = pockets.entity[1:]
    flags = np.zeros(len(pockets), np.uint8)
    inside = np.zeros(len(identity.name) + 1, np.uint8)
    inside[np.array(list(hub_entities), np.int64)] |= POCKET_HUB
    inside[np.array(list(blocked_entities), np.int64)] |= POCKET_BLOCKED
    inside[:-1][masked(identity.name)] |= POCKET_MASKED
    flags[1:] = inside[entity]
    outside = pl.Series([""], dtype=pl.String)
    return Pockets(
        account=pl.concat([outside, identity.name.gather(entity)]),
        currency=pockets.currency.astype(np.uint16),
        currencies=pockets.currencies,
        exponents=tuple(exponent_of(currency) for currency in pockets.currencies),
        holder=np.concatenate([[0], holder_numbers(holders)[entity]]).astype(np.uint32),
        institution=pl.concat([outside, institutions.gather(entity)]),
        flags=flags,
        bank_balance_minor=balances.balance_minor,
        bank_balance_at_us=balances.at_us,
        bound_minor=balances.bound_minor,
    )


def currency_codes(texts: pl.Series, currencies: Sequence[str]) -> Codes:
    """Places of currencies in the ledger's list; a blank one is the default currency."""
    table = {currency: place for place, currency in enumerate(currencies)}
    return np.array([table.get(text, 0) for text in texts.fill_null(DEFAULT_CURRENCY).to_list()], np.int32)
