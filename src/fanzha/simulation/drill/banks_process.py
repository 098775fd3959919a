"""`python -m fanzha.simulation.drill.banks_process HOME OPTIONS`: the banks of a drill, until they are told to end.

OPTIONS is a JSON document: the script's file (empty for the built-in one), the seed, how the banks misbehave, and the
process with which they end.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fanzha.simulation.banks import Faults, RunningBank, serve_bank
from fanzha.simulation.banks.server import HttpPeer
from fanzha.simulation.drill.scenario import Scenario, read_scenario
from fanzha.simulation.drill.stage import Address, bank_configs
from fanzha.simulation.end_with_parent import end_with_parent


@contextmanager
def running_banks(scenario: Scenario, home: Path, faults: Faults, seed: int) -> Iterator[tuple[RunningBank, ...]]:
    """The banks of the script, listening, each knowing where the others are; their books stay."""
    with ExitStack() as open_banks:
        banks = []
        for config in bank_configs(scenario, home, faults, seed):
            bank = serve_bank(config)
            open_banks.callback(bank.stop)
            banks.append(bank)
        for one in banks:
            for other in banks:
                if other is not one:
                    peer = HttpPeer(other.url)
                    open_banks.callback(peer.close)
                    one.bank.peers[other.bank.config.name] = peer
        yield tuple(banks)


def addresses_of(banks: tuple[RunningBank, ...]) -> tuple[Address, ...]:
    """Where they listen, and by which keys they sign."""
    return tuple(Address(one.bank.config.name, one.url, one.bank.key_id, one.bank.public_key) for one in banks)


def addresses_file(home: Path) -> Path:
    """Where the process of the banks says where they listen."""
    return home / "drill" / "banks.json"


def write_addresses(home: Path, addresses: tuple[Address, ...]) -> None:
    """Says it, at once or not at all."""
    file = addresses_file(home)
    beside = file.with_name(f".banks.{os.getpid()}")
    beside.write_text(json.dumps([asdict(each) for each in addresses], ensure_ascii=False), encoding="utf-8")
    beside.replace(file)


def options_of(given: Mapping[str, Any]) -> tuple[Scenario, Faults, int]:
    """The script, the faults and the seed."""
    faults = dict(given["faults"])
    faults["delay_s"] = tuple(faults.get("delay_s", (0, 0)))
    return read_scenario(Path(given["script"]) if given["script"] else None), Faults(**faults), int(given["seed"])


def main(arguments: list[str]) -> int:
    """Runs until SIGTERM."""
    home, given = Path(arguments[0]), json.loads(arguments[1])
    end_with_parent(given["parent"])
    scenario, faults, seed = options_of(given)
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    with running_banks(scenario, home, faults, seed) as banks:
        write_addresses(home, addresses_of(banks))
        over.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
