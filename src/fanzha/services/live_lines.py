"""The lines that a live trace says: one JSON document for each movement of traced money, in the words of the trace document."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np

from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.ledger.columns import I64, NONE
from fanzha.ports.live_log import AsideRow, LiveEntry, LiveWriter
from fanzha.records import TransferKind
from fanzha.services.live_rows import AccountNumbers
from fanzha.services.trace_money import ReportedPayment
from fanzha.tracing.live import ACCOUNT, CAUSE, CORRECTS, END, HOP, LABEL, NEW, OLD, ROW, LiveTrace
from fanzha.tracing.model import EXIT_ENDS, UNKNOWN_REASON, End

AMBIGUOUS: Final = 99
_EXIT_WORD: Final = {
    End.HUB: "hub", End.CREDIT_REPAID: "fee", End.TO_VICTIM: "to_victim", End.SUPERSEDED: "superseded",
}  # fmt: skip
_REASON: Final = {End.CREDIT_REPAID: "credit_repaid", End.HUB: "clearing account"}

Line = dict[str, Any]


@dataclass(slots=True)
class SourceRows:
    """Where each row of the stream stands in its input; a run of rows without a gap is one number."""

    _firsts: list[int] = field(default_factory=list)
    _runs: list[int | I64] = field(default_factory=list)

    def add(self, first_row: int, rows: I64) -> None:
        """The rows of one more entry."""
        if len(rows):
            self._firsts.append(first_row)
            whole = rows[-1] - rows[0] == len(rows) - 1
            self._runs.append(int(rows[0]) if whole else np.array(rows))

    def __getitem__(self, row: int) -> int:
        place = bisect_right(self._firsts, row) - 1
        run, inside = self._runs[place], row - self._firsts[place]
        return run + inside if isinstance(run, int) else int(run[inside])


@dataclass(frozen=True, slots=True)
class Reported:
    """A payment that is looked for: as it was typed, and the period that its time can mean."""

    payment: ReportedPayment
    amount_minor: int
    from_us: int
    to_us: int


@dataclass(slots=True)
class LineWriter:
    """Writes lines and numbers them; the same entries give the same bytes."""

    trace: LiveTrace
    numbers: AccountNumbers
    log: LiveWriter
    origins: Sequence[Reported]
    currency: str
    source: str  # the input's name
    with_ids: bool
    seq: int = 0
    put_aside: int = 0
    movements: int = 0
    _source_rows: SourceRows = field(default_factory=SourceRows)
    _announced: set[int] = field(default_factory=set)

    def warn(self, code: str, message: str) -> bytes:
        """Something that the reader must know before the first movement."""
        return self._encode([{"type": "warning", "code": code, "message": message}])

    def entry(self, entry: LiveEntry, said: I64, first_row: int) -> bytes:
        """Everything that an entry makes to be said, in the order of its rows."""
        self._source_rows.add(first_row, entry.source_row)
        if not len(said) and not entry.aside:
            return b""
        return self._encode(self._lines(entry, said, first_row))

    def acknowledge(self, entry: LiveEntry) -> bytes:
        """Rows up to this one are safe; a sender that starts again may begin behind it."""
        return self._encode([self.acknowledgement(entry)])

    def acknowledgement(self, entry: LiveEntry) -> Line:
        """The same as a document, without a number."""
        return {"type": "acknowledged", "transfer": entry.last_id or None, "rows": self.trace.rows.count}

    def end(self) -> bytes:
        """The input is at its end: payments that no row answered to, and where all money is now."""
        return self._encode([*self._unmatched(), self._balance()])

    def unmatched(self) -> list[str]:
        """Labels of payments that no row answered to so far."""
        return [o.payment.label for k, o in enumerate(self.origins) if self.trace.matched(k) == NONE]

    def money(self, minor: int) -> str:
        """A decimal string in the currency's unit."""
        return format_minor(minor, exponent_of(self.currency))

    def _encode(self, lines: Sequence[Line] | Iterator[Line]) -> bytes:
        out = bytearray()
        for line in lines:
            self.seq += 1
            out += msgspec.json.encode({"seq": self.seq, **line})
            out += b"\n"
        return bytes(out)

    def _lines(self, entry: LiveEntry, said: I64, first_row: int) -> Iterator[Line]:
        ids = self._ids(said)
        aside, place = entry.aside, 0
        for movement in said.tolist():
            while place < len(aside) and first_row + aside[place].before <= movement[CAUSE]:
                yield self._aside(aside[place])
                place += 1
            yield from self._movement(movement, ids)
        for one in aside[place:]:
            yield self._aside(one)

    def _ids(self, said: I64) -> dict[int, str | None]:
        """The ids of all rows that are mentioned."""
        if not len(said) or not self.with_ids:
            return {}
        matched = [self.trace.matched(k) for k in np.unique(said[said[:, END] == AMBIGUOUS, LABEL]).tolist()]
        rows = np.unique(np.concatenate([said[:, CAUSE], said[:, ROW], np.array(matched, np.int64)]))
        return dict(zip(rows.tolist(), self.log.texts_of(rows, ["transfer_id"])["transfer_id"].to_list(), strict=True))

    def _movement(self, m: Sequence[int], ids: dict[int, str | None]) -> Iterator[Line]:
        label, row = m[LABEL], m[ROW]
        if m[END] == AMBIGUOUS:
            yield self._ambiguous(m, ids)
            return
        if label not in self._announced and self.trace.matched(label) == row:
            self._announced.add(label)
            yield self._origin_matched(label, row, ids)
        self.movements += 1
        about = self._about(row, ids)
        fate = self._fate(m[END], row)
        account = {"account": self.numbers.shown(m[ACCOUNT])}
        head = {"label": self.origins[label].payment.label}
        if m[CORRECTS]:
            amounts = {"old": self.money(m[OLD]), "new": self.money(m[NEW])}
            cause = {"transfer": ids.get(m[CAUSE]), "row": self._source_rows[m[CAUSE]]}
            yield {"type": "correction", **head, **about, **account, **amounts, **fate, "caused_by": cause}
        else:
            carried = {"traced": self.money(m[NEW] - m[OLD]), "hop": m[HOP]}
            yield {"type": "movement", **head, **about, **account, **carried, **fate}

    def _about(self, row: int, ids: dict[int, str | None]) -> Line:
        rows = self.trace.rows
        return {
            "transfer": ids.get(row),
            "row": self._source_rows[row],
            "payer": self.numbers.shown(int(rows.payer[row])),
            "payee": self.numbers.shown(int(rows.payee[row])),
            "at": format_instant(int(rows.at_us[row])),
            "amount": self.money(int(rows.amount_minor[row])),
            "kind": TransferKind(int(rows.kind[row])).word,
        }

    def _fate(self, end: int, row: int) -> Line:
        """Where money ends, in the words of the trace document; nothing where a row carried it on."""
        if not end:
            return {}
        what = End(end)
        if what in EXIT_ENDS:
            kind = TransferKind(int(self.trace.rows.kind[row]))
            word = _EXIT_WORD.get(what, "fee" if kind is TransferKind.INTEREST else kind.word)
            return {"end": word, "counts_as": "exited", **({"reason": _REASON[what]} if what in _REASON else {})}
        return {"end": UNKNOWN_REASON[what], "counts_as": "unknown"}

    def _origin_matched(self, label: int, row: int, ids: dict[int, str | None]) -> Line:
        origin = self.origins[label]
        shifted = not origin.from_us <= self.trace.rows.at_us[row] <= origin.to_us
        head = {"type": "origin_matched", "label": origin.payment.label}
        return {**head, **self._about(row, ids), "reported_at": origin.payment.at, "shifted": shifted}

    def _ambiguous(self, m: Sequence[int], ids: dict[int, str | None]) -> Line:
        matched = self.trace.matched(m[LABEL])
        taken = {"transfer": ids.get(matched), "row": self._source_rows[matched]}
        head = {"type": "ambiguous", "label": self.origins[m[LABEL]].payment.label}
        return {**head, **self._about(m[ROW], ids), "taken": taken}

    def _aside(self, aside: AsideRow) -> Line:
        self.put_aside += 1
        row = aside.row
        place = {"file": self.source, "row": row.row, "field": row.field, "reason": row.reason}
        return {"type": "quarantine", **place, "raw": row.raw}

    def _unmatched(self) -> Iterator[Line]:
        for label, origin in enumerate(self.origins):
            if self.trace.matched(label) == NONE:
                asked = origin.payment
                said = {"label": asked.label, "from": asked.payer, "to": asked.payee, "at": asked.at}
                amount = self.money(origin.amount_minor)
                yield {"type": "origin_unmatched", **said, "amount": amount, "reason": "no row answers to it so far"}

    def _balance(self) -> Line:
        """The law over all labels: origin = held + exited + unknown."""
        totals: dict[str, int] = defaultdict(int)
        for (_, _, end, _), amount in self.trace.facts().items():
            if end:
                totals["exited" if End(end) in EXIT_ENDS else "unknown"] += amount
        matched = [o.amount_minor for k, o in enumerate(self.origins) if self.trace.matched(k) != NONE]
        held: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for (label, account), amount in self.trace.held().items():
            held[account][self.origins[int(label)].payment.label] += amount
        sums = {account: sum(by_label.values()) for account, by_label in held.items()}
        totals["held"] = sum(sums.values())
        difference = sum(matched) - totals["held"] - totals["exited"] - totals["unknown"]
        assert difference == 0, "money appeared or vanished"
        names = ("held", "exited", "unknown")
        return {
            "type": "balance",
            "currency": self.currency,
            "rows": self.trace.rows.count,
            "put_aside": self.put_aside,
            "origin": self.money(sum(matched)),
            **{name: self.money(totals[name]) for name in names},
            "difference": self.money(difference),
            "accounts": [
                {
                    "account": self.numbers.shown(account),
                    "held": self.money(sums[account]),
                    "by_victim": {label: self.money(amount) for label, amount in sorted(held[account].items())},
                }
                for account in sorted(sums, key=lambda one: (-sums[one], self.numbers.names[one]))
            ],
        }
