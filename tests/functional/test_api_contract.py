"""The JSON API against its own description: whatever is sent, the answer is one that the description names."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from console_home import open_console, served

from fanzha.casework.public_rules import AskingLimits
from fanzha.cli.desk_session import read_session
from fanzha.core.time import MINUTE_US

EXAMPLES = 2
# Lists, records, reports taken in and receipts; deeds are tried through their forms.
PATHS = r"^/api/v1/"


@pytest.mark.slow
def test_every_answer_is_one_that_the_description_names(tmp_path):
    with open_console(tmp_path / "home") as console:
        rules = console.desk.rules  # so many requests a minute only a test sends
        often = replace(rules.public, programs=AskingLimits(MINUTE_US, 10**9, 10**9))
        patient = replace(console, desk=replace(console.desk, rules=replace(rules, public=often)))
        with served(patient) as address:
            words = [
                "run", f"{address}/schema/openapi.json", "--checks", "all", "--max-examples", str(EXAMPLES),
                "--phases", "coverage,fuzzing", "--include-path-regex", PATHS, "--generation-deterministic", "--no-color",
                "--header", f"Authorization: Bearer {read_session(console.home, 'both')}",
            ]  # fmt: skip
            program = "from schemathesis.cli import schemathesis; schemathesis()"
            run = subprocess.run(
                [sys.executable, "-P", "-c", program, *words], capture_output=True, text=True, cwd=tmp_path, check=False
            )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
