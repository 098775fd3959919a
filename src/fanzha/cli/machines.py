"""Verbs that machines run: one round, or round after round until somebody ends it."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from fanzha.cli.output import say, write_json
from fanzha.core.errors import BadInput, Refused

OnceOption = Annotated[bool, typer.Option("--once", help="One round, then end; this is what happens without --follow.")]
FollowOption = Annotated[
    float | None, typer.Option("--follow", metavar="SECONDS", min=0.1, help="Again and again, with so long a pause.")
]


def worker_name() -> str:
    """Who holds a lease: machine and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def run_rounds(round_once: Callable[[], dict[str, Any]], *, once: bool, follow: float | None, as_json: bool) -> None:
    """Runs one round, or many; with --json a document a round, when there are many only of those in which something was.

    Interrupted or asked to end, it finishes its round first. Raises BadInput where both ways are wanted.
    """
    if once and follow is not None:
        raise BadInput("--once or --follow SECONDS, not both")
    if follow is None:
        document = round_once()
        if as_json:
            write_json(document)
        return
    with _ending() as over:
        while not over.is_set():
            try:
                document = round_once()
            except Refused as refusal:  # a busy store, a lost race: what was not done waits for the next round
                say(f"fanzha: {refusal}; going on")
            else:
                if as_json and any(document.values()):
                    write_json(document)
            over.wait(follow)


@contextmanager
def _ending() -> Iterator[threading.Event]:
    over = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield over
        return
    before = {one: signal.signal(one, lambda *_: over.set()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield over
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
