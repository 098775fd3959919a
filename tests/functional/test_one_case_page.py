"""The page that leads one case by hand from the report to the money's return: its commands run as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.desk_home import run

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/how-to/one-case.md"
# The words in capitals, each with what the id begins with; two of one kind in the order in which they appear.
PLACES = {
    "REPORT": "REPORT", "CLUE": "CLUE", "FACT": "FACT", "CASE": "CASE", "STOP": "MEAS", "FREEZE": "MEAS", "RETURN": "RETURN",
}  # fmt: skip
ID = re.compile(r"\b(([A-Z]+)-[0-9A-Z]{9}-[0-9A-Z]{8})\b")
ASKS_FOR_A_PASSWORD = re.compile(r"fanzha office (init|sign-in|person add)\b")


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return re.sub(r"\\\n\s*", " ", "".join(blocks)).splitlines()


def test_the_commands_of_the_page_lead_from_the_report_to_the_return(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    ids: dict[str, str] = {}
    said = ""
    for line in commands():
        if line.startswith("export"):
            name, _, value = line.removeprefix("export ").partition("=")
            if name == "FANZHA_AS":
                monkeypatch.setenv(name, value)
            continue
        words = [
            re.sub(r"^[A-Z]+(?=$|\.\d)", lambda word: ids.get(word[0], word[0]), word) for word in shlex.split(line)
        ]
        asked = ["--password-stdin"] if ASKS_FOR_A_PASSWORD.match(line) else []
        code, out, err = run(tmp_path, *words[1:], *asked, stdin="Mo-Ni-2026-a\n")
        assert code == 0, f"{line}\n{out}{err}"
        said = out + err
        for found, kind in ID.findall(said):
            open_place = next((name for name, begin in PLACES.items() if begin == kind and name not in ids), None)
            if open_place and found not in ids.values():
                ids[open_place] = found
        if line.startswith("fanzha return sums"):
            law = r"50000\.00 │ +0\.00 │ +0\.00 │ +30000\.00 │ +20000\.00 │ +0\.00 │ +0\.00"
            assert re.search(law, said), said
    assert set(ids) == set(PLACES)
    assert "everything is as it was done" in said
