"""A drill that is interrupted, told to end or killed leaves no process of its own behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PROC = Path("/proc")
WAIT_S = 60.0
STARTED = 2
INTERRUPTED = 130

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (PROC / "self/stat").exists(), reason="processes are seen in /proc"),
]


def started_by(parent: int) -> set[int]:
    """Every process that descends from one."""
    parents: dict[int, int] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            name_over = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        parents[int(stat.parent.name)] = int(name_over[1])
    found, new = set[int](), {parent}
    while new:
        new = {pid for pid, of in parents.items() if of in new}
        found |= new
    return found


def runs(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody asked about is over."""
    try:
        return (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def comes_true(what: Callable[[], bool]) -> bool:
    until = time.monotonic() + WAIT_S
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("words", [("chaos", "--runs", "3"), ("--small", "--seeds", "4")])
def test_no_process_of_a_drill_outlives_it(tmp_path: Path, words: tuple[str, ...], how: signal.Signals) -> None:
    (folder := tmp_path / "folder").mkdir()
    command = [sys.executable, "-P", "-m", "fanzha", "--json", "drill", *words]
    with (tmp_path / "said").open("wb") as said:
        drill = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=said, env={**os.environ, "TMPDIR": str(folder)}
        )
    begun = set[int]()
    try:
        assert comes_true(lambda: len(started_by(drill.pid)) >= STARTED), "the banks and the desk, or the workers"
        begun = started_by(drill.pid)
        drill.send_signal(how)
        assert comes_true(lambda: drill.poll() is not None)
        assert comes_true(lambda: not any(map(runs, begun)))
    finally:
        drill.kill()
        for left in filter(runs, begun):
            os.kill(left, signal.SIGKILL)
    if how is signal.SIGKILL:
        return
    lines = (tmp_path / "said").read_text(encoding="utf-8").splitlines()
    assert (drill.returncode, lines) == (INTERRUPTED, ["fanzha: interrupted"])
    assert list(folder.iterdir()) == []
