"""The console of a home in a process of its own, without its machines: `python -m bench.console_server HOME PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

from fanzha.web.serve import console_of, serve_console

if __name__ == "__main__":
    with console_of(Path(sys.argv[1])) as console:
        serve_console(console, "127.0.0.1", int(sys.argv[2]))
