"""`python -m fanzha.simulation.drill.worker HOME OPTIONS`: the desk of a drill, which may be told to die on the way.

OPTIONS is a JSON document: the script's file, at which use case from the start a thread kills this process (0: never),
how many microseconds after it began, and the process with which it ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from fanzha.ports.work_store import UnitOfWork, WorkStore, WorkView
from fanzha.simulation.drill.banks_process import addresses_file
from fanzha.simulation.drill.play import play
from fanzha.simulation.drill.scenario import read_scenario
from fanzha.simulation.drill.stage import open_stage, read_addresses
from fanzha.simulation.drill.tally import tally
from fanzha.simulation.end_with_parent import end_with_parent


class Mortal:
    """A store in whose use this process dies: at the use case of that number, in the middle of whatever comes next."""

    def __init__(self, store: WorkStore, dies_at: int, after_us: int) -> None:
        self._store, self._left, self._after_us = store, dies_at, after_us

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Opens a unit of work, perhaps the last one."""
        self._left -= 1
        if self._left == 0:
            threading.Thread(target=self._die, daemon=True).start()
        return self._store.begin()

    def reading(self) -> AbstractContextManager[WorkView]:
        """Opens a view."""
        return self._store.reading()

    def close(self) -> None:
        """Lets go of everything."""
        self._store.close()

    def _die(self) -> None:
        time.sleep(self._after_us / 1e6)
        os.kill(os.getpid(), signal.SIGKILL)


def end_file(home: Path) -> Path:
    """Where the end is written down."""
    return home / "drill" / "end.json"


def main(arguments: list[str]) -> int:
    """Plays on from where the records stand, and writes the end down."""
    home, given = Path(arguments[0]), json.loads(arguments[1])
    end_with_parent(given["parent"])
    scenario = read_scenario(Path(given["script"]) if given["script"] else None)
    mortal: Callable[[WorkStore], WorkStore] = lambda store: Mortal(store, given["dies_at"], given["after_us"])  # noqa: E731
    with open_stage(scenario, home, mortal) as stage:
        play(stage, lambda _line: None, lambda: read_addresses(addresses_file(home)))
        end = tally(stage)
    end_file(home).write_text(json.dumps(end.document(), ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
