"""`fanzha live`: traces kept up to date while transfers come in, one JSON line for each movement of traced money."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from fanzha.cli.output import counted, invocation_of, say
from fanzha.core.errors import BadInput

if TYPE_CHECKING:
    from fanzha.ports.live_log import LineSink, LiveWriter
    from fanzha.services.follow_live import LiveRequest, LiveRun

ROWS_PUT_ASIDE: Final = 3
STANDARD_INPUT: Final = Path("-")


class _StandardOutput:
    """Lines for whoever reads standard output."""

    kept = False
    name = ""

    def length(self) -> int:
        """Nobody can tell what became of earlier lines."""
        return 0

    def cut_back(self, length: int) -> None:
        """What was said cannot be taken back."""

    def write(self, lines: bytes) -> None:
        """Hands lines over."""
        if lines:
            sys.stdout.buffer.write(lines)
            sys.stdout.buffer.flush()

    def sync(self) -> int:
        """A pipe has no disk."""
        sys.stdout.buffer.flush()
        return 0


def live(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Canonical CSV; - is standard input, whose rows have transfer_id."),
    ] = STANDARD_INPUT,
    *,
    from_: Annotated[str | None, typer.Option("--from", help="Account that paid (the victim's).")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Account that was paid.")] = None,
    at: Annotated[str | None, typer.Option(help="When: 2026-03-01T13:52:10, to the minute, or a day.")] = None,
    amount: Annotated[str | None, typer.Option(help="How much, in yuan.")] = None,
    label: Annotated[str | None, typer.Option(help="A name for the payment; the paying account by default.")] = None,
    origins: Annotated[Path | None, typer.Option(help="Many payments: CSV with label,from,to,at,amount.")] = None,
    nested: Annotated[list[str] | None, typer.Option(help="This label's payer is a relay, not a victim.")] = None,
    currency: Annotated[str, typer.Option(help="Of the payments.")] = "CNY",
    follow: Annotated[bool, typer.Option("--follow", help="FILE grows: read on until interrupted.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the lines to this file, each exactly once.")] = None,
    state: Annotated[
        Path | None, typer.Option(help="Where it is kept how far this came; in the home directory by default.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what is kept, and begin anew.")] = False,
) -> int:
    """Keep traces up to date while transfers come in, one JSON line for each movement of traced money.

    Started again, it goes on where it was, even after a kill: --out then has every line once; standard output may
    have the last lines twice, under the same seq.
    """
    from fanzha.bootstrap import ledger_rules, live_log, rule_table, transfer_stream
    from fanzha.cli.trace import reported_payments
    from fanzha.services.follow_live import LiveRequest, LiveRun
    from fanzha.services.trace_money import read_trace_rules

    path = None if file == STANDARD_INPUT else file
    if path is None and follow:
        raise BadInput("--follow reads a growing file; standard input is followed to its end anyhow")
    payments = tuple(reported_payments(from_, to, at, amount, label, origins))
    request = LiveRequest(payments, tuple(nested or ()), currency)
    kept = state or invocation_of(context).home / "live" / _key(path, out, request)
    tolerance_us = read_trace_rules(rule_table("tracing.toml")).origin_tolerance_us
    with transfer_stream(path, follow=follow) as stream, live_log(kept).writing() as writer, _sink(out) as sink:
        if fresh:
            _forget(writer, sink)
        elif writer.question() is not None:
            say(f"going on from what {kept} holds; --fresh begins anew")
        tell = None if out is None else _StandardOutput().write
        run = LiveRun(stream, writer, sink, request, ledger_rules(), tolerance_us=tolerance_us, acknowledge=tell)
        _follow(run, interruptible=follow)
        return _summary(run)


def _follow(run: LiveRun, *, interruptible: bool) -> None:
    """To the end of the input; a file that grows has none until somebody interrupts."""
    try:
        run.run()
    except KeyboardInterrupt:
        if not interruptible:
            raise


@contextmanager
def _sink(out: Path | None) -> Iterator[LineSink]:
    from fanzha.bootstrap import line_file

    if out is None:
        yield _StandardOutput()
        return
    with line_file(out) as lines:
        yield lines


def _forget(writer: LiveWriter, sink: LineSink) -> None:
    writer.forget()
    sink.cut_back(0)


def _key(path: Path | None, out: Path | None, request: LiveRequest) -> str:
    """The same question to the same input has the same state."""
    named = [str(one.resolve()) if one is not None else "-" for one in (path, out)]
    asked = [named, [astuple(payment)[:5] for payment in request.payments], sorted(request.nested), request.currency]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]


def _summary(run: LiveRun) -> int:
    found = run.summary()
    say(
        f"{counted(found.rows, 'row')}, {found.movements} movements and corrections, "
        f"{counted(found.put_aside, 'row')} put aside, {counted(found.repeated, 'row')} sent again and left out"
    )
    for label in found.unmatched:
        say(f"note: no row answers yet to the payment of {label}")
    return ROWS_PUT_ASIDE if found.put_aside else 0
