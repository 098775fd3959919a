"""`python -m fanzha.simulation.banks CONFIG`: one simulated bank; its first line says where it listens."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path

from fanzha.core.errors import BadInput, FanzhaError
from fanzha.simulation.banks.config import read_bank_config
from fanzha.simulation.banks.server import serve_bank


def main(arguments: list[str]) -> int:
    """Runs until it is told to end."""
    try:
        if len(arguments) != 1:
            raise BadInput("give one configuration: python -m fanzha.simulation.banks CONFIG")
        file = Path(arguments[0])
        config = read_bank_config(json.loads(file.read_text(encoding="utf-8")), file.resolve().parent)
        running = serve_bank(config)
    except (FanzhaError, OSError, ValueError) as error:
        sys.stderr.write(f"simulated bank: {error}\n")
        return 2
    told = {"name": config.name, "url": running.url, "key": running.bank.key_id, "public_key": running.bank.public_key}
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    over = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: over.set())
    over.wait()
    running.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
