"""The ledger of more files or fewer, told from the former ledger and the facts of the accounts that these files touch.

The result equals the assembly of all files that are there then. Only rows that name a touched account, and rows that could
become one transfer with such a row, are looked at again. Whatever the new grouping would change for an account that was not
looked at makes that account a touched one, and the work begins anew; what cannot be told so is left to a full assembly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fanzha.ledger.assembly.accounts import describe_pockets, find_holders, find_institutions, hub_reasons
from fanzha.ledger.assembly.assemble import Assembly, NotExtendable, file_figures, named_beside
from fanzha.ledger.assembly.balances import FormerBalances, stated_balances
from fanzha.ledger.assembly.codes import UNKNOWN, Codes
from fanzha.ledger.assembly.coverage import Spans
from fanzha.ledger.assembly.extended_identity import places_in, touched_by, with_refused
from fanzha.ledger.assembly.facts import gather
from fanzha.ledger.assembly.partial import Choices, Former, Part, StoredFacts, look_again
from fanzha.ledger.assembly.regrouping import Regrouping, compare
from fanzha.ledger.assembly.rows import number_texts, source_orders
from fanzha.ledger.assembly.sources import ROW_BACKWARDS, ROW_COPY, ROW_PLACED, Sources
from fanzha.ledger.assembly.splicing import Runs, Splice, spliced, spliced_frame
from fanzha.ledger.assembly.suggestions import extend_inferred, find_nearby
from fanzha.ledger.columns import I64, MISSING, NONE, OUTSIDE, U8, Coverage, LedgerColumns, Pockets, Transfers
from fanzha.records import FactBatch

ROUNDS_MAX: Final = 8


def extend(
    former: Assembly,
    facts: StoredFacts,
    added: Sequence[FactBatch],
    choices: Choices,
    *,
    removed: Sequence[FactBatch] = (),
    share_max: float,
) -> Assembly:
    """The ledger of the former files without the removed ones and with the added ones, equal to the assembly of these.

    `share_max`: the share of the former rows that may be looked at again. Raises NotExtendable when that does not do, or
    when only a full assembly can tell the result.
    """
    before = Former.of(former, removed)
    changed = gather([*added, *removed])
    touched = touched_by(former.identity, number_texts(changed, named_beside(changed)).texts)
    also = before.robbed.copy()
    rows_max = share_max * len(former.sources.row)
    for _ in range(ROUNDS_MAX):
        touched = with_refused(former.identity, touched)
        part = look_again(before, facts, added, choices, touched, also, rows_max=rows_max)
        found = compare(before, part, choices.pairing)
        if found.stray:
            raise NotExtendable("rows of nobody that come to stand otherwise")
        if len(found.unsettled):
            touched[found.unsettled] = True
            continue
        nearby = find_nearby(before, part, found, choices.pairing)
        wanted = nearby.wanted(former.columns.transfers)
        here = np.zeros(len(wanted), np.bool_)
        here[before.transfer_of_row[part.rows]] = True
        if bool((wanted & ~here).any()):
            also |= wanted
            continue
        splice = _splice(former, part, found)
        inferred = extend_inferred(before, part, found, nearby, splice, choices.pairing)
        return _Extension(before, part, found, splice, choices).assembly(inferred)
    raise NotExtendable("accounts that change one another without end")


def _firsts(sources: Sources, file: NDArray[Any], transfers: I64) -> I64:
    """By what transfers of equal time are ordered: their first source; `file`: the numbers that files have now."""
    row = sources.offsets[transfers]
    backwards = (sources.flags[row] & ROW_BACKWARDS) != 0
    return source_orders(file[sources.file[row]], sources.place[row], backwards)


def _files_now(part: Part, files: int) -> NDArray[np.uint32]:
    now = np.zeros(files, np.uint32)
    known = part.former_file >= 0
    now[part.former_file[known]] = np.flatnonzero(known)
    return now


def _splice(former: Assembly, part: Part, found: Regrouping) -> Splice:
    """Where the part's transfers with a touched end come in between the former ones."""
    at_us = former.columns.transfers.at_us
    inserted = np.flatnonzero(found.inside)
    own_at_us = part.merged.transfers.at_us[inserted]
    low, high = (np.searchsorted(at_us, own_at_us, side=side) for side in ("left", "right"))
    sources = part.merged.sources
    own_first = _firsts(sources, np.arange(len(sources.sha256s)), inserted)
    file = _files_now(part, len(former.sources.sha256s))
    # Of the former transfers of the same time that stay, it stands behind the last one whose first source comes earlier.
    equals = high - low
    starts = np.cumsum(equals) - equals
    rivals = np.repeat(low - starts, equals) + np.arange(int(equals.sum()))
    stays = np.ones(len(at_us), np.bool_)
    stays[found.dropped] = False
    earlier = stays[rivals] & (_firsts(former.sources, file, rivals) < np.repeat(own_first, equals))
    before = low.astype(np.int64)
    np.maximum.at(before, np.repeat(np.arange(len(low)), equals)[earlier], rivals[earlier] + 1)
    return Splice(len(at_us), found.dropped, before)


@dataclass(frozen=True, slots=True)
class _Extension:
    """Puts the former ledger and the part of it that was looked at again together."""

    former: Former
    part: Part
    found: Regrouping
    splice: Splice
    choices: Choices

    def assembly(self, inferred: Any) -> Assembly:
        """The whole ledger."""
        former, part = self.former.assembly, self.part
        runs = self.splice.runs()
        inside = np.flatnonzero(self.found.inside)
        transfers = self._transfers(runs, inside)
        sources = self._sources(runs, inside)
        identity, facts = part.who.identity, part.known.facts
        pockets, holders, hubs = self._pockets(transfers)
        spans = self._spans()
        return Assembly(
            columns=LedgerColumns(transfers, pockets, self._coverage()),
            sources=sources,
            identity=identity,
            holders=holders,
            details=spliced_frame(runs, former.details, part.merged.details[inside]),
            files=file_figures(facts, identity, sources, transfers, self._copies()),
            spans=spans,
            inferred=inferred,
            hubs=hubs,
        )

    def _transfers(self, runs: Runs, inside: I64) -> Transfers:
        was, now = self.former.assembly.columns.transfers, self.part.merged.transfers
        pocket = self.part.pocket.astype(np.uint32)
        columns: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {
            name: (getattr(was, name), getattr(now, name)[inside]) for name in Transfers.__slots__
        }
        for side, end in (("payer", now.payer), ("payee", now.payee)):
            columns[side] = pocket[columns[side][0]], columns[side][1]
            # Of an account that is not touched, the part has not all rows of a second: its ranks and places stand as they were.
            own = np.flatnonzero(~self.part.touched[end[inside]] & (end[inside] != 0))
            before = self.found.former[inside[own]]
            for name in ("at_us", "order", "ordered", "sub", "seen"):
                former, new = columns[f"{side}_{name}"]
                new[own] = former[before]
        taken_back, taken_back_now = columns["reverses"]
        moved = taken_back.copy()
        back = np.flatnonzero(taken_back != NONE)
        moved[back] = self.splice.places_of_kept(taken_back[back])
        place = np.full(len(now), NONE, np.int64)
        place[inside] = self.splice.places_of_new()
        columns["reverses"] = moved, np.where(taken_back_now == NONE, NONE, place[taken_back_now])
        return Transfers(**{name: spliced(runs, *pair) for name, pair in columns.items()})

    def _sources(self, runs: Runs, inside: I64) -> Sources:
        former, part = self.former.assembly.sources, self.part
        now = part.merged.sources
        # The rows of the part's transfers with a touched end, one after the other.
        lengths = np.diff(now.offsets)[inside]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        rows = np.repeat(now.offsets[inside] - offsets[:-1], lengths) + np.arange(offsets[-1])
        sheets = former.sheets.to_frame("s").vstack(now.sheets.to_frame("s"))["s"].unique().sort().alias("")
        sheet, sheet_now = (places_in(sheets, own.sheets).astype(np.int32) for own in (former, now))
        within = runs.within(former.offsets, offsets)
        named = [self._named(side) for side in ("payer", "payee")]
        columns: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {
            "file": (_files_now(part, len(former.sha256s))[former.file], now.file[rows]),
            "sheet": (sheet[former.sheet], sheet_now[now.sheet[rows]]),
            "row": (former.row, now.row[rows]),
            "place": (former.place, now.place[rows]),
            "flags": (former.flags, self._flags(rows)),
            "payer": (named[0], now.payer[rows]),
            "payee": (named[1], now.payee[rows]),
        }
        counts = spliced(runs, np.diff(former.offsets), lengths)
        whole = {name: spliced(within, *pair) for name, pair in columns.items()}
        # With the rows of a file its sheets may be gone.
        used = np.bincount(whole["sheet"], minlength=len(sheets)) > 0
        whole["sheet"] = (np.cumsum(used) - 1)[whole["sheet"]].astype(np.int32)
        sheets = sheets.filter(pl.Series(used))
        return Sources(
            offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            **whole,
            sha256s=now.sha256s,
            paths=now.paths,
            sheets=sheets,
        )

    def _flags(self, rows: I64) -> U8:
        """The flags of the part's rows; whether a side of an account that is not touched was moved, the former one tells."""
        former, part = self.former.assembly.sources, self.part
        now = part.merged.sources
        flags = now.flags[rows]
        file = part.former_file[now.file[rows]]
        old = np.flatnonzero(file >= 0)
        number = self.former.base[file[old]] + now.place[rows[old]]
        before = former.flags[part.rows[np.searchsorted(self.former.numbers_of(part.rows), number)]]
        touched = np.append(part.who.touched, np.True_)  # code -1 indexes the last element
        for bit, named in zip(ROW_PLACED, (now.payer, now.payee), strict=True):
            kept = ~touched[named[rows[old]]]
            flags[old[kept]] = (flags[old[kept]] & ~np.uint8(bit)) | (before[kept] & np.uint8(bit))
        return flags

    def _named(self, side: str) -> Codes:
        """The accounts that former rows name, by their numbers now; rows that were looked at again tell it anew."""
        numbers = np.append(self.part.who.entity, np.int32(UNKNOWN))
        named: Codes = numbers[getattr(self.former.assembly.sources, side)]
        rows = self.part.grouped.rows
        file = self.part.former_file[rows.file]
        old = np.flatnonzero(file >= 0)
        number = self.former.base[file[old]] + rows.place[old]
        source = self.part.rows[np.searchsorted(self.former.numbers_of(self.part.rows), number)]
        named[source] = getattr(rows, side)[old]
        return named

    def _pockets(self, transfers: Transfers) -> tuple[Pockets, pl.Series, tuple[tuple[str, str], ...]]:
        former, part = self.former.assembly, self.part
        identity, touched = part.who.identity, part.who.touched
        found = find_holders(part.known, part.grouped.rows)
        kept = np.flatnonzero(part.who.entity != UNKNOWN)
        origin = np.full(len(identity.name), -1, np.int64)
        origin[part.who.entity[kept]] = kept
        holders = _chosen(former.holders, found.key, origin)
        by_pocket = np.full(len(identity.name), -1, np.int64)
        pockets = np.flatnonzero(part.pocket > 0)
        by_pocket[part.pockets.entity[part.pocket[pockets]]] = pockets
        stated = pl.Series(former.columns.pockets.institution, dtype=pl.String)
        own = find_institutions(part.known, part.grouped.rows)
        institutions = _chosen(stated, own, by_pocket)
        anew = hub_reasons(identity, found, own, self.choices.hubs)
        hubs = {entity: why for entity, why in anew.items() if touched[entity]}
        before = places_in(identity.name, pl.Series([name for name, _ in former.hubs], dtype=pl.String))
        for entity, (_, why) in zip(before.tolist(), former.hubs, strict=True):
            if entity != UNKNOWN and not touched[entity]:
                hubs[entity] = why
        described = describe_pockets(
            part.pockets, identity, holders, institutions,
            stated_balances(part.known, part.grouped.subs, part.pockets, transfers, self._balances()),
            hub_entities=list(hubs), blocked_entities=part.blocked,
        )  # fmt: skip
        return described, holders, tuple((str(identity.name[entity]), why) for entity, why in sorted(hubs.items()))

    def _balances(self) -> FormerBalances:
        """The balances of accounts that are not touched; of the rows that these rest on, the part has not all."""
        was, part = self.former.assembly.columns.pockets, self.part
        balance, at_us = (np.full(len(part.pockets), MISSING, np.int64) for _ in range(2))
        kept = np.flatnonzero(part.pocket > OUTSIDE)
        balance[part.pocket[kept]] = was.bank_balance_minor[kept]
        at_us[part.pocket[kept]] = was.bank_balance_at_us[kept]
        return FormerBalances(~part.touched, balance, at_us)

    def _spans(self) -> Spans:
        former, part = self.former.assembly.spans, self.part
        pocket = part.pocket[former.pocket]
        kept = former.where(pocket >= 0)
        file = _files_now(part, len(self.former.assembly.sources.sha256s))[kept.file].astype(np.int64)
        own = part.periods.spans.where(part.touched[part.periods.spans.pocket])
        return Spans.together([Spans(file, pocket[pocket >= 0], kept.from_us, kept.to_us), own])

    def _coverage(self) -> Coverage:
        former, own = self.former.assembly.columns.coverage, self.part.periods.coverage
        pocket = self.part.pocket[former.pocket]
        kept, mine = pocket >= 0, self.part.touched[own.pocket]
        pockets = np.concatenate([pocket[kept].astype(np.uint32), own.pocket[mine]])
        from_us = np.concatenate([former.from_us[kept], own.from_us[mine]])
        to_us = np.concatenate([former.to_us[kept], own.to_us[mine]])
        order = np.argsort(pockets, kind="stable")
        return Coverage(pockets[order], from_us[order], to_us[order])

    def _copies(self) -> I64:
        """By file, how many of its rows repeat another."""
        part, former = self.part, self.former.assembly
        counts = np.bincount(part.grouped.rows.file[part.grouped.copies], minlength=len(part.former_file))
        looked_at = part.rows[(former.sources.flags[part.rows] & ROW_COPY) != 0]
        before = np.array([figures.duplicates for figures in former.files], np.int64)
        before -= np.bincount(former.sources.file[looked_at], minlength=len(before))
        known = part.former_file >= 0
        counts[known] += before[part.former_file[known]]
        return counts


def _chosen(former: pl.Series, own: pl.Series, origin: I64) -> pl.Series:
    """Per account the former text where there is an `origin` of it, else its own."""
    if former.null_count() == len(former) and own.null_count() == len(own):
        return own
    kept = pl.Series(origin >= 0)
    if not len(former):
        return own
    return former.gather(np.maximum(origin, 0)).zip_with(kept, own)
