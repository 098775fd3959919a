"""Suggested pairs after more files: only those near in time to a changed transfer of equal amount can have changed."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from fanzha.core.time import DAY_US, SECOND_US
from fanzha.ledger.assembly.assemble import Inferred
from fanzha.ledger.assembly.codes import UNKNOWN
from fanzha.ledger.assembly.identity import masked
from fanzha.ledger.assembly.partial import Former, Part
from fanzha.ledger.assembly.regrouping import Regrouping
from fanzha.ledger.assembly.rules import PairingRules
from fanzha.ledger.assembly.sources import Sources
from fanzha.ledger.assembly.splicing import Splice
from fanzha.ledger.columns import Flags, Transfers

# A pair holds if neither row fits another; so what is decided reaches three times as far as two rows may lie apart.
REACH: Final = 3


@dataclass(frozen=True, slots=True)
class Nearby:
    """Transfers that changed, in a way that may matter to a suggested pair: times by amount, rising."""

    times_us: dict[int, list[int]]
    apart_us: int  # how far apart the two rows of a pair may lie

    def reaches(self, amount_minor: int, at_us: int) -> bool:
        """Whether a transfer of this amount and time may be, or may have been, a candidate of a changed one."""
        times = self.times_us.get(amount_minor, [])
        place = bisect_left(times, at_us - self.apart_us)
        return place < len(times) and times[place] <= at_us + self.apart_us

    def wanted(self, t: Transfers) -> Flags:
        """Transfers without which it cannot be told which pairs near the changed ones hold."""
        found = np.zeros(len(t), np.bool_)
        if not self.times_us:
            return found
        amounts = np.array(sorted(self.times_us), np.int64)
        place = np.minimum(np.searchsorted(amounts, t.amount_minor), len(amounts) - 1)
        same = np.flatnonzero((amounts[place] == t.amount_minor) & _lone(t))
        first = np.array([self.times_us[amount][0] for amount in amounts.tolist()], np.int64)
        last = np.array([self.times_us[amount][-1] for amount in amounts.tolist()], np.int64)
        far, at_us = REACH * self.apart_us, t.at_us[same]
        found[same[(at_us >= first[place[same]] - far) & (at_us <= last[place[same]] + far)]] = True
        return found


def _lone(t: Transfers) -> Flags:
    """Transfers that may have come from one statement alone."""
    lone: Flags = ~(t.payer_seen & t.payee_seen)
    return lone


def _hinting(t: Transfers, sources: Sources, details: pl.DataFrame, hidden: Flags) -> Flags:
    """Transfers with a row that does not number a side which it names: every suggested pair has one."""
    blank = np.append(hidden, np.True_)
    found = np.zeros(len(t), np.bool_)
    for side, named in ((sources.payer, "payer_name"), (sources.payee, "payee_name")):
        if details[named].null_count() == len(details):
            continue
        open_rows = np.flatnonzero(blank[side])
        transfers = np.searchsorted(sources.offsets, open_rows, side="right") - 1
        unnumbered = np.zeros(len(t), np.bool_)
        unnumbered[transfers] = True
        found |= unnumbered & details[named].is_not_null().to_numpy()
    return found & _lone(t)


def find_nearby(former: Former, part: Part, found: Regrouping, rules: PairingRules) -> Nearby:
    """The changed transfers whose amount is that of a row which hints at its other side."""
    was, now = former.assembly.columns.transfers, part.merged.transfers
    before = _hinting(was, former.assembly.sources, former.assembly.details, masked(former.assembly.identity.name))
    after = _hinting(now, part.merged.sources, part.merged.details, part.grouped.hidden) & found.inside
    amounts = np.union1d(was.amount_minor[before], now.amount_minor[after])
    times: dict[int, list[int]] = defaultdict(list)
    gone = found.dropped[_lone(was)[found.dropped]]
    for t, changed in ((was, gone), (now, np.flatnonzero(found.inside & _lone(now)))):
        hinted = changed[np.isin(t.amount_minor[changed], amounts)]
        for amount, at_us in zip(t.amount_minor[hinted].tolist(), t.at_us[hinted].tolist(), strict=True):
            times[amount].append(at_us)
    return Nearby({amount: sorted(at) for amount, at in times.items()}, rules.window_s * SECOND_US + DAY_US)


def extend_inferred(
    former: Former, part: Part, found: Regrouping, nearby: Nearby, splice: Splice, rules: PairingRules
) -> tuple[Inferred, ...]:
    """The former pairs that nothing new is near to, and those of the part that are near to something new."""
    was, now = former.assembly.columns.transfers, part.merged.transfers
    place = np.where(found.former >= 0, splice.places_of_kept(np.maximum(found.former, 0)), UNKNOWN)
    place[found.inside] = splice.places_of_new()

    def near(t: Transfers, pair: Inferred) -> bool:
        ends = (pair.outgoing, pair.incoming)
        return any(nearby.reaches(int(t.amount_minor[end]), int(t.at_us[end])) for end in ends)

    kept = [pair for pair in former.assembly.inferred if not near(was, pair)]
    ends = splice.places_of_kept(np.array([(p.outgoing, p.incoming) for p in kept], np.int64).reshape(-1, 2))
    new = [pair for pair in part.grouped.inferred(part.merged, rules) if near(now, pair)]
    pairs = [tuple(pair) for pair in ends.tolist()]
    pairs += [(int(place[pair.outgoing]), int(place[pair.incoming])) for pair in new]
    return tuple(Inferred(outgoing, incoming) for outgoing, incoming in sorted(pairs))
