"""Facts of many files in, one ledger out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.ledger.assembly.accounts import (
    PocketMap,
    currency_codes,
    describe_pockets,
    find_holders,
    find_institutions,
    hub_reasons,
    map_pockets,
)
from fanzha.ledger.assembly.balances import stated_balances
from fanzha.ledger.assembly.codes import Codes, fingerprints
from fanzha.ledger.assembly.coverage import CoverageOverride, Spans, find_periods
from fanzha.ledger.assembly.duplicates import find_duplicates
from fanzha.ledger.assembly.facts import FILE, Facts, gather
from fanzha.ledger.assembly.identity import Identity, Known, join_numbers, masked, number_subs
from fanzha.ledger.assembly.merging import Files, Merged, ends_of, merge_rows, sight
from fanzha.ledger.assembly.pairing import infer_pairs, pair_sides
from fanzha.ledger.assembly.reversals import inherit_counterparties
from fanzha.ledger.assembly.rows import Rows, number_texts, table_rows
from fanzha.ledger.assembly.rules import HubRules, PairingRules
from fanzha.ledger.assembly.sources import Sources
from fanzha.ledger.columns import I64, NONE, LedgerColumns
from fanzha.records import FactBatch

DIRECTION_UNKNOWN: Final = "direction_unknown"  # the quarantine reason that blocks an account's totals


@dataclass(frozen=True, slots=True)
class FileFigures:
    """What one file brought."""

    sha256: str
    duplicates: int  # rows that another row, of this or an earlier file, had already brought
    reversals: int  # reversals of this file that were matched with what they take back
    answered_nothing: tuple[str, ...]  # subjects for which the institution answered that it has nothing
    joins: int  # pairs of numbers that this file showed to be one account


@dataclass(frozen=True, slots=True)
class Inferred:
    """Two rows that name, amount and time suggest to be one transfer; a suggestion, not counted as one."""

    outgoing: int  # transfer that stands in the payer's statement
    incoming: int  # transfer that stands in the payee's


@dataclass(frozen=True, slots=True)
class Assembly:
    """A ledger with its provenance."""

    columns: LedgerColumns
    sources: Sources
    identity: Identity
    details: pl.DataFrame  # per transfer: transfer_id, summary, serial, channel, payer_name, payee_name
    files: tuple[FileFigures, ...]  # by rising SHA-256
    spans: Spans  # what each file covers; `file` is an index into `files`
    inferred: tuple[Inferred, ...]
    hubs: tuple[tuple[str, str], ...]  # account and the reason of the rule that names it a hub


def assemble(
    batches: Sequence[FactBatch],
    joins_rejected: Collection[tuple[str, str]] = (),
    coverage_override: Sequence[CoverageOverride] | None = None,
    hubs: HubRules | None = None,
    pairing: PairingRules | None = None,
) -> Assembly:
    """One ledger of a set of files; the order in which they are given does not matter.

    `joins_rejected`: pairs of numbers that a person has set apart. `coverage_override` replaces the coverage of the
    accounts that it names.
    """
    rules = pairing or PairingRules()
    facts = gather(batches)
    numbers = number_texts(facts, _named_beside(facts))
    identity = join_numbers(facts, numbers, rejected=joins_rejected, length_min=rules.identifier_length_min)
    known = Known(facts, numbers, identity)
    rows = table_rows(known, number_subs(known))
    hidden = masked(identity.name)
    root, fields = find_duplicates(rows, hidden, fingerprints(rows.texts["transfer_id"]))
    if rows.entries:
        inherit_counterparties(rows, root == np.arange(len(rows)), fields, rules)
    paired = pair_sides(rows, root, fields, rules)
    blocked = _blocked(facts, identity)
    pockets = _map(known, rows, ends_of(rows, fields), blocked)
    never = np.append(hidden, np.False_)[pockets.entity]
    periods = find_periods(known, rows, pockets, overrides=tuple(coverage_override or ()), never=never)
    sighted = sight(rows, root, fields, pockets, seen=(periods.payer_seen, periods.payee_seen))
    files = Files(tuple(b.sha256 for b in facts.batches), tuple(b.path for b in facts.batches))
    merged = merge_rows(rows, paired, sighted, rules, pockets=len(pockets), files=files)
    holders = find_holders(known, rows)
    institutions = find_institutions(known, rows)
    hub_why = hub_reasons(identity, holders, institutions, hubs or HubRules())
    last_at_us = int(merged.transfers.at_us[-1]) if len(merged.transfers) else 0
    described = describe_pockets(
        pockets, identity, holders, institutions, stated_balances(known, pockets, last_at_us),
        hub_entities=list(hub_why), blocked_entities=blocked,
    )  # fmt: skip
    pairs = infer_pairs(rows, paired, hidden, rules)
    return Assembly(
        columns=LedgerColumns(merged.transfers, described, periods.coverage),
        sources=merged.sources,
        identity=identity,
        details=merged.details,
        files=_figures(facts, identity, rows, root, merged),
        spans=periods.spans,
        inferred=tuple(Inferred(int(merged.transfer_of_row[a]), int(merged.transfer_of_row[b])) for a, b in pairs),
        hubs=tuple((str(identity.name[entity]), why) for entity, why in sorted(hub_why.items())),
    )


def _named_beside(facts: Facts) -> list[str]:
    named = {row.account for b in facts.batches for row in b.quarantine if row.reason == DIRECTION_UNKNOWN}
    named |= {window.account for b in facts.batches for window in b.windows}
    return sorted(name for name in named if name)


def _blocked(facts: Facts, identity: Identity) -> list[int]:
    named = {row.account for b in facts.batches for row in b.quarantine if row.reason == DIRECTION_UNKNOWN}
    found = (identity.entity_of(name) for name in named if name)
    return sorted({entity for entity in found if entity is not None})


def _map(known: Known, rows: Rows, ends: tuple[Codes, Codes], blocked: Sequence[int]) -> PocketMap:
    facts, identity = known.facts, known.identity
    currencies = sorted({*rows.currencies, *_stated_currencies(facts)})
    place = np.array([currencies.index(currency) for currency in rows.currencies] or [0], np.int32)
    pairs = [(end, place[rows.currency]) for end in ends]
    pairs.append((known.listed(), currency_codes(facts.accounts["currency"], currencies)))
    subs = currency_codes(facts.sub_accounts["currency"], currencies)
    pairs.append((known.entities("sub_accounts.sub_account"), subs))
    windows = {window.account for b in facts.batches for window in b.windows}
    alone = {found for name in windows if name and (found := identity.entity_of(name)) is not None}
    return map_pockets(currencies, len(identity.name), pairs, sorted(alone | set(blocked)))


def _stated_currencies(facts: Facts) -> set[str]:
    stated = pl.concat([facts.accounts["currency"], facts.sub_accounts["currency"]])
    return set(stated.fill_null(DEFAULT_CURRENCY).to_list())


def _figures(facts: Facts, identity: Identity, rows: Rows, root: I64, merged: Merged) -> tuple[FileFigures, ...]:
    count = len(facts.batches)
    copies = np.bincount(rows.file[root != np.arange(len(rows))], minlength=count)
    taken_back = merged.sources.offsets[:-1][merged.transfers.reverses != NONE]
    reversals = np.bincount(merged.sources.file[taken_back], minlength=count)
    nothing = facts.queries.filter(pl.col("found_nothing").fill_null(False)).select(FILE, "subject")
    silent: dict[int, set[str]] = {}
    for file, subject in nothing.iter_rows():
        silent.setdefault(file, set()).add(subject or "")
    joins = Counter(join.sha256 for join in identity.joins)
    return tuple(
        FileFigures(
            sha256=batch.sha256,
            duplicates=int(copies[index]),
            reversals=int(reversals[index]),
            answered_nothing=tuple(sorted(silent.get(index, ()))),
            joins=joins[batch.sha256],
        )
        for index, batch in enumerate(facts.batches)
    )
