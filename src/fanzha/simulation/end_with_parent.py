"""A process of a simulation ends with the one that started it, however that one ends: nothing is left behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Final

LOOKS_EVERY_S: Final = 0.25
ORPHANED: Final = 1  # how a process ends whose parent is gone; nobody is there to be told


def end_with_parent(parent: int) -> None:
    """From now on this process ends, at the latest a moment later, when the process with that id is no longer its parent.

    Ctrl-C reaches every process of a terminal; here it is left to the parent, which ends what it started.
    To be called in the main thread. A parent that ended before the call ends this process at once.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.getppid() != parent:
        os._exit(ORPHANED)
    threading.Thread(target=_watch, args=(parent,), name="end with parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOKS_EVERY_S)
    os._exit(ORPHANED)  # without waiting for anything: what these processes keep outlasts kill -9
