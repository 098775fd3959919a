"""A simulated home (模拟) lives at its own instant: how far it is ahead of this machine's clock lies in a file of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.core.time import AheadClock, Clock, SystemClock

AHEAD_FILE: Final = "simulated-clock.json"


def read_clock(home: Path) -> Clock:
    """This machine's clock, or the simulated one.

    Raises BadInput where the file that says how far ahead it is cannot be read.
    """
    file = home / AHEAD_FILE
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return SystemClock()
    except OSError as error:
        raise BadInput(f"{file}: the simulated clock cannot be read: {error.strerror}") from None
    try:
        return AheadClock(int(json.loads(text)["ahead_us"]))
    except (ValueError, KeyError, TypeError):
        raise BadInput(f"{file}: this is no simulated clock; make the demo anew: fanzha demo --reset") from None


def write_clock(home: Path, now_us: int) -> None:
    """From now on the home lives at that instant, and time goes on."""
    document = {"mark": "模拟", "ahead_us": now_us - SystemClock().now_us()}
    (home / AHEAD_FILE).write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")
