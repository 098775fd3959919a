"""`fanzha bench console`: how soon the desk, a case, its money and an account's dossier are there, on a made city's desk.

The console serves in a process of its own; an officer of every county asks over loopback for every page that he sees, in
random order. Where Chromium is installed, it is also asked when the first row of a page is painted.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, Final

import httpx

from bench.measure import machine, median_and_tail
from fanzha.core.errors import BadInput
from fanzha.simulation.city.assumptions import read_assumptions, size_named
from fanzha.simulation.demo.demo import WORLD as NOT_SERVED
from fanzha.simulation.demo.demo import demo_logins, demo_password, is_demo, make_demo

FLOOR_MS: Final = 100.0  # of the slowest one in twenty
FIRST_ROW_MS: Final = 1000.0
REPORTS: Final = 40  # lived by the desk before it is asked
CASES_EACH: Final = 12  # of an officer
ACCOUNTS_EACH: Final = 3  # of a case
START_S: Final = 60
TICKS: Final = os.sysconf("SC_CLK_TCK")
CHROMIUM: Final = Path("/usr/bin/chromium")
PAINTED_ROUNDS: Final = 5
FIRST_ROW: Final = "main tbody tr, main li, main svg, main .empty"  # or that there is none


@dataclass(slots=True)
class _Officer:
    """Somebody signed in, and the pages that he looks at, by question."""

    login: str
    client: httpx.Client
    pages: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def ask(self, address: str) -> str:
        answer = self.client.get(address)
        if answer.status_code != httpx.codes.OK:
            raise BadInput(f"{address} was answered with {answer.status_code} to {self.login}")
        return answer.text


def run(size: int, *, seed: int, city: str | None = None, rounds: int) -> dict[str, Any]:
    """Make the city's desk, or take the demo in a folder; ask `rounds` times for a page of each kind."""
    with tempfile.TemporaryDirectory(prefix="fanzha-bench-") as made:
        home = Path(made) / "home"
        if city is not None and is_demo(Path(city)):
            shutil.copytree(city, home, ignore=shutil.ignore_patterns(NOT_SERVED))
        else:
            name = city or _city_of(size)
            print(f"a demo of the {name} city with {REPORTS} reports; this takes minutes …", file=sys.stderr)
            make_demo(home, size_named(name), seed, reports=REPORTS)
        with _served(home) as (address, process), ExitStack() as held:
            officers = [_seated(address, one.login) for one in demo_logins() if one.login.startswith("duty-")]
            for one in officers:
                held.callback(one.client.close)
            seconds, busy, same = _asked(officers, process, random.Random(seed), rounds)
            painted = _painted(address, officers) if CHROMIUM.exists() else {}
    return _document(seconds, busy, painted, officers, same=same)


def _city_of(accounts: int) -> str:
    """The smallest city with so many accounts, else the largest."""
    sizes = sorted(read_assumptions().sizes.values(), key=lambda one: one.accounts)
    return next((one.name for one in sizes if one.accounts >= accounts), sizes[-1].name)


def _document(
    seconds: Mapping[str, Sequence[float]], busy: Mapping[str, float], painted: Mapping[str, Sequence[float]],
    officers: Sequence[_Officer], *, same: bool,
) -> dict[str, Any]:  # fmt: skip
    results = [{"engine": "ours", "question": name, **median_and_tail(times)} for name, times in seconds.items()]
    rows = [
        {"engine": "chromium", "question": f"{name}: first row", **median_and_tail(times)}
        for name, times in painted.items()
    ]
    limit = {
        "floor_ms": FLOOR_MS, "p95_worst_ms": max(row["p95_s"] for row in results) * 1000,
        # What the server's processor worked on it, whatever else ran on the machine.
        **{f"busy_ms_{name}": 1000 * spent for name, spent in busy.items()},
        **{f"different_{name}_pages": len({page for one in officers for page in one.pages[name]}) for name in seconds},
    }  # fmt: skip
    if rows:
        limit |= {"first_row_floor_ms": FIRST_ROW_MS, "first_row_worst_ms": max(row["p95_s"] for row in rows) * 1000}
    return {
        "bench": "console", "size": sum(map(len, seconds.values())), "results": results + rows, "equal_answers": same,
        "limit": limit, "machine": machine(),
    }  # fmt: skip


@contextmanager
def _served(home: Path) -> Iterator[tuple[str, int]]:
    """The console's address, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-P", "-m", "bench.console_server", str(home), str(port)]
    root = str(Path(__file__).resolve().parents[1])
    paths = os.pathsep.join([root, *filter(None, sys.path)])
    server = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths}, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server)
        yield address, server.pid
    finally:
        server.terminate()
        server.wait(timeout=START_S)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    until = perf_counter() + START_S
    while perf_counter() < until and server.poll() is None:
        try:
            httpx.get(f"{address}/sign-in")
        except httpx.TransportError:
            sleep(0.1)
        else:
            return
    raise BadInput("the console did not start")


def _seated(address: str, login: str) -> _Officer:
    """Signs in, and gathers the officer's pages by their links."""
    officer = _Officer(
        login, httpx.Client(base_url=address, follow_redirects=True, headers={"accept-language": "zh-CN"}, timeout=60)
    )
    mark = re.search(r'name="csrf" (?:content|value)="([0-9a-f]+)"', officer.ask("/sign-in"))
    form = {"csrf": mark[1] if mark else "", "login": login, "password": demo_password()}
    officer.client.post("/sign-in", data=form).raise_for_status()
    officer.pages["desk"].append("/desk")
    for case in sorted(set(re.findall(r'href="(/cases/[^/"?]+)"', officer.ask("/cases"))) - {"/cases/new"})[
        :CASES_EACH
    ]:
        officer.pages["case"].append(case)
        officer.pages["flow"].append(f"{case}/flow")
        accounts = re.findall(r'href="(/accounts/[^"]+)"', officer.ask(f"{case}?tab=accounts").replace("&amp;", "&"))
        officer.pages["dossier"] += sorted(set(accounts))[:ACCOUNTS_EACH]
    return officer


def _asked(
    officers: Sequence[_Officer], process: int, chance: random.Random, rounds: int
) -> tuple[dict[str, list[float]], dict[str, float], bool]:
    """Seconds of each question, seconds of the server's work on one of each, and whether a page asked again led to the same."""
    seconds: dict[str, list[float]] = defaultdict(list)
    spent: dict[str, float] = defaultdict(float)
    first: dict[tuple[str, str], list[str]] = {}
    same = True
    questions = sorted({name for one in officers for name, pages in one.pages.items() if pages})
    for turn in range(rounds + 1):
        chance.shuffle(questions)
        for name in questions:
            officer = chance.choice([one for one in officers if one.pages[name]])
            address = chance.choice(officer.pages[name])
            before, begun = _work_s(process), perf_counter()
            text = officer.ask(address)
            took = perf_counter() - begun
            same = same and first.setdefault((officer.login, address), _links(text)) == _links(text)
            if turn:
                seconds[name].append(took)
                spent[name] += _work_s(process) - before
    return seconds, {name: total / rounds for name, total in spent.items()}, same


def _links(page: str) -> list[str]:
    """What a page shows that does not change with the clock."""
    return re.findall(r'href="([^"]+)"', page)


def _work_s(process: int) -> float:
    """Seconds that a process has worked; 0 where the system does not say."""
    told = Path(f"/proc/{process}/stat")
    if not told.exists():
        return 0.0
    fields = told.read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _painted(address: str, officers: Sequence[_Officer]) -> dict[str, list[float]]:
    """Seconds from opening a page to its first row on the screen, in a browser whose cache is warm."""
    from playwright.sync_api import sync_playwright

    seconds: dict[str, list[float]] = defaultdict(list)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        for officer in officers:
            context = browser.new_context(base_url=address, viewport={"width": 1366, "height": 768}, locale="zh-CN")
            context.add_cookies(
                [{"name": one.name, "value": one.value or "", "url": address} for one in officer.client.cookies.jar]
            )
            page = context.new_page()
            page.goto("/desk")
            for name, places in officer.pages.items():
                for place in places[:PAINTED_ROUNDS]:
                    begun = perf_counter()
                    page.goto(place, wait_until="commit")
                    page.locator(FIRST_ROW).filter(visible=True).first.wait_for()
                    seconds[name].append(perf_counter() - begun)
            context.close()
        browser.close()
    return seconds
