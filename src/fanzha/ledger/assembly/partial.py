"""A part of the facts assembled by itself, in the numbers of the whole: new files, and the accounts that files touch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from fanzha.ledger.assembly.accounts import PocketMap
from fanzha.ledger.assembly.assemble import (
    Assembly,
    FormerPockets,
    Grouped,
    NotExtendable,
    blocked_accounts,
    group_rows,
    map_accounts,
    merge_groups,
    named_beside,
)
from fanzha.ledger.assembly.codes import UNKNOWN, Codes, encode
from fanzha.ledger.assembly.coverage import CoverageOverride, Periods
from fanzha.ledger.assembly.extended_identity import ExtendedIdentity, LetGo, extend_identity
from fanzha.ledger.assembly.facts import Excerpt, Facts, gather
from fanzha.ledger.assembly.identity import Known, join_numbers, usable
from fanzha.ledger.assembly.merging import Merged
from fanzha.ledger.assembly.rows import number_texts
from fanzha.ledger.assembly.rules import HubRules, PairingRules
from fanzha.ledger.assembly.sources import ROW_BACKWARDS
from fanzha.ledger.columns import I64, U32, Flags
from fanzha.records import FactBatch


class StoredFacts(Protocol):
    """The facts of the former ledger's files, of which parts can be asked for."""

    def excerpt(self, places: Mapping[str, U32]) -> Sequence[FactBatch]:
        """Every file's facts, but of its statement rows and canonical rows only those at the given places.

        `places` by SHA-256, rising; a file's statement rows are numbered first, then its canonical rows.
        """

    def citing(self, order_numbers: Collection[str], serials: Collection[str]) -> Mapping[str, U32]:
        """The places of statement rows that have one of the order numbers or serials, by SHA-256."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What people and the dated tables decide about a ledger; the same as when the former one was made."""

    joins_rejected: Collection[tuple[str, str]]
    coverage: Sequence[CoverageOverride]
    hubs: HubRules
    pairing: PairingRules


@dataclass(frozen=True, slots=True)
class Former:
    """The former ledger, with what leads from its transfers to its rows and back."""

    assembly: Assembly
    pocket_entity: Codes
    transfer_of_row: I64  # by source row
    base: I64  # by file, how many rows the files before it have
    removed: Sequence[FactBatch]  # files of it that are to go
    robbed: Flags  # by transfer: a row of a removed file belongs to it

    @classmethod
    def of(cls, assembly: Assembly, removed: Sequence[FactBatch] = ()) -> Former:
        """Prepares a ledger to be extended. Raises NotExtendable when none of its rows stays."""
        sources = assembly.sources
        if not len(sources.row):
            raise NotExtendable("a ledger without rows")
        files = np.array([figures.sha256 for figures in assembly.files])
        assert files.tolist() == list(sources.sha256s), "a ledger's files are numbered alike everywhere"
        counts = np.bincount(sources.file, minlength=len(files))
        transfer_of_row = np.repeat(np.arange(len(sources.offsets) - 1), np.diff(sources.offsets))
        base = np.concatenate([[0], np.cumsum(counts)])
        gone = _of_files(assembly, removed)
        if gone.all():
            raise NotExtendable("a ledger of which no row stays")
        robbed = np.zeros(len(assembly.columns.transfers), np.bool_)
        robbed[transfer_of_row[gone]] = True
        return cls(assembly, _pocket_entities(assembly), transfer_of_row, base, removed, robbed)

    def rows_naming(self, touched: Flags, also: Flags) -> I64:
        """Source rows of all transfers of which a row or an end is a touched account, and of those in `also`.

        Without rows of removed files.
        """
        sources, t = self.assembly.sources, self.assembly.columns.transfers
        inside = np.append(touched, np.False_)  # code -1 indexes the last element
        wanted = also.copy()
        wanted[self.transfer_of_row[inside[sources.payer] | inside[sources.payee]]] = True
        pocket = inside[self.pocket_entity]
        wanted |= pocket[t.payer] | pocket[t.payee]
        found = wanted[self.transfer_of_row]
        found[_of_files(self.assembly, self.removed)] = False
        return np.flatnonzero(found)

    def numbers_of(self, rows: I64) -> I64:
        """The one number that each source row has among all rows of all files, by file and place."""
        sources = self.assembly.sources
        return self.base[sources.file[rows]] + sources.place[rows]

    def transfers_at(self, places: Mapping[str, U32]) -> I64:
        """The transfers that rows at these places of files belong to."""
        sources = self.assembly.sources
        wanted = np.zeros(int(self.base[-1]), np.bool_)
        file = {sha256: index for index, sha256 in enumerate(sources.sha256s)}
        for sha256, own in places.items():
            wanted[self.base[file[sha256]] + own.astype(np.int64)] = True
        if not wanted.any():
            return np.empty(0, np.int64)
        return np.unique(self.transfer_of_row[wanted[self.base[sources.file] + sources.place]])


def _of_files(assembly: Assembly, files: Sequence[FactBatch]) -> Flags:
    """By source row: whether it is of one of these files."""
    sha256s = {file.sha256 for file in files}
    of_these = np.array([sha256 in sha256s for sha256 in assembly.sources.sha256s], np.bool_)
    found: Flags = of_these[assembly.sources.file]
    return found


def _pocket_entities(assembly: Assembly) -> Codes:
    name, account = assembly.identity.name, pl.Series(assembly.columns.pockets.account, dtype=pl.String)[1:]
    if len(name) == len(account) and bool((name == account).all()):
        entity = np.arange(len(name), dtype=np.int32)
    else:
        texts, (_, entity) = encode([name, account])
        assert len(texts) == len(name), "every pocket belongs to an account of the identity"
    return np.append(np.int32(UNKNOWN), entity).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of the facts says, in the numbers of the whole: accounts, pockets and files as they are now."""

    rows: I64  # the former source rows that the part holds
    who: ExtendedIdentity
    known: Known
    grouped: Grouped
    pockets: PocketMap
    pocket: I64  # by former pocket: its number now, -1 where its account was touched
    merged: Merged
    periods: Periods
    blocked: list[int]
    former_file: I64  # by file: its former number, -1 for an added one

    @property
    def touched(self) -> Flags:
        """By pocket: whether its account was touched."""
        return np.append(self.who.touched, np.False_)[self.pockets.entity]


def look_again(
    former: Former, facts: StoredFacts, added: Sequence[FactBatch], choices: Choices, touched: Flags, also: Flags,
    *, rows_max: float,
) -> Part:  # fmt: skip
    """Assembles the added files with all rows that stay and name a touched account or could be one transfer with such a row.

    `touched`: accounts, by former number. `also`: former transfers to be looked at besides. Raises NotExtendable when
    these are more than `rows_max` rows, or when they cannot tell the result.
    """
    rows, gathered = _fetch(former, facts, added, former.rows_naming(touched, also), rows_max)
    cited = _cited(former, facts, gathered, choices.pairing)
    if len(cited):
        wider = also.copy()
        wider[cited] = True
        more = former.rows_naming(touched, wider)
        if len(more) > len(rows):
            rows, gathered = _fetch(former, facts, added, more, rows_max)
    rules = choices.pairing
    numbers = number_texts(gathered, named_beside(gathered))
    own = join_numbers(gathered, numbers, rejected=choices.joins_rejected, length_min=rules.identifier_length_min)
    who = extend_identity(former.assembly.identity, touched, own, numbers, _let_go(former.removed, rules))
    known = Known(gathered, who.numbers, who.identity)
    grouped = group_rows(known, rules, who.touched)
    blocked = blocked_accounts(gathered, who.identity)
    currencies = former.assembly.columns.pockets.currencies
    entity = np.append(who.entity, np.int32(UNKNOWN))[former.pocket_entity]
    currency = former.assembly.columns.pockets.currency.astype(np.int32)
    kept = entity != UNKNOWN
    pockets = map_accounts(known, grouped, blocked, FormerPockets(currencies, entity[kept], currency[kept]))
    if former.removed and len(np.unique(pockets.currency[1:])) < len(currencies):
        raise NotExtendable("a currency that the ledger may have no longer")
    pocket = np.where(kept, pockets.of(entity, currency), -1)
    pocket[0] = 0
    number = {sha256: index for index, sha256 in enumerate(former.assembly.sources.sha256s)}
    former_file = np.array([number.get(batch.sha256, -1) for batch in gathered.batches], np.int64)
    merged, periods = merge_groups(
        known, grouped, pockets, rules, choices.coverage, complete=_complete(former.assembly, gathered, former_file)
    )
    return Part(rows, who, known, grouped, pockets, pocket, merged, periods, blocked, former_file)


def _fetch(
    former: Former, facts: StoredFacts, added: Sequence[FactBatch], rows: I64, rows_max: float
) -> tuple[I64, Facts]:
    if len(rows) > rows_max:
        raise NotExtendable(f"{len(rows)} rows to look at again")
    sources = former.assembly.sources
    ordered = rows[np.argsort(former.numbers_of(rows), kind="stable")]
    bounds = np.searchsorted(sources.file[ordered], np.arange(len(sources.sha256s) + 1)).tolist()
    excerpts = {
        sha256: Excerpt(
            sources.place[ordered[first:end]], (sources.flags[ordered[first:end]] & ROW_BACKWARDS).astype(np.bool_)
        )
        for sha256, first, end in zip(sources.sha256s, bounds[:-1], bounds[1:], strict=True)
        if end > first
    }
    gone = {batch.sha256 for batch in former.removed}
    batches = facts.excerpt({sha256: excerpt.place for sha256, excerpt in excerpts.items()})
    return ordered, gather([*(batch for batch in batches if batch.sha256 not in gone), *added], excerpts)


def _let_go(removed: Sequence[FactBatch], rules: PairingRules) -> LetGo:
    """The numbers that removed files name: where nobody else names one, the ledger has it no longer."""
    facts = gather(removed)
    texts = number_texts(facts, named_beside(facts)).texts
    return LetGo(texts, usable(texts, rules.identifier_length_min))


def _cited(former: Former, facts: StoredFacts, gathered: Facts, rules: PairingRules) -> I64:
    """Former transfers with a statement row that has an order number or a long serial of the gathered ones."""
    entries = gathered.entries
    if not len(entries):
        return np.empty(0, np.int64)
    order_numbers = entries["order_number"].drop_nulls().unique().to_list()
    serials = entries["serial"].drop_nulls().unique()
    long = serials.filter(serials.str.len_chars() >= rules.serial_length_min).to_list()
    return former.transfers_at(facts.citing(order_numbers, long)) if order_numbers or long else np.empty(0, np.int64)


def _complete(former: Assembly, gathered: Facts, former_file: I64) -> dict[int, tuple[int, int]]:
    """What each complete ledger among the former files covers, by its number now."""
    found = {}
    for index, batch in enumerate(gathered.batches):
        if not batch.complete_ledger or former_file[index] < 0:
            continue
        mine = former.spans.where(former.spans.file == former_file[index])
        if len(mine):
            found[index] = int(mine.from_us[0]), int(mine.to_us[0])
            if bool((mine.from_us != mine.from_us[0]).any() or (mine.to_us != mine.to_us[0]).any()):
                raise NotExtendable("a complete ledger that states periods besides")
    return found
