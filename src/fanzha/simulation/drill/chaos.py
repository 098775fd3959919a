"""The same case with everything going wrong on the way: it must end as it does when nothing goes wrong.

Each run has a seed of its own. The desk's process is killed (kill -9) in the middle of use cases drawn by chance, the
banks' process between them; requests and answers are lost, told twice, late and out of order. Nothing is refused and
nothing is carried out in part, for that would rightly end otherwise.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from fanzha.core.errors import Refused
from fanzha.simulation.banks import Faults
from fanzha.simulation.drill.banks_process import addresses_file
from fanzha.simulation.drill.scenario import read_scenario
from fanzha.simulation.drill.stage import prepare_home
from fanzha.simulation.drill.worker import end_file

KILLS_MAX: Final = 6  # of the desk in one run; after them it is left alone
USE_CASES: Final = 120  # among so many from its start the killing one is drawn; a calm run has about 300
AFTER_US: Final = 40_000
STARTS_MAX: Final = 30
BANKS_WAIT_S: Final = 30.0
RUN_LIMIT_S: Final = 600.0
CALM: Final = Faults()


@dataclass(frozen=True, slots=True)
class ChaosRun:
    """One run: what went wrong by plan, and how it ended."""

    seed: int
    kills: int
    bank_kills: int
    seconds: float
    end: dict[str, Any]
    same: bool  # as the calm run ended, and with no fault


def faults_of(seed: int) -> Faults:
    """How the banks of a run misbehave."""
    chance = random.Random(f"faults {seed}")  # noqa: S311 - repeats by its seed
    return Faults(
        lose_request=chance.uniform(0, 0.3),
        lose_answer=chance.uniform(0, 0.3),
        duplicate=chance.uniform(0, 0.6),
        reorder=chance.uniform(0, 0.6),
        delay_s=(0, chance.choice((0, 60, 300, 900))),
    )


def calm_end(home: Path, script: Path | None = None) -> dict[str, Any]:
    """The end of a run in which nothing goes wrong."""
    run = chaos_run(home, 0, {}, script=script, calm=True)
    if run.end["faults"]:
        raise Refused(f"the calm run has faults: {'; '.join(run.end['faults'])}")
    return run.end


def chaos_run(
    home: Path, seed: int, calm_end_was: dict[str, Any], *, script: Path | None = None, calm: bool = False
) -> ChaosRun:
    """One run in an empty home. Raises Refused when it comes to no end."""
    prepare_home(read_scenario(script), home)
    chance, begun = random.Random(f"kills {seed}"), time.monotonic()  # noqa: S311 - repeats by its seed
    common = {"script": "" if script is None else str(script), "seed": seed}
    banks = _start_banks(home, {**common, "faults": asdict(CALM if calm else faults_of(seed))})
    kills = bank_kills = 0
    to_come = 0 if calm else chance.randint(2, KILLS_MAX)
    try:
        for _ in range(STARTS_MAX):
            dies_at = chance.randint(1, USE_CASES) if kills < to_come else 0
            code = _desk(home, {**common, "dies_at": dies_at, "after_us": chance.randint(0, AFTER_US)}, begun)
            if code == 0:
                break
            if code != -signal.SIGKILL:
                raise Refused(f"run {seed}: the desk ended with {code}: {_last_line(home, 'worker')}")
            kills += 1
            if chance.random() < 0.5:
                _kill(banks)
                bank_kills += 1
                banks = _start_banks(home, {**common, "faults": asdict(faults_of(seed))})
        else:
            raise Refused(f"run {seed}: after {STARTS_MAX} starts the desk is not at its end")
    finally:
        _kill(banks)
    end = json.loads(end_file(home).read_text(encoding="utf-8"))
    same = not end["faults"] and (calm or end == calm_end_was)
    return ChaosRun(seed, kills, bank_kills, time.monotonic() - begun, end, same)


def _start_banks(home: Path, options: dict[str, Any]) -> subprocess.Popen[bytes]:
    file = addresses_file(home)
    file.unlink(missing_ok=True)
    banks = _start("banks_process", home, options)
    until = time.monotonic() + BANKS_WAIT_S
    while not file.exists():
        if banks.poll() is not None or time.monotonic() > until:
            _kill(banks)
            raise Refused(f"the simulated banks do not listen: {_last_line(home, 'banks_process')}")
        time.sleep(0.02)
    return banks


def _desk(home: Path, options: dict[str, Any], begun: float) -> int:
    desk = _start("worker", home, options)
    try:
        return desk.wait(max(RUN_LIMIT_S - (time.monotonic() - begun), 1))
    except subprocess.TimeoutExpired:
        raise Refused(f"the drill in {home} takes longer than {RUN_LIMIT_S:.0f} s") from None
    finally:
        _kill(desk)


def _start(module: str, home: Path, options: dict[str, Any]) -> subprocess.Popen[bytes]:
    home.joinpath("drill").mkdir(parents=True, exist_ok=True)
    told = {**options, "parent": os.getpid()}
    with (home / "drill" / f"{module}.log").open("ab") as log:
        command = [sys.executable, "-P", "-m", f"fanzha.simulation.drill.{module}", str(home)]
        return subprocess.Popen(  # noqa: S603 - this Python, and modules of this package
            [*command, json.dumps(told, ensure_ascii=False)], stdout=log, stderr=log, env=os.environ.copy()
        )


def _last_line(home: Path, module: str) -> str:
    lines = (home / "drill" / f"{module}.log").read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[-1] if lines else "it said nothing"


def _kill(process: subprocess.Popen[bytes]) -> None:
    """As power would go: at once, and this process alone."""
    if process.poll() is None:
        process.kill()
    process.wait()


def chaos_runs(
    folder: Path, runs: int, first_seed: int, script: Path | None, told: Callable[[ChaosRun], None]
) -> tuple[dict[str, Any], tuple[ChaosRun, ...]]:
    """The calm end, and so many runs beside it, each in a home of its own under the folder."""
    calm = calm_end(folder / "calm", script)
    done = []
    for seed in range(first_seed, first_seed + runs):
        run = chaos_run(folder / f"run-{seed}", seed, calm, script=script)
        told(run)
        done.append(run)
    return calm, tuple(done)


def chaos_summary(calm: dict[str, Any], runs: Sequence[ChaosRun]) -> dict[str, Any]:
    """What came of the runs, and of each that ended otherwise, what was otherwise."""
    return {
        "runs": len(runs),
        "same": sum(run.same for run in runs),
        "kills": sum(run.kills for run in runs),
        "bank_kills": sum(run.bank_kills for run in runs),
        "seconds": round(sum(run.seconds for run in runs), 1),
        "calm": calm,
        "others": [{"seed": run.seed, "differences": _differences(calm, run.end)} for run in runs if not run.same],
    }


def _differences(calm: dict[str, Any], end: dict[str, Any]) -> list[str]:
    found = list(end["faults"])
    for part in calm.keys() - {"faults"}:
        was, became = calm[part], end[part]
        found += [
            f"{part} {name}: {became.get(name, 'nothing')} instead of {was.get(name, 'nothing')}"
            for name in sorted({*was, *became})
            if was.get(name) != became.get(name)
        ]
    return found
