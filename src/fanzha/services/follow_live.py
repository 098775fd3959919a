"""Keep traces up to date while transfers come in, so that a killed start goes on without losing or repeating anything.

A block of rows is made an entry, the entry is put in the log, the trace takes it while the disk does, and only then its
lines are said. The lines are a function of the log: after a kill the log is taken once more, and what had been said
already is not said again (a file is cut back to what is known to be right, a stream may get some lines twice).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import polars as pl

from fanzha.core.errors import BadInput, Refused
from fanzha.core.money import DEFAULT_CURRENCY, exponent_of, parse_minor
from fanzha.core.time import parse_period
from fanzha.ledger.columns import I64, NONE, POCKET_HUB, POCKET_MASKED
from fanzha.ports.live_log import Checkpoint, LineSink, LiveEntry, LiveWriter
from fanzha.ports.transfer_stream import StreamPosition, TransferStream
from fanzha.services.live_lines import LineWriter, Reported
from fanzha.services.live_rows import AccountNumbers, RowTaker, account_key
from fanzha.services.rebuild_ledger import LedgerRules
from fanzha.services.trace_money import ReportedPayment
from fanzha.tracing.live import LiveClaim, LiveTrace

CHECKPOINT_ENTRIES: Final = 16
_WORDS: Final = ("serial", "summary")
_MEANS: Final[Mapping[str, str]] = {
    "origins": "other payments (--origins, or --from and so on)",
    "nested": "another --nested",
    "currency": "another --currency",
    "tolerance_us": "another tolerance of times (rules/tracing.toml)",
    "balances": "other balance columns in the header",
    "texts": "other columns (transfer_id, serial, summary) in the header",
    "resent": "a file in place of a pipe, or a pipe in place of a file",
    "lines": "another file of lines (--out), or standard output in place of one",
}


@dataclass(frozen=True, slots=True)
class LiveRequest:
    """What to follow."""

    payments: tuple[ReportedPayment, ...]
    nested: tuple[str, ...] = ()
    currency: str = DEFAULT_CURRENCY


@dataclass(frozen=True, slots=True)
class LiveSummary:
    """How a live trace stands."""

    rows: int
    movements: int
    put_aside: int
    repeated: int
    unmatched: tuple[str, ...]
    seq: int


class _Words:
    """What rows say in words, read from the log when a correction needs it."""

    def __init__(self, writer: LiveWriter) -> None:
        self._writer = writer

    def texts_of(self, rows: I64) -> pl.DataFrame:
        """The columns serial and summary of these rows."""
        return self._writer.texts_of(rows, _WORDS)


class LiveRun:
    """One start of a live trace: takes up what the log holds, then follows its stream."""

    def __init__(
        self, stream: TransferStream, writer: LiveWriter, sink: LineSink, request: LiveRequest, rules: LedgerRules,
        *, tolerance_us: int, acknowledge: Callable[[bytes], None] | None = None,
    ) -> None:  # fmt: skip
        """`acknowledge` gets one line for each group of rows that became safe; None puts these among the others.

        Raises Refused when the log was begun for something else, BadInput when the request makes no sense.
        """
        self._stream, self._log, self._sink, self._acknowledge = stream, writer, sink, acknowledge
        reported = _read_payments(request)
        self._trace = LiveTrace(
            with_balances=stream.with_balances,
            with_serials="serial" in stream.texts,
            texts=_Words(writer) if set(_WORDS) & set(stream.texts) else None,
            rules=rules.pairing,
        )
        numbers = AccountNumbers(rules.hubs)
        self._lines = LineWriter(
            self._trace, numbers, writer, reported, request.currency, stream.name, "transfer_id" in stream.texts
        )
        self._taker = RowTaker(numbers, rules.pairing, stream.texts, stream.resent, writer, self._trace.rows)
        self._position, self._entries, self._length, self._ended = StreamPosition(), 0, 0, False
        self._question = _question(stream, sink, request, tolerance_us)
        self._claim(reported, request, tolerance_us)

    def run(self, *, waiting: Callable[[], None] = lambda: None) -> None:
        """Takes up the log and follows the stream to its end; `waiting` is called whenever there is nothing to read."""
        self._take_up()
        for block in self._stream.blocks(self._position):
            if block is None:
                self._commit()
                waiting()
                continue
            entry = self._taker.take(block, self._trace.rows.count)
            self._take(entry)
            if self._entries % CHECKPOINT_ENTRIES == 0:
                self._commit()
        if not self._ended:
            self._take(LiveEntry(self._position, ended=True))
        self._commit()

    def summary(self) -> LiveSummary:
        """How it stands now."""
        lines = self._lines
        unmatched = tuple(lines.unmatched())
        return LiveSummary(
            self._trace.rows.count, lines.movements, lines.put_aside, self._taker.repeated, unmatched, lines.seq
        )

    def _claim(self, reported: Sequence[Reported], request: LiveRequest, tolerance_us: int) -> None:
        """Numbers the accounts of the payments first, and looks for them."""
        numbers = self._taker.numbers
        keys = [
            account_key(name, request.currency)
            for one in reported
            for name in (one.payment.payer, one.payment.payee)
            if name is not None
        ]
        self._number(tuple(dict.fromkeys(keys)))
        claims = []
        for label, one in enumerate(reported):
            wide = 0 if _has_twin(one, reported, tolerance_us) else tolerance_us
            payer, payee = (
                NONE if name is None else numbers.get(account_key(name, request.currency))
                for name in (one.payment.payer, one.payment.payee)
            )
            nested = one.payment.label in request.nested
            claims.append(
                LiveClaim(str(label), payer, payee, one.from_us - wide, one.to_us + wide, one.amount_minor, nested)
            )
        self._trace.add_claims(claims)

    def _number(self, names: tuple[str, ...]) -> None:
        flags = self._taker.numbers.flags_of(names)
        self._taker.numbers.adopt(names)
        self._trace.add_accounts((flags & POCKET_HUB) != 0, (flags & POCKET_MASKED) != 0)

    def _take_up(self) -> None:
        """Begins the log, or takes it once more and says what had not left yet."""
        begun = self._log.question()
        checkpoint = self._log.checkpoint() or Checkpoint(0, 0, 0, 0)
        if begun is None:
            if self._sink.kept and self._sink.length():
                raise Refused(
                    "the file of --out is there already and no state belongs to it; remove it, choose another, or "
                    "begin anew with --fresh"
                )
            self._log.begin(self._question)
        else:
            _compare(begun, self._question)
        said_upto = checkpoint.log_length
        if self._sink.kept:
            if self._sink.length() < checkpoint.out_length:
                said_upto = -1  # the file is gone or shorter than it was: the log can say all of it again
            self._sink.cut_back(0 if said_upto < 0 else checkpoint.out_length)
        if not self._stream.with_balances:
            lines = self._lines.warn("complete_ledger", "no balance column: taken as a complete ledger")
            self._sink.write(lines if said_upto <= 0 else b"")
        for length, entry in self._log.entries():
            self._taker.remember(entry, self._trace.rows.count)
            self._taker.numbers.adopt(entry.accounts)
            lines = self._say(entry)
            self._sink.write(lines if length > said_upto else b"")
            self._moved(length, entry)
            if length == checkpoint.log_length and self._lines.seq != checkpoint.seq:
                raise Refused(
                    f"the log now gives {self._lines.seq} lines where {checkpoint.seq} had been said: another version "
                    "wrote it; go on with that version, or begin anew with --fresh"
                )
        self._entries = 0

    def _take(self, entry: LiveEntry) -> None:
        """Makes an entry durable while the trace takes it, then says what it makes to be said."""
        length = self._log.append(entry)
        try:
            lines = self._say(entry)
        finally:
            self._log.settle()
        self._sink.write(lines)
        if self._acknowledge is not None and self._stream.resent and not entry.ended:
            self._acknowledge(msgspec.json.encode({"seq": length, **self._lines.acknowledgement(entry)}) + b"\n")
        self._moved(length, entry)
        self._entries += 1

    def _moved(self, length: int, entry: LiveEntry) -> None:
        """An entry without anything new, of rows that were sent again, leaves an ended input ended."""
        self._ended = entry.ended or (self._ended and not len(entry.rows) and not entry.aside)
        self._length, self._position = length, entry.position

    def _say(self, entry: LiveEntry) -> bytes:
        first = self._trace.rows.count
        self._trace.add_accounts((entry.account_flags & POCKET_HUB) != 0, (entry.account_flags & POCKET_MASKED) != 0)
        said = self._trace.process(entry.rows)
        lines = self._lines.entry(entry, said, first)
        if entry.ended:
            lines += self._lines.end()
        elif self._acknowledge is None and self._stream.resent:
            lines += self._lines.acknowledge(entry)
        return lines

    def _commit(self) -> None:
        """Lets go of what was said: it will not be said again."""
        if not self._length:
            return
        done = Checkpoint(self._length, self._sink.sync(), self._lines.seq, self._position.offset)
        if done != self._log.checkpoint():
            self._log.commit(done)


def _read_payments(request: LiveRequest) -> list[Reported]:
    if not request.payments:
        raise BadInput("no payment to follow: give --from, --at and --amount, or --origins FILE")
    unknown = set(request.nested) - {payment.label for payment in request.payments}
    if unknown:
        raise BadInput(f"--nested names {', '.join(sorted(unknown))}, which is the label of no origin")
    out = []
    for payment in request.payments:
        try:
            from_us, to_us = parse_period(payment.at)
            amount = parse_minor(payment.amount, exponent_of(request.currency))
        except BadInput as error:
            raise BadInput(f"{payment.place}: {error}") from None
        if amount <= 0:
            raise BadInput(f"{payment.place}: the amount of {payment.label} must be above zero, not {payment.amount}")
        out.append(Reported(payment, amount, from_us, to_us))
    return out


def _has_twin(one: Reported, others: Sequence[Reported], tolerance_us: int) -> bool:
    """Whether two payments are alike but for their time, so that a wider look could take one's row for the other's."""
    return any(
        other is not one
        and (other.payment.payer, other.amount_minor) == (one.payment.payer, one.amount_minor)
        and other.from_us <= one.to_us + 2 * tolerance_us
        and one.from_us <= other.to_us + 2 * tolerance_us
        for other in others
    )


def _question(stream: TransferStream, sink: LineSink, request: LiveRequest, tolerance_us: int) -> dict[str, Any]:
    return {
        "origins": [[p.label, p.payer, p.payee, p.at, p.amount] for p in request.payments],
        "nested": sorted(request.nested),
        "currency": request.currency,
        "tolerance_us": tolerance_us,
        "balances": stream.with_balances,
        "texts": list(stream.texts),
        "resent": stream.resent,
        "lines": sink.name,
    }


def _compare(begun: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    other = [_MEANS[name] for name in asked if begun.get(name) != asked[name]]
    if other:
        raise Refused(
            f"the state belongs to another question: {'; '.join(other)}. Ask as before, give another --state, or begin "
            "anew with --fresh"
        )
